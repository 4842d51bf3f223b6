/* host/find.h - where modules lie: the order of folders, and files by id without a scan. */
#ifndef HOST_FIND_H
#define HOST_FIND_H

#include "base/arena.h"
#include "gyre/component.h"

/* A component is in the file that is named after its id: metric.safety.gyre.so. */
#define FIND_SUFFIX ".gyre.so"

/* <prefix>/lib/gyre/plugins, the prefix being the folder above that of this program. NULL when
 * /proc does not tell. */
const char *find_own_folder(struct arena *arena);

/* The folders in their order, ends with NULL: those of $GYRE_PLUGIN_PATH when it says any, else
 * $XDG_DATA_HOME/gyre/plugins (~/.local/share without it) and gyre's own. */
const char *const *find_folders(struct arena *arena);

/* The file of that id in the first folder that has one; NULL when none has. */
const char *find_file(struct arena *arena, const char *const *folders, const char *id);

/* The names in a folder that end with FIND_SUFFIX, without it and sorted; ends with NULL. */
const char *const *find_names(struct arena *arena, const char *folder);

/* One sentence for an id that is nowhere: what was looked for, where, and the nearest known one
 * (of that kind, if not 0). `more`: ids beside those that file names tell; ends with NULL. */
const char *find_missing(struct arena *arena, const char *const *folders, const char *id,
                         gyre_kind kind, const char *const *more);

#endif
