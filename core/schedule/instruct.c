/* What interventions do to agents, after these have learned from their data: row by row, and where
 * somebody accounts for it, how much each row then says otherwise. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/workers.h"
#include "schedule/census.h"
#include "schedule/phases.h"
#include "schedule/timing.h"
#include "world/kernel.h"
#include "world/sweep.h"

enum { BLOCK = 16 }; /* rows a task takes */

/* What one of an intervention's hooks does to every row. */
struct act {
    struct replicate *replicate;
    const struct plan_intervention *by;
    int64_t round;
    gyre_round view;
    bool (*on_row)(const struct act *act, int worker, int64_t row);
    gyre_examples examples; /* on_policy's */
    double rate;
    gyre_pruning pruning; /* prune's */
};

/* ---- how much is forgotten ---------------------------------------------- */

static bool note_before(struct replicate *r, int worker, int64_t row)
{
    struct bench *bench = &r->bench[worker];
    const double *said = census_hear(r, worker, row, bench->spread);
    if (said && said != bench->spread)
        memcpy(bench->spread, said, sizeof *said * (size_t)r->plan->shape.states);
    return said != NULL;
}

/* Adds the total variation between what the row said and what it says. */
static void add_forgotten(struct replicate *r, int worker, int64_t row)
{
    struct bench *bench = &r->bench[worker];
    const gyre_shape *shape = &r->plan->shape;
    const double *after = census_hear(r, worker, row, bench->p);
    double *const moved = bench->spread, all = 0;
    if (!after)
        return;
    for (int64_t z = 0; z < shape->states; z++)
        moved[z] = fabs(moved[z] - after[z]);
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        all += shape->met[c] * kernel_get()->sum(moved + begin, n) / 2;
    }
    sum_add_row(&bench->forgotten, &all, r->rows.share[row]);
}

/* ---- all rows ----------------------------------------------------------- */

static void act_on_block(void *argument, int64_t block, int worker)
{
    const struct act *act = argument;
    struct replicate *r = act->replicate;
    bool const counts = act->by->ops->account != NULL;
    int64_t const next = (block + 1) * BLOCK, end = next < r->rows.count ? next : r->rows.count;
    for (int64_t row = block * BLOCK; row < end; row++) {
        if (counts && !note_before(r, worker, row))
            return;
        if (!act->on_row(act, worker, row))
            return;
        if (counts)
            add_forgotten(r, worker, row);
    }
}

static void act_on_all(struct act *act)
{
    struct replicate *r = act->replicate;
    gyre_deeds *deeds = &r->deeds[act->by - r->plan->interventions];
    double forgotten = 0;
    for (int w = 0; w < r->workers; w++) {
        sum_clear(&r->bench[w].forgotten);
        r->bench[w].pruned = 0;
    }
    workers_run(r->workers, (r->rows.count + BLOCK - 1) / BLOCK, act_on_block, act);
    for (int w = 0; w < r->workers; w++) {
        deeds->pruned += r->bench[w].pruned;
        if (w > 0)
            sum_join(&r->bench[0].forgotten, &r->bench[w].forgotten);
    }
    sum_read(&r->bench[0].forgotten, &forgotten);
    deeds->forgotten += forgotten;
}

/* What all rows are told stands where the law was that data were drawn from: nobody needs that one
 * any more, and a new one is made when this row is selected from. */
static double *common_room(const struct replicate *r)
{
    memset(r->law.p, 0, sizeof *r->law.p * (size_t)r->plan->shape.states);
    return r->law.p;
}

/* ---- on_policy: what all learn ------------------------------------------ */

static bool learn(const struct act *act, int worker, int64_t row, const gyre_examples *examples,
                  double rate)
{
    struct replicate *r = act->replicate;
    struct call *call = replicate_call(r, r->plan->policy, worker);
    gyre_rows const rows = rows_view(&r->rows, row, row + 1);
    return bench_accept(&r->bench[worker], row, call,
                        r->plan->policy->component->ops.policy.learn(call_begin(call, act->round),
                                                                     &rows, examples, rate));
}

static bool teach_row(const struct act *act, int worker, int64_t row)
{
    return learn(act, worker, row, &act->examples, act->rate);
}

static const double *totals(struct replicate *r, const double *weight)
{
    const gyre_shape *shape = &r->plan->shape;
    double *const total = r->bench[0].total;
    for (int64_t c = 0; c < shape->contexts; c++)
        total[c] = sweep_sum(r->workers, weight + shape->context[c],
                             shape->context[c + 1] - shape->context[c]);
    return total;
}

static void teach_all(struct act *act)
{
    struct replicate *r = act->replicate;
    const struct plan_intervention *by = act->by;
    struct call *call = replicate_call(r, by->instance, 0);
    double *weight = common_room(r);
    if (!bench_accept(
            &r->bench[0], 0, call,
            by->ops->on_policy(call_begin(call, act->round), &act->view, weight, &act->rate)))
        return;
    if (!(act->rate >= 0 && act->rate <= 1) ||
        !kernel_get()->is_weight(weight, r->plan->shape.states)) {
        bench_fail(
            &r->bench[0], 0, STATUS_BUG, by->instance,
            "teaches at a rate outside [0, 1] or with a weight that is negative, infinite or "
            "undefined");
        return;
    }
    act->examples =
        (gyre_examples){.size = sizeof act->examples, .weight = weight, .total = totals(r, weight)};
    act->on_row = teach_row;
    if (act->rate > 0)
        act_on_all(act);
}

