/* theory/compare.h - a closed form beside what replicates measured. */
#ifndef THEORY_COMPARE_H
#define THEORY_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

/* By what a row is judged. */
enum compare_way {
    COMPARE_SAME, /* it is the same number, to 1e-12: nothing was left to chance       */
    COMPARE_Z,    /* (mean - exact) / se                                               */
    COMPARE_BOUND /* too few replicates, or that differ from others, for a z: by the chance
                   * that a mean of numbers in [lo, hi] is so far off (Hoeffding 1963)  */
};

struct compare {
    enum compare_way way;
    double exact, mean, se, z; /* z: NaN unless way is COMPARE_Z */
    bool agrees;               /* a z is for the caller to judge, among all of them */
};

/* sure: nothing is left to chance, the values must all be the exact one. */
struct compare compare_row(const double *value, int64_t count, double exact, double lo, double hi,
                           bool sure);

/* The largest |z| that passes, among so many. */
double compare_limit(int64_t rows);

#endif
