/* scenario/csv.h - columns of a CSV file that a scenario names. */
#ifndef SCENARIO_CSV_H
#define SCENARIO_CSV_H

#include <stdint.h>

#include "base/report.h"

/* A file with a header row, wholly read: texts as they stand (without quotes, and without the
 * blanks around a cell that has none), and their lines. */
struct csv {
    const char *path; /* as places show it */
    int columns;
    int64_t rows;
    const char *const *header; /* [columns]                       */
    const char *const *cell;   /* [rows * columns]                */
    const int *line;           /* [rows], the line each begins on */
};

/* Reads `name`, a relative path within the folder `folder`: absolute ones, `..` and links that
 * lead out are refused (STATUS_DATA, at `at`); one that is not there is STATUS_MISSING. Understands
 * quotes, CRLF and a byte order mark. Rows of another length than the header's, an empty file, a
 * header without rows, NUL bytes and semicolons as separators are mistakes; so is a file of over
 * 256 MB. */
const struct csv *csv_load(struct arena *arena, const char *folder, const char *name,
                           struct place at, struct report *report);

/* The column's index; -1 with a sentence (at `at`, with the nearest name). */
int csv_column(const struct csv *csv, const char *column, struct place at, struct report *report);

/* Column as numbers [rows] in arena; NULL with sentences (at most 5, then how many more), each
 * with the file and line of the cell: not a number, empty, NaN, infinite. */
double *csv_numbers(struct arena *arena, const struct csv *csv, int column, struct report *report);

#endif
