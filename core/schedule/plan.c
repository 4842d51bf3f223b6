#include "schedule/plan.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "host/call.h"
#include "scenario/grammar.h"
#include "schedule/hooks.h"
#include "schedule/isolation.h"
#include "schedule/oversee.h"
#include "schedule/review.h"
#include "schedule/timing.h"
#include "world/compose.h"
#include "world/spectrum.h"

static gyre_shape shape_of(const struct scenario *s)
{
    return (gyre_shape){
        .size = sizeof(gyre_shape),
        .agents = s->agents,
        .states = s->space.states,
        .contexts = s->space.contexts,
        .datasets = s->shared ? 1 : s->agents,
        .samples = s->samples,
        .rounds = s->rounds,
        .context = s->space.context,
        .met = s->space.met,
        .mixing = s->mixing,
    };
}

static const uint32_t *contexts_of_states(struct arena *arena, const struct space *space)
{
    if (space->contexts == 1)
        return NULL;
    uint32_t *out = ARENA_ARRAY(arena, uint32_t, space->states);
    for (int64_t c = 0; c < space->contexts; c++)
        for (int64_t z = space->context[c]; z < space->context[c + 1]; z++)
            out[z] = (uint32_t)c;
    return out;
}

/* ---- reading: every key of every component ------------------------------- */

/* What making a plan shares. */
struct making {
    struct plan *plan;
    struct registry *registry;
    struct report *report;
};

static struct instance *read_one(struct making *m, const struct use *use, gyre_kind kind)
{
    struct plan *plan = m->plan;
    struct instance *instance = &plan->instances[plan->instance_count];
    const struct grammar_table *own = grammar_of_kind(kind);
    const char *const *also = own ? grammar_keys(plan->arena, own) : NULL;
    if (!instance_read(instance, plan->arena, m->registry, use, kind, also, m->report))
        return NULL;
    plan->instance_count++;
    return instance;
}

/* Returns where they begin. */
static int add_outputs(struct plan *plan, const struct instance *owner, const gyre_output *about,
                       uint32_t count)
{
    int const first = plan->output_count;
    struct result_output *all = ARENA_ARRAY(plan->arena, struct result_output, first + (int)count);
    if (first)
        memcpy(all, plan->outputs, sizeof *all * (size_t)first);
    for (uint32_t i = 0; i < count; i++)
        all[plan->output_count++] = (struct result_output){
            arena_format(plan->arena, "%s.%s", owner->name, about[i].name), &about[i]};
    plan->outputs = all;
    return first;
}

static void name_outputs(struct plan *plan)
{
    plan->known.count = plan->output_count;
    plan->known.name = ARENA_ARRAY(plan->arena, const char *, plan->output_count + 1);
    for (int i = 0; i < plan->output_count; i++)
        plan->known.name[i] = plan->outputs[i].name;
    for (int i = 0; i < plan->instance_count; i++) {
        plan->instances[i].known = &plan->known;
        plan->instances[i].reads = ARENA_ARRAY(plan->arena, bool, plan->output_count + 1);
    }
}

const struct instance *plan_owner(const struct plan *plan, int output)
{
    const struct instance *owner = NULL;
    for (int i = 0; i < plan->metric_count; i++)
        if (plan->metrics[i].first_output <= output)
            owner = plan->metrics[i].instance;
    for (int i = 0; i < plan->intervention_count; i++)
        if (plan->interventions[i].ops->output_count > 0 &&
            plan->interventions[i].first_output <= output)
            owner = plan->interventions[i].instance;
    return owner;
}

static void read_metrics(struct making *m)
{
    struct plan *plan = m->plan;
    const struct scenario *s = plan->scenario;
    plan->metrics = ARENA_ARRAY(plan->arena, struct plan_metric, s->metric_count);
    for (int i = 0; i < s->metric_count; i++) {
        struct instance *instance = read_one(m, &s->metrics[i], GYRE_KIND_METRIC);
        if (!instance)
            continue;
        const gyre_metric_ops *ops = &instance->component->ops.metric;
        plan->metrics[plan->metric_count++] = (struct plan_metric){
            .instance = instance,
            .ops = ops,
            .carriers = -1,
            .first_output = add_outputs(plan, instance, ops->outputs, ops->output_count)};
    }
}

