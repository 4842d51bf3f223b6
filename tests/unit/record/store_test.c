/* The database that a run leaves, read back. */
#include "unit/record/keep.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

/* ---- what is in it ------------------------------------------------------ */

static void a_run_is_found_with_all_that_it_was(void **state)
{
    (void)state;
    struct kept k;
    assert_true(keep_open(&k, "all.db", 1, 1));
    k.s.run.seed = INT64_MAX;
    assert_int_equal(store_run(k.store), 0);
    assert_int_equal(series_begin(k.series), STATUS_OK);
    assert_int_equal(store_run(k.store), 1);
    assert_asked("all.db", "SELECT status, seconds FROM run", "running|NULL ");
    sample_add(k.series, 0, 0, 0.41, 1);
    sample_add(k.series, 0, 1, 0.5, 0.9);
    assert_int_equal(sample_end(k.series, STATUS_OK, NULL), STATUS_OK);
    keep_close(&k);
    assert_asked("all.db",
                 "SELECT id, scenario, title, question, text, sets, seed, replicates, rounds,"
                 " threads, status, reason, digest, seconds FROM run",
                 "1|dir/x.toml|A title|Is it?|gyre = 1\n|"
                 "[\"update.rate=0.5\",\"title=\\\"a \xc3\xa9\\\"\"]|9223372036854775807|1|1|2|"
                 "done|NULL|cafe|0.25 ");
    assert_asked("all.db", "SELECT * FROM component",
                 "1|safety|metric.safety|1.2.3|org.gyre.metric|/lib/safety.so|00ff ");
    assert_asked("all.db", "SELECT id, name, unit, doc, lo, hi, direction FROM output",
                 "0|safety.kl|nats|How far from the reference.|0.0|Inf|1 "
                 "1|safety.mass||Safe mass.|0.0|1.0|-1 ");
    assert_asked("all.db", "SELECT * FROM metrics",
                 "1|0|0|safety.kl|0.41 1|0|0|safety.mass|1.0 "
                 "1|0|1|safety.kl|0.5 1|0|1|safety.mass|0.9 ");
    assert_asked("all.db", "SELECT count(*) FROM summary", "0 ");
}

static void versions_and_start_are_recorded(void **state)
{
    (void)state;
    assert_int_equal(keep_run("versions.db", 1, 0), STATUS_OK);
    assert_asked("versions.db",
                 "SELECT libraries ->> 'sqlite' = sqlite_version(), libraries ->> 'jansson' LIKE "
                 "'2.%', libraries ->> 'xxhash' LIKE '0.8.%', libraries ->> 'toml++' LIKE '3.%',"
                 " libraries ->> 'libc' LIKE '2.%', gyre FROM run",
                 "1|1|1|1|1|0.1.0 ");
    assert_asked("versions.db",
                 "SELECT abs(unixepoch(started) - unixepoch()) < 60, started GLOB"
                 " '20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z' FROM run",
                 "1|1 ");
    assert_asked("versions.db", "PRAGMA application_id", "1736012389 ");
    assert_asked("versions.db", "PRAGMA user_version", "1 ");
    assert_asked("versions.db", "PRAGMA journal_mode", "wal ");
}

static void infinity_is_stored_and_missing_is_not(void **state)
{
    (void)state;
    struct kept k;
    assert_true(keep_open(&k, "inf.db", 1, 1));
    series_begin(k.series);
    sample_add(k.series, 0, 0, INFINITY, result_missing());
    sample_add(k.series, 0, 1, result_missing(), -INFINITY);
    assert_int_equal(sample_end(k.series, STATUS_OK, NULL), STATUS_OK);
    keep_close(&k);
    assert_asked("inf.db", "SELECT round, name, value, typeof(value) FROM metrics",
                 "0|safety.kl|Inf|real 1|safety.mass|-Inf|real ");
}

static void tallies_are_stored_when_they_are_not_zero(void **state)
{
    (void)state;
    assert_int_equal(keep_run("tally.db", 1, 2), STATUS_OK);
    assert_asked("tally.db", "SELECT * FROM tallies",
                 "1|0|1|verify.checked|10 1|0|2|verify.checked|20 ");
    assert_asked("tally.db", "SELECT name FROM counter", "verify.checked sampling.starved ");
}

