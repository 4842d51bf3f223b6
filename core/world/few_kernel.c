/* Compiled once for each instruction set, by the rules of kernel.c. */
#include "world/few_kernel.h"

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "world/few.h"

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
struct found {
    __m512i place;
    __mmask32 open;
};

/* Counts what is not above x: in columns' ends by halves, then in each draw's column. */
static inline struct found find(const struct few *few, __m512i x)
{
    __m512i const end = _mm512_loadu_si512(few->end), row = _mm512_set1_epi16(FEW_COLUMNS);
    __m512i at = _mm512_setzero_si512();
    __mmask32 open = _mm512_cmpeq_epu16_mask(x, _mm512_set1_epi16(-1));
    for (short half = FEW_COLUMNS / 2; half > 0; half /= 2) {
        __m512i const probe = _mm512_add_epi16(at, _mm512_set1_epi16((short)(half - 1)));
        __m512i const step = _mm512_permutexvar_epi16(probe, end);
        at = _mm512_mask_add_epi16(at, _mm512_cmple_epu16_mask(step, x), at,
                                   _mm512_set1_epi16(half));
    }
    /* Before column 0 stands the last one, whose end only draws have that are open anyway. */
    __m512i const before = _mm512_sub_epi16(at, _mm512_set1_epi16(1));
    open |= _mm512_cmpeq_epu16_mask(_mm512_permutexvar_epi16(before, end), x);
    __m512i place = at;
    for (int64_t i = 0; i < (few->rows - 1) * FEW_COLUMNS; i += FEW_COLUMNS) {
        __m512i const step = _mm512_permutexvar_epi16(at, _mm512_loadu_si512(few->upper + i));
        open |= _mm512_cmpeq_epu16_mask(step, x);
        place = _mm512_mask_add_epi16(place, _mm512_cmple_epu16_mask(step, x), place, row);
    }
    return (struct found){place, open};
}

static inline void put(__m256i place, __mmask16 live, uint32_t *state)
{
    __m512i const z = _mm512_cvtepu16_epi32(place);
    if (live == 0xffff)
        _mm512_storeu_si512(state, z);
    else
        _mm512_mask_storeu_epi32(state, live, z);
}

int64_t KERNEL_OWN(few_kernel_draw)(const struct few *few, const uint64_t *word, int64_t draws,
                                    uint32_t *state, uint32_t *open)
{
    int64_t k = 0;
    for (int64_t d = 0; d < draws; d += 32) {
        __mmask32 const live = draws - d < 32 ? (1u << (draws - d)) - 1u : 0xffffffffu;
        __m512i const x = _mm512_maskz_loadu_epi16(live, (const char *)word + 2 * d);
        struct found const found = find(few, x);
        put(_mm512_castsi512_si256(found.place), (__mmask16)live, state + d);
        put(_mm512_extracti64x4_epi64(found.place, 1), (__mmask16)(live >> 16), state + d + 16);
        for (uint32_t left = found.open & live; left != 0; left &= left - 1)
            open[k++] = (uint32_t)(d + __builtin_ctz(left));
    }
    return k;
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
