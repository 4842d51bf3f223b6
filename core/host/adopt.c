#include "host/adopt.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "host/tables.h"

enum {
    SIZE_LIMIT = 4096,    /* a struct of more bytes is no struct of any gyre to come */
    ROW_LIMIT = 1024,     /* rows of a table                                         */
    CONF_LIMIT = 1 << 20, /* bytes of a configuration                                */
    SUMMARY_LIMIT = 80,
};

/* Bits of gyre_component.flags that an older gyre may not pass over; none is defined yet. */
#define MUST_KNOW 0xffff0000u

bool adopt(void *ours, size_t our_size, const void *theirs, size_t their_size)
{
    size_t const common = their_size < our_size ? their_size : our_size;
    const unsigned char *const bytes = theirs;
    memcpy(ours, theirs, common);
    memset((char *)ours + common, 0, our_size - common);
    for (size_t i = common; i < their_size; i++)
        if (bytes[i])
            return false;
    return true;
}

/* The sizes of 1.0 are the present ones, and the least that is accepted. When members are
 * appended, the sizes of 1.0 become numbers here and `ours` goes on growing. */
static const char *check_size(struct arena *arena, const char *name, size_t ours, size_t theirs)
{
    if (theirs < ours)
        return arena_format(arena,
                            "its %s has %zu bytes, fewer than the %zu of gyre 1.0; set its size "
                            "with sizeof",
                            name, theirs, ours);
    if (theirs > SIZE_LIMIT)
        return arena_format(arena, "its %s has %zu bytes, which makes no sense", name, theirs);
    return NULL;
}

/* A struct that begins with its size, and then says ours. */
static const char *adopt_sized(struct arena *arena, const char *name, void *ours, size_t our_size,
                               const void *theirs)
{
    uint32_t size;
    if (!theirs)
        return arena_format(arena, "its %s is missing (NULL)", name);
    memcpy(&size, theirs, sizeof(size));
    const char *const why = check_size(arena, name, our_size, size);
    if (why)
        return why;
    bool const known = adopt(ours, our_size, theirs, size);
    size = (uint32_t)our_size;
    memcpy(ours, &size, sizeof(size));
    if (!known)
        return arena_format(arena,
                            "its %s uses members that this gyre does not know; it needs a newer "
                            "gyre",
                            name);
    return NULL;
}

/* Rows of their size into an array of ours. */
static const char *adopt_rows(struct arena *arena, const char *name, const void *theirs,
                              uint32_t count, uint32_t row_size, char *ours, size_t our_size)
{
    for (uint32_t i = 0; i < count; i++)
        if (!adopt(ours + i * our_size, our_size, (const char *)theirs + (size_t)i * row_size,
                   row_size))
            return arena_format(arena,
                                "row %u of its %s uses members that this gyre does not know; it "
                                "needs a newer gyre",
                                i + 1, name);
    return NULL;
}

static const char *adopt_table(struct arena *arena, const char *name, const void *theirs,
                               uint32_t count, uint32_t row_size, size_t our_size, void **ours)
{
    *ours = NULL;
    if (count == 0)
        return NULL;
    if (!theirs)
        return arena_format(arena, "its %s announces %u rows but is NULL", name, count);
    if (count > ROW_LIMIT)
        return arena_format(arena, "its %s announces %u rows, which makes no sense", name, count);
    if (row_size < our_size || row_size > SIZE_LIMIT)
        return arena_format(
            arena, "its %s has %u bytes a row%s; set its row size with sizeof", name, row_size,
            row_size > SIZE_LIMIT
                ? ", which makes no sense"
                : arena_format(arena, ", fewer than the %zu of gyre 1.0", our_size));
    *ours = arena_alloc(arena, count * our_size);
    return adopt_rows(arena, name, theirs, count, row_size, *ours, our_size);
}

/* ---- modules ------------------------------------------------------------------------------- */

static const char *skip_number(const char *text)
{
    size_t const digits = strspn(text, "0123456789");
    return digits ? text + digits : NULL;
}

static bool is_version(const char *text)
{
    const char *at = text ? skip_number(text) : NULL;
    for (int part = 0; at && part < 2; part++)
        at = *at == '.' ? skip_number(at + 1) : NULL;
    if (!at || (*at && *at != '-' && *at != '+'))
        return false;
    return strlen(text) < 64 && strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789.-+") == strlen(at);
}

