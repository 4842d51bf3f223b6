/* Compiled once for each instruction set, by the rules of kernel.c. */
#include "world/few_kernel.h"

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "world/few.h"
#include "world/lanes.h"

/* ---- prefix sums --------------------------------------------------------------------------- */

/* A row's share of each column; what is beyond the last state has none. */
static inline void add_row(uint64_t *restrict step, uint64_t *restrict sum,
                           const double *restrict weight, double scale)
{
    for (int64_t c = 0; c < FEW_COLUMNS; c++)
        step[c] = sum[c] += (uint64_t)(int64_t)(weight[c] * scale);
}

static inline void add_columns(struct few *few, const double *weight, double scale, int64_t n,
                               uint64_t *sum)
{
    double last[FEW_COLUMNS] = {0};
    int64_t const whole = n / FEW_COLUMNS;
    for (int64_t r = 0; r < whole; r++)
        add_row(few->step + r * FEW_COLUMNS, sum, weight + r * FEW_COLUMNS, scale);
    if (whole == few->rows)
        return;
    memcpy(last, weight + whole * FEW_COLUMNS, sizeof *last * (size_t)(n % FEW_COLUMNS));
    add_row(few->step + whole * FEW_COLUMNS, sum, last, scale);
}

/* Row by row for searches that look up a row's steps by column; else column by column. */
static inline int64_t place_of(int64_t row, int64_t column)
{
#ifdef __AVX512F__
    return row * FEW_COLUMNS + column;
#else
    return column * FEW_ROWS + row;
#endif
}

/* Behind the last row its steps go on at their height: a search need not know where it ends. */
static inline void cut_row(struct few *few, int64_t row, uint16_t *restrict end)
{
    const uint64_t *step = few->step + (row < few->rows ? row : few->rows - 1) * FEW_COLUMNS;
    for (int64_t c = 0; c < FEW_COLUMNS; c++) {
        end[c] = (uint16_t)((few->before[c] + step[c]) >> 46);
        few->upper[place_of(row, c)] = end[c];
    }
}

void KERNEL_OWN(few_kernel_build)(struct few *few, const double *weight, double scale, int64_t n)
{
    uint64_t sum[FEW_COLUMNS] = {0}, before = 0;
    add_columns(few, weight, scale, n, sum);
    for (int64_t c = 0; c < FEW_COLUMNS; c++) {
        few->before[c] = before;
        before += sum[c];
    }
    few->sum = before;
    for (int64_t r = 0; r < FEW_ROWS; r++)
        cut_row(few, r, few->end);
}

/* ---- searches ------------------------------------------------------------------------------ */

/* A draw is open when a step has its bits, or when it may be above the last one, which has all. */

#ifdef __AVX512F__
/* 32 draws each; `below`: the last step that is not above x. */
struct found {
    __m512i x, at, place, below;
};

enum { GROUPS = 4 };

/* Counts what is not above x: in columns' ends by halves, then in each draw's column. Each step
 * waits for the one before: so all are made for `groups` of draws in turn. */
MADE_FOR void find_columns(const struct few *few, int groups, struct found *found)
{
    __m512i const end = _mm512_loadu_si512(few->end);
    for (int g = 0; g < groups; g++)
        found[g].at = _mm512_setzero_si512();
    for (short half = FEW_COLUMNS / 2; half > 0; half /= 2)
        for (int g = 0; g < groups; g++) {
            struct found *const f = &found[g];
            __m512i const probe = _mm512_add_epi16(f->at, _mm512_set1_epi16((short)(half - 1)));
            __mmask32 const beyond =
                _mm512_cmple_epu16_mask(_mm512_permutexvar_epi16(probe, end), f->x);
            f->at = _mm512_mask_add_epi16(f->at, beyond, f->at, _mm512_set1_epi16(half));
        }
    for (int g = 0; g < groups; g++) {
        /* Before column 0 stands the last one, whose end only draws have that are open anyway. */
        __m512i const before = _mm512_sub_epi16(found[g].at, _mm512_set1_epi16(1));
        found[g].below = _mm512_permutexvar_epi16(before, end);
    }
}

