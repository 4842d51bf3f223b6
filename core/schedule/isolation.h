/* schedule/isolation.h - what a society depends on beside itself. */
#ifndef SCHEDULE_ISOLATION_H
#define SCHEDULE_ISOLATION_H

#include "schedule/plan.h"

/* closed: nothing but what agents are. anchored: also the run's own past, such as its start. open:
 * the reference, labels that people gave, data from outside. What metrics read does not count,
 * unless a trigger hangs on them: then the run depends on it. */
enum isolation { ISOLATION_CLOSED, ISOLATION_ANCHORED, ISOLATION_OPEN };

/* The class, and through which components and columns it is not closed: "intervention.verify
 * (risk)";
 * "" when it is. In the plan's arena. */
enum isolation isolation_find(const struct plan *plan, const char **through);

/* "closed", "anchored", "open". */
const char *isolation_word(enum isolation isolation);

#endif
