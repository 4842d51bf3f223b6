/* cli/browse.h - what `list` and `describe` share: their arguments, and what components there are.
 */
#ifndef CLI_BROWSE_H
#define CLI_BROWSE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/status.h"
#include "gyre/component.h"

struct browse {
    const char *verb;
    const char *const *options; /* that this verb takes, ends with NULL: "--json", ...       */
    bool takes_id;              /* one word beside the options, and it has to be there       */
    bool help, json, shadowed;
    gyre_kind kind;       /* 0: all                                                     */
    const char **plugins; /* --plugin, ends with NULL                                   */
    const char *id;
};

/* Reads the arguments into the rest of it; STATUS_USAGE after a sentence on stderr. */
enum status browse_parse(struct arena *arena, int argc, char **argv, struct browse *browse);

/* The components of one file, as host/describe.h has them and with "shipped": gyre's own files are
 * opened here, all others in a child. NULL with one sentence about "it". */
json_t *browse_file(struct arena *arena, const char *path, enum status *status, const char **why);

/* All there is: {"components": [...], "unusable": [{"file", "reason"}],
 * "shadowed": [{"id", "file", "by"}]}. */
json_t *browse_all(struct arena *arena, const struct browse *browse);

/* `gyre: VERB: sentence` on stderr; returns the status. */
enum status browse_fail(const char *verb, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The last word of a verb: STATUS_IO when not all of stdout could be written. */
enum status browse_end(const char *verb);

/* Pretty JSON on stdout. */
void browse_print_json(const json_t *value);

#endif
