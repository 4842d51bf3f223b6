/* What a run says of its isolation: by what its components were given, not by their names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schedule/isolation.h"

static char file[] = "/tmp/gyre-isolation-XXXXXX";

static const char base[] = "gyre = 1\n"
                           "scenario = { rounds = 2 }\n"
                           "society.agents = 2\n"
                           "sampling = { samples = 10 }\n"
                           "metric = [{ use = \"metric.safety\" }, { use = \"metric.diversity\" }, "
                           "{ use = \"metric.drift\" }]\n"
                           "space = { states = 4, reference = \"uniform\", safe = { share = 0.5 }, "
                           "attributes = { utility = 1, harm = 0, shade = 2, kind = 0 } }\n";

static void expect(const char *more, const char *class, const char *through)
{
    struct arena *arena = arena_create();
    struct report *report = report_create(arena);
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    fprintf(out, "%s%s", base, more);
    fclose(out);
    struct scenario *scenario = scenario_load(arena, file, NULL, report);
    report_print(report, stderr);
    assert_non_null(scenario);
    struct registry *registry = registry_create(arena, NULL, report);
    struct plan *plan = plan_create(arena, scenario, registry, report);
    report_print(report, stderr);
    assert_non_null(plan);
    const char *found;
    assert_string_equal(isolation_word(isolation_find(plan, &found)), class);
    assert_string_equal(found, through);
    plan_destroy(plan);
    arena_destroy(arena);
}

static void the_paper_s_loop_is_closed_whatever_is_measured(void **state)
{
    (void)state;
    expect("", "closed", "");
}

static void what_the_society_itself_computes_keeps_it_closed(void **state)
{
    (void)state;
    expect("selection = { use = \"selection.bias\" }", "closed", "");
    expect("selection = { use = \"selection.popularity\" }", "closed", "");
    expect("update = { use = \"update.recall\" }", "closed", "");
}

static void labels_that_people_gave_open_it(void **state)
{
    (void)state;
    expect("intervention = [{ use = \"intervention.verify\" }]", "open",
           "intervention.verify (risk)");
    expect("selection = { use = \"selection.bias\", attribute = \"harm\" }", "open",
           "selection.bias (harm)");
    expect("update = { use = \"update.recall\", useful = \"safe\" }", "open",
           "update.recall (safe)");
}

static void a_column_that_is_not_used_opens_nothing(void **state)
{
    (void)state;
    expect("update = { use = \"update.mle\", rate = 0.5 }", "closed", "");
    expect("update = { use = \"update.mle\", rate = 0.5, outside = 0.1 }", "open",
           "update.mle (reference)");
}

static void features_are_what_states_are_unless_they_are_labels(void **state)
{
    (void)state;
    expect("society.policy = { use = \"policy.loglinear\", base = \"uniform\", features = "
           "[\"utility\", \"shade\"] }",
           "closed", "");
    expect("society.policy = { use = \"policy.loglinear\", features = [\"shade\"] }", "anchored",
           "policy.loglinear (start)");
    expect("society.policy = { use = \"policy.loglinear\", features = [\"shade\", \"harm\"] }",
           "open", "policy.loglinear (harm, start)");
}

static void the_start_is_the_run_s_own_past(void **state)
{
    (void)state;
    expect("intervention = [{ use = \"intervention.external\", weight = 0.1, source = \"start\" }]",
           "anchored", "intervention.external (start)");
    expect("society.policy = { use = \"policy.memory\", spill = 0.1 }", "anchored",
           "policy.memory (start)");
    expect("society.policy = { use = \"policy.memory\", spill = 0.1, kind = \"safe\" }", "open",
           "policy.memory (start, safe)");
}

/* Snapshots and resets are, too, though no column is read. */
static void what_goes_back_depends_on_the_past(void **state)
{
    (void)state;
    expect("intervention = [{ use = \"intervention.rollback\", every = 5 }]", "anchored",
           "intervention.rollback (the run's own past)");
    expect("intervention = [{ use = \"intervention.rollback\", verified = \"safety.mass\", "
           "at_least = 0.1, when = { metric = \"diversity.entropy\", below = 1 } }]",
           "open",
           "intervention.rollback (the run's own past), "
           "intervention.rollback (safety.mass reads reference, safe)");
}

static void a_trigger_depends_on_what_its_metric_reads(void **state)
{
    (void)state;
    expect("intervention = [{ use = \"intervention.temper\", "
           "when = { metric = \"diversity.entropy\", below = 1 } }]",
           "closed", "");
    expect("intervention = [{ use = \"intervention.temper\", "
           "when = { metric = \"drift.tv\", above = 0.1 } }]",
           "anchored", "intervention.temper (when: drift.tv reads start)");
    expect("intervention = [{ use = \"intervention.temper\", "
           "when = { metric = \"safety.kl\", above = 1 } }]",
           "open", "intervention.temper (when: safety.kl reads reference, safe)");
}

static void people_open_a_society_whatever_they_are_shown(void **state)
{
    (void)state;
#define REVIEW "intervention = [{ use = \"intervention.review\", "
    expect(REVIEW "simulated = true }]", "open", "intervention.review (risk)");
    expect(REVIEW "simulated = true, risk = \"utility\" }]", "closed", "");
    expect(REVIEW "flags_safe = 0.1 }]", "open", "intervention.review (risk, people)");
    expect(REVIEW "risk = \"utility\" }]", "open", "intervention.review (people)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_paper_s_loop_is_closed_whatever_is_measured),
        cmocka_unit_test(what_the_society_itself_computes_keeps_it_closed),
        cmocka_unit_test(labels_that_people_gave_open_it),
        cmocka_unit_test(a_column_that_is_not_used_opens_nothing),
        cmocka_unit_test(features_are_what_states_are_unless_they_are_labels),
        cmocka_unit_test(the_start_is_the_run_s_own_past),
        cmocka_unit_test(what_goes_back_depends_on_the_past),
        cmocka_unit_test(a_trigger_depends_on_what_its_metric_reads),
        cmocka_unit_test(people_open_a_society_whatever_they_are_shown),
    };
    int const handle = mkstemp(file);
    if (handle < 0 || setenv("GYRE_PLUGIN_PATH", PLUGINS, 1) != 0)
        return 1;
    close(handle);
    int const failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(file);
    return failed;
}
