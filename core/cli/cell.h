/* cli/cell.h - numbers as a table shows them: short, aligned, honest about zero and infinity.
 *
 * Six characters do for nearly all: 0.4123, 12.346, 1371.2, 4096, 1.2e-5. Exact integers have no
 * decimals, so that 0 and 1 mean 0 and 1. The database and --json have every digit.
 */
#ifndef CLI_CELL_H
#define CLI_CELL_H

#include <stdbool.h>

#include "record/result.h"

enum { CELL_TEXT = 32 };

/* `left` stands flush right and `right` flush left: "0.4123" "± 0.0021", "inf" "in 12 %". */
struct cell {
    char left[CELL_TEXT], right[2 * CELL_TEXT];
};

/* A missing number is "-". */
struct cell cell_number(double x, bool unicode);

/* Mean and standard error; or the share of replicates in which it is infinite. */
struct cell cell_summary(const struct result_summary *summary, bool unicode);

#endif
