/* What a user sees of a society that is taken back: its cost, its end, what it needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "folder.h"
#include "recorded.h"

static struct folder folder;

#define WORLD                                                                                      \
    "gyre = 1\nscenario = { rounds = 20, replicates = 2 }\n"                                       \
    "space = { reference = [0.6, 0.4], safe = [1, 0] }\nsociety = { agents = 3 }\n"                \
    "sampling = { samples = 50 }\nmetric = [{ use = \"metric.safety\" }]\n"                        \
    "[[intervention]]\nuse = \"intervention.rollback\"\n"

static struct outcome run(const char *scenario, const char *line, int code)
{
    folder_write(&folder, "a.toml", scenario);
    struct outcome outcome = command_run(folder.path, line);
    outcome_expect(&outcome, code);
    return outcome;
}

static void expect_in(const char *text, const char *part)
{
    if (!strstr(text, part))
        print_error("no \"%s\" in:\n%s", part, text);
    assert_non_null(strstr(text, part));
}

/* The rows until then, and that one, are shown and kept; the sentence stands on stderr and in the
 * database. */
static void a_run_that_gives_up_ends_with_1_and_keeps_its_rows(void **state)
{
    (void)state;
    struct outcome outcome = run(WORLD "give_up = 3\nfrom = 4\n", "gyre run a.toml", 1);
    expect_in(outcome.err, "a.toml:8:7: intervention.rollback, after round 7 of replicate 0: gives "
                           "up: 3 rollbacks since round 4 led to no row that needed none, and the "
                           "next would go round in a circle\n");
    expect_in(outcome.out, "\n    7 ");
    expect_in(outcome.out, "\nrun 1 in gyre.db, seed 1, ");
    outcome_free(&outcome);
    assert_int_equal(recorded_count(&folder, "gyre.db",
                                    "SELECT max(round) FROM value WHERE run = 1 AND replicate = 0"),
                     7);
    char *status = recorded_text(&folder, "gyre.db", "SELECT status FROM run");
    char *reason = recorded_text(&folder, "gyre.db", "SELECT reason FROM run");
    assert_string_equal(status, "failed");
    expect_in(reason, "after round 7 of replicate 0: gives up");
    free(status);
    free(reason);
}

static void a_rollback_before_the_first_snapshot_is_bad_data(void **state)
{
    (void)state;
    struct outcome outcome = run(WORLD "verified = \"safety.mass\"\nat_least = 0.9\n",
                                 "gyre run a.toml --no-db --threads 1", 65);
    expect_in(outcome.err, "a.toml:8:7: intervention.rollback, after round 1 of replicate 0: is to "
                           "roll back, and has no snapshot yet: ");
    outcome_free(&outcome);
}

/* 1,000 tables of 8 kB, 100 times; and P_t, which is measured. */
static void snapshots_are_counted_before_the_run(void **state)
{
    (void)state;
    struct outcome outcome =
        run("gyre = 1\nscenario = { rounds = 20 }\nspace = { states = 1000, reference = "
            "\"zipf\" }\nsociety = { agents = 1000 }\nsampling = { samples = 50, dataset = "
            "\"per_agent\" }\nupdate = { use = \"update.mle\", rate = 0.5 }\n"
            "metric = [{ use = \"metric.diversity\" }]\nintervention = [{ use = "
            "\"intervention.rollback\", keep = 100, every = 5 }]\n",
            "gyre check a.toml --threads 1", 0);
    expect_in(outcome.out, "\n    snapshots 802 MB, when all are kept\n");
    expect_in(outcome.out,
              "isolation: anchored, through intervention.rollback (the run's own past)");
    outcome_free(&outcome);
}

/* Of each threads' number the same digest. */
static void threads_change_no_digest(void **state)
{
    (void)state;
    static const char scenario[] =
        WORLD "when = { metric = \"safety.mass\", below = 0.5 }\nverified = \"safety.mass\"\n"
              "at_least = 0.55\nkeep = 2\n";
    struct outcome one = run(scenario, "gyre run a.toml --no-db --json --threads 1", 0);
    struct outcome three = run(scenario, "gyre run a.toml --no-db --json --threads 3", 0);
    json_t *first = recorded_lines(&one), *second = recorded_lines(&three);
    assert_string_equal(recorded_digest(first), recorded_digest(second));
    json_decref(first);
    json_decref(second);
    outcome_free(&one);
    outcome_free(&three);
}

static int set_up(void **state)
{
    (void)state;
    folder_create(&folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_gives_up_ends_with_1_and_keeps_its_rows),
        cmocka_unit_test(a_rollback_before_the_first_snapshot_is_bad_data),
        cmocka_unit_test(snapshots_are_counted_before_the_run),
        cmocka_unit_test(threads_change_no_digest),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
