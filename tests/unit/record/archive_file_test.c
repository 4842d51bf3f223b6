/* What can be opened as an archive, and that it stays as it is. */
#include "unit/record/reopen.h"

#include <sys/wait.h>

static void assert_refused(const char *path, enum status status, const char *sentence)
{
    struct opened o = reopen(path);
    assert_null(o.archive);
    assert_int_equal(report_status(o.report), status);
    assert_string_equal(said(o.arena, o.report), sentence);
    leave(&o);
}

/* ---- the file ----------------------------------------------------------- */

static void what_is_no_database_of_ours_is_refused(void **state)
{
    (void)state;
    char text[600];
    memset(text, 'x', sizeof text);
    file_write("text.db", text, sizeof text);
    file_write("short.db", text, 5);
    file_write("empty.db", text, 0);
    run_sql("other.db", "CREATE TABLE a (b)");
    keep_run("newer.db", 1, 0);
    run_sql("newer.db", "PRAGMA user_version = 999");
    static const char no_database[] = "this file is not a gyre database; name another file with "
                                      "--db\n";
    struct arena *arena = arena_create();
    assert_refused("text.db", STATUS_DATA, arena_format(arena, "text.db: %s", no_database));
    assert_refused("short.db", STATUS_DATA, arena_format(arena, "short.db: %s", no_database));
    assert_refused("empty.db", STATUS_DATA, arena_format(arena, "empty.db: %s", no_database));
    arena_destroy(arena);
    assert_refused("other.db", STATUS_DATA,
                   "other.db: this is a database of another program; name another file with "
                   "--db\n");
    assert_refused("newer.db", STATUS_DATA,
                   "newer.db: this database has format 999 and this gyre knows format 1; use the "
                   "gyre that made it, or name another file with --db\n");
    assert_asked("other.db", "PRAGMA journal_mode", "delete ");
}

static void what_is_no_file_is_said(void **state)
{
    (void)state;
    assert_refused("none.db", STATUS_MISSING,
                   "none.db: there is no such database; gyre run makes one, and --db names "
                   "another\n");
    assert_int_not_equal(access("none.db", F_OK), 0);
    assert_refused(".", STATUS_IO,
                   ".: this is a folder; name a file in it with --db, such as ./gyre.db\n");
    assert_refused("/dev/null", STATUS_IO,
                   "/dev/null: this is not a regular file; name another file with --db\n");
    assert_refused(":memory:", STATUS_MISSING,
                   ":memory:: there is no such database; gyre run makes one, and --db names "
                   "another\n");
    assert_refused("", STATUS_IO, ": this cannot be the name of a file\n");
}

static void reading_leaves_one_file_unchanged(void **state)
{
    (void)state;
    keep_run("whole.db", 2, 3);
    struct stat before, after;
    assert_int_equal(stat("whole.db", &before), 0);
    struct opened o = reopen("whole.db");
    assert_non_null(archive_run(o.archive, 1, o.report));
    leave(&o);
    assert_int_equal(stat("whole.db", &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    assert_int_not_equal(access("whole.db-wal", F_OK), 0);
    assert_int_not_equal(access("whole.db-shm", F_OK), 0);
}

static void a_lock_is_waited_for_and_then_said(void **state)
{
    (void)state;
    keep_run("locked.db", 1, 0);
    run_sql("locked.db", "PRAGMA journal_mode = DELETE");
    sqlite3 *other = NULL;
    sqlite3_open("locked.db", &other);
    sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
    setenv("GYRE_DB_WAIT", "0.05", 1);
    assert_refused("locked.db", STATUS_IO,
                   "locked.db: another program has kept this database locked for over 0.05 s; end "
                   "it, or name another file with --db\n");
    unsetenv("GYRE_DB_WAIT");
    sqlite3_close(other);
}

/* In a child that has no right to write, as on a read-only disk; its exit code says how it went. */
static int read_without_rights(const char *path)
{
    int state = -1;
    pid_t const child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
            _exit(2);
        struct opened o = reopen(path);
        if (!o.archive)
            report_print(o.report, stderr);
        _exit(o.archive && archive_find(o.archive, "last", o.report) == 1 ? 0 : 1);
    }
    waitpid(child, &state, 0);
    return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

static void a_read_only_folder_will_do(void **state)
{
    (void)state;
    static const char name[] = "still/a?b%20c#d.db";
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(mkdir("still", 0755), 0);
    keep_run(name, 1, 2);
    assert_int_equal(chmod(name, 0444), 0);
    assert_int_equal(chmod("still", 0555), 0);
    assert_int_equal(read_without_rights(name), 0);
    assert_int_equal(chmod("still", 0755), 0);
}

int main(void)
{
    struct CMUnitTest const tests[] = {
        cmocka_unit_test(what_is_no_database_of_ours_is_refused),
        cmocka_unit_test(what_is_no_file_is_said),
        cmocka_unit_test(reading_leaves_one_file_unchanged),
        cmocka_unit_test(a_lock_is_waited_for_and_then_said),
        cmocka_unit_test(a_read_only_folder_will_do),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
