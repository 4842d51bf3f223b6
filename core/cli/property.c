#include "cli/property.h"

#include <string.h>

#include "host/describe.h"
#include "host/registry.h"

/* A limit from here on says no more than that there is none to think of. */
#define ENDLESS 1e15

/* ---- parameters ---------------------------------------------------------------------------- */

static const char *text(const json_t *object, const char *key)
{
    const char *const value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static void add_limit(json_t *to, const json_t *param, const char *limit, const char *open,
                      const char *word, const char *open_word)
{
    json_t *const value = json_object_get(param, limit);
    bool const is_open = json_is_true(json_object_get(param, open));
    double const x = json_number_value(value);
    if (json_is_number(value) && x > -ENDLESS && x < ENDLESS)
        json_object_set(to, is_open ? open_word : word, value);
}

static void add_default(json_t *to, const json_t *param)
{
    json_t *const value = json_object_get(param, "default");
    double const x = json_number_value(value);
    if (value && x > -ENDLESS && x < ENDLESS)
        json_object_set(to, "default", value);
}

static const char *type_name(const char *type)
{
    return strcmp(type, "bool") == 0                                     ? "boolean"
           : strcmp(type, "integer") == 0 || strcmp(type, "number") == 0 ? type
                                                                         : "string";
}

json_t *property_of_param(struct arena *arena, const json_t *param)
{
    const char *const unit = text(param, "unit");
    const char *const words =
        *unit ? arena_format(arena, "%s In %s.", text(param, "doc"), unit) : text(param, "doc");
    json_t *const to =
        json_pack("{s:s, s:s}", "description", words, "type", type_name(text(param, "type")));
    if (json_object_get(param, "choices"))
        json_object_set(to, "enum", json_object_get(param, "choices"));
    add_limit(to, param, "min", "open_min", "minimum", "exclusiveMinimum");
    add_limit(to, param, "max", "open_max", "maximum", "exclusiveMaximum");
    add_default(to, param);
    return to;
}

/* ---- forms --------------------------------------------------------------------------------- */

json_t *property_reference(struct arena *arena, const char *name)
{
    return json_pack("{s:s}", "$ref", arena_format(arena, "#/definitions/%s", name));
}

static void set_number(json_t *to, const char *key, double x, bool whole)
{
    if (x > -ENDLESS && x < ENDLESS)
        json_object_set_new(to, key, whole ? json_integer((json_int_t)x) : json_real(x));
}

static json_t *number(const struct grammar_form *form)
{
    bool const whole = form->forms & GRAMMAR_WHOLE;
    json_t *const to = json_pack("{s:s}", "type", whole ? "integer" : "number");
    set_number(to, "minimum", form->min, whole);
    set_number(to, "maximum", form->max, whole);
    return to;
}

static json_t *uses(struct arena *arena, const struct grammar_form *form)
{
    json_t *const one = property_reference(arena, kind_word(form->kind));
    if (!(form->forms & GRAMMAR_SEVERAL))
        return one;
    return json_pack("{s:s, s:o, s:i}", "type", "array", "items", one, "minItems",
                     (int)form->required);
}

/* All that the form can be, but for the names of GRAMMAR_NAMED around it. */
static json_t *values(struct arena *arena, const struct grammar_form *form)
{
    json_t *const any = json_array();
    uint32_t const forms = form->forms;
    if (forms & GRAMMAR_WORD)
        json_array_append_new(any, json_pack("{s:s}", "const", form->word));
    if (forms & GRAMMAR_NAME)
        json_array_append_new(
            any, json_pack("{s:s, s:s}", "type", "string", "pattern", "^[a-z][a-z0-9_]*$"));
    if (forms & GRAMMAR_LAW)
        json_array_append_new(any, property_reference(arena, grammar_law.name));
    if (forms & GRAMMAR_TABLE)
        json_array_append_new(any, property_reference(arena, form->table->name));
    if (forms & GRAMMAR_NUMBER)
        json_array_append_new(any, number(form));
    if (forms & GRAMMAR_ARRAY)
        json_array_append_new(any, json_pack("{s:s, s:o, s:i}", "type", "array", "items",
                                             number(form), "minItems", 1));
    if (forms & GRAMMAR_COLUMN)
        json_array_append_new(any, property_reference(arena, grammar_column.name));
    if (forms & GRAMMAR_USE)
        json_array_append_new(any, uses(arena, form));
    return any;
}

/* One alternative needs no `anyOf`, but that a `$ref` has no neighbours in draft 7. */
static json_t *described(const char *words, json_t *any)
{
    json_t *const first = json_array_get(any, 0);
    json_t *const to = json_pack("{s:s}", "description", words);
    if (json_array_size(any) == 1 && !json_object_get(first, "$ref"))
        json_object_update(to, first);
    else
        json_object_set(to, "anyOf", any);
    json_decref(any);
    return to;
}

json_t *property_of_form(struct arena *arena, const struct grammar_form *form)
{
    const char *const words =
        form->otherwise ? arena_format(arena, "%s Left out: %s.", form->doc, form->otherwise)
                        : form->doc;
    json_t *const any = values(arena, form);
    if (!(form->forms & GRAMMAR_NAMED))
        return described(words, any);
    return json_pack("{s:s, s:s, s:{s:s}, s:{s:o}}", "description", words, "type", "object",
                     "propertyNames", "pattern", "^[a-z][a-z0-9_]*$", "additionalProperties",
                     "anyOf", any);
}

/* ---- tables -------------------------------------------------------------------------------- */

static void require(json_t *required, const char *key)
{
    json_array_append_new(required, json_string(key));
}

void property_add_table(struct arena *arena, json_t *properties, json_t *required,
                        const struct grammar_table *table)
{
    json_t *const params = describe_params(table->params, table->param_count);
    for (size_t i = 0; i < json_array_size(params); i++) {
        const json_t *const param = json_array_get(params, i);
        json_object_set_new(properties, text(param, "key"), property_of_param(arena, param));
        if (json_is_true(json_object_get(param, "required")))
            require(required, text(param, "key"));
    }
    json_decref(params);
    for (uint32_t i = 0; i < table->form_count; i++) {
        const struct grammar_form *const form = &table->forms[i];
        json_object_set_new(properties, form->key, property_of_form(arena, form));
        if (form->required)
            require(required, form->key);
    }
}

json_t *property_object(json_t *properties, json_t *required)
{
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required",
                     required, "additionalProperties", 0);
}

