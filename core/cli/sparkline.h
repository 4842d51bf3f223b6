/* cli/sparkline.h - a row of numbers as one line of blocks. */
#ifndef CLI_SPARKLINE_H
#define CLI_SPARKLINE_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes that a line of so many columns takes, with its NUL. */
#define SPARKLINE_BYTES(columns) (3 * (columns) + 1)

/* Lowest finite value to highest, over at most `columns` columns: with more values, evenly spread
 * ones with first and last. A gap is a missing value, an infinite one has its own sign. */
void sparkline_format(char *out, const double *value, int64_t count, int columns, bool unicode);

#endif
