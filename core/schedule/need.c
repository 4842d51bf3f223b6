/* What a run will take, said before it begins. */
#include <string.h>

#include "base/machine.h"
#include "base/text.h"
#include "schedule/plan.h"
#include "world/tally.h"

/* Bytes that replicate.c takes: of an alias table, a column is an entry, a share and its weight. */
enum { REAL = 8, ALIAS = 16 + 8 + 4, SUM = 2 * 8, COUNT = 4 };

/* What one society takes for each state, beside its rows. */
static double world_of(const struct plan *plan)
{
    double const laws = 3 * REAL + ALIAS + 1, each = 2 * REAL + ALIAS;
    double const live = (plan->needs[SPACE_HELD] + plan->needs[SPACE_DISTRIBUTION]) * REAL;
    return laws + each * plan->intervention_count + live + (plan->own > 0 ? REAL : 0);
}

/* What one thread of it takes for each state. */
static double bench_of(const struct plan *plan)
{
    double const scratch = 4 * REAL; /* that metrics and updates ask for */
    double const held = plan->needs[SPACE_HELD] ? 2 * REAL : 0;
    double const lists = plan->own > 0 ? (double)tally_size(1 << 16) / (1 << 16) : 0;
    return SUM + REAL + (plan->scenario->mixing < 1 ? ALIAS : 0) + scratch + held + lists +
           (plan->own == 1 && plan->slot_count ? COUNT : 0);
}

/* What one thread takes for each sample of a dataset. */
static double samples_of(const struct plan *plan)
{
    return COUNT + (plan->own == 1 && plan->slot_count ? 2 * COUNT + REAL : 0) +
           (plan->intervention_count ? 2 : 0);
}

static double states_of_components(const struct plan *plan)
{
    double bytes = 0;
    for (int i = 0; i < plan->instance_count; i++)
        bytes += (double)plan->instances[i].state_size;
    return bytes;
}

struct plan_need plan_need(const struct plan *plan, int threads)
{
    const struct scenario *s = plan->scenario;
    bool const apart = s->replicates >= threads;
    double const lanes = apart ? threads : 1, benches = lanes * (apart ? 1 : threads);
    double const states = (double)plan->shape.states, datasets = (double)plan->shape.datasets;
    double const stride = (double)plan->row_size + 63, columns = 8 * REAL;
    struct plan_need need = {0};
    need.rows = lanes * (datasets * (stride + 8) + 4.0 * (double)plan->shape.agents);
    need.states =
        states * (lanes * world_of(plan) + benches * bench_of(plan) + columns) +
        lanes * states_of_components(plan) +
        benches * ((SUM + REAL) * (double)plan->slot_count + samples_of(plan) * (double)s->samples);
    need.series = (double)s->replicates * ((double)s->rounds + 1) * 8 *
                  (plan->output_count + plan->tally_count);
    need.total = need.rows + need.states + need.series;
    return need;
}

/* The key to change when it does not fit: that of the largest part. */
static const char *advice(const struct plan_need *need)
{
    if (need->series >= need->rows && need->series >= need->states)
        return "rounds, replicates or metrics";
    return need->rows >= need->states ? "agents or states" : "states or samples";
}

bool plan_fits(const struct plan *plan, int threads, struct report *report)
{
    char wants[TEXT_REAL], has[TEXT_REAL];
    struct place const at = {plan->scenario->path, 0, 0};
    struct plan_need const need = plan_need(plan, threads);
    double const memory = machine_memory();
    if (need.total > memory)
        report_add(report, STATUS_LIMIT, at,
                   "this run needs %s of memory, and this machine has %s free; fewer %s would make "
                   "it fit",
                   text_bytes(wants, need.total), text_bytes(has, memory), advice(&need));
    else if (plan->scenario->rounds > UINT32_MAX)
        report_add(report, STATUS_LIMIT, at,
                   "rounds = %lld is above %lld: random words have no more addresses",
                   (long long)plan->scenario->rounds, (long long)UINT32_MAX);
    else
        return true;
    return false;
}
