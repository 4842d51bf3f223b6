#include "schedule/census.h"

#include <string.h>

#include "base/workers.h"
#include "schedule/profile.h"
#include "world/distinct.h"
#include "world/kernel.h"
#include "world/sweep.h"

enum { BLOCK = 16 }; /* rows a task takes */

/* ---- what a row says ---------------------------------------------------- */

/* A list is what the host indexes by. */
static const char *list_is_wrong(const struct plan *plan, const gyre_said *said)
{
    if (said->p)
        return "says a table, and own said that it says lists";
    if (said->count < 0 || said->count > plan_list_most(plan) || (said->count > 0 && !said->state))
        return "says a list of a length that cannot be, or without states";
    return kernel_get()->is_below(said->state, said->count, (uint32_t)plan->shape.states)
               ? NULL
               : "says a state that is not there";
}

static const char *table_is_wrong(const gyre_said *said)
{
    return said->p ? NULL : "says a list, and own did not say so";
}

static bool say(struct replicate *r, int worker, int64_t item, int64_t row, double *buffer,
                gyre_said *said)
{
    const struct plan *plan = r->plan;
    struct call *call = replicate_call(r, plan->policy, worker);
    *said = (gyre_said){.size = sizeof *said, .buffer = buffer};
    gyre_status const status = plan->policy->component->ops.policy.say(
        call_begin(call, r->round), rows_at(&r->rows, row), said);
    return bench_accept(&r->bench[worker], item, call, status);
}

bool census_say(struct replicate *r, int worker, int64_t item, int64_t row, gyre_said *said)
{
    return say(r, worker, item, row, r->bench[worker].p, said);
}

bool census_say_each(struct replicate *r, int worker, int64_t begin, int64_t end, gyre_said *said)
{
    const gyre_policy_ops *policy = &r->plan->policy->component->ops.policy;
    struct call *call = replicate_call(r, r->plan->policy, worker);
    gyre_rows const rows = rows_view(&r->rows, begin, end);
    bool good = true;
    for (int64_t i = 0; i < rows.count; i++)
        said[i] = (gyre_said){.size = sizeof *said, .buffer = r->bench[worker].p};
    if (policy->say_each)
        return bench_accept(&r->bench[worker], begin, call,
                            policy->say_each(call_begin(call, r->round), &rows, said));
    for (int64_t i = 0; i < rows.count && good; i++)
        good = census_say(r, worker, begin + i, begin + i, &said[i]);
    return good;
}

static void fail_probability(const struct replicate *r, int worker, int64_t row)
{
    bench_fail(&r->bench[worker], row, STATUS_BUG, r->plan->policy,
               "says something with a negative or infinite probability");
}

/* What a row says is looked at when it is counted, before anybody indexes by it; a table's numbers
 * when they are added. */
static bool check_said(const struct replicate *r, int worker, int64_t row, const gyre_said *said)
{
    struct bench *bench = &r->bench[worker];
    const struct plan *plan = r->plan;
    const char *wrong = plan->own > 0 ? list_is_wrong(plan, said) : table_is_wrong(said);
    if (wrong)
        bench_fail(bench, row, STATUS_BUG, plan->policy, "%s", wrong);
    return !wrong;
}

/* Of context [begin, end) with `listed` of its states listed: (1 - own) start + own n / listed. */
static void spread_context(const struct plan *plan, int64_t begin, int64_t end, double listed,
                           double *p)
{
    const double *start = plan->scenario->start;
    for (int64_t z = begin; z < end; z++)
        p[z] = listed > 0 ? (1 - plan->own) * start[z] + plan->own * (p[z] / listed) : start[z];
}

void census_spread(const struct plan *plan, const gyre_said *said, double *p)
{
    const gyre_shape *shape = &plan->shape;
    memset(p, 0, sizeof *p * (size_t)shape->states);
    for (int64_t i = 0; i < said->count; i++)
        p[said->state[i]] += 1;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], end = shape->context[c + 1];
        spread_context(plan, begin, end, kernel_get()->sum(p + begin, end - begin), p);
    }
}

static const double *as_table(const struct plan *plan, const gyre_said *said, double *p)
{
    if (!said->p)
        census_spread(plan, said, p);
    return said->p ? said->p : p;
}

const double *census_table(struct replicate *r, int worker, int64_t row, double *p)
{
    gyre_said said;
    return say(r, worker, row, row, p, &said) ? as_table(r->plan, &said, p) : NULL;
}

