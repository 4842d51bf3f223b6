/* world/compose_few_lanes.h - proposals by quarters with AVX-512, 32 at once. For compose_kernel.c;
 * all is static, as kernel.c asks of headers.
 */
#ifndef WORLD_COMPOSE_FEW_LANES_H
#define WORLD_COMPOSE_FEW_LANES_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "world/alias_lanes.h"
#include "world/compose_batch.h"
#include "world/compose_few.h"
#include "world/compose_lanes.h"

/* What is the same for all lists. */
struct few {
    struct reach reach;
    __m512i near[NEAR_STATES / 32];   /* chances of so few states */
    __m512i behind[COMPOSE_FEW / 32]; /* chances of the rest's cells, where their lanes are */
    struct few_levels to;
    __m512i levels, cells, over; /* the same in all lanes */
};

/* few_chance of 32. */
MADE_FOR __m512i few_chances(const struct few *few, __m512i chance)
{
    __m512i const below = _mm512_mulhi_epu16(chance, few->levels),
                  most = _mm512_sub_epi16(few->levels, _mm512_set1_epi16(2));
    return _mm512_mullo_epi16(_mm512_min_epu16(below, most), few->cells);
}

/* Chances in registers, as lists are. */
static inline void near_chances(const struct compose *of, struct few *few)
{
    for (int i = 0; i < NEAR_STATES / 32; i++) {
        int64_t const left = of->states - 32 * i;
        __mmask32 const live = left >= 32 ? ~0u : left > 0 ? (1u << left) - 1 : 0;
        few->near[i] = few_chances(few, _mm512_maskz_loadu_epi16(live, of->chance + 32 * i));
    }
}

static inline void few_of(const struct compose *of, struct way way, struct few *few)
{
    uint16_t behind[COMPOSE_FEW] = {0};
    few->to = few_levels_of(of->cells);
    few->levels = _mm512_set1_epi16((short)few->to.levels);
    few->cells = _mm512_set1_epi16((short)few->to.cells);
    few->over = _mm512_set1_epi16((short)few->to.over);
    few->reach = reach_of(of->cells->count);
    for (int64_t i = of->cells->count; i < of->cells->few; i++)
        behind[i] = rest_chance(of->cells, &few->to, i);
    for (int i = 0; i < COMPOSE_FEW / 32; i++)
        few->behind[i] = _mm512_loadu_si512(behind + 32 * i);
    if (way.near)
        near_chances(of, few);
}

/* A list and the rest's cells in registers. */
struct few_list {
    __m512i state[COMPOSE_FEW / 32], chance[COMPOSE_FEW / 32];
};

MADE_FOR __m512i gather_few(const uint16_t *chance, struct pair state)
{
    return lower_halves((struct pair){_mm512_i32gather_epi32(state.first, chance, 2),
                                      _mm512_i32gather_epi32(state.second, chance, 2)});
}

/* The states of a list's 32 cells from the i-th on; nothing is read beyond the list. */
MADE_FOR struct pair listed_at(const struct reach *reach, const uint32_t *own, int i)
{
    own += i * 32;
    if (reach->whole > i)
        return (struct pair){_mm512_loadu_si512(own), _mm512_loadu_si512(own + 16)};
    return (struct pair){_mm512_maskz_loadu_epi32(reach->live[2 * i], own),
                         _mm512_maskz_loadu_epi32(reach->live[2 * i + 1], own + 16)};
}

MADE_FOR void few_list_of(const struct compose *of, struct few *few, const uint32_t *own,
                          struct way way, struct few_list *list)
{
    const struct reach *reach = &few->reach;
    for (int i = 0; i < way.most / 32; i++) {
        struct pair const state = listed_at(reach, own, i);
        list->state[i] = lower_halves(state);
        list->chance[i] = way.near ? look_up(few->near, NEAR_STATES, list->state[i])
                                   : few_chances(few, gather_few(of->chance, state));
        if (reach->whole > i)
            continue;
        __mmask32 const listed = reach->live[2 * i] | (__mmask32)reach->live[2 * i + 1] << 16;
        list->state[i] = _mm512_mask_mov_epi16(_mm512_set1_epi16(-1), listed, list->state[i]);
        list->chance[i] = _mm512_mask_mov_epi16(few->behind[i], listed, list->chance[i]);
    }
}

/* 32 proposals on their way. */
struct few_proposals {
    __m512i state;
    __mmask32 stay, open;
};

MADE_FOR struct few_proposals propose_thirty_two(const struct few *few, const struct few_list *list,
                                                 int most, __m512i quarter)
{
    __m512i const into = _mm512_sub_epi16(_mm512_mullo_epi16(quarter, few->cells), few->over);
    __m512i const cell = _mm512_mulhi_epu16(quarter, few->cells),
                  chance = look_up(list->chance, most, cell);
    return (struct few_proposals){
        .state = look_up(list->state, most, cell),
        .stay = _mm512_cmplt_epu16_mask(into, chance),
        .open = _mm512_cmplt_epu16_mask(_mm512_sub_epi16(into, chance),
                                        _mm512_add_epi16(few->cells, few->cells))};
}

