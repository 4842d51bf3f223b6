/* cli/table.h - a run as it looks in a terminal: a table with a row a printed round, a sparkline
 * a metric, a progress line. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "record/result.h"

struct table_style {
    int width;      /* columns of the terminal, 80 when it is none          */
    bool colour;    /* a terminal, and no NO_COLOR                          */
    bool unicode;   /* the locale is UTF-8: blocks, else ASCII              */
    FILE *progress; /* where the progress line goes; NULL: nowhere          */
};

/* Of stdout, stderr and the environment. quiet: no progress line. */
struct table_style table_style_find(bool quiet);

/* Writes to `out`: with one replicate each printed row as it comes, else mean and standard error at
 * the end. Rounds printed: all up to 25, else about 20 evenly spread with first and last. Columns:
 * headline outputs first, as many as the width holds; it says what was left out. */
struct result_sink *table_create(struct arena *arena, FILE *out, struct table_style style,
                                 struct report *report);
void table_attach(struct result_sink *table, const struct series *series);

#endif
