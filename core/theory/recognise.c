/* Components are known by id, and only as far as every parameter that is set is known too: one that
 * somebody adds later makes its users be refused, not be taken for what they are not. */
#include "theory/recognise.h"

#include <string.h>

/* One recognition under way. */
struct recognising {
    const struct plan *plan;
    struct arena *arena;
    struct setting *out;
};

/* ---- parameters --------------------------------------------------------- */

static const gyre_param *find_param(const struct instance *instance, const char *key)
{
    const gyre_component *about = &instance->component->about;
    for (uint32_t i = 0; i < about->param_count; i++)
        if (strcmp(about->params[i].key, key) == 0)
            return &about->params[i];
    return NULL;
}

static double read_number(const struct instance *instance, const gyre_param *param)
{
    const char *at = (const char *)instance->conf + param->offset;
    int32_t whole;
    int64_t integer;
    double real;
    switch (param->type) {
    case GYRE_F64:
        memcpy(&real, at, sizeof real);
        return real;
    case GYRE_I64:
        memcpy(&integer, at, sizeof integer);
        return (double)integer;
    default:
        memcpy(&whole, at, sizeof whole);
        return whole;
    }
}

/* A component of that id without the parameter is an older or another one: then it is 0. */
static double number(const struct instance *instance, const char *key)
{
    const gyre_param *param = find_param(instance, key);
    return param ? read_number(instance, param) : 0;
}

static bool is_default(const struct instance *instance, const gyre_param *param)
{
    const char *text;
    if (param->type != GYRE_TEXT)
        return read_number(instance, param) == param->def;
    memcpy(&text, (const char *)instance->conf + param->offset, sizeof(char *));
    return strcmp(text, param->text_def ? param->text_def : "") == 0;
}

static bool is_among(const char *key, const char *const *keys)
{
    while (*keys && strcmp(*keys, key) != 0)
        keys++;
    return *keys != NULL;
}

/* ---- columns ------------------------------------------------------------ */

static const double *field(const struct instance *instance, const char *name)
{
    const gyre_component *about = &instance->component->about;
    for (uint32_t i = 0; i < about->field_count; i++)
        if (strcmp(about->fields[i].name, name) == 0)
            return instance->fields[i].data;
    return NULL;
}

/* A column as a law: normalised within each context. NULL: some context has no mass. */
static const double *law_of(const struct recognising *r, const double *column)
{
    const gyre_shape *shape = &r->plan->shape;
    double *p = ARENA_ARRAY(r->arena, double, shape->states);
    if (!column)
        return NULL;
    memcpy(p, column, sizeof *p * (size_t)shape->states);
    return space_normalise(1, shape->contexts, shape->context, p) < 0 ? p : NULL;
}

static struct setting_act *add_act(const struct recognising *r, const struct instance *instance,
                                   enum setting_kind kind, double amount)
{
    struct setting_act *act = &r->out->act[r->out->acts++];
    *act = (struct setting_act){.kind = kind,
                                .amount = amount,
                                .to = number(instance, "to"),
                                .over = (int64_t)number(instance, "over"),
                                .every = instance->timing.every,
                                .from = instance->timing.from,
                                .until = instance->timing.until};
    return act;
}

/* ---- components --------------------------------------------------------- */

static const char *read_nothing(const struct recognising *r, const struct instance *instance)
{
    (void)r;
    (void)instance;
    return NULL;
}

static const char *read_memory(const struct recognising *r, const struct instance *instance)
{
    r->out->policy = SETTING_MEMORY;
    r->out->recall = number(instance, "recall");
    r->out->capacity = (int64_t)number(instance, "capacity");
    return NULL;
}

static const char *read_sharpen(const struct recognising *r, const struct instance *instance)
{
    r->out->power = number(instance, "power");
    if (r->out->power != 1 && r->out->mixing < 1 && !r->out->shared && r->out->samples > 0)
        return "selection.sharpen is a power of Pbar only with mixing = 1";
    return NULL;
}

static const char *read_bias(const struct recognising *r, const struct instance *instance)
{
    r->out->beta = number(instance, "beta");
    r->out->attribute = field(instance, "attribute");
    return NULL;
}

static const char *read_mle(const struct recognising *r, const struct instance *instance)
{
    r->out->rate = number(instance, "rate");
    r->out->outside = number(instance, "outside");
    r->out->smoothing = number(instance, "smoothing");
    return NULL;
}

static const char *read_pool(const struct recognising *r, const struct instance *instance)
{
    (void)instance;
    r->out->update = SETTING_POOL;
    return NULL;
}

