/* schedule/census.h - rows, each read once: into the mixture, and into what metrics sum over
 * agents.
 *
 * While agents learn, each is counted right after its lesson, when its row is still at hand; else
 * all are counted in a pass of their own. Sums are exact, so which it is changes no bit.
 */
#ifndef SCHEDULE_CENSUS_H
#define SCHEDULE_CENSUS_H

#include "schedule/replicate.h"

/* Nothing is counted yet. */
void census_clear(struct replicate *replicate);

/* Counts rows [begin, end), at most BATCH_MOST, as they will be in row `round` of the run. A
 * failure is noted as the row's. [task] */
void census_rows(struct replicate *replicate, int worker, int64_t round, int64_t begin,
                 int64_t end);

/* Counts all rows, unless they are. Then writes the mixture, and leaves what metrics gathered in
 * the first bench's slot. */
enum status census_take(struct replicate *replicate);

/* What a row says, which was looked at when it was counted; false: a failure of `item` was noted.
 */
bool census_say(struct replicate *replicate, int worker, int64_t item, int64_t row,
                gyre_said *said);

/* The same of rows [begin, end), at most BATCH_MOST, into said[end - begin]. A failure is noted as
 * the first one's. */
bool census_say_each(struct replicate *replicate, int worker, int64_t begin, int64_t end,
                     gyre_said *said);

/* The same as a table: P_m(z|c), [states], in `p` or where the row holds it. NULL: a failure of the
 * row was noted. [task] */
const double *census_table(struct replicate *replicate, int worker, int64_t row, double *p);

/* The same of a row that has changed since it was counted, which is looked at now. [task] */
const double *census_hear(struct replicate *replicate, int worker, int64_t row, double *p);

/* A list spread out over all states, p[states]. */
void census_spread(const struct plan *plan, const gyre_said *said, double *p);

#endif
