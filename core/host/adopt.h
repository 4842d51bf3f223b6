/* host/adopt.h - a stranger's structs into ours, and all that can be said of them without a call.
 */
#ifndef HOST_ADOPT_H
#define HOST_ADOPT_H

#include <stdbool.h>
#include <stddef.h>

#include "host/registry.h"

/* Brings an author's struct up to ours: a shorter one is filled with zeros, a longer one accepted
 * only while all that we do not know is zero. False: it uses what this gyre does not know. */
bool adopt(void *ours, size_t our_size, const void *theirs, size_t their_size);

/* Adopts what the symbol gyre_module_1 stands for. False with one sentence in *why. */
bool adopt_module(struct arena *arena, const gyre_module *theirs, gyre_module *ours,
                  const char **why);

/* Adopts the component at `theirs` with all its tables, and checks them: ids, kinds, flags, keys
 * unique, types, offsets within conf_size and aligned and apart, ranges, choices, documentation,
 * required callbacks. NULL with one sentence in *why, which names the component if it can. */
struct component *adopt_component(struct arena *arena, const gyre_component *theirs,
                                  const struct module *module, const char **why);

#endif
