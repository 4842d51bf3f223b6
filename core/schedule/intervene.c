/* What interventions do to this round: to what is drawn from, and to what is drawn. */
#include <string.h>

#include "schedule/phases.h"
#include "schedule/timing.h"
#include "world/kernel.h"
#include "world/random.h"

static bool acts(const struct replicate *r, const struct plan_intervention *by, int64_t round)
{
    return timing_acts(&by->instance->timing, round, r->value);
}

/* ---- judges ------------------------------------------------------------- */

static bool check_judgement(struct replicate *r, const struct judge *judge)
{
    const struct plan *plan = r->plan;
    const struct instance *by = judge->by->instance;
    const gyre_judgement *verdict = &judge->verdict;
    if (verdict->act > GYRE_REDRAW || verdict->unchecked > GYRE_DISCARD) {
        bench_fail(&r->bench[0], 0, STATUS_BUG, by, "judged with an act that gyre does not know");
        return false;
    }
    if (verdict->budget >= 0 && plan->shape.samples == 0) {
        bench_fail(&r->bench[0], 0, STATUS_DATA, by,
                   "has a limited number of checks, which means nothing with samples = "
                   "\"expected\"");
        return false;
    }
    for (int64_t z = 0; z < plan->shape.states; z++)
        if (!(verdict->pass[z] >= 0 && verdict->pass[z] <= 1)) {
            bench_fail(&r->bench[0], 0, STATUS_BUG, by,
                       "passes state %lld with chance %g, which is not in [0, 1]", (long long)z,
                       verdict->pass[z]);
            return false;
        }
    return true;
}

static void call_judge(struct replicate *r, const struct plan_intervention *by, int64_t round)
{
    struct judge *judge = &r->judges[r->judge_count];
    struct call *call = replicate_call(r, by->instance, 0);
    gyre_round const view = replicate_view(r);
    judge->by = by;
    judge->key = call->key;
    judge->verdict = (gyre_judgement){.size = sizeof judge->verdict,
                                      .act = GYRE_DROP,
                                      .unchecked = GYRE_KEEP,
                                      .budget = -1,
                                      .pass = judge->verdict.pass};
    for (int64_t z = 0; z < r->plan->shape.states; z++)
        judge->verdict.pass[z] = 1;
    gyre_status const status = by->ops->judge(call_begin(call, round), &view, &judge->verdict);
    if (bench_accept(&r->bench[0], 0, call, status) && check_judgement(r, judge))
        r->judge_count++;
}

/* ---- the distribution --------------------------------------------------- */

static bool change(struct replicate *r, int worker, int64_t item,
                   const struct plan_intervention *by, int64_t round, double *p)
{
    struct bench *bench = &r->bench[worker];
    const gyre_shape *shape = &r->plan->shape;
    struct call *call = replicate_call(r, by->instance, worker);
    gyre_round const view = replicate_view(r);
    if (!bench_accept(bench, item, call,
                      by->ops->on_distribution(call_begin(call, round), &view, p)))
        return false;
    bool const good = kernel_get()->is_weight(p, shape->states);
    space_normalise(shape->contexts, shape->context, p);
    if (good && kernel_get()->sum(p, shape->states) > 0)
        return true;
    bench_fail(bench, item, STATUS_BUG, by->instance,
               good ? "left nothing in the distribution"
                    : "left a negative, infinite or undefined probability in the distribution");
    return false;
}

/* P(z|c) into mu_c P(z|c), in place; behind the states stands the mass of contexts that have none
 * to give: a draw that falls there teaches nothing. */
static void flatten(const struct replicate *r, double *p)
{
    const gyre_shape *shape = &r->plan->shape;
    const struct kernel *kernel = kernel_get();
    p[shape->states] = 0;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const n = shape->context[c + 1] - shape->context[c];
        double *part = p + shape->context[c];
        if (kernel->sum(part, n) <= 0)
            p[shape->states] += shape->met[c];
        else if (shape->contexts > 1)
            kernel->scale(part, part, shape->met[c], n);
    }
}

bool phase_law(struct replicate *r, int worker, int64_t item, int64_t round, double *p)
{
    for (int i = 0; i < r->plan->intervention_count; i++) {
        const struct plan_intervention *by = &r->plan->interventions[i];
        if (by->ops->on_distribution && acts(r, by, round) &&
            !change(r, worker, item, by, round, p))
            return false;
    }
    flatten(r, p);
    return true;
}

enum status phase_intervene(struct replicate *r, int64_t round)
{
    r->judge_count = 0;
    memset(r->tally, 0, sizeof *r->tally * (size_t)r->plan->tally_count);
    for (int i = 0; i < r->plan->intervention_count; i++) {
        const struct plan_intervention *by = &r->plan->interventions[i];
        if (by->ops->judge && acts(r, by, round))
            call_judge(r, by, round);
    }
    if (r->plan->scenario->mixing == 1) {
        memcpy(r->law, r->distribution, sizeof *r->law * (size_t)r->plan->shape.states);
        if (phase_law(r, 0, 0, round, r->law) && r->plan->shape.samples > 0)
            alias_build(&r->alias, r->law, r->plan->shape.states + 1);
    }
    return replicate_join_failures(r);
}
