/* --json against the database: the same numbers, bit for bit, and in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "folder.h"
#include "recorded.h"

static struct folder folder;

/* Runs of different kinds: infinities, outputs that are missing, tallies, replicates. */
static const struct sample {
    const char *options;
    int replicates, rounds;
} samples[] = {
    {"scenarios/paper/verified.toml --set scenario.replicates=3 --threads 3", 3, 20},
    {"scenarios/paper/verified.toml --set sampling.dataset=per_agent --set sampling.samples=2"
     " --set scenario.rounds=6 --set intervention.verify.act=drop",
     1, 6},
    {"scenarios/moltbook/words.toml --set scenario.rounds=5", 1, 5},
    {"scenarios/paper/isolated.toml --set space.contexts=8 --set scenario.rounds=4", 1, 4},
    {"scenarios/paper/isolated.toml --set sampling.samples=expected --set scenario.rounds=4", 1, 4},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static json_t *run(const char *options)
{
    char line[512];
    unlink(folder_path(&folder, "gyre.db"));
    snprintf(line, sizeof line, "gyre run %s --json", options);
    struct outcome outcome = command_run(folder.path, line);
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "");
    json_t *lines = recorded_lines(&outcome);
    outcome_free(&outcome);
    return lines;
}

/* ---- the lines ---------------------------------------------------------- */

static void expect_integer(const json_t *line, const char *key, int64_t expected)
{
    const json_t *value = json_object_get(line, key);
    assert_true(json_is_integer(value));
    assert_int_equal(json_integer_value(value), expected);
}

static void lines_come_in_order_and_once(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        json_t *lines = run(samples[i].options);
        size_t at = 0;
        for (int replicate = 0; replicate < samples[i].replicates; replicate++)
            for (int round = 0; round <= samples[i].rounds; round++) {
                const json_t *line = json_array_get(lines, at++);
                expect_integer(line, "replicate", replicate);
                expect_integer(line, "round", round);
                assert_true(json_is_object(json_object_get(line, "metrics")));
                assert_true(json_is_object(json_object_get(line, "tallies")));
                assert_int_equal(json_object_size(line), 4);
            }
        assert_int_equal(json_array_size(lines), at + 1);
        json_decref(lines);
    }
}

static void the_last_line_is_the_run_s_own(void **state)
{
    (void)state;
    json_t *lines = run(samples[0].options);
    const json_t *last = json_array_get(lines, json_array_size(lines) - 1);
    char *digest = recorded_text(&folder, "gyre.db", "SELECT digest FROM run");
    expect_integer(last, "run", 1);
    assert_string_equal(recorded_digest(lines), digest);
    double const seconds = recorded_number(json_object_get(last, "seconds"));
    assert_true(seconds > 0 && seconds < 30);
    assert_null(json_object_get(last, "error"));
    assert_int_equal(json_array_size(json_object_get(last, "summary")), 21);
    free(digest);
    json_decref(lines);
}

/* ---- the database ------------------------------------------------------- */

static sqlite3 *open_database(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(
        sqlite3_open_v2(folder_path(&folder, "gyre.db"), &db, SQLITE_OPEN_READONLY, NULL),
        SQLITE_OK);
    return db;
}

static sqlite3_stmt *prepare_query(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *query = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &query, NULL), SQLITE_OK);
    return query;
}

static const char *text_at(sqlite3_stmt *query, int column)
{
    return (const char *)sqlite3_column_text(query, column);
}

static void expect_bits(double a, double b, const char *name)
{
    if (memcmp(&a, &b, sizeof a) != 0)
        fail_msg("%s: %a is not %a", name, a, b);
}

static const json_t *line_of(const json_t *lines, const struct sample *sample, sqlite3_stmt *query)
{
    int const replicate = sqlite3_column_int(query, 0), round = sqlite3_column_int(query, 1);
    return json_array_get(lines, (size_t)(replicate * (sample->rounds + 1) + round));
}

