/* record/lines.h - `--json`: one object a line on stdout.
 *
 *   {"replicate":0,"round":3,"metrics":{"safety.kl":0.41},"tallies":{"verify.checked":1000}}
 *   {"profile":{"threads":2,"wall":0.01,"seconds":0.02,"measuring":0.001,"bytes":4096,"costs":[
 *     {"phase":"teach","component":"core.draw","seconds":0.01,"share":0.5,"bytes":64,"calls":0}]}}
 *                                                  where asked for (in one line, as all are)
 *   {"run":7,"digest":"...","seconds":0.012}      the last; with replicates also "summary"
 *
 * Numbers read back to the same bits; infinities are the strings "inf" and "-inf"; a missing
 * output has no key.
 */
#ifndef RECORD_LINES_H
#define RECORD_LINES_H

#include "record/result.h"

/* store may be NULL (no database: "run":null). A closed or full stdout is STATUS_IO. */
struct result_sink *lines_create(struct arena *arena, FILE *out, const struct result_sink *store,
                                 struct report *report);
void lines_attach(struct result_sink *lines, const struct series *series);

/* The number of a run that is not being stored but was: in place of null. */
void lines_number(struct result_sink *lines, int64_t run);

#endif
