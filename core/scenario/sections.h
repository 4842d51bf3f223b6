/* scenario/sections.h - the plain keys of a scenario's sections. */
#ifndef SCENARIO_SECTIONS_H
#define SCENARIO_SECTIONS_H

#include "scenario/document.h"
#include "scenario/grammar.h"

/* Reads the parameters of a section (may be NULL) into conf, and refuses keys that are in neither
 * of the grammar's tables; the caller has asked for those of its forms. */
void section_read(struct arena *arena, const struct grammar_table *grammar, struct node *table,
                  struct place at, void *conf, struct report *report);

#endif
