/* Metrics: numbers summed over agents, then whole outputs, each held against what it may be. */
#include <math.h>
#include <string.h>

#include "record/result.h"
#include "schedule/phases.h"
#include "schedule/workers.h"

enum { BLOCK = 16 }; /* rows a task takes */

/* ---- over agents -------------------------------------------------------- */

static bool check_slots(struct bench *bench, int64_t row, const struct plan_metric *metric)
{
    for (uint32_t i = 0; i < metric->slots; i++) {
        double const x = bench->slot[metric->first_slot + i];
        if (x > -4096 && x < 4096)
            continue;
        bench_fail(bench, row, STATUS_BUG, metric->instance,
                   "gathered %g of an agent, which is not a number below 4096 in size", x);
        return false;
    }
    return true;
}

static bool gather_row(struct replicate *r, int worker, int64_t row)
{
    const struct plan *plan = r->plan;
    struct bench *bench = &r->bench[worker];
    gyre_round const view = replicate_view(r);
    bool good = phase_weigh(r, worker, row, row, bench->p);
    for (int i = 0; i < plan->metric_count && good; i++) {
        const struct plan_metric *metric = &plan->metrics[i];
        if (!metric->slots)
            continue;
        struct call *call = replicate_call(r, metric->instance, worker);
        gyre_status const status = metric->ops->gather(call_begin(call, r->round), &view, bench->p,
                                                       bench->slot + metric->first_slot);
        good = bench_accept(bench, row, call, status) && check_slots(bench, row, metric);
    }
    return good;
}

static void gather_block(void *argument, int64_t block, int worker)
{
    struct replicate *r = argument;
    int64_t const end = (block + 1) * BLOCK < r->rows.count ? (block + 1) * BLOCK : r->rows.count;
    for (int64_t row = block * BLOCK; row < end; row++)
        if (gather_row(r, worker, row))
            sum_add_row(&r->bench[worker].slots, r->bench[worker].slot, r->rows.share[row]);
}

/* Leaves the sums in the first bench's slot. */
static void gather(struct replicate *r)
{
    if (!r->plan->slot_count)
        return;
    for (int w = 0; w < r->workers; w++)
        sum_clear(&r->bench[w].slots);
    workers_run(r->workers, (r->rows.count + BLOCK - 1) / BLOCK, gather_block, r);
    for (int w = 1; w < r->workers; w++)
        sum_join(&r->bench[0].slots, &r->bench[w].slots);
    sum_read(&r->bench[0].slots, r->bench[0].slot);
}

/* ---- outputs ------------------------------------------------------------ */

static void check_outputs(struct replicate *r, const struct plan_metric *metric, double *value)
{
    for (uint32_t i = 0; i < metric->ops->output_count; i++) {
        const gyre_output *about = &metric->ops->outputs[i];
        double const slack = 1e-9 * fmax(1, fmin(fabs(value[i]), 1e300));
        if (result_is_missing(value[i]))
            continue;
        if (value[i] >= about->lo - slack && value[i] <= about->hi + slack) {
            /* A last bit beyond the range is rounding, not a value. */
            value[i] = fmin(fmax(value[i], about->lo), about->hi);
            continue;
        }
        bench_fail(&r->bench[0], i, STATUS_BUG, metric->instance,
                   "measured %s = %g, which is outside its range [%g, %g]", about->name, value[i],
                   about->lo, about->hi);
    }
}

static void measure_one(struct replicate *r, const struct plan_metric *metric)
{
    gyre_round const view = replicate_view(r);
    struct call *call = replicate_call(r, metric->instance, 0);
    double *value = r->value + metric->first_output;
    for (uint32_t i = 0; i < metric->ops->output_count; i++)
        value[i] = result_missing();
    gyre_status const status = metric->ops->measure(call_begin(call, r->round), &view,
                                                    r->bench[0].slot + metric->first_slot, value);
    if (bench_accept(&r->bench[0], 0, call, status))
        check_outputs(r, metric, value);
}

enum status phase_measure(struct replicate *r)
{
    gather(r);
    if (replicate_join_failures(r) != STATUS_OK)
        return r->failure.status;
    for (int i = 0; i < r->plan->metric_count; i++) {
        measure_one(r, &r->plan->metrics[i]);
        if (replicate_join_failures(r) != STATUS_OK)
            break;
    }
    return r->failure.status;
}
