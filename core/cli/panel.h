/* cli/panel.h - what is drawn of a run, in a terminal or as SVG: which outputs, in which panels,
 * and what a round's replicates say of each. */
#ifndef CLI_PANEL_H
#define CLI_PANEL_H

#include "record/result.h"

enum {
    PANEL_LINES = 8,    /* in one panel: more cannot be told apart              */
    PANEL_HEADLINES = 4 /* panels of a run for which nobody chose what to see */
};

/* Lines of one unit. */
struct panel {
    int64_t output[PANEL_LINES];
    int count;
    const char *unit;
};

struct panels {
    struct arena *arena;
    const struct result_run *run;
    const struct series *series;
    int64_t rounds; /* that some replicate has reached, round 0 among them */
    struct panel *panel;
    int64_t count;
};

/* Each choice is a list with commas of outputs (safety.kl), components (safety) or patterns
 * (*.entropy); `choices` ends with NULL, and an empty one means the headline outputs. */
struct panel_choice {
    const char *const *choices;
    bool together; /* the outputs of one choice share a panel, as far as they share a unit */
};

/* Outputs that are missing all over are passed over unless one is named in full. STATUS_MISSING
 * with a sentence for a choice that names nothing. */
enum status panel_choose(struct arena *arena, const struct result_run *run,
                         const struct series *series, const struct panel_choice *choice,
                         struct panels *out, struct report *report);

/* One output in one round, over the replicates that have it. */
struct panel_point {
    int64_t count;
    double mean, sd;   /* NaN when any is infinite     */
    double low, high;  /* of the finite ones, else NaN */
    double infinite;   /* share                        */
    bool above, below; /* some are +inf, -inf          */
};

struct panel_point panel_point(const struct panels *panels, int64_t round, int64_t output);

/* Mean -+ sd, as far as the output can go; NaN where there is none. */
struct panel_band {
    double low, high;
};
struct panel_band panel_band(const struct panels *panels, int64_t output,
                             const struct panel_point *point);

/* From where to where a panel's axis has to reach, for the mean and the parts that are drawn too.
 */
enum { PANEL_REPLICATES = 1, PANEL_BAND = 2 };
struct panel_range {
    double lo, hi;
    bool any; /* false: nothing in it can be drawn */
};
struct panel_range panel_range(const struct panels *panels, const struct panel *panel,
                               unsigned parts, bool log);

/* A sentence, without full stop, on what cannot be drawn as a line: infinite, missing, or not above
 * 0 on an axis of powers. NULL when there is nothing to say. */
const char *panel_note(const struct panels *panels, int64_t output, bool log);

/* "safety.kl", as UTF-8 without control characters. */
const char *panel_name(const struct panels *panels, int64_t output);

#endif