static const char *check_module(const gyre_module *about)
{
    if (!about->id || !text_is_id(about->id))
        return "the id of its module is not words of a-z, 0-9 and _ joined by dots, such as "
               "\"org.example.oversight\"";
    if (!is_version(about->version))
        return "the version of its module is not like 1.0.0";
    if (!about->license || !*about->license || !tables_is_text(about->license, false))
        return "its module names no license (an SPDX expression)";
    if (!about->components || !about->components[0])
        return "its module has no components";
    return NULL;
}

bool adopt_module(struct arena *arena, const gyre_module *theirs, gyre_module *ours,
                  const char **why)
{
    *why = adopt_sized(arena, "gyre_module", ours, sizeof(*ours), theirs);
    if (!*why)
        *why = check_module(ours);
    return *why == NULL;
}

/* ---- callbacks by kind --------------------------------------------------------------------- */

/* Each names the first required callback that is missing, or gives NULL. */
static const char *missing_of_policy(const gyre_policy_ops *ops)
{
    return !ops->row_size ? "row_size"
           : !ops->start  ? "start"
           : !ops->say    ? "say"
           : !ops->learn  ? "learn"
                          : NULL;
}

static const char *missing_of_metric(const gyre_metric_ops *ops)
{
    if (!ops->measure)
        return "measure";
    if (ops->gather && !ops->slots)
        return "slots, though it has gather";
    if (ops->slots && !ops->gather)
        return "gather, though it has slots";
    return ops->output_count ? NULL : "outputs";
}

static bool has_hook(const gyre_intervention_ops *ops)
{
    return ops->on_distribution || ops->judge || ops->supply || ops->on_policy || ops->on_agent ||
           ops->prune || ops->flag || ops->oversee;
}

/* Hooks that make sense only together. */
static const char *missing_of_intervention(const gyre_intervention_ops *ops)
{
    if (!has_hook(ops) && !ops->review && !ops->snapshots)
        return "hook at all (on_distribution, judge, supply, on_policy, on_agent, prune, flag, "
               "oversee)";
    return ops->flag && !ops->review                ? "review"
           : ops->review && !ops->flag              ? "flag"
           : ops->oversee && !ops->snapshots        ? "snapshots"
           : ops->snapshots && !ops->oversee        ? "oversee"
           : ops->account && !ops->output_count     ? "outputs"
           : ops->output_count > 0 && !ops->account ? "account"
                                                    : NULL;
}

static const char *missing(const struct component *component)
{
    switch (component->about.kind) {
    case GYRE_KIND_POLICY:
        return missing_of_policy(&component->ops.policy);
    case GYRE_KIND_SELECTION:
        return component->ops.selection.weigh ? NULL : "weigh";
    case GYRE_KIND_UPDATE:
        return component->ops.update.update ? NULL : "update";
    case GYRE_KIND_METRIC:
        return missing_of_metric(&component->ops.metric);
    default:
        return missing_of_intervention(&component->ops.intervention);
    }
}

static const struct {
    const char *name;
    size_t size;
} ops_of[] = {
    [GYRE_KIND_POLICY] = {"gyre_policy_ops", sizeof(gyre_policy_ops)},
    [GYRE_KIND_SELECTION] = {"gyre_selection_ops", sizeof(gyre_selection_ops)},
    [GYRE_KIND_UPDATE] = {"gyre_update_ops", sizeof(gyre_update_ops)},
    [GYRE_KIND_METRIC] = {"gyre_metric_ops", sizeof(gyre_metric_ops)},
    [GYRE_KIND_INTERVENTION] = {"gyre_intervention_ops", sizeof(gyre_intervention_ops)},
};

/* After size, every table of callbacks has a `reserved` that is 0 until it means something. */
static bool is_reserved_used(const struct component *component)
{
    uint32_t head[2];
    memcpy(head, &component->ops, sizeof(head));
    return head[1] != 0;
}

static const char *adopt_outputs(struct arena *arena, const gyre_output **outputs, uint32_t count,
                                 uint32_t *size)
{
    void *ours;
    const char *const why =
        adopt_table(arena, "table of outputs", *outputs, count, *size, sizeof(**outputs), &ours);
    gyre_output *const rows = ours;
    for (uint32_t i = 0; !why && i < count; i++)
        if (!rows[i].unit)
            rows[i].unit = "";
    *outputs = rows;
    *size = sizeof(**outputs);
    return why ? why : tables_check_outputs(arena, rows, count);
}

