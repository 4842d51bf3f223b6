/* Compiled once for each instruction set, by the rules of kernel.c: what it calls from headers is
 * static. Where AVX-512 has an instruction that nothing before it had (gathers that pay, compress),
 * it has its own code; plain C without branches does for the others. */
#include "world/draw_kernel.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "world/alias.h"
#include "world/compose.h"
#include "world/distinct.h"

/* For functions of a parameter that is known where they are called: left alone, gcc makes one of
 * them for both values, and a proposal takes 1.1 ns instead of 0.9. */
#define MADE_FOR static inline __attribute__((always_inline))

/* ---- alias tables -------------------------------------------------------------------------- */

#ifdef __AVX512F__
/* The first n lanes; all when there are more. */
static inline __mmask16 first_lanes(int64_t n)
{
    return (__mmask16)(n < 16 ? (1u << n) - 1u : 0xffffu);
}

/* The cut and both states of eight columns, then the state that the comparison names: neither
 * gather waits for the other. */
static inline __m256i alias_eight(const struct alias *alias, __mmask8 live, __m512i word)
{
    __m512i const zero = _mm512_setzero_si512();
    __m512i const column = _mm512_srl_epi64(word, _mm_cvtsi32_si128(alias->shift));
    __m512i const at = _mm512_add_epi64(column, column);
    __m512i const cut = _mm512_mask_i64gather_epi64(zero, live, at, &alias->entry->cut, 8);
    __m512i const both = _mm512_mask_i64gather_epi64(zero, live, at, alias->entry->state, 8);
    __mmask8 const other = _mm512_cmpge_epu64_mask(word, cut);
    return _mm512_cvtepi64_epi32(_mm512_mask_srli_epi64(both, other, both, 32));
}

void KERNEL_OWN(draw_kernel_alias)(const struct alias *alias, const uint64_t *word, int64_t n,
                                   uint32_t *state)
{
    for (int64_t i = 0; i < n; i += 8) {
        __mmask8 const live = (__mmask8)first_lanes(n - i);
        __m512i const words = _mm512_maskz_loadu_epi64(live, word + i);
        _mm256_mask_storeu_epi32(state + i, live, alias_eight(alias, live, words));
    }
}
#else
void KERNEL_OWN(draw_kernel_alias)(const struct alias *alias, const uint64_t *word, int64_t n,
                                   uint32_t *state)
{
    for (int64_t i = 0; i < n; i++)
        state[i] = alias_draw(alias, word[i]);
}
#endif

/* ---- two parts ----------------------------------------------------------------------------- */

/* A batch's words are few enough for what is kept of it to stay in the first cache. */
enum { BATCH = 256 };

/* t = (word >> 12) scale is in [0, count + rest): the factor of t is at most 1 - 2^-52, which takes
 * off at least the last bit's worth. So without a rest no t is beyond the list. */
struct cells {
    const struct compose *of;
    double scale, count;
    double inverse; /* of the rest */
};

static inline struct cells cells_of(const struct compose *compose)
{
    double const count = (double)compose->count;
    return (struct cells){.of = compose,
                          .scale = (count + compose->rest) * 0x1p-52,
                          .count = count,
                          .inverse = 1.0 / compose->rest};
}

/* What falls in the rest is drawn when the batch is through, since a branch for each would be
 * missed too often: until then the word's index stands in its place. */
struct later {
    int64_t n;
    uint32_t place[BATCH + 16];
};

#define BELOW_ONE 0x1.fffffffffffffp-1

#ifdef __AVX512F__

static inline __m512d into_cells(const struct cells *cells, __m512i word)
{
    __m512d const upper = _mm512_cvtepu64_pd(_mm512_srli_epi64(word, 12));
    return _mm512_mul_pd(upper, _mm512_set1_pd(cells->scale));
}

/* Eight proposals. */
struct eight {
    __mmask8 own;
    __m256i cell; /* 0 where not own */
    __m512d into; /* how far into the cell */
};

