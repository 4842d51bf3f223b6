#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "planned.h"
#include "record/result.h"
#include "schedule/timing.h"

enum { ROUNDS = 30 };

/* A mark for each of the rounds 1 to 12: "..x..x" */
static void expect_rounds(const struct timing *timing, const double *value, const char *expected)
{
    char found[ROUNDS + 1] = "";
    size_t const rounds = strlen(expected);
    for (size_t t = 1; t <= rounds; t++)
        found[t - 1] = timing_acts(timing, (int64_t)t, value) ? 'x' : '.';
    assert_string_equal(found, expected);
}

static void every_round_is_the_default(void **state)
{
    (void)state;
    expect_rounds(&(struct timing){.every = 1, .from = 1, .trigger = -1}, NULL, "xxxxxxxxxxxx");
}

static void every_counts_from_the_first_round(void **state)
{
    (void)state;
    expect_rounds(&(struct timing){.every = 3, .from = 1, .trigger = -1}, NULL, "x..x..x..x..");
    expect_rounds(&(struct timing){.every = 3, .from = 2, .trigger = -1}, NULL, ".x..x..x..x.");
    expect_rounds(&(struct timing){.every = 100, .from = 4, .trigger = -1}, NULL, "...x........");
}

static void until_is_the_last_round(void **state)
{
    (void)state;
    expect_rounds(&(struct timing){.every = 1, .from = 3, .until = 5, .trigger = -1}, NULL,
                  "..xxx.......");
    expect_rounds(&(struct timing){.every = 2, .from = 3, .until = 6, .trigger = -1}, NULL,
                  "..x.x.......");
    expect_rounds(&(struct timing){.every = 7, .from = 3, .until = 3, .trigger = -1}, NULL,
                  "..x.........");
}

static bool acts(bool above, double limit, double x)
{
    double const value[] = {x, 0};
    struct timing const timing = {
        .every = 1, .from = 1, .trigger = 0, .above = above, .limit = limit};
    return timing_acts(&timing, 1, value);
}

static void limit_itself_triggers_nothing(void **state)
{
    (void)state;
    assert_false(acts(true, 0.5, 0.5));
    assert_true(acts(true, 0.5, nextafter(0.5, 1)));
    assert_false(acts(true, 0.5, 0.25));
    assert_false(acts(false, 0.5, 0.5));
    assert_true(acts(false, 0.5, nextafter(0.5, 0)));
    assert_false(acts(false, 0.5, 0.75));
}

static void infinity_is_beyond_any_limit(void **state)
{
    (void)state;
    assert_true(acts(true, DBL_MAX / 2, (double)INFINITY));
    assert_false(acts(false, DBL_MAX / 2, (double)INFINITY));
    assert_true(acts(false, -DBL_MAX / 2, -(double)INFINITY));
    assert_false(acts(true, -DBL_MAX / 2, -(double)INFINITY));
}

static void missing_output_triggers_nothing(void **state)
{
    (void)state;
    assert_false(acts(true, -1e300, result_missing()));
    assert_false(acts(false, 1e300, result_missing()));
}

static void trigger_acts_only_in_rounds_that_are_its(void **state)
{
    (void)state;
    double const value[] = {0, 7};
    expect_rounds(
        &(struct timing){
            .every = 2, .from = 3, .until = 8, .trigger = 1, .above = true, .limit = 6},
        value, "..x.x.x.....");
    expect_rounds(
        &(struct timing){
            .every = 2, .from = 3, .until = 8, .trigger = 0, .above = true, .limit = 6},
        value, "............");
}

/* ---- as a scenario says it ---------------------------------------------- */

#define BASE                                                                                       \
    "gyre = 1\n"                                                                                   \
    "scenario = { rounds = 2 }\n"                                                                  \
    "society = { agents = 2 }\n"                                                                   \
    "sampling = { samples = 10 }\n"                                                                \
    "space = { states = 4, reference = \"uniform\" }\n"                                            \
    "metric = [{ use = \"metric.safety\" }, { use = \"metric.diversity\" }]\n"                     \
    "[[intervention]]\n"                                                                           \
    "use = \"intervention.temper\"\n"

static void scenario_s_keys_are_read(void **state)
{
    (void)state;
    struct planned planned =
        planned_well(BASE "every = 2\nfrom = 3\nuntil = 9\n"
                          "when = { metric = \"diversity.entropy\", below = -1.5 }\n");
    const struct timing *timing = &planned.plan->interventions[0].instance->timing;
    assert_int_equal(timing->every, 2);
    assert_int_equal(timing->from, 3);
    assert_int_equal(timing->until, 9);
    assert_string_equal(planned.plan->outputs[timing->trigger].name, "diversity.entropy");
    assert_false(timing->above);
    assert_true(timing->limit == -1.5);
    planned_drop(&planned);
}

static void silent_scenario_acts_always(void **state)
{
    (void)state;
    struct planned planned = planned_well(BASE);
    expect_rounds(&planned.plan->interventions[0].instance->timing, NULL, "xxxxxxxxxxxx");
    planned_drop(&planned);
}

static void expect_mistake(const char *keys, const char *sentence)
{
    char text[2048];
    snprintf(text, sizeof text, "%s%s\n", BASE, keys);
    struct planned planned = planned_make(text);
    assert_null(planned.plan);
    assert_int_equal(report_count(planned.report), 1);
    const char *found = strstr(report_first(planned.report), "intervention.temper");
    assert_non_null(found);
    assert_string_equal(found, sentence);
    planned_drop(&planned);
}

static void times_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    expect_mistake("from = 5\nuntil = 4", "intervention.temper: until = 4 is before from = 5: it "
                                          "would never act");
    expect_mistake("when = { metric = \"safety.kl\" }",
                   "intervention.temper: when needs one limit, `above` or `below`, and has none");
    expect_mistake("when = { metric = \"safety.kl\", above = 1, below = 2 }",
                   "intervention.temper: when needs one limit, `above` or `below`, and has both");
    expect_mistake("when = { metric = \"safety.lk\", above = 1 }",
                   "intervention.temper: when: \"safety.lk\" is not measured in this scenario; did "
                   "you mean \"safety.kl\"?");
    expect_mistake("when = 3", "intervention.temper: when must be a table such as { metric = "
                               "\"safety.kl\", above = 0.5 }");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_round_is_the_default),
        cmocka_unit_test(every_counts_from_the_first_round),
        cmocka_unit_test(until_is_the_last_round),
        cmocka_unit_test(limit_itself_triggers_nothing),
        cmocka_unit_test(infinity_is_beyond_any_limit),
        cmocka_unit_test(missing_output_triggers_nothing),
        cmocka_unit_test(trigger_acts_only_in_rounds_that_are_its),
        cmocka_unit_test(scenario_s_keys_are_read),
        cmocka_unit_test(silent_scenario_acts_always),
        cmocka_unit_test(times_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
