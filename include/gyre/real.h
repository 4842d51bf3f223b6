/* gyre/real.h - log, exp, pow and sums with the same bits on every x86-64.
 *
 * The C library's functions differ between processors and versions, and a
 * result of gyre must not. These use nothing but + - * / and integers, so any
 * compiler gives the same bits at any -O, provided that it fuses nothing
 * (-ffp-contract=off; -ffast-math is refused) and that doubles are computed as
 * doubles (SSE2, not x87). They have no branches: a plain loop over an array
 * becomes vector code at -O3.
 *
 * Errors are in ulp of the result, measured by tests/unit/world/real_test.c. A
 * NaN that comes in comes out.
 */
#ifndef GYRE_REAL_H
#define GYRE_REAL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __FAST_MATH__
#error "gyre/real.h: -ffast-math changes results"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- parts --------------------------------------------------------------- */

/* ln 2 in two parts: the first has 40 bits, so its product with an exponent is exact. */
#define GYRE_REAL_LN2_HIGH 0.6931471805592082
#define GYRE_REAL_LN2_LOW  7.371002565167799e-13

/* The value high + low, where low is at most about an ulp of high. */
typedef struct gyre_real_pair {
    double high, low;
} gyre_real_pair;

static inline uint64_t gyre_real_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline double gyre_real_of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* What x is when its sign is taken off: ordered as |x| is, NaN above infinity. */
static inline uint64_t gyre_real_size(double x)
{
    return gyre_real_bits(x) & 0x7fffffffffffffffu;
}

/* All ones when a < b, else 0; for a and b of at most 2^63. */
static inline uint64_t gyre_real_less(uint64_t a, uint64_t b)
{
    return 0u - ((a - b) >> 63);
}

/* All ones when x is no number, else 0. */
static inline uint64_t gyre_real_is_nan(double x)
{
    return gyre_real_less(0x7ff0000000000000u, gyre_real_size(x));
}

/* All ones when x is neither infinite nor NaN, else 0. */
static inline uint64_t gyre_real_is_finite(double x)
{
    return gyre_real_less(gyre_real_size(x), 0x7ff0000000000000u);
}

/* All ones when x has a minus sign, else 0. */
static inline uint64_t gyre_real_minus(double x)
{
    return 0u - (gyre_real_bits(x) >> 63);
}

/* a where mask is all ones, b where it is 0. Choosing by integers is what every
 * compiler turns into vector code, with SSE2 too. */
static inline double gyre_real_select(uint64_t mask, double a, double b)
{
    return gyre_real_of_bits((gyre_real_bits(a) & mask) | (gyre_real_bits(b) & ~mask));
}

/* x, or +-limit beyond them; NaN becomes one of these. */
static inline double gyre_real_clamp(double x, double limit)
{
    uint64_t const sign = gyre_real_bits(x) & 0x8000000000000000u;
    double const bound = gyre_real_of_bits(gyre_real_bits(limit) | sign);
    return gyre_real_select(gyre_real_less(gyre_real_bits(limit), gyre_real_size(x)), bound, x);
}

/* The first 26 bits of x: the product of two such numbers is exact. */
static inline double gyre_real_cut(double x)
{
    return gyre_real_of_bits(gyre_real_bits(x) & 0xfffffffff8000000u);
}

/* mantissa 2^exponent, mantissa in [sqrt 1/2, sqrt 2). */
typedef struct gyre_real_parts {
    double mantissa, exponent;
} gyre_real_parts;

/* Of a finite x > 0; subnormal numbers are made normal first. */
static inline gyre_real_parts gyre_real_split(double x)
{
    uint64_t const one = 0x3ff0000000000000u, root_half = 0x3fe6a09e667f3bcdu;
    double const raised = x * 18014398509481984.0; /* 2^54 */
    uint64_t const tiny = gyre_real_less(gyre_real_bits(x), 0x0010000000000000u);
    uint64_t const t = gyre_real_bits(gyre_real_select(tiny, raised, x)) + (one - root_half);
    /* t's upper bits are the exponent + 1023; below 2^52 they are read as a double. */
    double const exponent = gyre_real_of_bits(0x4330000000000000u | t >> 52) - 4503599627371519.0;
    gyre_real_parts const result = {gyre_real_of_bits((t & 0xfffffffffffffu) + root_half),
                                    exponent - gyre_real_select(tiny, 54.0, 0.0)};
    return result;
}

/* (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2: Taylor's series, cut off after
 * r^14 / 14!, where 2^-62 is left. Even and odd terms go side by side. */