static inline struct eight propose_eight(const struct cells *cells, __mmask8 live,
                                         const uint64_t *word)
{
    __m512d const t = into_cells(cells, _mm512_maskz_loadu_epi64(live, word));
    __mmask8 const own = _mm512_mask_cmp_pd_mask(live, t, _mm512_set1_pd(cells->count), _CMP_LT_OQ);
    return (struct eight){.own = own,
                          .cell = _mm512_maskz_cvttpd_epi32(own, t),
                          .into = _mm512_reduce_pd(t, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)};
}

/* Which own ones the coin accepts. */
static inline __mmask8 toss(const struct cells *cells, const struct eight *x, __m256i state)
{
    __m512i const at = _mm512_cvtepu32_epi64(state);
    __m512d const chance =
        _mm512_mask_i64gather_pd(_mm512_setzero_pd(), x->own, at, cells->of->accept, 8);
    return _mm512_mask_cmp_pd_mask(x->own, x->into, chance, _CMP_LT_OQ);
}

/* Words i .. i + 15 of the batch, of which those in `live` are there: writes what is accepted from
 * out[k] on, and returns how many there are then. */
MADE_FOR int64_t propose_sixteen(const struct cells *cells, bool coins, __mmask16 live,
                                 const uint64_t *word, int64_t i, int64_t k, uint32_t *out,
                                 struct later *later)
{
    __m512i const lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    struct eight const a = propose_eight(cells, (__mmask8)live, word + i);
    struct eight const b = propose_eight(cells, (__mmask8)(live >> 8), word + i + 8);
    __mmask16 const own = (__mmask16)(a.own | b.own << 8), rest = live & (__mmask16)~own;
    __m512i const cell = _mm512_inserti64x4(_mm512_castsi256_si512(a.cell), b.cell, 1);
    __m512i const index = _mm512_add_epi32(lane, _mm512_set1_epi32((int)i));
    __m512i const state = _mm512_mask_i32gather_epi32(index, own, cell, cells->of->own, 4);
    __mmask16 stay = live;
    if (coins) {
        __mmask8 const low = toss(cells, &a, _mm512_castsi512_si256(state));
        __mmask8 const high = toss(cells, &b, _mm512_extracti64x4_epi64(state, 1));
        stay = rest | (__mmask16)(low | high << 8);
    }
    __m512i const place =
        _mm512_add_epi32(_mm512_maskz_expand_epi32(stay, lane), _mm512_set1_epi32((int)k));
    _mm512_storeu_si512(out + k, _mm512_maskz_compress_epi32(stay, state));
    _mm512_storeu_si512(later->place + later->n, _mm512_maskz_compress_epi32(rest, place));
    later->n += __builtin_popcount(rest);
    return k + __builtin_popcount(stay);
}

MADE_FOR int64_t propose(const struct cells *cells, bool coins, const uint64_t *word, int64_t n,
                         int64_t most, uint32_t *out, struct later *later)
{
    int64_t k = 0, i = 0;
    for (; n - i >= 16 && k < most; i += 16)
        k = propose_sixteen(cells, coins, 0xffff, word, i, k, out, later);
    if (i < n && k < most)
        k = propose_sixteen(cells, coins, first_lanes(n - i), word, i, k, out, later);
    return k;
}

static inline void settle(const struct cells *cells, const uint64_t *word, uint32_t *out,
                          const struct later *later)
{
    __m512d const one = _mm512_set1_pd(BELOW_ONE), count = _mm512_set1_pd(cells->count);
    for (int64_t j = 0; j < later->n; j += 8) {
        __mmask8 const live = (__mmask8)first_lanes(later->n - j);
        __m256i const place = _mm256_maskz_loadu_epi32(live, later->place + j);
        __m256i const at = _mm256_mmask_i32gather_epi32(place, live, place, out, 4);
        __m512i const drawn =
            _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), live, at, word, 8);
        __m512d const over = _mm512_sub_pd(into_cells(cells, drawn), count);
        __m512d const v = _mm512_min_pd(_mm512_mul_pd(over, _mm512_set1_pd(cells->inverse)), one);
        __m512i const whole = _mm512_cvttpd_epu64(_mm512_mul_pd(v, _mm512_set1_pd(0x1p52)));
        __m256i const state = alias_eight(cells->of->from, live, _mm512_slli_epi64(whole, 12));
        _mm256_mask_i32scatter_epi32(out, live, place, state, 4);
    }
}

