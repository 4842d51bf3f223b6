/* cli/options.h - what `run` and `check` share: their arguments, and a scenario made into a plan.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "record/result.h"
#include "schedule/plan.h"

struct options {
    const char *scenario;
    const char **sets, **plugins; /* end with NULL */
    const char *database;         /* NULL: none    */
    int threads;
    bool json, quiet, profile, help;
    bool review, desk; /* who is asked: here, or by `gyre review` alone */
};

/* Reads argv[1] and on; `known` are the verb's options (ends with NULL). Sentences go to stderr. */
enum status options_read(struct arena *arena, int argc, char **argv, const char *const *known,
                         struct options *out);

/* A plan from the options; NULL with sentences in report. */
struct plan *options_plan(struct arena *arena, const struct options *options,
                          struct report *report);

#endif