static void read_interventions(struct making *m)
{
    struct plan *plan = m->plan;
    const struct scenario *s = plan->scenario;
    plan->interventions = ARENA_ARRAY(plan->arena, struct plan_intervention, s->intervention_count);
    for (int i = 0; i < s->intervention_count; i++) {
        struct instance *instance = read_one(m, &s->interventions[i], GYRE_KIND_INTERVENTION);
        if (!instance)
            continue;
        const gyre_intervention_ops *ops = &instance->component->ops.intervention;
        plan->interventions[plan->intervention_count++] = (struct plan_intervention){
            .instance = instance,
            .ops = ops,
            .first_output = add_outputs(plan, instance, ops->outputs, ops->output_count)};
    }
    name_outputs(plan);
    for (int i = 0; i < plan->intervention_count; i++) {
        struct instance *instance = plan->interventions[i].instance;
        timing_read(&instance->timing, plan, instance->use, m->report);
    }
}

static void read_all(struct making *m)
{
    struct plan *plan = m->plan;
    const struct scenario *s = plan->scenario;
    plan->instances =
        ARENA_ARRAY(plan->arena, struct instance, 3 + s->metric_count + s->intervention_count);
    plan->policy = read_one(m, &s->policy, GYRE_KIND_POLICY);
    plan->selection = read_one(m, &s->selection, GYRE_KIND_SELECTION);
    plan->update = read_one(m, &s->update, GYRE_KIND_UPDATE);
    read_metrics(m);
    read_interventions(m);
}

/* ---- opening ------------------------------------------------------------ */

bool plan_teaches(const struct plan_intervention *by)
{
    return by->ops->on_policy || by->ops->on_agent || by->ops->prune;
}

/* Does the update have datasets learnt as they come, at rate 1? */
static bool replaces(const struct plan *plan)
{
    const gyre_update_ops *update = &plan->update->component->ops.update;
    struct call call;
    call_init(&call, plan->update, &plan->shape);
    bool const does =
        plan->shape.samples > 0 && update->replaces && update->replaces(call_begin(&call, 0)) != 0;
    call_fini(&call);
    return does;
}

/* What intervenes in policies teaches more than samples; a review brings samples of before. What
 * prunes teaches nothing. */
static bool is_replaced(const struct plan *plan)
{
    bool taught = false;
    for (int i = 0; i < plan->intervention_count; i++) {
        const gyre_intervention_ops *ops = plan->interventions[i].ops;
        taught = taught || ops->on_policy || ops->on_agent || ops->review;
    }
    return !taught && replaces(plan);
}

/* Are all weights of states 1, in every round? */
static bool is_even(const struct plan *plan)
{
    const gyre_selection_ops *selection = &plan->selection->component->ops.selection;
    struct call call;
    call_init(&call, plan->selection, &plan->shape);
    bool const even = selection->even && selection->even(call_begin(&call, 0)) != 0;
    call_fini(&call);
    return even;
}

/* Lists that never let go of the start are not of a closed society, and must say so. */
static void check_own(const struct plan *plan, struct report *report)
{
    const struct instance *policy = plan->policy;
    bool declared = plan->own == 0 || plan->own == 1;
    for (int i = 0; i < policy->column_count; i++)
        declared = declared || strcmp(policy->columns[i].name, SPACE_START) == 0;
    if (!(plan->own >= 0 && plan->own <= 1))
        report_add(report, STATUS_BUG, policy->at,
                   "%s: gives its lists a weight of %g, not in [0, 1]", policy->label, plan->own);
    else if (!declared)
        report_add(report, STATUS_BUG, policy->at,
                   "%s: keeps to the start without declaring the column \"start\"", policy->label);
}

static void ask_policy(struct plan *plan, struct report *report)
{
    const gyre_policy_ops *policy = &plan->policy->component->ops.policy;
    struct call call;
    call_init(&call, plan->policy, &plan->shape);
    plan->row_size = policy->row_size(call_begin(&call, 0));
    plan->own = policy->own ? policy->own(call_begin(&call, 0)) : 0;
    call_fini(&call);
    if (plan->row_size == 0 || plan->row_size > SIZE_MAX / 4)
        report_add(report, STATUS_BUG, plan->policy->at, "%s: asks for rows of %zu bytes",
                   plan->policy->label, plan->row_size);
    check_own(plan, report);
}

static void ask_slots(struct plan *plan, struct plan_metric *metric, struct report *report)
{
    struct call call;
    call_init(&call, metric->instance, &plan->shape);
    metric->first_slot = plan->slot_count;
    metric->slots = metric->ops->slots ? metric->ops->slots(call_begin(&call, 0)) : 0;
    if (__builtin_add_overflow(plan->slot_count, metric->slots, &plan->slot_count))
        report_add(report, STATUS_LIMIT, metric->instance->at, "%s: asks for %u numbers an agent",
                   metric->instance->label, metric->slots);
    call_fini(&call);
}

