/* A run as it looks in a terminal, character by character where it is small. */
#include "unit/record/sample.h"

#include <time.h>

#include "cli/table.h"

struct shown {
    struct sample s;
    struct series *series;
    struct result_sink *sink;
    FILE *out, *progress;
    char *text, *line;
    size_t size, line_size;
    struct table_style style;
};

static void show_begin(struct shown *shown)
{
    shown->out = open_memstream(&shown->text, &shown->size);
    shown->sink = table_create(shown->s.arena, shown->out, shown->style, shown->s.report);
    shown->series = series_create(&shown->s.run, &shown->sink, 1);
    table_attach(shown->sink, shown->series);
    assert_int_equal(series_begin(shown->series), STATUS_OK);
}

static void show(struct shown *shown, int64_t replicates, int64_t rounds)
{
    *shown = (struct shown){.style = {.width = 80}};
    sample_init(&shown->s, replicates, rounds);
    show_begin(shown);
}

static void hide(struct shown *shown)
{
    fclose(shown->out);
    free(shown->text);
    series_destroy(shown->series);
    sample_fini(&shown->s);
}

/* ---- one replicate ------------------------------------------------------ */

static void a_run_is_a_table_and_a_line_for_each_number(void **state)
{
    (void)state;
    struct shown t;
    show(&t, 1, 2);
    sample_add(t.series, 0, 0, 0, 0.9);
    sample_add(t.series, 0, 1, 0.5, result_missing());
    sample_add(t.series, 0, 2, INFINITY, 0.95);
    assert_int_equal(sample_end(t.series, STATUS_OK, NULL), STATUS_OK);
    assert_string_equal(t.text, "A title\n"
                                "Is it?\n"
                                "2 rounds, seed 1\n"
                                "isolation: open, through update.mle (reference)\n"

                                "\n"
                                "       safety ---------\n"
                                "round       kl     mass\n"
                                "    0        0   0.9000\n"
                                "    1   0.5000        -\n"
                                "    2      inf   0.9500\n"
                                "\n"
                                "safety.kl    .@^       0 -> inf nats      worse\n"
                                "safety.mass  . @  0.9000 -> 0.9500        better\n"
                                "\n"
                                "Counted: verify.checked 30\n");
    hide(&t);
}

static void a_row_is_shown_as_it_comes(void **state)
{
    (void)state;
    struct shown t;
    show(&t, 1, 2);
    sample_add(t.series, 0, 0, 0.25, 0.9);
    assert_non_null(strstr(t.text, "\n    0   0.2500   0.9000\n"));
    hide(&t);
}

/* How many rows a run of so many rounds has, of which the last one told is `told`. */
static int rows_of(int64_t rounds, int64_t told, int64_t *second, int64_t *last)
{
    struct shown t;
    int rows = 0;
    show(&t, 1, rounds);
    for (int64_t round = 0; round <= told; round++)
        sample_add(t.series, 0, round, 1, 1);
    sample_end(t.series, STATUS_OK, NULL);
    char *line = strstr(t.text, "mass\n") + strlen("mass\n");
    for (; *line != '\n'; line = strchr(line, '\n') + 1) {
        *last = strtoll(line, NULL, 10);
        *second = ++rows == 2 ? *last : *second;
    }
    hide(&t);
    return rows;
}

static void many_rounds_are_thinned_with_first_and_last_kept(void **state)
{
    (void)state;
    int64_t second = 0, last = 0;
    assert_int_equal(rows_of(25, 25, &second, &last), 26);
    assert_int_equal(rows_of(26, 26, &second, &last), 14);
    assert_int_equal(rows_of(100, 100, &second, &last), 21);
    assert_int_equal(second, 5);
    assert_int_equal(rows_of(365, 365, &second, &last), 20);
    assert_int_equal(second, 20);
    assert_int_equal(last, 365);
    assert_int_equal(rows_of(1801, 1801, &second, &last), 20);
    assert_int_equal(second, 100);
}

static void a_run_that_stops_early_shows_its_last_row(void **state)
{
    (void)state;
    int64_t second = 0, last = 0;
    assert_int_equal(rows_of(100, 37, &second, &last), 9);
    assert_int_equal(last, 37);
}

static void a_run_without_rows_shows_its_title_only(void **state)
{
    (void)state;
    struct shown t;
    show(&t, 3, 2);
    assert_int_equal(sample_end(t.series, STATUS_DATA, "no"), STATUS_OK);
    assert_string_equal(t.text,
                        "A title\nIs it?\n2 rounds, seed 1, 3 replicates: mean +/- standard "
                        "error\n"
                        "isolation: open, through update.mle (reference)\n"
                        "\n");
    hide(&t);
}

/* ---- several ------------------------------------------------------------ */

