/* The database that a run leaves, read back through SQLite itself, and all that may be wrong with
 * one: each has its sentence, and none spoils what was there. */
#include "unit/record/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>

#include "record/store.h"

/* ---- a run in a store, and a reader ------------------------------------- */

struct kept {
    struct sample s;
    struct result_sink *store;
    struct series *series;
};

static bool keep_open(struct kept *kept, const char *path, int64_t replicates, int64_t rounds)
{
    sample_init(&kept->s, replicates, rounds);
    kept->store = store_open(kept->s.arena, path, kept->s.report);
    kept->series = series_create(&kept->s.run, &kept->store, kept->store ? 1 : 0);
    if (kept->store)
        store_attach(kept->store, kept->series);
    return kept->store != NULL;
}

static void keep_close(struct kept *kept)
{
    if (kept->store)
        store_close(kept->store);
    series_destroy(kept->series);
    sample_fini(&kept->s);
}

/* One whole run; its status. */
static enum status keep_run(const char *path, int64_t replicates, int64_t rounds)
{
    struct kept k;
    enum status status = keep_open(&k, path, replicates, rounds) ? STATUS_OK : STATUS_IO;
    if (status == STATUS_OK)
        status = series_begin(k.series);
    for (int64_t r = 0; r < replicates && status == STATUS_OK; r++)
        for (int64_t t = 0; t <= rounds && status == STATUS_OK; t++)
            status = sample_add(k.series, r, t, (double)(r + t), 0.5);
    if (status == STATUS_OK)
        status = sample_end(k.series, STATUS_OK, NULL);
    keep_close(&k);
    return status;
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* The rows of a query: columns joined by "|", each row ended by a blank. */
static const char *ask(const char *path, const char *sql)
{
    static char answer[4096];
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    size_t at = 0;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    for (*answer = 0; sqlite3_step(query) == SQLITE_ROW;) {
        for (int i = 0; i < sqlite3_column_count(query); i++) {
            const unsigned char *text = sqlite3_column_text(query, i);
            at += (size_t)snprintf(answer + at, sizeof answer - at, "%s%s", i ? "|" : "",
                                   text ? (const char *)text : "NULL");
        }
        at += (size_t)snprintf(answer + at, sizeof answer - at, " ");
    }
    sqlite3_finalize(query);
    sqlite3_close(db);
    return answer;
}

#define assert_asked(path, sql, expected) assert_string_equal(ask(path, sql), expected)

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

static void rest(double seconds)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)(seconds * 1e9)}, NULL);
}

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

/* ---- what may be wrong with a path -------------------------------------- */

/* Opening fails with this status and one sentence, the rest of which is expected. */
static void assert_refused(const char *path, enum status status, const char *expected)
{
    struct arena *arena = arena_create();
    struct report *report = report_create(arena);
    assert_null(store_open(arena, path, report));
    assert_int_equal(report_count(report), 1);
    assert_int_equal(report_status(report), status);
    assert_string_equal(said(arena, report), arena_format(arena, "%s: %s\n", path, expected));
    arena_destroy(arena);
}

static void a_path_that_cannot_be_a_database_is_refused(void **state)
{
    (void)state;
    mkdir("folder", 0777);
    assert_refused("folder", STATUS_IO,
                   "this is a folder; name a file in it with --db, such as folder/gyre.db");
    assert_refused("none/gyre.db", STATUS_IO,
                   "there is no folder none; make it first, or name another file with --db");
    assert_refused("/dev/full", STATUS_IO,
                   "this is not a regular file; name another file with --db");
    assert_refused("", STATUS_IO, "this cannot be the name of a file");
    char endless[5000];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = 0;
    assert_refused(endless, STATUS_IO, "this cannot be the name of a file");
}

static void a_file_used_as_a_folder_is_refused(void **state)
{
    (void)state;
    file_write("plain", "x", 1);
    assert_refused("plain/gyre.db", STATUS_IO,
                   "there is no folder plain; make it first, or name another file with --db");
}

