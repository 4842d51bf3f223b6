/* What interventions do to this round: to what is drawn from, and to what is drawn. What they do to
 * agents is in instruct.c. */
#include <string.h>

#include "schedule/judge.h"
#include "schedule/phases.h"
#include "schedule/profile.h"
#include "schedule/review.h"
#include "schedule/timing.h"
#include "world/kernel.h"

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
    gyre_round const view = replicate_view_of(r, by);
    double *const pass = judge->verdict.pass;
    judge->by = by;
    judge->key = call->key;
    judge->verdict = (gyre_judgement){.size = sizeof judge->verdict,
                                      .act = GYRE_DROP,
                                      .unchecked = GYRE_KEEP,
                                      .budget = -1,
                                      .pass = pass};
    for (int64_t z = 0; z < r->plan->shape.states; z++)
        pass[z] = 1;
    gyre_status const status = by->ops->judge(call_begin(call, round), &view, &judge->verdict);
    judge->verdict.pass = pass; /* whatever a stranger put there */
    if (bench_accept(&r->bench[0], 0, call, status) && check_judgement(r, judge))
        r->judge_count++;
}

/* ---- sources outside ---------------------------------------------------- */

static bool check_supply(struct replicate *r, const struct supplier *supplier)
{
    const gyre_shape *shape = &r->plan->shape;
    const gyre_supply *supply = &supplier->supply;
    const char *wrong = NULL;
    int64_t before = 0;
    for (int i = 0; i < r->supplier_count; i++)
        before += r->suppliers[i].supply.count;
    if (!(supply->share >= 0 && supply->share <= 1) || supply->count < 0)
        wrong = "supplies a share outside [0, 1] or a negative count";
    else if (!kernel_get()->is_weight(supply->p, shape->states))
        wrong = "supplies from a law with a negative, infinite or undefined probability";
    else if (kernel_get()->sum(supply->p, shape->states) <= 0)
        wrong = "supplies from a law without mass";
    else if (shape->samples == 0 && supply->count > 0)
        wrong = "supplies a number of samples, which means nothing with samples = \"expected\"";
    else if (shape->samples > 0 && supply->count > shape->samples - before)
        wrong = before ? "and those before it supply more samples than a dataset holds"
                       : "supplies more samples than a dataset holds";
    if (wrong)
        bench_fail(&r->bench[0], 0, STATUS_DATA, supplier->by->instance, "%s", wrong);
    return !wrong;
}

static void call_supply(struct replicate *r, const struct plan_intervention *by, int64_t round)
{
    const gyre_shape *shape = &r->plan->shape;
    struct supplier *supplier = &r->suppliers[r->supplier_count];
    struct call *call = replicate_call(r, by->instance, 0);
    gyre_round const view = replicate_view_of(r, by);
    supplier->by = by;
    supplier->key = call->key;
    supplier->supply = (gyre_supply){.size = sizeof supplier->supply, .p = supplier->law};
    memset(supplier->law, 0, sizeof *supplier->law * (size_t)shape->states);
    gyre_status const status = by->ops->supply(call_begin(call, round), &view, &supplier->supply);
    supplier->supply.p = supplier->law; /* whatever a stranger put there */
    if (!bench_accept(&r->bench[0], 0, call, status) ||
        (supplier->supply.share == 0 && supplier->supply.count == 0) || !check_supply(r, supplier))
        return;
    space_normalise(1, shape->contexts, shape->context, supplier->law);
    law_flatten(r, supplier->law);
    alias_build(&supplier->alias, supplier->law, shape->states + 1);
    r->supplier_count++;
}

enum status phase_intervene(struct replicate *r, int64_t round)
{
    r->judge_count = r->supplier_count = 0;
    memset(r->tally, 0, sizeof *r->tally * (size_t)r->plan->tally_count);
    replicate_clear_deeds(r);
    for (int i = 0; i < r->plan->intervention_count; i++) {
        const struct plan_intervention *by = &r->plan->interventions[i];
        if (r->since[i] == 0 && acts(r, by, round))
            r->since[i] = round;
        if (by->ops->judge && acts(r, by, round))
            call_judge(r, by, round);
        if (by->ops->supply && acts(r, by, round))
            call_supply(r, by, round);
    }
    review_prepare(r, round);
    judge_prepare(r);
    profile_at(r, 0, PROFILE_DRAW);
    law_prepare(r, round);
    profile_at(r, 0, PROFILE_CORE);
    return replicate_join_failures(r);
}
