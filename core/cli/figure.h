/* cli/figure.h - a run as a picture: SVG 1.1, the same bytes for the same run. */
#ifndef CLI_FIGURE_H
#define CLI_FIGURE_H

#include "cli/panel.h"

struct figure_about {
    int64_t number; /* of the run in its database */
    const struct result_end *end;
};

struct figure_style {
    int width; /* pixels */
    bool log;  /* axes of powers of ten */
};

/* The scenario's title, panels in a grid, and in small print which run it is. */
void figure_print(const struct panels *panels, struct figure_about about, struct figure_style style,
                  FILE *out);

#endif
