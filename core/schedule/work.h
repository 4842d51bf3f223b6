/* schedule/work.h - about how long a run will take, said before it begins.
 *
 * By the costs that docs/costs.md gives of one machine (Xeon, 2.6 GHz, AVX-512): another one takes
 * half of it or twice.
 */
#ifndef SCHEDULE_WORK_H
#define SCHEDULE_WORK_H

#include "schedule/plan.h"

struct work {
    const char *technique;           /* how data are made, in a word or two          */
    double draws;                    /* samples, in a round of one replicate         */
    double round, total;             /* seconds: one round of one replicate; the run */
    const struct plan_metric *large; /* spreads each agent's list out over all states, as the
                                        first of those that do; NULL: none does      */
};

struct work work_estimate(const struct plan *plan, int threads);

/* Does leaving agents out, by a key `agents` of that metric, spare this? */
bool work_is_spared(const struct plan_metric *metric);

#endif
