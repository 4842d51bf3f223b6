/* `gyre runs` from its arguments to what it prints. */
#include "unit/cli/spoken.h"

#include <jansson.h>

#include "cli/cli.h"

/* Four runs: done twice, failed, and one that goes on; started long ago, but for the last. */
static void keep_four(const char *path)
{
    unlink(path);
    for (int i = 0; i < 4; i++)
        keep_run(path, i ? 1 : 12, 10 * i);
    run_sql(path,
            "UPDATE run SET started = '2020-03-0' || id || 'T23:30:00Z', digest = 'cafe12345678';"
            "UPDATE run SET status = 'failed', digest = NULL, reason = 'bad data' WHERE id = 2;"
            "UPDATE run SET title = 'A title that is much too long for the room that a table of 80"
            " columns has', seconds = 1234.5678 WHERE id = 3;"
            "UPDATE run SET status = 'running', digest = NULL, seconds = NULL, title = '' WHERE id"
            " = 4");
}

static int enter(void **state)
{
    setenv("TZ", "EAST-2", 1);
    unsetenv("LC_ALL");
    unsetenv("LC_CTYPE");
    setenv("LANG", "C", 1);
    setenv("NO_COLOR", "1", 1);
    tzset();
    return folder_enter(state);
}

/* ---- the table ---------------------------------------------------------- */

static void runs_are_a_table_newest_first(void **state)
{
    (void)state;
    keep_four("gyre.db");
    assert_int_equal(SPEAK(runs_main, "runs"), STATUS_OK);
    assert_string_equal(
        spoken_out,
        "run  started     title                        status     size  digest    seconds\n"
        "  4  2020-03-05  dir/x.toml                   running  1 x 30  -               -\n"
        "  3  2020-03-04  A title that is much too l~  done     1 x 20  cafe1234   1234.6\n"
        "  2  2020-03-03  A title                      failed   1 x 10  -          0.2500\n"
        "  1  2020-03-02  A title                      done     12 x 0  cafe1234   0.2500\n");
    assert_string_equal(spoken_err, "");
}

static void a_table_fits_80_columns(void **state)
{
    (void)state;
    keep_four("gyre.db");
    assert_int_equal(SPEAK(runs_main, "runs"), STATUS_OK);
    for (const char *line = spoken_out; *line; line = strchr(line, '\n') + 1)
        assert_true(strcspn(line, "\n") <= 80);
}

static void a_recent_run_has_its_time_of_day_as_the_clock_here_shows_it(void **state)
{
    (void)state;
    char expected[32];
    unlink("now.db");
    keep_run("now.db", 1, 0);
    run_sql("now.db", "UPDATE run SET started = strftime('%Y-%m-%dT%H:%M:00Z', 'now', '-2 days')");
    time_t const then = time(NULL) - 2 * 86400;
    strftime(expected, sizeof expected, "  1  %m-%d %H:", localtime(&then));
    assert_int_equal(SPEAK(runs_main, "runs", "--db", "now.db"), STATUS_OK);
    assert_non_null(strstr(spoken_out, expected));
}

static void a_title_cannot_command_the_terminal(void **state)
{
    (void)state;
    unlink("evil.db");
    keep_run("evil.db", 1, 0);
    run_sql("evil.db", "UPDATE run SET title = 'a' || char(10) || char(27) || '[2J', digest ="
                       " char(27) || '[31mred', started = char(27) || 'x'");
    assert_int_equal(SPEAK(runs_main, "runs", "--db", "evil.db"), STATUS_OK);
    assert_null(strchr(spoken_out, 27));
    assert_non_null(strstr(spoken_out, "a \\x1b[2J"));
}

static void twenty_are_shown_unless_more_are_asked_for(void **state)
{
    (void)state;
    unlink("many.db");
    for (int i = 0; i < 20; i++)
        keep_run("many.db", 1, 0);
    assert_int_equal(SPEAK(runs_main, "runs", "--db=many.db"), STATUS_OK);
    assert_null(strstr(spoken_out, "shows more"));
    keep_run("many.db", 1, 0);
    assert_int_equal(SPEAK(runs_main, "runs", "--db=many.db"), STATUS_OK);
    assert_null(strstr(spoken_out, "\n  1  "));
    assert_non_null(strstr(spoken_out, "\n  2  "));
    assert_non_null(strstr(spoken_out, "\nthe newest 20; --last N shows more\n"));
    assert_int_equal(SPEAK(runs_main, "runs", "--db", "many.db", "--last", "21"), STATUS_OK);
    assert_non_null(strstr(spoken_out, "\n  1  "));
    assert_null(strstr(spoken_out, "shows more"));
}

