/* cli/columns.h - which outputs a table shows, and how wide. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include "cli/view.h"

enum { COLUMNS_GAP = 2 }; /* blanks before each column */

struct column {
    int64_t output;
    const char *group, *label; /* "safety", "kl" */
    int left, right;           /* widths of a cell's two parts, right with a blank before it */
};

/* In the run's order. */
struct columns {
    struct column *column;
    int64_t count;
    int round; /* width of the column of rounds */
};

/* Outputs to be shown, while the terminal has room. Row 0 must be there; with several replicates
 * every `step`-th round is measured, and all rows must be. */
struct columns columns_choose(const struct view *view, int64_t step);

int columns_width(const struct column *column);

/* Two lines: components over their columns, then the outputs' own names. */
void columns_print(const struct view *view, const struct columns *columns);

#endif
