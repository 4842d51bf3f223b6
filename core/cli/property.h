/* cli/property.h - what a key of a scenario can be, in the words of JSON Schema (draft 7). */
#ifndef CLI_PROPERTY_H
#define CLI_PROPERTY_H

#include <jansson.h>

#include "scenario/grammar.h"

/* A key's schema: of a parameter as host/describe.h has it, and of a form. */
json_t *property_of_param(struct arena *arena, const json_t *param);
json_t *property_of_form(struct arena *arena, const struct grammar_form *form);

/* Adds a table's keys to an object's `properties` and `required`. */
void property_add_table(struct arena *arena, json_t *properties, json_t *required,
                        const struct grammar_table *table);

/* An object with these keys and no others; takes both. */
json_t *property_object(json_t *properties, json_t *required);

/* What tables and forms refer to: `#/definitions/NAME`. */
json_t *property_reference(struct arena *arena, const char *name);

/* Puts the definitions of laws, columns and every table within `table` there. */
void property_define(struct arena *arena, json_t *definitions, const struct grammar_table *table);

#endif
