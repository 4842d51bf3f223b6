/* world/compose_plain.h - how compose_kernel.c proposes without AVX-512: C that compilers make
 * vectors of. All is static, as kernel.c asks of headers.
 */
#ifndef WORLD_COMPOSE_PLAIN_H
#define WORLD_COMPOSE_PLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "world/alias_lanes.h"
#include "world/compose_batch.h"
#include "world/compose_lanes.h"

/* Proposals of a piece, each step for all of them before the next one: so compilers make vectors of
 * those that can be, and no branch depends on a draw. */
struct proposals {
    uint32_t cell[PIECE], into[PIECE], rest[PIECE]; /* rest: 1 where it falls in the rest */
    uint32_t state[PIECE], chance[PIECE], step[PIECE];
};

/* What a proposal adds to the next one's place, above 16 bits of its number. */
enum { GOES = 1, STAYS = (1 << 16) + 1 };

static inline uint32_t into_cells(uint32_t half, uint32_t scale)
{
    return (uint32_t)((uint64_t)half * scale >> 32);
}

static inline void fall(const struct compose_cells *cells, const uint64_t *word, int64_t n,
                        struct proposals *x)
{
    uint32_t const scale = cells->scale, end = cells->end;
    int const bits = cells->bits;
    memcpy(x->cell, word, (size_t)n * sizeof *x->cell);
    for (int64_t i = 0; i < n; i++) {
        uint32_t const t = into_cells(x->cell[i], scale), own = t < end;
        x->cell[i] = (t >> (32 - bits)) & (0 - own);
        x->into[i] = t << bits;
        x->rest[i] = 1 - own;
    }
}

/* Is proposal i too near an end of its cell, or its chance? */
MADE_FOR uint32_t is_open(const struct proposals *x, int64_t i, uint32_t near, bool coins)
{
    uint32_t const beyond = x->into[i] + near;
    uint32_t const coin = coins && beyond - x->chance[i] < near + (1u << 16);
    return (1 - x->rest[i]) & ((beyond < near) | coin);
}

/* Returns whether some are open. */
MADE_FOR bool toss(uint32_t near, bool coins, int64_t n, struct proposals *x)
{
    uint32_t open = 0;
    for (int64_t i = 0; i < n; i++) {
        uint32_t const goes = coins && !(x->rest[i] | (x->into[i] < x->chance[i]));
        open |= is_open(x, i, near, coins);
        x->step[i] = STAYS - (goes << 16);
    }
    return open;
}

/* Open ones by their whole words. Those that turn out to be of the rest are done with it. */
static __attribute__((noinline)) void settle_open(const struct compose *of,
                                                  const struct batch *batch, uint32_t near,
                                                  int64_t n, struct proposals *x)
{
    for (int64_t i = 0; i < n; i++) {
        if (!is_open(x, i, near, of->accept))
            continue;
        uint64_t const word =
            whole_of(batch->more, batch->part, batch->first + i, random_half(batch->word, i));
        x->step[i] = propose_one(of, batch->own, word, &x->state[i]) ? STAYS : GOES;
    }
}

MADE_FOR int64_t propose(const struct compose *of, const struct list *list, struct way way,
                         const struct batch *batch, int64_t n, int64_t want, struct later *later)
{
    struct proposals x;
    uint32_t const near = (uint32_t)COMPOSE_SHORT << of->cells->bits;
    uint64_t at = (uint64_t)batch->at << 16 | (uint64_t)batch->number;
    uint64_t const end = (uint64_t)(batch->at + want) << 16;
    int64_t waiting = later->n;
    (void)list;
    fall(of->cells, batch->word, n, &x);
    look_up_each(batch->own, x.cell, way.coins ? of->chance : NULL, n, x.state, x.chance);
    if (__builtin_expect(toss(near, way.coins, n, &x), 0))
        settle_open(of, batch, near, n, &x);
#pragma GCC unroll 4
    for (int64_t i = 0; i < n && at < end; i++) {
        later->at[waiting] = (uint32_t)at;
        waiting += x.rest[i];
        batch->out[at >> 16] = x.state[i];
        at += x.step[i];
    }
    later->n = waiting;
    return (int64_t)(at >> 16) - batch->at;
}

/* How far a half is into the rest, as a half for its table. */
static inline uint32_t half_of_rest(const struct compose *of, uint32_t half)
{
    uint32_t const t = into_cells(half, of->cells->scale);
    double const x = (double)(t - of->cells->end) * of->cells->stretch;
    return (uint32_t)(x < 0x1.fffffffep31 ? x : 0x1.fffffffep31);
}

MADE_FOR void settle(const struct compose *of, const struct columns *columns,
                     const struct compose_parts *parts, bool few, bool all, struct later *later)
{
    (void)columns;
    (void)all;
    for (int64_t j = 0; j < later->n; j++) {
        /* All below n were noted: NOLINTNEXTLINE(clang-analyzer-core.*) */
        uint32_t const number = later->at[j] & 0xffff;
        uint32_t const half = random_half(few ? parts->half : parts->word, number);
        bool open = false;
        uint32_t state =
            alias_half(of->from, of->cells->slack, few ? half : half_of_rest(of, half), &open);
        if (__builtin_expect(of->cells->whole | open, 0))
            state = few ? rest_of(of, parts, number)
                        : draw_rest(of, place_of(of, word_of(parts, number)));
        parts->out[later->at[j] >> 16] = state & ~ALIAS_MARKED;
    }
    later->n = 0;
}

/* No more is written of a part than is wanted. */
MADE_FOR void keep(const struct compose *of, struct way way, const uint32_t *out, int64_t at,
                   int64_t n, struct later *later)
{
    (void)of;
    (void)way;
    (void)out;
    (void)at;
    (void)n;
    (void)later;
}

#endif
