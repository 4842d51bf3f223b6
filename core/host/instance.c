#include "host/instance.h"

#include <string.h>

#include "host/call.h"
#include "scenario/params.h"

/* ---- keys --------------------------------------------------------------- */

/* Everything that the use's table may say: parameters, columns, the host's own. */
static const char *const *known_keys(struct arena *arena, const gyre_component *about,
                                     const char *const *also)
{
    const char **keys =
        ARENA_ARRAY(arena, const char *, about->param_count + about->field_count + 16);
    int count = 0;
    for (uint32_t i = 0; i < about->param_count; i++)
        keys[count++] = about->params[i].key;
    for (uint32_t i = 0; i < about->field_count; i++)
        keys[count++] = about->fields[i].name;
    keys[count++] = "use";
    for (; also && *also; also++)
        keys[count++] = *also;
    return keys;
}

static void read_keys(struct instance *instance, struct arena *arena, const struct use *use,
                      const char *const *also, struct report *report)
{
    const gyre_component *about = &instance->component->about;
    instance->conf = arena_alloc(arena, about->conf_size);
    params_read(arena, about->params, about->param_count, instance->label, use->table, use->at,
                instance->conf, report);
    for (uint32_t i = 0; i < about->field_count; i++)
        node_find(use->table, about->fields[i].name);
    for (const char *const *key = also; key && *key; key++)
        node_find(use->table, *key);
    if (use->table)
        node_refuse_unknown(use->table, instance->label, known_keys(arena, about, also), report);
}

/* ---- columns ------------------------------------------------------------ */

/* A column that hangs on a parameter is handed out only if that is not zero. */
static bool is_wanted(const struct instance *instance, const gyre_field *field)
{
    const gyre_component *about = &instance->component->about;
    for (uint32_t i = 0; field->when && i < about->param_count; i++)
        if (strcmp(about->params[i].key, field->when) == 0)
            return params_number(&about->params[i], instance->conf) != 0;
    return true;
}

static void refuse_column(struct arena *arena, const struct instance *instance,
                          const struct columns *columns, const gyre_field *field, const char *name,
                          struct place at, struct report *report)
{
    const char *const *names = column_names(columns, arena, field->of);
    const char *list = *names ? *names : "none";
    for (int i = 1; *names && names[i]; i++)
        list = arena_format(arena, "%s, %s", list, names[i]);
    report_add(report, STATUS_DATA, at, "%s: needs a column \"%s\" of %ss, and there is: %s",
               instance->label, name, column_of_word(field->of), list);
}

static void bind_field(struct instance *instance, struct arena *arena, const struct use *use,
                       const struct columns *columns, uint32_t i, struct report *report)
{
    const gyre_field *field = &instance->component->about.fields[i];
    struct node *key = node_find(use->table, field->name);
    const char *name = key && key->kind == NODE_TEXT ? key->text : field->column;
    if (key && key->kind != NODE_TEXT) {
        report_add(report, STATUS_DATA, key->at, "%s: %s is the name of a column, not %s",
                   instance->label, field->name, node_show(arena, key));
        return;
    }
    if (!is_wanted(instance, field))
        return;
    if (!name) {
        report_add(report, STATUS_DATA, use->at, "%s: needs `%s`, the name of a column of %ss",
                   instance->label, field->name, column_of_word(field->of));
        return;
    }
    const struct column *column = column_find(columns, field->of, name);
    int const live = field->of == GYRE_OF_STATE ? space_live_find(name) : -1;
    if (live >= 0)
        instance->live[live] = (int)i;
    if (live >= 0 || column)
        instance->columns[i] = name;
    if (column)
        instance->fields[i] = (gyre_view){column->data, column->count};
    if (live >= 0 || column)
        return;
    if (key || !(field->access & GYRE_OPTIONAL))
        refuse_column(arena, instance, columns, field, name, key ? key->at : use->at, report);
}

/* ---- open and close ----------------------------------------------------- */

/* Calls check or open, and reports what it says. */
static bool ask(struct call *call, gyre_status (*callback)(gyre_ctx *), struct report *report)
{
    gyre_status const status = callback ? callback(call_begin(call, 0)) : GYRE_OK;
    if (status == GYRE_OK)
        return true;
    report_add(report, call_status(status), call->instance->at, "%s: %s", call->instance->label,
               call_sentence(call, status));
    return false;
}

static bool setup(struct instance *instance, struct report *report)
{
    const gyre_component *about = &instance->component->about;
    struct call call;
    call_init(&call, instance, instance->shape);
    call.setup = instance;
    bool good = ask(&call, about->check, report);
    instance->open = good && ask(&call, about->open, report);
    instance->cache = call.ctx.cache;
    instance->state_size =
        instance->open && about->state_bytes ? about->state_bytes(&call.ctx) : about->state_size;
    call_fini(&call);
    return instance->open;
}

bool instance_read(struct instance *instance, struct arena *arena, struct registry *registry,
                   const struct use *use, gyre_kind kind, const char *const *also,
                   struct report *report)
{
    *instance = (struct instance){.use = use, .name = use->name, .at = use->at};
    for (int i = 0; i < SPACE_LIVES; i++)
        instance->live[i] = -1;
    if (!use->id)
        return false;
    instance->component = registry_find(registry, use->id, kind, use->at, report);
    if (!instance->component)
        return false;
    instance->label = arena_format(arena, "%s.%s", kind_word(kind), use->name);
    read_keys(instance, arena, use, also, report);
    return true;
}

bool instance_open(struct instance *instance, struct arena *arena, const struct columns *columns,
                   const gyre_shape *shape, struct report *report)
{
    int const before = report_count(report);
    uint32_t const fields = instance->component->about.field_count;
    instance->shape = shape;
    instance->fields = ARENA_ARRAY(arena, gyre_view, fields + 1);
    instance->columns = ARENA_ARRAY(arena, const char *, fields + 1);
    instance->memory = arena_create();
    for (uint32_t i = 0; i < fields; i++)
        bind_field(instance, arena, instance->use, columns, i, report);
    bool const good = report_count(report) == before && setup(instance, report);
    if (!good)
        instance_close(instance);
    return good;
}

void instance_close(struct instance *instance)
{
    if (instance->open && instance->component->about.close) {
        struct call call;
        call_init(&call, instance, instance->shape);
        instance->component->about.close(call_begin(&call, 0));
        call_fini(&call);
    }
    instance->open = false;
    arena_destroy(instance->memory);
    instance->memory = NULL;
}
