/* world/few.h - states from quarters of random words, where there are few states: inversion whose
 * searches stay in registers.
 *
 * Prefix sums as in world/invert.h, of which the upper 16 of 62 bits are searched by the first 16
 * bits of a draw. A draw whose bits a sum shares is open, one in 256 at most where sums are spread:
 * another word gives it the 46 bits that are missing, and so the law is exact to 2^-62 as there.
 * Sums take 0.3 ns a state, a draw 0.5 (Zen 4, AVX-512; else 6) beside a quarter of a word.
 *
 * Sums are those of states in columns: 0, 32, 64, ..., then 1, 33, ... So each adds up in a lane of
 * its own, and 32 draws look for their columns at once.
 */
#ifndef WORLD_FEW_H
#define WORLD_FEW_H

#include <stdbool.h>
#include <stdint.h>

enum { FEW_COLUMNS = 32, FEW_ROWS = 8, FEW_STATES = FEW_COLUMNS * FEW_ROWS, FEW_IN_A_WORD = 4 };

struct few {
    uint64_t step[FEW_STATES];    /* within a column, in units of 2^-62 */
    uint64_t before[FEW_COLUMNS]; /* what all columns before hold       */
    uint16_t upper[FEW_STATES];   /* of before + step; in what order is the kernel's */
    uint16_t end[FEW_COLUMNS];    /* of each column's last one                       */
    uint64_t sum;                 /* of all, at most 2^62               */
    int64_t rows;                 /* states of a column                 */
};

/* Of weight[n] >= 0, finite, n <= FEW_STATES, which add to `sum`; false: it is 0, or too far from 1
 * for digits to be kept. A state of weight 0 is never drawn. */
bool few_build(struct few *few, const double *weight, int64_t n, double sum);

/* state[d] by quarter d % 4 of word[d / 4], the lowest first. Those that are open are in open[], in
 * order, how many of them is returned; their states mean nothing yet. */
int64_t few_draw(const struct few *few, const uint64_t *word, int64_t draws, uint32_t *state,
                 uint32_t *open);

/* The state of an open draw: `more` is a word of its own. */
uint32_t few_settle(const struct few *few, uint16_t quarter, uint64_t more);

/* How many words n draws take; whole blocks of them, which are made without a copy. */
static inline int64_t few_words(int64_t n)
{
    return (n + 32 * FEW_IN_A_WORD - 1) / (32 * FEW_IN_A_WORD) * 32;
}

/* Quarter d of words. */
static inline uint16_t few_quarter(const uint64_t *word, int64_t d)
{
    return (uint16_t)(word[d / FEW_IN_A_WORD] >> 16 * (d % FEW_IN_A_WORD));
}

#endif
