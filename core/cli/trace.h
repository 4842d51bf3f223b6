/* cli/trace.h - the lines, bands and marks in a panel of an SVG. */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include <stdio.h>

#include "cli/panel.h"
#include "cli/scale.h"

enum { TRACE_REPLICATES = 10 /* up to so many are drawn one by one */ };

/* Where a panel draws: a box in the picture and its axes. */
struct trace {
    FILE *out;
    const struct panels *panels;
    double x, y, width, height;
    struct scale rounds, values;
};

double trace_x(const struct trace *trace, double round);
double trace_y(const struct trace *trace, double value);

/* Okabe and Ito's colours, told apart by colour-blind people too, and dashes for print in grey. */
const char *trace_colour(int line);
/* An attribute with a blank before it; "" for a full line. */
const char *trace_dashes(int line);

/* Everything of one output; `line` is its place in the panel. */
void trace_print(const struct trace *trace, int64_t output, int line);

/* A triangle that points up, or down, at a middle. */
void trace_mark(FILE *out, double x, double y, bool up, const char *colour);

#endif
