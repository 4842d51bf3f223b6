/* Which runs there are, and which one is meant. */
#include "unit/record/reopen.h"

/* ---- which runs --------------------------------------------------------- */

/* Five runs, 1 to 5: two alike, one failed, one that goes on. */
static void keep_five(const char *path)
{
    unlink(path);
    for (int i = 0; i < 5; i++)
        keep_run(path, 1, i);
    run_sql(path, "UPDATE run SET started = '2026-03-0' || id || 'T10:00:00Z',"
                  " digest = substr('aaaa11aaaa22bbbb33bbbb33', 6 * id - 5, 6) WHERE id < 5;"
                  "UPDATE run SET digest = 'bbbb33' WHERE id = 3;"
                  "UPDATE run SET status = 'running', digest = NULL, seconds = NULL,"
                  " started = '2026-03-05T10:00:00Z' WHERE id = 5;"
                  "UPDATE run SET status = 'failed', digest = NULL, reason = 'bad' WHERE id = 2;"
                  "UPDATE run SET title = 'Moltbook, 100%' WHERE id IN (1, 5);"
                  "UPDATE run SET title = NULL, scenario = 'Paper/x_y.toml' WHERE id = 3");
}

/* The numbers of the runs that a filter chooses. */
static void assert_listed(struct archive_filter filter, const char *expected)
{
    char text[64] = "";
    struct opened o = reopen("five.db");
    int64_t count = -1;
    const struct archive_entry *entry = archive_list(o.archive, &filter, &count, o.report);
    assert_non_null(entry);
    for (int64_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d ", (int)entry[i].run);
    assert_string_equal(text, expected);
    leave(&o);
}

static void runs_are_listed_newest_first(void **state)
{
    (void)state;
    keep_five("five.db");
    assert_listed((struct archive_filter){0}, "5 4 3 2 1 ");
    assert_listed((struct archive_filter){.last = 2}, "5 4 ");
    assert_listed((struct archive_filter){.last = 99}, "5 4 3 2 1 ");
}

static void a_filter_chooses(void **state)
{
    (void)state;
    keep_five("five.db");
    assert_listed((struct archive_filter){.scenario = "MOLT"}, "5 1 ");
    assert_listed((struct archive_filter){.scenario = "paper/X_Y"}, "3 ");
    assert_listed((struct archive_filter){.scenario = "%"}, "5 1 ");
    assert_listed((struct archive_filter){.scenario = "x__"}, "");
    assert_listed((struct archive_filter){.status = "failed"}, "2 ");
    assert_listed((struct archive_filter){.status = "running"}, "5 ");
    assert_listed((struct archive_filter){.digest = "BBBB"}, "4 3 ");
    assert_listed((struct archive_filter){.digest = "bbb%"}, "");
    assert_listed((struct archive_filter){.scenario = "molt", .status = "done"}, "1 ");
    assert_listed((struct archive_filter){.status = "done", .last = 1}, "4 ");
}

static void since_takes_a_date_or_a_time(void **state)
{
    (void)state;
    keep_five("five.db");
    assert_listed((struct archive_filter){.since = "2026-03-03"}, "5 4 3 ");
    assert_listed((struct archive_filter){.since = "2026-03-04T10:00:00Z"}, "5 4 ");
    assert_listed((struct archive_filter){.since = "2026-03-04T10:00:01Z"}, "5 ");
    assert_listed((struct archive_filter){.since = "2026-03-04 10:00Z"}, "5 4 ");
    assert_listed((struct archive_filter){.since = "2026-03-04 10:01"}, "5 ");
    assert_listed((struct archive_filter){.since = "2027"}, "");
}

static void a_list_says_what_each_run_was(void **state)
{
    (void)state;
    keep_five("five.db");
    struct opened o = reopen("five.db");
    int64_t count = 0;
    struct archive_filter const all = {0};
    const struct archive_entry *entry = archive_list(o.archive, &all, &count, o.report);
    assert_int_equal(count, 5);
    assert_string_equal(entry[0].status, "running");
    assert_true(isnan(entry[0].seconds));
    assert_null(entry[0].digest);
    assert_string_equal(entry[1].started, "2026-03-04T10:00:00Z");
    assert_string_equal(entry[1].scenario, "dir/x.toml");
    assert_string_equal(entry[1].title, "A title");
    assert_string_equal(entry[1].digest, "bbbb33");
    assert_null(entry[1].reason);
    assert_true(same(entry[1].seconds, 0.25));
    assert_int_equal(entry[1].replicates, 1);
    assert_int_equal(entry[1].rounds, 3);
    assert_int_equal(entry[1].seed, 1);
    assert_null(entry[2].title);
    assert_string_equal(entry[3].reason, "bad");
    leave(&o);
}

/* ---- which run ---------------------------------------------------------- */

static void assert_found(const char *text, int64_t run, const char *sentence)
{
    struct opened o = reopen("five.db");
    assert_int_equal(archive_find(o.archive, text, o.report), run);
    assert_int_equal(report_status(o.report), run ? STATUS_OK : STATUS_MISSING);
    assert_string_equal(said(o.arena, o.report), sentence);
    leave(&o);
}

static void a_run_is_found_by_number_last_or_digest(void **state)
{
    (void)state;
    keep_five("five.db");
    assert_found("1", 1, "");
    assert_found("last", 5, "");
    assert_found("aaaa11", 1, "");
    assert_found("AAAA", 1, "");
    run_sql("five.db", "UPDATE run SET digest = '12345678' WHERE id = 4");
    assert_found("1234", 4, "");
    run_sql("five.db", "UPDATE run SET id = 1234 WHERE id = 5");
    assert_found("1234", 1234, "");
}

static void what_is_not_found_is_said(void **state)
{
    (void)state;
    keep_five("five.db");
    assert_found("9", 0, "five.db: there is no run 9; the last is run 5\n");
    assert_found("0", 0, "five.db: there is no run 0; the last is run 5\n");
    assert_found("99999999999999999999", 0,
                 "five.db: there is no run 99999999999999999999; the last is run 5\n");
    assert_found("-1", 0,
                 "five.db: \"-1\" is no run; say a number, last, or at least 4 digits of a digest; "
                 "the last is run 5\n");
    assert_found("aaa", 0,
                 "five.db: \"aaa\" is no run; say a number, last, or at least 4 digits of a "
                 "digest; the last is run 5\n");
    assert_found("lsat", 0, "five.db: \"lsat\" is no run; did you mean last?\n");
    assert_found("", 0,
                 "five.db: \"\" is no run; say a number, last, or at least 4 digits of a digest; "
                 "the last is run 5\n");
    assert_found("dddd", 0,
                 "five.db: no run has a digest that begins with dddd; the last is run 5\n");
    assert_found("bbbb", 0,
                 "five.db: several runs have a digest that begins with bbbb: 4 and 3; say which by "
                 "its number\n");
}

static void of_many_runs_with_one_digest_some_are_named(void **state)
{
    (void)state;
    unlink("five.db");
    for (int i = 0; i < 7; i++)
        keep_run("five.db", 1, 0);
    assert_found("cafe", 0,
                 "five.db: several runs have a digest that begins with cafe: 7, 6, 5, 4, 3 and "
                 "others; say which by its number\n");
}

static void a_database_without_runs_has_none_to_find(void **state)
{
    (void)state;
    unlink("five.db");
    keep_run("five.db", 1, 0);
    run_sql("five.db", "DELETE FROM run");
    assert_listed((struct archive_filter){0}, "");
    assert_found("last", 0, "five.db: no run has been stored in it yet\n");
}

int main(void)
{
    struct CMUnitTest const tests[] = {
        cmocka_unit_test(runs_are_listed_newest_first),
        cmocka_unit_test(a_filter_chooses),
        cmocka_unit_test(since_takes_a_date_or_a_time),
        cmocka_unit_test(a_list_says_what_each_run_was),
        cmocka_unit_test(a_run_is_found_by_number_last_or_digest),
        cmocka_unit_test(what_is_not_found_is_said),
        cmocka_unit_test(of_many_runs_with_one_digest_some_are_named),
        cmocka_unit_test(a_database_without_runs_has_none_to_find),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
