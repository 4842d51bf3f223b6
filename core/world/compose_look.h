/* world/compose_look.h - where halves of words fall among a law's cells, and what is looked up of
 * that, for compose_kernel.c with AVX-512. All is static, as kernel.c asks of headers.
 */
#ifndef WORLD_COMPOSE_LOOK_H
#define WORLD_COMPOSE_LOOK_H

#include <immintrin.h>
#include <stdint.h>

#include "world/compose_batch.h"
#include "world/compose_lanes.h"

/* What is the same for all proposals, in registers: gcc does not see that what is written meanwhile
 * is apart from where it would read it. */
struct constants {
    __m512i bits, rest, scale, end, near, open;
};

static inline struct constants constants_of(const struct compose_cells *cells)
{
    uint32_t const near = (uint32_t)COMPOSE_SHORT << cells->bits;
    return (struct constants){.bits = all_lanes((uint32_t)cells->bits),
                              .rest = all_lanes((uint32_t)(32 - cells->bits)),
                              .scale = all_lanes(cells->scale),
                              .end = all_lanes(cells->end),
                              .near = all_lanes(near),
                              .open = all_lanes(near + (1u << 16))};
}

/* Where sixteen halves fall: in which cells, 0 where that is not the list's, and how far into them.
 */
struct fall {
    __m512i cell, into;
    __mmask16 own;
};

MADE_FOR struct fall fall_of(const struct constants *to, __mmask16 live, __m512i half)
{
    __m512i const t = multiply_high(half, to->scale);
    struct fall fall = {.own = _mm512_mask_cmplt_epu32_mask(live, t, to->end)};
    fall.cell = _mm512_maskz_srlv_epi32(fall.own, t, to->rest);
    fall.into = _mm512_sllv_epi32(t, to->bits);
    return fall;
}

/* A state takes a gather; where its chance is looked up, too, gathers are slower than to look up
 * one by one what is in memory by then: of lists of 10,000 of 100,000 states 18 us, and 14 like
 * this (Zen 5). So many at once: with fewer, what was just stored is loaded too early, with more
 * too much is looked up behind the last that is wanted. */
enum { LOOK = 128 };

struct looked {
    uint32_t cell[LOOK], into[LOOK], state[LOOK], chance[LOOK];
    __mmask16 own[LOOK / 16];
};

/* Sixteen of them. */
MADE_FOR __m512i fall_some(const struct constants *to, const uint32_t *half, int64_t n, int64_t j,
                           struct looked *x)
{
    __mmask16 const live = first_lanes(n - j);
    struct fall const fall = fall_of(to, live, _mm512_maskz_loadu_epi32(live, half + j));
    _mm512_storeu_si512(x->into + j, fall.into);
    x->own[j / 16] = fall.own;
    return fall.cell;
}

/* Where n halves fall, and the states of lists in registers. */
MADE_FOR void fall_each(const struct constants *to, const struct list *list, struct way way,
                        const uint32_t *half, int64_t n, struct looked *x)
{
    uint32_t *const out = way.most > 0 ? x->state : x->cell;
    for (int64_t j = 0; j < n; j += 32) {
        struct pair at = {.first = fall_some(to, half, n, j, x)};
        at.second = fall_some(to, half, n, j + 16, x);
        struct pair const found = way.most > 0 ? states_of(list, way, at) : at;
        _mm512_storeu_si512(out + j, found.first);
        _mm512_storeu_si512(out + j + 16, found.second);
    }
}

#endif