const double *census_hear(struct replicate *r, int worker, int64_t row, double *p)
{
    gyre_said said;
    bool const good = say(r, worker, row, row, p, &said) && check_said(r, worker, row, &said);
    if (good && said.p && !kernel_get()->is_weight(said.p, r->plan->shape.states)) {
        fail_probability(r, worker, row);
        return NULL;
    }
    return good ? as_table(r->plan, &said, p) : NULL;
}

/* ---- into the mixture --------------------------------------------------- */

/* With several contexts each has its own number of listed states: then tables are simpler. */
static bool is_list(const struct replicate *r, const gyre_said *said)
{
    return !said->p && r->plan->shape.contexts == 1;
}

/* Of lists only the empty ones are added up beside: they say the start, all of it. False: numbers
 * of a table are wrong. */
static bool mix(struct replicate *r, struct bench *bench, const gyre_said *said, double share)
{
    double const all = 1;
    if (!is_list(r, said))
        return sum_add_row(&bench->mixture, said->p, share);
    if (said->count > 0)
        tally_add(&bench->lists, said->state, said->count,
                  share * r->plan->own / (double)said->count);
    else
        sum_add_row(&bench->start, &all, share);
    return true;
}

/* ---- what metrics gather ------------------------------------------------ */

static gyre_agent agent_of_list(const struct plan *plan, struct bench *bench, const gyre_said *said)
{
    int64_t const states = plan->shape.states, samples = plan->shape.samples;
    const struct distinct *apart = &bench->apart;
    int64_t const n =
        distinct_find(apart, said->state, said->count, states, 1 / (double)said->count);
    return (gyre_agent){.size = sizeof(gyre_agent),
                        .count = n,
                        .state = apart->state,
                        .p = apart->share,
                        .times = said->count <= samples ? apart->times : NULL,
                        .samples = said->count};
}

/* Lists are taken apart, except those behind which the start stands: then every state is said. */
static gyre_agent agent_of(struct replicate *r, struct bench *bench, const gyre_said *said)
{
    int64_t const states = r->plan->shape.states;
    if (is_list(r, said) && said->count > 0 && r->plan->own == 1)
        return agent_of_list(r->plan, bench, said);
    if (!said->p)
        census_spread(r->plan, said, bench->p);
    return (gyre_agent){
        .size = sizeof(gyre_agent), .count = states, .p = said->p ? said->p : bench->p};
}

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

/* Of an agent that is counted in the spectrum only what is not to be had from that. */
static bool gather(struct replicate *r, int worker, int64_t round, int64_t row,
                   const gyre_said *said, bool counted)
{
    const struct plan *plan = r->plan;
    struct bench *bench = &r->bench[worker];
    gyre_agent agent = agent_of(r, bench, said);
    agent.weight = rows_weight(&r->rows, row);
    for (int i = 0; i < plan->metric_count; i++) {
        const struct plan_metric *metric = &plan->metrics[i];
        if (counted && metric->least > 0)
            memset(bench->slot + metric->first_slot, 0, sizeof *bench->slot * metric->slots);
        if (!metric->slots || (counted && metric->least > 0))
            continue;
        struct call *call = replicate_call(r, metric->instance, worker);
        gyre_status const status =
            metric->ops->gather(call_begin(call, round), &agent, bench->slot + metric->first_slot);
        if (!bench_accept(bench, row, call, status) || !check_slots(bench, row, metric))
            return false;
    }
    return true;
}

/* ---- rows, one by one --------------------------------------------------- */

/* Are all metrics that gather content with the spectrum? */
static bool is_gathered(const struct plan *plan, bool counted)
{
    bool any = false;
    for (int i = 0; i < plan->metric_count; i++)
        any = any || (plan->metrics[i].slots > 0 && !(counted && plan->metrics[i].least > 0));
    return any;
}

/* A row of a full list, that is one agent's. */
static bool is_counted(const struct replicate *r, const gyre_said *said)
{
    return r->plan->spectra > 0 && !said->p && said->count == r->plan->shape.samples &&
           r->rows.count == r->rows.agents;
}

static void count_said(struct replicate *r, int worker, int64_t round, int64_t row, gyre_said *said)
{
    struct bench *bench = &r->bench[worker];
    double const share = r->rows.share[row];
    bool const counted = is_counted(r, said);
    if (!said->p && !is_list(r, said)) {
        census_spread(r->plan, said, bench->p);
        *said = (gyre_said){.size = sizeof *said, .p = bench->p};
    }
    if (counted)
        spectrum_add(&bench->spectrum, &said->state, 1, share / (double)said->count, &bench->lists);
    else if (!mix(r, bench, said, share)) {
        fail_probability(r, worker, row);
        return;
    }
    if (is_gathered(r->plan, counted) && gather(r, worker, round, row, said, counted))
        sum_add_row(&bench->slots, bench->slot, share);
}

