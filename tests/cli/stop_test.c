/* Runs that end before their time: signals, and readers that go away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "folder.h"
#include "recorded.h"

static struct folder folder;

/* Minutes of short rounds; and agents that are measured one by one in every state. */
#define MANY_ROUNDS                                                                                \
    "scenarios/paper/isolated.toml --set scenario.rounds=40000 --set sampling.samples=20000"
#define LONG_ROUND                                                                                 \
    "scenarios/tutorial/first.toml --set society.agents=200000 --set sampling.dataset=per_agent"   \
    " --set space.states=100000 --set society.policy.use=policy.memory"

static void wait_for(double seconds)
{
    struct timespec const time = {(time_t)seconds, (long)(1e9 * (seconds - (double)(long)seconds))};
    nanosleep(&time, NULL);
}

static void forget(void)
{
    unlink(folder_path(&folder, "gyre.db"));
    unlink(folder_path(&folder, "gyre.db-wal"));
    unlink(folder_path(&folder, "gyre.db-shm"));
}

static void expect_text(const char *query, const char *expected)
{
    char *text = recorded_text(&folder, "gyre.db", query);
    if (expected)
        assert_string_equal(text, expected);
    else
        assert_null(text);
    free(text);
}

/* Whatever became of the run before, the next one into the same database is done. */
static void expect_next_run_is_done(void)
{
    struct outcome outcome = command_run(folder.path, "gyre run scenarios/tutorial/first.toml");
    outcome_expect(&outcome, 0);
    outcome_free(&outcome);
    expect_text("SELECT status FROM run ORDER BY id DESC LIMIT 1", "done");
    expect_text("PRAGMA integrity_check", "ok");
}

/* ---- signals ------------------------------------------------------------ */

/* Every row that was shown is kept, and no more: rounds from 0 without a gap. */
static void expect_rows(int64_t shown)
{
    assert_int_equal(recorded_count(&folder, "gyre.db", "SELECT count(DISTINCT round) FROM value"),
                     shown);
    assert_int_equal(recorded_count(&folder, "gyre.db", "SELECT max(round) + 1 FROM value"), shown);
}

static void stop_once(int signal, const char *options)
{
    char line[512];
    forget();
    snprintf(line, sizeof line, "gyre run %s --json %s", MANY_ROUNDS, options);
    struct running running = command_start(folder.path, line, -1);
    command_await_line(&running);
    command_await_line(&running);
    double const began = now_seconds();
    kill(running.pid, signal);
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, 75);
    assert_true(now_seconds() - began < 10);
    json_t *lines = recorded_lines(&outcome);
    json_t *last = json_array_get(lines, json_array_size(lines) - 1);
    assert_true(json_is_null(json_object_get(last, "digest")));
    assert_string_equal(json_string_value(json_object_get(last, "error")), "stopped by the user");
    expect_text("SELECT status FROM run", "stopped");
    expect_text("SELECT reason FROM run", "stopped by the user");
    expect_text("SELECT digest FROM run", NULL);
    expect_rows((int64_t)json_array_size(lines) + 1); /* two were read before, one is the run's */
    json_decref(lines);
    outcome_free(&outcome);
    expect_next_run_is_done();
}

static void the_first_signal_ends_the_round_and_keeps_it(void **state)
{
    (void)state;
    stop_once(SIGINT, "");
    stop_once(SIGTERM, "--threads 1");
}

static void a_stopped_run_still_shows_its_table(void **state)
{
    (void)state;
    forget();
    struct running running = command_start(folder.path, "gyre run " MANY_ROUNDS, -1);
    for (int i = 0; i < 8; i++) /* the head, and row 0 */
        command_await_line(&running);
    wait_for(0.2);
    kill(running.pid, SIGINT);
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, 75);
    assert_non_null(strstr(outcome.out, "stopped; every finished round is kept\nrun 1 in gyre.db"));
    assert_null(strstr(outcome.out, "digest"));
    outcome_free(&outcome);
}

/* The signal comes while a row waits for the reader to take the ones before it. */
static void a_signal_in_the_middle_of_a_write_loses_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        forget();
        struct running running =
            command_start(folder.path, "gyre run " MANY_ROUNDS " --json --threads 1", -1);
        command_await_line(&running);
        wait_for(0.4);
        kill(running.pid, SIGINT);
        wait_for(0.1);
        struct outcome outcome = command_end(&running);
        outcome_expect(&outcome, 75);
        json_t *lines = recorded_lines(&outcome);
        expect_rows((int64_t)json_array_size(lines)); /* one was read before, one is the run's */
        json_decref(lines);
        outcome_free(&outcome);
    }
}

