/* `gyre export` from its arguments to its bytes. */
#include "unit/cli/spoken.h"

#include <signal.h>
#include <sys/resource.h>

#include "cli/cli.h"
#include "cli/tidy.h"
#include "host/call.h"
#include "record/lines.h"

static int export_main_of(const char *database, char *metric)
{
    char *const db = (char *)(uintptr_t)database;
    return metric ? SPEAK(export_main, "export", "last", "--db", db, "--metric", metric)
                  : SPEAK(export_main, "export", "last", "--db", db);
}

/* Two replicates, two rounds, with what is not an ordinary number. */
static void keep_odd(const char *path)
{
    struct kept k;
    unlink(path);
    assert_true(keep_open(&k, path, 2, 1));
    series_begin(k.series);
    sample_add(k.series, 1, 0, 1e-300, 1);
    sample_add(k.series, 0, 0, 0.1 + 0.2, result_missing());
    sample_add(k.series, 0, 1, INFINITY, -INFINITY);
    sample_add(k.series, 1, 1, -0.5, 1.0 / 3);
    assert_int_equal(sample_end(k.series, STATUS_OK, NULL), STATUS_OK);
    keep_close(&k);
}

/* ---- CSV ---------------------------------------------------------------- */

static void a_run_is_tidy_csv(void **state)
{
    (void)state;
    keep_odd("odd.db");
    assert_int_equal(export_main_of("odd.db", NULL), STATUS_OK);
    assert_string_equal(spoken_out, "run,replicate,round,metric,value,unit\r\n"
                                    "1,0,0,safety.kl,0.30000000000000004,nats\r\n"
                                    "1,0,1,safety.kl,inf,nats\r\n"
                                    "1,0,1,safety.mass,-inf,\r\n"
                                    "1,1,0,safety.kl,1e-300,nats\r\n"
                                    "1,1,0,safety.mass,1,\r\n"
                                    "1,1,1,safety.kl,-0.5,nats\r\n"
                                    "1,1,1,safety.mass,0.3333333333333333,\r\n");
    assert_string_equal(spoken_err, "");
}

static void text_is_quoted_where_it_has_to_be(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_string_equal(tidy_cell(arena, ""), "");
    assert_string_equal(tidy_cell(arena, "safety.kl"), "safety.kl");
    assert_string_equal(tidy_cell(arena, "a b"), "a b");
    assert_string_equal(tidy_cell(arena, "a,b"), "\"a,b\"");
    assert_string_equal(tidy_cell(arena, "\""), "\"\"\"\"");
    assert_string_equal(tidy_cell(arena, "a\r\n\"b\""), "\"a\r\n\"\"b\"\"\"");
    assert_string_equal(tidy_cell(arena, "\xff"), "?");
    assert_string_equal(tidy_cell(arena, "\xc3\xa9"), "\xc3\xa9");
    arena_destroy(arena);
}

static void no_cell_is_a_formula(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_string_equal(tidy_cell(arena, "=1+1"), "'=1+1");
    assert_string_equal(tidy_cell(arena, "+a"), "'+a");
    assert_string_equal(tidy_cell(arena, "-a"), "'-a");
    assert_string_equal(tidy_cell(arena, "@a"), "'@a");
    assert_string_equal(tidy_cell(arena, "\ta"), "'\ta");
    assert_string_equal(tidy_cell(arena, "\ra"), "\"'\ra\"");
    assert_string_equal(tidy_cell(arena, "=\"a\",1"), "\"'=\"\"a\"\",1\"");
    assert_string_equal(tidy_cell(arena, "a=b"), "a=b");
    arena_destroy(arena);
}

static void a_hostile_name_stays_a_cell(void **state)
{
    (void)state;
    unlink("names.db");
    keep_run("names.db", 1, 0);
    run_sql("names.db", "UPDATE output SET name = '=cmd(),\"x\"', unit = '@y' WHERE id = 0");
    assert_int_equal(export_main_of("names.db", NULL), STATUS_OK);
    assert_string_equal(spoken_out, "run,replicate,round,metric,value,unit\r\n"
                                    "1,0,0,\"'=cmd(),\"\"x\"\"\",0,'@y\r\n"
                                    "1,0,0,safety.mass,0.5,\r\n");
}