static const char *adopt_ops(struct arena *arena, struct component *component)
{
    gyre_kind const kind = component->about.kind;
    const char *const name = ops_of[kind].name;
    const char *const why =
        adopt_sized(arena, name, &component->ops, ops_of[kind].size, component->about.ops);
    if (why)
        return why;
    component->about.ops = &component->ops;
    if (is_reserved_used(component))
        return arena_format(arena, "its %s sets `reserved`, which is to be 0", name);
    const char *const lacks = missing(component);
    if (lacks)
        return arena_format(arena, "its %s has no %s", name, lacks);
    gyre_metric_ops *metric = &component->ops.metric;
    gyre_intervention_ops *act = &component->ops.intervention;
    if (kind == GYRE_KIND_METRIC)
        return adopt_outputs(arena, &metric->outputs, metric->output_count, &metric->output_size);
    if (kind == GYRE_KIND_INTERVENTION)
        return adopt_outputs(arena, &act->outputs, act->output_count, &act->output_size);
    return NULL;
}

/* ---- components ---------------------------------------------------------------------------- */

static const char *check_identity(struct arena *arena, const gyre_component *about)
{
    if (about->kind == GYRE_KIND_INVALID || about->kind > GYRE_KIND_INTERVENTION)
        return arena_format(arena, "its kind %u is none that this gyre knows", about->kind);
    if (kind_of_id(about->id) != about->kind)
        return arena_format(arena, "its id does not begin with its kind; call it \"%s.%s\"",
                            kind_word(about->kind), strchr(about->id, '.') + 1);
    if (about->flags & MUST_KNOW)
        return "it has a flag that this gyre does not know; it needs a newer gyre";
    if (about->reserved)
        return "its gyre_component sets `reserved`, which is to be 0";
    if (!is_version(about->version))
        return "its version is not like 1.0.0";
    return NULL;
}

static const char *check_sentences(struct arena *arena, gyre_component *about)
{
    if (!about->summary || !*about->summary || !tables_is_text(about->summary, false))
        return "it has no summary, one line of text";
    if (strlen(about->summary) > SUMMARY_LIMIT)
        return arena_format(arena, "its summary has %zu bytes; lists have room for %d",
                            strlen(about->summary), SUMMARY_LIMIT);
    if (!about->doc)
        about->doc = "";
    if (!tables_is_text(about->doc, true))
        return "its documentation (doc) is not text";
    if (about->conf_size > CONF_LIMIT)
        return arena_format(arena, "its configuration of %zu bytes makes no sense",
                            about->conf_size);
    return NULL;
}

static const char *adopt_params(struct arena *arena, gyre_component *about)
{
    void *ours;
    const char *const why =
        adopt_table(arena, "table of parameters", about->params, about->param_count,
                    about->param_size, sizeof(gyre_param), &ours);
    gyre_param *const rows = ours;
    for (uint32_t i = 0; !why && rows && i < about->param_count; i++)
        if (!rows[i].unit)
            rows[i].unit = "";
    about->params = rows;
    about->param_size = sizeof(gyre_param);
    return why ? why : tables_check_params(arena, about);
}

static const char *adopt_fields(struct arena *arena, gyre_component *about)
{
    void *ours;
    const char *const why = adopt_table(arena, "table of fields", about->fields, about->field_count,
                                        about->field_size, sizeof(gyre_field), &ours);
    about->fields = ours;
    about->field_size = sizeof(gyre_field);
    return why ? why : tables_check_fields(arena, about);
}

static const char *check_parts(struct arena *arena, struct component *component)
{
    const char *why = check_identity(arena, &component->about);
    if (!why)
        why = check_sentences(arena, &component->about);
    if (!why)
        why = adopt_params(arena, &component->about);
    if (!why)
        why = adopt_fields(arena, &component->about);
    return why ? why : adopt_ops(arena, component);
}

static const char *check_component(struct arena *arena, struct component *component,
                                   const gyre_component *theirs)
{
    gyre_component *const about = &component->about;
    const char *why = adopt_sized(arena, "gyre_component", about, sizeof(*about), theirs);
    bool const named = about->id && text_is_id(about->id);
    if (!why && !named)
        why = "the id of a component is not words of a-z, 0-9 and _ joined by dots, such as "
              "\"metric.safety\"";
    if (!why)
        why = check_parts(arena, component);
    return why && named ? arena_format(arena, "%s: %s", about->id, why) : why;
}

struct component *adopt_component(struct arena *arena, const gyre_component *theirs,
                                  const struct module *module, const char **why)
{
    struct component *const component = ARENA_NEW(arena, struct component);
    component->module = module;
    *why = check_component(arena, component, theirs);
    return *why ? NULL : component;
}
