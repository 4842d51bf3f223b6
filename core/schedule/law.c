#include "schedule/law.h"

#include <math.h>
#include <string.h>

#include "schedule/census.h"
#include "schedule/count.h"
#include "schedule/judge.h"
#include "schedule/timing.h"
#include "world/few.h"
#include "world/invert.h"
#include "world/kernel.h"
#include "world/random.h"
#include "world/sweep.h"

/* ---- laws over all states ----------------------------------------------- */

/* Only the weights' ratios matter: where they are so small or so large that their products would
 * lose digits they are made about 1, by a power of two. What nobody says may then be out of reach,
 * and is as good as anything large. */
static void bring_near(struct replicate *r)
{
    int64_t const states = r->plan->shape.states;
    int exponent = 0;
    double most = 0;
    for (int64_t z = 0; z < states; z++)
        most = r->mixture[z] > 0 && r->weight[z] > most ? r->weight[z] : most;
    frexp(most, &exponent);
    for (int64_t z = 0; most > 0 && z < states; z++)
        r->weight[z] = fmin(ldexp(r->weight[z], -exponent), 0x1p500);
}

/* A row's law is a ((1 - g) p + g Pbar): what of it is the same for all rows. */
void law_weigh_rows(struct replicate *r)
{
    int64_t const states = r->plan->shape.states;
    double const g = r->plan->scenario->mixing;
    kernel_get()->scale(r->law.own, r->weight, 1 - g, states);
    kernel_get()->scale(r->law.rest_of_rows, r->law.from, g, states);
    r->law.weighed = true;
}

void law_weigh_even(struct replicate *r)
{
    r->appeal = r->said > 0 ? r->said : sweep_sum(r->workers, r->mixture, r->plan->shape.states);
    r->law.from = r->mixture;
}

bool law_weigh(struct replicate *r)
{
    int64_t const states = r->plan->shape.states;
    struct law *law = &r->law;
    law->from = law->p;
    if (!sweep_weigh(r->workers, law->p, r->weight, r->mixture, states, &r->appeal))
        return false;
    if (r->appeal < 0x1p-500 || r->appeal > 0x1p500) {
        bring_near(r);
        sweep_weigh(r->workers, law->p, r->weight, r->mixture, states, &r->appeal);
    }
    return true;
}

/* The same bits where hardly any row needs a law of its own. */
static double weigh_row(const struct replicate *r, const double *said, double *p)
{
    int64_t const states = r->plan->shape.states;
    double const g = r->plan->scenario->mixing;
    for (int64_t z = 0; z < states; z++)
        p[z] = said[z] * ((1 - g) * r->weight[z]) + g * r->law.from[z];
    return kernel_get()->sum(p, states);
}

bool law_of_row(struct replicate *r, int worker, int64_t item, int64_t row, double *p, double *mass)
{
    const struct plan *plan = r->plan;
    const gyre_shape *shape = &plan->shape;
    gyre_said said;
    if (!census_say(r, worker, item, row, &said))
        return false;
    if (!said.p)
        census_spread(plan, &said, r->bench[worker].spread);
    const double *const whole = said.p ? said.p : r->bench[worker].spread;
    *mass = r->law.weighed
                ? kernel_get()->shift(p, whole, r->law.own, r->law.rest_of_rows, shape->states)
                : weigh_row(r, whole, p);
    if (shape->contexts == 1)
        return true;
    space_normalise(1, shape->contexts, shape->context, p);
    *mass = 1;
    return true;
}

void law_flatten(const struct replicate *r, double *p)
{
    const gyre_shape *shape = &r->plan->shape;
    const struct kernel *kernel = kernel_get();
    p[shape->states] = 0;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const n = shape->context[c + 1] - shape->context[c];
        double *part = p + shape->context[c];
        /* With one context some weight is above 0: see phase_select and make_table. */
        if (shape->contexts > 1 && kernel->sum(part, n) <= 0)
            p[shape->states] += shape->met[c];
        else if (shape->contexts > 1)
            kernel->scale(part, part, shape->met[c], n);
    }
}

static bool changes(const struct replicate *r, const struct plan_intervention *by, int64_t round)
{
    return by->ops->on_distribution && timing_acts(&by->instance->timing, round, r->value);
}

static bool change(struct replicate *r, int worker, int64_t item,
                   const struct plan_intervention *by, int64_t round, double *p)
{
    struct bench *bench = &r->bench[worker];
    const gyre_shape *shape = &r->plan->shape;
    struct call *call = replicate_call(r, by->instance, worker);
    gyre_round const view = replicate_view_of(r, by);
    if (!bench_accept(bench, item, call,
                      by->ops->on_distribution(call_begin(call, round), &view, p)))
        return false;
    bool const good = kernel_get()->is_weight(p, shape->states);
    space_normalise(1, shape->contexts, shape->context, p);
    if (good && kernel_get()->sum(p, shape->states) > 0)
        return true;
    bench_fail(bench, item, STATUS_BUG, by->instance,
               good ? "left nothing in the distribution"
                    : "left a negative, infinite or undefined probability in the distribution");
    return false;
}

