/* theory/copies.h - of n samples, how many are of a state: binomial laws, and the chain that they
 * make when a round's share is the next round's chance. */
#ifndef THEORY_COPIES_H
#define THEORY_COPIES_H

#include <stdint.h>

#include "base/arena.h"

enum { COPIES_MOST = 8192 };

/* Writes P[Bin(n, p) = k] into law[0 .. n]. What is below 1e-40 of the most likely is 0. */
void copies_binomial(int64_t n, double p, double *law);

/* P[Bin(n, p) >= least]. */
double copies_tail(int64_t n, double p, int64_t least);

/* How many copies of n it takes to be covered at tau, as metric.safety has it. */
int64_t copies_enough(int64_t n, double tau);

/* P[Bin(fixed, outside) + Bin(n - fixed, chance) = k] into law[0 .. n]. */
void copies_draw(int64_t n, int64_t fixed, double outside, double chance, double *law);

/* Of n samples `fixed` are of the state with the chance `outside`, the others with chance[x] when x
 * copies were there in the round before. */
struct copies;

/* In the arena; NULL when there is no memory. n is at most COPIES_MOST. */
struct copies *copies_create(struct arena *arena, int64_t n, int64_t fixed, double outside,
                             const double *chance);

/* f becomes the mean of f one round later, by how many copies there are now. */
void copies_back(struct copies *copies, double *f);

/* A law of copies becomes that of the next round. */
void copies_forth(struct copies *copies, double *law);

#endif