static inline double gyre_real_exp_tail(double r)
{
    double const z = r * r;
    double even = 1.0 / 87178291200.0, odd = 1.0 / 6227020800.0;
    even = even * z + 1.0 / 479001600;
    even = even * z + 1.0 / 3628800;
    odd = odd * z + 1.0 / 39916800;
    even = even * z + 1.0 / 40320;
    odd = odd * z + 1.0 / 362880;
    even = even * z + 1.0 / 720;
    odd = odd * z + 1.0 / 5040;
    even = even * z + 1.0 / 24;
    odd = odd * z + 1.0 / 120;
    even = even * z + 1.0 / 2;
    odd = odd * z + 1.0 / 6;
    return even + r * odd;
}

/* e^(x.high + x.low). */
static inline double gyre_real_exp(gyre_real_pair x)
{
    /* Beyond 746 all is 0 or infinite; within, the exponent cannot leave its field. */
    double const high = gyre_real_clamp(x.high, 746.0);
    uint64_t const inside = gyre_real_less(gyre_real_size(x.high), gyre_real_bits(746.0));
    double const low = gyre_real_select(inside, x.low, 0.0);
    /* Adding 1.5 2^52 rounds to an integer n, which then stands in the lowest
     * bits; 2046 more keeps it positive. */
    double const magic = 6755399441055744.0 + 2046.0;
    double const shifted = high * 1.4426950408889634 + magic;
    double const n = shifted - magic;
    uint64_t const exponent = gyre_real_bits(shifted) & 0xfffu;
    /* high + low - n ln 2 = r + rest; the first difference is exact. */
    double const r1 = high - n * GYRE_REAL_LN2_HIGH;
    double const r2 = low - n * GYRE_REAL_LN2_LOW;
    double const r = r1 + r2;
    double const rest = (r1 - r) + r2;
    double const y = 1.0 + (r + (r * r * gyre_real_exp_tail(r) + rest));
    /* 2^n in two factors: one alone may be no double, and a subnormal result is
     * rounded once only. */
    uint64_t const half = exponent >> 1;
    double const result =
        y * gyre_real_of_bits(half << 52) * gyre_real_of_bits((exponent - half) << 52);
    return gyre_real_select(gyre_real_is_nan(x.high), (double)NAN, result);
}

/* log x to about 2^-64 of itself, for finite x > 0: what pow needs. With
 * s = (m - 1) / (m + 1), log m = s (2 + s^2 (2/3 + 2/5 s^2 + 2/7 s^4 + ...)).
 * Numbers of 26 bits carry what matters, so that their products are exact. */
static inline gyre_real_pair gyre_real_log(double x)
{
    gyre_real_parts const part = gyre_real_split(x);
    double const m = part.mantissa, k = part.exponent;
    double const f = m - 1.0, d = m + 1.0;
    /* s = s1 + s2, d = d1 + d2 */
    double const s1 = gyre_real_cut(f / d);
    double const d1 = gyre_real_cut(d);
    double const d2 = m - (d1 - 1.0);
    double const s2 = ((f - s1 * d1) - s1 * d2) / d;
    /* s^2 = z1 + z2 */
    double const square = s1 * s1, more = s2 * (s1 + s1 + s2);
    double const z = square + more;
    double const z1 = gyre_real_cut(square);
    double const z2 = (square - z1) + more;
    /* 2/3 + 2/5 s^2 + ... = t1 + t2; 2/3 is not a double and has a low part */
    double w = 2.0 / 23;
    w = w * z + 2.0 / 21;
    w = w * z + 2.0 / 19;
    w = w * z + 2.0 / 17;
    w = w * z + 2.0 / 15;
    w = w * z + 2.0 / 13;
    w = w * z + 2.0 / 11;
    w = w * z + 2.0 / 9;
    w = w * z + 2.0 / 7;
    w = w * z + 2.0 / 5;
    w = w * z;
    double const t1 = gyre_real_cut(2.0 / 3 + w);
    double const t2 = ((2.0 / 3 - t1) + w) + 3.700743415417188e-17;
    /* 2 + s^2 (...) = v1 + v2 */
    double const u = z1 * t1;
    double const v1 = gyre_real_cut(2.0 + u);
    double const v2 = ((2.0 - v1) + u) + (z1 * t2 + z2 * (t1 + t2));
    double const log1 = s1 * v1, log2 = s1 * v2 + s2 * (v1 + v2);
    /* + k ln 2, which is the larger unless it is 0 */
    double const scale = k * GYRE_REAL_LN2_HIGH;
    double const sum = scale + log1;
    double const rest = ((scale - sum) + log1) + (log2 + k * GYRE_REAL_LN2_LOW);
    gyre_real_pair const result = {sum + rest, (sum - (sum + rest)) + rest};
    return result;
}

/* Joins 16 lanes: 8 apart, 4, 2, 1. */
static inline double gyre_real_join(double lane[16])
{
    for (int width = 8; width > 0; width /= 2) {
        for (int i = 0; i < width; i++)
            lane[i] += lane[i + width];
    }
    return lane[0];
}

/* ---- functions ----------------------------------------------------------- */

