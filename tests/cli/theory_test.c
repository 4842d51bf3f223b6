/* gyre theory: what agrees is said to agree, what does not is seen, and where no closed form holds
 * nothing is claimed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "folder.h"

enum { LINE = 1024 };

static struct folder folder;

/* Writes scenario.toml: 8 states, 5 rounds, and what a test adds behind its sections. */
static void write_scenario(const char *sampling, const char *rest)
{
    char text[LINE];
    snprintf(text, sizeof text,
             "gyre = 1\nscenario = { rounds = 5 }\n[space]\n"
             "reference = [0.30, 0.20, 0.15, 0.12, 0.10, 0.07, 0.04, 0.02]\n"
             "safe = [1, 1, 1, 0, 0, 0, 0, 1]\n[society]\nagents = 3\n[sampling]\n%s\n%s\n"
             "[[metric]]\nuse = \"metric.drift\"\n",
             sampling, rest);
    folder_write(&folder, "scenario.toml", text);
}

static struct outcome theory(const char *options, int code)
{
    char line[LINE];
    snprintf(line, sizeof line, "gyre theory scenario.toml %s", options);
    struct outcome outcome = command_run(folder.path, line);
    outcome_expect(&outcome, code);
    return outcome;
}

static void expect_text(const char *text, const char *part)
{
    if (!strstr(text, part))
        print_error("no \"%s\" in:\n%s", part, text);
    assert_non_null(strstr(text, part));
}

static void expect_said(const char *options, int code, const char *part)
{
    struct outcome outcome = theory(options, code);
    expect_text(outcome.out, part);
    outcome_free(&outcome);
}

/* ---- the verdict -------------------------------------------------------- */

static void a_sound_simulator_agrees(void **state)
{
    (void)state;
    write_scenario("samples = 50", "");
    expect_said("", 0, "33 rows of 1000 replicates, seed 1\n");
    expect_said("--seed 2 --replicates 300", 0, "they agree\n");
}

/* The same scenario, rows and seed; the component alone is another. */
static void a_wrong_simulator_is_caught(void **state)
{
    (void)state;
    write_scenario("samples = 50", "");
    expect_said("--plugin " GYRE_WRONG, 1, "they differ\n");
    struct outcome outcome = theory("--plugin " GYRE_WRONG " --json", 1);
    expect_text(outcome.out, "\"agrees\":false}\n");
    outcome_free(&outcome);
}

/* Nothing is left to chance, and one bit too much in a law is seen. */
static void a_wrong_law_is_caught_without_any_noise(void **state)
{
    (void)state;
    write_scenario("samples = \"expected\"", "[selection]\nuse = \"selection.bias\"\nbeta = 0.5\n"
                                             "attribute = \"safe\"\n");
    expect_said("", 0, "that nothing is left to chance in: the same to 1e-12\n");
    expect_said("--plugin " GYRE_WRONG, 1, "DIFFERS");
}

static void where_no_closed_form_holds_nothing_is_claimed(void **state)
{
    (void)state;
    write_scenario("samples = 50", "[selection]\nuse = \"selection.popularity\"\n");
    expect_said("", 0, "no closed form here: none is known for selection.popularity\n");
    write_scenario(
        "samples = 50",
        "[[metric]]\nuse = \"metric.safety\"\n[[intervention]]\n"
        "use = \"intervention.temper\"\nwhen = { metric = \"safety.kl\", above = 0.5 }\n");
    expect_said("", 0, "no closed form here: intervention.temper acts when a metric says so\n");
    expect_said("--json", 0,
                "{\"rows\":0,\"closed_form\":false,\"why\":\"intervention.temper acts when a "
                "metric says so\"}\n");
}

/* The formulas are those of gyre's own start and reference. */
static void of_another_start_or_reference_nothing_is_claimed(void **state)
{
    (void)state;
    write_scenario("samples = 50\n[space.attributes]\nother = [0.5, 0.5, 0, 0, 0, 0, 0, 0]",
                   "[update]\nuse = \"update.mle\"\nrate = 0.5\noutside = 0.3\n"
                   "reference = \"other\"\n");
    expect_said("", 0,
                "no closed form here: none is known for update.mle with another reference\n");
}

