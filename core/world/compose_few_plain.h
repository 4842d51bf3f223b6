/* world/compose_few_plain.h - proposals by quarters without AVX-512, as compose_plain.h has those
 * by halves. For compose_kernel.c; all is static, as kernel.c asks of headers.
 */
#ifndef WORLD_COMPOSE_FEW_PLAIN_H
#define WORLD_COMPOSE_FEW_PLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "world/compose_batch.h"
#include "world/compose_few.h"
#include "world/compose_lanes.h"

/* What cells say, in 16 bits, and their chances, in 16 below. */
struct few {
    uint32_t cell[COMPOSE_FEW];
    struct few_levels to;
};

static inline void few_of(const struct compose *of, struct way way, struct few *few)
{
    (void)way;
    few->to = few_levels_of(of->cells);
    for (int64_t i = of->cells->count; i < of->cells->few; i++)
        few->cell[i] = (uint32_t)FEW_ALL << 16 | rest_chance(of->cells, &few->to, i);
}

struct few_list {
    char none;
};

static inline void few_list_of(const struct compose *of, struct few *few, const uint32_t *own,
                               struct way way, struct few_list *list)
{
    uint16_t chance[COMPOSE_FEW];
    (void)way;
    (void)list;
    for (int64_t i = 0; i < of->cells->count; i++)
        chance[i] = of->chance[own[i]];
    for (int64_t i = 0; i < of->cells->count; i++)
        few->cell[i] = own[i] << 16 | few_chance(&few->to, chance[i]);
}

struct few_proposals {
    uint16_t quarter[PIECE], cell[PIECE], into[PIECE];
    uint32_t entry[PIECE], stays[PIECE], rest[PIECE];
    uint8_t open[PIECE];
};

static inline void fall_few(const struct few_levels *to, const uint64_t *word, int64_t n,
                            struct few_proposals *x)
{
    uint32_t const cells = to->cells, over = to->over;
    memcpy(x->quarter, word, (size_t)n * sizeof *x->quarter);
    for (int64_t i = 0; i < n; i++) {
        uint32_t const t = x->quarter[i] * cells;
        x->cell[i] = (uint16_t)(t >> 16);
        x->into[i] = (uint16_t)(t - over);
    }
}

/* Returns whether some are open. */
static inline bool toss_few(uint32_t cells, int64_t n, struct few_proposals *x)
{
    uint8_t some = 0;
    for (int64_t i = 0; i < n; i++) {
        uint16_t const chance = (uint16_t)x->entry[i];
        uint8_t const open = (uint16_t)(x->into[i] - chance) < 2 * cells;
        x->stays[i] = x->into[i] < chance;
        x->open[i] = open;
        some |= open;
    }
    return some;
}

/* Eight flags at a time, for hardly any is set. */
static inline void settle_few(const struct compose *of, const struct few_levels *to,
                              const struct batch *batch, int64_t n, struct few_open *open,
                              struct few_proposals *x)
{
    for (int64_t i = 0; i < n; i += 8) {
        uint64_t flags;
        memcpy(&flags, x->open + i, sizeof flags);
        for (; flags; flags &= flags - 1) {
            int64_t const j = i + __builtin_ctzll(flags) / 8;
            struct few_open const before = *open;
            bool sure = true;
            x->stays[j] = settle_few_half(of, to, batch, j, open, &sure);
            if (sure)
                continue;
            *open = before;
            x->stays[j] = settle_few_whole(of, to, batch, j, open);
        }
    }
}

static inline int64_t propose_few(const struct compose *of, const struct compose_parts *parts,
                                  const struct few *few, const struct few_list *list, int most,
                                  const struct batch *batch, int64_t n, int64_t want,
                                  struct few_open *open, struct later *later)
{
    struct few_proposals x;
    int64_t const before = later->n;
    int64_t k = 0, waiting = before;
    (void)list;
    (void)most;
    begin_rest(parts, batch, later);
    uint32_t const number = (uint32_t)(later->number - before);
    fall_few(&few->to, batch->word, n, &x);
    for (int64_t i = 0; i < n; i++)
        x.entry[i] = few->cell[x.cell[i]];
    if (toss_few(few->to.cells, n, &x))
        settle_few(of, &few->to, batch, n, open, &x);
    for (int64_t i = 0; i < n; i++)
        x.rest[i] = x.stays[i] & (x.entry[i] >> 16 == FEW_ALL);
#pragma GCC unroll 4
    for (int64_t i = 0; i < n && k < want; i++) {
        later->at[waiting] =
            (uint32_t)(batch->at + k) << 16 | ((number + (uint32_t)waiting) & 0xffff);
        waiting += x.rest[i];
        batch->out[batch->at + k] = x.entry[i] >> 16;
        k += x.stays[i];
    }
    later->n = waiting;
    noted_rest(of, parts, waiting - before, later);
    return k;
}

/* All is noted already. */
static inline void keep_few(const struct compose *of, const struct compose_parts *parts,
                            const struct batch *batch, int64_t n, struct later *later)
{
    (void)of;
    (void)parts;
    (void)batch;
    (void)n;
    (void)later;
}

#endif