#else

static inline double into_cells(const struct cells *cells, uint64_t word)
{
    return (double)(int64_t)(word >> 12) * cells->scale;
}

MADE_FOR int64_t propose(const struct cells *cells, bool coins, const uint64_t *word, int64_t n,
                         int64_t most, uint32_t *out, struct later *later)
{
    const struct compose *const of = cells->of;
    int64_t k = 0;
    for (int64_t i = 0; i < n && k < most; i++) {
        double const t = into_cells(cells, word[i]);
        bool const own = t < cells->count;
        int32_t const cell = (int32_t)(own ? t : 0.0);
        uint32_t const state = of->own[cell];
        later->place[later->n] = (uint32_t)k;
        later->n += !own;
        out[k] = own ? state : (uint32_t)i;
        k += !coins || (!own | (t - cell < of->accept[state]));
    }
    return k;
}

static inline void settle(const struct cells *cells, const uint64_t *word, uint32_t *out,
                          const struct later *later)
{
    for (int64_t j = 0; j < later->n; j++) {
        uint32_t *const at = &out[later->place[j]];
        double const v = (into_cells(cells, word[*at]) - cells->count) * cells->inverse;
        uint64_t const whole = (uint64_t)(int64_t)((v < BELOW_ONE ? v : BELOW_ONE) * 0x1p52);
        *at = alias_draw(cells->of->from, whole << 12);
    }
}

#endif

MADE_FOR int64_t batches(const struct cells *cells, bool coins, const uint64_t *word, int64_t n,
                         int64_t most, uint32_t *out)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n && k < most; i += BATCH) {
        struct later later;
        int64_t const size = n - i < BATCH ? n - i : BATCH;
        later.n = 0;
        int64_t const more = propose(cells, coins, word + i, size, most - k, out + k, &later);
        settle(cells, word + i, out + k, &later);
        k += more;
    }
    return k < most ? k : most;
}

int64_t KERNEL_OWN(draw_kernel_compose)(const struct compose *compose, const uint64_t *word,
                                        int64_t n, int64_t most, uint32_t *out)
{
    struct cells const cells = cells_of(compose);
    return compose->accept == NULL ? batches(&cells, false, word, n, most, out)
                                   : batches(&cells, true, word, n, most, out);
}

/* ---- counts -------------------------------------------------------------------------------- */

int64_t KERNEL_OWN(draw_kernel_take)(const struct distinct *d, int64_t n, double each)
{
    uint32_t *const count = d->count;
    int64_t k = 0;
#ifdef __AVX512F__
    __m512d const unit = _mm512_set1_pd(each);
    __m512i at = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (int64_t i = 0; i < n; i += 16) {
        __mmask16 const live = first_lanes(n - i);
        __m512i const x = _mm512_maskz_loadu_epi32(live, count + i);
        __mmask16 const some = _mm512_test_epi32_mask(x, x);
        __m512i const times = _mm512_maskz_compress_epi32(some, x);
        __m512d const low = _mm512_cvtepu32_pd(_mm512_castsi512_si256(times));
        __m512d const high = _mm512_cvtepu32_pd(_mm512_extracti64x4_epi64(times, 1));
        _mm512_storeu_si512(d->state + k, _mm512_maskz_compress_epi32(some, at));
        _mm512_storeu_si512(d->times + k, times);
        _mm512_storeu_pd(d->share + k, _mm512_mul_pd(low, unit));
        _mm512_storeu_pd(d->share + k + 8, _mm512_mul_pd(high, unit));
        _mm512_mask_storeu_epi32(count + i, live, _mm512_setzero_si512());
        at = _mm512_add_epi32(at, _mm512_set1_epi32(16));
        k += __builtin_popcount(some);
    }
#else
    for (int64_t i = 0; i < n; i++) {
        uint32_t const x = count[i];
        d->state[k] = (uint32_t)i;
        d->times[k] = x;
        d->share[k] = (double)x * each;
        k += x != 0;
    }
    memset(count, 0, sizeof(*count) * (size_t)n);
#endif
    return k;
}

