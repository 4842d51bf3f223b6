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

/* Chances of more states do not fit into registers. */
enum { NEAR_STATES = 256 };

/* A way to propose, which is known when it is compiled. */
struct way {
    int most;   /* so many states of lists are in registers; 0: none, and there are gathers     */
    bool wide;  /* and there are states above 2^16                                              */
    bool coins; /* not all chances are 1                                                        */
    bool near;  /* compose_few.h: states are few, and chances in registers                      */
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

MADE_FOR __m512i look_up_128(const __m512i *part, __m512i at)
{
    __mmask32 const second = _mm512_test_epi16_mask(at, _mm512_set1_epi16(64));
    return _mm512_mask_mov_epi16(_mm512_permutex2var_epi16(part[0], at, part[1]), second,
                                 _mm512_permutex2var_epi16(part[2], at, part[3]));
}

/* 32 numbers of up to 32 (one part), 128 (four), or 256 (eight), in registers. */
MADE_FOR __m512i look_up(const __m512i *part, int most, __m512i at)
{
    if (most == 32)
        return _mm512_permutexvar_epi16(at, part[0]);
    if (most == 256)
        return _mm512_mask_mov_epi16(look_up_128(part, at),
                                     _mm512_test_epi16_mask(at, _mm512_set1_epi16(128)),
                                     look_up_128(part + 4, at));
    return look_up_128(part, at);
}

/* A list in registers, as far as it is there: to look up takes a third of what gathers do. States
 * above 2^16 are `wide`, and have upper halves. */
struct list {
    const uint32_t *own;
    __m512i low[4], high[4];
};

/* Which lanes a list of `count` states has, of 256. */
struct reach {
    int whole; /* so many times 32 all have */
    __mmask16 live[16];
};

static inline struct reach reach_of(int64_t count)
{
    struct reach reach = {.whole = count < 256 ? (int)count / 32 : 8};
    for (int i = 0; i < 16; i++)
        reach.live[i] = first_lanes(count - i * 16);
    return reach;
}

MADE_FOR struct list list_of(const struct reach *reach, const uint32_t *own, struct way way)
{
    struct list list = {.own = own};
    for (int i = 0; i < 4 && i * 32 < way.most; i++) {
        struct pair const state = {
            _mm512_maskz_loadu_epi32(reach->live[2 * i], own + i * 32),
            _mm512_maskz_loadu_epi32(reach->live[2 * i + 1], own + i * 32 + 16)};
        list.low[i] = lower_halves(state);
        if (way.wide)
            list.high[i] = upper_halves(state);
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

#else

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

MADE_FOR struct list list_of(const struct reach *reach, const uint32_t *own, struct way way)
{
    (void)reach;
    (void)own;
    (void)way;
    return (struct list){0};
}

#endif

#endif