static void names_that_mean_something_to_sqlite_are_names(void **state)
{
    (void)state;
    assert_int_equal(keep_run(":memory:", 1, 0), STATUS_OK);
    assert_int_equal(access("./:memory:", R_OK), 0);
    assert_int_equal(keep_run("file:x?mode=memory", 1, 0), STATUS_OK);
    assert_int_equal(access("./file:x?mode=memory", R_OK), 0);
}

static void a_file_that_is_no_database_is_refused_and_kept(void **state)
{
    (void)state;
    const char *const sentence = "this file is not a gyre database; name another file with --db";
    char text[8192];
    memset(text, 'a', sizeof text);
    for (size_t size = 1; size <= sizeof text; size *= 2) {
        struct stat about;
        file_write("text.db", text, size);
        assert_refused("text.db", STATUS_DATA, sentence);
        assert_int_equal(stat("text.db", &about), 0);
        assert_int_equal(about.st_size, size);
    }
}

static void an_empty_file_becomes_a_database(void **state)
{
    (void)state;
    file_write("empty.db", "", 0);
    assert_int_equal(keep_run("empty.db", 1, 0), STATUS_OK);
}

static void a_database_of_another_program_is_left_alone(void **state)
{
    (void)state;
    run_sql("other.db", "CREATE TABLE t (x)");
    assert_refused("other.db", STATUS_DATA,
                   "this is a database of another program; name another file with --db");
    run_sql("named.db", "PRAGMA application_id = 7");
    assert_refused("named.db", STATUS_DATA,
                   "this is a database of another program; name another file with --db");
    assert_asked("other.db", "PRAGMA journal_mode", "delete ");
}

static void another_format_is_refused(void **state)
{
    (void)state;
    keep_run("future.db", 1, 0);
    run_sql("future.db", "PRAGMA user_version = 2");
    assert_refused("future.db", STATUS_DATA,
                   "this database has format 2 and this gyre knows format 1; use the gyre that "
                   "made it, or name another file with --db");
}

static void a_database_without_a_table_is_refused(void **state)
{
    (void)state;
    keep_run("bare.db", 1, 0);
    run_sql("bare.db", "DROP TABLE component");
    assert_refused("bare.db", STATUS_DATA,
                   "this database lacks what gyre's have (no such table: component); name another "
                   "file with --db");
}

static void a_torn_database_is_refused(void **state)
{
    (void)state;
    keep_run("torn.db", 1, 0);
    assert_int_equal(truncate("torn.db", 4096 + 100), 0);
    struct arena *arena = arena_create();
    struct report *report = report_create(arena);
    assert_null(store_open(arena, "torn.db", report));
    assert_int_equal(report_status(report), STATUS_DATA);
    assert_non_null(strstr(said(arena, report), "torn.db: this database is damaged"));
    arena_destroy(arena);
}

static void triggers_of_a_stranger_do_nothing(void **state)
{
    (void)state;
    keep_run("trap.db", 1, 0);
    run_sql("trap.db", "CREATE TRIGGER trap AFTER INSERT ON run BEGIN DELETE FROM run; END");
    assert_int_equal(keep_run("trap.db", 1, 0), STATUS_OK);
    assert_asked("trap.db", "SELECT id FROM run", "1 2 ");
}

/* ---- what may not be written -------------------------------------------- */

/* Permissions mean nothing to root. */
static void become_nobody(void)
{
    assert_int_equal(chmod(".", 0777), 0);
    if (geteuid() == 0)
        assert_int_equal(setresuid(65534, 65534, 0), 0);
}

static void become_oneself(void)
{
    uid_t real, effective, saved;
    getresuid(&real, &effective, &saved);
    if (saved == 0)
        assert_int_equal(setresuid(0, 0, 0), 0);
}

static void a_read_only_file_is_refused(void **state)
{
    (void)state;
    keep_run("fixed.db", 1, 0);
    assert_int_equal(chmod("fixed.db", 0444), 0);
    become_nobody();
    assert_refused("fixed.db", STATUS_IO,
                   "this file may not be written (Permission denied); make it writable, or name "
                   "another file with --db");
    become_oneself();
    assert_asked("fixed.db", "SELECT count(*) FROM run", "1 ");
}

