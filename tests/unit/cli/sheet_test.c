#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cli/sheet.h"

/* Single quotes stand for double ones. */
static json_t *read_json(const char *text)
{
    char *const copy = strdup(text);
    assert_non_null(copy);
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *const value = json_loads(copy, 0, NULL);
    assert_non_null(value);
    free(copy);
    return value;
}

static void expect_example(const char *json, const char *expected)
{
    struct arena *const arena = arena_create();
    json_t *const component = read_json(json);
    char *text = NULL;
    size_t length = 0;
    FILE *const out = open_memstream(&text, &length);
    sheet_print_example(arena, out, 0, component);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
    json_decref(component);
    arena_destroy(arena);
}

static void every_kind_has_its_section(void **state)
{
    (void)state;
    expect_example("{'kind':'policy','id':'policy.x'}", "[society.policy]\nuse = \"policy.x\"\n");
    expect_example("{'kind':'selection','id':'selection.x'}",
                   "[selection]\nuse = \"selection.x\"\n");
    expect_example("{'kind':'update','id':'update.x'}", "[update]\nuse = \"update.x\"\n");
    expect_example("{'kind':'metric','id':'metric.x'}", "[[metric]]\nuse = \"metric.x\"\n");
    expect_example("{'kind':'intervention','id':'intervention.x'}",
                   "[[intervention]]\nuse = \"intervention.x\"\n");
}

static void defaults_are_written_as_toml(void **state)
{
    (void)state;
    expect_example("{'kind':'update','id':'update.x','parameters':["
                   "{'key':'rate','type':'number','default':1.0},"
                   "{'key':'tiny','type':'number','default':1e-300},"
                   "{'key':'count','type':'integer','default':-3},"
                   "{'key':'on','type':'bool','default':true},"
                   "{'key':'note','type':'text','default':'a \\\"b\\\"'}]}",
                   "[update]\n"
                   "use   = \"update.x\"\n"
                   "rate  = 1.0\n"
                   "tiny  = 1e-300\n"
                   "count = -3\n"
                   "on    = true\n"
                   "note  = \"a \\\"b\\\"\"\n");
}

static void what_is_required_is_within_its_range(void **state)
{
    (void)state;
    expect_example("{'kind':'metric','id':'metric.x','parameters':["
                   "{'key':'share','type':'number','required':true,'min':0.0,'max':1.0},"
                   "{'key':'free','type':'number','required':true,'min':'-inf','max':'inf'},"
                   "{'key':'most','type':'integer','required':true,'min':-9000000000000000000,"
                   "'max':5},"
                   "{'key':'act','type':'choice','required':true,'choices':['drop','keep']},"
                   "{'key':'word','type':'text','required':true},"
                   "{'key':'on','type':'bool','required':true}],"
                   "'columns':[{'name':'risk','of':'states'},"
                   "{'name':'trust','of':'agents','when':'on'},"
                   "{'name':'given','of':'states','column':'given'},"
                   "{'name':'phi','of':'states','list':true},"
                   "{'name':'may','of':'states','optional':true}]}",
                   "[[metric]]\n"
                   "use   = \"metric.x\"\n"
                   "share = 0.5  # required\n"
                   "free  = 1.0  # required\n"
                   "most  = 4  # required\n"
                   "act   = \"drop\"  # required\n"
                   "word  = \"...\"  # required\n"
                   "on    = true  # required\n"
                   "risk  = \"...\"  # required: a column\n"
                   "trust = \"...\"  # required if on is not 0: a column\n"
                   "phi   = [\"...\"]  # required: columns\n");
}

/* The child that looks into a stranger's module may send anything. */
static void description_that_lacks_all_is_printed(void **state)
{
    (void)state;
    struct arena *const arena = arena_create();
    json_t *const component = read_json("{'parameters':[{}, 1],'columns':[{}],'outputs':[[]],"
                                        "'hooks':[1],'module':3}");
    char *text = NULL;
    size_t length = 0;
    FILE *const out = open_memstream(&text, &length);
    sheet_print(arena, out, false, component);
    fclose(out);
    assert_non_null(strstr(text, "in a scenario\n"));
    free(text);
    json_decref(component);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_section),
        cmocka_unit_test(defaults_are_written_as_toml),
        cmocka_unit_test(what_is_required_is_within_its_range),
        cmocka_unit_test(description_that_lacks_all_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
