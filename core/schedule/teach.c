/* Datasets: drawn, judged, learned from. None outlives its agents' lesson. */
#include <math.h>
#include <string.h>

#include "schedule/judge.h"
#include "schedule/phases.h"
#include "schedule/workers.h"
#include "world/kernel.h"

/* One lesson: a dataset and who is to learn it, on one worker. */
struct lesson {
    struct replicate *replicate;
    int64_t round;
    const uint16_t *place; /* of the one shared dataset, see judge.h */
};

static void add_tallies(struct replicate *r, const int64_t *tally)
{
    for (int i = 0; i < r->plan->tally_count; i++)
        if (tally[i])
            __atomic_fetch_add(&r->tally[i], tally[i], __ATOMIC_RELAXED);
}

/* ---- learning ----------------------------------------------------------- */

/* What an update's learn needs to know. */
struct lecture {
    struct replicate *replicate;
    const gyre_data *data;
};

/* What a stranger's update hands back is looked at before a policy indexes by it. */
static const char *examples_are_wrong(const struct plan *plan, const gyre_data *data,
                                      const gyre_examples *examples, double rate)
{
    if (!(rate >= 0 && rate <= 1))
        return "learns at a rate that is not in [0, 1]";
    if (examples->count < 0 || (examples->count > 0 && !examples->state))
        return "made examples of a negative count or without states";
    if (examples->weight && !kernel_get()->is_weight(examples->weight, plan->shape.states))
        return "made examples with a negative, infinite or undefined weight";
    if (examples->state == data->state && examples->count > data->count)
        return "made more examples of its samples than there are";
    for (int64_t i = 0; examples->state != data->state && i < examples->count; i++)
        if (examples->state[i] >= plan->shape.states)
            return "made an example of a state that is not there";
    return NULL;
}

static gyre_status learn(struct call *call, const gyre_data *data, const gyre_examples *examples,
                         double rate)
{
    const struct lecture *lecture = call->learner;
    struct replicate *r = lecture->replicate;
    const struct plan *plan = r->plan;
    struct bench *bench = &r->bench[call->worker];
    const char *wrong = data == lecture->data && examples
                            ? examples_are_wrong(plan, data, examples, rate)
                            : "learns from other data than it was given";
    data = lecture->data;
    if (wrong)
        bench_fail(bench, data->dataset, STATUS_BUG, plan->update, "%s", wrong);
    if (wrong)
        return GYRE_E_INVALID;
    bool const all = plan->shape.datasets == 1;
    int64_t const row = all ? 0 : r->rows.row_of[data->dataset];
    gyre_rows const rows = rows_view(&r->rows, row, all ? r->rows.count : row + 1);
    struct call *policy = replicate_call(r, plan->policy, call->worker);
    gyre_status const status = plan->policy->component->ops.policy.learn(
        call_begin(policy, call->round), &rows, examples, rate);
    return bench_accept(bench, data->dataset, policy, status) ? GYRE_OK : GYRE_E_INVALID;
}

static void update(const struct lesson *lesson, const gyre_data *data, int worker)
{
    struct replicate *r = lesson->replicate;
    struct call *call = replicate_call(r, r->plan->update, worker);
    gyre_round const view = replicate_view(r);
    struct lecture lecture = {r, data};
    call->learn = learn;
    call->learner = &lecture;
    call->worker = worker;
    gyre_ctx *ctx = call_begin(call, lesson->round);
    bench_accept(&r->bench[worker], data->dataset, call,
                 r->plan->update->component->ops.update.update(ctx, &view, data));
    call->learn = NULL;
}

/* Counts what starved, and teaches the rest. */
static void teach(const struct lesson *lesson, const gyre_data *data, double mass, int worker)
{
    struct replicate *r = lesson->replicate;
    const gyre_shape *shape = &r->plan->shape;
    int64_t starved[TALLIES_OF_SAMPLING] = {0};
    starved[TALLY_STARVED] = mass <= 0;
    for (int64_t c = 0; mass > 0 && c < shape->contexts; c++)
        starved[TALLY_STARVED_CONTEXTS] += data->total[c] <= 0 && shape->met[c] > 0;
    for (int i = 0; i < TALLIES_OF_SAMPLING; i++)
        if (starved[i])
            __atomic_fetch_add(&r->tally[i], starved[i], __ATOMIC_RELAXED);
    if (mass > 0)
        update(lesson, data, worker);
}

/* ---- what datasets held ------------------------------------------------- */

