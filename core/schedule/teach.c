/* Datasets: drawn, judged, learned from, block by block. None outlives its agents' lesson. */
#include <string.h>

#include "base/workers.h"
#include "schedule/batch.h"
#include "schedule/census.h"
#include "schedule/count.h"
#include "schedule/draw.h"
#include "schedule/judge.h"
#include "schedule/lesson.h"
#include "schedule/phases.h"
#include "schedule/profile.h"
#include "schedule/review.h"

/* A dataset that is no list: expected, or counted. False: it is one. */
static bool teach_unlisted(struct replicate *r, int worker, int64_t round, int64_t dataset,
                           const struct source *source)
{
    struct bench *bench = &r->bench[worker];
    bool const expected = r->plan->shape.samples == 0;
    if (!expected && !r->law.counted)
        return false;
    int64_t const counted =
        expected ? 0 : count_dataset(r, worker, round, dataset, source->p, bench->weight);
    profile_at(r, worker, PROFILE_LEARN);
    if (expected)
        lesson_expected(r, worker, round, dataset, bench->p);
    else
        lesson_counts(r, worker, round, dataset, bench->weight, counted);
    return true;
}

/* ---- one dataset that all share ----------------------------------------- */

struct crowd {
    struct replicate *replicate;
    struct source *source;
    int64_t round;
    const uint16_t *place;
};

/* What the common table gives slots [begin, begin + n) of the shared dataset. */
static void fill_chunk(void *argument, int64_t chunk, int worker)
{
    const struct crowd *crowd = argument;
    struct replicate *r = crowd->replicate;
    int64_t const begin = chunk * REPLICATE_CHUNK, rest = r->plan->shape.samples - begin;
    int64_t const n = rest < REPLICATE_CHUNK ? rest : REPLICATE_CHUNK;
    struct filling filling = {.replicate = r,
                              .worker = worker,
                              .round = crowd->round,
                              .source = crowd->source,
                              .place = crowd->place};
    judge_budget(&filling);
    uint32_t *const state = r->bench[0].state + begin;
    profile_at(r, worker, PROFILE_DRAW);
    draw_samples(r, worker, crowd->round, crowd->source, (uint64_t)chunk, 0, n, state);
    profile_at(r, worker, PROFILE_JUDGE);
    r->kept[chunk] = judge_part(&filling, begin, n, state);
}

/* Moves what was kept of each chunk behind what was kept of those before. */
static int64_t close_chunks(struct replicate *r, int64_t chunks)
{
    uint32_t *const state = r->bench[0].state;
    int64_t kept = 0;
    for (int64_t chunk = 0; chunk < chunks; chunk++) {
        if (kept < chunk * REPLICATE_CHUNK)
            memmove(state + kept, state + chunk * REPLICATE_CHUNK,
                    sizeof *state * (size_t)r->kept[chunk]);
        kept += r->kept[chunk];
    }
    return kept;
}

static int64_t fill_chunks(struct replicate *r, int64_t round, struct source *source)
{
    struct crowd crowd = {.replicate = r, .source = source, .round = round};
    struct filling const whole = {.replicate = r, .round = round, .source = source};
    int64_t const chunks = (r->plan->shape.samples + REPLICATE_CHUNK - 1) / REPLICATE_CHUNK;
    if (r->supplier_count && judge_place(&whole, r->bench[0].place))
        crowd.place = r->bench[0].place;
    workers_run(r->workers, chunks, fill_chunk, &crowd);
    profile_at(r, 0, PROFILE_DRAW);
    return close_chunks(r, chunks);
}

static void teach_all(struct replicate *r, int64_t round)
{
    struct bench *bench = &r->bench[0];
    struct source source;
    profile_at(r, 0, PROFILE_DRAW);
    law_of_agent(r, 0, round, 0, &source);
    if (teach_unlisted(r, 0, round, 0, &source))
        return;
    struct filling filling = {.replicate = r, .round = round, .source = &source};
    int64_t const kept = judge_is_limited(r) ? judge_dataset(&filling, bench->state)
                                             : fill_chunks(r, round, &source);
    profile_at(r, 0, PROFILE_LEARN);
    lesson_samples(r, 0, round, 0, bench->state, kept);
}

/* ---- a dataset an agent ------------------------------------------------- */

/* Agents of a block; and blocks that a task takes, where there are many: what a block reads comes
 * while the one before is worked on, and is to come to the same thread. Of few agents blocks are
 * smaller, so that threads end together. */
