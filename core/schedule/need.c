/* What a run will take, said before it begins. Adds up what scenario.c, replicate.c and series.c
 * ask for, piece by piece, and what shipped components are known to; need_test.c holds it against
 * what is taken. */
#include <math.h>
#include <string.h>

#include "base/machine.h"
#include "base/text.h"
#include "schedule/count.h"
#include "schedule/law.h"
#include "schedule/oversee.h"
#include "schedule/plan.h"
#include "schedule/review.h"
#include "world/invert.h"
#include "world/spectrum.h"
#include "world/tally.h"

enum { REAL = 8, SUM = 2 * 8, COUNT = 4, BITS16 = 2 };

/* Small pieces: what a call and an instance begin with, what a society takes of them, and a plan
 * with its components' code. */
enum { ARENA = 64 * 1024, SMALL = 2 * ARENA, PLAN = 8 * ARENA };

/* Columns over states that components ask for: a metric one to keep, and to measure with none or
 * one (safety two more), as to gather of one agent; what teaches one for its weights. Others'
 * components may ask for more, and are told when there is none. */
enum { KEPT = 1, MEASURED = 1, SAFETY = 2, TAUGHT = 1 };

/* What reading them leaves behind, a state: numbers as they are in the file and where contexts
 * begin; and, where the safe ones were chosen, their order. */
enum { READ = 16, RANKED = 16 };

/* How many threads work on one society, and how many societies there are at once: see run.c. */
struct crew {
    double lanes, workers;
};

static struct crew crew_of(const struct plan *plan, int threads)
{
    return plan->scenario->replicates >= threads ? (struct crew){threads, 1}
                                                 : (struct crew){1, threads};
}

static double table_of(const struct plan *plan)
{
    return (double)alias_size(plan->shape.states + 1);
}

static bool draws(const struct plan *plan)
{
    return plan->shape.samples > 0;
}

/* Rows that are lists, of which metrics see what is listed alone. */
static bool is_apart(const struct plan *plan)
{
    return plan->own == 1 && plan->slot_count > 0;
}

/* ---- agents ------------------------------------------------------------- */

/* Of one agent whose row is its own: row, row_of and share in each society, and its weight. */
static double agent_of(const struct plan *plan)
{
    size_t const row = (plan->row_size + 63) & ~(size_t)63;
    return (double)row + sizeof(uint32_t) + 2 * REAL;
}

static double rows_of(const struct plan *plan, double lanes)
{
    double const agents = (double)plan->shape.agents;
    double const rows = plan->parts ? agents : 1, beside = sizeof(uint32_t) + REAL;
    return REAL * agents + lanes * (rows * (agent_of(plan) - beside) + sizeof(uint32_t) * agents);
}

/* ---- states ------------------------------------------------------------- */

/* Read once, whatever the number of societies. The start is often the reference itself. */
static double columns_of(const struct plan *plan)
{
    const struct columns *columns = &plan->scenario->space.columns;
    const struct column *pi = column_find(columns, GYRE_OF_STATE, SPACE_REFERENCE);
    bool const ranked = column_find(columns, GYRE_OF_STATE, SPACE_SAFE) != NULL;
    double bytes = READ + (plan->context_of ? COUNT : 0) + (ranked ? RANKED : 0);
    bytes = (bytes + KEPT * REAL * plan->metric_count) * (double)plan->shape.states;
    for (const struct column *c = columns->first; c; c = c->next)
        bytes += !pi || c == pi || c->data != pi->data ? REAL * (double)c->count : 0;
    for (int i = 0; i < plan->instance_count; i++)
        bytes += ARENA * floor((double)arena_size(plan->instances[i].memory) / ARENA);
    return bytes + PLAN + ARENA * (double)plan->instance_count;
}

/* Where agents are counted: see spectrum.h; and what is read of it for metrics. */
static double spectrum_of(const struct plan *plan)
{
    return plan->spectra > 0
               ? (double)spectrum_size(plan->shape.states, plan->shape.samples, plan->carriers)
               : 0;
}

static double counted_of(const struct plan *plan)
{
    return plan->spectra > 0 ? REAL * ((double)plan->shape.samples +
                                       (double)plan->carriers * (double)plan->shape.states)
                             : 0;
}

/* What one society takes beside its rows. */
static double world_of(const struct plan *plan)
{
    double const states = (double)plan->shape.states, each = 2 * REAL * states + table_of(plan);
    double const parts = plan->scenario->mixing < 1 ? 2 * REAL : 0; /* that laws of rows share */
    double const laws = (3 * REAL + 1 + (plan->own > 0 ? REAL + BITS16 : 0) + parts) * states;
    double bytes = SMALL + laws + each * plan->intervention_count + counted_of(plan);
    bytes += draws(plan) ? table_of(plan) : 0;
    for (int i = 0; i < SPACE_LIVES; i++)
        bytes += plan->needs[i] ? REAL * states : 0;
    for (int i = 0; i < plan->instance_count; i++)
        bytes += (double)plan->instances[i].state_size;
    return bytes;
}

static bool uses_scratch(const struct plan *plan, const struct plan_metric *metric, bool first)
{
    return first || (metric->slots > 0 && plan->parts && !is_apart(plan));
}

