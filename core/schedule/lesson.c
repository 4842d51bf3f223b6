#include "schedule/lesson.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/workers.h"
#include "schedule/census.h"
#include "schedule/review.h"
#include "world/kernel.h"

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
    if (examples->weight && examples->weight != data->weight &&
        !kernel_get()->is_weight(examples->weight, plan->shape.states))
        return "made examples with a negative, infinite or undefined weight";
    if (plan->listed && (examples->weight || (examples->count > 0 && rate < 1)))
        return "said that it teaches states as they are, and teaches weights or at a rate below 1";
    if (examples->state == data->state && examples->count > data->count)
        return "made more examples of its samples than there are";
    for (int64_t i = 0; examples->state != data->state && i < examples->count; i++)
        if (examples->state[i] >= plan->shape.states)
            return "made an example of a state that is not there";
    return NULL;
}

/* Has the policy learn for all that read the dataset. */
static bool instil(struct replicate *r, int worker, int64_t round, const gyre_data *data,
                   const gyre_examples *examples, double rate)
{
    const struct plan *plan = r->plan;
    bool const all = plan->shape.datasets == 1;
    int64_t const row = all ? 0 : r->rows.row_of[data->dataset];
    gyre_rows const rows = rows_view(&r->rows, row, all ? r->rows.count : row + 1);
    struct call *policy = replicate_call(r, plan->policy, worker);
    return bench_accept(&r->bench[worker], data->dataset, policy,
                        plan->policy->component->ops.policy.learn(call_begin(policy, round), &rows,
                                                                  examples, rate));
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
    return instil(r, call->worker, call->round, data, examples, rate) ? GYRE_OK : GYRE_E_INVALID;
}

/* ---- teaching one by one ------------------------------------------------ */

/* A dataset's agents and who teaches them. */
struct schoolroom {
    const struct lecture *lecture;
    const gyre_class *class;
    int64_t round;
};

static const char *climb_is_wrong(const struct plan *plan, const gyre_lesson *lesson)
{
    bool finite = fabs(lesson->rate) <= DBL_MAX;
    for (int64_t z = 0; z < plan->shape.states; z++)
        finite = finite && fabs(lesson->climb[z]) <= DBL_MAX;
    if (!plan->policy->component->ops.policy.climb)
        return "climbs, and did not say so";
    return finite ? NULL : "climbs by an infinite or undefined weight";
}

static bool take_in(const struct schoolroom *room, int worker, int64_t row, gyre_lesson *lesson)
{
    struct replicate *r = room->lecture->replicate;
    struct bench *bench = &r->bench[worker];
    const gyre_policy_ops *policy = &r->plan->policy->component->ops.policy;
    const gyre_data *data = room->lecture->data;
    const char *wrong = lesson->climb
                            ? climb_is_wrong(r->plan, lesson)
                            : examples_are_wrong(r->plan, data, &lesson->examples, lesson->rate);
    if (wrong)
        bench_fail(bench, row, STATUS_BUG, r->plan->update, "%s", wrong);
    if (wrong || lesson->rate == 0)
        return !wrong;
    gyre_rows const rows = rows_view(&r->rows, row, row + 1);
    struct call *call = replicate_call(r, r->plan->policy, worker);
    gyre_ctx *ctx = call_begin(call, room->round);
    return bench_accept(bench, row, call,
                        lesson->climb ? policy->climb(ctx, &rows, lesson->climb, lesson->rate)
                                      : policy->learn(ctx, &rows, &lesson->examples, lesson->rate));
}

static void teach_row(void *argument, int64_t row, int worker)
{
    const struct schoolroom *room = argument;
    struct replicate *r = room->lecture->replicate;
    struct bench *bench = &r->bench[worker];
    gyre_lesson lesson = {
        .size = sizeof lesson, .agent = row, .examples = {.size = sizeof lesson.examples}};
    /* Not in bench->p, where the dataset may stand. */
    if (!room->class->deaf && !(lesson.p = census_table(r, worker, row, bench->spread)))
        return;
    gyre_status const status =
        room->class->lesson(call_begin(&bench->lesson, room->round), room->class->notes, &lesson);
    if (bench_accept(bench, row, &bench->lesson, status))
        take_in(room, worker, row, &lesson);
}