/* Of lists that are all as long, of agents that weigh the same; and of as many samples as states,
 * which are looked through once a round. */
static bool has_spectrum(const struct plan *plan)
{
    const gyre_shape *shape = &plan->shape;
    double const samples = (double)shape->samples * (double)shape->datasets;
    return samples >= (double)shape->states && plan->own == 1 && plan->scenario->equal_weights &&
           shape->contexts == 1 && shape->datasets > 1 && shape->samples > 0 &&
           shape->samples <= SPECTRUM_SAMPLES;
}

static void ask_spectrum(struct plan *plan, struct plan_metric *metric, struct report *report)
{
    struct call call;
    if (!metric->slots || !metric->ops->spectrum || !has_spectrum(plan))
        return;
    call_init(&call, metric->instance, &plan->shape);
    metric->least = metric->ops->spectrum(call_begin(&call, 0));
    call_fini(&call);
    if (metric->least < 0)
        report_add(report, STATUS_BUG, metric->instance->at,
                   "%s: asks for carriers of %lld listings", metric->instance->label,
                   (long long)metric->least);
    metric->carriers =
        metric->least > 0 && metric->least <= plan->shape.samples ? plan->carriers++ : -1;
    plan->spectra += metric->least > 0;
}

/* A policy that learns states as they are goes with what teaches it so, and nothing else. */
static void check_listed(const struct plan *plan, bool as_they_are, struct report *report)
{
    const struct instance *policy = plan->policy;
    for (int i = 0; i < plan->intervention_count; i++) {
        const struct plan_intervention *by = &plan->interventions[i];
        if (by->ops->on_policy || by->ops->on_agent)
            report_add(report, STATUS_DATA, by->instance->at,
                       "%s: teaches policies, and %s learns states as they are and nothing else",
                       by->instance->label, policy->label);
    }
    if (!as_they_are)
        report_add(report, STATUS_DATA, policy->at,
                   "%s: learns states as they are, at rate 1, and %s teaches otherwise: use "
                   "update.recall, or update.mle with rate = 1, outside = 0 and smoothing = 0",
                   policy->label, plan->update->label);
}

/* Ways of an update that the policy has to go along with. */
static void ask_ways(struct plan *plan, struct report *report)
{
    const gyre_update_ops *update = &plan->update->component->ops.update;
    const gyre_policy_ops *policy = &plan->policy->component->ops.policy;
    struct call call;
    call_init(&call, plan->update, &plan->shape);
    uint32_t const ways = update->ways ? update->ways(call_begin(&call, 0)) : 0;
    call_fini(&call);
    call_init(&call, plan->policy, &plan->shape);
    bool const remembers = policy->remembers && policy->remembers(call_begin(&call, 0));
    call_fini(&call);
    plan->listed = remembers || (ways & GYRE_STATES);
    plan->parts = plan->shape.datasets > 1 || (ways & GYRE_PARTS);
    for (int i = 0; i < plan->intervention_count; i++)
        plan->parts = plan->parts || plan->interventions[i].ops->prune;
    if ((ways & GYRE_CLIMBS) && !policy->climb)
        report_add(report, STATUS_DATA, plan->update->at,
                   "%s: moves policies along a gradient, and %s has none: use policy.loglinear or "
                   "policy.categorical",
                   plan->update->label, plan->policy->label);
    if (remembers)
        check_listed(plan, (ways & GYRE_STATES) || replaces(plan), report);
}

static bool open_one(struct making *m, struct instance *instance)
{
    return instance_open(instance, m->plan->arena, &m->plan->scenario->space.columns,
                         &m->plan->shape, m->report);
}

static bool open_interventions(struct making *m)
{
    struct plan *plan = m->plan;
    bool good = true;
    for (int i = 0; i < plan->intervention_count; i++)
        if (open_one(m, plan->interventions[i].instance))
            hooks_choose(plan, &plan->interventions[i]);
        else
            good = false;
    return good;
}

