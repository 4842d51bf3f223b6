/* scenario/params.h - TOML values into a struct, as a parameter table says. */
#ifndef SCENARIO_PARAMS_H
#define SCENARIO_PARAMS_H

#include "gyre/component.h"
#include "scenario/document.h"

/* Writes defaults and then what `table` (may be NULL) sets into conf. All mistakes go to
 * `report`, each beginning with `owner`: wrong type, out of range, not one of the choices (with
 * the nearest), not finite, an integer that a double cannot be, required and missing (at `at`).
 * An integer is taken where a number is wanted. Texts live in arena. */
void params_read(struct arena *arena, const gyre_param *params, uint32_t count, const char *owner,
                 struct node *table, struct place at, void *conf, struct report *report);

/* Only the defaults; REQUIRED ones get their minimum. */
void params_default(const gyre_param *params, uint32_t count, void *conf);

/* The value in conf as a number (index of a choice, 0 or 1); 0 for TEXT. */
double params_number(const gyre_param *param, const void *conf);

#endif