bool law_finish(struct replicate *r, int worker, int64_t item, int64_t round, double *p)
{
    for (int i = 0; r->law.changed && i < r->plan->intervention_count; i++) {
        const struct plan_intervention *by = &r->plan->interventions[i];
        if (changes(r, by, round) && !change(r, worker, item, by, round, p))
            return false;
    }
    law_flatten(r, p);
    /* The first in the file has the first word, as with samples: so it is mixed in last. */
    for (int i = r->supplier_count - 1; i >= 0 && r->plan->shape.samples == 0; i--)
        kernel_get()->blend(p, p, r->suppliers[i].law, r->suppliers[i].supply.share,
                            r->plan->shape.states + 1);
    return true;
}

/* ---- the round's technique ---------------------------------------------- */

/* What a draw costs in ns, by which techniques are weighed against each other: see law.h. */
enum { TABLE_STATE = 50, TABLE_DRAW = 20, PROPOSAL = 17 }; /* tenths */

bool law_inverts(const struct plan *plan)
{
    double const states = (double)plan->shape.states, draws = (double)plan->shape.samples;
    double doublings = 0;
    for (int64_t n = 1; n < plan->shape.states; n *= 2)
        doublings++;
    return 0.6 * states + 0.3 * doublings * draws < 5 * states + 0.5 * draws;
}

int64_t law_columns(const struct plan *plan)
{
    return plan->shape.states + (plan->shape.contexts > 1);
}

bool law_has_few(const struct plan *plan)
{
    return law_inverts(plan) && law_columns(plan) <= FEW_STATES;
}

static bool is_changed(const struct replicate *r, int64_t round)
{
    bool changed = false;
    for (int i = 0; i < r->plan->intervention_count; i++)
        changed = changed || changes(r, &r->plan->interventions[i], round);
    return changed;
}

/* Makes of a Pbar, as phase_select left it, what all draw from, in law->p. */
static bool work_out(struct replicate *r, int64_t round)
{
    const gyre_shape *shape = &r->plan->shape;
    struct law *law = &r->law;
    double sum;
    if (law->from != law->p)
        sweep_copy(r->workers, law->p, law->from, shape->states, &sum);
    law->from = law->p;
    space_normalise(r->workers, shape->contexts, shape->context, law->p);
    return law_finish(r, 0, 0, round, law->p);
}

/* All draw from the same: what the society would learn from next. Draws need no normalised law, and
 * in one context that nobody changes there is nothing to work out. What a verifier drops is marked.
 */
static void share_all(struct replicate *r, int64_t round)
{
    const gyre_shape *shape = &r->plan->shape;
    struct law *law = &r->law;
    bool const as_it_is = shape->contexts == 1 && shape->samples > 0 && !law->changed;
    law->common = true;
    if (!(as_it_is || work_out(r, round)) || shape->samples == 0 || law->counted)
        return;
    alias_build(&law->alias, law->from, shape->states + !as_it_is);
    if (r->judging == JUDGING_SURE)
        alias_mark(&law->alias, r->stays, shape->states);
}

/* a / a_max of what somebody says: of the mixture, unless there are agents that do not count in it.
 * Returns a_max. */
static double accept_all(const struct replicate *r, struct law *law)
{
    int64_t const states = r->plan->shape.states;
    const double *said = r->plan->weightless ? NULL : r->mixture;
    double const most = kernel_get()->most(r->weight, said, states);
    law->even = kernel_get()->ratio(law->accept, r->weight, said, most, states);
    compose_chances(law->accept, states, law->chance);
    return most;
}

/* The rest of a composed law: a [(1 - g) (1 - own) start + g Pbar]. Returns its mass. */
static double share_rest(const struct replicate *r, double *p)
{
    int64_t const states = r->plan->shape.states;
    double const g = r->plan->scenario->mixing, old = (1 - g) * (1 - r->plan->own);
    kernel_get()->mix(p, r->weight, r->plan->scenario->start, old, r->mixture, g, states);
    p[states] = 0;
    return kernel_get()->sum(p, states);
}

/* Of all proposals that agents make, the share that is accepted is known exactly: the mean of their
 * laws' masses is that of a Pbar. Lists are drawn from when that is cheaper than a table each. */
static bool is_composed(const struct replicate *r, double rest, double lists, double *share)
{
    const gyre_shape *shape = &r->plan->shape;
    double const accepted = r->appeal / (rest + lists), n = (double)shape->samples;
    *share = accepted;
    /* A list of nearly no weight is not worth a cell; and its rest would have no number. */
    return rest < 0x1p40 * lists &&
           PROPOSAL * n < accepted * (TABLE_STATE * (double)shape->states + TABLE_DRAW * n);
}

