/* Policies into the mixture, the mixture into what will be learned from. */
#include <math.h>
#include <string.h>

#include "schedule/phases.h"
#include "schedule/workers.h"
#include "world/kernel.h"

enum { BLOCK = 64 }; /* rows a task takes */

/* ---- express ------------------------------------------------------------ */

static int64_t blocks_of(const struct replicate *r)
{
    return (r->rows.count + BLOCK - 1) / BLOCK;
}

static int64_t block_end(const struct replicate *r, int64_t block)
{
    int64_t const end = (block + 1) * BLOCK;
    return end < r->rows.count ? end : r->rows.count;
}

static void mix_block(void *argument, int64_t block, int worker)
{
    struct replicate *r = argument;
    struct bench *bench = &r->bench[worker];
    struct call *call = replicate_call(r, r->plan->policy, worker);
    gyre_rows const rows = rows_view(&r->rows, block * BLOCK, block_end(r, block));
    const gyre_policy_ops *policy = &r->plan->policy->component->ops.policy;
    bench_accept(bench, block, call,
                 policy->mix(call_begin(call, r->round), &rows, &bench->mixture));
}

/* A policy that breaks its promise is caught here: within a context it must add to 1. */
static void check_mixture(struct replicate *r)
{
    const gyre_shape *shape = &r->plan->shape;
    const struct kernel *kernel = kernel_get();
    if (!kernel->is_weight(r->mixture, shape->states))
        bench_fail(&r->bench[0], 0, STATUS_BUG, r->plan->policy,
                   "says something with a negative or infinite probability");
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const n = shape->context[c + 1] - shape->context[c];
        double const sum = kernel->sum(r->mixture + shape->context[c], n);
        if (!(fabs(sum - 1) < 1e-6))
            bench_fail(&r->bench[0], c, STATUS_BUG, r->plan->policy,
                       "the probabilities of context %lld add to %.9g, not 1", (long long)c, sum);
    }
}

enum status phase_express(struct replicate *r)
{
    for (int w = 0; w < r->workers; w++)
        sum_clear(&r->bench[w].mixture);
    workers_run(r->workers, blocks_of(r), mix_block, r);
    for (int w = 1; w < r->workers; w++)
        sum_join(&r->bench[0].mixture, &r->bench[w].mixture);
    sum_read(&r->bench[0].mixture, r->mixture);
    if (replicate_join_failures(r) == STATUS_OK)
        check_mixture(r);
    return replicate_join_failures(r);
}

/* ---- select ------------------------------------------------------------- */

static enum status weigh_states(struct replicate *r)
{
    const struct instance *selection = r->plan->selection;
    struct call *call = replicate_call(r, selection, 0);
    gyre_round view = replicate_view(r);
    view.weight = view.distribution = NULL;
    gyre_status const status =
        selection->component->ops.selection.weigh(call_begin(call, r->round), &view, r->weight);
    if (bench_accept(&r->bench[0], 0, call, status) &&
        !kernel_get()->is_weight(r->weight, r->plan->shape.states))
        bench_fail(&r->bench[0], 0, STATUS_BUG, selection,
                   "gave a state a weight that is negative, infinite or not a number");
    return replicate_join_failures(r);
}

bool phase_weigh(struct replicate *r, int worker, int64_t item, int64_t row, double *p)
{
    const struct instance *policy = r->plan->policy;
    struct bench *bench = &r->bench[worker];
    struct call *call = replicate_call(r, policy, worker);
    gyre_rows const rows = rows_view(&r->rows, row, row + 1);
    gyre_status const status =
        policy->component->ops.policy.weigh(call_begin(call, r->round), &rows, p);
    if (!bench_accept(bench, item, call, status))
        return false;
    if (kernel_get()->is_weight(p, r->plan->shape.states))
        return true;
    bench_fail(bench, item, STATUS_BUG, policy,
               "says something with a negative or infinite probability");
    return false;
}

bool phase_row_law(struct replicate *r, int worker, int64_t item, int64_t row, double *p)
{
    const struct plan *plan = r->plan;
    const struct kernel *kernel = kernel_get();
    if (!phase_weigh(r, worker, item, row, p))
        return false;
    kernel->blend(p, p, r->mixture, plan->scenario->mixing, plan->shape.states);
    kernel->multiply(p, p, r->weight, plan->shape.states);
    space_normalise(plan->shape.contexts, plan->shape.context, p);
    return true;
}

static void sum_block(void *argument, int64_t block, int worker)
{
    struct replicate *r = argument;
    struct bench *bench = &r->bench[worker];
    for (int64_t row = block * BLOCK; row < block_end(r, block); row++)
        if (phase_row_law(r, worker, row, row, bench->p))
            sum_add_row(&bench->mixture, bench->p, r->rows.share[row]);
}

/* P_t = sum of w_m Q_m; with mixing = 1 every Q_m is the same. */
static void distribute(struct replicate *r)
{
    const gyre_shape *shape = &r->plan->shape;
    if (r->plan->scenario->mixing == 1) {
        kernel_get()->multiply(r->distribution, r->mixture, r->weight, shape->states);
        space_normalise(shape->contexts, shape->context, r->distribution);
        return;
    }
    for (int w = 0; w < r->workers; w++)
        sum_clear(&r->bench[w].mixture);
    workers_run(r->workers, blocks_of(r), sum_block, r);
    for (int w = 1; w < r->workers; w++)
        sum_join(&r->bench[0].mixture, &r->bench[w].mixture);
    sum_read(&r->bench[0].mixture, r->distribution);
}

enum status phase_select(struct replicate *r)
{
    if (weigh_states(r) != STATUS_OK)
        return r->failure.status;
    distribute(r);
    if (kernel_get()->sum(r->distribution, r->plan->shape.states) <= 0)
        bench_fail(&r->bench[0], 0, STATUS_DATA, r->plan->selection,
                   "gives weight 0 to everything that is said: nothing could be learned");
    return replicate_join_failures(r);
}
