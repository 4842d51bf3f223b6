/* world/sum.h - sums that no order of adding changes.
 *
 * Each entry is two limbs of 50 bits (quantum 2^-100): v = hi 2^-50 + lo 2^-100, what is below
 * the quantum is cut off. The lower limb is carried before 4,096 additions can overflow it.
 */
#ifndef WORLD_SUM_H
#define WORLD_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gyre_sum {
    int64_t count;   /* entries                                           */
    int64_t pending; /* additions since the last carry                    */
    bool used;       /* false: all is 0, and need not be looked at        */
    int64_t *high;   /* [count]                                           */
    int64_t *low;    /* [count], in [0, 2^50) after a carry               */
};

/* All 0. Entries' memory is the caller's: 2 * count int64_t. */
void sum_init(struct gyre_sum *sum, int64_t count, int64_t *memory);
void sum_clear(struct gyre_sum *sum);

/* Adds share * row[i]: the product is rounded to a double once, then split exactly. Needs
 * |share * row[i]| < 4096 and the same of all sums on the way; what is below the quantum is
 * floored, of negative values too. False: some entry of the row is negative, infinite or no number;
 * of the last two the sum is spoilt. */
bool sum_add_row(struct gyre_sum *sum, const double *row, double share);

/* Adds another sum of the same count; exact, so partial sums of threads join in any order. */
void sum_join(struct gyre_sum *into, const struct gyre_sum *from);

/* out[i] = the sum, rounded to the nearest double where it is below 8, else within an ulp. Carries
 * first, so that equal sums give equal bits. */
void sum_read(struct gyre_sum *sum, double *out);

#endif
