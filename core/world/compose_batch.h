/* world/compose_batch.h - what all ways to propose share, for compose_kernel.c and its headers: one
 * proposal by its whole word, and what falls in the rest until there is a batch of it. All is
 * static, as kernel.c asks of headers.
 */
#ifndef WORLD_COMPOSE_BATCH_H
#define WORLD_COMPOSE_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "world/compose.h"
#include "world/random.h"

/* Halves that are looked at together, and draws that are settled together: few enough for what they
 * read to be in the first cache still. */
enum { PIECE = 256, ENOUGH = 64 };

/* The state that the rest's table has for t. */
static uint32_t draw_rest(const struct compose *of, double t)
{
    double const v = (t - of->cells->listed) * of->cells->inverse;
    double const below = v < 0 ? 0 : v < 0x1.fffffffffffffp-1 ? v : 0x1.fffffffffffffp-1;
    return alias_draw(of->from, (uint64_t)(int64_t)(below * 0x1p52) << 12);
}

/* A word's upper 52 bits: the factor of `all` is at most 1 - 2^-52, which takes off at least the
 * last bit's worth. So without a rest no t is beyond the list. */
static double place_of(const struct compose *of, uint64_t word)
{
    return (double)(int64_t)(word >> 12) * (of->cells->all * 0x1p-52);
}

/* One proposal by its whole word. */
static bool propose_one(const struct compose *of, const uint32_t *own, uint64_t word,
                        uint32_t *state)
{
    double const t = place_of(of, word);
    if (t >= of->cells->listed) {
        *state = draw_rest(of, t);
        return true;
    }
    int64_t const cell = (int64_t)t;
    *state = own[cell];
    return !of->accept || t - (double)cell < of->accept[*state];
}

/* What falls in the rest is drawn when there is a batch of it, since a branch for each would be
 * missed too often, and gathers are of sixteen. Until then it is known where each goes: its place,
 * above 16 bits of its half's number. Proposals whose lists are looked up in memory note this
 * meanwhile, at no cost; others, of lists in registers, would be held up by it, and leave the
 * number in the place, marked as no state, for a state is below ALIAS_STATES. Marks are looked for
 * when more was written, since what was stored just now is loaded late. */
#define OF_THE_REST 0x80000000u

struct later {
    int64_t n;
    uint32_t at[ENOUGH + PIECE + 16];
    uint32_t
        half[ENOUGH + PIECE + 16]; /* compose_few.h's with AVX-512: each one's, if it has one */
    int64_t next, end;             /* where marks are to be looked for          */
    int64_t part, number;          /* in which part; compose_few.h: of what half */
};

_Static_assert(COMPOSE_HALVES < 1 << 16, "places and numbers have 16 bits, and the next ones too");

/* Halves that proposals of a part are made of, and where these go. */
struct batch {
    const struct random_more *more; /* of part 0                                   */
    const uint32_t *own;
    const uint64_t *word;
    int64_t part, first; /* first: the number of its first half in the part        */
    int64_t number;      /* and in all parts; compose_few.h: not used              */
    uint32_t *out;       /* of all parts                                           */
    int64_t at;          /* where in it the first accepted one goes                */
};

/* A part's proposals from i on, when k are taken: they begin with a word, which is `in_a_word` of
 * them. */
static inline struct batch batch_of(const struct compose_parts *parts, int in_a_word, int64_t p,
                                    int64_t i, int64_t k)
{
    return (struct batch){.more = parts->more,
                          .own = parts->own[p],
                          .word = parts->word + p * parts->words.each + i / in_a_word,
                          .part = p,
                          .first = i,
                          .number = 2 * p * parts->words.each + i,
                          .out = parts->out,
                          .at = p * parts->stride + k};
}

/* The listed states of cells, and their chances, in the upper 16 bits, of which the lower ones are
 * 0. cell NULL: the states are there; chance NULL: all are 1. */
MADE_FOR void look_up_each(const uint32_t *own, const uint32_t *cell, const uint16_t *chance,
                           int64_t n, uint32_t *state, uint32_t *out)
{
#pragma GCC unroll 4
    for (int64_t i = 0; i < n; i++) {
        uint32_t const z = cell ? own[cell[i]] : state[i];
        if (cell)
            state[i] = z;
        if (chance)
            out[i] = (uint32_t)chance[z] << 16;
    }
}

/* Further bits of a part's number. */
static uint64_t more_of(const struct random_more *more, int64_t part, int64_t number)
{
    return random_word(more->key, more->round, more->stream,
                       more->first + ((uint64_t)part << 32) + (uint64_t)number);
}

static uint64_t whole_of(const struct random_more *more, int64_t part, int64_t i, uint32_t half)
{
    return (uint64_t)half << 32 | more_of(more, part, i) >> 32;
}

/* The whole word of the half of that number. */
static uint64_t word_of(const struct compose_parts *parts, uint32_t number)
{
    int64_t const halves = 2 * parts->words.each;
    return whole_of(parts->more, number / halves, number % halves,
                    random_half(parts->word, number));
}

#endif