/* ---- which metrics ------------------------------------------------------ */

/* How many lines each metric has when these are asked for. */
static void assert_chosen(char *metric, int kl, int mass)
{
    int found[2] = {0, 0};
    assert_int_equal(export_main_of("odd.db", metric), STATUS_OK);
    for (const char *line = spoken_out; *line; line = strchr(line, '\n') + 1) {
        size_t const length = strcspn(line, "\n");
        found[0] += memmem(line, length, ",safety.kl,", 11) != NULL;
        found[1] += memmem(line, length, ",safety.mass,", 13) != NULL;
    }
    assert_int_equal(found[0], kl);
    assert_int_equal(found[1], mass);
}

static void metrics_are_chosen_by_output_component_or_pattern(void **state)
{
    (void)state;
    keep_odd("odd.db");
    assert_chosen("safety.kl", 4, 0);
    assert_chosen("safety.mass", 0, 3);
    assert_chosen("safety", 4, 3);
    assert_chosen("safety.*", 4, 3);
    assert_chosen("*.m?ss", 0, 3);
    assert_chosen("safety.mass,safety.kl", 4, 3);
    assert_int_equal(SPEAK(export_main, "export", "1", "--db=odd.db", "--metric=safety.mass",
                           "--metric=safety.kl"),
                     STATUS_OK);
    assert_int_equal(strncmp(spoken_out + 39, "1,0,0,safety.kl,", 16), 0);
}

static void an_unknown_metric_is_66_with_the_nearest(void **state)
{
    (void)state;
    static const char *const said[][2] = {
        {"safety.kk", "; did you mean safety.kl?"},
        {"safty", "; did you mean safety?"},
        {"safety.zebra*", ", such as safety.kl"},
        {"saf", ", such as safety.kl"},
        {"safety.kl,diversity", NULL},
    };
    struct arena *arena = arena_create();
    keep_odd("odd.db");
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        char *word = arena_text(arena, said[i][0]);
        assert_int_equal(export_main_of("odd.db", word), STATUS_MISSING);
        assert_string_equal(spoken_out, "");
        if (said[i][1])
            assert_string_equal(
                spoken_err,
                arena_format(arena,
                             "gyre: --metric %s: this run has no such output or component%s\n",
                             word, said[i][1]));
    }
    assert_string_equal(spoken_err, "gyre: --metric diversity: this run has no such output or "
                                    "component, such as safety.kl\n");
    arena_destroy(arena);
}

/* ---- JSON --------------------------------------------------------------- */

/* Keeps a run and returns what `gyre run --json` printed of it meanwhile; for free(). */
static char *keep_and_print(const char *path, enum status status)
{
    struct sample s;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    unlink(path);
    sample_init(&s, 3, 2);
    struct result_sink *store = store_open(s.arena, path, s.report);
    struct result_sink *sinks[] = {store, lines_create(s.arena, out, store, s.report)};
    struct series *series = series_create(&s.run, sinks, 2);
    store_attach(store, series);
    lines_attach(sinks[1], series);
    series_begin(series);
    for (int r = 2; r >= 0; r--)
        for (int t = 0; t <= (status ? r : 2); t++)
            sample_add(series, r, t, t == 2 ? INFINITY : 0.1 * t + r,
                       r && t ? 1.0 / 3 : result_missing());
    sample_end(series, status, status ? "it \"broke\"" : NULL);
    store_close(store);
    series_destroy(series);
    sample_fini(&s);
    fclose(out);
    return text;
}

static void json_is_what_the_run_printed(void **state)
{
    (void)state;
    char *printed = keep_and_print("json.db", STATUS_OK);
    assert_int_equal(SPEAK(export_main, "export", "last", "--json", "--db", "json.db"), STATUS_OK);
    assert_string_equal(spoken_out, printed);
    free(printed);
}

static void so_it_is_of_a_run_that_failed(void **state)
{
    (void)state;
    char *printed = keep_and_print("failed.db", STATUS_DATA);
    assert_int_equal(SPEAK(export_main, "export", "1", "--json", "--db", "failed.db"), STATUS_OK);
    assert_string_equal(spoken_out, printed);
    assert_string_equal(spoken_err, "gyre: export: run 1 did not finish: it \"broke\"\n");
    free(printed);
}