/* Scratch memory of components, for each state. Metrics measure on the first bench. */
static double scratch_of(const struct plan *plan, bool first)
{
    bool const teaches = first || plan->parts;
    double columns = teaches && plan->own == 0 && !count_may(plan) ? TAUGHT : 0;
    bool any = false;
    for (int i = 0; i < plan->metric_count; i++) {
        bool const uses = uses_scratch(plan, &plan->metrics[i], first);
        columns += uses ? MEASURED : 0;
        any = any || uses;
    }
    return REAL * (columns + (any ? SAFETY : 0)) * (double)plan->shape.states;
}

/* What a thread takes where agents differ in what they draw from. */
static double own_laws_of(const struct plan *plan)
{
    if (plan->scenario->mixing == 1 || !draws(plan))
        return 0;
    if (law_has_few(plan))
        return table_of(plan) + (double)sizeof(struct few) + REPLICATE_CHUNK * sizeof(uint32_t) +
               (double)sizeof(uint64_t) * REPLICATE_CHUNK / FEW_IN_A_WORD;
    return table_of(plan) +
           (law_inverts(plan) ? REAL * (double)invert_room(plan->shape.states + 1) : 0);
}

/* What one thread of it takes; `first` where the whole society has one dataset. */
static double bench_of(const struct plan *plan, bool first)
{
    double const states = (double)plan->shape.states;
    double const lists = plan->own > 0 ? (double)tally_size(plan->shape.states) : 0;
    double const held = plan->needs[SPACE_HELD] ? 2 * REAL : 0;
    double const spread = plan->own > 0 || !plan->shape.replaces ? REAL : 0;
    double const sums = SUM + REAL + held + spread + (is_apart(plan) ? COUNT : 0);
    double const words = (REAL + 2 * COUNT) * (double)REPLICATE_CHUNK + ARENA;
    double const counts = count_may(plan) ? (double)count_room(plan) : 0;
    return states * sums + lists + counts + spectrum_of(plan) + own_laws_of(plan) +
           scratch_of(plan, first) + words + (SUM + REAL) * (double)plan->slot_count +
           REAL * (double)plan->shape.contexts + ARENA * (double)plan->instance_count;
}

/* ---- datasets ----------------------------------------------------------- */

/* Where a thread has a dataset: in samples, or as counts too. */
static double dataset_of(const struct plan *plan)
{
    double const n = (double)plan->shape.samples;
    double const most = n > REPLICATE_CHUNK ? n : REPLICATE_CHUNK;
    return COUNT * most + (plan->intervention_count ? sizeof(uint16_t) * n : 0) +
           (count_may(plan) ? REAL * (double)plan->shape.states : 0);
}

/* A list taken apart, and up to 5 numbers of each listed state that a metric asks for. */
static double apart_of(const struct plan *plan)
{
    if (!is_apart(plan))
        return 0;
    return (double)plan_list_most(plan) * (2 * COUNT + REAL + 5 * REAL * plan->metric_count);
}

static double datasets_of(const struct plan *plan, const struct crew *crew)
{
    double const benches = plan->shape.datasets == 1 ? 1 : crew->workers;
    double const kept = REAL * (double)plan->shape.samples / REPLICATE_CHUNK;
    return crew->lanes * (benches * dataset_of(plan) + crew->workers * apart_of(plan) + kept +
                          review_need(plan, crew->workers));
}

/* ---- all of it ---------------------------------------------------------- */

struct plan_need plan_need(const struct plan *plan, int threads)
{
    const struct scenario *s = plan->scenario;
    struct crew const crew = crew_of(plan, threads);
    struct plan_need need = {.agent = agent_of(plan)};
    need.rows = rows_of(plan, crew.lanes);
    need.states = columns_of(plan) + crew.lanes * (world_of(plan) + bench_of(plan, true) +
                                                   (crew.workers - 1) * bench_of(plan, false));
    need.datasets = datasets_of(plan, &crew);
    need.snapshots = crew.lanes * oversee_size(plan);
    need.series = series_size(&(struct result_run){.rounds = s->rounds,
                                                   .replicates = s->replicates,
                                                   .output_count = plan->output_count,
                                                   .tally_count = plan->tally_count});
    need.total = need.rows + need.states + need.datasets + need.snapshots + need.series;
    return need;
}

static double most_of(const struct plan_need *need)
{
    double const rows = need->rows > need->states ? need->rows : need->states;
    double const rest = need->datasets > need->series ? need->datasets : need->series;
    double const most = rows > rest ? rows : rest;
    return most > need->snapshots ? most : need->snapshots;
}

/* The key to change when it does not fit: that of the largest part. */
static const char *advice(const struct plan *plan, const struct plan_need *need)
{
    double const most = most_of(need);
    if (need->series == most)
        return "rounds, replicates or metrics";
    if (need->snapshots == most)
        return "snapshots or agents";
    if (need->rows == most)
        return plan->own > 0 ? "agents" : "agents or states";
    return need->datasets == most ? "samples" : "states";
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
                   text_bytes(wants, need.total), text_bytes(has, memory), advice(plan, &need));
    else if (plan->scenario->rounds > UINT32_MAX)
        report_add(report, STATUS_LIMIT, at,
                   "rounds = %lld is above %lld: random words have no more addresses",
                   (long long)plan->scenario->rounds, (long long)UINT32_MAX);
    else
        return true;
    return false;
}
