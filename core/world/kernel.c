/* Compiled once for each instruction set (CMakeLists.txt). What it calls from headers must be
 * static: a function that the linker could share would carry AVX-512 into the rest of gyre. */
#include "world/kernel.h"

#include <immintrin.h>
#include <string.h>

#include "gyre/real.h"
#include "world/alias_kernel.h"
#include "world/draw_kernel.h"
#include "world/few_kernel.h"
#include "world/lanes.h"
#include "world/list_kernel.h"
#include "world/product_kernel.h"
#include "world/row_kernel.h"
#include "world/spectrum_kernel.h"
#include "world/words_kernel.h"

#define TEXT_(a) #a
#define TEXT(a)  TEXT_(a)

extern const struct kernel KERNEL_OWN(kernel);

/* Iterations of the next loop may go side by side: arrays are equal or apart. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed" /* sanitizers rule it out */
#define ABREAST _Pragma("clang loop vectorize(assume_safety)")
#else
#define ABREAST _Pragma("GCC ivdep")
#endif

/* ---- sums --------------------------------------------------------------------------------- */

#ifdef __AVX512F__
/* gyre_total and gyre_dot with the same lanes; what is beyond the end adds 0 to its lane, which is
 * never -0. Of 60 numbers 10 ns instead of 19: what a metric sums of an agent is short. */
static inline __mmask8 within(int64_t n)
{
    return (__mmask8)(n >= 8 ? 0xff : n > 0 ? (1u << n) - 1u : 0);
}

static double sum(const double *x, int64_t n)
{
    __m512d low = _mm512_setzero_pd(), high = low;
    int64_t i = 0;
    for (; n - i >= 16; i += 16) {
        low = _mm512_add_pd(low, _mm512_loadu_pd(x + i));
        high = _mm512_add_pd(high, _mm512_loadu_pd(x + i + 8));
    }
    low = _mm512_add_pd(low, _mm512_maskz_loadu_pd(within(n - i), x + i));
    high = _mm512_add_pd(high, _mm512_maskz_loadu_pd(within(n - i - 8), x + i + 8));
    return join((const reals[]){low, high});
}

static inline __m512d product(__mmask8 live, const double *x, const double *y)
{
    return _mm512_mul_pd(_mm512_maskz_loadu_pd(live, x), _mm512_maskz_loadu_pd(live, y));
}

static double dot(const double *x, const double *y, int64_t n)
{
    __m512d low = _mm512_setzero_pd(), high = low;
    int64_t i = 0;
    for (; n - i >= 16; i += 16) {
        low = _mm512_add_pd(low, product(0xff, x + i, y + i));
        high = _mm512_add_pd(high, product(0xff, x + i + 8, y + i + 8));
    }
    low = _mm512_add_pd(low, product(within(n - i), x + i, y + i));
    high = _mm512_add_pd(high, product(within(n - i - 8), x + i + 8, y + i + 8));
    return join((const reals[]){low, high});
}
#else
static double sum(const double *x, int64_t n)
{
    return gyre_total(x, n);
}

static double dot(const double *x, const double *y, int64_t n)
{
    return gyre_dot(x, y, n);
}
#endif

/* ---- arrays -------------------------------------------------------------------------------- */

static void scale(double *out, const double *x, double factor, int64_t n)
{
    ABREAST
    for (int64_t i = 0; i < n; i++)
        out[i] = factor * x[i];
}

static void blend(double *out, const double *x, const double *y, double g, int64_t n)
{
    double const rest = 1.0 - g;
    ABREAST
    for (int64_t i = 0; i < n; i++)
        out[i] = rest * x[i] + g * y[i];
}

static void multiply(double *out, const double *x, const double *y, int64_t n)
{
    ABREAST
    for (int64_t i = 0; i < n; i++)
        out[i] = x[i] * y[i];
}

static void log_each(double *out, const double *x, int64_t n)
{
    ABREAST
    for (int64_t i = 0; i < n; i++)
        out[i] = gyre_log(x[i]);
}

static void exp_each(double *out, const double *x, int64_t n)
{
    ABREAST
    for (int64_t i = 0; i < n; i++)
        out[i] = gyre_exp(x[i]);
}

