/* gyre run --profile: the table, the JSON line and the database say the same, and the run is the
 * same with it and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "folder.h"
#include "recorded.h"

static struct folder folder;

#define VERIFIED "scenarios/paper/verified.toml"
#define OWN                                                                                        \
    VERIFIED " --set sampling.dataset=per_agent --set sampling.samples=20 --set society.agents=90" \
             " --set scenario.rounds=5"

/* Ways to run that have code of their own. */
static const struct sample {
    const char *options;
    int threads, replicates;
} samples[] = {
    {VERIFIED, 1, 1}, {VERIFIED, 2, 1}, {VERIFIED " --set scenario.replicates=4", 2, 4},
    {OWN, 1, 1},      {OWN, 3, 1},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static struct outcome run(const struct sample *sample, const char *options)
{
    char line[1024];
    unlink(folder_path(&folder, "gyre.db"));
    snprintf(line, sizeof line, "gyre run %s --threads %d %s", sample->options, sample->threads,
             options);
    struct outcome outcome = command_run(folder.path, line);
    outcome_expect(&outcome, 0);
    return outcome;
}

/* The object behind "profile" in the last line but one; the lines are to be decref'd. */
static json_t *profile_of(json_t *lines)
{
    assert_true(json_array_size(lines) > 1);
    const json_t *line = json_array_get(lines, json_array_size(lines) - 2);
    json_t *profile = json_object_get(line, "profile");
    assert_true(json_is_object(profile));
    return profile;
}

static double number(const json_t *object, const char *key)
{
    return recorded_number(json_object_get(object, key));
}

/* ---- what is there ------------------------------------------------------- */

static const char *const wanted[][2] = {
    {"start", "policy.categorical"},
    {"intervene", "intervention.verify"},
    {"intervene", "core"},
    {"teach", "core.draw"},
    {"teach", "core.judge"},
    {"teach", "core.learn"},
    {"teach", "policy.categorical"},
    {"instruct", "core"},
    {"express", "core"},
    {"select", "selection.bias"},
    {"measure", "metric.safety"},
    {"measure", "metric.diversity"},
    {"record", "core"},
    {"digest", "core"},
};
enum { WANTED = sizeof wanted / sizeof *wanted };

/* Is there a line "phase component ..." with just these first words? */
static bool has_line(const char *text, const char *phase, const char *component)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        char first[64], second[64];
        if (sscanf(line, "%63s %63s", first, second) == 2 && strcmp(first, phase) == 0 &&
            strcmp(second, component) == 0)
            return true;
    }
    return false;
}

static void the_table_has_every_phase_and_component(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct outcome outcome = run(&samples[i], "--profile");
        const char *table = strstr(outcome.out, "\nWhere the time went");
        assert_non_null(table);
        for (int j = 0; j < WANTED; j++)
            if (!has_line(table, wanted[j][0], wanted[j][1]))
                fail_msg("no %s %s in %s", wanted[j][0], wanted[j][1], table);
        assert_non_null(strstr(table, "\ntotal "));
        assert_non_null(strstr(table, "\nBy phase: "));
        for (const char *line = table + 1; *line; line += strcspn(line, "\n") + 1)
            assert_true(strcspn(line, "\n") <= 80);
        outcome_free(&outcome);
    }
}

static const json_t *cost_of(const json_t *profile, const char *phase, const char *component)
{
    size_t i;
    const json_t *cost, *costs = json_object_get(profile, "costs");
    json_array_foreach(
        costs, i, cost) if (strcmp(json_string_value(json_object_get(cost, "phase")), phase) == 0 &&
                            strcmp(json_string_value(json_object_get(cost, "component")),
                                   component) == 0) return cost;
    return NULL;
}

/* ---- sums ---------------------------------------------------------------- */

static void shares_add_to_one_and_seconds_to_no_more_than_threads_have(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct outcome outcome = run(&samples[i], "--profile --json --no-db");
        json_t *lines = recorded_lines(&outcome);
        const json_t *profile = profile_of(lines), *cost;
        double seconds = 0, share = 0, bytes = 0;
        size_t j;
        json_array_foreach(json_object_get(profile, "costs"), j, cost)
        {
            assert_true(number(cost, "seconds") >= 0 && number(cost, "bytes") >= 0);
            seconds += number(cost, "seconds");
            share += number(cost, "share");
            bytes += number(cost, "bytes");
        }
        for (int k = 0; k < WANTED; k++)
            assert_non_null(cost_of(profile, wanted[k][0], wanted[k][1]));
        assert_true(fabs(share - 1) < 1e-9);
        assert_true(fabs(seconds - number(profile, "seconds")) < 1e-9 * seconds);
        assert_true(seconds > 0 && seconds <= samples[i].threads * number(profile, "wall"));
        assert_true(bytes > 0 && fabs(bytes - number(profile, "bytes")) < 0.5);
        assert_int_equal((int)number(profile, "threads"), samples[i].threads);
        json_decref(lines);
        outcome_free(&outcome);
    }
}

static void replicates_are_added_up(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct outcome outcome = run(&samples[i], "--profile --json --no-db");
        json_t *lines = recorded_lines(&outcome);
        const json_t *start = cost_of(profile_of(lines), "start", "policy.categorical");
        assert_int_equal((int)number(start, "calls"), samples[i].replicates);
        json_decref(lines);
        outcome_free(&outcome);
    }
}

/* ---- the database -------------------------------------------------------- */