static void a_read_only_folder_is_refused(void **state)
{
    (void)state;
    const char *const sentence =
        "the folder locked may not be written (Permission denied), but SQLite has to write beside "
        "the database; name a file elsewhere with --db";
    mkdir("locked", 0777);
    keep_run("locked/old.db", 1, 0);
    assert_int_equal(chmod("locked/old.db", 0666), 0);
    assert_int_equal(chmod("locked", 0555), 0);
    become_nobody();
    assert_refused("locked/new.db", STATUS_IO, sentence);
    assert_refused("locked/old.db", STATUS_IO, sentence);
    become_oneself();
    assert_int_equal(chmod("locked", 0777), 0);
}

/* Another program that holds the write lock. */
static sqlite3 *lock(const char *path)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return db;
}

/* A process that holds it for a tenth of a second, from before this returns. */
static pid_t lock_briefly(const char *path)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t const child = fork();
    if (child == 0) {
        sqlite3 *db = lock(path);
        bool const told = write(ready[1], &byte, 1) == 1;
        rest(0.1);
        sqlite3_close(db);
        _exit(!told);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

static const char *const locked_sentence =
    "another program has kept this database locked for over 0.05 s; end it, or name another file "
    "with --db";

static void a_locked_database_is_waited_for_and_then_refused(void **state)
{
    (void)state;
    keep_run("held.db", 1, 0);
    setenv("GYRE_DB_WAIT", "0.05", 1);
    sqlite3 *other = lock("held.db");
    assert_refused("held.db", STATUS_IO, locked_sentence);
    sqlite3_close(other);
    assert_int_equal(keep_run("held.db", 1, 0), STATUS_OK);
    pid_t const child = lock_briefly("held.db");
    setenv("GYRE_DB_WAIT", "30", 1);
    assert_int_equal(keep_run("held.db", 1, 0), STATUS_OK);
    waitpid(child, NULL, 0);
    unsetenv("GYRE_DB_WAIT");
}

static void a_lock_in_mid_run_ends_the_run_and_leaves_it_failed(void **state)
{
    (void)state;
    struct kept k;
    setenv("GYRE_DB_WAIT", "0.05", 1);
    assert_true(keep_open(&k, "seized.db", 1, 5));
    series_begin(k.series);
    sqlite3 *other = lock("seized.db");
    rest(0.25);
    assert_int_equal(sample_add(k.series, 0, 0, 1, 1), STATUS_IO);
    assert_string_equal(said(k.s.arena, k.s.report),
                        arena_format(k.s.arena, "seized.db: %s\n", locked_sentence));
    sqlite3_close(other);
    assert_int_equal(sample_end(k.series, STATUS_IO, "locked out"), STATUS_IO);
    keep_close(&k);
    assert_asked("seized.db", "SELECT status, reason FROM run", "failed|locked out ");
    unsetenv("GYRE_DB_WAIT");
}

/* ---- a disk that fails -------------------------------------------------- */

static int disk_error, writes_left;

static ssize_t failing_write(int file, const void *bytes, size_t size, off64_t at)
{
    if (disk_error && writes_left-- <= 0) {
        errno = disk_error;
        return -1;
    }
    return pwrite64(file, bytes, size, at);
}

/* SQLite lets its system calls be replaced, for tests like these. */
static void disk_fails(int error, int after)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find("unix");
    disk_error = error;
    writes_left = after;
    sqlite3_syscall_ptr const call = error ? (sqlite3_syscall_ptr)failing_write : NULL;
    vfs->xSetSystemCall(vfs, "pwrite", call);
    vfs->xSetSystemCall(vfs, "pwrite64", call);
}