/* In lanes, as compilers do not take maxima of doubles apart. */
static double most(const double *restrict x, const double *restrict y, int64_t n)
{
    double lane[16] = {0}, all = 0;
    int64_t const whole = n - n % 16;
    for (int64_t i = 0; i < whole; i += 16)
        for (int j = 0; j < 16; j++) {
            double const v = !y || y[i + j] > 0 ? x[i + j] : 0;
            lane[j] = v > lane[j] ? v : lane[j];
        }
    for (int64_t i = whole; i < n; i++)
        all = (!y || y[i] > 0) && x[i] > all ? x[i] : all;
    for (int j = 0; j < 16; j++)
        all = lane[j] > all ? lane[j] : all;
    return all;
}

static bool ratio(double *restrict out, const double *restrict x, const double *restrict y,
                  double largest, int64_t n)
{
    uint64_t below = 0;
    ABREAST
    for (int64_t i = 0; i < n; i++) {
        double const v = x[i] / largest;
        out[i] = v < 1 ? v : 1;
        below |= v < 1 && (!y || y[i] > 0);
    }
    return !below;
}

static void mix(double *restrict out, const double *restrict a, const double *restrict x, double f,
                const double *restrict y, double g, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = a[i] * (f * x[i] + g * y[i]);
}

/* Not 0 in its highest bit when x is negative, infinite or no number: + 0.0 takes the sign off -0;
 * an exponent of all ones carries into the sign's place. */
static inline uint64_t is_no_weight(double x)
{
    uint64_t const bits = gyre_real_bits(x + 0.0);
    return bits | (bits + 0x0010000000000000u);
}

#define LANED(n, bodies)                                                                           \
    int64_t const whole = (n) - (n) % 16;                                                          \
    for (int64_t i = 0; i < whole; i += 16) {                                                      \
        ABREAST                                                                                    \
        for (int j = 0; j < 16; j++)                                                               \
            bodies(i + j, j)                                                                       \
    }                                                                                              \
    for (int64_t i = whole; i < (n); i++)                                                          \
    bodies(i, i - whole)

static bool weigh(double *restrict out, const double *restrict x, const double *restrict y,
                  int64_t n, double *sum)
{
    double lane[16] = {0};
    uint64_t bad[16] = {0};
#define WEIGH(i, j)                                                                                \
    {                                                                                              \
        double const v = x[i] * y[i];                                                              \
        out[i] = v;                                                                                \
        lane[j] += v;                                                                              \
        bad[j] |= is_no_weight(x[i]);                                                              \
    }
    LANED(n, WEIGH)
    *sum = gyre_real_join(lane);
    for (int j = 1; j < 16; j++)
        bad[0] |= bad[j];
    return bad[0] >> 63 == 0;
}

static bool copy(double *restrict out, const double *restrict x, int64_t n, double *sum)
{
    double lane[16] = {0};
    uint64_t bad[16] = {0};
#define COPY(i, j)                                                                                 \
    {                                                                                              \
        out[i] = x[i];                                                                             \
        lane[j] += x[i];                                                                           \
        bad[j] |= is_no_weight(x[i]);                                                              \
    }
    LANED(n, COPY)
    *sum = gyre_real_join(lane);
    for (int j = 1; j < 16; j++)
        bad[0] |= bad[j];
    return bad[0] >> 63 == 0;
}

static bool look(const double *x, int64_t n, double *sum)
{
    double lane[16] = {0};
    uint64_t bad[16] = {0};
#define LOOK(i, j)                                                                                 \
    {                                                                                              \
        lane[j] += x[i];                                                                           \
        bad[j] |= is_no_weight(x[i]);                                                              \
    }
    LANED(n, LOOK)
    *sum = gyre_real_join(lane);
    for (int j = 1; j < 16; j++)
        bad[0] |= bad[j];
    return bad[0] >> 63 == 0;
}

