/* cli/costs.h - where the time and the memory of a run went, as a table. */
#ifndef CLI_COSTS_H
#define CLI_COSTS_H

#include "cli/view.h"

/* The view's run and series are not looked at. */
void costs_print(const struct view *view, const struct result_profile *profile);

#endif
