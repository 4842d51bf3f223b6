/* cli/summary.h - a plan in a few lines: what will run, and what is odd about it. */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "schedule/plan.h"

/* Agents, states, data, components: what somebody checks before they believe a number. In the
 * plan's arena. */
const char *summary_format(const struct plan *plan);

/* Warnings: a reference that is mostly unsafe, an intervention that never acts. */
void summary_warn(const struct plan *plan, FILE *out);

#endif
