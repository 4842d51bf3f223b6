/* world/guide.h - how often each of up to 4,096 states comes in N draws of 16 bits each.
 *
 * Each state has a part of [0, 2^62), as long as it is probable. That is cut into cells, a power of
 * two of them, and a table says whose each cell is. Sixteen random bits name a draw's cell, which
 * is all there is to know of most draws: a cell that several states share leaves it open, and a
 * word of its own then says where in the cell it falls. So a table means its probabilities exactly,
 * for a quarter of a word a draw. It takes 2.7 ns a state of weight above 0 and 0.2 ns for a look
 * at any other, and a draw with its word and its count 0.9 to 1.7 ns, where an alias table
 * takes 3.7 ns a state that is live, 1.7 any other, and 2.5 a draw (Zen 4, AVX-512, gcc 12).
 */
#ifndef WORLD_GUIDE_H
#define WORLD_GUIDE_H

#include <stdint.h>

enum {
    GUIDE_STATES = 4096,
    GUIDE_BITS = 14, /* at most so many of a draw's sixteen name a cell */
    GUIDE_CELLS = 1 << GUIDE_BITS,
    GUIDE_DRAWS = 2048 /* draws at a time */
};

struct guide {
    int64_t live, shared; /* states of weight > 0; cells that more than one of them has a part of */
    int bits;             /* cells are 2^bits                                                     */
    uint32_t *state;      /* [live]: which they are, in their order                               */
    uint64_t *step;       /* [live]: where each one's part ends; the last is 2^62                 */
    uint16_t *cell;       /* [2^bits]: the live one whose it is, or live + which shared one it is */
    uint16_t *first;      /* [shared]: the first live one that has a part of it                   */
    uint32_t *count; /* [live + shared]: draws of each live one; of the others it says nothing */
    double *weight;  /* [live], scratch                                                      */
};

/* Bytes that a guide needs, and a guide made of such memory (64-byte aligned). */
int64_t guide_size(void);
void guide_init(struct guide *guide, void *memory);

/* Builds from weight[n] >= 0, finite, sum > 0, n <= GUIDE_STATES, and sets counts to 0. A state of
 * weight 0 is never drawn: not by rounding either. Each probability p is met within 2^-52 p +
 * 2^-60.
 */
void guide_build(struct guide *guide, const double *weight, int64_t n);

/* Counts n <= GUIDE_DRAWS draws, those of word[0 .. (n + 3) / 4 - 1] by quarters, the lowest first.
 * Writes the cells of draws that these leave open, and returns how many those are:
 * open[n]. */
int64_t guide_guess(struct guide *guide, const uint64_t *word, int64_t n, uint16_t *open);

/* Counts these, one word each. */
void guide_settle(struct guide *guide, const uint16_t *open, const uint64_t *word, int64_t n);

/* Where a count's words are: from `first` on, of attempt 0 by quarters, of attempt 1 for what these
 * leave open. */
struct guide_source {
    uint64_t key, first;
    uint32_t round, purpose;
};

/* Counts N draws, N < 2^32. */
void guide_draw(struct guide *guide, const struct guide_source *source, int64_t draws);

#endif
