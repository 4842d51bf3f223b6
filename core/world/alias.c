#include "world/alias.h"

#include <stdbool.h>
#include <stddef.h>

#include "gyre/real.h"
#include "world/kernel.h"

__extension__ typedef __int128 wide;

/* Probabilities are whole numbers that sum to this; words are finer by 4. */
#define WHOLE ((int64_t)1 << 62)
enum { WORDS_LOG2 = 2 };

static int log2_columns(int64_t n)
{
    int log2 = 1;
    while ((int64_t)1 << log2 < n)
        log2++;
    return log2;
}

static int64_t padded(int64_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

int64_t alias_size(int64_t n)
{
    int64_t const capacity = (int64_t)1 << log2_columns(n);
    return padded(capacity * (int64_t)sizeof(struct alias_entry)) +
           padded(capacity * (int64_t)sizeof(int64_t)) +
           padded(capacity * (int64_t)sizeof(uint32_t));
}

void alias_init(struct alias *alias, int64_t n, void *memory)
{
    int64_t const capacity = (int64_t)1 << log2_columns(n);
    char *const at = memory;
    int64_t const shares = padded(capacity * (int64_t)sizeof(struct alias_entry));
    int64_t const orders = shares + padded(capacity * (int64_t)sizeof(int64_t));
    *alias = (struct alias){.entry = memory,
                            .share = (int64_t *)(void *)(at + shares),
                            .order = (uint32_t *)(void *)(at + orders)};
}

/* Adds x to sum, and what rounding takes off to rest. */
static inline void add(double *sum, double *rest, double x)
{
    double const s = *sum + x, added = s - *sum;
    *rest += (*sum - (s - added)) + (x - added);
    *sum = s;
}

/* The sum of factor * weight[i], in 16 lanes: a plain sum of many weights would put every
 * probability off by far more than the last bit. */
static double total(const double *weight, int64_t n, double factor)
{
    double sum[16] = {0}, rest[16] = {0};
    int64_t const whole = n - n % 16;
    for (int64_t i = 0; i < whole; i += 16) {
        for (int j = 0; j < 16; j++)
            add(&sum[j], &rest[j], weight[i + j] * factor);
    }
    for (int64_t i = whole; i < n; i++)
        add(&sum[i - whole], &rest[i - whole], weight[i] * factor);
    return gyre_real_join(sum) + gyre_real_join(rest);
}

/* A power of two that keeps the sum of factor * weight[i] far from overflow and from 0. */
static double factor_for(const double *weight, int64_t n)
{
    double const sum = gyre_total(weight, n);
    return sum > 0x1p900 ? 0x1p-128 : sum < 0x1p-900 ? 0x1p512 : 1.0;
}

/* Gives each state of positive weight a column and its share, cut off. Returns what is left. */
static int64_t share_out(struct alias *alias, const double *weight, int64_t n)
{
    double const factor = factor_for(weight, n);
    double const scale = (double)WHOLE / total(weight, n, factor);
    int64_t columns = 0, left = WHOLE;
    for (int64_t i = 0; i < n; i++) {
        int64_t const share = (int64_t)(weight[i] * factor * scale);
        alias->entry[columns].state[0] = (uint32_t)i;
        alias->share[columns] = share;
        left -= share;
        columns += weight[i] > 0;
    }
    alias->columns = columns;
    return left;
}

/* Cutting off leaves less than one for each column. What is beyond that comes of a scale that was
 * rounded, and is shared in proportion. Returns what is left: at least 0. */
static int64_t rescale(struct alias *alias, int64_t left)
{
    int64_t const beyond = left < 0 ? left : left > alias->columns ? left - alias->columns : 0;
    for (int64_t i = 0; beyond != 0 && i < alias->columns; i++) {
        int64_t const more = (int64_t)((wide)alias->share[i] * beyond >> 62);
        alias->share[i] += more;
        left -= more;
    }
    return left;
}

/* Shares out what is left evenly, fills up to a power of two with columns that have nothing, and
 * puts columns in order: from the front those with less than their height, from the back others. */
static void sort(struct alias *alias, int64_t left)
{
    int64_t const used = alias->columns, all = (int64_t)1 << log2_columns(used);
    /* Some weight is above 0, so `used` is: NOLINTNEXTLINE(clang-analyzer-core.DivideZero) */
    int64_t const height = WHOLE / all, each = left / used, rest = left % used;
    int64_t low = 0;
    for (int64_t i = 0; i < all; i++) {
        if (i < used) {
            alias->share[i] += each + (i < rest);
        } else {
            alias->share[i] = 0;
            alias->entry[i].state[0] = alias->entry[0].state[0];
        }
        alias->order[low] = (uint32_t)i;
        alias->order[all - 1 - (i - low)] = (uint32_t)i;
        low += alias->share[i] < height;
    }
    alias->columns = all;
}

/* Closes one column a step, either a low one that the present high one fills up, or the high one
 * itself, once it is down to its height or less: then the next high one fills it up. Sums being
 * exact, the last one has just its height left. */
static void pour(struct alias *alias)
{
    int64_t const all = alias->columns, height = WHOLE / all;
    const uint32_t *low = alias->order, *high = alias->order + all - 1;
    struct alias_entry *const entry = alias->entry;
    uint32_t donor = *high--;
    int64_t have = alias->share[donor];
    for (int64_t i = 0; i < all - 1; i++) {
        bool const fill = have > height;
        uint32_t const next = fill ? *low : *high;
        uint32_t const column = fill ? next : donor;
        int64_t const own = fill ? alias->share[next] : have;
        donor = fill ? donor : next;
        low += fill;
        high -= !fill;
        have += alias->share[next] - height;
        entry[column].cut = ((uint64_t)column << alias->shift) + ((uint64_t)own << WORDS_LOG2);
        entry[column].state[1] = entry[donor].state[0];
    }
    /* Full columns are never cut. High ones go from first to last: were the last of all columns
     * full, whose end is no word, it would be this one. */
    entry[donor].cut = (uint64_t)donor << alias->shift;
    entry[donor].state[1] = entry[donor].state[0];
}

/* 4 ns a state of 4,096, 6.5 of 100,000 (Xeon, 2.6 GHz, gcc 12). */
void alias_build(struct alias *alias, const double *weight, int64_t n)
{
    int64_t const left = share_out(alias, weight, n);
    sort(alias, rescale(alias, left));
    alias->shift = 64 - log2_columns(alias->columns);
    pour(alias);
}

/* Gathers of AVX-512 (draw_kernel.c) take 0.46 ns a draw from 256 columns, 0.54 from 4,096, 0.8
 * from 65,536 and about 4 to 5 from 1,000,000, where plain C, as it is used before AVX-512, takes
 * 0.72, 0.76, 1.15 and 4 to 7. Prefetching, 32 draws ahead or 64 at a time, was slower up to 65,536
 * and no better by more than noise beyond. */
void alias_draw_all(const struct alias *alias, const uint64_t *word, int64_t n, uint32_t *state)
{
    kernel_get()->alias(alias, word, n, state);
}
