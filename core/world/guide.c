#include "world/guide.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "world/kernel.h"
#include "world/random.h"

/* Whole numbers of this are probabilities. */
#define WHOLE ((int64_t)1 << 62)
#define FOUR  ((uint64_t)0x0001000100010001) /* a number of 16 bits, four times */
enum { WHOLE_LOG2 = 62, SLACK = 16 };

/* ---- memory ------------------------------------------------------------- */

static int64_t of_states(int64_t size)
{
    return memory_lines((GUIDE_STATES + SLACK) * size);
}

enum { CELLS_SIZE = (GUIDE_CELLS + 64) * (int)sizeof(uint16_t) };

int64_t guide_size(void)
{
    return of_states(sizeof(double)) + of_states(sizeof(uint64_t)) +
           2 * of_states(sizeof(uint32_t)) + of_states(sizeof(uint32_t)) +
           of_states(sizeof(uint16_t)) + CELLS_SIZE;
}

void guide_init(struct guide *guide, void *memory)
{
    char *at = memory;
    *guide = (struct guide){.weight = memory};
    guide->step = (uint64_t *)(void *)(at += of_states(sizeof(double)));
    guide->count = (uint32_t *)(void *)(at += of_states(sizeof(uint64_t)));
    guide->state = (uint32_t *)(void *)(at += 2 * of_states(sizeof(uint32_t)));
    guide->first = (uint16_t *)(void *)(at += of_states(sizeof(uint32_t)));
    guide->cell = (uint16_t *)(void *)(at + of_states(sizeof(uint16_t)));
}

/* ---- the table ---------------------------------------------------------- */

/* Keeps a sum far from 1 from being too large or too small for what follows: by powers of two,
 * which are exact. Returns the sum. */
static double bring_near(double *weight, int64_t n)
{
    const struct kernel *const kernel = kernel_get();
    double const sum = kernel->sum(weight, n);
    if (sum > 0x1p-900 && sum < 0x1p900)
        return sum;
    kernel->scale(weight, weight, sum > 1 ? 0x1p-128 : 0x1p512, n);
    return kernel->sum(weight, n);
}

/* Shares are rounded down: each gets a half back, which is what it lost in the mean, every second
 * one a whole. What then is missing is shared out in proportion. */
static void stretch(uint64_t *step, int64_t n)
{
    int64_t const last = (int64_t)step[n - 1] + n / 2;
    double const more = (double)(WHOLE - last) / (double)last;
    for (int64_t i = 0; i < n; i++) {
        int64_t const end = (int64_t)step[i] + (i + 1) / 2;
        step[i] = (uint64_t)(end + (int64_t)((double)end * more));
    }
    step[n - 1] = (uint64_t)WHOLE;
}

/* So many cells that at most one in 16 is shared, or as many as there can be: of few states a draw
 * takes 0.9 ns, of 4,096 it takes 1.7 (Zen 4). */
static int bits_for(int64_t live)
{
    int bits = 6;
    while (bits < GUIDE_BITS && (int64_t)1 << bits < 16 * live)
        bits++;
    return bits;
}

/* Cells [begin, end); up to 15 more are written, which get their owner later. */
static inline void give(uint16_t *cell, int64_t begin, int64_t end, uint16_t owner)
{
    uint64_t const four = owner * FOUR;
    int64_t at = begin;
    do
        for (int64_t i = 0; i < 16; i += 4)
            memcpy(cell + at + i, &four, sizeof four);
    while ((at += 16) < end);
}

/* A cell in which a part ends is shared, be it that it ends where the cell begins. */
static void cut(struct guide *guide)
{
    struct guide const own = *guide; /* in registers */
    int const height = WHOLE_LOG2 - own.bits;
    int64_t at = 0, shared = 0;
    for (int64_t k = 0; k < own.live; k++) {
        int64_t const end = (int64_t)(own.step[k] >> height);
        if (end < at)
            continue;
        give(own.cell, at, end, (uint16_t)k);
        own.cell[end] = (uint16_t)(own.live + shared);
        own.first[shared++] = (uint16_t)k;
        at = end + 1;
    }
    guide->shared = shared;
}

void guide_build(struct guide *guide, const double *weight, int64_t n)
{
    const struct kernel *const kernel = kernel_get();
    int64_t const live = kernel->pack(weight, n, guide->weight, guide->state);
    double const sum = bring_near(guide->weight, live);
    guide->live = live;
    guide->bits = bits_for(live);
    /* A little less than the whole: nothing has to be taken back. */
    kernel->steps(guide->step, guide->weight, (1 - 0x1p-40) * (double)WHOLE / sum, live);
    stretch(guide->step, live);
    cut(guide);
    memset(guide->count, 0, sizeof *guide->count * (size_t)(live + guide->shared));
}

/* ---- draws -------------------------------------------------------------- */

/* Counts a draw of that cell. Is it open? */
static inline uint64_t guess(const struct guide *guide, uint64_t cell, uint16_t *open)
{
    uint64_t const owner = guide->cell[cell];
    guide->count[owner]++;
    *open = (uint16_t)cell;
    return owner >= (uint64_t)guide->live;
}

/* Cells are masked, not shifted down, and the four written out: 0.6 ns a draw instead of 1.0. */
int64_t guide_guess(struct guide *guide, const uint64_t *word, int64_t n, uint16_t *open)
{
    struct guide const own = *guide; /* in registers */
    uint64_t const mask = (((uint64_t)1 << own.bits) - 1) * FOUR;
    uint64_t left = 0;
    for (int64_t i = 0; i < n / 4; i++) {
        uint64_t const four = word[i] & mask;
        left += guess(&own, four & 0xffff, open + left);
        left += guess(&own, four >> 16 & 0xffff, open + left);
        left += guess(&own, four >> 32 & 0xffff, open + left);
        left += guess(&own, four >> 48, open + left);
    }
    for (int64_t i = n - n % 4; i < n; i++)
        left += guess(&own, (word[n / 4] & mask) >> i % 4 * 16 & 0xffff, open + left);
    return (int64_t)left;
}

void guide_settle(struct guide *guide, const uint16_t *open, const uint64_t *word, int64_t n)
{
    struct guide const own = *guide;
    int const height = WHOLE_LOG2 - own.bits;
    for (int64_t i = 0; i < n; i++) {
        uint64_t const at = ((uint64_t)open[i] << height) + (word[i] >> (64 - height));
        int64_t k = own.first[own.cell[open[i]] - own.live];
        k += own.step[k] <= at; /* as often as not: no branch would know */
        while (own.step[k] <= at)
            k++;
        own.count[k]++;
    }
}

void guide_draw(struct guide *guide, const struct guide_source *source, int64_t draws)
{
    uint64_t word[GUIDE_DRAWS], more = source->first;
    uint16_t open[GUIDE_DRAWS];
    for (int64_t done = 0; done < draws; done += GUIDE_DRAWS) {
        int64_t const rest = draws - done, n = rest < GUIDE_DRAWS ? rest : GUIDE_DRAWS;
        random_words(source->key, source->round, random_stream(source->purpose, 0),
                     source->first + (uint64_t)done / 4, (n + 3) / 4, word);
        int64_t const left = guide_guess(guide, word, n, open);
        random_words(source->key, source->round, random_stream(source->purpose, 1), more, left,
                     word);
        guide_settle(guide, open, word, left);
        more += (uint64_t)left;
    }
}
