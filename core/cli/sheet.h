/* cli/sheet.h - a component's description, host/describe.h's JSON, as a page to read. */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"

void sheet_print(struct arena *arena, FILE *out, bool colour, const json_t *component);

/* A piece of a scenario that uses it, with all its parameters: TOML. */
void sheet_print_example(struct arena *arena, FILE *out, int indent, const json_t *component);

/* A parameter's default, or "required", and its range: "[0, 1)", ">= 1", "any". */
const char *sheet_default(struct arena *arena, const json_t *parameter);
const char *sheet_range(struct arena *arena, const json_t *parameter);

#endif
