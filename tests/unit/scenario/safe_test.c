/* Which states a share makes unsafe: in the order asked for, each that still fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "scenario/scenario.h"

static char file[] = "/tmp/gyre-safe-XXXXXX";

/* `unsafe`: a letter a state, u where it is unsafe. */
static void expect(const char *safe, const char *unsafe)
{
    struct arena *arena = arena_create();
    struct report *report = report_create(arena);
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    fprintf(out,
            "gyre = 1\nscenario.rounds = 1\nsociety.agents = 1\nsampling.samples = 1\n"
            "metric = [{ use = \"metric.safety\" }]\n[space]\nstates = 8\n"
            "reference = [0.15, 0.05, 0.3, 0.02, 0.2, 0.05, 0.13, 0.1]\nsafe = { %s }\n",
            safe);
    fclose(out);
    struct scenario *scenario = scenario_load(arena, file, NULL, report);
    report_print(report, stderr);
    assert_int_equal(report_count(report), 0);
    assert_non_null(scenario);
    const struct column *column = column_find(&scenario->space.columns, GYRE_OF_STATE, SPACE_SAFE);
    assert_non_null(column);
    for (int z = 0; z < 8; z++)
        assert_true((column->data[z] == 0) == (unsafe[z] == 'u'));
    arena_destroy(arena);
}

static void states_are_taken_in_order_and_the_first_of_equals(void **state)
{
    (void)state;
    expect("share = 0.75, of = \"states\", unsafe = \"rarest\"", "-u-u----");
    expect("share = 0.5, of = \"states\", unsafe = \"rarest\"", "-u-u-u-u");
    expect("share = 0.625, of = \"states\", unsafe = \"commonest\"", "u-u-u---");
    expect("share = 1, of = \"states\", unsafe = \"rarest\"", "--------");
    expect("share = 0, of = \"states\", unsafe = \"rarest\"", "uuuuuuuu");
}

/* 0.3 does not fit into 0.28, nor 0.15 and 0.13 behind 0.2; 0.05 does, and then 0.02. */
static void what_does_not_fit_is_passed_over(void **state)
{
    (void)state;
    expect("share = 0.72, of = \"mass\", unsafe = \"commonest\"", "-u-uu---");
    expect("share = 0.75, of = \"mass\", unsafe = \"rarest\"", "-u-u-u-u");
}

static int make_file(void **state)
{
    (void)state;
    int const made = mkstemp(file);
    return made < 0 || close(made) ? -1 : 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_taken_in_order_and_the_first_of_equals),
        cmocka_unit_test(what_does_not_fit_is_passed_over),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