static void open_all(struct making *m)
{
    struct plan *plan = m->plan;
    int const before = report_count(m->report);
    /* First what teaches: others may ask what it does. If some of it is wrong nobody is to complain
     * of it. */
    bool const update = open_one(m, plan->update), acts = open_interventions(m);
    plan->shape.replaces = !update || !acts || is_replaced(plan);
    for (int i = 0; i < plan->instance_count; i++) {
        struct instance *instance = &plan->instances[i];
        gyre_kind const kind = instance->component->about.kind;
        if (kind != GYRE_KIND_UPDATE && kind != GYRE_KIND_INTERVENTION)
            open_one(m, instance);
        for (int live = 0; live < SPACE_LIVES; live++)
            plan->needs[live] = plan->needs[live] || instance->live[live] >= 0;
    }
    if (report_count(m->report) > before)
        return;
    plan->even = is_even(plan);
    review_find(plan, m->report);
    ask_policy(plan, m->report);
    ask_ways(plan, m->report);
    hooks_check(plan, m->report);
    oversee_ask(plan, m->report);
    for (int i = 0; i < plan->metric_count; i++)
        ask_slots(plan, &plan->metrics[i], m->report);
    for (int i = 0; i < plan->metric_count; i++)
        ask_spectrum(plan, &plan->metrics[i], m->report);
}

int64_t plan_list_most(const struct plan *plan)
{
    int64_t const held = (int64_t)(plan->row_size / sizeof(uint32_t));
    return held < COMPOSE_CELLS ? held : COMPOSE_CELLS - 1;
}

/* ---- tallies ------------------------------------------------------------ */

static void name_tallies(struct plan *plan)
{
    static const char *const of_sampling[] = {"starved", "starved_contexts"};
    static const char *const of_judge[] = {"checked", "rejected", "redrawn", "given_up"};
    int const most =
        TALLIES_OF_SAMPLING + (TALLIES_OF_JUDGE + TALLIES_OF_SUPPLY) * plan->intervention_count;
    plan->tallies = ARENA_ARRAY(plan->arena, const char *, most);
    for (int i = 0; i < TALLIES_OF_SAMPLING; i++)
        plan->tallies[plan->tally_count++] =
            arena_format(plan->arena, "sampling.%s", of_sampling[i]);
    for (int i = 0; i < plan->intervention_count; i++) {
        struct plan_intervention *intervention = &plan->interventions[i];
        /* Of all that it has hooks for, whatever it needs as configured: a cost may be 0. */
        const gyre_intervention_ops *ops = &intervention->instance->component->ops.intervention;
        intervention->first_tally = plan->tally_count;
        for (int t = 0; ops->judge && t < TALLIES_OF_JUDGE; t++)
            plan->tallies[plan->tally_count++] =
                arena_format(plan->arena, "%s.%s", intervention->instance->name, of_judge[t]);
        intervention->supply_tally = plan->tally_count;
        if (ops->supply)
            plan->tallies[plan->tally_count++] =
                arena_format(plan->arena, "%s.outside", intervention->instance->name);
    }
}

struct plan *plan_create(struct arena *arena, const struct scenario *scenario,
                         struct registry *registry, struct report *report)
{
    struct plan *plan = ARENA_NEW(arena, struct plan);
    struct making making = {plan, registry, report};
    plan->arena = arena;
    plan->scenario = scenario;
    read_all(&making);
    if (report_count(report))
        return NULL;
    plan->shape = shape_of(scenario);
    plan->context_of = contexts_of_states(arena, &scenario->space);
    for (int64_t m = 0; m < scenario->agents; m++)
        plan->weightless = plan->weightless || scenario->weight[m] <= 0;
    open_all(&making);
    name_tallies(plan);
    if (!report_count(report))
        return plan;
    plan_destroy(plan);
    return NULL;
}

void plan_destroy(struct plan *plan)
{
    for (int i = 0; plan && i < plan->instance_count; i++)
        instance_close(&plan->instances[i]);
}

/* ---- for the record ----------------------------------------------------- */

struct result_run plan_describe(const struct plan *plan, const char *const *sets, int threads)
{
    const struct scenario *s = plan->scenario;
    struct result_component *components =
        ARENA_ARRAY(plan->arena, struct result_component, plan->instance_count);
    for (int i = 0; i < plan->instance_count; i++) {
        const struct component *c = plan->instances[i].component;
        components[i] =
            (struct result_component){plan->instances[i].name, c->about.id,     c->about.version,
                                      c->module->about.id,     c->module->path, c->module->digest};
    }
    const char *through;
    enum isolation const isolation = isolation_find(plan, &through);
    return (struct result_run){
        .isolation = isolation_word(isolation),
        .through = through,
        .scenario = s->path,
        .title = s->title,
        .question = s->question,
        .text = s->text,
        .sets = sets,
        .seed = s->seed,
        .replicates = s->replicates,
        .rounds = s->rounds,
        .threads = threads,
        .components = components,
        .component_count = plan->instance_count,
        .outputs = plan->outputs,
        .output_count = plan->output_count,
        .tallies = plan->tallies,
        .tally_count = plan->tally_count,
    };
}
