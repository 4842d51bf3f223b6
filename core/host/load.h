/* host/load.h - one file opened as a module, with all its components. */
#ifndef HOST_LOAD_H
#define HOST_LOAD_H

#include "base/status.h"
#include "host/registry.h"

/* Runs the file's constructors, and never closes it. The components in the module's own order.
 * NULL: *status says how it ended and *why is one sentence about "it". */
struct component *load_module(struct arena *arena, const char *path, enum status *status,
                              const char **why);

#endif
