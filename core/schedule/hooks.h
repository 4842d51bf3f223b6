/* schedule/hooks.h - which of their hooks interventions need, and whether the policy goes along. */
#ifndef SCHEDULE_HOOKS_H
#define SCHEDULE_HOOKS_H

#include "schedule/plan.h"

/* Leaves an intervention, once it is open, only the hooks that it needs as configured. */
void hooks_choose(struct plan *plan, struct plan_intervention *by);

/* Reports what cannot be done to agents of the plan's policy, which is open. */
void hooks_check(const struct plan *plan, struct report *report);

#endif
