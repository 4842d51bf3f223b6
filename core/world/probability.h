/* world/probability.h - what arrays of probabilities are looked at for, each read once, and how
 * they learn, by all threads. Parts and their sums are those of world/sweep.h.
 */
#ifndef WORLD_PROBABILITY_H
#define WORLD_PROBABILITY_H

#include <stdint.h>

/* The entropy, -sum of p[i] ln p[i]; *alike is the sum of p[i]^2. */
double probability_entropy(int workers, const double *p, int64_t n, double *alike);

/* The sum of weight[i] where p[i] >= least. */
double probability_covered(int workers, const double *p, double least, const double *weight,
                           int64_t n);

/* p[i] = (1 - rate) p[i] + rate (count[i] / total). */
void probability_move(int workers, double *p, const uint32_t *count, double total, double rate,
                      int64_t n);

#endif
