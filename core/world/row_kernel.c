/* Compiled once for each instruction set, by the rules of kernel.c. What each agent's row is looked
 * at for, in one pass: it is in the first cache, and what counts is operations. */
#include "world/row_kernel.h"

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "world/lanes.h"

typedef uint64_t words __attribute__((vector_size(sizeof(reals))));

static inline words all(uint64_t x)
{
    return x - (words){0};
}

/* ---- logarithms ---------------------------------------------------------------------------- */

/* x = m 2^k with m in [LEAST, 2 LEAST). Of 16 nodes, which m's first bits name, one is so near that
 * m = node (1 + r) with |r| <= 1/32; and 1 is a node, so that nothing cancels about it. Beside
 * gyre_log there is no division, and a third less to compute: 8 numbers in 22 cycles, not 44 (Zen
 * 4). Each step is done for so many vectors before the next one, since each has to wait for the one
 * before: 12 cycles instead of 14 (Zen 5), with AVX2 36 instead of 43. */
enum { ABREAST = WIDTH > 2 ? 4 : 2, TOGETHER = WIDTH == 8 ? 32 : LANES };

#define ONE_BITS   0x3ff0000000000000u
#define LEAST_BITS 0x3fe6800000000000u /* 0.703125: half a step below the first node */
#define NODE_BITS  0x3fe7000000000000u /* 0.71875 */
#define STEP_BITS  0x000f000000000000u
#define LN2        0.6931471805599453

static const double inverse[16] = {
    1.391304347826087,
    1.3333333333333333,
    1.28,
    1.2307692307692308,
    1.1851851851851851,
    1.1428571428571428,
    1.103448275862069,
    1.0666666666666667,
    1.032258064516129,
    1.0,
    0.9411764705882353,
    0.8888888888888888,
    0.8421052631578947,
    0.8,
    0.7619047619047619,
    0.7272727272727273,
};

static const double logarithm[16] = {
    -0.33024168687057687, -0.2876820724517809,
    -0.24686007793152578, -0.2076393647782445,
    -0.16989903679539747, -0.13353139262452263,
    -0.09844007281325252, -0.06453852113757118,
    -0.0317486983145803,  0.0,
    0.06062462181643484,  0.11778303565638346,
    0.17185025692665923,  0.22314355131420976,
    0.27193371548364176,  0.3184537311185346,
};

/* table[index % 16] of each. */
static inline reals look_up(const double *table, words index)
{
#ifdef __AVX512F__
    return (reals)_mm512_permutex2var_pd(_mm512_loadu_pd(table), (__m512i)index,
                                         _mm512_loadu_pd(table + 8));
#else
    reals result = {0};
    for (int i = 0; i < WIDTH; i++)
        result[i] = table[index[i] % 16];
    return result;
#endif
}

/* Of a double that t is, as a double: its upper bits, read as one below 2^52. */
static inline reals exponent(words t)
{
#ifdef __AVX512F__
    return _mm512_getexp_pd((reals)t);
#else
    return (reals)(all(0x4330000000000000u) | t >> 52) - 4503599627371519.0;
#endif
}

/* (ln(1 + r) - r) / r^2 for |r| <= 1/32, through Chebyshev's points: off by 2^-55 of ln(1 + r). */
MADE_FOR void log_tail(const reals *r, reals *tail)
{
    static const double even[] = {-0.1251955312667663, -0.1666665472825626, -0.2500000000233204,
                                  -0.4999999999999993};
    static const double odd[] = {0.11128886987006753, 0.14285703432369223, 0.20000000002120089,
                                 0.3333333333333327};
    reals z[ABREAST], more[ABREAST];
    for (int j = 0; j < ABREAST; j++) {
        z[j] = r[j] * r[j];
        tail[j] = even[0] * z[j] + even[1];
        more[j] = odd[0] * z[j] + odd[1];
    }
    for (int i = 2; i < 4; i++)
        for (int j = 0; j < ABREAST; j++) {
            tail[j] = tail[j] * z[j] + even[i];
            more[j] = more[j] * z[j] + odd[i];
        }
    for (int j = 0; j < ABREAST; j++)
        tail[j] = tail[j] + r[j] * more[j];
}

/* x ln x is then within 4 ulp for a normal x > 0 (worst measured 3.79, right below 63/64). Of 0 and
 * of subnormal x it is some finite number, which x itself makes nothing of. */
