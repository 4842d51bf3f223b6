/* cli/schema.h - scenario files as a JSON Schema (draft 7). */
#ifndef CLI_SCHEMA_H
#define CLI_SCHEMA_H

#include <jansson.h>

#include "base/arena.h"

/* The schema of scenarios that use these components, an array as host/describe.h has them. */
json_t *schema_create(struct arena *arena, const json_t *components);

#endif
