/* world/compose_words.h - proposals for which 16 bits of a place, a state and a chance suffice: 32
 * at once. For compose_kernel.c, with AVX-512; others do without.
 */
#ifndef WORLD_COMPOSE_WORDS_H
#define WORLD_COMPOSE_WORDS_H

#include <immintrin.h>

#include "world/compose_batch.h"
#include "world/compose_lanes.h"

#ifdef __AVX512F__

/* Chances of more states do not fit into registers. With cells of more bits too little would be
 * left of how far into one a half is: a place may be too low by COMPOSE_SHORT, and this has to be
 * less than a step of what is left, 2^(16 - bits) units. */
enum { WORD_STATES = 256, WORD_BITS = 12 };

_Static_assert(COMPOSE_SHORT << WORD_BITS < 1 << 16, "a place is off by less than a step");

static inline bool words_suffice(const struct compose *of)
{
    return of->accept && of->states <= WORD_STATES && of->cells->bits <= WORD_BITS;
}

/* What is the same for all proposals, in registers. Shifts by a vector go where products do not:
 * those by one number for all lanes would wait for them (Zen 4). */
struct word_constants {
    __m512i bits, rest, scale, count;
};

static inline struct word_constants word_constants_of(const struct compose_cells *cells)
{
    return (struct word_constants){.bits = _mm512_set1_epi16((short)cells->bits),
                                   .rest = _mm512_set1_epi16((short)(16 - cells->bits)),
                                   .scale = all_lanes(cells->scale),
                                   .count = _mm512_set1_epi16((short)cells->count)};
}

/* Where 32 halves fall: in which cells, and how far into them. */
struct word_fall {
    __m512i cell, into;
};

MADE_FOR struct word_fall word_fall_of(const struct word_constants *to, struct pair half)
{
    struct pair const t = {multiply_high(half.first, to->scale),
                           multiply_high(half.second, to->scale)};
    __m512i const upper = upper_halves(t), lower = lower_halves(t);
    return (struct word_fall){
        _mm512_srlv_epi16(upper, to->rest),
        _mm512_or_si512(_mm512_sllv_epi16(upper, to->bits), _mm512_srlv_epi16(lower, to->rest))};
}

/* 32 proposals on their way. All bits of the states of those of the rest are set. */
struct words {
    __m512i state;
    __mmask32 stay, open;
};

/* Listed states and their chances. */
struct listed {
    __m512i state, chance;
};

/* Registers have all bits set beyond the list, and end there. */
MADE_FOR struct listed listed_at(const struct list *list, int most, __m512i cell)
{
    __m512i const at = _mm512_min_epu16(cell, _mm512_set1_epi16((short)(most - 1)));
    return (struct listed){look_up(list->low, most, at), look_up(list->chance, most, at)};
}

MADE_FOR struct listed listed_far(const struct word_constants *to, const struct list *list,
                                  const struct chances *chances, __m512i cell)
{
    __mmask32 const own = _mm512_cmplt_epu16_mask(cell, to->count);
    __m512i const at = _mm512_maskz_mov_epi16(own, cell);
    struct pair const cells = {_mm512_cvtepu16_epi32(_mm512_castsi512_si256(at)),
                               _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(at, 1))};
    __m512i const state = lower_halves(gather_states(list, cells));
    return (struct listed){words_where(own, state), words_where(own, chances_at(chances, state))};
}

/* Into and chance are cut off: how far into the cell is less than into + 2, in steps, and the
 * chance less than chance + 1, or 1, of which all bits are set. So when into is below chance by 2
 * it stays, when it is not below chance + 1 it goes, and between these it is open. So it is in the
 * cell's last step, which may be the next cell's first; and in the first one, to ask less. */