/* ---- lists that are judged ----------------------------------------------------------------- */

/* A bit a state, since 8 kB of them stay in the first cache where 64 kB of bytes would not. */
int64_t KERNEL_OWN(draw_kernel_keep)(const uint32_t *stays, uint32_t *state, int64_t n)
{
    int64_t k = 0;
#ifdef __AVX512F__
    for (int64_t i = 0; i < n; i += 16) {
        __mmask16 const live = first_lanes(n - i);
        __m512i const z = _mm512_maskz_loadu_epi32(live, state + i);
        __m512i const bits =
            _mm512_mask_i32gather_epi32(z, live, _mm512_srli_epi32(z, 5), stays, 4);
        __m512i const bit = _mm512_srlv_epi32(bits, _mm512_and_si512(z, _mm512_set1_epi32(31)));
        __mmask16 const stay = _mm512_mask_test_epi32_mask(live, bit, _mm512_set1_epi32(1));
        _mm512_mask_storeu_epi32(state + k, first_lanes(__builtin_popcount(stay)),
                                 _mm512_maskz_compress_epi32(stay, z));
        k += __builtin_popcount(stay);
    }
#else
    for (int64_t i = 0; i < n; i++) {
        uint32_t const z = state[i];
        state[k] = z;
        k += stays[z >> 5] >> (z & 31) & 1;
    }
#endif
    return k;
}

/* ---- what is positive ------------------------------------------------------------------------ */

int64_t KERNEL_OWN(draw_kernel_pack)(const double *x, int64_t n, double *out, uint32_t *index)
{
    int64_t k = 0;
#ifdef __AVX512F__
    __m512d const zero = _mm512_setzero_pd();
    __m512i at = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (int64_t i = 0; i < n; i += 16) {
        __mmask16 const live = first_lanes(n - i);
        __m512d const low = _mm512_maskz_loadu_pd((__mmask8)live, x + i);
        __m512d const high = _mm512_maskz_loadu_pd((__mmask8)(live >> 8), x + i + 8);
        __mmask8 const a = _mm512_cmp_pd_mask(low, zero, _CMP_GT_OQ);
        __mmask8 const b = _mm512_cmp_pd_mask(high, zero, _CMP_GT_OQ);
        int const first = __builtin_popcount(a);
        _mm512_storeu_pd(out + k, _mm512_maskz_compress_pd(a, low));
        _mm512_storeu_pd(out + k + first, _mm512_maskz_compress_pd(b, high));
        _mm512_storeu_si512(index + k, _mm512_maskz_compress_epi32((__mmask16)(a | b << 8), at));
        at = _mm512_add_epi32(at, _mm512_set1_epi32(16));
        k += first + __builtin_popcount(b);
    }
#else
    for (int64_t i = 0; i < n; i++) {
        out[k] = x[i];
        index[k] = (uint32_t)i;
        k += x[i] > 0;
    }
#endif
    return k;
}

/* ---- inversion ----------------------------------------------------------------------------- */

/* step[i] = the sum of trunc(scale weight[0 .. i]). Whole numbers below 2^52 stand in a double's
 * lower bits when 2^52 is added; larger ones are cut in two. */
void KERNEL_OWN(draw_kernel_steps)(uint64_t *step, const double *weight, double scale, int64_t n)
{
    int64_t i = 0;
    uint64_t sum = 0;
#ifdef __AVX512F__
    __m512i const zero = _mm512_setzero_si512(), last = _mm512_set1_epi64(7);
    __m512i carry = zero;
    for (; n - i >= 8; i += 8) {
        __m512d const share = _mm512_mul_pd(_mm512_loadu_pd(weight + i), _mm512_set1_pd(scale));
        __m512i x = _mm512_cvttpd_epi64(share);
        x = _mm512_add_epi64(x, _mm512_alignr_epi64(x, zero, 7));
        x = _mm512_add_epi64(x, _mm512_alignr_epi64(x, zero, 6));
        x = _mm512_add_epi64(x, _mm512_alignr_epi64(x, zero, 4));
        x = _mm512_add_epi64(x, carry);
        carry = _mm512_permutexvar_epi64(last, x);
        _mm512_storeu_si512(step + i, x);
    }
    sum = i > 0 ? step[i - 1] : 0;
#endif
    for (; i < n; i++)
        step[i] = sum += (uint64_t)(int64_t)(weight[i] * scale);
}

