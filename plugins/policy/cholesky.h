/* cholesky.h - linear equations of a covariance, as Newton's method has them. */
#ifndef CHOLESKY_H
#define CHOLESKY_H

#include <float.h>
#include <math.h>
#include <stdint.h>

/* h = l l', with h's lower half on the way in and l there on the way out. */
static inline void cholesky_factor(double *h, int64_t n)
{
    for (int64_t f = 0; f < n; f++) {
        for (int64_t g = 0; g <= f; g++) {
            for (int64_t k = 0; k < g; k++)
                h[f * n + g] -= h[f * n + k] * h[g * n + k];
            h[f * n + g] = g < f ? h[f * n + g] / h[g * n + g] : sqrt(fmax(h[f * n + f], DBL_MIN));
        }
    }
}

/* Solves h x = b in place of b, h symmetric, with its lower half given, and taken. A little is
 * added to the diagonal, as features may hang together. Returns b . x; 0, and all is as it was,
 * where h is 0. */
static inline double cholesky_solve(double *h, double *b, int64_t n)
{
    double trace = 0, product = 0;
    for (int64_t f = 0; f < n; f++)
        trace += h[f * n + f];
    if (!(trace > DBL_MIN))
        return 0;
    for (int64_t f = 0; f < n; f++)
        h[f * n + f] += 1e-10 * trace;
    cholesky_factor(h, n);
    for (int64_t f = 0; f < n; f++) {
        for (int64_t k = 0; k < f; k++)
            b[f] -= h[f * n + k] * b[k];
        b[f] /= h[f * n + f];
        product += b[f] * b[f];
    }
    for (int64_t f = n - 1; f >= 0; f--) {
        for (int64_t k = f + 1; k < n; k++)
            b[f] -= h[k * n + f] * b[k];
        b[f] /= h[f * n + f];
    }
    return product;
}

#endif
