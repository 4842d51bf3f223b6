#include "host/describe.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/utf8.h"

/* ---- numbers ------------------------------------------------------------------------------- */

static json_t *number(double x)
{
    if (isinf(x))
        return json_string(x > 0 ? "inf" : "-inf");
    return json_real(x);
}

/* Bounds such as (double)INT64_MAX are one above what an int64_t holds. */
static json_t *integer(double x)
{
    if (x >= 0x1p63)
        return json_integer(INT64_MAX);
    return json_integer(x <= -0x1p63 ? INT64_MIN : (json_int_t)x);
}

/* ---- parameters ---------------------------------------------------------------------------- */

static const char *type_word(gyre_type type)
{
    static const char *const word[] = {
        [GYRE_BOOL] = "bool",   [GYRE_I64] = "integer", [GYRE_F64] = "number",
        [GYRE_ENUM] = "choice", [GYRE_TEXT] = "text",
    };
    return word[type];
}

static json_t *choices(const gyre_param *p)
{
    json_t *const all = json_array();
    for (const char *const *choice = p->choices; *choice; choice++)
        json_array_append_new(all, json_string(*choice));
    return all;
}

static json_t *default_value(const gyre_param *p)
{
    switch (p->type) {
    case GYRE_BOOL:
        return json_boolean(p->def > 0);
    case GYRE_I64:
        return integer(p->def);
    case GYRE_F64:
        return number(p->def);
    case GYRE_ENUM:
        return json_string(p->choices[(int)p->def]);
    default:
        return json_string(p->text_def);
    }
}

static void add_range(json_t *to, const gyre_param *p)
{
    bool const whole = p->type == GYRE_I64;
    json_object_set_new(to, "min", whole ? integer(p->min) : number(p->min));
    json_object_set_new(to, "max", whole ? integer(p->max) : number(p->max));
    json_object_set_new(to, "open_min", json_boolean(p->flags & GYRE_PARAM_OPEN_MIN));
    json_object_set_new(to, "open_max", json_boolean(p->flags & GYRE_PARAM_OPEN_MAX));
}

static json_t *param(const gyre_param *p)
{
    bool const required = p->flags & GYRE_PARAM_REQUIRED;
    json_t *const to = json_pack("{s:s, s:s, s:b}", "key", p->key, "type", type_word(p->type),
                                 "required", (int)required);
    if (!required)
        json_object_set_new(to, "default", default_value(p));
    if (p->type == GYRE_I64 || p->type == GYRE_F64)
        add_range(to, p);
    if (p->type == GYRE_ENUM)
        json_object_set_new(to, "choices", choices(p));
    json_object_set_new(to, "unit", json_string(p->unit));
    json_object_set_new(to, "doc", json_string(p->doc));
    return to;
}

/* ---- columns, outputs, hooks --------------------------------------------------------------- */

static json_t *field(const gyre_field *f)
{
    static const char *const of[] = {
        [GYRE_OF_STATE] = "states", [GYRE_OF_AGENT] = "agents", [GYRE_OF_CONTEXT] = "contexts"};
    return json_pack("{s:s, s:s?, s:s, s:b, s:b, s:s?, s:s}", "name", f->name, "column", f->column,
                     "of", of[f->of], "optional", (int)((f->access & GYRE_OPTIONAL) != 0), "list",
                     (int)((f->access & GYRE_LIST) != 0), "when", f->when, "doc", f->doc);
}

static json_t *output(const gyre_output *o)
{
    const char *const worse = o->direction > 0 ? "higher" : o->direction < 0 ? "lower" : NULL;
    return json_pack("{s:s, s:s, s:o, s:o, s:s?, s:b, s:s}", "name", o->name, "unit", o->unit, "lo",
                     number(o->lo), "hi", number(o->hi), "worse", worse, "headline",
                     (int)(o->headline != 0), "doc", o->doc);
}

static json_t *hooks(const gyre_intervention_ops *ops)
{
    json_t *const all = json_array();
    struct {
        const char *name;
        bool there;
    } const hook[] = {
        {"on_distribution", ops->on_distribution},
        {"judge", ops->judge},
        {"supply", ops->supply},
        {"on_policy", ops->on_policy},
        {"on_agent", ops->on_agent},
        {"prune", ops->prune},
        {"flag", ops->flag},
        {"review", ops->review},
        {"oversee", ops->oversee},
    };
    for (size_t i = 0; i < sizeof hook / sizeof *hook; i++)
        if (hook[i].there)
            json_array_append_new(all, json_string(hook[i].name));
    return all;
}

static json_t *outputs(const gyre_output *about, uint32_t count)
{
    json_t *const all = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(all, output(&about[i]));
    return all;
}

/* ---- all of it ----------------------------------------------------------------------------- */

json_t *describe_params(const gyre_param *params, uint32_t count)
{
    json_t *const all = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(all, param(&params[i]));
    return all;
}

static void add_tables(json_t *to, const struct component *c)
{
    json_t *const parameters = describe_params(c->about.params, c->about.param_count);
    json_t *const columns = json_array();
    for (uint32_t i = 0; i < c->about.field_count; i++)
        json_array_append_new(columns, field(&c->about.fields[i]));
    json_object_set_new(to, "parameters", parameters);
    json_object_set_new(to, "columns", columns);
}

static void add_of_kind(json_t *to, const struct component *c)
{
    const gyre_metric_ops *const metric = &c->ops.metric;
    const gyre_intervention_ops *const act = &c->ops.intervention;
    if (c->about.kind == GYRE_KIND_INTERVENTION)
        json_object_set_new(to, "hooks", hooks(act));
    if (c->about.kind == GYRE_KIND_METRIC)
        json_object_set_new(to, "outputs", outputs(metric->outputs, metric->output_count));
    if (c->about.kind == GYRE_KIND_INTERVENTION && act->output_count > 0)
        json_object_set_new(to, "outputs", outputs(act->outputs, act->output_count));
}

json_t *describe_component(struct arena *arena, const struct component *component)
{
    const gyre_component *const about = &component->about;
    const struct module *const module = component->module;
    json_t *const to =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", about->id, "kind", kind_word(about->kind),
                  "version", about->version, "summary", about->summary, "doc", about->doc);
    add_tables(to, component);
    add_of_kind(to, component);
    json_object_set_new(to, "file", json_string(utf8_text(arena, module->path)));
    json_object_set_new(to, "digest", json_string(module->digest));
    json_object_set_new(to, "module",
                        json_pack("{s:s, s:s, s:s}", "id", module->about.id, "version",
                                  module->about.version, "license", module->about.license));
    return to;
}