/* Of one shared dataset every sample counts; of an agent's, each state once. */
static void note_samples(const struct replicate *r, int64_t dataset, const uint32_t *state,
                         int64_t count, struct bench *bench)
{
    bool const each = r->plan->shape.datasets == 1;
    uint64_t const mark = (uint64_t)dataset + 1;
    for (int64_t i = 0; bench->held && i < count; i++) {
        bench->held[state[i]] += each || bench->seen[state[i]] != mark;
        bench->seen[state[i]] = mark;
    }
}

static void note_expected(const struct replicate *r, const double *p, struct bench *bench)
{
    for (int64_t z = 0; bench->held && z < r->plan->shape.states; z++)
        bench->held[z] += p[z] > 0;
}

static void clear_held(const struct replicate *r)
{
    size_t const states = (size_t)r->plan->shape.states;
    for (int w = 0; r->held && w < r->workers; w++) {
        memset(r->bench[w].held, 0, sizeof *r->bench[w].held * states);
        memset(r->bench[w].seen, 0, sizeof *r->bench[w].seen * states);
    }
}

/* Shares for the next row: whole numbers add up in any order. A shared expected dataset is its own
 * share. */
static void share_held(struct replicate *r)
{
    const gyre_shape *shape = &r->plan->shape;
    bool const shared = shape->datasets == 1;
    int64_t all = 0;
    for (int64_t z = 0; r->held && z < shape->states; z++) {
        for (int w = 1; w < r->workers; w++)
            r->bench[0].held[z] += r->bench[w].held[z];
        all += r->bench[0].held[z];
    }
    double const whole = (double)(shared ? (all ? all : 1) : shape->datasets);
    double const mass = shared ? kernel_get()->sum(r->law, shape->states) : 1;
    for (int64_t z = 0; r->held && z < shape->states; z++)
        r->held[z] = shared && !shape->samples ? (mass > 0 ? r->law[z] / mass : 0)
                                               : (double)r->bench[0].held[z] / whole;
}

/* ---- samples ------------------------------------------------------------ */

static int64_t close_gaps(uint32_t *state, int64_t n)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (state[i] != SAMPLE_NONE)
            state[kept++] = state[i];
    return kept;
}

static void teach_samples(const struct lesson *lesson, int64_t dataset, uint32_t *state, int worker)
{
    const struct plan *plan = lesson->replicate->plan;
    double *total = lesson->replicate->bench[worker].total;
    int64_t const count = close_gaps(state, plan->shape.samples);
    memset(total, 0, sizeof *total * (size_t)plan->shape.contexts);
    if (plan->context_of)
        for (int64_t i = 0; i < count; i++)
            total[plan->context_of[state[i]]] += 1;
    else
        total[0] = (double)count;
    note_samples(lesson->replicate, dataset, state, count, &lesson->replicate->bench[worker]);
    gyre_data const data = {
        .size = sizeof data, .dataset = dataset, .count = count, .state = state, .total = total};
    teach(lesson, &data, (double)count, worker);
}

static struct filling filling_of(const struct lesson *lesson, const struct alias *alias,
                                 int64_t dataset, int worker)
{
    struct bench *bench = &lesson->replicate->bench[worker];
    return (struct filling){.replicate = lesson->replicate,
                            .alias = alias,
                            .bench = bench,
                            .round = lesson->round,
                            .dataset = dataset,
                            .budget = bench->budget,
                            .tally = bench->tally};
}

static void fill(const struct lesson *lesson, const struct filling *filling, int64_t begin,
                 int64_t end, uint32_t *state)
{
    struct replicate *r = lesson->replicate;
    memset(filling->tally, 0, sizeof *filling->tally * (size_t)r->plan->tally_count);
    judge_budget(r, lesson->round, filling->dataset, filling->budget);
    judge_fill(filling, begin, end, state);
    add_tallies(r, filling->tally);
}

/* A dataset in one go. */
static void fill_all(const struct lesson *lesson, const struct alias *alias, int64_t dataset,
                     uint32_t *state, int worker)
{
    struct filling filling = filling_of(lesson, alias, dataset, worker);
    if (judge_place(&filling, filling.bench->place))
        filling.place = filling.bench->place;
    fill(lesson, &filling, 0, lesson->replicate->plan->shape.samples, state);
}

