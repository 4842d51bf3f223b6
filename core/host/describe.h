/* host/describe.h - a component as JSON: the one source of all that is shown of it. */
#ifndef HOST_DESCRIBE_H
#define HOST_DESCRIBE_H

#include <jansson.h>

#include "host/registry.h"

/*  {"id", "kind", "version", "summary", "doc",
 *   "parameters": [{"key", "type", "required", "default", "min", "max", "open_min", "open_max",
 *                   "choices", "unit", "doc"}],
 *   "columns": [{"name", "column", "of", "optional", "when", "doc"}],
 *   "outputs": [{"name", "unit", "lo", "hi", "worse", "headline", "doc"}],    of a metric
 *   "hooks": ["judge"],                                                  of an intervention
 *   "file", "digest", "module": {"id", "version", "license"}}
 *
 * Types are "bool", "integer", "number", "choice" and "text"; what a type does not have has no
 * key. Infinities are the strings "inf" and "-inf". worse: "higher", "lower" or null. */
json_t *describe_component(struct arena *arena, const struct component *component);

/* "parameters" alone, of any table. */
json_t *describe_params(const gyre_param *params, uint32_t count);

#endif
