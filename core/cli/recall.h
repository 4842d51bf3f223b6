/* cli/recall.h - what `show` and `plot` share: their arguments, and a run read back. */
#ifndef CLI_RECALL_H
#define CLI_RECALL_H

#include "cli/flags.h"
#include "cli/panel.h"
#include "record/archive.h"

struct recall {
    const char *verb;
    const char *run; /* "12", "last" or the beginning of a digest */
    const char *database;
    const char **choices; /* --metric, ends with NULL */
    bool together, log, help;
};

/* Reads the arguments after the verb's own table; STATUS_USAGE after a sentence on stderr, also
 * when no run is named. */
enum status recall_read(struct arena *arena, int argc, char **argv, const struct flag *flag,
                        struct recall *recall);

/* A run and all its rows. */
struct recalled {
    struct archive *archive;
    int64_t number;
    const struct result_run *run;
    struct series *series;
    struct result_end end;
};

/* Opens the database and tells `sink`, which may be NULL, of the run as if it ran now. `attach` is
 * called with the series before. What was opened is closed by recall_close, also after a failure,
 * which is in the report. */
enum status recall_open(struct arena *arena, const struct recall *recall, struct result_sink *sink,
                        void (*attach)(struct result_sink *, const struct series *),
                        struct recalled *out, struct report *report);
void recall_close(struct recalled *recalled);

/* The panels that the arguments ask for; a sentence when no round was stored (STATUS_MISSING). */
enum status recall_panels(struct arena *arena, const struct recall *recall,
                          const struct recalled *recalled, struct panels *out,
                          struct report *report);

#endif
