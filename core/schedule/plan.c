#include "schedule/plan.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "host/call.h"
#include "schedule/timing.h"

static const char *const intervention_keys[] = {"as", "every", "from", "until", "when", NULL};
static const char *const metric_keys[] = {"as", NULL};

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

/* ---- opening ------------------------------------------------------------ */

/* What opening the plan's instances shares. */
struct opening {
    struct plan *plan;
    struct registry *registry;
    struct report *report;
};

static struct instance *open_one(struct opening *o, const struct use *use, gyre_kind kind,
                                 const char *const *also)
{
    struct plan *plan = o->plan;
    struct instance *instance = &plan->instances[plan->instance_count];
    if (!instance_open(instance, plan->arena, o->registry, use, kind, also,
                       &plan->scenario->space.columns, &plan->shape, o->report))
        return NULL;
    plan->instance_count++;
    return instance;
}

static void open_policy(struct opening *o)
{
    struct plan *plan = o->plan;
    plan->policy = open_one(o, &plan->scenario->policy, GYRE_KIND_POLICY, NULL);
    if (!plan->policy)
        return;
    struct call call;
    call_init(&call, plan->policy, &plan->shape);
    plan->row_size = plan->policy->component->ops.policy.row_size(call_begin(&call, 0));
    call_fini(&call);
    if (plan->row_size == 0 || plan->row_size > SIZE_MAX / 4)
        report_add(o->report, STATUS_BUG, plan->policy->at, "%s: asks for rows of %zu bytes",
                   plan->policy->label, plan->row_size);
}

static void name_outputs(struct plan *plan, const struct plan_metric *metric)
{
    for (uint32_t i = 0; i < metric->ops->output_count; i++) {
        const gyre_output *about = &metric->ops->outputs[i];
        plan->outputs[plan->output_count++] = (struct result_output){
            arena_format(plan->arena, "%s.%s", metric->instance->name, about->name), about};
    }
}

static void open_metrics(struct opening *o)
{
    struct plan *plan = o->plan;
    const struct scenario *s = plan->scenario;
    plan->metrics = ARENA_ARRAY(plan->arena, struct plan_metric, s->metric_count);
    int outputs = 0;
    for (int i = 0; i < s->metric_count; i++) {
        struct instance *instance = open_one(o, &s->metrics[i], GYRE_KIND_METRIC, metric_keys);
        if (!instance)
            continue;
        const gyre_metric_ops *ops = &instance->component->ops.metric;
        struct plan_metric *metric = &plan->metrics[plan->metric_count++];
        *metric = (struct plan_metric){instance, ops, outputs, plan->slot_count, 0};
        struct call call;
        call_init(&call, instance, &plan->shape);
        metric->slots = ops->slots ? ops->slots(call_begin(&call, 0)) : 0;
        call_fini(&call);
        plan->slot_count += metric->slots;
        outputs += (int)ops->output_count;
    }
    plan->outputs = ARENA_ARRAY(plan->arena, struct result_output, outputs);
    for (int i = 0; i < plan->metric_count; i++)
        name_outputs(plan, &plan->metrics[i]);
}

static void open_interventions(struct opening *o)
{
    struct plan *plan = o->plan;
    const struct scenario *s = plan->scenario;
    plan->interventions = ARENA_ARRAY(plan->arena, struct plan_intervention, s->intervention_count);
    for (int i = 0; i < s->intervention_count; i++) {
        struct instance *instance =
            open_one(o, &s->interventions[i], GYRE_KIND_INTERVENTION, intervention_keys);
        if (!instance)
            continue;
        timing_read(&instance->timing, plan, &s->interventions[i], o->report);
        plan->interventions[plan->intervention_count++] =
            (struct plan_intervention){instance, &instance->component->ops.intervention, 0};
    }
}

/* ---- tallies ------------------------------------------------------------ */

static void name_tallies(struct plan *plan)
{
    static const char *const of_sampling[] = {"starved", "starved_contexts"};
    static const char *const of_judge[] = {"checked", "rejected", "redrawn", "given_up"};
    plan->tallies = ARENA_ARRAY(plan->arena, const char *,
                                TALLIES_OF_SAMPLING + TALLIES_OF_JUDGE * plan->intervention_count);
    for (int i = 0; i < TALLIES_OF_SAMPLING; i++)
        plan->tallies[plan->tally_count++] =
            arena_format(plan->arena, "sampling.%s", of_sampling[i]);
    for (int i = 0; i < plan->intervention_count; i++) {
        struct plan_intervention *intervention = &plan->interventions[i];
        intervention->first_tally = plan->tally_count;
        for (int t = 0; intervention->ops->judge && t < TALLIES_OF_JUDGE; t++)
            plan->tallies[plan->tally_count++] =
                arena_format(plan->arena, "%s.%s", intervention->instance->name, of_judge[t]);
    }
}

struct plan *plan_create(struct arena *arena, const struct scenario *scenario,
                         struct registry *registry, struct report *report)
{
    int const before = report_count(report);
    struct plan *plan = ARENA_NEW(arena, struct plan);
    plan->arena = arena;
    plan->scenario = scenario;
    plan->shape = shape_of(scenario);
    plan->context_of = contexts_of_states(arena, &scenario->space);
    plan->instances = ARENA_ARRAY(arena, struct instance,
                                  3 + scenario->metric_count + scenario->intervention_count);
    struct opening opening = {plan, registry, report};
    open_policy(&opening);
    plan->selection = open_one(&opening, &scenario->selection, GYRE_KIND_SELECTION, NULL);
    plan->update = open_one(&opening, &scenario->update, GYRE_KIND_UPDATE, NULL);
    open_metrics(&opening);
    open_interventions(&opening);
    name_tallies(plan);
    if (report_count(report) == before)
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
    return (struct result_run){
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
