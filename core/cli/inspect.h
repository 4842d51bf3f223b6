/* cli/inspect.h - a stranger's module described without running its code in this process. */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include <jansson.h>

#include "base/arena.h"
#include "base/status.h"

enum { INSPECT_SECONDS = 10 };

/* Has a child of this very program (`gyre inspect FILE`) open the file and say what it holds: an
 * array of components as host/describe.h makes them. Opening runs constructors, and one may
 * crash, exit, hang or print: each is NULL, STATUS_REFUSED and one sentence about "it". */
json_t *inspect_file(struct arena *arena, const char *path, double seconds, enum status *status,
                     const char **why);

#endif
