/* world/compose_lanes.h - lists and chances in registers, for compose_kernel.c. All is static, as
 * kernel.c asks of headers.
 */
#ifndef WORLD_COMPOSE_LANES_H
#define WORLD_COMPOSE_LANES_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "world/alias_lanes.h"
#include "world/compose.h"
#include "world/lanes.h"

/* A way to propose, which is known when it is compiled. */
struct way {
    int most;   /* lists of up to 32 or 128 states are in registers; 0: longer ones, by gathers */
    bool wide;  /* and there are states above 2^16                                              */
    bool coins; /* not all chances are 1                                                        */
    bool words; /* states and cells are few: compose_words.h                                    */
};

#ifdef __AVX512F__

/* Of 32 numbers the first sixteen and the others. */
struct pair {
    __m512i first, second;
};

/* Numbers of 16 bits as words, so that one instruction looks 32 of them up: in each lane's lower
 * half one of the first, in its upper half one of the others. */
MADE_FOR __m512i words_of(struct pair x)
{
    return _mm512_or_si512(x.first, _mm512_slli_epi32(x.second, 16));
}

MADE_FOR struct pair pair_of(__m512i words)
{
    return (struct pair){_mm512_and_si512(words, all_lanes(0xffff)), _mm512_srli_epi32(words, 16)};
}

/* The upper halves of the products. */
static inline __m512i multiply_high(__m512i x, __m512i y)
{
    __m512i const even = _mm512_mul_epu32(x, y);
    __m512i const odd = _mm512_mul_epu32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(y, 32));
    return _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd);
}

/* All lower halves of 32 numbers in their order, and all upper ones. */
static const uint16_t every_second[32] = {0,  2,  4,  6,  8,  10, 12, 14, 16, 18, 20,
                                          22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42,
                                          44, 46, 48, 50, 52, 54, 56, 58, 60, 62};

MADE_FOR __m512i lower_halves(struct pair x)
{
    return _mm512_permutex2var_epi16(x.first, _mm512_loadu_si512(every_second), x.second);
}

MADE_FOR __m512i upper_halves(struct pair x)
{
    __m512i const upper = _mm512_add_epi16(_mm512_loadu_si512(every_second), _mm512_set1_epi16(1));
    return _mm512_permutex2var_epi16(x.first, upper, x.second);
}

/* 32 numbers of up to 32 (one part), or 128 (four), in registers. */
MADE_FOR __m512i look_up(const __m512i *part, int most, __m512i at)
{
    if (most == 32)
        return _mm512_permutexvar_epi16(at, part[0]);
    __mmask32 const second = _mm512_test_epi16_mask(at, _mm512_set1_epi16(64));
    return _mm512_mask_mov_epi16(_mm512_permutex2var_epi16(part[0], at, part[1]), second,
                                 _mm512_permutex2var_epi16(part[2], at, part[3]));
}

/* Chances of up to 256 states, in registers as lists are. */
struct chances {
    __m512i part[8];
};

MADE_FOR struct chances chances_of(const struct compose *of, struct way way)
{
    struct chances chances = {0};
    for (int i = 0; i < 8 && way.words; i++) {
        int64_t const left = of->states - 32 * i;
        __mmask32 const live = left >= 32 ? ~0u : left > 0 ? (1u << left) - 1 : 0;
        chances.part[i] = _mm512_maskz_loadu_epi16(live, of->chance + 32 * i);
    }
    return chances;
}

MADE_FOR __m512i chances_at(const struct chances *chances, __m512i state)
{
    __mmask32 const high = _mm512_test_epi16_mask(state, _mm512_set1_epi16(128));
    return _mm512_mask_mov_epi16(look_up(chances->part, 128, state), high,
                                 look_up(chances->part + 4, 128, state));
}

/* A list in registers, as far as it is there: to look up takes a third of what gathers do. States
 * above 2^16 are `wide`, and have upper halves. */
struct list {
    const uint32_t *own;
    __m512i low[4], high[4], chance[4];
};

/* Which lanes a list of `count` states has: of sixteen states each, and of 32 words. */
struct reach {
    __mmask16 live[8];
    __mmask32 words[4];
};

static inline struct reach reach_of(int64_t count)
{
    struct reach reach;
    for (int i = 0; i < 8; i++)
        reach.live[i] = first_lanes(count - i * 16);
    for (int i = 0; i < 4; i++)
        reach.words[i] = reach.live[2 * i] | (__mmask32)reach.live[2 * i + 1] << 16;
    return reach;
}

/* Of 32 words those that are there; all bits of the others are set. */
MADE_FOR __m512i words_where(__mmask32 live, __m512i words)
{
    return _mm512_mask_mov_epi16(_mm512_set1_epi16(-1), live, words);
}

MADE_FOR struct list list_of(const struct reach *reach, const uint32_t *own, struct way way,
                             const struct chances *chances)
{
    struct list list = {.own = own};
    for (int i = 0; i < 4 && i * 32 < way.most; i++) {
        struct pair const state = {
            _mm512_maskz_loadu_epi32(reach->live[2 * i], own + i * 32),
            _mm512_maskz_loadu_epi32(reach->live[2 * i + 1], own + i * 32 + 16)};
        list.low[i] = lower_halves(state);
        if (way.wide)
            list.high[i] = upper_halves(state);
        if (!way.words)
            continue;
        list.chance[i] = words_where(reach->words[i], chances_at(chances, list.low[i]));
        list.low[i] = words_where(reach->words[i], list.low[i]);
    }
    return list;
}

MADE_FOR struct pair gather_states(const struct list *list, struct pair cell)
{
    return (struct pair){_mm512_i32gather_epi32(cell.first, list->own, 4),
                         _mm512_i32gather_epi32(cell.second, list->own, 4)};
}

/* 32 listed states: of cells that are the list's, and others' are 0. */
MADE_FOR struct pair states_of(const struct list *list, struct way way, struct pair cell)
{
    if (way.most == 0)
        return gather_states(list, cell);
    __m512i const at = words_of(cell);
    struct pair state = pair_of(look_up(list->low, way.most, at));
    if (way.wide) {
        struct pair const high = pair_of(look_up(list->high, way.most, at));
        state.first = _mm512_or_si512(state.first, _mm512_slli_epi32(high.first, 16));
        state.second = _mm512_or_si512(state.second, _mm512_slli_epi32(high.second, 16));
    }
    return state;
}

/* Chances of sixteen states, in the upper 16 bits; the lower ones are 0. To gather two at once, of
 * which the first is moved up, takes as long as the rest of a proposal. */
MADE_FOR __m512i gather_chances(const uint16_t *chance, __mmask16 own, __m512i state)
{
    return _mm512_slli_epi32(_mm512_mask_i32gather_epi32(state, own, state, chance, 2), 16);
}

#else

struct chances {
    char none;
};

struct reach {
    char none;
};

static inline struct reach reach_of(int64_t count)
{
    (void)count;
    return (struct reach){0};
}

struct list {
    char none;
};

MADE_FOR struct list list_of(const struct reach *reach, const uint32_t *own, struct way way,
                             const struct chances *chances)
{
    (void)chances;
    (void)reach;
    (void)own;
    (void)way;
    return (struct list){0};
}

MADE_FOR struct chances chances_of(const struct compose *of, struct way way)
{
    (void)of;
    (void)way;
    return (struct chances){0};
}

#endif

#endif
