/* schedule/count.h - datasets drawn as counts: how often each state comes, without a list.
 *
 * Where many samples fall on each state, or states are so many that their tables leave the cache:
 * the samples are shared out among blocks of states by a splitting tree (world/split.h), and within
 * a block by draws from a guide of its own (world/guide.h), or by the tree again where they are far
 * more than states. Blocks are built and drawn in parallel.
 */
#ifndef SCHEDULE_COUNT_H
#define SCHEDULE_COUNT_H

#include "schedule/replicate.h"

/* May datasets of such a plan be counted? Then the benches need what follows. */
bool count_may(const struct plan *plan);

/* Bytes that a world and a bench need for it. */
int64_t count_room(const struct plan *plan);

void count_init(struct counting *counting, const struct plan *plan, void *memory);

/* Are this round's? Not where slots are looked at one by one. */
bool count_suits(const struct replicate *replicate);

/* Draws a dataset from p[states], mu_c Q(z|c) in any scale, and writes how often each state is in
 * it after judging, weight[states]. All threads do blocks of the shared one; one does an agent's.
 * Returns how many samples stay. */
int64_t count_dataset(struct replicate *replicate, int worker, int64_t round, int64_t dataset,
                      const double *p, double *weight);

#endif
