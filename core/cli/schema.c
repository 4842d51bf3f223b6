/* gyre schema: what a scenario can say, for an editor. */
#include "cli/schema.h"

#include <string.h>

#include "cli/browse.h"
#include "cli/cli.h"
#include "cli/property.h"
#include "gyre/version.h"
#include "host/registry.h"

static const char usage[] =
    "usage: gyre schema [--plugin FILE]\n"
    "\n"
    "Prints a JSON Schema (draft 7) of scenario files: every key, and every parameter of\n"
    "every component that is found. An editor that knows TOML and schemas completes and\n"
    "checks scenarios with it; docs/scenario.md says how.\n"
    "\n"
    "  --plugin FILE  also the components of this module, before all others\n"
    "\n"
    "example: gyre schema\n";

static const char *const options[] = {"--plugin", "--help", "-h", NULL};

static const char *text(const json_t *object, const char *key)
{
    const char *const value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

/* ---- columns ------------------------------------------------------------------------------- */

static const json_t *find_param(const json_t *component, const char *key)
{
    const json_t *const params = json_object_get(component, "parameters");
    for (size_t i = 0; i < json_array_size(params); i++)
        if (strcmp(text(json_array_get(params, i), "key"), key) == 0)
            return json_array_get(params, i);
    return NULL;
}

/* What the host takes for 0 in a parameter. */
static json_t *zero_of(const json_t *param)
{
    const char *const type = text(param, "type");
    if (strcmp(type, "bool") == 0)
        return json_false();
    if (strcmp(type, "choice") == 0)
        return json_incref(json_array_get(json_object_get(param, "choices"), 0));
    return strcmp(type, "integer") == 0 ? json_integer(0) : json_real(0);
}

static bool is_named(const json_t *column)
{
    return *text(column, "column") || json_is_true(json_object_get(column, "optional"));
}

/* Must the scenario name the column even when it says nothing else? */
static bool is_required(const json_t *component, const json_t *column)
{
    const json_t *const param = find_param(component, text(column, "when"));
    if (is_named(column) || !param)
        return !is_named(column) && !*text(column, "when");
    json_t *const zero = zero_of(param);
    bool const silent = json_equal(zero, json_object_get(param, "default"));
    json_decref(zero);
    return !silent;
}

/* A parameter that is something else than 0, and the column that it needs is not there. */
static json_t *violation(const json_t *column, const json_t *param)
{
    json_t *const zero = zero_of(param), *const set = json_array();
    if (json_equal(zero, json_object_get(param, "default")))
        json_array_append(set, json_object_get(param, "key"));
    return json_pack("{s:{s:{s:{s:o}}}, s:o, s:{s:[s]}}", "properties", text(param, "key"), "not",
                     "const", zero, "required", set, "not", "required", text(column, "name"));
}

static json_t *column_property(struct arena *arena, const json_t *column)
{
    const char *const usual = text(column, "column");
    if (json_is_true(json_object_get(column, "list")))
        return json_pack("{s:s, s:s, s:{s:s}, s:i, s:b}", "description",
                         arena_format(arena, "%s The names of columns of %s.", text(column, "doc"),
                                      text(column, "of")),
                         "type", "array", "items", "type", "string", "minItems", 1, "uniqueItems",
                         1);
    json_t *const to = json_pack("{s:s, s:s}", "description",
                                 arena_format(arena, "%s The name of a column of %s.",
                                              text(column, "doc"), text(column, "of")),
                                 "type", "string");
    if (*usual)
        json_object_set_new(to, "default", json_string(usual));
    return to;
}

static void add_columns(struct arena *arena, const json_t *component, json_t *properties,
                        json_t *required, json_t *violations)
{
    const json_t *const columns = json_object_get(component, "columns");
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const json_t *const column = json_array_get(columns, i);
        const json_t *const param = find_param(component, text(column, "when"));
        json_object_set_new(properties, text(column, "name"), column_property(arena, column));
        if (is_named(column))
            continue;
        if (param)
            json_array_append_new(violations, violation(column, param));
        else if (!*text(column, "when")) /* what hangs on several is left to gyre itself */
            json_array_append(required, json_object_get(column, "name"));
    }
}

/* ---- components ---------------------------------------------------------------------------- */

static void add_params(struct arena *arena, const json_t *component, json_t *properties,
                       json_t *required)
{
    const json_t *const params = json_object_get(component, "parameters");
    for (size_t i = 0; i < json_array_size(params); i++) {
        const json_t *const param = json_array_get(params, i);
        json_object_set_new(properties, text(param, "key"), property_of_param(arena, param));
        if (json_is_true(json_object_get(param, "required")))
            json_array_append(required, json_object_get(param, "key"));
    }
}

/* The table that uses the component; without `use` it means the one that is used else. */
static json_t *use_of(struct arena *arena, const json_t *component, const struct grammar_form *form)
{
    json_t *const properties = json_object(), *const required = json_array();
    json_t *const violations = json_array();
    const char *const id = text(component, "id");
    const struct grammar_table *const own = grammar_of_kind(form->kind);
    json_object_set_new(
        properties, "use",
        json_pack("{s:s, s:s}", "const", id, "description", text(component, "summary")));
    if (!form->word || strcmp(form->word, id) != 0)
        json_array_append_new(required, json_string("use"));
    add_params(arena, component, properties, required);
    add_columns(arena, component, properties, required, violations);
    if (own)
        property_add_table(arena, properties, required, own);
    json_t *const object = property_object(properties, required);
    json_object_set_new(object, "description", json_string(text(component, "summary")));
    if (json_array_size(violations))
        json_object_set_new(object, "not", json_pack("{s:O}", "anyOf", violations));
    json_decref(violations);
    return object;
}

