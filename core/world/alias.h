/* world/alias.h - states from random words at one look-up a draw (Vose's alias method).
 *
 * Built with integers: probabilities are whole numbers of 2^-62 that sum to 1, columns are a power
 * of two and so equally many of these each, and a table means its probabilities exactly. A word's
 * upper bits are the column, and the whole word is compared with where the column is cut.
 */
#ifndef WORLD_ALIAS_H
#define WORLD_ALIAS_H

#include <stdint.h>

struct alias_entry {
    uint64_t cut;      /* words of this column below it mean state[0], else state[1] */
    uint32_t state[2]; /* the column's own, and another                              */
};

struct alias {
    int64_t columns; /* a power of two, at least 2 and at least the states of probability > 0 */
    int shift;       /* from a word to its column                                             */
    struct alias_entry *entry; /* [capacity]                                                  */
    int64_t *share;            /* [capacity], scratch                                         */
    uint32_t *order;           /* [capacity], scratch                                         */
};

/* Bytes that a table over n states needs, and a table made of such memory (64-byte aligned). */
int64_t alias_size(int64_t n);
void alias_init(struct alias *alias, int64_t n, void *memory);

/* Builds from weight[n] >= 0, finite, sum > 0, n < 2^32. A state of weight 0 is never drawn: not by
 * rounding either. Each probability p is met within 2^-52 p + 2^-61. */
void alias_build(struct alias *alias, const double *weight, int64_t n);

static inline uint32_t alias_draw(const struct alias *alias, uint64_t word)
{
    const struct alias_entry *const e = &alias->entry[word >> alias->shift];
    return e->state[word >= e->cut]; /* an index, since a branch would be missed half the time */
}

/* state[i] drawn by word[i]. */
void alias_draw_all(const struct alias *alias, const uint64_t *word, int64_t n, uint32_t *state);

#endif