static void a_full_disk_ends_the_run_and_spoils_nothing(void **state)
{
    (void)state;
    struct kept k;
    keep_run("full.db", 1, 2);
    assert_true(keep_open(&k, "full.db", 1, 2));
    series_begin(k.series);
    sample_add(k.series, 0, 0, 1, 1);
    sample_add(k.series, 0, 1, 1, 1);
    disk_fails(ENOSPC, 1);
    assert_int_equal(sample_add(k.series, 0, 2, 1, 1), STATUS_IO);
    assert_string_equal(said(k.s.arena, k.s.report),
                        "full.db: the disk is full; free some space, or name a file elsewhere with "
                        "--db\n");
    disk_fails(0, 0);
    assert_int_equal(sample_end(k.series, STATUS_IO, "the disk is full"), STATUS_IO);
    keep_close(&k);
    assert_asked("full.db", "SELECT id, status, reason FROM run",
                 "1|done|NULL 2|failed|the disk is full ");
    assert_asked("full.db", "PRAGMA integrity_check", "ok ");
    assert_int_equal(keep_run("full.db", 1, 2), STATUS_OK);
}

static void a_result_that_cannot_be_written_is_not_called_done(void **state)
{
    (void)state;
    struct kept k;
    assert_true(keep_open(&k, "late.db", 1, 3));
    series_begin(k.series);
    sample_add(k.series, 0, 0, 1, 1);
    disk_fails(EIO, 0);
    assert_int_equal(sample_end(k.series, STATUS_OK, NULL), STATUS_IO);
    assert_string_equal(said(k.s.arena, k.s.report),
                        "late.db: this database could not be written (disk I/O error); name a file "
                        "elsewhere with --db\n");
    keep_close(&k);
    disk_fails(0, 0);
    assert_asked("late.db", "SELECT count(*) FROM run WHERE status = 'done'", "0 ");
    assert_int_equal(keep_run("late.db", 1, 0), STATUS_OK);
}

/* Whichever write fails, of the opening or of the run: a sentence, no crash, and a file that the
 * next run can use. */
static void every_write_may_fail(void **state)
{
    (void)state;
    int const errors[] = {ENOSPC, EIO};
    for (int i = 0; i < 2; i++) {
        enum status status = STATUS_IO;
        for (int after = 0; status != STATUS_OK && after < 200; after++) {
            unlink("any.db");
            unlink("any.db-wal");
            unlink("any.db-shm");
            disk_fails(errors[i], after);
            status = keep_run("any.db", 3, 2);
            disk_fails(0, 0);
            assert_int_equal(keep_run("any.db", 3, 2), STATUS_OK);
            assert_asked("any.db", "PRAGMA integrity_check", "ok ");
        }
        assert_int_equal(status, STATUS_OK);
    }
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
        cmocka_unit_test(a_number_is_never_given_twice),
        cmocka_unit_test(a_run_goes_with_all_that_is_its_own),
        cmocka_unit_test(a_closed_database_is_one_file),
        cmocka_unit_test(more_rows_than_wait_at_once_all_arrive),
        cmocka_unit_test(rows_survive_the_death_of_the_process),
        cmocka_unit_test(no_lock_is_held_between_rows),
        cmocka_unit_test(processes_share_a_database_that_none_of_them_has_made),
        cmocka_unit_test(a_path_that_cannot_be_a_database_is_refused),
        cmocka_unit_test(a_file_used_as_a_folder_is_refused),
        cmocka_unit_test(names_that_mean_something_to_sqlite_are_names),
        cmocka_unit_test(a_file_that_is_no_database_is_refused_and_kept),
        cmocka_unit_test(an_empty_file_becomes_a_database),
        cmocka_unit_test(a_database_of_another_program_is_left_alone),
        cmocka_unit_test(another_format_is_refused),
        cmocka_unit_test(a_database_without_a_table_is_refused),
        cmocka_unit_test(a_torn_database_is_refused),
        cmocka_unit_test(triggers_of_a_stranger_do_nothing),
        cmocka_unit_test(a_read_only_file_is_refused),
        cmocka_unit_test(a_read_only_folder_is_refused),
        cmocka_unit_test(a_locked_database_is_waited_for_and_then_refused),
        cmocka_unit_test(a_lock_in_mid_run_ends_the_run_and_leaves_it_failed),
        cmocka_unit_test(a_full_disk_ends_the_run_and_spoils_nothing),
        cmocka_unit_test(a_result_that_cannot_be_written_is_not_called_done),
        cmocka_unit_test(every_write_may_fail),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
