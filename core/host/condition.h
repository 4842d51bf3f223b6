/* host/condition.h - when a column is handed out: the `when` of a field.
 *
 * "key": that parameter is not 0. "key=choice": it is that choice. Several, with a blank between
 * them: all of these.
 */
#ifndef HOST_CONDITION_H
#define HOST_CONDITION_H

#include <stdbool.h>

#include "base/arena.h"
#include "gyre/component.h"

/* One sentence of what is wrong with field's, or NULL. */
const char *condition_check(struct arena *arena, const gyre_component *about,
                            const gyre_field *field);

/* Does it hold as configured? `when` was checked; NULL always holds. */
bool condition_holds(const gyre_component *about, const char *when, const void *conf);

/* In words: "share is not 0", "what is "memory" and first is "oldest"". */
const char *condition_text(struct arena *arena, const char *when);

#endif