static bool is_below(const uint32_t *x, int64_t n, uint32_t limit)
{
#ifdef __AVX512F__
    __m512i low = _mm512_setzero_si512(), high = low;
    int64_t i = 0;
    for (; n - i >= 32; i += 32) {
        low = _mm512_max_epu32(low, _mm512_loadu_si512(x + i));
        high = _mm512_max_epu32(high, _mm512_loadu_si512(x + i + 16));
    }
    low = _mm512_max_epu32(low, _mm512_maskz_loadu_epi32(first_lanes(n - i), x + i));
    high = _mm512_max_epu32(high, _mm512_maskz_loadu_epi32(first_lanes(n - i - 16), x + i + 16));
    __m512i const most = _mm512_max_epu32(low, high);
    return _mm512_cmpge_epu32_mask(most, _mm512_set1_epi32((int)limit)) == 0;
#else
    uint32_t bad = 0;
    ABREAST
    for (int64_t i = 0; i < n; i++)
        bad |= x[i] >= limit;
    return bad == 0;
#endif
}

#ifdef __AVX512F__
enum { NO_WEIGHT = 0x01 | 0x80 | 0x08 | 0x10 | 0x40 }; /* NaNs, infinities, below 0 */
#endif

static bool is_weight(const double *x, int64_t n)
{
#ifdef __AVX512F__
    __mmask8 bad = 0;
    int64_t i = 0;
    for (; n - i >= 8; i += 8)
        bad |= _mm512_fpclass_pd_mask(_mm512_loadu_pd(x + i), NO_WEIGHT);
    return (bad | _mm512_fpclass_pd_mask(_mm512_maskz_loadu_pd(within(n - i), x + i), NO_WEIGHT)) ==
           0;
#else
    uint64_t bad = 0;
    for (int64_t i = 0; i < n; i++)
        bad |= is_no_weight(x[i]);
    return bad >> 63 == 0;
#endif
}

/* ---- exact sums ----------------------------------------------------------------------------
 * What is added to the limbs may differ from kernel to kernel by a carry; what they add to, and so
 * what sum_carry leaves, does not. */

#ifdef __AVX512F__
/* p = a 2^-50 + b 2^-100 + less than a quantum: a is cut off, b floored. All differences are exact.
 * Of 256 entries each takes 0.2 ns, by the way of the others 0.46 (Zen 4, which stores by masks
 * only slowly). */