enum { BLOCK = 16, TASK_MOST = 8, TASKS_FEWEST = 16 };

/* Agents in blocks. */
struct classes {
    struct replicate *replicate;
    int64_t round, block, blocks, task; /* agents of a block, blocks, and blocks of a task */
    bool batch;                         /* many are taught at a time */
    bool counts;                        /* agents are counted right after their lesson */
};

/* Draws agent m's dataset by itself. */
static void teach_agent(struct replicate *r, int worker, int64_t round, int64_t m)
{
    struct bench *bench = &r->bench[worker];
    struct source source;
    profile_at(r, worker, PROFILE_DRAW);
    if (!law_of_agent(r, worker, round, m, &source))
        return;
    if (teach_unlisted(r, worker, round, m, &source))
        return;
    struct filling filling = {
        .replicate = r, .worker = worker, .round = round, .dataset = m, .source = &source};
    int64_t const kept = judge_dataset(&filling, bench->state);
    profile_at(r, worker, PROFILE_LEARN);
    if (kept >= 0)
        lesson_samples(r, worker, round, m, bench->state, kept);
}

static void teach_block(const struct classes *classes, int64_t block, int worker)
{
    struct replicate *r = classes->replicate;
    int64_t const begin = block * classes->block, rest = r->plan->shape.datasets - begin;
    int64_t const n = rest < classes->block ? rest : classes->block;
    if (classes->batch)
        batch_teach(r, worker, classes->round, begin, n);
    for (int64_t m = begin; m < begin + n; m++) {
        if (!classes->batch)
            teach_agent(r, worker, classes->round, m);
        if (!classes->batch && classes->counts)
            census_rows(r, worker, classes->round, m, m + 1);
    }
    if (classes->batch && classes->counts)
        census_rows(r, worker, classes->round, begin, begin + n);
}

static void teach_blocks(void *argument, int64_t task, int worker)
{
    const struct classes *classes = argument;
    int64_t const next = (task + 1) * classes->task;
    int64_t const end = next < classes->blocks ? next : classes->blocks;
    for (int64_t block = task * classes->task; block < end; block++)
        teach_block(classes, block, worker);
}

/* How many of so many things go together. */
static int64_t together(const struct replicate *r, int64_t things, int64_t most)
{
    int64_t const some = things / (TASKS_FEWEST * r->workers);
    return some < 1 ? 1 : some < most ? some : most;
}

/* With lessons to come from interventions, or what is said put off, it is too early to count. */
static bool may_count(const struct plan *plan)
{
    if (plan->policy->component->ops.policy.settle)
        return false;
    for (int i = 0; i < plan->intervention_count; i++)
        if (plan_teaches(&plan->interventions[i]))
            return false;
    return true;
}

static void teach_each(struct replicate *r, int64_t round)
{
    const gyre_shape *shape = &r->plan->shape;
    struct classes classes = {.replicate = r, .round = round};
    if (r->rows.count < r->rows.agents)
        rows_part(&r->rows);
    classes.counts = may_count(r->plan) && !review_looks(r);
    classes.batch = batch_suits(r);
    classes.block = classes.batch ? batch_size(r->plan) : together(r, shape->datasets, BLOCK);
    if (classes.counts)
        census_clear(r);
    classes.blocks = (shape->datasets + classes.block - 1) / classes.block;
    classes.task = together(r, classes.blocks, TASK_MOST);
    workers_run(r->workers, (classes.blocks + classes.task - 1) / classes.task, teach_blocks,
                &classes);
    profile_at(r, 0, PROFILE_CORE);
    r->counted = classes.counts;
}

static void teach_society(struct replicate *r, int64_t round)
{
    lesson_begin(r);
    if (r->plan->shape.datasets == 1)
        teach_all(r, round);
    else
        teach_each(r, round);
    profile_at(r, 0, PROFILE_CORE);
}

/* Words are addressed: the same datasets are drawn the second time. */
static bool let_review(struct replicate *r, int64_t round)
{
    review_look(r);
    teach_society(r, round);
    return review_decide(r, round);
}

enum status phase_teach(struct replicate *r, int64_t round)
{
    if (review_acts(r) && !let_review(r, round))
        return replicate_join_failures(r);
    teach_society(r, round);
    lesson_end(r);
    return replicate_join_failures(r);
}