static void replicates_are_shown_as_mean_and_error(void **state)
{
    (void)state;
    struct shown t;
    show(&t, 2, 1);
    sample_add(t.series, 0, 0, 1, 0.9);
    sample_add(t.series, 0, 1, INFINITY, 0.5);
    sample_add(t.series, 1, 0, 1, 0.9);
    sample_add(t.series, 1, 1, 2, 0.6);
    assert_int_equal(sample_end(t.series, STATUS_OK, NULL), STATUS_OK);
    assert_string_equal(t.text, "A title\n"
                                "Is it?\n"
                                "1 round, seed 1, 2 replicates: mean +/- standard error\n"
                                "isolation: open, through update.mle (reference)\n"

                                "\n"
                                "       safety -----------------------\n"
                                "round           kl               mass\n"
                                "    0    1 +/- 0    0.9000 +/- 0\n"
                                "    1  inf in 50 %  0.5500 +/- 0.0500\n"
                                "\n"
                                "safety.kl    .^       1 -> inf nats      worse\n"
                                "safety.mass  @.  0.9000 -> 0.5500        worse\n"
                                "\n"
                                "Counted in all replicates: verify.checked 20\n");
    hide(&t);
}

static void a_change_within_the_noise_is_neither_worse_nor_better(void **state)
{
    (void)state;
    struct shown t;
    show(&t, 2, 1);
    sample_add(t.series, 0, 0, 1, 0.5);
    sample_add(t.series, 0, 1, 1.4, 0.5);
    sample_add(t.series, 1, 0, 2, 0.5);
    sample_add(t.series, 1, 1, 2.4, 0.4);
    sample_end(t.series, STATUS_OK, NULL);
    assert_null(strstr(t.text, "worse"));
    assert_null(strstr(t.text, "better"));
    hide(&t);
}

/* ---- room --------------------------------------------------------------- */

static const char *const names[] = {"safety.kl",
                                    "safety.kl_floored",
                                    "safety.mass",
                                    "safety.coverage",
                                    "safety.missing",
                                    "safety.mass_loss",
                                    "safety.collapse",
                                    "safety.collapse_outside",
                                    "diversity.entropy",
                                    "diversity.states_0",
                                    "diversity.states_1",
                                    "diversity.states_2",
                                    "x.y",
                                    "society.of_a_very_long_name_indeed"};

enum { NAMES = sizeof names / sizeof *names };

static int widest_line(const char *text)
{
    int widest = 0;
    for (int columns = 0; *text; text++) {
        columns = *text == '\n' ? 0 : columns + ((*text & 0xc0) != 0x80);
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

/* A run with all these outputs; those from `first` on are headline ones. */
static void show_many(struct shown *shown, int64_t replicates, int width, int first)
{
    static gyre_output about[NAMES];
    static struct result_output output[NAMES];
    double value[NAMES];
    int64_t const tally[2] = {0, 0};
    *shown = (struct shown){.style = {.width = width, .unicode = true}};
    sample_init(&shown->s, replicates, 20);
    for (int i = 0; i < NAMES; i++) {
        about[i] = (gyre_output){.unit = "nats", .doc = "", .headline = i >= first};
        output[i] = (struct result_output){names[i], &about[i]};
    }
    shown->s.run.outputs = output;
    shown->s.run.output_count = NAMES;
    show_begin(shown);
    for (int64_t r = 0; r < replicates; r++)
        for (int64_t t = 0; t <= 20; t++) {
            for (int i = 0; i < NAMES; i++)
                value[i] = pow(10, i - 6) * (1 + 0.1 * sin((double)(i + 3 * t + 7 * r)));
            series_add(shown->series, &(struct result_row){r, t, value, tally});
        }
    assert_int_equal(sample_end(shown->series, STATUS_OK, NULL), STATUS_OK);
}

static void nothing_is_wider_than_the_terminal(void **state)
{
    (void)state;
    for (int64_t replicates = 1; replicates <= 3; replicates += 2)
        for (int width = 80; width <= 200; width += 40) {
            struct shown t;
            show_many(&t, replicates, width, 0);
            assert_in_range(widest_line(t.text), 1, width);
            hide(&t);
        }
}

static void only_headline_outputs_are_shown_where_there_are_any(void **state)
{
    (void)state;
    struct shown t;
    show_many(&t, 1, 60, 8);
    const char *const head = strstr(t.text, "round ");
    assert_non_null(strstr(head, "entropy  states_0  states_1  states_2        y\n"));
    const char *const rest = strstr(head, "Measured too:");
    assert_non_null(strstr(rest, "safety.kl"));
    assert_null(strstr(rest, "entropy"));
    assert_null(strstr(head, "\nsafety.kl "));
    assert_non_null(strstr(head, "\ndiversity.entropy "));
    hide(&t);
}

static void a_long_name_is_cut(void **state)
{
    (void)state;
    struct shown t;
    show_many(&t, 1, 80, 13);
    assert_non_null(strstr(t.text, "of_a_very_long_…\n"));
    hide(&t);
}

/* ---- the terminal ------------------------------------------------------- */

static void titles_cannot_command_the_terminal(void **state)
{
    (void)state;
    struct shown t = {.style = {.width = 80}};
    sample_init(&t.s, 1, 1);
    t.s.run.title = "red \033[31m";
    t.s.run.question = NULL;
    show_begin(&t);
    assert_memory_equal(t.text, "red \\x1b[31m\n1 round", 20);
    assert_null(strchr(t.text, '\033'));
    hide(&t);
}

static void worse_is_red_and_better_green(void **state)
{
    (void)state;
    struct shown t = {.style = {.width = 80, .colour = true}};
    sample_init(&t.s, 1, 1);
    show_begin(&t);
    sample_add(t.series, 0, 0, 0.1, 0.1);
    sample_add(t.series, 0, 1, 0.2, 0.2);
    sample_end(t.series, STATUS_OK, NULL);
    assert_non_null(strstr(t.text, "\033[31m  worse\033[0m\n"));
    assert_non_null(strstr(t.text, "\033[32m  better\033[0m\n"));
    hide(&t);
}

static void rest(double seconds)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)(seconds * 1e9)}, NULL);
}