static inline void split_eight(__m512d p, __m512i *high, __m512i *low)
{
    __m512d const unit = _mm512_set1_pd(0x1p50), x = _mm512_mul_pd(p, unit);
    __m512i const a = _mm512_cvttpd_epi64(x);
    __m512d const rest = _mm512_mul_pd(_mm512_sub_pd(x, _mm512_cvtepi64_pd(a)), unit);
    *high = _mm512_add_epi64(*high, a);
    *low = _mm512_add_epi64(
        *low, _mm512_cvt_roundpd_epi64(rest, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
}

static inline void sum_add_eight(int64_t *high, int64_t *low, __m512d p)
{
    __m512i a = _mm512_loadu_si512(high), b = _mm512_loadu_si512(low);
    split_eight(p, &a, &b);
    _mm512_storeu_si512(high, a);
    _mm512_storeu_si512(low, b);
}

/* To ask what the row is takes nothing more here; in a pass of its own 21 ns of 256 entries. */
static bool sum_add(int64_t *high, int64_t *low, const double *row, double share, int64_t n)
{
    __m512d const part = _mm512_set1_pd(share);
    __mmask8 bad = 0;
    int64_t i = 0;
    for (; n - i >= 8; i += 8) {
        __m512d const x = _mm512_loadu_pd(row + i);
        bad |= _mm512_fpclass_pd_mask(x, NO_WEIGHT);
        sum_add_eight(high + i, low + i, _mm512_mul_pd(x, part));
    }
    __mmask8 const live = within(n - i);
    __m512d const x = _mm512_maskz_loadu_pd(live, row + i);
    __m512i a = _mm512_maskz_loadu_epi64(live, high + i),
            b = _mm512_maskz_loadu_epi64(live, low + i);
    split_eight(_mm512_mul_pd(x, part), &a, &b);
    _mm512_mask_storeu_epi64(high + i, live, a);
    _mm512_mask_storeu_epi64(low + i, live, b);
    return (bad | _mm512_fpclass_pd_mask(x, NO_WEIGHT)) == 0;
}
#else
/* Adding 1.5 2^52 quanta to a double rounds it to a whole number of quanta, which then stands in
 * the double's lower bits. Conversions to int64_t would be slow before AVX-512. */
#define MAGIC(quantum) (0x1.8p52 * (quantum))

/* p = a + b + c 2^-100 + less than a quantum, a in 2^-39, b in 2^-50; a + b go to `high`, c to
 * `low`. All differences are exact. Of 4,096 entries each takes 0.45 ns with AVX-512, 0.52
 * with AVX2, 1.1 with SSE2; of 100,000 0.55, 0.6 and 1.2 (Xeon, 2.6 GHz, gcc 12). */
static bool sum_add(int64_t *high, int64_t *low, const double *row, double share, int64_t n)
{
    uint64_t bad = 0;
    uint64_t const bits_a = gyre_real_bits(MAGIC(0x1p-39));
    uint64_t const bits_b = gyre_real_bits(MAGIC(0x1p-50));
    uint64_t const bits_c = gyre_real_bits(MAGIC(0x1p-100));
    ABREAST
    for (int64_t i = 0; i < n; i++) {
        double const p = row[i] * share + 0.0; /* not -0 */
        double const a = p + MAGIC(0x1p-39), p1 = p - (a - MAGIC(0x1p-39));
        double const b = p1 + MAGIC(0x1p-50), p2 = p1 - (b - MAGIC(0x1p-50));
        double const c = p2 + MAGIC(0x1p-100), p3 = p2 - (c - MAGIC(0x1p-100));
        /* Rounded to the nearest so far: one less where that was up. */
        uint64_t const up = gyre_real_minus(p3);
        uint64_t const upper = ((gyre_real_bits(a) - bits_a) << 11) + (gyre_real_bits(b) - bits_b);
        uint64_t const lower = gyre_real_bits(c) - bits_c + up;
        high[i] = (int64_t)((uint64_t)high[i] + upper);
        low[i] = (int64_t)((uint64_t)low[i] + lower);
        bad |= is_no_weight(row[i]);
    }
    return bad >> 63 == 0;
}

#endif

static void sum_carry(int64_t *high, int64_t *low, int64_t n)
{
    ABREAST
    for (int64_t i = 0; i < n; i++) {
        high[i] += low[i] >> 50;
        low[i] &= ((int64_t)1 << 50) - 1;
    }
}

const struct kernel KERNEL_OWN(kernel) = {
    .name = TEXT(KERNEL_ISA),
    .words = KERNEL_OWN(words_kernel),
    .words_each = KERNEL_OWN(words_kernel_each),
    .alias = KERNEL_OWN(draw_kernel_alias),
    .compose = KERNEL_OWN(draw_kernel_compose),
    .chances = KERNEL_OWN(draw_kernel_chances),
    .alias_total = KERNEL_OWN(alias_kernel_total),
    .alias_share = KERNEL_OWN(alias_kernel_share),
    .alias_sort = KERNEL_OWN(alias_kernel_sort),
    .take = KERNEL_OWN(list_kernel_take),
    .sum = sum,
    .dot = dot,
    .entropy = KERNEL_OWN(row_kernel_entropy),
    .covered = KERNEL_OWN(row_kernel_covered),
    .move = KERNEL_OWN(row_kernel_move),
    .scale = scale,
    .most = most,
    .ratio = ratio,
    .mix = mix,
    .blend = blend,
    .multiply = multiply,
    .log = log_each,
    .exp = exp_each,
    .combine = KERNEL_OWN(product_kernel_combine),
    .project = KERNEL_OWN(product_kernel_project),
    .keep = KERNEL_OWN(list_kernel_keep),
    .spectrum = KERNEL_OWN(spectrum_kernel),
    .count = KERNEL_OWN(list_kernel_count),
    .weigh_counts = KERNEL_OWN(list_kernel_weigh),
    .fold = KERNEL_OWN(list_kernel_fold),
    .scale_counts = KERNEL_OWN(list_kernel_scale),
    .steps = KERNEL_OWN(draw_kernel_steps),
    .invert = KERNEL_OWN(draw_kernel_invert),
    .pack = KERNEL_OWN(list_kernel_pack),
    .few_build = KERNEL_OWN(few_kernel_build),
    .few_draw = KERNEL_OWN(few_kernel_draw),
    .weigh = weigh,
    .copy = copy,
    .look = look,
    .shift = KERNEL_OWN(row_kernel_shift),
    .is_below = is_below,
    .is_weight = is_weight,
    .sum_add = sum_add,
    .sum_carry = sum_carry,
};
