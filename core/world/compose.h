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
 */
#ifndef WORLD_COMPOSE_H
#define WORLD_COMPOSE_H

#include <stdint.h>

#include "world/alias.h"

#define COMPOSE_CELLS ((int64_t)1 << 20)

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
};

/* `from` is the rest's table, and not looked at when rest is 0. */
struct compose_cells compose_cells_of(int64_t count, double rest, const struct alias *from);

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

/* The first 16 bits of chances in [0, 1], accept[n], into chance[n + 1]. */
void compose_chances(const double *accept, int64_t n, uint16_t *chance);

/* Draws of many parts, each from a list of its own with words and further bits of its own. */
struct compose_parts {
    int64_t count;                  /* of parts; count (n + 1) <= COMPOSE_HALVES                 */
    const uint32_t *const *own;     /* [count]: lists of cells->count states                     */
    const struct random_more *more; /* of part 0; each next one's begins 2^32 behind             */
    const uint64_t *word;           /* part p's: (n + 1) / 2 from word + p (n + 1) / 2 on        */
    int64_t n;                      /* proposals of a part                                       */
    int64_t want;                   /* states of a part, at most                                 */
    uint32_t *out;                  /* part p's from out + p stride on                           */
    int64_t stride;                 /* at least want; (count - 1) stride + n <= COMPOSE_HALVES;  */
                                    /* behind the last there are COMPOSE_SLACK more              */
    int64_t *got;                   /* [count]: how many there are                               */
};

/* Turns halves of each part's words into proposals, and writes the accepted ones in their order,
 * until there are as many as are wanted or the halves are used up. A proposal takes 0.6 ns with
 * coins of lists of 100 of 256 states and 0.75 without of lists of 32 of 65,536; of lists of 10,000
 * of 100,000 states 1.4 (Zen 4, AVX-512, gcc 12); with AVX2 2.2. */
void compose_draw_parts(const struct compose *compose, const struct compose_parts *parts);

/* The same of one part, from a list; n < COMPOSE_HALVES. Returns how many there are; out has room
 * for most + COMPOSE_SLACK. */
int64_t compose_draw(const struct compose *compose, const uint32_t *own,
                     const struct random_more *more, const uint64_t *word, int64_t n, int64_t most,
                     uint32_t *out);

#endif
