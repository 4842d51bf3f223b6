/* world/alias_lanes.h - draws from an alias table by halves of words, for kernels that make them:
 * draw_kernel.c and compose_kernel.c. All is static, as kernel.c asks of headers.
 */
#ifndef WORLD_ALIAS_LANES_H
#define WORLD_ALIAS_LANES_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "world/alias.h"
#include "world/lanes.h"

/* Bits of half a word that are below its column, from the highest on; and the first bits of the
 * cut that they are held against, which end above `CUT_ENDS` bits of nothing. */
enum { CUT_ENDS = 2 };

#ifdef __AVX512F__
static inline __m512i all_lanes(uint32_t x)
{
    return _mm512_set1_epi32((int)x);
}

static inline __m512i lane_numbers(void)
{
    return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/* A table as sixteen draws need it. A half that may be too low by up to `slack` (in units of what
 * is below the column) is open where that could cross a cut or the column's end. */
struct columns {
    const uint32_t *entry;
    __m512i bits, rest; /* of a column, and below it */
    __m512i other;      /* which bits of an entry are */
    __m512i cut, slack, open;
};

static inline struct columns columns_of(const struct alias *alias, uint32_t slack)
{
    uint32_t const ends = 1u << (alias->bits + CUT_ENDS);
    return (struct columns){.entry = alias->entry,
                            .bits = all_lanes((uint32_t)alias->bits),
                            .rest = all_lanes((uint32_t)(32 - alias->bits)),
                            .other = all_lanes((1u << alias->bits) - 1),
                            .cut = all_lanes(~(ends - 1)),
                            .slack = all_lanes(slack),
                            .open = all_lanes(slack + ends)};
}

/* Sixteen draws: their states, and which are open or marked. */
struct sixteen {
    __m512i state;
    __mmask16 open, marked;
};

MADE_FOR struct sixteen alias_sixteen(const struct columns *of, bool marks, __mmask16 live,
                                      __m512i half)
{
    __m512i const column = _mm512_srlv_epi32(half, of->rest),
                  into = _mm512_sllv_epi32(half, of->bits);
    __m512i const entry = _mm512_mask_i32gather_epi32(column, live, column, of->entry, 4);
    __m512i const cut = _mm512_and_si512(entry, of->cut), beyond = _mm512_sub_epi32(into, cut);
    __mmask16 const other = _mm512_mask_cmpge_epu32_mask(live, into, cut);
    __m512i const near = _mm512_add_epi32(beyond, of->slack);
    struct sixteen out = {.state = _mm512_mask_and_epi32(column, other, entry, of->other)};
    out.open = _mm512_mask_cmplt_epu32_mask(live, near, of->open) |
               _mm512_mask_cmplt_epu32_mask(live, _mm512_add_epi32(into, of->slack), into);
    if (marks) {
        /* A bit above an entry's other state is that one's mark, and two above its own state's. */
        __m512i const one = _mm512_add_epi32(of->other, _mm512_set1_epi32(1));
        __m512i const bit = _mm512_mask_add_epi32(one, (__mmask16)~other, one, one);
        out.marked = _mm512_mask_test_epi32_mask(live, entry, bit);
    }
    return out;
}

#else
struct columns {
    char none;
};

static inline struct columns columns_of(const struct alias *alias, uint32_t slack)
{
    (void)alias;
    (void)slack;
    return (struct columns){0};
}

/* One draw by its half, which may be too low by up to `slack`: see there. */
MADE_FOR uint32_t alias_half(const struct alias *alias, uint32_t slack, uint32_t half, bool *open)
{
    int const bits = alias->bits;
    uint32_t const column = half >> (32 - bits), into = half << bits, entry = alias->entry[column];
    uint32_t const ends = 1u << (bits + CUT_ENDS), cut = entry & ~(ends - 1);
    uint32_t const own = into < cut, is_own = 0 - own;
    *open = (into - cut + slack < slack + ends) | (into + slack < into);
    return (column & is_own) | (entry & ((1u << bits) - 1) & ~is_own) |
           (entry >> ((uint32_t)bits + own)) << 31;
}
#endif

#endif
