/* Databases that cannot be written, and disks that end: one sentence, the right exit code, and
 * nothing that a later run trips over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "folder.h"
#include "recorded.h"

enum { LINE = 512 };

#define FIRST "scenarios/tutorial/first.toml"

static struct folder folder;

/* A small run into that file. */
static struct outcome run(const char *database, const char *options)
{
    char line[LINE];
    snprintf(line, sizeof line, "gyre run " FIRST " --db '%s' %s", database, options);
    return command_run(folder.path, line);
}

static void expect_refusal(const char *database, int code, const char *sentence)
{
    struct outcome outcome = run(database, "--set scenario.rounds=3");
    char expected[LINE];
    snprintf(expected, sizeof expected, "%s: %s\n", database, sentence);
    assert_string_equal(outcome.err, expected);
    assert_int_equal(outcome.code, code);
    outcome_free(&outcome);
}

static void expect_done(const char *database)
{
    struct outcome outcome = run(database, "");
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "");
    outcome_free(&outcome);
    char *status =
        recorded_text(&folder, database, "SELECT status FROM run ORDER BY id DESC LIMIT 1");
    char *sound = recorded_text(&folder, database, "PRAGMA integrity_check");
    assert_string_equal(status, "done");
    assert_string_equal(sound, "ok");
    free(status);
    free(sound);
}

/* Opens or makes a database and does something to it. */
static sqlite3 *open_database(const char *database, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(folder_path(&folder, database), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    return db;
}

/* ---- what is no database of ours ---------------------------------------- */

static void a_text_is_left_as_it_is(void **state)
{
    (void)state;
    static const char *const texts[] = {"x", "These are notes of mine.\n", NULL};
    char *large = calloc(1, 5000);
    memset(large, 'a', 4999);
    for (int i = 0; i < 3; i++) {
        const char *text = texts[i] ? texts[i] : large;
        folder_write(&folder, "notes.txt", text);
        expect_refusal("notes.txt", 65,
                       "this file is not a gyre database; name another file with --db");
        char *now = folder_read(&folder, "notes.txt");
        assert_string_equal(now, text);
        free(now);
        assert_false(folder_has(&folder, "notes.txt-wal"));
        assert_false(folder_has(&folder, "notes.txt-journal"));
    }
    free(large);
}

static void an_empty_file_becomes_a_database(void **state)
{
    (void)state;
    folder_write(&folder, "empty.db", "");
    expect_done("empty.db");
}

static void a_database_of_another_program_is_left_as_it_is(void **state)
{
    (void)state;
    sqlite3_close(open_database("other.db", "CREATE TABLE run (mine)"));
    size_t const before = (size_t)recorded_count(&folder, "other.db", "PRAGMA page_count");
    expect_refusal("other.db", 65,
                   "this is a database of another program; name another file with --db");
    assert_int_equal(recorded_count(&folder, "other.db", "PRAGMA page_count"), before);
    char *mode = recorded_text(&folder, "other.db", "PRAGMA journal_mode");
    assert_string_equal(mode, "delete");
    free(mode);
}

static void another_version_is_named(void **state)
{
    (void)state;
    expect_done("newer.db");
    sqlite3_close(open_database("newer.db", "PRAGMA user_version = 7"));
    expect_refusal("newer.db", 65,
                   "this database has format 7 and this gyre knows format 1; use the gyre that "
                   "made it, or name another file with --db");
    assert_int_equal(recorded_count(&folder, "newer.db", "SELECT count(*) FROM run"), 1);
}

static void a_damaged_database_is_named(void **state)
{
    (void)state;
    char noise[4096];
    memset(noise, 0x5a, sizeof noise);
    expect_done("damaged.db");
    FILE *file = fopen(folder_path(&folder, "damaged.db"), "r+");
    assert_non_null(file);
    for (int page = 1; page < 9; page++) {
        fseek(file, page * (long)sizeof noise, SEEK_SET);
        assert_int_equal(fwrite(noise, sizeof noise, 1, file), 1);
    }
    fclose(file);
    struct outcome outcome = run("damaged.db", "");
    assert_int_equal(outcome.code, 65);
    assert_int_equal(strncmp(outcome.err, "damaged.db: this database is damaged (", 38), 0);
    outcome_free(&outcome);
}

/* ---- what may not be written -------------------------------------------- */

static void a_missing_folder_is_named(void **state)
{
    (void)state;
    expect_refusal("no/such/gyre.db", 74,
                   "there is no folder no/such; make it first, or name another file with --db");
    assert_false(folder_has(&folder, "no"));
}

static void a_folder_is_no_database(void **state)
{
    (void)state;
    mkdir(folder_path(&folder, "results"), 0755);
    expect_refusal("results", 74,
                   "this is a folder; name a file in it with --db, such as results/gyre.db");
}

static void a_device_is_no_database(void **state)
{
    (void)state;
    expect_refusal("/dev/full", 74, "this is not a regular file; name another file with --db");
    expect_refusal("/dev/null", 74, "this is not a regular file; name another file with --db");
}

/* Even root may make no file in /proc/self. */
static void a_folder_that_takes_no_file_is_a_sentence(void **state)
{
    (void)state;
    struct outcome outcome = run("/proc/self/gyre.db", "");
    assert_int_equal(outcome.code, 74);
    assert_int_equal(strncmp(outcome.err, "/proc/self/gyre.db: ", 20), 0);
    assert_non_null(strstr(outcome.err, "--db"));
    assert_int_equal(strchr(outcome.err, '\n') - outcome.err + 1, (long)strlen(outcome.err));
    outcome_free(&outcome);
}

static void what_is_read_only_is_left_alone(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("root may write everything\n");
        skip();
    }
    expect_done("mine.db");
    chmod(folder_path(&folder, "mine.db"), 0444);
    expect_refusal("mine.db", 74,
                   "this file may not be written (Permission denied); make it writable, or name "
                   "another file with --db");
    mkdir(folder_path(&folder, "closed"), 0555);
    expect_refusal("closed/gyre.db", 74,
                   "the folder closed may not be written (Permission denied), but SQLite has to "
                   "write beside the database; name a file elsewhere with --db");
}