MADE_FOR struct words propose_words(const struct word_constants *to, const struct list *list,
                                    int most, const struct chances *chances, struct word_fall fall)
{
    struct listed const x =
        most > 0 ? listed_at(list, most, fall.cell) : listed_far(to, list, chances, fall.cell);
    __m512i const one = _mm512_set1_epi16(1), beyond = _mm512_add_epi16(fall.into, one);
    __m512i const near = _mm512_min_epu16(beyond, _mm512_sub_epi16(beyond, x.chance));
    return (struct words){.state = x.state,
                          .stay = _mm512_cmplt_epu16_mask(fall.into, x.chance),
                          .open = _mm512_cmple_epu16_mask(near, one)};
}

/* Open ones by their whole words. Those that turn out to be of the rest are done with it. */
static __attribute__((noinline)) void
settle_words(const struct compose *of, const struct batch *batch, int64_t i, struct words *x)
{
    uint16_t state[32];
    _mm512_storeu_si512(state, x->state);
    for (uint32_t open = x->open; open; open &= open - 1) {
        int const lane = __builtin_ctz(open);
        uint64_t const word = whole_of(batch->more, batch->part, batch->first + i + lane,
                                       random_half(batch->word, i + lane));
        uint32_t settled = 0;
        bool const stays = propose_one(of, batch->own, word, &settled);
        state[lane] = (uint16_t)settled;
        x->stay = stays ? x->stay | 1u << lane : x->stay & ~(1u << lane);
    }
    x->state = _mm512_loadu_si512(state);
}

/* Writes what is accepted of sixteen from out on, and returns how many. In place of a state of
 * which all bits are set its mark is written. */
MADE_FOR int64_t put_words(uint32_t *out, __m256i state, __mmask16 stay, __m512i mark)
{
    __m512i const all = _mm512_min_epu32(_mm512_cvtepi16_epi32(state), mark);
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(stay, all));
    return __builtin_popcount(stay);
}

/* Takes proposals that halves i .. i + 31 of the batch made, of which those in the mask are there;
 * returns how many are accepted. */
MADE_FOR int64_t take_words(const struct compose *of, const struct batch *batch, int64_t i,
                            __mmask32 live, struct words x, __m512i mark, int64_t k)
{
    if (__builtin_expect(x.open & live, 0)) {
        struct words settled = x; /* so that x itself stands in registers */
        settled.open &= live;
        settle_words(of, batch, i, &settled);
        x = settled;
    }
    __mmask32 const stay = x.stay & live;
    uint32_t *const out = batch->out + batch->at + k;
    int64_t const n = put_words(out, _mm512_castsi512_si256(x.state), (__mmask16)stay, mark);
    return n + put_words(out + n, _mm512_extracti64x4_epi64(x.state, 1), (__mmask16)(stay >> 16),
                         _mm512_add_epi32(mark, all_lanes(16)));
}

MADE_FOR int64_t propose_in_words(const struct compose *of, const struct list *list, int most,
                                  const struct chances *chances, const struct batch *batch,
                                  int64_t n, int64_t want)
{
    struct word_constants const to = word_constants_of(of->cells);
    const uint32_t *const half = (const uint32_t *)(const void *)batch->word;
    __m512i mark =
        _mm512_add_epi32(lane_numbers(), all_lanes(OF_THE_REST | (uint32_t)batch->number));
    int64_t k = 0, i = 0;
    for (; n - i >= 32 && k < want; i += 32) {
        struct pair const x = {_mm512_loadu_si512(half + i), _mm512_loadu_si512(half + i + 16)};
        struct words const words = propose_words(&to, list, most, chances, word_fall_of(&to, x));
        k += take_words(of, batch, i, ~0u, words, mark, k);
        mark = _mm512_add_epi32(mark, all_lanes(32));
    }
    if (i >= n || k >= want)
        return k;
    struct pair const x = {_mm512_maskz_loadu_epi32(first_lanes(n - i), half + i),
                           _mm512_maskz_loadu_epi32(first_lanes(n - i - 16), half + i + 16)};
    struct words const words = propose_words(&to, list, most, chances, word_fall_of(&to, x));
    return k + take_words(of, batch, i, (1u << (n - i)) - 1, words, mark, k);
}

#else

static inline bool words_suffice(const struct compose *of)
{
    (void)of;
    return false;
}

#endif

#endif