static void share_part(struct replicate *r)
{
    struct law *law = &r->law;
    double const g = r->plan->scenario->mixing;
    double const rest = share_rest(r, law->rest_of_rows);
    double const lists = (1 - g) * r->plan->own * accept_all(r, law);
    law->composed = is_composed(r, rest, lists, &law->accepted);
    if (!law->composed)
        return;
    law->rest = rest / lists;
    for (int w = 0; w < r->workers; w++)
        r->bench[w].cells.count = 0;
    if (rest > 0)
        alias_build(&law->alias, law->rest_of_rows, r->plan->shape.states + 1);
}

void law_prepare(struct replicate *r, int64_t round)
{
    const struct plan *plan = r->plan;
    r->law.common = r->law.composed = r->law.weighed = false;
    r->law.counted = count_suits(r);
    r->law.changed = is_changed(r, round);
    if (plan->scenario->mixing == 1 || r->rows.count == 1)
        share_all(r, round);
    else if (plan->own > 0 && plan->shape.contexts == 1 && plan->shape.samples > 0 &&
             !r->law.changed)
        share_part(r);
    if (!r->law.common && (!r->law.composed || r->empty > 0))
        law_weigh_rows(r);
}

/* ---- an agent's --------------------------------------------------------- */

/* p[n] adds to `sum`. */
static void tabulate(struct bench *bench, struct source *source, int64_t n, double sum)
{
    if (bench->few && few_build(bench->few, bench->p, n, sum)) {
        source->few = bench->few;
        return;
    }
    if (bench->steps && invert_build(bench->steps, bench->p, n)) {
        source->steps = bench->steps;
        return;
    }
    alias_build(&bench->alias, bench->p, n);
    source->table = &bench->alias;
}

/* Tables are read once a round, from memory: while one is worked on the next one comes, as far as
 * the second cache. Into the first it would hold up what is read meanwhile: 120 ns more of 256
 * states (Zen 4). */
static void fetch_next(const struct replicate *r, int64_t row)
{
    size_t const size = r->rows.stride < 4096 ? r->rows.stride : 4096;
    const char *next = row + 1 < r->rows.count ? rows_at(&r->rows, row + 1) : NULL;
    for (size_t at = 0; next && at < size; at += 64)
        __builtin_prefetch(next + at, 0, 2);
}

bool law_tabulate(struct replicate *r, int worker, int64_t round, struct source *source)
{
    struct bench *bench = &r->bench[worker];
    int64_t const columns = law_columns(r->plan), m = source->agent;
    double mass = 0;
    *source = (struct source){.p = bench->p, .agent = m};
    fetch_next(r, r->rows.row_of[m]);
    if (!law_of_row(r, worker, m, r->rows.row_of[m], bench->p, &mass))
        return false;
    if (r->plan->shape.samples == 0 || r->law.changed)
        space_normalise(1, r->plan->shape.contexts, r->plan->shape.context, bench->p);
    if (!law_finish(r, worker, m, round, bench->p))
        return false;
    if (mass > 0 && (r->law.changed || r->plan->shape.contexts > 1))
        mass = kernel_get()->sum(bench->p, columns);
    if (mass <= 0) {
        bench_fail(bench, m, STATUS_DATA, r->plan->selection,
                   "gives weight 0 to everything that agent %lld meets", (long long)m);
        return false;
    }
    if (r->plan->shape.samples > 0 && !r->law.counted)
        tabulate(bench, source, columns, mass);
    return true;
}

void law_compose(const struct replicate *r, int worker, int64_t count)
{
    const struct law *law = &r->law;
    struct bench *bench = &r->bench[worker];
    if (bench->cells.count != count)
        bench->cells = compose_cells_of(count, law->rest * (double)count, r->plan->shape.states,
                                        !law->even, &law->alias);
    bench->composed = (struct compose){.cells = &bench->cells,
                                       .states = r->plan->shape.states,
                                       .accept = law->even ? NULL : law->accept,
                                       .chance = law->even ? NULL : law->chance,
                                       .from = &law->alias};
}

/* Lists are read in no order, once a round: in order first, since processors foresee that. A list
 * of 10,000 takes 1.5 ns a proposal less. */
static void fetch_list(const uint32_t *own, int64_t count)
{
    enum { LINE = 64 / sizeof *own };
    for (int64_t i = 0; i < count; i += LINE)
        __builtin_prefetch(own + i, 0, 2);
}

bool law_of_agent(struct replicate *r, int worker, int64_t round, int64_t m, struct source *source)
{
    const struct law *law = &r->law;
    struct bench *bench = &r->bench[worker];
    gyre_said said = {.count = 0};
    *source = (struct source){.p = law->from, .table = &law->alias, .agent = m};
    if (law->common && r->plan->shape.samples == 0)
        memcpy(bench->p, law->from, sizeof *law->from * (size_t)(r->plan->shape.states + 1));
    if (law->common)
        return true;
    if (law->composed && !census_say(r, worker, m, r->rows.row_of[m], &said))
        return false;
    if (said.count == 0)
        return law_tabulate(r, worker, round, source);
    law_compose(r, worker, said.count);
    fetch_list(said.state, said.count);
    source->own = said.state;
    source->composed = &bench->composed;
    return true;
}