static inline uint64_t fold_back(uint64_t word, uint64_t last)
{
    return word * 0x9e3779b97f4a7c15u % last;
}

/* The first step above x. Of a power of two of steps, of which the last is above x. */
static inline uint32_t find_step(const uint64_t *step, int64_t n, uint64_t x)
{
    const uint64_t *at = step;
    for (int64_t half = n / 2; half > 0; half /= 2)
        at += at[half - 1] <= x ? half : 0;
    return (uint32_t)(at - step);
}

#ifdef __AVX512F__
/* The last step of each sixteenth, in two registers: four of the comparisons of a search need no
 * memory, and a draw from 256 states takes 1.5 ns. */
struct sixteenths {
    __m512i low, high;
};

static inline struct sixteenths sixteenths_of(const uint64_t *step, int64_t n)
{
    uint64_t last[16];
    for (int64_t i = 0; i < 16; i++)
        last[i] = step[(i + 1) * (n / 16) - 1];
    return (struct sixteenths){_mm512_loadu_si512(last), _mm512_loadu_si512(last + 8)};
}

static inline __m512i find_sixteenth(const struct sixteenths *of, __m512i x)
{
    __m512i at = _mm512_setzero_si512();
    for (int half = 8; half > 0; half /= 2) {
        __m512i const width = _mm512_set1_epi64(half), end = _mm512_set1_epi64(half - 1);
        __m512i const step =
            _mm512_permutex2var_epi64(of->low, _mm512_add_epi64(at, end), of->high);
        at = _mm512_mask_add_epi64(at, _mm512_cmple_epu64_mask(step, x), at, width);
    }
    return at;
}

/* Sixteen searches side by side: one waits for memory while the other compares. */
static inline void find_sixteen(const struct sixteenths *of, const uint64_t *step, int64_t n,
                                __m512i a, __m512i b, uint32_t *state)
{
    __m512i const part = _mm512_set1_epi64(n / 16);
    __m512i at = _mm512_mullo_epi64(find_sixteenth(of, a), part);
    __m512i bt = _mm512_mullo_epi64(find_sixteenth(of, b), part);
    for (int64_t half = n / 32; half > 0; half /= 2) {
        __m512i const width = _mm512_set1_epi64(half);
        __m512i const from = _mm512_i64gather_epi64(at, step + half - 1, 8);
        __m512i const to = _mm512_i64gather_epi64(bt, step + half - 1, 8);
        at = _mm512_mask_add_epi64(at, _mm512_cmple_epu64_mask(from, a), at, width);
        bt = _mm512_mask_add_epi64(bt, _mm512_cmple_epu64_mask(to, b), bt, width);
    }
    _mm256_storeu_si256((void *)state, _mm512_cvtepi64_epi32(at));
    _mm256_storeu_si256((void *)(state + 8), _mm512_cvtepi64_epi32(bt));
}
#endif

void KERNEL_OWN(draw_kernel_invert)(const uint64_t *step, int64_t n, const uint64_t *word,
                                    int64_t draws, uint32_t *state)
{
    uint64_t const last = step[n - 1];
    int64_t i = 0;
#ifdef __AVX512F__
    struct sixteenths const of = sixteenths_of(step, n);
    for (; draws - i >= 16; i += 16) {
        __m512i const a = _mm512_srli_epi64(_mm512_loadu_si512(word + i), 2);
        __m512i const b = _mm512_srli_epi64(_mm512_loadu_si512(word + i + 8), 2);
        __m512i const most = _mm512_set1_epi64((int64_t)last);
        if (_mm512_cmpge_epu64_mask(a, most) | _mm512_cmpge_epu64_mask(b, most))
            break; /* once in 2^46 */
        find_sixteen(&of, step, n, a, b, state + i);
    }
#endif
    for (; i < draws; i++) {
        uint64_t const x = word[i] >> 2;
        state[i] = find_step(step, n, x < last ? x : fold_back(word[i], last));
    }
}