/* From the second round on it would depend on what was drawn. */
static void of_a_selection_the_first_round_is_shown_alone(void **state)
{
    (void)state;
    write_scenario("samples = 50", "[selection]\nuse = \"selection.sharpen\"\n");
    expect_said("", 0, "\n6 rows of 1000 replicates");
    expect_said("", 0, "(first round)");
}

/* ---- what it runs ------------------------------------------------------- */

static void rounds_seed_and_replicates_are_those_asked_for(void **state)
{
    (void)state;
    write_scenario("samples = 50", "");
    expect_said("--rounds 2 --replicates 40 --seed 9", 0, "15 rows of 40 replicates, seed 9\n");
    expect_said("--set scenario.replicates=1500 --rounds 1", 0, " of 1500 replicates");
    expect_said("--set sampling.samples=80 --rounds 1 --replicates 50", 0, " 0.805997500 ");
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    write_scenario("samples = 50\ndataset = \"per_agent\"\nmixing = 0.5", "");
    struct outcome one = theory("--threads 1", 0), two = theory("--threads 2", 0);
    assert_string_equal(one.out, two.out);
    outcome_free(&one);
    outcome_free(&two);
}

/* Whatever the scenario measures by itself, and by what name. */
static void metrics_of_the_scenario_do_not_matter(void **state)
{
    (void)state;
    write_scenario("samples = 50", "");
    struct outcome without = theory("--replicates 50", 0);
    write_scenario("samples = 50", "[[metric]]\nuse = \"metric.safety\"\n[[metric]]\n"
                                   "use = \"metric.diversity\"\nas = \"theory\"\n");
    struct outcome with = theory("--replicates 50", 0);
    assert_string_equal(without.out, with.out);
    outcome_free(&without);
    outcome_free(&with);
    write_scenario("samples = 50", "[[metric]]\nuse = \"metric.safety\"\ntau = 0.05\n");
    expect_said("--rounds 1 --replicates 50", 0, " 0.913033523 ");
}

static void nothing_is_stored(void **state)
{
    (void)state;
    write_scenario("samples = 50", "");
    expect_said("--rounds 1 --replicates 50", 0, "they agree");
    assert_false(folder_has(&folder, "gyre.db"));
}

/* ---- lines -------------------------------------------------------------- */

static double number(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static void every_line_of_json_is_a_row_and_the_last_the_verdict(void **state)
{
    (void)state;
    write_scenario("samples = 50", "");
    struct outcome outcome = theory("--json --rounds 3 --replicates 60", 0);
    int rows = 0;
    for (char *line = strtok(outcome.out, "\n"); line; line = strtok(NULL, "\n")) {
        json_t *row = json_loads(line, 0, NULL);
        assert_non_null(row);
        if (json_object_get(row, "round")) {
            rows++;
            assert_true(number(row, "exact") >= 0 && number(row, "se") >= 0);
            assert_true(json_is_string(json_object_get(row, "theory")));
        } else {
            assert_int_equal((int)number(row, "rows"), rows);
            assert_true(json_is_true(json_object_get(row, "agrees")));
        }
        json_decref(row);
    }
    assert_int_equal(rows, 21);
    outcome_free(&outcome);
}

static int begin(void **state)
{
    (void)state;
    folder_create(&folder);
    return 0;
}

static int end(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_simulator_agrees),
        cmocka_unit_test(a_wrong_simulator_is_caught),
        cmocka_unit_test(a_wrong_law_is_caught_without_any_noise),
        cmocka_unit_test(where_no_closed_form_holds_nothing_is_claimed),
        cmocka_unit_test(of_another_start_or_reference_nothing_is_claimed),
        cmocka_unit_test(of_a_selection_the_first_round_is_shown_alone),
        cmocka_unit_test(rounds_seed_and_replicates_are_those_asked_for),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(metrics_of_the_scenario_do_not_matter),
        cmocka_unit_test(nothing_is_stored),
        cmocka_unit_test(every_line_of_json_is_a_row_and_the_last_the_verdict),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
