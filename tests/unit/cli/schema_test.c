#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/schema.h"

/* Two selections, a metric and an intervention, as host/describe.h has them. */
static const char components[] =
    "[{'id': 'selection.neutral', 'kind': 'selection', 'summary': 'None.', 'parameters': [],"
    "  'columns': []},"
    " {'id': 'selection.lean', 'kind': 'selection', 'summary': 'Leans.', 'parameters':"
    "  [{'key': 'beta', 'type': 'number', 'required': false, 'default': 0.0, 'min': 0.0,"
    "    'max': 2.0, 'open_min': false, 'open_max': true, 'unit': 'nats', 'doc': 'How far.'}],"
    "  'columns': [{'name': 'attribute', 'column': null, 'of': 'states', 'optional': false,"
    "               'when': 'beta', 'doc': 'Toward what.'}]},"
    " {'id': 'metric.count', 'kind': 'metric', 'summary': 'Counts.', 'parameters':"
    "  [{'key': 'what', 'type': 'choice', 'required': true, 'choices': ['all', 'some'],"
    "    'unit': '', 'doc': 'What.'}], 'columns': []},"
    " {'id': 'intervention.stop', 'kind': 'intervention', 'summary': 'Stops.', 'parameters': [],"
    "  'columns': [{'name': 'risk', 'column': 'risk', 'of': 'states', 'optional': false,"
    "               'when': null, 'doc': 'How risky.'}]}]";

struct made {
    struct arena *arena;
    json_t *schema, *definitions;
};