static void count_row(struct replicate *r, int worker, int64_t round, int64_t row)
{
    gyre_said said;
    if (census_say(r, worker, row, row, &said) && check_said(r, worker, row, &said))
        count_said(r, worker, round, row, &said);
}

/* ---- lists, many at a time ---------------------------------------------- */

/* Are all that are as full as this one only counted? */
static bool is_spectral(const struct replicate *r, const gyre_said *said)
{
    return is_counted(r, said) && !is_gathered(r->plan, true);
}

/* How many from the first on are added as one: lists of one length and share, that are counted in
 * the spectrum or stand one behind the other. */
static int64_t run_of(const struct replicate *r, int64_t row, const gyre_said *said, int64_t n)
{
    bool const apart = is_spectral(r, said);
    int64_t i = 1;
    while (i < n && !said[i].p && said[i].count == said->count && said->count > 0 &&
           (apart || said[i].state == said->state + i * said->count) &&
           r->rows.share[row + i] == r->rows.share[row])
        i++;
    return i;
}

/* Lists behind each other are looked at as one, and one by one only where something is wrong. */
static bool check_run(struct replicate *r, int worker, int64_t row, const gyre_said *said,
                      int64_t n)
{
    bool good = true;
    if (n > 1 && !is_spectral(r, said) && said->state && said->count <= plan_list_most(r->plan) &&
        kernel_get()->is_below(said->state, n * said->count, (uint32_t)r->plan->shape.states))
        return true;
    for (int64_t i = 0; i < n && good; i++)
        good = check_said(r, worker, row + i, &said[i]);
    return good;
}

static void count_spectral(struct bench *bench, const gyre_said *said, int64_t n, double each)
{
    const uint32_t *list[BATCH_MOST];
    for (int64_t i = 0; i < n; i++)
        list[i] = said[i].state;
    spectrum_add(&bench->spectrum, list, n, each, &bench->lists);
}

static void count_run(struct replicate *r, int worker, int64_t round, int64_t row, gyre_said *said,
                      int64_t n)
{
    struct bench *bench = &r->bench[worker];
    double const each = r->rows.share[row] * r->plan->own / (double)said->count;
    if (!check_run(r, worker, row, said, n))
        return;
    if (is_spectral(r, said))
        count_spectral(bench, said, n, each);
    else if (n > 1 && is_list(r, said) && r->plan->slot_count == 0)
        tally_add(&bench->lists, said->state, n * said->count, each);
    else
        for (int64_t i = 0; i < n; i++)
            count_said(r, worker, round, row + i, &said[i]);
}

void census_rows(struct replicate *r, int worker, int64_t round, int64_t begin, int64_t end)
{
    gyre_said *const said = r->bench[worker].said;
    profile_at(r, worker, PROFILE_COUNT);
    if (r->plan->own == 0) {
        for (int64_t row = begin; row < end; row++)
            count_row(r, worker, round, row);
        return;
    }
    if (!census_say_each(r, worker, begin, end, said))
        return;
    for (int64_t row = begin, n; row < end; row += n) {
        n = run_of(r, row, &said[row - begin], end - row);
        count_run(r, worker, round, row, &said[row - begin], n);
    }
}

/* ---- all rows ----------------------------------------------------------- */

static void count_block(void *argument, int64_t block, int worker)
{
    struct replicate *r = argument;
    int64_t const end = (block + 1) * BLOCK < r->rows.count ? (block + 1) * BLOCK : r->rows.count;
    census_rows(r, worker, r->round, block * BLOCK, end);
}

void census_clear(struct replicate *r)
{
    for (int w = 0; w < r->workers; w++) {
        sum_clear(&r->bench[w].mixture);
        sum_clear(&r->bench[w].slots);
        sum_clear(&r->bench[w].start);
        if (r->plan->own > 0)
            tally_clear(&r->bench[w].lists);
        if (r->plan->spectra > 0)
            spectrum_clear(&r->bench[w].spectrum);
    }
    r->counted = false;
}

