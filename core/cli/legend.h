/* cli/legend.h - what stands above a panel of an SVG: names, unit, and what cannot be drawn. */
#ifndef CLI_LEGEND_H
#define CLI_LEGEND_H

#include <stdio.h>

#include "cli/panel.h"

struct legend {
    const struct panels *panels;
    const struct panel *panel;
    double width; /* pixels that it may take */
    bool log;
};

double legend_height(const struct legend *legend);

/* Its upper left corner at (x, y). */
void legend_print(const struct legend *legend, double x, double y, FILE *out);

#endif