/* The text's quotes are single ones, which JSON does not know. */
static struct made make(const char *text)
{
    struct made made = {.arena = arena_create()};
    char *const quoted = arena_text(made.arena, text);
    for (char *c = quoted; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *const all = json_loads(quoted, 0, NULL);
    assert_non_null(all);
    made.schema = schema_create(made.arena, all);
    made.definitions = json_object_get(made.schema, "definitions");
    json_decref(all);
    return made;
}

static void drop(struct made *made)
{
    json_decref(made->schema);
    arena_destroy(made->arena);
}

static json_t *property(const struct made *made, const char *definition, const char *key)
{
    json_t *const of = json_object_get(made->definitions, definition);
    return json_object_get(json_object_get(of, "properties"), key);
}

static void expect_json(const json_t *actual, const char *expected)
{
    char quoted[512];
    snprintf(quoted, sizeof quoted, "%s", expected);
    for (char *c = quoted; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *const wanted = json_loads(quoted, JSON_DECODE_ANY, NULL);
    assert_non_null(wanted);
    if (!json_equal(actual, wanted))
        fail_msg("%s is not %s", json_dumps(actual, JSON_ENCODE_ANY), quoted);
    json_decref(wanted);
}

static void walk(const struct made *made, json_t *at,
                 void (*each)(const struct made *made, json_t *object))
{
    const char *key;
    json_t *value;
    size_t i;
    if (json_is_object(at)) {
        each(made, at);
        json_object_foreach(at, key, value) walk(made, value, each);
    } else if (json_is_array(at)) {
        json_array_foreach(at, i, value) walk(made, value, each);
    }
}

/* ---- claims ------------------------------------------------------------- */

static void expect_target(const struct made *made, json_t *object)
{
    static const char lead[] = "#/definitions/";
    const char *const to = json_string_value(json_object_get(object, "$ref"));
    if (!to)
        return;
    assert_int_equal(strncmp(to, lead, strlen(lead)), 0);
    assert_non_null(json_object_get(made->definitions, to + strlen(lead)));
    assert_int_equal(json_object_size(object), 1); /* draft 7 passes over neighbours */
}

static void every_reference_leads_somewhere_and_stands_alone(void **state)
{
    (void)state;
    struct made made = make(components);
    walk(&made, made.schema, expect_target);
    drop(&made);
}

static void expect_closed(const struct made *made, json_t *object)
{
    (void)made;
    if (json_object_get(object, "properties") && json_object_get(object, "required") &&
        json_is_string(json_object_get(object, "type")))
        assert_true(json_is_false(json_object_get(object, "additionalProperties")));
}

static void every_table_refuses_unknown_keys(void **state)
{
    (void)state;
    static const char *const tables[] = {
        "scenario", "space", "society",        "sampling",     "column",
        "safe",     "when",  "selection.lean", "metric.count", "intervention.stop"};
    struct made made = make(components);
    walk(&made, made.schema, expect_closed);
    assert_true(json_is_false(json_object_get(made.schema, "additionalProperties")));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        assert_true(json_is_false(
            json_object_get(json_object_get(made.definitions, tables[i]), "additionalProperties")));
    drop(&made);
}

static void a_parameter_has_its_type_range_default_and_words(void **state)
{
    (void)state;
    struct made made = make(components);
    expect_json(property(&made, "selection.lean", "beta"),
                "{'description': 'How far. In nats.', 'type': 'number', 'minimum': 0.0,"
                " 'exclusiveMaximum': 2.0, 'default': 0.0}");
    expect_json(property(&made, "metric.count", "what"),
                "{'description': 'What.', 'type': 'string', 'enum': ['all', 'some']}");
    expect_json(property(&made, "scenario", "replicates"),
                "{'description': 'Societies that differ in nothing but their random words. In "
                "societies.', 'type': 'integer', 'minimum': 1, 'maximum': 1000000, 'default': 1}");
    drop(&made);
}

static void a_limit_that_is_none_is_not_said(void **state)
{
    (void)state;
    struct made made = make(components);
    expect_json(property(&made, "when", "above"),
                "{'description': 'Acts when the output is above this.', 'type': 'number'}");
    drop(&made);
}

static void the_host_s_keys_go_with_their_kind(void **state)
{
    (void)state;
    struct made made = make(components);
    assert_non_null(property(&made, "intervention.stop", "every"));
    assert_non_null(property(&made, "intervention.stop", "when"));
    assert_non_null(property(&made, "metric.count", "as"));
    assert_null(property(&made, "metric.count", "every"));
    assert_null(property(&made, "selection.lean", "as"));
    expect_json(json_object_get(property(&made, "intervention.stop", "risk"), "default"), "'risk'");
    drop(&made);
}

/* Its id alone means the table without the key: that would be refused. */
static void what_needs_a_key_is_no_id_alone(void **state)
{
    (void)state;
    struct made made = make(components);
    json_t *const metric = json_object_get(made.definitions, "metric");
    expect_json(metric, "{'anyOf': [{'type': 'object', 'properties': {'use': {'description': "
                        "'The id of a component.', 'type': 'string', 'enum': ['metric.count']}},"
                        " 'anyOf': [{'$ref': '#/definitions/metric.count'}]}]}");
    json_t *const selection =
        json_array_get(json_object_get(json_object_get(made.definitions, "selection"), "anyOf"), 0);
    expect_json(json_object_get(selection, "enum"), "['selection.neutral', 'selection.lean']");
    drop(&made);
}

static void only_what_is_used_else_needs_no_use(void **state)
{
    (void)state;
    struct made made = make(components);
    expect_json(json_object_get(json_object_get(made.definitions, "selection.neutral"), "required"),
                "[]");
    expect_json(json_object_get(json_object_get(made.definitions, "selection.lean"), "required"),
                "['use']");
    drop(&made);
}

static void a_column_is_needed_once_its_parameter_is_set(void **state)
{
    (void)state;
    struct made made = make(components);
    expect_json(json_object_get(json_object_get(made.definitions, "selection.lean"), "not"),
                "{'anyOf': [{'properties': {'beta': {'not': {'const': 0.0}}}, 'required': ['beta'],"
                " 'not': {'required': ['attribute']}}]}");
    drop(&made);
}

static void without_components_no_use_is_right(void **state)
{
    (void)state;
    struct made made = make("[]");
    expect_json(json_object_get(made.definitions, "policy"), "{'not': {}}");
    drop(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reference_leads_somewhere_and_stands_alone),
        cmocka_unit_test(every_table_refuses_unknown_keys),
        cmocka_unit_test(a_parameter_has_its_type_range_default_and_words),
        cmocka_unit_test(a_limit_that_is_none_is_not_said),
        cmocka_unit_test(the_host_s_keys_go_with_their_kind),
        cmocka_unit_test(what_needs_a_key_is_no_id_alone),
        cmocka_unit_test(only_what_is_used_else_needs_no_use),
        cmocka_unit_test(a_column_is_needed_once_its_parameter_is_set),
        cmocka_unit_test(without_components_no_use_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