static void expect_row(sqlite3_stmt *query, const json_t *profile)
{
    const json_t *cost = cost_of(profile, (const char *)sqlite3_column_text(query, 0),
                                 (const char *)sqlite3_column_text(query, 1));
    assert_non_null(cost);
    double const seconds = sqlite3_column_double(query, 2), share = sqlite3_column_double(query, 3);
    double const told[] = {number(cost, "seconds"), number(cost, "share")};
    assert_memory_equal(&seconds, &told[0], sizeof seconds);
    assert_memory_equal(&share, &told[1], sizeof share);
    assert_int_equal(sqlite3_column_int64(query, 4),
                     json_integer_value(json_object_get(cost, "bytes")));
    assert_int_equal(sqlite3_column_int64(query, 5),
                     json_integer_value(json_object_get(cost, "calls")));
}

static void the_database_has_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct outcome outcome = run(&samples[i], "--profile --json");
        json_t *lines = recorded_lines(&outcome);
        sqlite3 *db = NULL;
        sqlite3_stmt *query = NULL;
        size_t rows = 0;
        sqlite3_open_v2(folder_path(&folder, "gyre.db"), &db, SQLITE_OPEN_READONLY, NULL);
        assert_int_equal(sqlite3_prepare_v2(db,
                                            "SELECT phase, component, seconds, share, bytes, calls"
                                            " FROM profile WHERE run = 1",
                                            -1, &query, NULL),
                         SQLITE_OK);
        for (; sqlite3_step(query) == SQLITE_ROW; rows++)
            expect_row(query, profile_of(lines));
        assert_int_equal(rows, json_array_size(json_object_get(profile_of(lines), "costs")));
        sqlite3_finalize(query);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        json_decref(lines);
        outcome_free(&outcome);
    }
}

/* ---- and nothing else ---------------------------------------------------- */

/* All lines but the last two, and the digest of the last. */
static void expect_same_lines(const json_t *with, const json_t *without)
{
    size_t const rows = json_array_size(without) - 1;
    assert_int_equal(json_array_size(with), rows + 2);
    for (size_t i = 0; i < rows; i++)
        assert_true(json_equal(json_array_get(with, i), json_array_get(without, i)));
    assert_string_equal(recorded_digest(with), recorded_digest(without));
}

static void a_profile_changes_no_number(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct outcome with = run(&samples[i], "--profile --json");
        struct outcome without = run(&samples[i], "--json");
        json_t *a = recorded_lines(&with), *b = recorded_lines(&without);
        expect_same_lines(a, b);
        assert_int_equal(recorded_count(&folder, "gyre.db", "SELECT count(*) FROM profile"), 0);
        json_decref(a);
        json_decref(b);
        outcome_free(&with);
        outcome_free(&without);
    }
}

static void nobody_is_told_who_did_not_ask(void **state)
{
    (void)state;
    struct outcome outcome = run(&samples[0], "");
    assert_null(strstr(outcome.out, "Where the time went"));
    outcome_free(&outcome);
}

/* ---- runs that do not finish --------------------------------------------- */

static void a_stopped_run_says_what_it_took(void **state)
{
    (void)state;
    unlink(folder_path(&folder, "gyre.db"));
    struct running running = command_start(
        folder.path, "gyre run " VERIFIED " --set scenario.rounds=40000 --profile --json", -1);
    command_await_line(&running);
    command_await_line(&running);
    kill(running.pid, SIGINT);
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, 75);
    assert_non_null(strstr(outcome.out, "{\"profile\":{"));
    assert_int_equal(
        recorded_count(&folder, "gyre.db",
                       "SELECT count(*) FROM profile AS p JOIN run AS r ON r.id = p.run"
                       " WHERE phase = 'teach' AND component = 'policy.categorical'"
                       " AND calls > 0 AND p.seconds > 0 AND status = 'stopped'"),
        1);
    outcome_free(&outcome);
}

/* In round 2 both bring 15 of 20 samples. */
static void a_failed_run_says_what_it_took(void **state)
{
    (void)state;
    folder_write(&folder, "fails.toml",
                 "gyre = 1\nscenario = { rounds = 3 }\nsociety = { agents = 3 }\n"
                 "space = { states = 8, reference = \"uniform\" }\nsampling = { samples = 20 }\n"
                 "intervention = [{ use = \"intervention.external\", count = 15 },\n"
                 "                { use = \"intervention.external\", count = 15, from = 2 }]\n"
                 "metric = [{ use = \"metric.diversity\" }]\n");
    unlink(folder_path(&folder, "gyre.db"));
    struct outcome outcome = command_run(folder.path, "gyre run fails.toml --profile");
    outcome_expect(&outcome, 65);
    assert_non_null(strstr(outcome.out, "Where the time went"));
    assert_true(has_line(outcome.out, "intervene", "intervention.external#2"));
    assert_int_equal(recorded_count(&folder, "gyre.db",
                                    "SELECT calls FROM profile WHERE phase = 'teach'"
                                    " AND component = 'policy.categorical'"),
                     1);
    outcome_free(&outcome);
}

/* ---- setup --------------------------------------------------------------- */

static int prepare(void **state)
{
    (void)state;
    folder_create(&folder);
    folder_copy(&folder, "scenarios", "scenarios");
    return 0;
}

static int clear(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_every_phase_and_component),
        cmocka_unit_test(shares_add_to_one_and_seconds_to_no_more_than_threads_have),
        cmocka_unit_test(replicates_are_added_up),
        cmocka_unit_test(the_database_has_the_same),
        cmocka_unit_test(a_profile_changes_no_number),
        cmocka_unit_test(nobody_is_told_who_did_not_ask),
        cmocka_unit_test(a_stopped_run_says_what_it_took),
        cmocka_unit_test(a_failed_run_says_what_it_took),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
