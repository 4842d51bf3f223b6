/* Compiled once for each instruction set, by the rules of kernel.c and draw_kernel.c. */
#include "world/list_kernel.h"

#include <immintrin.h>
#include <string.h>

#include "world/distinct.h"
#include "world/lanes.h"

/* ---- lists taken apart ---------------------------------------------------------------------- */

int64_t KERNEL_OWN(list_kernel_take)(const struct distinct *d, int64_t n, double each)
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
int64_t KERNEL_OWN(list_kernel_keep)(const uint32_t *stays, uint32_t *state, int64_t n)
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

int64_t KERNEL_OWN(list_kernel_pack)(const double *x, int64_t n, double *out, uint32_t *index)
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

/* ---- counts -------------------------------------------------------------------------------- */

void KERNEL_OWN(list_kernel_count)(uint8_t *restrict low, uint32_t *restrict high,
                                   const uint8_t *restrict more_low,
                                   const uint32_t *restrict more_high, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        uint32_t const sum = (uint32_t)low[i] + more_low[i];
        low[i] = (uint8_t)sum;
        high[i] += more_high[i] + (sum >> 8);
    }
}

void KERNEL_OWN(list_kernel_weigh)(double *restrict out, const uint8_t *low, const uint32_t *high,
                                   double unit, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = ((double)high[i] * 256 + (double)low[i]) * unit;
}

void KERNEL_OWN(list_kernel_fold)(uint32_t *restrict count, uint8_t *restrict more, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        count[i] += more[i];
        more[i] = 0;
    }
}

void KERNEL_OWN(list_kernel_scale)(double *restrict out, const uint32_t *count, double unit,
                                   int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = unit * (double)count[i];
}