static json_t *object_of_table(struct arena *arena, const struct grammar_table *table)
{
    json_t *const properties = json_object(), *const required = json_array();
    property_add_table(arena, properties, required, table);
    json_t *const object = property_object(properties, required);
    json_t *const one = json_array();
    for (const char *const *key = table->one_of; key && *key; key++)
        json_array_append_new(one, json_pack("{s:[s]}", "required", *key));
    if (table->one_of)
        json_object_set(object, "oneOf", one);
    json_decref(one);
    return object;
}

/* ---- definitions --------------------------------------------------------------------------- */

/* `{ law = NAME }` with the one parameter that this law has. */
static json_t *one_law(struct arena *arena, const json_t *params, size_t law)
{
    const json_t *const row = json_array_get(params, 0), *const own = json_array_get(params, law);
    json_t *const properties = json_object();
    json_object_set_new(properties, text(row, "key"),
                        json_pack("{s:s, s:O}", "description", text(row, "doc"), "const",
                                  json_array_get(json_object_get(row, "choices"), law)));
    if (law > 0)
        json_object_set_new(properties, text(own, "key"), property_of_param(arena, own));
    return property_object(properties, json_pack("[s]", text(row, "key")));
}

static json_t *law(struct arena *arena)
{
    json_t *const params = describe_params(grammar_law.params, grammar_law.param_count);
    const json_t *const row = json_array_get(params, 0);
    json_t *const any = json_array();
    json_array_append_new(any, json_pack("{s:s, s:s, s:O}", "description",
                                         "A law by its name alone, with its defaults.", "type",
                                         "string", "enum", json_object_get(row, "choices")));
    for (size_t i = 0; i < GRAMMAR_LAWS; i++)
        json_array_append_new(any, one_law(arena, params, i));
    json_decref(params);
    return json_pack("{s:o}", "anyOf", any);
}

void property_define(struct arena *arena, json_t *definitions, const struct grammar_table *table)
{
    json_object_set_new(definitions, grammar_law.name, law(arena));
    json_object_set_new(definitions, grammar_column.name, object_of_table(arena, &grammar_column));
    for (uint32_t i = 0; i < table->form_count; i++) {
        const struct grammar_table *const within = table->forms[i].table;
        if (!within)
            continue;
        json_object_set_new(definitions, within->name, object_of_table(arena, within));
        property_define(arena, definitions, within);
    }
}