/* The lowest row's, so that it does not hang on threads, and before what the update says of it. */
static void bring_failure(struct replicate *r)
{
    struct failure *first = &r->bench[0].failure;
    for (int w = 1; w < r->workers; w++) {
        const struct failure *one = &r->bench[w].failure;
        if (one->status != STATUS_OK && (first->status == STATUS_OK || one->item < first->item))
            *first = *one;
        r->bench[w].failure.status = STATUS_OK;
    }
    first->item = -1;
}

/* Rows of one dataset that all share are taught on all threads: nobody else is at work. */
static gyre_status teach_class(struct call *call, const gyre_data *data, const gyre_class *class)
{
    const struct lecture *lecture = call->learner;
    struct replicate *r = lecture->replicate;
    struct schoolroom room = {lecture, class, call->round};
    bool const all = r->plan->shape.datasets == 1;
    if (data != lecture->data || !class->lesson || (!class->alike && !r->plan->parts)) {
        bench_fail(&r->bench[call->worker], lecture->data->dataset, STATUS_BUG, r->plan->update,
                   "teaches other data than it was given, or agents apart without saying so");
        return GYRE_E_INVALID;
    }
    if (all && !class->alike && r->rows.count < r->rows.agents)
        rows_part(&r->rows);
    if (all)
        workers_run(r->workers, r->rows.count, teach_row, &room);
    else
        teach_row(&room, r->rows.row_of[data->dataset], call->worker);
    if (all)
        bring_failure(r);
    return r->bench[call->worker].failure.status == STATUS_OK ? GYRE_OK : GYRE_E_INVALID;
}

static void update(struct replicate *r, int worker, int64_t round, const gyre_data *data)
{
    struct call *call = replicate_call(r, r->plan->update, worker);
    gyre_round const view = replicate_view(r);
    struct lecture lecture = {r, data};
    call->learn = learn;
    call->teach = teach_class;
    call->learner = &lecture;
    call->worker = worker;
    gyre_ctx *ctx = call_begin(call, round);
    bench_accept(&r->bench[worker], data->dataset, call,
                 r->plan->update->component->ops.update.update(ctx, &view, data));
    call->learn = NULL;
    call->teach = NULL;
}

/* What an update that replaces would do. Agents are millions, and each call for one is 30 ns. */
static void replace(struct replicate *r, int worker, int64_t round, const gyre_data *data)
{
    gyre_examples const examples = {.size = sizeof examples,
                                    .count = data->count,
                                    .state = data->state,
                                    .weight = data->weight,
                                    .total = data->total};
    instil(r, worker, round, data, &examples, 1);
}

