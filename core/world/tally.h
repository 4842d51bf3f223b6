/* world/tally.h - exact sums of lists: how often states are listed, each listing with its weight.
 *
 * The counterpart of sum.h for rows that are lists. Most lists of a society weigh the same a
 * listing; so listings of one weight, the first that comes, are counted in whole numbers, and only
 * others are added as 128-bit numbers of 2^-100. Either way the sum is exact, and no order of
 * adding changes it. As with sum.h, each state's sum has to stay below 4096.
 */
#ifndef WORLD_TALLY_H
#define WORLD_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "world/sum.h"

/* A count has 40 bits. */
#define TALLY_MOST (((int64_t)1 << 40) - 1)

struct tally {
    int64_t states;
    double unit;                  /* what each counted listing weighs; 0: nothing came yet */
    int64_t counted;              /* no state was counted more often than this             */
    uint8_t *low;                 /* [states], the counts' last 8 bits                     */
    uint32_t *high;               /* [states], the bits above them                         */
    bool is_wide;                 /* is anything in `wide`?                                */
    __extension__ __int128 *wide; /* [states], in 2^-100; not touched before it is needed */
};

/* Bytes of memory that a tally over n states needs, and an empty tally made of such memory: the
 * caller's, 64-byte aligned and all zero. */
int64_t tally_size(int64_t n);
void tally_init(struct tally *tally, int64_t n, void *memory);
void tally_clear(struct tally *tally);

/* Adds `each` (in [0, 1]; what is below 2^-100 of it is cut off) for every listed state. */
void tally_add(struct tally *tally, const uint32_t *state, int64_t n, double each);

/* The same for states that are counted, by the last 8 bits and those above: [states] each, and no
 * count is above `most`. */
void tally_add_counts(struct tally *tally, const uint8_t *low, const uint32_t *high, double each,
                      int64_t most);

/* Is all of it counts of this unit, and each one's sum a product that is rounded once? */
bool tally_is_count(const struct tally *tally, double unit);

/* Adds the counts of `from`, of which that is so, as that of `into`; then `from` is empty. */
void tally_join(struct tally *into, struct tally *from);

/* What sum_read has of all of it, where tally_is_count, in a seventh of the time; then it is empty.
 */
void tally_read(struct tally *tally, double *out);

/* Adds all of it to a sum over as many states, exactly; then it is empty. */
void tally_fold(struct tally *tally, struct gyre_sum *into);

#endif
