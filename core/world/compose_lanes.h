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

/* How the chances of states are looked up: all are 1, those of up to 256 states in registers as
 * lists are, or by a gather, which takes as long as the rest of a proposal. */
enum coins { NO_COINS, FEW_COINS, COINS };

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

/* 32 numbers of up to 32 (one part), or 128 (four), in registers. */
MADE_FOR __m512i look_up(const __m512i *part, int most, __m512i at)
{
    if (most == 32)
        return _mm512_permutexvar_epi16(at, part[0]);
    __mmask32 const second = _mm512_test_epi16_mask(at, _mm512_set1_epi16(64));
    return _mm512_mask_mov_epi16(_mm512_permutex2var_epi16(part[0], at, part[1]), second,
                                 _mm512_permutex2var_epi16(part[2], at, part[3]));
}

/* A list in registers, as far as it is there: to look up takes a third of what gathers do. States
 * above 2^16 are `wide`, and have upper halves. */
struct list {
    const uint32_t *own;
    __m512i low[4], high[4];
};

/* Which lanes of each register a list of `count` states has. */
struct reach {
    __mmask16 live[8];
};

static inline struct reach reach_of(int64_t count)
{
    struct reach reach;
    for (int i = 0; i < 8; i++)
        reach.live[i] = first_lanes(count - i * 16);
    return reach;
}

MADE_FOR struct list list_of(const struct reach *reach, const uint32_t *own, int most, bool wide)
{
    struct list list = {.own = own};
    for (int i = 0; i < 4 && i * 32 < most; i++) {
        __m512i const x = _mm512_maskz_loadu_epi32(reach->live[2 * i], own + i * 32);
        __m512i const y = _mm512_maskz_loadu_epi32(reach->live[2 * i + 1], own + i * 32 + 16);
        list.low[i] = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi32_epi16(x)),
                                         _mm512_cvtepi32_epi16(y), 1);
        if (wide)
            list.high[i] = _mm512_inserti64x4(
                _mm512_castsi256_si512(_mm512_cvtepi32_epi16(_mm512_srli_epi32(x, 16))),
                _mm512_cvtepi32_epi16(_mm512_srli_epi32(y, 16)), 1);
    }
    return list;
}

/* 32 listed states: of cells that are the list's, and others' are 0. */
MADE_FOR struct pair states_of(const struct list *list, int most, bool wide, struct pair cell)
{
    if (most == 0)
        return (struct pair){_mm512_i32gather_epi32(cell.first, list->own, 4),
                             _mm512_i32gather_epi32(cell.second, list->own, 4)};
    __m512i const at = words_of(cell);
    struct pair state = pair_of(look_up(list->low, most, at));
    if (wide) {
        struct pair const high = pair_of(look_up(list->high, most, at));
        state.first = _mm512_or_si512(state.first, _mm512_slli_epi32(high.first, 16));
        state.second = _mm512_or_si512(state.second, _mm512_slli_epi32(high.second, 16));
    }
    return state;
}

struct chances {
    const uint16_t *at;
    __m512i part[8];
};

MADE_FOR struct chances chances_of(const struct compose *of, enum coins coins)
{
    struct chances chances = {.at = of->chance};
    for (int i = 0; i < 8 && coins == FEW_COINS; i++) {
        int64_t const left = of->states - 32 * i;
        __mmask32 const live = left >= 32 ? ~0u : left > 0 ? (1u << left) - 1 : 0;
        chances.part[i] = _mm512_maskz_loadu_epi16(live, of->chance + 32 * i);
    }
    return chances;
}

/* Two chances at once, of which the first is moved up. */
MADE_FOR __m512i gather_chances(const struct chances *chances, __mmask16 own, __m512i state)
{
    return _mm512_slli_epi32(_mm512_mask_i32gather_epi32(state, own, state, chances->at, 2), 16);
}

/* In the upper 16 bits; the lower ones are 0. */
MADE_FOR struct pair chances_at(const struct chances *chances, enum coins coins, __mmask16 own,
                                __mmask16 own_second, struct pair state)
{
    if (coins == COINS)
        return (struct pair){gather_chances(chances, own, state.first),
                             gather_chances(chances, own_second, state.second)};
    __m512i const at = words_of(state);
    __mmask32 const high = _mm512_test_epi16_mask(at, _mm512_set1_epi16(128));
    __m512i const found = _mm512_mask_mov_epi16(look_up(chances->part, 128, at), high,
                                                look_up(chances->part + 4, 128, at));
    return (struct pair){_mm512_slli_epi32(found, 16),
                         _mm512_and_si512(found, all_lanes(0xffff0000u))};
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

MADE_FOR struct list list_of(const struct reach *reach, const uint32_t *own, int most, bool wide)
{
    (void)reach;
    (void)own;
    (void)most;
    (void)wide;
    return (struct list){0};
}

MADE_FOR struct chances chances_of(const struct compose *of, enum coins coins)
{
    (void)of;
    (void)coins;
    return (struct chances){0};
}

#endif

#endif
