/* world/sweep.h - kernel.h's loops over long arrays, by all threads.
 *
 * Sums are those of parts of WORKERS_GRAIN, each in kernel.h's lanes, then of these: so arrays that
 * fit in one part have the kernel's own bits, and longer ones the same for any number of threads.
 */
#ifndef WORLD_SWEEP_H
#define WORLD_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

double sweep_sum(int workers, const double *x, int64_t n);
double sweep_dot(int workers, const double *x, const double *y, int64_t n);
bool sweep_weigh(int workers, double *out, const double *x, const double *y, int64_t n,
                 double *sum);
bool sweep_copy(int workers, double *out, const double *x, int64_t n, double *sum);

/* Are all finite and >= 0? sums[i] is what the i-th SWEEP_BLOCK of them adds to, the last one's
 * what is left. */
enum { SWEEP_BLOCK = 4096 };
bool sweep_look(int workers, const double *x, int64_t n, double *sums);

void sweep_scale(int workers, double *out, const double *x, double scale, int64_t n);
void sweep_log(int workers, double *out, const double *x, int64_t n);
void sweep_exp(int workers, double *out, const double *x, int64_t n);

#endif