/* Counts what starved, and teaches the rest. */
static void teach(struct replicate *r, int worker, int64_t round, const gyre_data *data,
                  double mass)
{
    const gyre_shape *shape = &r->plan->shape;
    int64_t *tally = r->bench[worker].tally;
    tally[TALLY_STARVED] += mass <= 0;
    for (int64_t c = 0; mass > 0 && c < shape->contexts; c++)
        tally[TALLY_STARVED_CONTEXTS] += data->total[c] <= 0 && shape->met[c] > 0;
    if (mass > 0 && shape->replaces)
        replace(r, worker, round, data);
    else if (mass > 0)
        update(r, worker, round, data);
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

static void note_counts(const struct replicate *r, const double *weight, struct bench *bench)
{
    bool const each = r->plan->shape.datasets == 1;
    for (int64_t z = 0; bench->held && z < r->plan->shape.states; z++)
        bench->held[z] += each ? (int64_t)weight[z] : weight[z] > 0;
}

static void note_expected(const struct replicate *r, const double *p, struct bench *bench)
{
    for (int64_t z = 0; bench->held && z < r->plan->shape.states; z++)
        bench->held[z] += p[z] > 0;
}

static void clear_held(const struct replicate *r)
{
    size_t const states = (size_t)r->plan->shape.states;
    for (int w = 0; r->live[SPACE_HELD] && w < r->workers; w++) {
        memset(r->bench[w].held, 0, sizeof *r->bench[w].held * states);
        memset(r->bench[w].seen, 0, sizeof *r->bench[w].seen * states);
    }
}

/* Shares for the next row: whole numbers add up in any order. A shared expected dataset is its own
 * share. */
static void share_held(struct replicate *r)
{
    const gyre_shape *shape = &r->plan->shape;
    double *const held = r->live[SPACE_HELD];
    bool const shared = shape->datasets == 1;
    int64_t all = 0;
    if (!held)
        return;
    for (int64_t z = 0; z < shape->states; z++) {
        for (int w = 1; w < r->workers; w++)
            r->bench[0].held[z] += r->bench[w].held[z];
        all += r->bench[0].held[z];
    }
    double const whole = (double)(shared ? (all ? all : 1) : shape->datasets);
    const double *law = r->bench[0].p; /* of the one expected dataset */
    double const mass = shared ? kernel_get()->sum(law, shape->states) : 1;
    for (int64_t z = 0; z < shape->states; z++)
        held[z] = shared && !shape->samples ? (mass > 0 ? law[z] / mass : 0)
                                            : (double)r->bench[0].held[z] / whole;
}

void lesson_begin(struct replicate *r)
{
    for (int w = 0; w < r->workers; w++)
        memset(r->bench[w].tally, 0, sizeof *r->tally * (size_t)r->plan->tally_count);
    clear_held(r);
}

void lesson_end(struct replicate *r)
{
    for (int w = 0; w < r->workers; w++)
        for (int i = 0; i < r->plan->tally_count; i++)
            r->tally[i] += r->bench[w].tally[i];
    share_held(r);
}

/* ---- lessons ------------------------------------------------------------ */

static void teach_samples(struct replicate *r, int worker, int64_t round, int64_t dataset,
                          const uint32_t *state, int64_t count)
{
    const struct plan *plan = r->plan;
    struct bench *bench = &r->bench[worker];
    double *total = bench->total;
    memset(total, 0, sizeof *total * (size_t)plan->shape.contexts);
    if (plan->context_of)
        for (int64_t i = 0; i < count; i++)
            total[plan->context_of[state[i]]] += 1;
    else
        total[0] = (double)count;
    note_samples(r, dataset, state, count, bench);
    gyre_data const data = {
        .size = sizeof data, .dataset = dataset, .count = count, .state = state, .total = total};
    teach(r, worker, round, &data, (double)count);
}

void lesson_samples(struct replicate *r, int worker, int64_t round, int64_t dataset,
                    uint32_t *state, int64_t count)
{
    const uint32_t *left = state;
    if (review_looks(r)) {
        review_note(r, worker, round, dataset, state, count);
        return;
    }
    if (review_acts(r))
        left = review_settle(r, worker, dataset, state, &count);
    teach_samples(r, worker, round, dataset, left, count);
}

/* One by one, where the policy does not learn many lists at once. */
static void learn_lists(struct replicate *r, int worker, int64_t round, const gyre_rows *rows,
                        const gyre_lists *lists)
{
    for (int64_t i = 0; i < rows->count; i++) {
        double const total = lists->count[i];
        gyre_data const data = {.size = sizeof data,
                                .dataset = rows->first + i,
                                .count = lists->count[i],
                                .state = lists->state + i * lists->stride,
                                .total = &total};
        if (data.count > 0)
            replace(r, worker, round, &data);
    }
}

void lesson_lists(struct replicate *r, int worker, int64_t round, int64_t begin, int64_t n,
                  const gyre_lists *lists)
{
    struct bench *bench = &r->bench[worker];
    const gyre_policy_ops *policy = &r->plan->policy->component->ops.policy;
    struct call *call = replicate_call(r, r->plan->policy, worker);
    /* Row m is agent m's: see rows_part. */
    gyre_rows const rows = rows_view(&r->rows, begin, begin + n);
    for (int64_t i = 0; i < n; i++) {
        note_samples(r, begin + i, lists->state + i * lists->stride, lists->count[i], bench);
        bench->tally[TALLY_STARVED] += lists->count[i] == 0;
    }
    if (policy->learn_each)
        bench_accept(bench, begin, call, policy->learn_each(call_begin(call, round), &rows, lists));
    else
        learn_lists(r, worker, round, &rows, lists);
}

void lesson_counts(struct replicate *r, int worker, int64_t round, int64_t dataset,
                   const double *weight, int64_t count)
{
    double const total = (double)count; /* there is one context: see count_may */
    note_counts(r, weight, &r->bench[worker]);
    gyre_data const data = {
        .size = sizeof data, .dataset = dataset, .weight = weight, .total = &total};
    teach(r, worker, round, &data, total);
}

void lesson_expected(struct replicate *r, int worker, int64_t round, int64_t dataset, double *p)
{
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
    gyre_data const data = {.size = sizeof data, .dataset = dataset, .weight = p, .total = total};
    teach(r, worker, round, &data, mass);
}