/* Can the id stand alone, without a table? */
static bool is_complete(const json_t *component)
{
    const json_t *const params = json_object_get(component, "parameters");
    const json_t *const columns = json_object_get(component, "columns");
    bool complete = true;
    for (size_t i = 0; i < json_array_size(params); i++)
        complete &= !json_is_true(json_object_get(json_array_get(params, i), "required"));
    for (size_t i = 0; i < json_array_size(columns); i++)
        complete &= !is_required(component, json_array_get(columns, i));
    return complete;
}

/* ---- kinds --------------------------------------------------------------------------------- */

/* What there is of one kind. */
struct kind {
    json_t *ids, *alone, *tables;
};

static struct kind collect(struct arena *arena, const json_t *components,
                           const struct grammar_form *form, json_t *definitions)
{
    struct kind kind = {json_array(), json_array(), json_array()};
    for (size_t i = 0; i < json_array_size(components); i++) {
        const json_t *const one = json_array_get(components, i);
        const char *const id = text(one, "id");
        if (strcmp(text(one, "kind"), kind_word(form->kind)) != 0)
            continue;
        json_object_set_new(definitions, id, use_of(arena, one, form));
        json_array_append_new(kind.ids, json_string(id));
        json_array_append_new(kind.tables, property_reference(arena, id));
        if (is_complete(one))
            json_array_append_new(kind.alone, json_string(id));
    }
    return kind;
}

/* An `enum` may not be empty: without a component nothing is right. */
static json_t *choice_of(const struct kind *kind)
{
    json_t *const any = json_array();
    if (json_array_size(kind->alone))
        json_array_append_new(any, json_pack("{s:s, s:s, s:O}", "description",
                                             "A component by its id alone, with its defaults.",
                                             "type", "string", "enum", kind->alone));
    if (json_array_size(kind->ids))
        json_array_append_new(any, json_pack("{s:s, s:{s:{s:s, s:s, s:O}}, s:O}", "type", "object",
                                             "properties", "use", "description",
                                             "The id of a component.", "type", "string", "enum",
                                             kind->ids, "anyOf", kind->tables));
    json_t *const choice =
        json_array_size(any) ? json_pack("{s:O}", "anyOf", any) : json_pack("{s:{}}", "not");
    json_decref(any);
    return choice;
}

static void define_uses(struct arena *arena, const json_t *components,
                        const struct grammar_table *table, json_t *definitions)
{
    for (uint32_t i = 0; i < table->form_count; i++) {
        const struct grammar_form *const form = &table->forms[i];
        if (form->table)
            define_uses(arena, components, form->table, definitions);
        if (!form->kind)
            continue;
        struct kind const kind = collect(arena, components, form, definitions);
        json_object_set_new(definitions, kind_word(form->kind), choice_of(&kind));
        json_decref(kind.ids);
        json_decref(kind.alone);
        json_decref(kind.tables);
    }
}

/* ---- all of it ----------------------------------------------------------------------------- */

json_t *schema_create(struct arena *arena, const json_t *components)
{
    json_t *const properties = json_object(), *const required = json_array();
    json_t *const definitions = json_object();
    property_add_table(arena, properties, required, &grammar_root);
    property_define(arena, definitions, &grammar_root);
    property_define(arena, definitions, &grammar_intervention);
    define_uses(arena, components, &grammar_root, definitions);
    json_t *const schema = json_pack(
        "{s:s, s:s, s:s}", "$schema", "http://json-schema.org/draft-07/schema#", "title",
        "A scenario of gyre", "description", "Made by `gyre schema`, gyre " GYRE_VERSION ".");
    json_t *const object = property_object(properties, required);
    json_object_update(schema, object);
    json_object_set_new(schema, "definitions", definitions);
    json_decref(object);
    return schema;
}

static void say_unusable(const json_t *files)
{
    for (size_t i = 0; i < json_array_size(files); i++)
        browse_fail("schema", STATUS_OK, "%s is left out: %s",
                    text(json_array_get(files, i), "file"),
                    text(json_array_get(files, i), "reason"));
}

int schema_main(int argc, char **argv)
{
    struct arena *const arena = arena_create();
    struct browse browse = {.verb = "schema", .options = options};
    enum status status = browse_parse(arena, argc, argv, &browse);
    if (!status && browse.help) {
        fputs(usage, stdout);
    } else if (!status) {
        json_t *const all = browse_all(arena, &browse);
        json_t *const schema = schema_create(arena, json_object_get(all, "components"));
        say_unusable(json_object_get(all, "unusable"));
        browse_print_json(schema);
        json_decref(schema);
        json_decref(all);
    }
    arena_destroy(arena);
    if (!status)
        status = browse_end("schema");
    return (int)status;
}