static void replicates_under_way_all_stop(void **state)
{
    (void)state;
    forget();
    struct running running = command_start(
        folder.path, "gyre run " MANY_ROUNDS " --json --set scenario.replicates=4 --threads 4", -1);
    command_await_line(&running);
    wait_for(0.2);
    kill(running.pid, SIGINT);
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, 75);
    json_t *lines = recorded_lines(&outcome);
    expect_text("SELECT status FROM run", "stopped");
    assert_int_equal(
        recorded_count(&folder, "gyre.db",
                       "SELECT count(*) FROM (SELECT DISTINCT replicate, round FROM value)"),
        json_array_size(lines));
    json_decref(lines);
    outcome_free(&outcome);
}

static void the_second_signal_ends_at_once(void **state)
{
    (void)state;
    forget();
    struct running running = command_start(folder.path, "gyre run " LONG_ROUND " --json", -1);
    command_await_line(&running); /* row 0: from now on it is in round 1 */
    wait_for(0.2);
    kill(running.pid, SIGINT);
    wait_for(0.3);
    assert_int_equal(kill(running.pid, 0), 0);
    double const began = now_seconds();
    kill(running.pid, SIGINT);
    struct outcome outcome = command_end(&running);
    assert_true(now_seconds() - began < 5);
    outcome_expect(&outcome, 128 + SIGINT);
    outcome_free(&outcome);
    expect_next_run_is_done();
}

static void a_killed_run_troubles_no_later_one(void **state)
{
    (void)state;
    forget();
    struct running running = command_start(folder.path, "gyre run " MANY_ROUNDS " --json", -1);
    command_await_line(&running);
    wait_for(0.5);
    kill(running.pid, SIGKILL);
    struct outcome outcome = command_end(&running);
    assert_int_equal(outcome.signal, SIGKILL);
    outcome_free(&outcome);
    expect_text("SELECT status FROM run", "running");
    expect_next_run_is_done();
}

/* ---- readers that go away ----------------------------------------------- */

static void expect_unwritten(struct outcome *outcome)
{
    outcome_expect(outcome, 74);
    assert_int_equal(outcome->signal, 0);
    assert_int_equal(strchr(outcome->err, '\n') - outcome->err + 1, (long)strlen(outcome->err));
    assert_non_null(strstr(outcome->err, "could not be written"));
    outcome_free(outcome);
}

static void a_closed_pipe_is_an_exit_code_and_a_sentence(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "gyre run scenarios/tutorial/first.toml",
        "gyre run scenarios/tutorial/first.toml --json",
        "gyre run scenarios/tutorial/first.toml --set scenario.replicates=3",
        "gyre run scenarios/tutorial/first.toml --json --no-db --threads 1",
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        int ends[2];
        forget();
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        close(ends[0]);
        struct outcome outcome = command_run_to(folder.path, commands[i], ends[1]);
        close(ends[1]);
        expect_unwritten(&outcome);
        if (folder_has(&folder, "gyre.db"))
            assert_int_equal(recorded_count(&folder, "gyre.db",
                                            "SELECT count(*) FROM run WHERE status != 'failed'"),
                             0);
    }
}

static void a_full_device_is_an_exit_code_and_a_sentence(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "gyre run scenarios/tutorial/first.toml",
        "gyre run scenarios/tutorial/first.toml --json",
        "gyre check scenarios/tutorial/first.toml",
        "gyre list",
        "gyre list --json",
        "gyre describe metric.safety",
        "gyre --help",
        "gyre run --help",
        "gyre check --help",
        "gyre list --help",
        "gyre describe --help",
        "gyre --version",
    };
    int wrong = 0;
    int const full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(full >= 0);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct outcome outcome = command_run_to(folder.path, commands[i], full);
        if (outcome.code != 74 || !*outcome.err) {
            print_error("%s > /dev/full: exit code %d, \"%s\"\n", commands[i], outcome.code,
                        outcome.err);
            wrong++;
        }
        outcome_free(&outcome);
    }
    close(full);
    assert_int_equal(wrong, 0);
}

/* As `| head -2` does. */
static void a_reader_that_has_enough_ends_the_run(void **state)
{
    (void)state;
    forget();
    struct running running = command_start(folder.path, "gyre run " MANY_ROUNDS " --json", -1);
    command_await_line(&running);
    command_await_line(&running);
    command_stop_reading(&running);
    double const began = now_seconds();
    struct outcome outcome = command_end(&running);
    assert_true(now_seconds() - began < 10);
    expect_unwritten(&outcome);
    expect_text("SELECT status FROM run", "failed");
    expect_next_run_is_done();
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
        cmocka_unit_test(the_first_signal_ends_the_round_and_keeps_it),
        cmocka_unit_test(a_stopped_run_still_shows_its_table),
        cmocka_unit_test(a_signal_in_the_middle_of_a_write_loses_nothing),
        cmocka_unit_test(replicates_under_way_all_stop),
        cmocka_unit_test(the_second_signal_ends_at_once),
        cmocka_unit_test(a_killed_run_troubles_no_later_one),
        cmocka_unit_test(a_closed_pipe_is_an_exit_code_and_a_sentence),
        cmocka_unit_test(a_full_device_is_an_exit_code_and_a_sentence),
        cmocka_unit_test(a_reader_that_has_enough_ends_the_run),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
