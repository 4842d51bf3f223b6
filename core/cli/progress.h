/* cli/progress.h - one line on a terminal that says how far a run is. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdio.h>

#include "record/result.h"

struct progress {
    FILE *out; /* NULL: nowhere */
    double began, drawn;
    int columns; /* of what stands there now */
};

void progress_begin(struct progress *progress, FILE *out);

/* Is a new line due? Ten a second, none in the first tenth. */
bool progress_is_due(const struct progress *progress);

/* `share` of all rows are there, `row` is the last one told. */
void progress_show(struct progress *progress, const struct result_run *run,
                   const struct result_row *row, double share);

/* Leaves an empty line, for other things to be written. */
void progress_clear(struct progress *progress);

#endif