/* A disk that is mounted to be read stops root, too. */
static void a_read_only_disk_is_a_sentence(void **state)
{
    (void)state;
    char line[LINE];
    mkdir(folder_path(&folder, "disk"), 0755);
    const char *disk = folder_path(&folder, "disk");
    if (mount("gyre", disk, "tmpfs", 0, "size=1m") != 0) {
        print_message("no disk can be mounted here\n");
        skip();
    }
    struct outcome first = run("disk/gyre.db", "");
    mount("gyre", disk, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=1m");
    struct outcome old = run("disk/gyre.db", ""), new = run("disk/new.db", "");
    umount(disk);
    outcome_expect(&first, 0);
    outcome_expect(&old, 74);
    outcome_expect(&new, 74);
    snprintf(line, sizeof line, "disk/gyre.db: %s\n",
             "this file may not be written (Read-only file system); make it writable, or name "
             "another file with --db");
    assert_string_equal(old.err, line);
    snprintf(line, sizeof line, "disk/new.db: %s\n",
             "the folder disk may not be written (Read-only file system), but SQLite has to write "
             "beside the database; name a file elsewhere with --db");
    assert_string_equal(new.err, line);
    outcome_free(&first);
    outcome_free(&old);
    outcome_free(&new);
}

static void odd_names_are_names_of_files(void **state)
{
    (void)state;
    static const char *const names[] = {":memory:", "file:x.db?mode=memory", "a b.db", "-.db"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        expect_done(names[i]);
        assert_true(folder_has(&folder, names[i]));
    }
}

/* ---- others at work ----------------------------------------------------- */

static void a_lock_is_waited_for_and_then_named(void **state)
{
    (void)state;
    expect_done("locked.db");
    sqlite3 *db = open_database("locked.db", "BEGIN IMMEDIATE");
    struct outcome outcome =
        command_run(folder.path, "GYRE_DB_WAIT=0.4 gyre run " FIRST " --db locked.db");
    assert_int_equal(outcome.code, 74);
    assert_string_equal(outcome.err,
                        "locked.db: another program has kept this database locked for over 0.4 s; "
                        "end it, or name another file with --db\n");
    assert_true(outcome.seconds >= 0.4 && outcome.seconds < 5);
    outcome_free(&outcome);
    struct running running = command_start(folder.path, "gyre run " FIRST " --db locked.db", -1);
    usleep(300000);
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(db);
    outcome = command_end(&running);
    outcome_expect(&outcome, 0);
    outcome_free(&outcome);
    expect_done("locked.db");
    assert_int_equal(recorded_count(&folder, "locked.db", "SELECT count(*) FROM run"), 3);
}

/* Into a new database, so that all of them want to make its tables. */
static void runs_at_once_share_a_database(void **state)
{
    (void)state;
    enum { RUNS = 6 };
    struct running running[RUNS];
    for (int i = 0; i < RUNS; i++)
        running[i] = command_start(
            folder.path, "gyre run " FIRST " --db shared.db --set scenario.rounds=200", -1);
    for (int i = 0; i < RUNS; i++) {
        struct outcome outcome = command_end(&running[i]);
        outcome_expect(&outcome, 0);
        assert_string_equal(outcome.err, "");
        outcome_free(&outcome);
    }
    assert_int_equal(
        recorded_count(&folder, "shared.db", "SELECT count(*) FROM run WHERE status = 'done'"),
        RUNS);
    assert_int_equal(recorded_count(&folder, "shared.db", "SELECT count(DISTINCT digest) FROM run"),
                     1);
    assert_int_equal(recorded_count(&folder, "shared.db",
                                    "SELECT count(DISTINCT n) FROM (SELECT count(*) AS n FROM "
                                    "value GROUP BY run)"),
                     1);
    assert_false(folder_has(&folder, "shared.db-wal"));
}

/* ---- disks that end ----------------------------------------------------- */

static void expect_full(struct outcome *outcome, const char *database)
{
    char expected[LINE];
    snprintf(expected, sizeof expected,
             "%s: the disk is full; free some space, or name a file elsewhere with --db\n",
             database);
    outcome_expect(outcome, 74);
    assert_string_equal(outcome->err, expected);
    outcome_free(outcome);
}

static void a_full_disk_is_a_sentence_and_the_database_stays_sound(void **state)
{
    (void)state;
    mkdir(folder_path(&folder, "small"), 0755);
    const char *disk = folder_path(&folder, "small");
    if (mount("gyre", disk, "tmpfs", 0, "size=192k") != 0) {
        print_message("no disk can be mounted here\n");
        skip();
    }
    struct outcome first = run("small/gyre.db", "");
    struct outcome full = run("small/gyre.db", "--set scenario.rounds=3000");
    struct outcome again = run("small/gyre.db", "--set scenario.rounds=3000 --json");
    mount("gyre", disk, "tmpfs", MS_REMOUNT, "size=4m");
    struct outcome last = run("small/gyre.db", "--set scenario.rounds=100");
    char line[LINE];
    snprintf(line, sizeof line, "cp %s/gyre.db %s/kept.db", disk, folder.path);
    int const copied = system(line);
    umount(disk);
    outcome_expect(&first, 0);
    expect_full(&full, "small/gyre.db");
    expect_full(&again, "small/gyre.db");
    outcome_expect(&last, 0);
    assert_int_equal(copied, 0);
    assert_int_equal(
        recorded_count(&folder, "kept.db", "SELECT count(*) FROM run WHERE status = 'done'"), 2);
    assert_int_equal(
        recorded_count(&folder, "kept.db", "SELECT count(*) FROM run WHERE status = 'failed'"), 2);
    expect_done("kept.db");
    outcome_free(&first);
    outcome_free(&last);
}

/* The limit is inherited; ours comes back at once. */
static struct outcome run_with_files_of_at_most(rlim_t bytes, const char *database,
                                                const char *options)
{
    struct rlimit usual, low;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
    low = (struct rlimit){bytes, usual.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    struct outcome outcome = run(database, options);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
    return outcome;
}

/* TSan keeps its shadow in files, and dies of the limit itself. */
static bool is_tsan(void)
{
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
    return true;
#endif
#endif
    return false;
}

static void a_limit_of_file_sizes_is_no_crash(void **state)
{
    (void)state;
    if (is_tsan())
        skip();
    expect_done("limited.db");
    struct outcome outcome =
        run_with_files_of_at_most(150000, "limited.db", "--set scenario.rounds=3000");
    outcome_expect(&outcome, 74);
    assert_int_equal(outcome.signal, 0);
    assert_int_equal(strncmp(outcome.err, "limited.db: ", 12), 0);
    outcome_free(&outcome);
    assert_int_equal(
        recorded_count(&folder, "limited.db", "SELECT count(*) FROM run WHERE status = 'running'"),
        0);
    expect_done("limited.db");
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
    chmod(folder_path(&folder, "closed"), 0755);
    folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_left_as_it_is),
        cmocka_unit_test(an_empty_file_becomes_a_database),
        cmocka_unit_test(a_database_of_another_program_is_left_as_it_is),
        cmocka_unit_test(another_version_is_named),
        cmocka_unit_test(a_damaged_database_is_named),
        cmocka_unit_test(a_missing_folder_is_named),
        cmocka_unit_test(a_folder_is_no_database),
        cmocka_unit_test(a_device_is_no_database),
        cmocka_unit_test(a_folder_that_takes_no_file_is_a_sentence),
        cmocka_unit_test(what_is_read_only_is_left_alone),
        cmocka_unit_test(a_read_only_disk_is_a_sentence),
        cmocka_unit_test(odd_names_are_names_of_files),
        cmocka_unit_test(a_lock_is_waited_for_and_then_named),
        cmocka_unit_test(runs_at_once_share_a_database),
        cmocka_unit_test(a_full_disk_is_a_sentence_and_the_database_stays_sound),
        cmocka_unit_test(a_limit_of_file_sizes_is_no_crash),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
