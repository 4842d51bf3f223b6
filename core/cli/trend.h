/* cli/trend.h - what became of each number: a sparkline, its two ends, and whether that is worse.
 */
#ifndef CLI_TREND_H
#define CLI_TREND_H

#include "cli/view.h"

/* A line for each output to be shown, whether or not it found room in the table. */
void trend_print(const struct view *view);

#endif