/* ---- on_agent: what each says is changed -------------------------------- */

static bool check_left(const struct act *act, int worker, int64_t row, const double *p)
{
    const gyre_shape *shape = &act->replicate->plan->shape;
    bool const good = kernel_get()->is_weight(p, shape->states);
    bool some = true;
    for (int64_t c = 0; good && c < shape->contexts; c++)
        some = some && kernel_get()->sum(p + shape->context[c],
                                         shape->context[c + 1] - shape->context[c]) > 0;
    if (!good || !some)
        bench_fail(&act->replicate->bench[worker], row, STATUS_BUG, act->by->instance,
                   good ? "left an agent nothing to say in some context"
                        : "left an agent a negative, infinite or undefined probability");
    return good && some;
}

static bool change_row(const struct act *act, int worker, int64_t row)
{
    struct replicate *r = act->replicate;
    const gyre_shape *shape = &r->plan->shape;
    struct bench *bench = &r->bench[worker];
    struct call *call = replicate_call(r, act->by->instance, worker);
    const double *said = census_hear(r, worker, row, bench->p);
    if (!said)
        return false;
    if (said != bench->p)
        memcpy(bench->p, said, sizeof *said * (size_t)shape->states);
    if (!bench_accept(bench, row, call,
                      act->by->ops->on_agent(call_begin(call, act->round), &act->view, bench->p)) ||
        !check_left(act, worker, row, bench->p))
        return false;
    space_normalise(1, shape->contexts, shape->context, bench->p);
    gyre_examples const examples = {.size = sizeof examples, .weight = bench->p};
    return learn(act, worker, row, &examples, 1);
}

/* ---- prune: memories that go --------------------------------------------- */

static bool prune_row(const struct act *act, int worker, int64_t row)
{
    struct replicate *r = act->replicate;
    struct bench *bench = &r->bench[worker];
    struct call *call = replicate_call(r, r->plan->policy, worker);
    gyre_rows const rows = rows_view(&r->rows, row, row + 1);
    return bench_accept(bench, row, call,
                        r->plan->policy->component->ops.policy.prune(
                            call_begin(call, act->round), &rows, &act->pruning, &bench->pruned));
}

static bool is_finite(const double *x, int64_t n)
{
    bool finite = true;
    for (int64_t i = 0; i < n; i++)
        finite = finite && fabs(x[i]) <= DBL_MAX;
    return finite;
}

static bool ask_pruning(struct act *act)
{
    struct replicate *r = act->replicate;
    struct call *call = replicate_call(r, act->by->instance, 0);
    double *rank = common_room(r);
    gyre_pruning *pruning = &act->pruning;
    *pruning = (gyre_pruning){.size = sizeof *pruning};
    if (!bench_accept(&r->bench[0], 0, call,
                      act->by->ops->prune(call_begin(call, act->round), &act->view, pruning, rank)))
        return false;
    pruning->rank = pruning->first == GYRE_FIRST_RANKED ? rank : NULL;
    pruning->stream = (uint32_t)(act->by - r->plan->interventions);
    bool const good = pruning->share >= 0 && pruning->share <= 1 &&
                      pruning->first <= GYRE_FIRST_ANY && is_finite(rank, r->plan->shape.states);
    if (!good)
        bench_fail(
            &r->bench[0], 0, STATUS_BUG, act->by->instance,
            "prunes a share outside [0, 1], in an order that gyre does not know, or by ranks "
            "that are infinite or undefined");
    return good;
}

static void prune_all(struct act *act)
{
    struct replicate *r = act->replicate;
    if (!ask_pruning(act) || act->pruning.share == 0)
        return;
    if (r->rows.count < r->rows.agents)
        rows_part(&r->rows);
    act->on_row = prune_row;
    act_on_all(act);
}

/* ---- all of them -------------------------------------------------------- */

enum status phase_instruct(struct replicate *r, int64_t round)
{
    for (int i = 0; i < r->plan->intervention_count; i++) {
        const struct plan_intervention *by = &r->plan->interventions[i];
        struct act act = {.replicate = r, .by = by, .round = round};
        act.view = replicate_view_of(r, by);
        if (!plan_teaches(by) || !timing_acts(&by->instance->timing, round, r->value))
            continue;
        if (by->ops->on_policy)
            teach_all(&act);
        act.on_row = change_row;
        if (by->ops->on_agent)
            act_on_all(&act);
        if (by->ops->prune)
            prune_all(&act);
        if (replicate_join_failures(r) != STATUS_OK)
            break;
    }
    return replicate_join_failures(r);
}
