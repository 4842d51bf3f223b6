/* Compiled once for each instruction set, by the rules of kernel.c. */
#include "world/alias_kernel.h"

#include <immintrin.h>

#include "gyre/real.h"
#include "world/alias.h"
#include "world/lanes.h"

/* Adds x to sum, and what rounding takes off to rest. */
static inline void add(reals *sum, reals *rest, reals x)
{
    reals const s = *sum + x, added = s - *sum;
    *rest += (*sum - (s - added)) + (x - added);
    *sum = s;
}

/* Lanes written out as vectors: left to gcc each state takes 1 ns, and not 0.1 (Zen 5). */
double KERNEL_OWN(alias_kernel_total)(const double *weight, int64_t n, double factor)
{
    double room[LANES];
    reals sum[PARTS] = {0}, rest[PARTS] = {0};
    for (int64_t i = 0; i < n; i += LANES) {
        const double *at = filled(weight + i, n - i, LANES, room);
        for (int j = 0; j < PARTS; j++)
            add(&sum[j], &rest[j], load(at + j * WIDTH) * factor);
    }
    return join(sum) + join(rest);
}

/* ---- columns one by one -------------------------------------------------------------------- */

/* States [begin, n). */
static int64_t share_each(int64_t *share, const double *weight, double factor, double scale,
                          int64_t begin, int64_t n, int64_t *positive)
{
    int64_t sum = 0;
    for (int64_t i = begin; i < n; i++) {
        share[i] = (int64_t)(weight[i] * factor * scale);
        sum += share[i];
        *positive += weight[i] > 0;
    }
    return sum;
}

/* Columns [begin, all), of which `low` were low before. */
static void sort_each(const struct alias *alias, const double *weight, int64_t n, int64_t each,
                      int64_t rest, int64_t begin, int64_t low)
{
    int64_t const all = alias->columns, height = ALIAS_WHOLE >> alias->bits;
    for (int64_t i = begin; i < all; i++) {
        if (i < n && weight[i] > 0)
            alias->share[i] += each + (rest-- > 0);
        alias->order[low] = (uint32_t)i;
        alias->order[all - 1 - (i - low)] = (uint32_t)i;
        low += alias->share[i] < height;
    }
}

/* ---- vectors ------------------------------------------------------------------------------- */

#ifdef __AVX512F__

int64_t KERNEL_OWN(alias_kernel_share)(int64_t *share, const double *weight, double factor,
                                       double scale, int64_t n, int64_t *positive)
{
    __m512d const first = _mm512_set1_pd(factor), second = _mm512_set1_pd(scale);
    __m512i sum = _mm512_setzero_si512();
    int64_t count = 0, i = 0;
    for (; n - i >= 8; i += 8) {
        __m512d const w = _mm512_loadu_pd(weight + i);
        __m512i const x = _mm512_cvttpd_epi64(_mm512_mul_pd(_mm512_mul_pd(w, first), second));
        _mm512_storeu_si512(share + i, x);
        sum = _mm512_add_epi64(sum, x);
        count += __builtin_popcount(_mm512_cmp_pd_mask(w, _mm512_setzero_pd(), _CMP_GT_OQ));
    }
    *positive = count;
    return _mm512_reduce_add_epi64(sum) + share_each(share, weight, factor, scale, i, n, positive);
}

/* Puts which of the columns from i on are low behind the low ones, and the others in front of the
 * high ones, from the back. Whole vectors are written, of which the rest is written again: so there
 * are columns for two of them to come. */
static inline void put(const struct alias *alias, int64_t i, int64_t low, __mmask8 is_low)
{
    uint32_t *const order = alias->order;
    __m256i const lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i const column = _mm256_add_epi32(lane, _mm256_set1_epi32((int)i));
    __m256i const high =
        _mm256_permutevar8x32_epi32(_mm256_maskz_compress_epi32((__mmask8)~is_low, column),
                                    _mm256_sub_epi32(_mm256_set1_epi32(7), lane));
    _mm256_storeu_si256((__m256i *)(void *)(order + low),
                        _mm256_maskz_compress_epi32(is_low, column));
    _mm256_storeu_si256((__m256i *)(void *)(order + alias->columns - (i - low) - 8), high);
}

void KERNEL_OWN(alias_kernel_sort)(const struct alias *alias, const double *weight, int64_t n,
                                   int64_t each, int64_t rest)
{
    __m512i const lane = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7), one = _mm512_set1_epi64(1);
    __m512i const more = _mm512_set1_epi64(each);
    __m512i const height = _mm512_set1_epi64(ALIAS_WHOLE >> alias->bits);
    int64_t low = 0, i = 0;
    for (; n - i >= 16; i += 8) {
        __m512d const w = _mm512_loadu_pd(weight + i);
        __mmask8 const some = _mm512_cmp_pd_mask(w, _mm512_setzero_pd(), _CMP_GT_OQ);
        __mmask8 const first = _mm512_mask_cmplt_epi64_mask(
            some, _mm512_maskz_expand_epi64(some, lane), _mm512_set1_epi64(rest));
        __m512i share = _mm512_loadu_si512(alias->share + i);
        share = _mm512_mask_add_epi64(share, some, share, more);
        share = _mm512_mask_add_epi64(share, first, share, one);
        __mmask8 const is_low = _mm512_cmplt_epi64_mask(share, height);
        _mm512_storeu_si512(alias->share + i, share);
        put(alias, i, low, is_low);
        low += __builtin_popcount(is_low);
        rest -= __builtin_popcount(some);
    }
    sort_each(alias, weight, n, each, rest, i, low);
}

#else

int64_t KERNEL_OWN(alias_kernel_share)(int64_t *share, const double *weight, double factor,
                                       double scale, int64_t n, int64_t *positive)
{
    *positive = 0;
    return share_each(share, weight, factor, scale, 0, n, positive);
}

void KERNEL_OWN(alias_kernel_sort)(const struct alias *alias, const double *weight, int64_t n,
                                   int64_t each, int64_t rest)
{
    sort_each(alias, weight, n, each, rest, 0, 0);
}

#endif
