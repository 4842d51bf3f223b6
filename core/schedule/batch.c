#include "schedule/batch.h"

#include "schedule/judge.h"
#include "schedule/law.h"
#include "schedule/lesson.h"
#include "schedule/profile.h"
#include "schedule/review.h"
#include "world/kernel.h"

/* Samples of so many datasets, and what is drawn for them, stay in the first cache. */
enum { SAMPLES = REPLICATE_CHUNK / 4 };

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
    /* Words are made ahead for AHEAD_PARTS at a time: see law.c. */
    int64_t const whole = fit / AHEAD_PARTS * AHEAD_PARTS;
    int64_t const some = whole > BATCH_MOST ? BATCH_MOST : whole > 0 ? whole : AHEAD_PARTS;
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
    law_draw_parts(b->replicate, b->worker, b->round, (uint64_t)b->begin, b->stride, b->n, b->state,
                   marked ? b->kept : NULL);
    for (int64_t i = 0; i < b->n && !marked; i++)
        b->kept[i] = (uint32_t)b->stride;
}

static uint32_t draw_own(const struct batch *b, int64_t i)
{
    struct replicate *r = b->replicate;
    uint32_t *const state = b->state + i * b->stride;
    struct source source;
    if (!law_of_agent(r, b->worker, b->round, b->begin + i, &source) ||
        !law_draw(r, b->worker, b->round, &source, (uint64_t)(b->begin + i), 0, b->stride, state))
        return 0;
    return r->judging == JUDGING_SURE ? (uint32_t)kernel_get()->keep(r->stays, state, b->stride)
                                      : (uint32_t)b->stride;
}

static void draw(const struct batch *b)
{
    profile_at(b->replicate, b->worker, PROFILE_DRAW);
    if (b->replicate->law.common)
        draw_common(b);
    else
        for (int64_t i = 0; i < b->n; i++)
            b->kept[i] = draw_own(b, i);
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
