/* What interventions do to agents, after these have learned from their data. */
#include <string.h>

#include "base/workers.h"
#include "schedule/phases.h"
#include "schedule/timing.h"
#include "world/kernel.h"

/* One intervention's lesson, for all rows. */
struct instruction {
    struct replicate *replicate;
    gyre_examples examples;
    double rate;
    int64_t round;
};

enum { BLOCK = 64 }; /* rows a task takes */

static void instruct_block(void *argument, int64_t block, int worker)
{
    const struct instruction *instruction = argument;
    struct replicate *r = instruction->replicate;
    struct call *call = replicate_call(r, r->plan->policy, worker);
    int64_t const end = (block + 1) * BLOCK < r->rows.count ? (block + 1) * BLOCK : r->rows.count;
    gyre_rows const rows = rows_view(&r->rows, block * BLOCK, end);
    bench_accept(&r->bench[worker], block, call,
                 r->plan->policy->component->ops.policy.learn(call_begin(call, instruction->round),
                                                              &rows, &instruction->examples,
                                                              instruction->rate));
}

static void instruct(struct replicate *r, const struct plan_intervention *by, int64_t round)
{
    const gyre_shape *shape = &r->plan->shape;
    struct call *call = replicate_call(r, by->instance, 0);
    gyre_round const view = replicate_view(r);
    double *weight = r->bench[0].p, rate = 0;
    memset(weight, 0, sizeof *weight * (size_t)shape->states);
    if (!bench_accept(&r->bench[0], 0, call,
                      by->ops->on_policy(call_begin(call, round), &view, weight, &rate)))
        return;
    if (!(rate >= 0 && rate <= 1) || !kernel_get()->is_weight(weight, shape->states)) {
        bench_fail(
            &r->bench[0], 0, STATUS_BUG, by->instance,
            "teaches at a rate outside [0, 1] or with a weight that is negative, infinite or "
            "undefined");
        return;
    }
    struct instruction instruction = {
        .replicate = r,
        .examples = {.size = sizeof instruction.examples, .weight = weight},
        .rate = rate,
        .round = round,
    };
    if (rate > 0)
        workers_run(r->workers, (r->rows.count + BLOCK - 1) / BLOCK, instruct_block, &instruction);
}

enum status phase_instruct(struct replicate *r, int64_t round)
{
    for (int i = 0; i < r->plan->intervention_count; i++) {
        const struct plan_intervention *by = &r->plan->interventions[i];
        if (by->ops->on_policy && timing_acts(&by->instance->timing, round, r->value))
            instruct(r, by, round);
    }
    return replicate_join_failures(r);
}