/* Which of 32 that are open, from proposal i of the batch on, stay. */
static __attribute__((noinline)) uint32_t settle_few_wholes(const struct compose *of,
                                                            const struct few_levels *to,
                                                            const struct batch *batch, int64_t i,
                                                            uint32_t which, struct few_open *open)
{
    uint32_t stay = 0;
    for (; which; which &= which - 1) {
        int const lane = __builtin_ctz(which);
        stay |= (uint32_t)settle_few_whole(of, to, batch, i + lane, open) << lane;
    }
    return stay;
}

/* Nearly always their halves say it: so in the loop nothing is called, and all registers stand. */
static inline uint32_t settle_few(const struct compose *of, const struct few_levels *to,
                                  const struct batch *batch, int64_t i, uint32_t which,
                                  struct few_open *open)
{
    struct few_open const before = *open;
    uint32_t stay = 0;
    bool sure = true;
    for (uint32_t left = which; left; left &= left - 1) {
        int const lane = __builtin_ctz(left);
        stay |= (uint32_t)settle_few_half(of, to, batch, i + lane, open, &sure) << lane;
    }
    if (__builtin_expect(sure, 1))
        return stay;
    *open = before;
    return settle_few_wholes(of, to, batch, i, which, open);
}

/* Writes what is accepted of sixteen, and returns how many. What is of the rest becomes a mark. */
MADE_FOR int64_t put_few(uint32_t *out, __m256i state, __mmask16 stay)
{
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(stay, _mm512_cvtepi16_epi32(state)));
    return __builtin_popcount(stay);
}

MADE_FOR int64_t propose_few(const struct compose *of, const struct compose_parts *parts,
                             const struct few *few, const struct few_list *list, int most,
                             const struct batch *batch, int64_t n, int64_t want,
                             struct few_open *open, struct later *later)
{
    (void)parts;
    (void)later;
    const uint16_t *const quarter = (const uint16_t *)(const void *)batch->word;
    uint32_t *const out = batch->out + batch->at;
    int64_t k = 0;
    for (int64_t i = 0; i < n && k < want; i += COMPOSE_GROUP) {
        struct few_proposals x =
            propose_thirty_two(few, list, most, _mm512_loadu_si512(quarter + i));
        if (__builtin_expect(x.open, 0))
            x.stay = (x.stay & ~x.open) | settle_few(of, &few->to, batch, i, x.open, open);
        k += put_few(out + k, _mm512_castsi512_si256(x.state), (__mmask16)x.stay);
        k += put_few(out + k, _mm512_extracti64x4_epi64(x.state, 1), (__mmask16)(x.stay >> 16));
    }
    return k;
}

/* Numbers and halves of the next n notes: so these need not be gathered. */
static inline void number_rest(const struct compose_parts *parts, int64_t n, struct later *later)
{
    const uint32_t *const half = (const uint32_t *)(const void *)parts->half + later->number;
    int64_t const left = 2 * parts->words.halves * (later->part + 1) - later->number;
    __m512i number = _mm512_add_epi32(lane_numbers(), all_lanes((uint32_t)later->number));
    for (int64_t i = 0; i < n; i += 16) {
        uint32_t *const at = later->at + later->n + i;
        _mm512_storeu_si512(later->half + later->n + i,
                            _mm512_maskz_loadu_epi32(first_lanes(left - i), half + i));
        _mm512_storeu_si512(at, _mm512_mask_mov_epi16(_mm512_loadu_si512(at), 0x55555555, number));
        number = _mm512_add_epi32(number, all_lanes(16));
    }
}

/* Notes what is marked where that is to be looked for. */
static inline void look_for_rest(const struct compose *of, const struct compose_parts *parts,
                                 struct later *later)
{
    const uint32_t *const out = parts->out;
    int64_t const end = later->end;
    int64_t i = later->next, n = later->n;
    __m512i place = _mm512_slli_epi32(_mm512_add_epi32(lane_numbers(), all_lanes((uint32_t)i)), 16);
    for (; i < end; i += 16) {
        __mmask16 marks = _mm512_movepi32_mask(_mm512_loadu_si512(out + i));
        if (end - i < 16)
            marks &= first_lanes(end - i);
        _mm512_storeu_si512(later->at + n, _mm512_maskz_compress_epi32(marks, place));
        n += __builtin_popcount(marks);
        place = _mm512_add_epi32(place, all_lanes(16 << 16));
    }
    int64_t const noted = n - later->n;
    number_rest(parts, noted, later);
    later->n = n;
    noted_rest(of, parts, noted, later);
}

/* Of a batch n are taken: they are looked at when more was written, since what was stored just now
 * is loaded late. */
static inline void keep_few(const struct compose *of, const struct compose_parts *parts,
                            const struct batch *batch, int64_t n, struct later *later)
{
    if (of->cells->few == of->cells->count)
        return;
    look_for_rest(of, parts, later);
    begin_rest(parts, batch, later);
    later->next = batch->at;
    later->end = batch->at + n;
}

#endif
