#include "schedule/batch.h"

#include "schedule/draw.h"
#include "schedule/judge.h"
#include "schedule/lesson.h"
#include "schedule/profile.h"
#include "schedule/review.h"
#include "world/kernel.h"

/* Samples of so many datasets, and what is drawn for them, stay in the first cache. */
enum { SAMPLES = REPLICATE_CHUNK / 4, FEWEST = 16 };

bool batch_suits(const struct replicate *r)
{
    const gyre_shape *shape = &r->plan->shape;
    return r->plan->own > 0 && shape->replaces && shape->contexts == 1 && shape->samples > 0 &&
           shape->samples <= REPLICATE_CHUNK && !r->law.counted && r->judging != JUDGING_EACH &&
           !review_acts(r);
}

int64_t batch_size(const struct plan *plan)
{
    int64_t const fit = SAMPLES / plan->shape.samples;
    int64_t const some = fit > BATCH_MOST ? BATCH_MOST : fit > FEWEST ? fit : FEWEST;
    return some * plan->shape.samples <= REPLICATE_CHUNK ? some : 1;
}

/* ---- steps -------------------------------------------------------------- */

/* Where the samples of some agents stand: those of agent begin + i from state + i stride on. */
struct batch {
    struct replicate *replicate;
    int worker;
    int64_t round, begin, n, stride;
    uint32_t *state, *kept;
};

/* From the table that all share; what is marked in it is left out. */
static void draw_common(const struct batch *b)
{
    bool const marked = b->replicate->judging == JUDGING_SURE;
    draw_parts(b->replicate, b->worker, b->round, (uint64_t)b->begin, b->stride, b->n, b->state,
               marked ? b->kept : NULL);
    for (int64_t i = 0; i < b->n && !marked; i++)
        b->kept[i] = (uint32_t)b->stride;
}

static void draw_own(const struct batch *b)
{
    const struct replicate *r = b->replicate;
    draw_lists(b->replicate, b->worker, b->round, b->begin, b->n, b->state, b->kept);
    if (r->judging != JUDGING_SURE)
        return;
    profile_at(r, b->worker, PROFILE_JUDGE);
    for (int64_t i = 0; i < b->n; i++)
        b->kept[i] = (uint32_t)kernel_get()->keep(r->stays, b->state + i * b->stride, b->kept[i]);
}

static void draw(const struct batch *b)
{
    profile_at(b->replicate, b->worker, PROFILE_DRAW);
    if (b->replicate->law.common)
        draw_common(b);
    else
        draw_own(b);
}

static void tell(const struct batch *b)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < b->n; i++)
        kept += b->kept[i];
    judge_tell(b->replicate, b->worker, b->n * b->stride, kept);
}

void batch_teach(struct replicate *r, int worker, int64_t round, int64_t begin, int64_t n)
{
    uint32_t kept[BATCH_MOST];
    struct batch const b = {.replicate = r,
                            .worker = worker,
                            .round = round,
                            .begin = begin,
                            .n = n,
                            .stride = r->plan->shape.samples,
                            .state = r->bench[worker].state,
                            .kept = kept};
    gyre_lists const lists = {
        .size = sizeof lists, .stride = b.stride, .state = b.state, .count = kept};
    draw(&b);
    if (r->judging == JUDGING_SURE)
        tell(&b);
    profile_at(r, worker, PROFILE_LEARN);
    lesson_lists(r, worker, round, begin, n, &lists);
}
