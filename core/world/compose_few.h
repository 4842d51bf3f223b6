/* world/compose_few.h - proposals by quarters of words, where cells are few (compose.h): what is
 * the same with AVX-512 (compose_few_lanes.h) and without (compose_few_plain.h). For
 * compose_kernel.c; all is static, as kernel.c asks of headers.
 */
#ifndef WORLD_COMPOSE_FEW_H
#define WORLD_COMPOSE_FEW_H

#include <stdbool.h>
#include <stdint.h>

#include "world/compose_batch.h"

/* What the rest's cells say in place of a state. */
enum { FEW_ALL = 0xffff };

/* ---- levels ---------------------------------------------------------------------------------- */

static inline uint16_t quarter_of(const uint64_t *word, int64_t i)
{
    return (uint16_t)(word[i >> 2] >> 16 * (i & 3));
}

/* How cells share 65536 quarters: each has so many levels, and what is left over is no cell's. */
struct few_levels {
    uint32_t cells, levels, over; /* cells levels + over = 65536, over < cells */
    double inverse;               /* 1 / cells                                 */
};

static inline struct few_levels few_levels_of(const struct compose_cells *cells)
{
    uint32_t const n = (uint32_t)cells->few, levels = (uint32_t)compose_levels(cells);
    return (struct few_levels){n, levels, 65536 - n * levels, 1.0 / n};
}

/* How far levels reach, counted in quarters times cells, that are below a chance for sure whose
 * first 16 bits these are: what is less far into its cell stays. The next two levels are open, for
 * they may be below, or one of them in part; so of a cell without a coin the last two are. Those
 * above are not, nor is what is no cell's, which is further into its cell than all levels are. */
static inline uint32_t few_chance(const struct few_levels *of, uint32_t chance)
{
    uint32_t const below = of->levels * chance >> 16, most = of->levels - 2;
    return of->cells * (below < most ? below : most);
}

/* Halves of a part for proposals that are open, and how many are used up. */
struct few_open {
    const uint64_t *half;
    int64_t next;
};

static inline struct few_open few_open_of(const struct compose_parts *parts, int64_t part)
{
    return (struct few_open){parts->half + part * parts->words.halves, 0};
}

/* Proposal i of the batch stays if it is less far into its level than this. */
static inline double few_margin(const struct compose *of, const struct few_levels *to,
                                const struct batch *batch, int64_t i)
{
    uint32_t const t = quarter_of(batch->word, i) * to->cells, cell = t >> 16;
    double const into = (double)((t - to->over) & 0xffff);
    /* A division, which no rounding takes to the next whole number. */
    int const level = (int)((into + 0.5) * to->inverse);
    double const chance = cell < of->cells->count      ? of->accept[batch->own[cell]]
                          : cell < of->cells->few - 1U ? 1
                                                       : of->cells->left;
    return chance * to->levels - level;
}

/* Proposal i of the batch, which is open, by all its bits; the first ones are further bits too
 * where no half is left. */
static __attribute__((noinline)) bool settle_few_whole(const struct compose *of,
                                                       const struct few_levels *to,
                                                       const struct batch *batch, int64_t i,
                                                       struct few_open *open)
{
    uint64_t const more = more_of(batch->more, batch->part, 2 * (batch->first + i));
    int64_t const number = open->next++;
    uint32_t const first = number < COMPOSE_OPEN ? random_half(open->half, number) : (uint32_t)more;
    /* Cut off: rounded up it could be as much as the next half is, which may be the margin. */
    return (double)((uint64_t)first << 21 | more >> 43) * 0x1p-53 < few_margin(of, to, batch, i);
}

/* The same by its half alone; `sure` ends as false where that does not say it. */
static inline bool settle_few_half(const struct compose *of, const struct few_levels *to,
                                   const struct batch *batch, int64_t i, struct few_open *open,
                                   bool *sure)
{
    int64_t const number = open->next++;
    bool const has = number < COMPOSE_OPEN;
    double const x = few_margin(of, to, batch, i) * 0x1p32,
                 half = random_half(open->half, has ? number : 0);
    *sure &= has & ((half + 1 <= x) | (half >= x));
    return half < x;
}

/* ---- the rest -------------------------------------------------------------------------------- */

/* What a half of the rest says, of that number in all parts, by all its bits. */
static uint32_t rest_whole(const struct compose *of, const struct compose_parts *parts,
                           int64_t part, int64_t number, uint32_t half)
{
    int64_t const j = number - 2 * parts->words.halves * part - COMPOSE_OPEN;
    return alias_draw(of->from, (uint64_t)half << 32 | more_of(parts->more, part, 2 * j + 1) >> 32);
}

/* The same by its number alone, where its half was made. */
static uint32_t rest_of(const struct compose *of, const struct compose_parts *parts,
                        uint32_t number)
{
    return rest_whole(of, parts, number / (2 * parts->words.halves), number,
                      random_half(parts->half, number));
}

/* Of what was noted last, n of it, later->number being the next one's: those whose halves were not
 * made. */
static __attribute__((noinline)) void rest_beyond(const struct compose *of,
                                                  const struct compose_parts *parts, int64_t n,
                                                  struct later *later)
{
    int64_t const first = 2 * parts->words.halves * later->part;
    int64_t number = later->number;
    for (; n > 0 && number - first > 2 * parts->words.halves; n--) {
        number--;
        uint64_t const word = more_of(parts->rest, later->part, (number - first) / 2);
        parts->out[later->at[--later->n] >> 16] =
            rest_whole(of, parts, later->part, number, random_half(&word, number & 1));
    }
}

static inline void noted_rest(const struct compose *of, const struct compose_parts *parts,
                              int64_t n, struct later *later)
{
    later->number += n;
    if (__builtin_expect(later->number > 2 * parts->words.halves * (later->part + 1), 0))
        rest_beyond(of, parts, n, later);
}

static inline void begin_rest(const struct compose_parts *parts, const struct batch *batch,
                              struct later *later)
{
    if (batch->first > 0)
        return;
    later->part = batch->part;
    later->number = 2 * parts->words.halves * batch->part + COMPOSE_OPEN;
}

/* ---- cells ----------------------------------------------------------------------------------- */

/* The chance of cell i, which is the rest's. */
static uint16_t rest_chance(const struct compose_cells *cells, const struct few_levels *to,
                            int64_t i)
{
    bool const last = i == cells->few - 1;
    return (uint16_t)few_chance(to, compose_bits(last ? cells->left : 1));
}

#endif
