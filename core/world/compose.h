/* world/compose.h - draws from a law of two parts, neither of which needs a table of its own:
 * listed states, that stay or go by a coin each, and the rest, from a table that many such laws
 * share.
 *
 * The law is that of an agent which remembers a list: each listed state is a cell of mass 1 and is
 * accepted with its chance, the rest is a cell of mass `rest` that is always accepted. A proposal
 * is one word: its upper 52 bits are where in the cells it falls, and how far into the cell is the
 * coin (or the word that the table is asked with). So a law over n cells is met within n 2^-52 of
 * its whole: n is at most 2^20. A refused proposal takes its cell anew, the next word's. Of nearly
 * all words half is enough to know (random.h).
 *
 * Where cells are few and have coins a quarter is enough, which names the cell and is its coin.
 * Then cells are a whole number: those of the rest are as many as have room for it, of which the
 * last one is accepted with the chance that makes its mass right. A quarter times cells is the cell
 * and, as what is beyond 2^16, how far into it. Each cell has the same number of quarters, the
 * levels of its coin; the few that are left over, its first ones, are refused. Two levels by which
 * a chance may end (compose_few.h) are open: another half says whether the proposal is below. And
 * what is accepted of the rest says a state by a half. These are of words of their own, of a part
 * the first COMPOSE_OPEN for open levels, all others for the rest, in the order of proposals, as
 * many as it takes. Of further bits 2 i are those of proposal i, where no half is left for it or
 * that does not say enough, and 2 j + 1 those of the j-th of the rest. So the law is as exact as
 * with whole words, and of a call fewer draws are the first of more.
 */
#ifndef WORLD_COMPOSE_H
#define WORLD_COMPOSE_H

#include <stdint.h>

#include "world/alias.h"

#define COMPOSE_CELLS ((int64_t)1 << 20)

/* Quarters are for up to so many cells, which registers hold, and of which one proposal in
 * 65536 / (2 cells) is open; for states that are positive in 16 bits; and if no more than a third
 * falls in the rest, for else halves take fewer words. They come in groups. */
enum { COMPOSE_FEW = 256, COMPOSE_FEW_STATES = 1 << 15, COMPOSE_GROUP = 32 };

/* Cells' bits of half a word; above, halves say too little of where in a cell they are. */
enum { COMPOSE_BITS = 24, COMPOSE_SHORT = 4 };

/* Where words fall, which is the same for all lists of a length. t = word 2^-64 (count + rest) is a
 * word's place. Half a word times `scale`, in whole numbers, is t in units of which a cell has
 * 2^(32 - bits); as the half is cut off, and the scale, it may be too low, by less than
 * COMPOSE_SHORT. */
struct compose_cells {
    int64_t count;              /* listed states: 1 .. COMPOSE_CELLS           */
    double rest;                /* >= 0, finite                                */
    double all, listed;         /* count + rest, count                         */
    double inverse;             /* 1 / rest                                    */
    double stretch;             /* a unit, in halves of words for the table    */
    int bits;                   /* 2^bits > all; COMPOSE_BITS + 1: it is not   */
    uint32_t scale, end, slack; /* `end`: of the listed cells; `slack`: alias.h's */
    bool whole;                 /* the table needs whole words                 */
    int64_t few;                /* > 0: proposals take quarters, of so many cells, */
    double left;                /* the last of which has this chance. Then `all` is `few`, */
                                /* and nothing is known of halves              */
};

/* For laws over so many states, with coins or without. `from` is the rest's table, and not looked
 * at when rest is 0. */
struct compose_cells compose_cells_of(int64_t count, double rest, int64_t states, bool coins,
                                      const struct alias *from);

/* How many quarters each cell has. */
static inline int64_t compose_levels(const struct compose_cells *cells)
{
    return 65536 / cells->few;
}

/* Halves for open levels: of 128 proposals from 112 cells one in two parts is open. */
enum { COMPOSE_OPEN = 4 };

/* How many words n proposals of a part take, and by quarters, of which n is a whole number of
 * groups, how many have the halves. */
struct compose_words {
    int64_t each, halves;
};

struct compose_words compose_words(const struct compose_cells *cells, int64_t n);

/* A law over lists of a length: what lists have in common. */
struct compose {
    const struct compose_cells *cells;
    int64_t states;
    const double *accept;     /* [states], in [0, 1]; NULL: all are accepted */
    const uint16_t *chance;   /* [states + 1]: compose_chances; NULL as `accept` is */
    const struct alias *from; /* the rest's; not looked at when rest is 0 */
};

/* What a call takes at most, and what it may write behind what is wanted. */
enum { COMPOSE_HALVES = 1 << 15, COMPOSE_SLACK = 32 };

/* The first 16 bits of a chance in [0, 1], of which all are set where it is 1. */
static inline uint16_t compose_bits(double chance)
{
    int32_t const x = (int32_t)(chance * 0x1p16);
    return (uint16_t)(x < UINT16_MAX ? x : UINT16_MAX);
}

/* Those of chances, accept[n], into chance[n + 1]. */
void compose_chances(const double *accept, int64_t n, uint16_t *chance);

/* Draws of many parts, each from a list of its own with words and further bits of its own. */
struct compose_parts {
    int64_t count;                  /* of parts; count (n + 1) <= COMPOSE_HALVES                 */
    const uint32_t *const *own;     /* [count]: lists of cells->count states                     */
    const struct random_more *more; /* of part 0; each next one's begins 2^32 behind. A part     */
                                    /* takes its first 2 n at most                               */
    const uint64_t *word;           /* part p's from word + p words.each on                      */
    int64_t n;                      /* proposals of a part                                       */
    struct compose_words words;     /* compose_words(cells, n)                                   */
    const uint64_t *half;           /* by quarters: part p's from half + p words.halves on; 2    */
                                    /* count words.halves <= COMPOSE_HALVES                      */
    const struct random_more *rest; /* the same: where these are words of part 0, each next      */
                                    /* one's 2^32 behind, and more of them                       */
    int64_t want;                   /* states of a part, at most                                 */
    uint32_t *out;                  /* part p's from out + p stride on                           */
    int64_t stride;                 /* at least want; (count - 1) stride + n <= COMPOSE_HALVES;  */
                                    /* behind the last there are COMPOSE_SLACK more              */
    int64_t *got;                   /* [count]: how many there are                               */
};

/* Turns each part's words into proposals, and writes the accepted ones in their order, until there
 * are as many as are wanted or the proposals are used up. A proposal of lists of 100 takes by
 * quarters 0.45 ns of 256 states and 0.6 of 5,000, where by halves it would take 0.9; without coins
 * of lists of 32 of 65,536 states 0.75 (Zen 4, AVX-512, gcc 12); with coins of lists of 10,000 of
 * 100,000 0.97 (Zen 5). With AVX2 all take 1.9 to 2.2. */
void compose_draw_parts(const struct compose *compose, const struct compose_parts *parts);

#endif