static void json_has_the_chosen_metrics_alone(void **state)
{
    (void)state;
    static const char begin[] = "{\"replicate\":0,\"round\":0,\"metrics\":{\"safety.mass\":0.5},"
                                "\"tallies\":{\"verify.checked\":0,\"sampling.starved\":0}}\n"
                                "{\"run\":1,\"digest\":\"cafe\",";
    keep_run("few.db", 1, 0);
    assert_int_equal(
        SPEAK(export_main, "export", "1", "--json", "--db", "few.db", "--metric", "safety.mass"),
        STATUS_OK);
    assert_int_equal(strncmp(spoken_out, begin, sizeof begin - 1), 0);
    assert_null(strstr(spoken_out, "safety.kl"));
}

/* ---- runs that did not finish ------------------------------------------- */

static void what_there_is_of_a_run_is_exported(void **state)
{
    (void)state;
    free(keep_and_print("part.db", STATUS_STOPPED));
    assert_int_equal(export_main_of("part.db", "safety.kl"), STATUS_OK);
    assert_string_equal(spoken_out, "run,replicate,round,metric,value,unit\r\n"
                                    "1,0,0,safety.kl,0,nats\r\n"
                                    "1,1,0,safety.kl,1,nats\r\n"
                                    "1,1,1,safety.kl,1.1,nats\r\n"
                                    "1,2,0,safety.kl,2,nats\r\n"
                                    "1,2,1,safety.kl,2.1,nats\r\n"
                                    "1,2,2,safety.kl,inf,nats\r\n");
    assert_string_equal(spoken_err, "gyre: export: run 1 did not finish: it \"broke\"\n");
}

/* ---- files -------------------------------------------------------------- */

static const char *content(const char *path)
{
    static char text[4096];
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = 0;
    fclose(in);
    return text;
}

/* Files of the working folder whose names begin so. */
static int count_files(const char *begin)
{
    char command[64], text[16] = "";
    snprintf(command, sizeof command, "ls | grep -c '^%s'", begin);
    FILE *in = popen(command, "r");
    assert_non_null(fgets(text, sizeof text, in));
    pclose(in);
    return atoi(text);
}

static int export_to(char *file)
{
    return SPEAK(export_main, "export", "1", "--db", "odd.db", "-o", file);
}

