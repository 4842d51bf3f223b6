/* Metrics: what they make of the world and of what was gathered of agents, each output held against
 * what it may be. */
#include <math.h>

#include "record/result.h"
#include "schedule/phases.h"

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
    for (int i = 0; i < r->plan->metric_count; i++) {
        measure_one(r, &r->plan->metrics[i]);
        if (replicate_join_failures(r) != STATUS_OK)
            break;
    }
    return r->failure.status;
}
