/* scenario/scenario.h - a scenario file as read: the world it begins with, and which components
 * it names (as TOML still: the host reads their keys by their own tables). */
#ifndef SCENARIO_SCENARIO_H
#define SCENARIO_SCENARIO_H

#include "scenario/document.h"
#include "world/space.h"

enum { SCENARIO_FORMAT = 1 };

/* One use of a component. */
struct use {
    const char *id;     /* "intervention.verify"                       */
    const char *name;   /* "verify", "verify#2", or what `as` says     */
    struct node *table; /* its keys; NULL where only the id is given  */
    struct place at;
};

struct scenario {
    const char *path, *folder, *text;
    const char *title, *question;
    int64_t rounds, replicates;
    uint64_t seed;

    struct space space;
    int64_t agents;
    const double *weight; /* [agents]: w_m, sums to 1                */
    bool equal_weights;
    const double *start; /* [states]: P_m(z|c) of every agent, row 0 */

    bool shared;     /* one dataset, or one an agent          */
    int64_t samples; /* N; 0: expected                        */
    double mixing;   /* g                                     */

    struct use policy, selection, update;
    struct use *metrics, *interventions;
    int metric_count, intervention_count;
};

/* What `path` says, changed by `sets` (ends with NULL, may be NULL). NULL when it cannot be
 * understood: all mistakes that can be told apart are in the report. A scenario may come back
 * though there are mistakes: look at report_count before going on. */
struct scenario *scenario_load(struct arena *arena, const char *path, const char *const *sets,
                               struct report *report);

#endif
