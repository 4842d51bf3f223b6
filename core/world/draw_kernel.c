/* Compiled once for each instruction set, by the rules of kernel.c: what it calls from headers is
 * static. Where AVX-512 has an instruction that nothing before it had (gathers that pay, compress),
 * it has its own code; plain C without branches does for the others. */
#include "world/draw_kernel.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "world/alias_lanes.h"

/* ---- alias tables -------------------------------------------------------------------------- */

#ifdef __AVX512F__
/* One in thousands of draws: further bits for those lanes that are open. */
static __attribute__((noinline)) void alias_settle(const struct alias *alias,
                                                   const struct random_more *more, int64_t i,
                                                   __m512i half, struct sixteen *x)
{
    uint32_t halves[16], state[16];
    _mm512_storeu_si512(halves, half);
    _mm512_storeu_si512(state, x->state);
    for (uint32_t open = x->open; open; open &= open - 1) {
        int const lane = __builtin_ctz(open);
        uint32_t const drawn = alias_look(alias, random_whole(more, i + lane, halves[lane]));
        __mmask16 const bit = (__mmask16)(1u << lane);
        state[lane] = drawn & ~ALIAS_MARKED;
        x->marked = drawn & ALIAS_MARKED ? x->marked | bit : x->marked & (__mmask16)~bit;
    }
    x->state = _mm512_loadu_si512(state);
}

MADE_FOR int64_t alias_part(const struct alias *alias, const struct columns *of, bool marks,
                            const struct random_more *more, const uint64_t *word, int64_t n,
                            uint32_t *out)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; i += 16) {
        __mmask16 const live = first_lanes(n - i);
        __m512i const half =
            _mm512_maskz_loadu_epi32(live, (const uint32_t *)(const void *)word + i);
        struct sixteen x = alias_sixteen(of, marks, live, half);
        if (__builtin_expect(x.open, 0)) {
            struct sixteen settled = x; /* so that x itself stands in registers */
            alias_settle(alias, more, i, half, &settled);
            x = settled;
        }
        if (!marks) {
            _mm512_mask_storeu_epi32(out + i, live, x.state);
            continue;
        }
        __mmask16 const stay = live & (__mmask16)~x.marked;
        _mm512_storeu_si512(out + k, _mm512_maskz_compress_epi32(stay, x.state));
        k += __builtin_popcount(stay);
    }
    return k;
}
#else
MADE_FOR int64_t alias_part(const struct alias *alias, const struct columns *of, bool marks,
                            const struct random_more *more, const uint64_t *word, int64_t n,
                            uint32_t *out)
{
    int64_t k = 0;
    (void)of;
    for (int64_t i = 0; i < n; i++) {
        uint32_t const half = random_half(word, i);
        bool open = false;
        uint32_t state = alias_half(alias, 0, half, &open);
        if (__builtin_expect(open, 0))
            state = alias_look(alias, random_whole(more, i, half));
        out[k] = state & ~ALIAS_MARKED;
        k += !(marks && state & ALIAS_MARKED);
    }
    return k;
}
#endif

void KERNEL_OWN(draw_kernel_alias)(const struct alias *alias, const struct random_more *more,
                                   const uint64_t *word, int64_t n, int64_t parts, uint32_t *state,
                                   uint32_t *kept)
{
    struct columns const of = columns_of(alias, 0);
    struct random_more own = *more;
    for (int64_t p = 0; p < parts; p++) {
        if (kept)
            kept[p] = (uint32_t)alias_part(alias, &of, true, &own, word, n, state);
        else
            alias_part(alias, &of, false, &own, word, n, state);
        own.first += (uint64_t)1 << 32;
        word += (n + 1) / 2;
        state += n;
    }
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
