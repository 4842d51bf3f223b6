/* cli/chart.h - a run's numbers over its rounds, drawn in a terminal. */
#ifndef CLI_CHART_H
#define CLI_CHART_H

#include "cli/panel.h"
#include "cli/table.h"

struct chart_style {
    struct table_style terminal;
    bool log; /* axes of powers of ten */
};

/* All panels, one below the other: the mean as a line, smallest to largest replicate as a shade,
 * infinities on a row of their own beyond the axis. */
void chart_print(const struct panels *panels, struct chart_style style, FILE *out);

#endif