/* ---- filters ------------------------------------------------------------ */

/* The numbers of the runs in the JSON that was printed. */
static const char *listed(void)
{
    static char text[64];
    json_t *all = json_loads(spoken_out, 0, NULL);
    json_t *runs = json_object_get(all, "runs");
    assert_true(json_is_array(runs));
    *text = 0;
    for (size_t i = 0; i < json_array_size(runs); i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d ",
                 (int)json_integer_value(json_object_get(json_array_get(runs, i), "run")));
    json_decref(all);
    return text;
}

#define assert_listed(expected, ...)                                                               \
    do {                                                                                           \
        assert_int_equal(SPEAK(runs_main, "runs", "--json", __VA_ARGS__), STATUS_OK);              \
        assert_string_equal(listed(), expected);                                                   \
    } while (0)

static void options_filter(void **state)
{
    (void)state;
    keep_four("gyre.db");
    assert_listed("4 3 2 1 ", "--last", "9");
    assert_listed("4 3 ", "--last=2");
    assert_listed("3 ", "--scenario", "TOO LONG");
    assert_listed("2 ", "--status", "failed");
    assert_listed("3 1 ", "--digest", "CAFE");
    assert_listed("3 1 ", "--digest", "cafe", "--scenario", "a title", "--status", "done");
    assert_listed("2 ", "--status", "done", "--status", "failed");
}

static void since_is_local_time_unless_it_ends_with_z(void **state)
{
    (void)state;
    keep_four("gyre.db");
    assert_listed("4 3 2 ", "--since", "2020-03-03");
    assert_listed("4 3 2 ", "--since", "2020-03-02Z");
    assert_listed("4 3 2 ", "--since", "2020-03-03 01:30");
    assert_listed("4 3 ", "--since", "2020-03-03T01:30:01");
    assert_listed("4 3 2 ", "--since", "2020-03-02T23:30:00Z");
    assert_listed("4 3 ", "--since", "2020-03-02 23:31Z");
}

/* ---- nothing ------------------------------------------------------------ */

static void an_empty_database_says_so(void **state)
{
    (void)state;
    unlink("bare.db");
    keep_run("bare.db", 1, 0);
    run_sql("bare.db", "DELETE FROM run");
    assert_int_equal(SPEAK(runs_main, "runs", "--db", "bare.db"), STATUS_OK);
    assert_string_equal(spoken_out, "no run has been stored in bare.db yet\n");
    assert_listed("", "--db", "bare.db");
}

static void a_filter_that_fits_none_says_so(void **state)
{
    (void)state;
    keep_four("gyre.db");
    assert_int_equal(SPEAK(runs_main, "runs", "--scenario", "nowhere"), STATUS_OK);
    assert_string_equal(spoken_out,
                        "no such run in gyre.db; gyre runs alone lists what there is\n");
}

static void a_database_that_is_not_there_is_66(void **state)
{
    (void)state;
    assert_int_equal(SPEAK(runs_main, "runs", "--db", "none.db"), STATUS_MISSING);
    assert_string_equal(spoken_out, "");
    assert_string_equal(spoken_err, "none.db: there is no such database; gyre run makes one, and "
                                    "--db names another\n");
}

/* ---- JSON --------------------------------------------------------------- */

static void json_has_all_that_is_known(void **state)
{
    (void)state;
    keep_four("gyre.db");
    assert_int_equal(SPEAK(runs_main, "runs", "--json", "--status", "failed"), STATUS_OK);
    json_t *all = json_loads(spoken_out, 0, NULL);
    json_t *expected = json_pack(
        "{s:[{s:i,s:s,s:s,s:s,s:s,s:s,s:n,s:i,s:i,s:i,s:f}]}", "runs", "run", 2, "started",
        "2020-03-02T23:30:00Z", "scenario", "dir/x.toml", "title", "A title", "status", "failed",
        "reason", "bad data", "digest", "seed", 1, "replicates", 1, "rounds", 10, "seconds", 0.25);
    assert_non_null(expected);
    assert_true(json_equal(all, expected));
    json_decref(all);
    json_decref(expected);
    assert_int_equal(SPEAK(runs_main, "runs", "--json", "--status", "running"), STATUS_OK);
    assert_non_null(strstr(spoken_out, "\"seconds\": null"));
}

