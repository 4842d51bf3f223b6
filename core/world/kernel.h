/* world/kernel.h - vector code: kernel.c and the files that are named so (draw_kernel.c, ...), each
 * compiled for SSE2, AVX2 and AVX-512, and one table to choose by.
 * All three give the same bits: no contraction, fixed lanes.
 */
#ifndef WORLD_KERNEL_H
#define WORLD_KERNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "gyre/component.h"

struct alias;
struct compose;
struct compose_parts;
struct distinct;
struct few;
struct random_more;
struct spectrum;

struct kernel {
    const char *name; /* "sse2", "avx2", "avx512" */

    /* Words first .. first + n - 1 of an address (random.h). */
    void (*words)(uint64_t key, uint32_t round, uint32_t stream, uint64_t first, int64_t n,
                  uint64_t *out);

    /* rows of n words each: row r is the words from first + r step on, at out + r n. */
    void (*words_each)(uint64_t key, uint32_t round, uint32_t stream, uint64_t first, uint64_t step,
                       int64_t n, int64_t rows, uint64_t *out);

    /* alias_draw_parts, compose_draw_parts and compose_chances. */
    void (*alias)(const struct alias *alias, const struct random_more *more, const uint64_t *word,
                  int64_t n, int64_t parts, uint32_t *state, uint32_t *kept);
    void (*compose)(const struct compose *compose, const struct compose_parts *parts);
    void (*chances)(const double *accept, int64_t n, uint16_t *chance);
    /* Steps of alias_build: the sum of factor weight[i], far more exact than a plain one; share[i]
     * = factor weight[i] scale, cut off, of which the sum is returned, and how many are of positive
     * weight; and the order of columns, with `each` more for those, and one for the first `rest`.
     */
    double (*alias_total)(const double *weight, int64_t n, double factor);
    int64_t (*alias_share)(int64_t *share, const double *weight, double factor, double scale,
                           int64_t n, int64_t *positive);
    void (*alias_sort)(const struct alias *alias, const double *weight, int64_t n, int64_t each,
                       int64_t rest);
    /* distinct_find, when count[n] holds how often each state is listed. */
    int64_t (*take)(const struct distinct *distinct, int64_t n, double each);

