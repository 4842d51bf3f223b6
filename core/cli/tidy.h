/* cli/tidy.h - rows as CSV (RFC 4180): run, replicate, round, metric, value, unit, one line a
 * replicate, round and metric. What is missing has no line; infinities are inf and -inf. */
#ifndef CLI_TIDY_H
#define CLI_TIDY_H

#include <stdbool.h>

#include "record/result.h"

/* `chosen` says of each output whether it is written. Stops between rows (STATUS_STOPPED) when the
 * user asked for it. */
struct result_sink *tidy_create(struct arena *arena, FILE *out, int64_t run, const bool *chosen,
                                struct report *report);

/* A cell of text: quoted where that is needed; what a spreadsheet would take for a formula begins
 * with an apostrophe. */
const char *tidy_cell(struct arena *arena, const char *text);

#endif