static void a_file_has_what_stdout_would_have(void **state)
{
    (void)state;
    struct stat about;
    keep_odd("odd.db");
    mode_t const mask = umask(027);
    assert_int_equal(export_to("a.csv"), STATUS_OK);
    umask(mask);
    assert_string_equal(spoken_out, "");
    assert_int_equal(export_to("-"), STATUS_OK);
    assert_string_equal(content("a.csv"), spoken_out);
    assert_int_equal(stat("a.csv", &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    assert_int_equal(count_files("a.csv"), 1);
}

static void a_link_and_rights_stay(void **state)
{
    (void)state;
    struct stat about;
    keep_odd("odd.db");
    file_write("b.csv", "old", 3);
    assert_int_equal(chmod("b.csv", 0604), 0);
    assert_int_equal(symlink("b.csv", "link.csv"), 0);
    assert_int_equal(export_to("link.csv"), STATUS_OK);
    assert_int_equal(lstat("link.csv", &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(lstat("b.csv", &about), 0);
    assert_int_equal(about.st_mode & 0777, 0604);
    assert_int_equal(strncmp(content("b.csv"), "run,replicate,", 14), 0);
}

/* The disk is full, as far as this process is concerned, after `bytes`. */
static void limit_files(rlim_t bytes)
{
    struct rlimit const limit = {bytes, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void half_a_file_never_takes_its_place(void **state)
{
    (void)state;
    unlink("odd.db");
    keep_run("odd.db", 4, 200);
    file_write("c.csv", "old", 3);
    limit_files(20000);
    int const status = export_to("c.csv");
    limit_files(RLIM_INFINITY);
    assert_int_equal(status, STATUS_IO);
    assert_string_equal(content("c.csv"), "old");
    assert_int_equal(count_files("c.csv"), 1);
    assert_non_null(strstr(spoken_err, "File too large"));
}

static void a_device_stays_one(void **state)
{
    (void)state;
    struct stat about;
    keep_odd("odd.db");
    assert_int_equal(export_to("/dev/null"), STATUS_OK);
    assert_int_equal(stat("/dev/null", &about), 0);
    assert_true(S_ISCHR(about.st_mode));
    assert_int_equal(export_to("/dev/full"), STATUS_IO);
    assert_string_equal(spoken_err,
                        "/dev/full: this file cannot be written: No space left on device\n");
}

static void a_file_that_cannot_be_made_is_said(void **state)
{
    (void)state;
    keep_odd("odd.db");
    assert_int_equal(export_to("nowhere/a.csv"), STATUS_IO);
    assert_string_equal(spoken_err, "nowhere/a.csv: there is no folder for this file; make it "
                                    "first, or name another\n");
    assert_int_equal(export_to("."), STATUS_IO);
    assert_string_equal(spoken_err, ".: this is a folder; name a file in it with -o\n");
}

/* ---- mistakes ----------------------------------------------------------- */

static void mistakes_are_said(void **state)
{
    (void)state;
    assert_usage("gyre: export: which run? say gyre export last, or a number that gyre runs lists",
                 export_main, "export");
    assert_usage("gyre: export: takes one run, and there is also \"2\"; see gyre export --help",
                 export_main, "export", "1", "2");
    assert_usage("gyre: export: --csv and --json: which of them?", export_main, "export", "1",
                 "--csv", "--json");
    assert_usage("gyre: export: unknown option --metrics; did you mean --metric?; see gyre export "
                 "--help",
                 export_main, "export", "1", "--metrics", "x");
    assert_usage("gyre: export: -o needs a value", export_main, "export", "1", "-o");
}

static void a_run_that_is_not_there_is_66(void **state)
{
    (void)state;
    keep_odd("odd.db");
    assert_int_equal(SPEAK(export_main, "export", "7", "--db", "odd.db"), STATUS_MISSING);
    assert_string_equal(spoken_out, "");
    assert_string_equal(spoken_err, "odd.db: there is no run 7; the last is run 1\n");
    assert_int_equal(SPEAK(export_main, "export", "7", "--db", "none.db"), STATUS_MISSING);
}

static void help_has_an_example(void **state)
{
    (void)state;
    assert_int_equal(SPEAK(export_main, "export", "--help"), STATUS_OK);
    assert_non_null(
        strstr(spoken_out, "\nexample: gyre export last --metric safety -o safety.csv\n"));
}

/* The last one: nothing takes a stop back. */
static void a_stop_leaves_no_file(void **state)
{
    (void)state;
    keep_odd("odd.db");
    call_stop_all();
    assert_int_equal(export_to("d.csv"), STATUS_STOPPED);
    assert_string_equal(spoken_err, "gyre: stopped before all rows were written\n");
    assert_int_equal(count_files("d.csv"), 0);
    assert_int_equal(SPEAK(export_main, "export", "1", "--json", "--db", "odd.db"), STATUS_STOPPED);
    assert_string_equal(spoken_out, "");
}

int main(void)
{
    struct CMUnitTest const tests[] = {
        cmocka_unit_test(a_run_is_tidy_csv),
        cmocka_unit_test(text_is_quoted_where_it_has_to_be),
        cmocka_unit_test(no_cell_is_a_formula),
        cmocka_unit_test(a_hostile_name_stays_a_cell),
        cmocka_unit_test(metrics_are_chosen_by_output_component_or_pattern),
        cmocka_unit_test(an_unknown_metric_is_66_with_the_nearest),
        cmocka_unit_test(json_is_what_the_run_printed),
        cmocka_unit_test(so_it_is_of_a_run_that_failed),
        cmocka_unit_test(json_has_the_chosen_metrics_alone),
        cmocka_unit_test(what_there_is_of_a_run_is_exported),
        cmocka_unit_test(a_file_has_what_stdout_would_have),
        cmocka_unit_test(a_link_and_rights_stay),
        cmocka_unit_test(half_a_file_never_takes_its_place),
        cmocka_unit_test(a_device_stays_one),
        cmocka_unit_test(a_file_that_cannot_be_made_is_said),
        cmocka_unit_test(mistakes_are_said),
        cmocka_unit_test(a_run_that_is_not_there_is_66),
        cmocka_unit_test(help_has_an_example),
        cmocka_unit_test(a_stop_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