MADE_FOR void log_of(const reals *x, reals *log)
{
    reals r[ABREAST], tail[ABREAST];
    for (int j = 0; j < ABREAST; j++) {
        words const t = (words)x[j] + all(ONE_BITS - LEAST_BITS);
        reals const m = (reals)((t & all(0x000fffffffffffffu)) + all(LEAST_BITS));
        reals const node = (reals)((t & all(STEP_BITS)) + all(NODE_BITS));
        r[j] = (m - node) * look_up(inverse, t >> 48);
        log[j] = exponent(t) * LN2 + look_up(logarithm, t >> 48);
    }
    log_tail(r, tail);
    for (int j = 0; j < ABREAST; j++)
        log[j] += r[j] + r[j] * r[j] * tail[j];
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* Adds x ln x and x^2 of those that go abreast. */
MADE_FOR void add_entropy(const double *at, reals *sum, reals *square)
{
    reals x[ABREAST], log[ABREAST];
    for (int j = 0; j < ABREAST; j++)
        x[j] = load(at + j * WIDTH);
    log_of(x, log);
    for (int j = 0; j < ABREAST; j++) {
        sum[j % PARTS] += x[j] * log[j];
        square[j % PARTS] += x[j] * x[j];
    }
}

double KERNEL_OWN(row_kernel_entropy)(const double *p, int64_t n, double *alike)
{
    double room[TOGETHER];
    reals sum[PARTS] = {0}, square[PARTS] = {0};
    for (int64_t i = 0; i < n; i += TOGETHER) {
        const double *at = filled(p + i, n - i, TOGETHER, room);
        for (int k = 0; k < TOGETHER / WIDTH; k += ABREAST)
            add_entropy(at + k * WIDTH, sum + k % PARTS, square + k % PARTS);
    }
    *alike = join(square);
    return 0 - join(sum);
}

/* y where x >= least, else 0. */
static inline reals where(reals x, double least, reals y)
{
#ifdef __AVX512F__
    return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(x, _mm512_set1_pd(least), _CMP_GE_OQ), y);
#else
    return (reals)((words)y & (words)(x >= least));
#endif
}

double KERNEL_OWN(row_kernel_covered)(const double *p, double least, const double *weight,
                                      int64_t n)
{
    double room[LANES], rest[LANES];
    reals sum[PARTS] = {0};
    for (int64_t i = 0; i < n; i += LANES) {
        const double *at = filled(p + i, n - i, LANES, room),
                     *of = filled(weight + i, n - i, LANES, rest);
        for (int j = 0; j < PARTS; j++)
            sum[j] += where(load(at + j * WIDTH), least, load(of + j * WIDTH));
    }
    return join(sum);
}

/* Lanes written out as vectors: left to gcc 256 states take 60 ns with AVX-512, and not 33. */
double KERNEL_OWN(row_kernel_shift)(double *out, const double *x, const double *y, const double *z,
                                    int64_t n)
{
    reals sum[PARTS] = {0};
    int64_t i = 0;
    for (; n - i >= LANES; i += LANES)
        for (int j = 0; j < PARTS; j++) {
            int64_t const at = i + j * WIDTH;
            reals const v = load(x + at) * load(y + at) + load(z + at);
            store(out + at, v);
            sum[j] += v;
        }
    if (i == n)
        return join(sum);
    double lane[LANES];
    memcpy(lane, sum, sizeof lane);
    for (int j = 0; i < n; i++, j++)
        lane[j] += out[i] = x[i] * y[i] + z[i];
    return gyre_real_join(lane);
}

/* ---- learning ------------------------------------------------------------------------------ */

#ifdef __AVX512F__
/* Most counts are small, and what these give is looked up: a division takes 16 cycles, and 256
 * states 0.19 us instead of 0.05 (Zen 4). */
struct learned {
    __m512d low, high, total, rate, rest;
};

static inline __m512d quotient(const struct learned *learned, __m256i count)
{
    return _mm512_mul_pd(learned->rate, _mm512_div_pd(_mm512_cvtepu32_pd(count), learned->total));
}

static inline struct learned learned_of(double total, double rate)
{
    struct learned x = {.total = _mm512_set1_pd(total),
                        .rate = _mm512_set1_pd(rate),
                        .rest = _mm512_set1_pd(1 - rate)};
    x.low = quotient(&x, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    x.high = quotient(&x, _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15));
    return x;
}

static inline __m512d learn(const struct learned *learned, bool few, __m512d p, __m256i count)
{
    __m512i const at = _mm512_cvtepu32_epi64(count);
    __m512d const more =
        few ? _mm512_permutex2var_pd(learned->low, at, learned->high) : quotient(learned, count);
    return _mm512_add_pd(_mm512_mul_pd(p, learned->rest), more);
}

/* Whether all counts are small is asked of sixteen at once. */
static inline void learn_sixteen(const struct learned *learned, double *p, __m512i count)
{
    bool const few = !_mm512_cmpgt_epu32_mask(count, _mm512_set1_epi32(15));
    __m256i const low = _mm512_castsi512_si256(count), high = _mm512_extracti64x4_epi64(count, 1);
    _mm512_storeu_pd(p, learn(learned, few, _mm512_loadu_pd(p), low));
    _mm512_storeu_pd(p + 8, learn(learned, few, _mm512_loadu_pd(p + 8), high));
}

void KERNEL_OWN(row_kernel_move)(double *p, const uint32_t *count, double total, double rate,
                                 int64_t n)
{
    struct learned const learned = learned_of(total, rate);
    int64_t i = 0;
    for (; n - i >= 16; i += 16)
        learn_sixteen(&learned, p + i, _mm512_loadu_si512(count + i));
    if (i == n)
        return;
    double rest[16] = {0};
    memcpy(rest, p + i, (size_t)(n - i) * sizeof *p);
    learn_sixteen(&learned, rest, _mm512_maskz_loadu_epi32(first_lanes(n - i), count + i));
    memcpy(p + i, rest, (size_t)(n - i) * sizeof *p);
}
#else
void KERNEL_OWN(row_kernel_move)(double *restrict p, const uint32_t *restrict count, double total,
                                 double rate, int64_t n)
{
    double const rest = 1 - rate;
    for (int64_t i = 0; i < n; i++)
        p[i] = rest * p[i] + rate * ((double)count[i] / total);
}
#endif