static void progress_is_one_line_that_goes_away(void **state)
{
    (void)state;
    struct shown t = {.style = {.width = 80}};
    t.progress = open_memstream(&t.line, &t.line_size);
    t.style.progress = t.progress;
    sample_init(&t.s, 2, 2);
    show_begin(&t);
    sample_add(t.series, 0, 0, 1, 1);
    fflush(t.progress);
    assert_int_equal(t.line_size, 0);
    rest(0.12);
    sample_add(t.series, 0, 1, 1, 1);
    sample_add(t.series, 0, 2, 1, 1);
    fflush(t.progress);
    const char *const expected = "\rround 1 of 2, replicate 1 of 2, 00:00 left";
    assert_string_equal(t.line, expected);
    sample_end(t.series, STATUS_STOPPED, "told to");
    char *const rest_of_it = t.line + strlen(expected);
    assert_int_equal(rest_of_it[0], '\r');
    assert_int_equal(strspn(rest_of_it + 1, " "), strlen(expected) - 1);
    assert_string_equal(rest_of_it + strlen(expected), "\r");
    fclose(t.progress);
    free(t.line);
    hide(&t);
}

static void the_style_is_that_of_the_environment(void **state)
{
    (void)state;
    unsetenv("LC_ALL");
    setenv("LC_CTYPE", "", 1);
    setenv("LANG", "C.UTF-8", 1);
    assert_true(table_style_find(true).unicode);
    setenv("LC_ALL", "C", 1);
    assert_false(table_style_find(true).unicode);
    setenv("LC_ALL", "de_DE.utf8", 1);
    assert_true(table_style_find(true).unicode);
    setenv("NO_COLOR", "1", 1);
    assert_false(table_style_find(true).colour);
    assert_in_range(table_style_find(true).width, 40, 10000);
    assert_null(table_style_find(true).progress);
}

static void a_full_output_is_said_and_ends_the_run(void **state)
{
    (void)state;
    struct sample s;
    FILE *full = fopen("/dev/full", "w");
    sample_init(&s, 1, 5);
    struct result_sink *sink =
        table_create(s.arena, full, (struct table_style){.width = 80}, s.report);
    struct series *series = series_create(&s.run, &sink, 1);
    table_attach(sink, series);
    assert_int_equal(series_begin(series), STATUS_IO);
    assert_string_equal(said(s.arena, s.report),
                        "gyre: the output could not be written: No space left on device\n");
    series_destroy(series);
    fclose(full);
    sample_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_a_table_and_a_line_for_each_number),
        cmocka_unit_test(a_row_is_shown_as_it_comes),
        cmocka_unit_test(many_rounds_are_thinned_with_first_and_last_kept),
        cmocka_unit_test(a_run_that_stops_early_shows_its_last_row),
        cmocka_unit_test(a_run_without_rows_shows_its_title_only),
        cmocka_unit_test(replicates_are_shown_as_mean_and_error),
        cmocka_unit_test(a_change_within_the_noise_is_neither_worse_nor_better),
        cmocka_unit_test(nothing_is_wider_than_the_terminal),
        cmocka_unit_test(only_headline_outputs_are_shown_where_there_are_any),
        cmocka_unit_test(a_long_name_is_cut),
        cmocka_unit_test(titles_cannot_command_the_terminal),
        cmocka_unit_test(worse_is_red_and_better_green),
        cmocka_unit_test(progress_is_one_line_that_goes_away),
        cmocka_unit_test(the_style_is_that_of_the_environment),
        cmocka_unit_test(a_full_output_is_said_and_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
