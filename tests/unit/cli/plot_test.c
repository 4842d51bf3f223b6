/* `gyre show` and `gyre plot` from their arguments to their files and exit codes. */
#include "unit/record/sample.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "record/store.h"

struct place_of_work {
    char folder[64];
    char database[96], picture[96];
};

static void begin(struct place_of_work *w)
{
    struct sample s;
    strcpy(w->folder, "/tmp/gyre-plot-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->database, sizeof w->database, "%s/x.db", w->folder);
    snprintf(w->picture, sizeof w->picture, "%s/x.svg", w->folder);
    sample_init(&s, 2, 3);
    struct result_sink *store = store_open(s.arena, w->database, s.report);
    struct series *series = series_create(&s.run, &store, 1);
    store_attach(store, series);
    assert_int_equal(series_begin(series), STATUS_OK);
    for (int64_t r = 0; r < 2; r++)
        for (int64_t t = 0; t <= 3; t++)
            sample_add(series, r, t, (double)(t + r), t ? 0.5 : result_missing());
    assert_int_equal(sample_end(series, STATUS_OK, NULL), STATUS_OK);
    store_close(store);
    series_destroy(series);
    sample_fini(&s);
}

static void end(struct place_of_work *w)
{
    char command[96];
    snprintf(command, sizeof command, "rm -r %s", w->folder);
    assert_int_equal(system(command), 0);
}

/* What the verb says and shows is kept out of the test's own output. */
static int call(int (*verb)(int, char **), char **arguments)
{
    int count = 0;
    while (arguments[count])
        count++;
    fflush(stdout);
    fflush(stderr);
    int const out = dup(STDOUT_FILENO), error = dup(STDERR_FILENO);
    assert_non_null(freopen("/dev/null", "w", stdout));
    assert_non_null(freopen("/dev/null", "w", stderr));
    int const status = verb(count, arguments);
    fflush(stdout);
    fflush(stderr);
    dup2(out, STDOUT_FILENO);
    dup2(error, STDERR_FILENO);
    close(out);
    close(error);
    return status;
}

#define CALL(verb, ...) call(verb, (char *[]){__VA_ARGS__, NULL})

static bool holds(const char *path, const char *part)
{
    char text[65536] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return strstr(text, part) != NULL;
}

static void a_picture_takes_its_place_when_it_is_whole(void **state)
{
    (void)state;
    struct place_of_work w;
    struct stat about;
    begin(&w);
    umask(022);
    assert_int_equal(CALL(plot_main, "plot", "last", "-o", w.picture, "--db", w.database), 0);
    assert_true(holds(w.picture, "</svg>\n"));
    assert_int_equal(stat(w.picture, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0644);
    assert_int_equal(CALL(plot_main, "plot", "1", "-o", w.picture, "--db", w.database, "--metric",
                          "safety.kl", "--width=500"),
                     0);
    assert_true(holds(w.picture, "width=\"500\""));
    assert_false(holds(w.picture, "safety.mass"));
    end(&w);
}

static void a_device_stays_a_device(void **state)
{
    (void)state;
    struct place_of_work w;
    struct stat about;
    begin(&w);
    assert_int_equal(CALL(plot_main, "plot", "1", "-o", "/dev/null", "--db", w.database), 0);
    assert_int_equal(stat("/dev/null", &about), 0);
    assert_true(S_ISCHR(about.st_mode));
    end(&w);
}

static void a_link_stays_a_link(void **state)
{
    (void)state;
    struct place_of_work w;
    struct stat about;
    char link[96];
    begin(&w);
    snprintf(link, sizeof link, "%s/link.svg", w.folder);
    fclose(fopen(w.picture, "w"));
    assert_int_equal(symlink(w.picture, link), 0);
    assert_int_equal(CALL(plot_main, "plot", "1", "-o", link, "--db", w.database), 0);
    assert_int_equal(lstat(link, &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_true(holds(w.picture, "</svg>\n"));
    end(&w);
}

static void mistakes_have_their_exit_codes(void **state)
{
    (void)state;
    struct place_of_work w;
    begin(&w);
    assert_int_equal(CALL(plot_main, "plot", "1", "--db", w.database), STATUS_USAGE);
    assert_int_equal(CALL(plot_main, "plot", "1", "-o", "x.PNG"), STATUS_USAGE);
    assert_int_equal(CALL(plot_main, "plot", "1", "-o"), STATUS_USAGE);
    assert_int_equal(CALL(plot_main, "plot", "-o", w.picture), STATUS_USAGE);
    assert_int_equal(CALL(plot_main, "plot", "1", "2", "-o", "-"), STATUS_USAGE);
    assert_int_equal(CALL(plot_main, "plot", "1", "-o", "-", "--width", "12"), STATUS_USAGE);
    assert_int_equal(CALL(plot_main, "plot", "1", "-o", "-", "--log=1"), STATUS_USAGE);
    assert_int_equal(CALL(show_main, "show", "1", "--width", "500"), STATUS_USAGE);
    assert_int_equal(CALL(plot_main, "plot", "9", "-o", "-", "--db", w.database), STATUS_MISSING);
    assert_int_equal(CALL(show_main, "show", "1", "--db", "/nowhere/x.db"), STATUS_MISSING);
    assert_int_equal(CALL(plot_main, "plot", "1", "-o", "/nowhere/x.svg", "--db", w.database),
                     STATUS_IO);
    assert_int_equal(CALL(show_main, "show", "1", "--db", w.database, "--metric", "nothing"),
                     STATUS_MISSING);
    assert_int_equal(access(w.picture, F_OK), -1);
    end(&w);
}

static void a_run_is_shown(void **state)
{
    (void)state;
    struct place_of_work w;
    begin(&w);
    assert_int_equal(CALL(show_main, "show", "1", "--db", w.database, "--ascii"), 0);
    assert_int_equal(CALL(show_main, "show", "cafe", "--db", w.database, "--no-table"), 0);
    assert_int_equal(CALL(show_main, "show", "--help"), 0);
    assert_int_equal(CALL(plot_main, "plot", "-h"), 0);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_takes_its_place_when_it_is_whole),
        cmocka_unit_test(a_device_stays_a_device),
        cmocka_unit_test(a_link_stays_a_link),
        cmocka_unit_test(mistakes_have_their_exit_codes),
        cmocka_unit_test(a_run_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
