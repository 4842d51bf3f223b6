/* host/tables.h - what a component's tables say, held against the contract.
 *
 * Each returns NULL, or one sentence. The tables are adopted: their rows are of our size.
 */
#ifndef HOST_TABLES_H
#define HOST_TABLES_H

#include <stdbool.h>

#include "base/arena.h"
#include "gyre/component.h"

const char *tables_check_params(struct arena *arena, const gyre_component *about);

/* After the parameters: a field's name is a key beside theirs, and `when` is one of them. */
const char *tables_check_fields(struct arena *arena, const gyre_component *about);

const char *tables_check_outputs(struct arena *arena, const gyre_output *outputs, uint32_t count);

/* UTF-8 without control bytes, which could steer a terminal; `lines`: line breaks and tabs are
 * well. */
bool tables_is_text(const char *text, bool lines);

#endif