static size_t count_members(const json_t *lines, const char *key)
{
    size_t count = 0, i;
    json_t *line;
    json_array_foreach(lines, i, line) count += json_object_size(json_object_get(line, key));
    return count;
}

static void the_database_has_the_same_bits(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        json_t *lines = run(samples[i].options);
        sqlite3 *db = open_database();
        sqlite3_stmt *query =
            prepare_query(db, "SELECT replicate, round, name, value FROM metrics");
        size_t count = 0;
        for (; sqlite3_step(query) == SQLITE_ROW; count++) {
            const json_t *metrics = json_object_get(line_of(lines, &samples[i], query), "metrics");
            const json_t *value = json_object_get(metrics, text_at(query, 2));
            assert_non_null(value);
            expect_bits(sqlite3_column_double(query, 3), recorded_number(value), text_at(query, 2));
        }
        assert_true(count > 0);
        assert_int_equal(count, count_members(lines, "metrics"));
        sqlite3_finalize(query);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        json_decref(lines);
    }
}

/* Zeros have no row in the database. */
static void the_database_has_the_same_tallies(void **state)
{
    (void)state;
    int64_t told = 0, kept = 0;
    for (int i = 0; i < SAMPLES; i++) {
        json_t *lines = run(samples[i].options);
        sqlite3 *db = open_database();
        sqlite3_stmt *query =
            prepare_query(db, "SELECT replicate, round, name, count FROM tallies");
        while (sqlite3_step(query) == SQLITE_ROW) {
            const json_t *tallies = json_object_get(line_of(lines, &samples[i], query), "tallies");
            int64_t const count = json_integer_value(json_object_get(tallies, text_at(query, 2)));
            assert_int_equal(count, sqlite3_column_int64(query, 3));
            kept += count;
        }
        size_t at;
        json_t *line, *value;
        const char *key;
        json_array_foreach(lines, at, line)
        {
            json_t *tallies = json_object_get(line, "tallies");
            json_object_foreach(tallies, key, value) told += json_integer_value(value);
        }
        sqlite3_finalize(query);
        sqlite3_close(db);
        json_decref(lines);
    }
    assert_true(told > 0);
    assert_int_equal(told, kept);
}

static void expect_member(const json_t *summary, const char *key, sqlite3_stmt *query, int column)
{
    const json_t *value = json_object_get(summary, key);
    if (sqlite3_column_type(query, column) == SQLITE_NULL)
        assert_null(value);
    else
        expect_bits(recorded_number(value), sqlite3_column_double(query, column), key);
}

static void the_database_has_the_same_summaries(void **state)
{
    (void)state;
    json_t *lines = run(samples[0].options);
    const json_t *last = json_array_get(lines, json_array_size(lines) - 1);
    const json_t *rounds = json_object_get(last, "summary");
    sqlite3 *db = open_database();
    sqlite3_stmt *query = prepare_query(
        db, "SELECT round, name, n, mean, sd, se, infinite FROM summaries WHERE run = 1");
    int count = 0;
    for (; sqlite3_step(query) == SQLITE_ROW; count++) {
        const json_t *round = json_array_get(rounds, (size_t)sqlite3_column_int(query, 0));
        const json_t *summary =
            json_object_get(json_object_get(round, "metrics"), text_at(query, 1));
        expect_integer(summary, "n", sqlite3_column_int64(query, 2));
        expect_member(summary, "mean", query, 3);
        expect_member(summary, "sd", query, 4);
        expect_member(summary, "se", query, 5);
        expect_member(summary, "infinite", query, 6);
    }
    assert_true(count > 21);
    sqlite3_finalize(query);
    sqlite3_close(db);
    json_decref(lines);
}

/* ---- setup -------------------------------------------------------------- */

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
        cmocka_unit_test(lines_come_in_order_and_once),
        cmocka_unit_test(the_last_line_is_the_run_s_own),
        cmocka_unit_test(the_database_has_the_same_bits),
        cmocka_unit_test(the_database_has_the_same_tallies),
        cmocka_unit_test(the_database_has_the_same_summaries),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