    /* sum of x[i], in 16 lanes (lane i % 16), lanes joined pairwise 8, 4, 2, 1 apart: the bits of
     * gyre_total in gyre/real.h. */
    double (*sum)(const double *x, int64_t n);
    /* sum of x[i] y[i], the same lanes: gyre_dot. */
    double (*dot)(const double *x, const double *y, int64_t n);
    /* Of a row, in the same lanes. The entropy, -sum of p[i] ln p[i], each term within 4 ulp;
     * *alike is the sum of p[i]^2. The sum of weight[i] where p[i] >= least. */
    double (*entropy)(const double *p, int64_t n, double *alike);
    double (*covered)(const double *p, double least, const double *weight, int64_t n);
    /* p[i] = (1 - rate) p[i] + rate (count[i] / total). */
    void (*move)(double *p, const uint32_t *count, double total, double rate, int64_t n);
    /* Loops that read once: out[i] = x[i] y[i], and whether all x are finite and >= 0; out[i] =
     * x[i], and the same; out[i] = x[i] y[i] + z[i], where out may be x. *sum, or what is
     * returned, is the sum of out. */
    bool (*weigh)(double *out, const double *x, const double *y, int64_t n, double *sum);
    bool (*copy)(double *out, const double *x, int64_t n, double *sum);
    /* The same without an out: whether all x are finite and >= 0, and *sum is theirs. */
    bool (*look)(const double *x, int64_t n, double *sum);
    double (*shift)(double *out, const double *x, const double *y, const double *z, int64_t n);
    /* out[i] = scale x[i] (out may be x). */
    void (*scale)(double *out, const double *x, double scale, int64_t n);
    /* The largest x[i] where y[i] > 0 (y NULL: of all), and 0 when none is above 0. */
    double (*most)(const double *x, const double *y, int64_t n);
    /* out[i] = x[i] / most, at most 1. Are all 1 where y[i] > 0 (y NULL: all)? */
    bool (*ratio)(double *out, const double *x, const double *y, double most, int64_t n);
    /* out[i] = a[i] (f x[i] + g y[i]). */
    void (*mix)(double *out, const double *a, const double *x, double f, const double *y, double g,
                int64_t n);
    /* out[i] = (1 - g) x[i] + g y[i]; out may be x or y. */
    void (*blend)(double *out, const double *x, const double *y, double g, int64_t n);
    /* out[i] = x[i] y[i]; out may be x or y. */
    void (*multiply)(double *out, const double *x, const double *y, int64_t n);
    /* out[i] = gyre_log(x[i]), bit by bit; out may be x. */
    void (*log)(double *out, const double *x, int64_t n);
    /* out[i] = gyre_exp(x[i]); out may be x. */
    void (*exp)(double *out, const double *x, int64_t n);
    /* Products of matrices: combine and project of gyre/component.h, in their order. */
    void (*combine)(const gyre_matrix *a, const gyre_matrix *x, double *out, int64_t step);
    void (*project)(const gyre_matrix *a, const gyre_matrix *x, double *out, int64_t step);
    /* Of listed states, those whose bit is set, z % 32 of stays[z / 32], in place and in their
     * order. Returns how many. */
    int64_t (*keep)(const uint32_t *stays, uint32_t *state, int64_t n);
    /* Agents' lists into a spectrum's arrays, at most `abreast` of them. Returns a number that no
     * count of theirs is above. */
    uint32_t (*spectrum)(const struct spectrum *spectrum, const uint32_t *const *list,
                         int64_t lists);
    /* Adds n numbers of 40 bits to as many: the last 8 bits are in low, those above in high. */
    void (*count)(uint8_t *low, uint32_t *high, const uint8_t *more_low, const uint32_t *more_high,
                  int64_t n);
    /* Such numbers times `unit`, each rounded once. */
    void (*weigh_counts)(double *out, const uint8_t *low, const uint32_t *high, double unit,
                         int64_t n);
    /* count[i] += more[i], which is 0 then; out[i] = unit count[i]. */
    void (*fold)(uint32_t *count, uint8_t *more, int64_t n);
    void (*scale_counts)(double *out, const uint32_t *count, double unit, int64_t n);
    /* Prefix sums and draws of world/invert.h. */
    void (*steps)(uint64_t *step, const double *weight, double scale, int64_t n);
    void (*invert)(const uint64_t *step, int64_t n, const uint64_t *word, int64_t draws,
                   uint32_t *state);
    /* few_build, with what brings the weights' sum to 2^62, and few_draw. */
    void (*few_build)(struct few *few, const double *weight, double scale, int64_t n);
    int64_t (*few_draw)(const struct few *few, const uint64_t *word, int64_t draws, uint32_t *state,
                        uint32_t *open);

    /* The positive ones of x in their order, and which they are; out and index have room for 16
     * more than there are. Returns how many. */
    int64_t (*pack)(const double *x, int64_t n, double *out, uint32_t *index);

    /* Are all below the limit? */
    bool (*is_below)(const uint32_t *x, int64_t n, uint32_t limit);
    /* Are all finite and >= 0? */
    bool (*is_weight)(const double *x, int64_t n);
    /* The inner loops of sum.h; of sum_add: is the row one that is_weight? */
    bool (*sum_add)(int64_t *high, int64_t *low, const double *row, double share, int64_t n);
    void (*sum_carry)(int64_t *high, int64_t *low, int64_t n);
};

/* What kernel_get has chosen; threads that choose at the same time choose the same. */
extern const struct kernel *_Atomic kernel_chosen;
const struct kernel *kernel_choose(void);

/* The best that this processor has and that is not above what the environment's GYRE_VECTOR names;
 * a name that means nothing there is passed over. Chosen once. */
static inline const struct kernel *kernel_get(void)
{
    const struct kernel *const chosen = atomic_load_explicit(&kernel_chosen, memory_order_acquire);
    return chosen ? chosen : kernel_choose();
}

/* One by name; NULL when this processor cannot run it or there is none of that name. For tests. */
const struct kernel *kernel_find(const char *name);
/* Makes kernel_get return that one from now on; false when it cannot. Not while a run goes on. */
bool kernel_use(const char *name);

#endif