static void replicates_are_summarised(void **state)
{
    (void)state;
    struct kept k;
    assert_true(keep_open(&k, "many.db", 2, 1));
    series_begin(k.series);
    sample_add(k.series, 0, 0, 1, result_missing());
    sample_add(k.series, 1, 0, 3, result_missing());
    sample_add(k.series, 1, 1, 5, 0.5);
    sample_add(k.series, 0, 1, INFINITY, 0.5);
    assert_int_equal(sample_end(k.series, STATUS_OK, NULL), STATUS_OK);
    keep_close(&k);
    assert_asked("many.db",
                 "SELECT round, name, n, mean, round(sd, 6), round(se, 6), infinite FROM summaries",
                 "0|safety.kl|2|2.0|1.414214|1.0|0.0 1|safety.kl|2|NULL|NULL|NULL|0.5 "
                 "1|safety.mass|2|0.5|0.0|0.0|0.0 ");
    assert_asked("many.db", "SELECT count(*), count(DISTINCT replicate) FROM value", "6|2 ");
}

static void a_failed_run_is_left_failed_and_a_stopped_one_stopped(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct kept k;
        assert_true(keep_open(&k, "ends.db", 1, 5));
        series_begin(k.series);
        sample_add(k.series, 0, 0, 1, 1);
        sample_end(k.series, i ? STATUS_STOPPED : STATUS_DATA, i ? "told to" : "bad \xff");
        keep_close(&k);
    }
    assert_asked("ends.db", "SELECT id, status, reason, digest FROM run",
                 "1|failed|bad ?|NULL 2|stopped|told to|NULL ");
    assert_asked("ends.db", "SELECT count(*) FROM value WHERE run = 1", "2 ");
}

static void where_time_went_is_stored_when_somebody_asked(void **state)
{
    (void)state;
    struct result_end const ends[] = {
        {.status = STATUS_OK, .profile = sample_profile()},
        {.status = STATUS_OK},
        {.status = STATUS_STOPPED, .profile = sample_profile()},
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct kept k;
        assert_true(keep_open(&k, "profile.db", 1, 0));
        assert_int_equal(series_begin(k.series), STATUS_OK);
        assert_int_equal(series_end(k.series, &ends[i]), STATUS_OK);
        keep_close(&k);
    }
    assert_asked("profile.db", "SELECT run, phase, component, bytes, calls FROM profile",
                 "1|record|core|4096|0 1|teach|policy.categorical|0|20 "
                 "3|record|core|4096|0 3|teach|policy.categorical|0|20 ");
    assert_asked("profile.db",
                 "SELECT count(*) FROM profile WHERE run = 1 AND seconds IN (2.0 / 3, 1.0 / 12)"
                 " AND share IN (8.0 / 9, 1.0 / 9)",
                 "2 ");
    run_sql("profile.db", "PRAGMA foreign_keys = ON; DELETE FROM run WHERE id = 1");
    assert_asked("profile.db", "SELECT DISTINCT run FROM profile", "3 ");
}

/* Databases of format 1 have been made without it. */
static void an_older_database_gets_the_profile_s_table(void **state)
{
    (void)state;
    assert_int_equal(keep_run("older.db", 1, 1), STATUS_OK);
    run_sql("older.db", "DROP TABLE profile");
    assert_int_equal(keep_run("older.db", 1, 1), STATUS_OK);
    assert_asked("older.db", "SELECT count(*) FROM profile", "0 ");
    assert_asked("older.db", "SELECT count(*) FROM run WHERE status = 'done'", "2 ");
    assert_asked("older.db", "PRAGMA user_version", "1 ");
}

static void a_number_is_never_given_twice(void **state)
{
    (void)state;
    keep_run("again.db", 1, 0);
    keep_run("again.db", 1, 0);
    run_sql("again.db", "DELETE FROM run WHERE id = 2");
    assert_int_equal(keep_run("again.db", 1, 0), STATUS_OK);
    assert_asked("again.db", "SELECT id FROM run", "1 3 ");
}

static void a_run_goes_with_all_that_is_its_own(void **state)
{
    (void)state;
    keep_run("delete.db", 2, 2);
    keep_run("delete.db", 2, 2);
    run_sql("delete.db", "PRAGMA foreign_keys = ON; DELETE FROM run WHERE id = 1");
    assert_asked("delete.db",
                 "SELECT min(run) FROM value UNION SELECT min(run) FROM tally UNION SELECT min(run)"
                 " FROM summary UNION SELECT min(run) FROM output UNION SELECT min(run) FROM"
                 " component UNION SELECT min(run) FROM counter",
                 "2 ");
}

