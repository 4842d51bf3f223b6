/* world/alias.h - states from random words at one look-up a draw (Vose's alias method).
 *
 * Built with integers: probabilities are whole numbers of 2^-62 that sum to 1, columns are a power
 * of two and so equally many of these each, and a table means its probabilities exactly. State i
 * has column i. A word's upper bits are the column; what is below them is held against where the
 * column is cut.
 *
 * What a draw reads is 4 bytes a column: the cut's first bits, and the other state. Half a word
 * (random.h) falls on the same side of the cut as the whole one, but for one in 2^(30 - bits) of
 * them: at 65,536 columns every 16,000th draw takes further bits.
 */
#ifndef WORLD_ALIAS_H
#define WORLD_ALIAS_H

#include <stdbool.h>
#include <stdint.h>

#include "world/random.h"

/* More states than this have no room in an entry. */
#define ALIAS_STATES ((int64_t)1 << 29)

/* Probabilities are whole numbers that sum to this; words are finer by 4. */
#define ALIAS_WHOLE ((int64_t)1 << 62)

struct alias {
    int64_t columns; /* a power of two, at least 2                                          */
    int bits;        /* its logarithm                                                       */
    uint32_t *entry; /* [columns]: the other state (bits); is it marked, and the column's own
                      * state (a bit each); above, the cut's first bits                     */
    int64_t *share;  /* [columns]: of 2^(62 - bits), where the column is cut                */
    uint32_t *order; /* [columns], scratch                                                  */
};

/* Bytes that a table over n states needs, and a table made of such memory (64-byte aligned). */
int64_t alias_size(int64_t n);
void alias_init(struct alias *alias, int64_t n, void *memory);

/* Builds from weight[n] >= 0, finite, sum > 0, n <= ALIAS_STATES; nothing is marked. A state of
 * weight 0 is never drawn: not by rounding either. Each probability p is met within
 * 2^-52 p + 2^-61. */
void alias_build(struct alias *alias, const double *weight, int64_t n);

/* Marks the states below n whose bit is not set: z % 32 of stays[z / 32]. */
void alias_mark(struct alias *alias, const uint32_t *stays, int64_t n);

#define ALIAS_MARKED 0x80000000u

/* The state, with ALIAS_MARKED where it is marked. */
static inline uint32_t alias_look(const struct alias *alias, uint64_t word)
{
    uint64_t const column = word >> (64 - alias->bits), into = word << alias->bits >> alias->bits;
    bool const own = into >> 2 < (uint64_t)alias->share[column];
    uint32_t const entry = alias->entry[column], other = entry & ((1u << alias->bits) - 1);
    uint32_t const marked = entry >> (alias->bits + own) & 1;
    return (own ? (uint32_t)column : other) | marked << 31;
}

static inline uint32_t alias_draw(const struct alias *alias, uint64_t word)
{
    return alias_look(alias, word) & ~ALIAS_MARKED;
}

/* state[i] drawn by half i of the words, of which there are (n + 1) / 2. */
void alias_draw_all(const struct alias *alias, const struct random_more *more, const uint64_t *word,
                    int64_t n, uint32_t *state);

enum { ALIAS_SLACK = 16 };

/* The same for many parts, each with words and further bits of its own: those of part i begin at
 * word + i (n + 1) / 2, and 2^32 after those of the one before. Of part i those that are not marked
 * are left, kept[i] of them, in their order, from state + i n on; state has room for ALIAS_SLACK
 * more. kept NULL: marks are not looked at. */
void alias_draw_parts(const struct alias *alias, const struct random_more *more,
                      const uint64_t *word, int64_t n, int64_t parts, uint32_t *state,
                      uint32_t *kept);

#endif
