/* Policies into the mixture, the mixture into what will be learned from. */
#include <math.h>

#include "base/workers.h"
#include "schedule/census.h"
#include "schedule/law.h"
#include "schedule/phases.h"
#include "world/sweep.h"

enum { BLOCK = 64 }; /* rows a task takes */

/* ---- express ------------------------------------------------------------ */

/* A policy that breaks its promise is caught here: within a context it must add to 1. */
static void check_mixture(struct replicate *r)
{
    const gyre_shape *shape = &r->plan->shape;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const n = shape->context[c + 1] - shape->context[c];
        double const sum = shape->contexts == 1 && r->said > 0
                               ? r->said
                               : sweep_sum(r->workers, r->mixture + shape->context[c], n);
        if (!(fabs(sum - 1) < 1e-6))
            bench_fail(&r->bench[0], c, STATUS_BUG, r->plan->policy,
                       "the probabilities of context %lld add to %.9g, not 1", (long long)c, sum);
    }
}

enum status phase_express(struct replicate *r)
{
    if (census_take(r) == STATUS_OK)
        check_mixture(r);
    return replicate_join_failures(r);
}

/* ---- select ------------------------------------------------------------- */

static void weigh_states(struct replicate *r)
{
    if (r->plan->even) {
        law_weigh_even(r);
        return;
    }
    const struct instance *selection = r->plan->selection;
    struct call *call = replicate_call(r, selection, 0);
    gyre_round view = replicate_view(r);
    view.weight = NULL;
    gyre_status const status =
        selection->component->ops.selection.weigh(call_begin(call, r->round), &view, r->weight);
    if (!bench_accept(&r->bench[0], 0, call, status))
        return;
    if (!law_weigh(r))
        bench_fail(&r->bench[0], 0, STATUS_BUG, selection,
                   "gave a state a weight that is negative, infinite or not a number");
    else if (r->appeal <= 0)
        bench_fail(&r->bench[0], 0, STATUS_DATA, selection,
                   "gives weight 0 to everything that is said: nothing could be learned");
}

static void sum_block(void *argument, int64_t block, int worker)
{
    struct replicate *r = argument;
    struct bench *bench = &r->bench[worker];
    int64_t const next = (block + 1) * BLOCK, end = next < r->rows.count ? next : r->rows.count;
    double mass = 0;
    for (int64_t row = block * BLOCK; row < end; row++)
        if (law_of_row(r, worker, row, row, bench->p, &mass) && mass > 0)
            sum_add_row(&bench->mixture, bench->p, r->rows.share[row] / mass);
}

/* P_t = sum of w_m Q_m; where all agents draw from the same every Q_m is that. */
static void distribute(struct replicate *r, double *p)
{
    const gyre_shape *shape = &r->plan->shape;
    if (r->plan->scenario->mixing == 1 || r->rows.count == 1) {
        double sum = 0;
        sweep_copy(r->workers, p, r->law.from, shape->states, &sum);
        space_normalise(r->workers, shape->contexts, shape->context, p);
        return;
    }
    law_weigh_rows(r);
    for (int w = 0; w < r->workers; w++)
        sum_clear(&r->bench[w].mixture);
    workers_run(r->workers, (r->rows.count + BLOCK - 1) / BLOCK, sum_block, r);
    for (int w = 1; w < r->workers; w++)
        sum_join(&r->bench[0].mixture, &r->bench[w].mixture);
    sum_read(&r->bench[0].mixture, p);
}

enum status phase_select(struct replicate *r)
{
    weigh_states(r);
    if (replicate_join_failures(r) == STATUS_OK && r->live[SPACE_DISTRIBUTION])
        distribute(r, r->live[SPACE_DISTRIBUTION]);
    return replicate_join_failures(r);
}