/* ---- mistakes ----------------------------------------------------------- */

static void mistakes_are_said(void **state)
{
    (void)state;
    assert_usage("gyre: runs: unknown option --statsu; did you mean --status?; see gyre runs "
                 "--help",
                 runs_main, "runs", "--statsu", "done");
    assert_usage("gyre: runs: unknown option --zzz; see gyre runs --help", runs_main, "runs",
                 "--zzz");
    assert_usage("gyre: runs: takes options only, and there is also \"7\"; see gyre runs --help",
                 runs_main, "runs", "7");
    assert_usage("gyre: runs: --status takes done, failed, stopped or running, not stoped; did "
                 "you mean stopped?",
                 runs_main, "runs", "--status", "stoped");
    assert_usage("gyre: runs: --status takes done, failed, stopped or running, not 7", runs_main,
                 "runs", "--status=7");
    assert_usage("gyre: runs: --db needs a value", runs_main, "runs", "--db");
    assert_usage("gyre: runs: --db needs a value", runs_main, "runs", "--db=");
    assert_usage("gyre: runs: --json takes no value", runs_main, "runs", "--json=yes");
}

static void numbers_and_dates_are_checked(void **state)
{
    (void)state;
    static char *const lasts[] = {"0", "-1", "1.5", "many", "1e30", "nan"};
    static char *const dates[] = {"yesterday",        "2026-02-30", "2026-13-01",
                                  "2026-03-04 25:00", "03/04/2026", "2026-03-04 10:00x"};
    struct arena *arena = arena_create();
    for (size_t i = 0; i < sizeof lasts / sizeof *lasts; i++) {
        assert_int_equal(SPEAK(runs_main, "runs", "--last", lasts[i]), STATUS_USAGE);
        assert_string_equal(spoken_err,
                            arena_format(arena,
                                         "gyre: runs: --last takes a whole number from 1, not %s\n",
                                         lasts[i]));
    }
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        assert_int_equal(SPEAK(runs_main, "runs", "--since", dates[i]), STATUS_USAGE);
        assert_string_equal(spoken_err,
                            arena_format(arena,
                                         "gyre: runs: --since takes a date such as 2026-03-04 or "
                                         "\"2026-03-04 15:30\", not %s\n",
                                         dates[i]));
    }
    arena_destroy(arena);
}

static void help_has_an_example(void **state)
{
    (void)state;
    assert_int_equal(SPEAK(runs_main, "runs", "--help"), STATUS_OK);
    assert_non_null(strstr(spoken_out, "\nexample: gyre runs --scenario isolated --status done\n"));
    assert_int_equal(SPEAK(runs_main, "runs", "-h"), STATUS_OK);
    assert_int_equal(strncmp(spoken_out, "usage: gyre runs [options]\n", 27), 0);
}

int main(void)
{
    struct CMUnitTest const tests[] = {
        cmocka_unit_test(runs_are_a_table_newest_first),
        cmocka_unit_test(a_table_fits_80_columns),
        cmocka_unit_test(a_recent_run_has_its_time_of_day_as_the_clock_here_shows_it),
        cmocka_unit_test(a_title_cannot_command_the_terminal),
        cmocka_unit_test(twenty_are_shown_unless_more_are_asked_for),
        cmocka_unit_test(options_filter),
        cmocka_unit_test(since_is_local_time_unless_it_ends_with_z),
        cmocka_unit_test(an_empty_database_says_so),
        cmocka_unit_test(a_filter_that_fits_none_says_so),
        cmocka_unit_test(a_database_that_is_not_there_is_66),
        cmocka_unit_test(json_has_all_that_is_known),
        cmocka_unit_test(mistakes_are_said),
        cmocka_unit_test(numbers_and_dates_are_checked),
        cmocka_unit_test(help_has_an_example),
    };
    return cmocka_run_group_tests(tests, enter, folder_leave);
}