static void fill_chunk(void *argument, int64_t chunk, int worker)
{
    const struct lesson *lesson = argument;
    struct replicate *r = lesson->replicate;
    int64_t const begin = chunk * REPLICATE_CHUNK, all = r->plan->shape.samples;
    int64_t const end = begin + REPLICATE_CHUNK < all ? begin + REPLICATE_CHUNK : all;
    struct filling filling = filling_of(lesson, &r->alias, 0, worker);
    filling.place = lesson->place;
    fill(lesson, &filling, begin, end, r->bench[0].state);
}

/* The one dataset that all share, in chunks. */
static void fill_chunks(struct lesson *lesson)
{
    struct replicate *r = lesson->replicate;
    struct filling const whole = filling_of(lesson, &r->alias, 0, 0);
    lesson->place = judge_place(&whole, r->bench[0].place) ? r->bench[0].place : NULL;
    workers_run(r->workers, (r->plan->shape.samples + REPLICATE_CHUNK - 1) / REPLICATE_CHUNK,
                fill_chunk, lesson);
}

/* ---- expected data ------------------------------------------------------ */

static void teach_expected(const struct lesson *lesson, int64_t dataset, double *p, int worker)
{
    const struct replicate *r = lesson->replicate;
    const gyre_shape *shape = &r->plan->shape;
    const struct kernel *kernel = kernel_get();
    double *total = r->bench[worker].total;
    double mass = 0;
    for (int j = 0; j < r->judge_count; j++)
        kernel->multiply(p, p, r->judges[j].verdict.pass, shape->states);
    for (int64_t c = 0; c < shape->contexts; c++) {
        total[c] = kernel->sum(p + shape->context[c], shape->context[c + 1] - shape->context[c]);
        mass += total[c];
    }
    note_expected(r, p, &r->bench[worker]);
    gyre_data const data = {.size = sizeof data, .dataset = dataset, .expected = p, .total = total};
    teach(lesson, &data, mass, worker);
}

/* ---- datasets ----------------------------------------------------------- */

static void teach_all(struct lesson *lesson)
{
    struct replicate *r = lesson->replicate;
    int64_t const samples = r->plan->shape.samples;
    if (samples == 0) {
        teach_expected(lesson, 0, r->law, 0);
        return;
    }
    if (judge_is_limited(r))
        fill_all(lesson, &r->alias, 0, r->bench[0].state, 0);
    else
        fill_chunks(lesson);
    teach_samples(lesson, 0, r->bench[0].state, 0);
}

/* What agent m's data are drawn from: its own law, or the one that all have. */
static const struct alias *law_of(const struct lesson *lesson, int64_t m, int worker)
{
    struct replicate *r = lesson->replicate;
    const gyre_shape *shape = &r->plan->shape;
    struct bench *bench = &r->bench[worker];
    if (r->plan->scenario->mixing == 1) {
        memcpy(bench->p, r->law, sizeof *bench->p * (size_t)(shape->states + 1));
        return &r->alias;
    }
    if (!phase_row_law(r, worker, m, r->rows.row_of[m], bench->p) ||
        !phase_law(r, worker, m, lesson->round, bench->p))
        return NULL;
    if (kernel_get()->sum(bench->p, shape->states + 1) <= 0) {
        bench_fail(bench, m, STATUS_DATA, r->plan->selection,
                   "gives weight 0 to everything that agent %lld meets", (long long)m);
        return NULL;
    }
    if (shape->samples > 0)
        alias_build(&bench->alias, bench->p, shape->states + 1);
    return &bench->alias;
}

static void teach_agent(void *argument, int64_t m, int worker)
{
    const struct lesson *lesson = argument;
    struct bench *bench = &lesson->replicate->bench[worker];
    const struct alias *alias = law_of(lesson, m, worker);
    int64_t const samples = lesson->replicate->plan->shape.samples;
    if (!alias)
        return;
    if (samples == 0) {
        teach_expected(lesson, m, bench->p, worker);
        return;
    }
    fill_all(lesson, alias, m, bench->state, worker);
    teach_samples(lesson, m, bench->state, worker);
}

enum status phase_teach(struct replicate *r, int64_t round)
{
    struct lesson lesson = {.replicate = r, .round = round};
    clear_held(r);
    if (r->plan->shape.datasets == 1) {
        teach_all(&lesson);
    } else {
        if (r->rows.count < r->rows.agents)
            rows_part(&r->rows);
        workers_run(r->workers, r->plan->shape.datasets, teach_agent, &lesson);
    }
    share_held(r);
    return replicate_join_failures(r);
}
