#include "host/instance.h"

#include <math.h>
#include <string.h>

#include "host/call.h"
#include "host/condition.h"
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

/* Columns that a table asks for: one a field, or as many as its list has. */
static int64_t count_columns(const struct instance *instance)
{
    const gyre_component *about = &instance->component->about;
    int64_t count = 1;
    for (uint32_t i = 0; i < about->field_count; i++) {
        const struct node *key = node_find(instance->use->table, about->fields[i].name);
        count += key && key->kind == NODE_ARRAY ? key->count : 1;
    }
    return count;
}

/* A column that hangs on parameters is handed out only if they are so. */
static bool is_wanted(const struct instance *instance, const gyre_field *field)
{
    return condition_holds(&instance->component->about, field->when, instance->conf);
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

static bool is_text(const char *text, const char *other)
{
    return text && strcmp(text, other) == 0;
}

/* What stands for a law must be one: NULL, or what is wrong with it. */
static const char *law_is_wrong(struct arena *arena, const gyre_shape *shape, const double *p)
{
    for (int64_t c = 0; c < shape->contexts; c++) {
        double sum = 0;
        for (int64_t z = shape->context[c]; z < shape->context[c + 1]; z++) {
            if (p[z] < 0)
                return arena_format(arena, "probabilities are >= 0, and that of state %lld is %g",
                                    (long long)z, p[z]);
            sum += p[z];
        }
        if (fabs(sum - 1) > 1e-9)
            return arena_format(
                arena, "probabilities add to 1 in each context, and those of context %lld to %g",
                (long long)c, sum);
    }
    return NULL;
}

static const char *safe_is_wrong(struct arena *arena, const gyre_shape *shape, const double *safe)
{
    for (int64_t z = 0; z < shape->states; z++)
        if (safe[z] != 0 && safe[z] != 1)
            return arena_format(arena,
                                "a state is safe, 1, or not, 0, and that of state %lld is %g",
                                (long long)z, safe[z]);
    return NULL;
}

/* Another column than gyre's own, under the name of gyre's own. NULL: it may stand there. */
static const char *other_is_wrong(const struct instance *instance, struct arena *arena,
                                  const gyre_field *field, const double *data)
{
    bool const same = is_text(field->column, field->name);
    if (is_text(field->column, SPACE_START) && instance->component->about.kind == GYRE_KIND_POLICY)
        return "what agents begin with is the scenario's start alone";
    if (same && (is_text(field->name, SPACE_START) || is_text(field->name, SPACE_REFERENCE)))
        return law_is_wrong(arena, instance->shape, data);
    if (same && is_text(field->name, SPACE_SAFE))
        return safe_is_wrong(arena, instance->shape, data);
    return NULL;
}

/* A column that is made in each round is not there when components are checked and opened. */
static const char *choice_is_wrong(const struct instance *instance, struct arena *arena,
                                   const gyre_field *field, int live, const struct column *column)
{
    if (live >= 0 && !(field->column && space_live_find(field->column) >= 0))
        return "that column is made in every round, and this one is read before the first";
    if (field->of != GYRE_OF_STATE || live >= 0 || !column)
        return NULL;
    return other_is_wrong(instance, arena, field, column->data);
}

static void bind_one(struct instance *instance, struct arena *arena, const struct use *use,
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
    const char *wrong = key && !is_text(field->column, name)
                            ? choice_is_wrong(instance, arena, field, live, column)
                            : NULL;
    if (wrong) {
        report_add(report, STATUS_DATA, key->at, "%s: %s = \"%s\": %s", instance->label,
                   field->name, name, wrong);
        return;
    }
    if (live >= 0)
        instance->live[live] = (int)i;
    if (live >= 0 || column)
        instance->columns[instance->column_count++] = (struct instance_column){name, false};
    if (column)
        instance->fields[i] = (gyre_view){column->data, column->count};
    if (live >= 0 || column)
        return;
    if (key || !(field->access & GYRE_OPTIONAL))
        refuse_column(arena, instance, columns, field, name, key ? key->at : use->at, report);
}

/* ---- lists of columns --------------------------------------------------- */

/* What columns are bound to, and who is told of mistakes. */
struct binding {
    struct instance *instance;
    struct arena *arena;
    const struct columns *columns;
    const gyre_field *field;
    struct report *report;
};

#define REFUSE(binding, at, format, ...)                                                           \
    report_add((binding)->report, STATUS_DATA, at, "%s: " format, (binding)->instance->label,      \
               __VA_ARGS__)

/* The column of one name in a list; NULL with a sentence. Columns from `first` on are those of the
 * names before: twice the same would be no new one, and takes memory. */
static const struct column *find_listed(struct binding *b, int first, const struct node *name)
{
    struct instance *instance = b->instance;
    if (name->kind != NODE_TEXT)
        return REFUSE(b, name->at, "%s has names of columns, not %s", b->field->name,
                      node_show(b->arena, name)),
               NULL;
    if (b->field->of == GYRE_OF_STATE && space_live_find(name->text) >= 0)
        return REFUSE(b, name->at, "\"%s\" is made in every round and cannot be among %s",
                      name->text, b->field->name),
               NULL;
    for (int i = first; i < instance->column_count; i++)
        if (strcmp(instance->columns[i].name, name->text) == 0)
            return REFUSE(b, name->at, "%s has \"%s\" twice", b->field->name, name->text), NULL;
    const struct column *column = column_find(b->columns, b->field->of, name->text);
    if (column)
        instance->columns[instance->column_count++] = (struct instance_column){name->text, true};
    else
        refuse_column(b->arena, instance, b->columns, b->field, name->text, name->at, b->report);
    return column;
}

static void fill_list(struct binding *b, const struct node *names, gyre_view *view)
{
    int const first = b->instance->column_count;
    double *all = NULL;
    for (const struct node *name = names->first; name; name = name->next) {
        const struct column *column = find_listed(b, first, name);
        if (!column)
            return;
        size_t const one = sizeof *all * (size_t)column->count;
        if (!all)
            all = arena_try(b->instance->memory, one * (size_t)names->count);
        if (!all) {
            REFUSE(b, names->at, "there is no memory for %lld columns", (long long)names->count);
            return;
        }
        memcpy((char *)all + (size_t)view->count * sizeof *all, column->data, one);
        view->count += column->count;
    }
    view->data = all;
}

static void bind_list(struct binding *b, const struct use *use, gyre_view *view)
{
    const gyre_field *field = b->field;
    const struct node *key = node_find(use->table, field->name);
    if (!is_wanted(b->instance, field) || (!key && (field->access & GYRE_OPTIONAL)))
        return;
    if (!key)
        REFUSE(b, use->at, "needs `%s`, an array of names of columns of %ss", field->name,
               column_of_word(field->of));
    else if (key->kind != NODE_ARRAY || key->count == 0)
        REFUSE(b, key->at, "%s is an array of names of columns, such as [\"a\", \"b\"], not %s",
               field->name, key->kind == NODE_ARRAY ? "an empty one" : node_show(b->arena, key));
    else
        fill_list(b, key, view);
}

static void bind_field(struct instance *instance, struct arena *arena, const struct use *use,
                       const struct columns *columns, uint32_t i, struct report *report)
{
    const gyre_field *field = &instance->component->about.fields[i];
    struct binding binding = {instance, arena, columns, field, report};
    if (field->access & GYRE_LIST)
        bind_list(&binding, use, &instance->fields[i]);
    else
        bind_one(instance, arena, use, columns, i, report);
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
    instance->columns = ARENA_ARRAY(arena, struct instance_column, count_columns(instance));
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