static void a_closed_database_is_one_file(void **state)
{
    (void)state;
    assert_int_equal(keep_run("one.db", 1, 3), STATUS_OK);
    assert_int_equal(access("one.db", R_OK), 0);
    assert_int_not_equal(access("one.db-wal", F_OK), 0);
    assert_int_not_equal(access("one.db-shm", F_OK), 0);
}

static void more_rows_than_wait_at_once_all_arrive(void **state)
{
    (void)state;
    assert_int_equal(keep_run("big.db", 2000, 9), STATUS_OK);
    assert_asked("big.db", "SELECT count(*), sum(value) FROM metrics WHERE name = 'safety.kl'",
                 "20000|20080000.0 ");
}

/* ---- while it runs ------------------------------------------------------ */

/* In a process of its own, which then ends as if the machine had killed it. */
static void run_and_die(void)
{
    struct kept k;
    if (!keep_open(&k, "killed.db", 1, 9) || series_begin(k.series) != STATUS_OK)
        _exit(1);
    sample_add(k.series, 0, 0, 1, 1);
    rest(0.25);
    sample_add(k.series, 0, 1, 2, 1);
    kill(getpid(), SIGKILL);
}

static void rows_survive_the_death_of_the_process(void **state)
{
    (void)state;
    int status = 0;
    pid_t const child = fork();
    if (child == 0)
        run_and_die();
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_asked("killed.db", "SELECT count(*) FROM value", "4 ");
    assert_asked("killed.db", "SELECT status FROM run", "running ");
    assert_int_equal(keep_run("killed.db", 1, 0), STATUS_OK);
    assert_asked("killed.db", "PRAGMA integrity_check", "ok ");
    assert_asked("killed.db", "SELECT id, status FROM run", "1|running 2|done ");
}

static void no_lock_is_held_between_rows(void **state)
{
    (void)state;
    struct kept k;
    assert_true(keep_open(&k, "open.db", 1, 2));
    series_begin(k.series);
    sample_add(k.series, 0, 0, 1, 1);
    assert_int_equal(keep_run("open.db", 1, 0), STATUS_OK);
    rest(0.25);
    sample_add(k.series, 0, 1, 1, 1);
    assert_int_equal(keep_run("open.db", 1, 0), STATUS_OK);
    sample_add(k.series, 0, 2, 1, 1);
    assert_int_equal(sample_end(k.series, STATUS_OK, NULL), STATUS_OK);
    keep_close(&k);
    assert_asked("open.db", "SELECT id, status FROM run", "1|done 2|done 3|done ");
}

enum { PROCESSES = 4, RUNS = 5 };

static void processes_share_a_database_that_none_of_them_has_made(void **state)
{
    (void)state;
    pid_t child[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        child[i] = fork();
        if (child[i])
            continue;
        for (int run = 0; run < RUNS; run++)
            if (keep_run("shared.db", 20, 5) != STATUS_OK)
                _exit(1);
        _exit(0);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = 1;
        waitpid(child[i], &status, 0);
        assert_int_equal(status, 0);
    }
    assert_asked("shared.db", "SELECT count(*), sum(status = 'done') FROM run", "20|20 ");
    assert_asked("shared.db", "SELECT count(*) FROM value", "4800 ");
    assert_asked("shared.db", "PRAGMA integrity_check", "ok ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_found_with_all_that_it_was),
        cmocka_unit_test(versions_and_start_are_recorded),
        cmocka_unit_test(infinity_is_stored_and_missing_is_not),
        cmocka_unit_test(tallies_are_stored_when_they_are_not_zero),
        cmocka_unit_test(replicates_are_summarised),
        cmocka_unit_test(a_failed_run_is_left_failed_and_a_stopped_one_stopped),
        cmocka_unit_test(where_time_went_is_stored_when_somebody_asked),
        cmocka_unit_test(an_older_database_gets_the_profile_s_table),
        cmocka_unit_test(a_number_is_never_given_twice),
        cmocka_unit_test(a_run_goes_with_all_that_is_its_own),
        cmocka_unit_test(a_closed_database_is_one_file),
        cmocka_unit_test(more_rows_than_wait_at_once_all_arrive),
        cmocka_unit_test(rows_survive_the_death_of_the_process),
        cmocka_unit_test(no_lock_is_held_between_rows),
        cmocka_unit_test(processes_share_a_database_that_none_of_them_has_made),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
