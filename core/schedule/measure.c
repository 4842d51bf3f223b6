/* Metrics: what they make of the world and of what was gathered of agents, each output held against
 * what it may be. */
#include <math.h>

#include "record/result.h"
#include "schedule/phases.h"

/* ---- outputs ------------------------------------------------------------ */

static void check_outputs(struct replicate *r, const struct instance *instance,
                          const gyre_output *outputs, uint32_t count, double *value)
{
    for (uint32_t i = 0; i < count; i++) {
        const gyre_output *about = &outputs[i];
        double const slack = 1e-9 * fmax(1, fmin(fabs(value[i]), 1e300));
        if (result_is_missing(value[i]))
            continue;
        if (value[i] >= about->lo - slack && value[i] <= about->hi + slack) {
            /* A last bit beyond the range is rounding, not a value. */
            value[i] = fmin(fmax(value[i], about->lo), about->hi);
            continue;
        }
        bench_fail(&r->bench[0], i, STATUS_BUG, instance,
                   "measured %s = %g, which is outside its range [%g, %g]", about->name, value[i],
                   about->lo, about->hi);
    }
}

/* What of row `round` was counted for this metric. */
static gyre_spectrum spectrum_of(const struct replicate *r, const struct plan_metric *metric)
{
    return (gyre_spectrum){
        .size = sizeof(gyre_spectrum),
        .samples = r->plan->shape.samples,
        .weight = (double)r->counted_agents * r->rows.weight[0],
        .times = r->times,
        .carriers =
            metric->carriers < 0 ? NULL : r->carriers + metric->carriers * r->plan->shape.states};
}

static void measure_one(struct replicate *r, const struct plan_metric *metric)
{
    gyre_round view = replicate_view(r);
    gyre_spectrum const spectrum =
        metric->least > 0 ? spectrum_of(r, metric) : (gyre_spectrum){.size = 0};
    view.spectrum = metric->least > 0 && r->counted_agents > 0 ? &spectrum : NULL;
    struct call *call = replicate_call(r, metric->instance, 0);
    double *value = r->value + metric->first_output;
    for (uint32_t i = 0; i < metric->ops->output_count; i++)
        value[i] = result_missing();
    gyre_status const status = metric->ops->measure(call_begin(call, r->round), &view,
                                                    r->bench[0].slot + metric->first_slot, value);
    if (bench_accept(&r->bench[0], 0, call, status))
        check_outputs(r, metric->instance, metric->ops->outputs, metric->ops->output_count, value);
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

/* ---- what interventions say of themselves ------------------------------- */

static gyre_deeds deeds_of(const struct replicate *r, const struct plan_intervention *by)
{
    gyre_deeds deeds = r->deeds[by - r->plan->interventions];
    const int64_t *tally = r->tally + by->first_tally;
    if (by->ops->judge) {
        deeds.checked = tally[TALLY_CHECKED];
        deeds.rejected = tally[TALLY_REJECTED];
        deeds.redrawn = tally[TALLY_REDRAWN];
    }
    if (by->ops->supply)
        deeds.outside = r->tally[by->supply_tally + TALLY_OUTSIDE];
    return deeds;
}

enum status phase_account(struct replicate *r)
{
    for (int i = 0; i < r->plan->intervention_count; i++) {
        const struct plan_intervention *by = &r->plan->interventions[i];
        const gyre_intervention_ops *ops = by->ops;
        struct call *call = replicate_call(r, by->instance, 0);
        gyre_deeds const deeds = deeds_of(r, by);
        double *value = r->value + by->first_output;
        for (uint32_t o = 0; o < ops->output_count; o++)
            value[o] = result_missing();
        if (ops->account && bench_accept(&r->bench[0], i, call,
                                         ops->account(call_begin(call, r->round), &deeds, value)))
            check_outputs(r, by->instance, ops->outputs, ops->output_count, value);
    }
    return replicate_join_failures(r);
}