static const char *read_temper(const struct recognising *r, const struct instance *instance)
{
    add_act(r, instance, ACT_TEMPER, number(instance, "temperature"));
    return NULL;
}

static const char *read_external(const struct recognising *r, const struct instance *instance)
{
    double const share = number(instance, "share"), count = number(instance, "count");
    enum setting_kind const kind = share > 0 ? ACT_SHARE : count > 0 ? ACT_COUNT : ACT_BLEND;
    double const amount = share > 0 ? share : count > 0 ? count : number(instance, "weight");
    struct setting_act *act = add_act(r, instance, kind, amount);
    act->p = law_of(r, field(instance, "source"));
    return act->p ? NULL : "a source from outside that has nothing for some context";
}

/* Enumerations are in the order of verify's table: act drop, redraw; unchecked keep, drop. */
static const char *read_verify(const struct recognising *r, const struct instance *instance)
{
    int64_t const states = r->plan->shape.states;
    const double *risk = field(instance, "risk");
    double *pass = ARENA_ARRAY(r->arena, double, states);
    struct setting_act *act = add_act(r, instance, ACT_VERIFY, 0);
    for (int64_t z = 0; risk && z < states; z++)
        pass[z] = risk[z] <= number(instance, "max_risk") ? 1 - number(instance, "rejects_safe")
                                                          : number(instance, "passes_unsafe");
    act->p = pass;
    act->checks = (int64_t)number(instance, "checks");
    act->redraws = number(instance, "act") != 0;
    act->keeps = number(instance, "unchecked") == 0;
    if (number(instance, "act") > 1)
        return "what becomes of rejected samples is neither dropped nor redrawn";
    return risk ? NULL : "a verifier without a risk";
}

/* Enumerations in the order of forget's table: what policy, tail, memory; to start, uniform,
 * anchor. */
static const char *read_forget(const struct recognising *r, const struct instance *instance)
{
    const gyre_shape *shape = &r->plan->shape;
    double *uniform = ARENA_ARRAY(r->arena, double, shape->states);
    int const to = (int)number(instance, "to");
    struct setting_act *act = add_act(r, instance, ACT_BLEND, number(instance, "rate"));
    for (int64_t z = 0; z < shape->states; z++)
        uniform[z] = 1;
    if (number(instance, "what") != 0)
        return "tails that are cut and memories that are pruned are not linear in what is said";
    act->p = to == 0 ? r->out->start : law_of(r, to == 1 ? uniform : field(instance, "anchor"));
    return act->p ? NULL : "an anchor that has nothing for some context";
}

/* Snapshot, start. */
static const char *read_rollback(const struct recognising *r, const struct instance *instance)
{
    add_act(r, instance, ACT_RESET, 0);
    return number(instance, "to") != 0 ? NULL : "a rollback to snapshots";
}

/* What of a component's parameters a theory knows. */
struct known {
    const char *id;
    const char *const *keys;
    const char *(*read)(const struct recognising *r, const struct instance *instance);
};

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_KEYS   ((const char *const[]){NULL})

static const struct known components[] = {
    {"policy.categorical", NO_KEYS, read_nothing},
    {"policy.memory", KEYS("recall", "capacity"), read_memory},
    {"selection.neutral", NO_KEYS, read_nothing},
    {"selection.sharpen", KEYS("power"), read_sharpen},
    {"selection.bias", KEYS("beta"), read_bias},
    {"update.mle", KEYS("rate", "outside", "smoothing"), read_mle},
    {"update.pool", NO_KEYS, read_pool},
    {"intervention.temper", KEYS("temperature", "to", "over"), read_temper},
    {"intervention.external", KEYS("share", "count", "weight", "to", "over"), read_external},
    {"intervention.forget", KEYS("what", "rate", "to"), read_forget},
    {"intervention.rollback", KEYS("to", "keep", "snapshot_every"), read_rollback},
    {"intervention.verify",
     KEYS("max_risk", "rejects_safe", "passes_unsafe", "checks", "act", "unchecked"), read_verify},
};

/* Where a component reads another column than gyre's own reference or start. */
static const char *rebound(const struct recognising *r, const struct instance *instance)
{
    const gyre_component *about = &instance->component->about;
    for (uint32_t i = 0; i < about->field_count; i++) {
        const gyre_field *field_ = &about->fields[i];
        const struct node *key = node_find(instance->use->table, field_->name);
        if (key && field_->column && strcmp(field_->name, field_->column) == 0 &&
            strcmp(key->text, field_->column) != 0)
            return arena_format(r->arena, "none is known for %s with another %s", instance->label,
                                field_->name);
    }
    return NULL;
}

