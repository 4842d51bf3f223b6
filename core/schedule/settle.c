/* Rows that put off what a lesson changes, all at once: several take less time than one by one. */
#include "base/workers.h"
#include "schedule/phases.h"

enum { BLOCK = 64 }; /* rows a task takes */

struct settling {
    struct replicate *replicate;
    int64_t round;
};

static void settle_block(void *argument, int64_t block, int worker)
{
    const struct settling *settling = argument;
    struct replicate *r = settling->replicate;
    struct call *call = replicate_call(r, r->plan->policy, worker);
    int64_t const end = (block + 1) * BLOCK < r->rows.count ? (block + 1) * BLOCK : r->rows.count;
    gyre_rows const rows = rows_view(&r->rows, block * BLOCK, end);
    bench_accept(
        &r->bench[worker], block * BLOCK, call,
        r->plan->policy->component->ops.policy.settle(call_begin(call, settling->round), &rows));
}

enum status phase_settle(struct replicate *r, int64_t round)
{
    struct settling settling = {r, round};
    if (r->plan->policy->component->ops.policy.settle)
        workers_run(r->workers, (r->rows.count + BLOCK - 1) / BLOCK, settle_block, &settling);
    return replicate_join_failures(r);
}