/* The natural logarithm, error below 0.9 ulp. log 1 is +0, log 0 and log -0
 * -infinity, log of infinity infinity, log of less than 0 NaN. Subnormal x are
 * as good as others. */
static inline double gyre_log(double x)
{
    gyre_real_parts const part = gyre_real_split(x);
    double const f = part.mantissa - 1.0, k = part.exponent;
    double const s = f / (2.0 + f);
    double const z = s * s, z2 = z * z;
    /* log m = 2s + s q(s^2), q = 2/3 s^2 + 2/5 s^4 + ... The first term is f - s f, and with
     * h = f^2 / 2 that is f - (h - s h): f is exact, and what is subtracted from it small. */
    double const h = 0.5 * f * f;
    double even = 2.0 / 21, odd = 2.0 / 19;
    even = even * z2 + 2.0 / 17;
    odd = odd * z2 + 2.0 / 15;
    even = even * z2 + 2.0 / 13;
    odd = odd * z2 + 2.0 / 11;
    even = even * z2 + 2.0 / 9;
    odd = odd * z2 + 2.0 / 7;
    even = even * z2 + 2.0 / 5;
    odd = odd * z2 + 2.0 / 3;
    double const q = z * (odd + z * even);
    double const log_m = f - (h - (s * (h + q) + k * GYRE_REAL_LN2_LOW));
    double const finite = k * GYRE_REAL_LN2_HIGH + log_m;
    uint64_t const zero = gyre_real_less(gyre_real_size(x), 1);
    uint64_t const none = gyre_real_is_nan(x) | (gyre_real_minus(x) & ~zero);
    double const number = gyre_real_select(gyre_real_is_finite(x), finite, (double)INFINITY);
    return gyre_real_select(none, (double)NAN, gyre_real_select(zero, -(double)INFINITY, number));
}

/* e^x, error below 0.9 ulp, of a subnormal result at most 1. exp 0 is 1, exp of
 * infinity infinity, of -infinity 0. */
static inline double gyre_exp(double x)
{
    gyre_real_pair const pair = {x, 0.0};
    return gyre_real_exp(pair);
}

/* x^y for x >= 0, error below 1 ulp at any size. pow(x, 0) and pow(1, y) are 1,
 * so pow(0, 0) is; pow(0, y) is 0 for y > 0 and infinity for y < 0; pow(infinity,
 * y) the other way round. x < 0 gives NaN whatever y is. */
static inline double gyre_pow(double x, double y)
{
    uint64_t const zero = gyre_real_less(gyre_real_size(x), 1);
    uint64_t const inner = gyre_real_is_finite(x) & ~gyre_real_minus(x) & ~zero;
    gyre_real_pair const log_x = gyre_real_log(gyre_real_select(inner, x, 1.0));
    /* No x but 1 has |log x| below 2^-54, so that larger exponents change nothing. */
    double const e = gyre_real_clamp(y, 36893488147419103232.0); /* 2^65 */
    double const e1 = gyre_real_cut(e), h1 = gyre_real_cut(log_x.high);
    double const p1 = e1 * h1;
    double const p2 = (e1 * (log_x.high - h1) + (e - e1) * log_x.high) + e * log_x.low;
    gyre_real_pair const power = {p1 + p2, (p1 - (p1 + p2)) + p2};
    double const finite = gyre_real_exp(power);
    /* Of x = 0 or infinity. */
    double const edge = gyre_real_select(zero ^ gyre_real_minus(y), 0.0, (double)INFINITY);
    uint64_t const one = gyre_real_less(gyre_real_size(y), 1);
    uint64_t const none = gyre_real_is_nan(x) | gyre_real_is_nan(y) | (gyre_real_minus(x) & ~zero);
    double const any = gyre_real_select(one, 1.0, gyre_real_select(inner, finite, edge));
    return gyre_real_select(none, (double)NAN, any);
}

/* The sum of x[i], always in the same order: lane i % 16 adds up every 16th
 * number, then lanes are joined. 0 when n is. */
static inline double gyre_total(const double *x, int64_t n)
{
    double lane[16] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
                       0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    int64_t const whole = n - n % 16;
    for (int64_t i = 0; i < whole; i += 16) {
        for (int j = 0; j < 16; j++)
            lane[j] += x[i + j];
    }
    for (int64_t i = whole; i < n; i++)
        lane[i - whole] += x[i];
    return gyre_real_join(lane);
}

/* The sum of x[i] y[i], in the same order. */
static inline double gyre_dot(const double *x, const double *y, int64_t n)
{
    double lane[16] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
                       0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    int64_t const whole = n - n % 16;
    for (int64_t i = 0; i < whole; i += 16) {
        for (int j = 0; j < 16; j++)
            lane[j] += x[i + j] * y[i + j];
    }
    for (int64_t i = whole; i < n; i++)
        lane[i - whole] += x[i] * y[i];
    return gyre_real_join(lane);
}

#ifdef __cplusplus
}
#endif
#endif
