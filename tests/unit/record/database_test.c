/* All that may be wrong with a database: each has its sentence, and none spoils what was there. */
#include "unit/record/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

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
