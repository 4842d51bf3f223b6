/* schedule/timing.h - in which rounds an intervention acts: every, from, until, when. */
#ifndef SCHEDULE_TIMING_H
#define SCHEDULE_TIMING_H

#include "schedule/plan.h"

/* Reads the host's keys of an intervention; the plan's outputs must be named already. */
void timing_read(struct timing *timing, const struct plan *plan, const struct use *use,
                 struct report *report);

/* Does it act in round t, given the outputs of row t - 1? */
bool timing_acts(const struct timing *timing, int64_t round, const double *value);

#endif