static const char *read_instance(const struct recognising *r, const struct instance *instance)
{
    const gyre_component *about = &instance->component->about;
    const struct known *known = NULL;
    for (size_t i = 0; i < sizeof components / sizeof *components; i++)
        known = strcmp(components[i].id, about->id) == 0 ? &components[i] : known;
    if (!known)
        return arena_format(r->arena, "none is known for %s", about->id);
    for (uint32_t i = 0; i < about->param_count; i++)
        if (!is_among(about->params[i].key, known->keys) &&
            !is_default(instance, &about->params[i]))
            return arena_format(r->arena, "none is known for %s with %s set", instance->label,
                                about->params[i].key);
    const char *other = rebound(r, instance);
    return other ? other : known->read(r, instance);
}

static const char *read_intervention(const struct recognising *r, const struct instance *instance)
{
    if (instance->timing.trigger >= 0)
        return arena_format(r->arena, "%s acts when a metric says so", instance->label);
    if (r->out->acts == SETTING_ACTS)
        return "more than 16 interventions";
    return read_instance(r, instance);
}

/* ---- the world ---------------------------------------------------------- */

/* As the scenario's own metric.safety has it. */
static double tau_of(const struct plan *plan)
{
    double tau = 0;
    for (int i = 0; i < plan->metric_count && tau <= 0; i++)
        if (strcmp(plan->metrics[i].instance->component->about.id, "metric.safety") == 0)
            tau = number(plan->metrics[i].instance, "tau");
    return tau > 0 || plan->shape.samples == 0 ? tau : 1 / (double)plan->shape.samples;
}

/* As metric.truth weighs them: questions alike, of each the best of its true answers. */
static void read_questions(const struct recognising *r, const struct instance *truth)
{
    const gyre_shape *shape = &r->plan->shape;
    const double *question = field(truth, "question"), *is_true = field(truth, "true"),
                 *is_best = field(truth, "best");
    double *all = ARENA_ARRAY(r->arena, double, shape->states);
    double *best = ARENA_ARRAY(r->arena, double, shape->states);
    double questions = 0;
    if (!question || !is_true)
        return;
    for (int64_t c = 0; c < shape->contexts; c++)
        questions += question[shape->context[c]] > 0;
    for (int64_t z = 0; z < shape->states; z++) {
        all[z] = question[z] > 0 && is_true[z] > 0 ? 1 / questions : 0;
        best[z] = !is_best || is_best[z] > 0 ? all[z] : 0;
    }
    r->out->truth = all;
    r->out->best = best;
}

static void find_questions(const struct recognising *r)
{
    for (int i = r->plan->metric_count - 1; i >= 0; i--) {
        const struct instance *metric = r->plan->metrics[i].instance;
        if (strcmp(metric->component->about.id, "metric.truth") == 0)
            read_questions(r, metric);
    }
}

static const double *column_of(const struct plan *plan, const char *name)
{
    const struct column *column = column_find(&plan->scenario->space.columns, GYRE_OF_STATE, name);
    return column ? column->data : NULL;
}

static struct setting world_of(const struct plan *plan)
{
    const struct scenario *s = plan->scenario;
    return (struct setting){
        .states = plan->shape.states,
        .contexts = plan->shape.contexts,
        .agents = plan->shape.agents,
        .samples = plan->shape.samples,
        .rounds = plan->shape.rounds,
        .context = plan->shape.context,
        .met = plan->shape.met,
        .reference = column_of(plan, SPACE_REFERENCE),
        .start = s->start,
        .safe = column_of(plan, SPACE_SAFE),
        .weight = s->weight,
        .equal = s->equal_weights,
        .shared = s->shared,
        .mixing = s->mixing,
        .tau = tau_of(plan),
        .power = 1,
    };
}

const char *recognise_plan(const struct plan *plan, struct setting *out)
{
    struct recognising const r = {.plan = plan, .arena = plan->arena, .out = out};
    *out = world_of(plan);
    find_questions(&r);
    const char *why = read_instance(&r, plan->policy);
    why = why ? why : read_instance(&r, plan->selection);
    why = why ? why : read_instance(&r, plan->update);
    for (int i = 0; !why && i < plan->intervention_count; i++)
        why = read_intervention(&r, plan->interventions[i].instance);
    return why;
}