MADE_FOR void find_rows(const struct few *few, int groups, struct found *found)
{
    __m512i const row = _mm512_set1_epi16(FEW_COLUMNS);
    for (int g = 0; g < groups; g++)
        found[g].place = found[g].at;
    for (int64_t i = 0; i < (few->rows - 1) * FEW_COLUMNS; i += FEW_COLUMNS) {
        __m512i const upper = _mm512_loadu_si512(few->upper + i);
        for (int g = 0; g < groups; g++) {
            struct found *const f = &found[g];
            __m512i const step = _mm512_permutexvar_epi16(f->at, upper);
            __mmask32 const beyond = _mm512_cmple_epu16_mask(step, f->x);
            f->below = _mm512_mask_mov_epi16(f->below, beyond, step);
            f->place = _mm512_mask_add_epi16(f->place, beyond, f->place, row);
        }
    }
}

static inline void put(__m256i place, __mmask16 live, uint32_t *state)
{
    __m512i const z = _mm512_cvtepu16_epi32(place);
    if (live == 0xffff)
        _mm512_storeu_si512(state, z);
    else
        _mm512_mask_storeu_epi32(state, live, z);
}

static inline __mmask32 live_of(int64_t draws)
{
    return draws >= 32 ? 0xffffffffu : draws > 0 ? (1u << draws) - 1u : 0;
}

/* Writes what a group found, of which the first draw is number `first`, and which are open. */
MADE_FOR int64_t take(const struct found *found, __mmask32 live, int64_t first, uint32_t *state,
                      uint32_t *open, int64_t k)
{
    put(_mm512_castsi512_si256(found->place), (__mmask16)live, state + first);
    put(_mm512_extracti64x4_epi64(found->place, 1), (__mmask16)(live >> 16), state + first + 16);
    __mmask32 const all = _mm512_cmpeq_epu16_mask(found->x, _mm512_set1_epi16(-1));
    __mmask32 const step = _mm512_cmpeq_epu16_mask(found->x, found->below);
    for (uint32_t left = (all | step) & live; left != 0; left &= left - 1)
        open[k++] = (uint32_t)(first + __builtin_ctz(left));
    return k;
}

/* Draws d .. d + 32 groups - 1, as far as they are wanted. */
MADE_FOR int64_t draw_groups(const struct few *few, int groups, const uint64_t *word, int64_t d,
                             int64_t draws, uint32_t *state, uint32_t *open, int64_t k)
{
    struct found found[GROUPS];
    for (int g = 0; g < groups; g++) {
        int64_t const first = d + 32 * g;
        found[g].x =
            _mm512_maskz_loadu_epi16(live_of(draws - first), (const char *)word + 2 * first);
    }
    find_columns(few, groups, found);
    find_rows(few, groups, found);
    for (int g = 0; g < groups && d + 32 * g < draws; g++)
        k = take(&found[g], live_of(draws - d - 32 * g), d + 32 * g, state, open, k);
    return k;
}

int64_t KERNEL_OWN(few_kernel_draw)(const struct few *few, const uint64_t *word, int64_t draws,
                                    uint32_t *state, uint32_t *open)
{
    int64_t k = 0, d = 0;
    for (; draws - d > 32; d += 32 * GROUPS)
        k = draw_groups(few, GROUPS, word, d, draws, state, open, k);
    return d < draws ? draw_groups(few, 1, word, d, draws, state, open, k) : k;
}

#else

/* How many of eight, which ascend, are not above x. */
static inline int count_eight(const uint16_t *step, __m128i x)
{
    __m128i const over = _mm_subs_epu16(_mm_loadu_si128((const void *)step), x);
    int const below = _mm_movemask_epi8(_mm_cmpeq_epi16(over, _mm_setzero_si128()));
    return __builtin_ctz(~(unsigned)below) / 2;
}

static inline bool find(const struct few *few, uint16_t x, uint32_t *state)
{
    __m128i const all = _mm_set1_epi16((short)x);
    int column = 0;
    for (int i = 0; i < FEW_COLUMNS; i += 8)
        column += count_eight(few->end + i, all);
    column = column < FEW_COLUMNS ? column : FEW_COLUMNS - 1;
    const uint16_t *const upper = few->upper + column * FEW_ROWS;
    int const row = count_eight(upper, all);
    *state = (uint32_t)(row * FEW_COLUMNS + column);
    uint16_t const above = row > 0 ? upper[row - 1] : column > 0 ? few->end[column - 1] : 0;
    return ((row + column > 0) & (above == x)) | (x == UINT16_MAX);
}

int64_t KERNEL_OWN(few_kernel_draw)(const struct few *few, const uint64_t *word, int64_t draws,
                                    uint32_t *state, uint32_t *open)
{
    int64_t k = 0;
    for (int64_t d = 0; d < draws; d++) {
        open[k] = (uint32_t)d;
        k += find(few, few_quarter(word, d), state + d);
    }
    return k;
}
#endif
