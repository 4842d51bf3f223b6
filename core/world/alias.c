#include "world/alias.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "gyre/real.h"
#include "world/kernel.h"

__extension__ typedef __int128 wide;

static int log2_columns(int64_t n)
{
    int log2 = 1;
    while ((int64_t)1 << log2 < n)
        log2++;
    return log2;
}

int64_t alias_size(int64_t n)
{
    int64_t const capacity = (int64_t)1 << log2_columns(n);
    return 2 * memory_lines(capacity * (int64_t)sizeof(uint32_t)) +
           memory_lines(capacity * (int64_t)sizeof(int64_t));
}

void alias_init(struct alias *alias, int64_t n, void *memory)
{
    int64_t const capacity = (int64_t)1 << log2_columns(n);
    char *const at = memory;
    int64_t const entries = memory_lines(capacity * (int64_t)sizeof(uint32_t));
    int64_t const shares = entries + memory_lines(capacity * (int64_t)sizeof(int64_t));
    *alias = (struct alias){.entry = memory,
                            .share = (int64_t *)(void *)(at + entries),
                            .order = (uint32_t *)(void *)(at + shares)};
}

/* A power of two that keeps the sum of factor * weight[i] far from overflow and from 0. */
static double factor_for(const double *weight, int64_t n)
{
    double const sum = kernel_get()->sum(weight, n);
    return sum > 0x1p900 ? 0x1p-128 : sum < 0x1p-900 ? 0x1p512 : 1.0;
}

/* Gives each state its share, cut off, and counts those of positive weight. Returns what is left. A
 * plain sum of many weights would put every probability off by far more than the last bit. */
static int64_t share_out(struct alias *alias, const double *weight, int64_t n, int64_t *used)
{
    const struct kernel *const kernel = kernel_get();
    double const factor = factor_for(weight, n);
    double const scale = (double)ALIAS_WHOLE / kernel->alias_total(weight, n, factor);
    return ALIAS_WHOLE - kernel->alias_share(alias->share, weight, factor, scale, n, used);
}

/* Cutting off leaves less than one for each state. What is beyond that comes of a scale that was
 * rounded, and is shared in proportion. Returns what is left: at least 0. */
static int64_t rescale(struct alias *alias, int64_t n, int64_t used, int64_t left)
{
    int64_t const beyond = left < 0 ? left : left > used ? left - used : 0;
    for (int64_t i = 0; beyond != 0 && i < n; i++) {
        int64_t const more = (int64_t)((wide)alias->share[i] * beyond >> 62);
        alias->share[i] += more;
        left -= more;
    }
    return left;
}

/* Shares out what is left evenly among states of positive weight, fills up to a power of two with
 * columns that have nothing, and puts columns in order: from the front those with less than their
 * height, from the back others. */
static void sort(struct alias *alias, const double *weight, int64_t n, int64_t used, int64_t left)
{
    /* Some weight is above 0, so `used` is: NOLINTNEXTLINE(clang-analyzer-core.DivideZero) */
    int64_t const each = left / used, rest = left % used;
    memset(alias->share + n, 0, sizeof(*alias->share) * (size_t)(alias->columns - n));
    kernel_get()->alias_sort(alias, weight, n, each, rest);
}

/* A column that is full has itself for the other state, since the end of the last is no word. */
static inline void finish(struct alias *alias, uint32_t column, int64_t own, uint32_t other)
{
    bool const full = own >> (62 - alias->bits) != 0;
    alias->share[column] = full ? 0 : own;
    uint32_t const cut = full ? 0 : (uint32_t)(own >> 32) << (alias->bits + 2);
    alias->entry[column] = cut | (full ? column : other);
}

/* A high column fills up low ones until it is down to its height or less itself; then it is closed,
 * and the next high one fills it up. Sums being exact, the last one has just its height left. */
static void pour(struct alias *alias)
{
    int64_t const height = ALIAS_WHOLE >> alias->bits;
    const uint32_t *low = alias->order, *high = alias->order + alias->columns - 1;
    uint32_t donor = *high;
    int64_t have = alias->share[donor];
    while (low < high) {
        for (; have > height && low < high; low++) {
            int64_t const own = alias->share[*low];
            finish(alias, *low, own, donor);
            have += own - height;
        }
        if (low == high)
            break;
        uint32_t const next = *--high;
        finish(alias, donor, have, next);
        have += alias->share[next] - height;
        donor = next;
    }
    finish(alias, donor, height, donor);
}

/* States without weight behind the last one that has some need no columns. */
static int64_t trim(const double *weight, int64_t n)
{
    while (n > 1 && weight[n - 1] <= 0)
        n--;
    return n;
}

/* 4 ns a state of 4,096 or of 100,000, 7 where most have weight but unlike (Zen 4, gcc 12). */
void alias_build(struct alias *alias, const double *weight, int64_t n)
{
    int64_t const states = trim(weight, n);
    int64_t used = 0;
    alias->bits = log2_columns(states);
    alias->columns = (int64_t)1 << alias->bits;
    int64_t const left = share_out(alias, weight, states, &used);
    sort(alias, weight, states, used, rescale(alias, states, used, left));
    pour(alias);
}

static inline uint32_t is_gone(const uint32_t *stays, uint32_t state)
{
    return ~(stays[state / 32] >> state % 32) & 1;
}

void alias_mark(struct alias *alias, const uint32_t *stays, int64_t n)
{
    int const bits = alias->bits;
    for (int64_t i = 0; i < alias->columns; i++) {
        uint32_t const other = alias->entry[i] & ((1u << bits) - 1);
        alias->entry[i] |= is_gone(stays, other) << bits;
        if (i < n)
            alias->entry[i] |= is_gone(stays, (uint32_t)i) << (bits + 1);
    }
}

void alias_draw_all(const struct alias *alias, const struct random_more *more, const uint64_t *word,
                    int64_t n, uint32_t *state)
{
    kernel_get()->alias(alias, more, word, n, 1, state, NULL);
}

void alias_draw_parts(const struct alias *alias, const struct random_more *more,
                      const uint64_t *word, int64_t n, int64_t parts, uint32_t *state,
                      uint32_t *kept)
{
    kernel_get()->alias(alias, more, word, n, parts, state, kept);
}
