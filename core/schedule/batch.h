/* schedule/batch.h - many agents taught at a time, where each is a list and learns nothing but its
 * samples: a step of all, then the next step of all. Calls, which agents by millions would take
 * most of a round for, are one for all of them, and what a step reads stays in the first cache.
 */
#ifndef SCHEDULE_BATCH_H
#define SCHEDULE_BATCH_H

#include "schedule/replicate.h"

/* Are the round's lessons of this kind? Its law and judges are known. */
bool batch_suits(const struct replicate *replicate);

/* How many agents at a time, where it suits. */
int64_t batch_size(const struct plan *plan);

/* Draws the datasets of agents [begin, begin + n), n at most batch_size, judges them and has the
 * agents learn. Failures are noted as the agents'. [task] */
void batch_teach(struct replicate *replicate, int worker, int64_t round, int64_t begin, int64_t n);

#endif
