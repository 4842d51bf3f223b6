#include "schedule/count.h"

#include <string.h>

#include "base/workers.h"
#include "schedule/judge.h"
#include "schedule/review.h"
#include "world/random.h"
#include "world/sweep.h"

/* From so many samples a state on the tree is quicker than a table and its draws (world/split.h);
 * from so many states on a table leaves the cache, and blocks of it are quicker than the whole. */
enum { TREE = 25, LARGE = 65536 };

static int64_t blocks_of(const gyre_shape *shape)
{
    return (shape->states + SPLIT_BLOCK - 1) / SPLIT_BLOCK;
}

/* Lists are of samples one by one; contexts without mass give some that are none. */
bool count_may(const struct plan *plan)
{
    const gyre_shape *shape = &plan->shape;
    bool const large = shape->datasets == 1 && shape->states >= LARGE && shape->samples >= LARGE;
    return plan->own == 0 && !plan->listed && shape->contexts == 1 &&
           (large || shape->samples / TREE >= shape->states);
}

int64_t count_room(const struct plan *plan)
{
    return split_size(blocks_of(&plan->shape)) + split_size(SPLIT_BLOCK) + guide_size() +
           SPLIT_BLOCK * (int64_t)sizeof(int64_t) +
           blocks_of(&plan->shape) * (int64_t)(sizeof(double) + sizeof(int64_t));
}

bool count_suits(const struct replicate *r)
{
    return count_may(r->plan) && r->judging != JUDGING_EACH && !review_acts(r);
}

void count_init(struct counting *counting, const struct plan *plan, void *memory)
{
    int64_t const blocks = blocks_of(&plan->shape);
    char *at = memory;
    split_init(&counting->blocks, blocks, at);
    at += split_size(blocks);
    counting->room = at;
    at += split_size(SPLIT_BLOCK);
    guide_init(&counting->guide, at);
    at += guide_size();
    counting->count = (int64_t *)(void *)at;
    counting->share = counting->count + SPLIT_BLOCK;
    counting->sum = (double *)(void *)(counting->share + blocks);
}

/* ---- a block ------------------------------------------------------------ */

/* One dataset on its way. */
struct draw {
    struct replicate *replicate;
    int64_t round, dataset, kept;
    const double *p;
    double *weight;
    struct counting *whole; /* blocks' sums and shares */
};

static void draw_each(const struct draw *d, int worker, uint64_t part, const double *p, int64_t n,
                      int64_t samples, double *weight)
{
    struct replicate *r = d->replicate;
    struct guide *guide = &r->bench[worker].counting.guide;
    struct guide_source const source = {.key = r->sampling_key,
                                        .first = part << 32,
                                        .round = (uint32_t)d->round,
                                        .purpose = STREAM_SAMPLE};
    guide_build(guide, p, n);
    guide_draw(guide, &source, samples);
    memset(weight, 0, sizeof *weight * (size_t)n);
    for (int64_t k = 0; k < guide->live; k++)
        weight[guide->state[k]] = guide->count[k];
}

static void draw_tree(const struct draw *d, int worker, uint64_t part, const double *p, int64_t n,
                      int64_t samples, double *weight)
{
    struct counting *counting = &d->replicate->bench[worker].counting;
    struct binomial_source const source = {.key = d->replicate->sampling_key,
                                           .round = (uint32_t)d->round,
                                           .purpose = STREAM_LEAVES,
                                           .node = part << 13};
    struct split leaves;
    split_init(&leaves, n, counting->room);
    split_build(&leaves, p, 0);
    split_join(&leaves);
    split_counts(&leaves, &source, 0, samples, counting->count);
    for (int64_t z = 0; z < n; z++)
        weight[z] = (double)counting->count[z];
}

static void draw_block(void *argument, int64_t block, int worker)
{
    struct draw *d = argument;
    const gyre_shape *shape = &d->replicate->plan->shape;
    int64_t const begin = block * SPLIT_BLOCK, rest = shape->states - begin;
    int64_t const n = rest < SPLIT_BLOCK ? rest : SPLIT_BLOCK, samples = d->whole->share[block];
    uint64_t const part = (uint64_t)(d->dataset * blocks_of(shape) + block);
    if (samples == 0)
        memset(d->weight + begin, 0, sizeof *d->weight * (size_t)n);
    else if (samples / TREE < n)
        draw_each(d, worker, part, d->p + begin, n, samples, d->weight + begin);
    else
        draw_tree(d, worker, part, d->p + begin, n, samples, d->weight + begin);
    int64_t const kept = d->replicate->judging == JUDGING_NONE
                             ? samples
                             : judge_counts(d->replicate, worker, begin, begin + n, d->weight);
    __atomic_fetch_add(&d->kept, kept, __ATOMIC_RELAXED);
}

/* ---- all of them -------------------------------------------------------- */

_Static_assert((int)SPLIT_BLOCK == (int)SWEEP_BLOCK, "blocks of states are those of sums");

/* What each block adds to; of the mixture that is known. */
static const double *sums_of(const struct draw *d)
{
    const struct replicate *r = d->replicate;
    if (d->p == r->mixture && r->summed)
        return r->sums;
    sweep_look(r->workers, d->p, r->plan->shape.states, d->whole->sum);
    return d->whole->sum;
}

static void share_out(const struct draw *d)
{
    const gyre_shape *shape = &d->replicate->plan->shape;
    struct binomial_source const source = {.key = d->replicate->sampling_key,
                                           .round = (uint32_t)d->round,
                                           .purpose = STREAM_BLOCKS,
                                           .node = (uint64_t)d->dataset << 33};
    struct split *blocks = &d->whole->blocks;
    const double *const sums = sums_of(d);
    for (int64_t block = 0; block < blocks->blocks; block++)
        split_build(blocks, sums, block);
    split_join(blocks);
    int64_t of[blocks->blocks];
    split_share(blocks, &source, shape->samples, of);
    for (int64_t block = 0; block < blocks->blocks; block++)
        split_counts(blocks, &source, block, of[block], d->whole->share);
}

int64_t count_dataset(struct replicate *r, int worker, int64_t round, int64_t dataset,
                      const double *p, double *weight)
{
    struct draw d = {.replicate = r,
                     .round = round,
                     .dataset = dataset,
                     .p = p,
                     .weight = weight,
                     .whole = &r->bench[worker].counting};
    int64_t const blocks = blocks_of(&r->plan->shape);
    bool const all = r->plan->shape.datasets == 1;
    share_out(&d);
    if (all) {
        workers_run(r->workers, blocks, draw_block, &d);
        return d.kept;
    }
    for (int64_t block = 0; block < blocks; block++)
        draw_block(&d, block, worker);
    return d.kept;
}