/* Agents that are counted weigh the same. */
static void join_spectra(struct replicate *r)
{
    const struct plan *plan = r->plan;
    struct spectrum *first = &r->bench[0].spectrum;
    double const unit = r->rows.weight[0];
    for (int w = 0; w < r->workers; w++) {
        struct bench *bench = &r->bench[w];
        spectrum_fold(&bench->spectrum, unit / (double)plan->shape.samples, &bench->lists);
        if (w > 0)
            spectrum_join(first, &bench->spectrum);
    }
    r->counted_agents = first->agents;
    spectrum_times(first, unit, r->times);
    for (int i = 0; i < plan->carriers; i++)
        spectrum_carriers(first, i, unit, r->carriers + i * plan->shape.states);
}

/* Leaves all sums in the first bench, but for the mixture's. */
static void join(struct replicate *r)
{
    struct bench *first = &r->bench[0];
    if (r->plan->spectra > 0)
        join_spectra(r);
    for (int w = 1; w < r->workers; w++) {
        sum_join(&first->start, &r->bench[w].start);
        sum_join(&first->slots, &r->bench[w].slots);
    }
}

/* Where listings of one weight are all that is said, the mixture is how many there are of each
 * state, and no sum need be made. False: it is not so. */
static bool read_counts(struct replicate *r)
{
    struct tally *first = &r->bench[0].lists;
    double unit = 0;
    for (int w = 0; w < r->workers && unit == 0; w++)
        unit = r->bench[w].lists.unit;
    for (int w = 0; w < r->workers; w++)
        if (r->bench[w].mixture.used || !tally_is_count(&r->bench[w].lists, unit))
            return false;
    for (int w = 1; w < r->workers; w++)
        tally_join(first, &r->bench[w].lists);
    if (!tally_is_count(first, unit))
        return false;
    tally_read(first, r->mixed);
    return true;
}

/* The mixture; `start`: how much of the start is in it. */
static void read_mixture(struct replicate *r, double start)
{
    struct gyre_sum *sum = &r->bench[0].mixture;
    bool const lists = r->plan->own > 0;
    bool const starts = lists && r->plan->shape.contexts == 1 && start > 0;
    if (lists && !starts && read_counts(r))
        return;
    for (int w = 0; lists && w < r->workers; w++)
        tally_fold(&r->bench[w].lists, sum);
    for (int w = 1; w < r->workers; w++)
        sum_join(sum, &r->bench[w].mixture);
    if (starts)
        sum_add_row(sum, r->plan->scenario->start, start);
    sum_read(sum, r->mixed);
}

/* May the mixture be read where the only row holds it? Not if somebody sees this round's mixture
 * when agents have learnt, nor if some of them draw then. */
static bool is_left(const struct replicate *r, const double *p)
{
    const struct plan *plan = r->plan;
    const char *const at = (const void *)p, *const row = rows_at(&r->rows, 0);
    return plan->shape.replaces && plan->shape.datasets == 1 && plan->intervention_count == 0 &&
           at >= row && at < row + plan->row_size;
}

/* Reads a table that is the mixture, be it into `mixed`. False: it is none. */
static bool take_table(struct replicate *r, const double *p)
{
    int64_t const states = r->plan->shape.states;
    r->summed = is_left(r, p);
    r->mixture = r->summed ? p : r->mixed;
    if (!r->summed)
        return sweep_copy(r->workers, r->mixed, p, states, &r->said);
    bool const good = sweep_look(r->workers, p, states, r->sums);
    r->said = kernel_get()->sum(r->sums, (states - 1) / SWEEP_BLOCK + 1);
    return good;
}

/* One table for all is the mixture: there is nothing to add. */
static bool take_one(struct replicate *r)
{
    const struct plan *plan = r->plan;
    gyre_said said;
    if (!census_say(r, 0, 0, 0, &said))
        return true;
    if (!said.p)
        return false;
    bool const good = take_table(r, said.p);
    if (plan->own > 0)
        check_said(r, 0, 0, &said);
    else if (!good)
        fail_probability(r, 0, 0);
    else if (plan->slot_count)
        gather(r, 0, r->round, 0, &said, false);
    return true;
}

enum status census_take(struct replicate *r)
{
    struct bench *first = &r->bench[0];
    r->said = r->empty = 0;
    r->summed = false;
    r->mixture = r->mixed;
    if (r->rows.count == 1 && take_one(r))
        return replicate_join_failures(r);
    if (!r->counted) {
        census_clear(r);
        workers_run(r->workers, (r->rows.count + BLOCK - 1) / BLOCK, count_block, r);
    }
    r->counted = false;
    join(r);
    sum_read(&first->start, &r->empty);
    read_mixture(r, (1 - r->plan->own) + r->plan->own * r->empty);
    sum_read(&first->slots, first->slot);
    return replicate_join_failures(r);
}
