/* A run as SVG: the same bytes, nothing that a reader's program could obey, all that has to be
 * said. */
#include "unit/cli/drawn.h"

#include <stdlib.h>

#include "cli/figure.h"

static char *figure_of(const struct drawn *d, int width)
{
    struct result_end const end = {.status = STATUS_OK, .digest = "cafe", .seconds = 1};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    figure_print(&d->panels, (struct figure_about){7, &end}, (struct figure_style){width, false},
                 out);
    fclose(out);
    return text;
}

static void fill(struct drawn *d, int64_t replicates, int64_t rounds)
{
    drawn_init(d, replicates, rounds);
    for (int64_t r = 0; r < replicates; r++)
        for (int64_t t = 0; t <= rounds; t++)
            sample_add(d->series, r, t, (double)(t + r), t == 2 ? INFINITY : 0.5);
    assert_int_equal(drawn_choose(d, (const char *const[]){NULL}, false), STATUS_OK);
}

static int count(const char *text, const char *part)
{
    int times = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        times++;
    return times;
}

static void a_figure_says_which_run_it_shows(void **state)
{
    (void)state;
    struct drawn d;
    fill(&d, 1, 4);
    char *text = figure_of(&d, 960);
    assert_non_null(strstr(text, "version=\"1.1\" width=\"960\""));
    assert_non_null(strstr(text, "<title id=\"gyre-title\">A title</title>"));
    assert_non_null(strstr(text, ">Is it?</text>"));
    assert_non_null(strstr(text, "Run 7 of dir/x.toml · update.rate=0.5 · "));
    assert_non_null(strstr(text, "seed 1 · 1\u00a0replicate · digest\u00a0cafe"));
    assert_non_null(strstr(text, ">safety.kl<tspan dx=\"6\" font-weight=\"normal\" "
                                 "fill=\"#595959\">nats</tspan>"));
    assert_null(strstr(text, "mean of"));
    free(text);
    drawn_fini(&d);
}

static void the_same_run_is_the_same_bytes(void **state)
{
    (void)state;
    struct drawn d;
    fill(&d, 3, 30);
    char *a = figure_of(&d, 700), *b = figure_of(&d, 700);
    assert_string_equal(a, b);
    free(a);
    free(b);
    drawn_fini(&d);
}

static void a_line_breaks_where_it_is_infinite_and_that_is_marked(void **state)
{
    (void)state;
    struct drawn d;
    fill(&d, 1, 4);
    char *text = figure_of(&d, 960);
    const char *const mass = strstr(text, ">safety.mass<");
    assert_non_null(strstr(mass, ">infinite in round 2</text>"));
    const char *const line = strstr(mass, "stroke-width=\"2\"");
    assert_int_equal(count(strndupa(line, strcspn(line, "/")), "M"), 2);
    assert_int_equal(count(line, "<path fill=\"#0072B2\""), 1);
    free(text);
    drawn_fini(&d);
}

static void few_replicates_are_drawn_one_by_one(void **state)
{
    (void)state;
    for (int64_t replicates = 10; replicates <= 11; replicates++) {
        struct drawn d;
        fill(&d, replicates, 4);
        char *text = figure_of(&d, 960);
        assert_int_equal(count(text, "stroke-opacity"), replicates == 10 ? 2 : 0);
        assert_int_equal(count(text, "fill-opacity"), 2);
        assert_int_equal(count(text, "Thin lines"), replicates == 10 ? 1 : 0);
        free(text);
        drawn_fini(&d);
    }
}

static void hostile_names_stay_text(void **state)
{
    (void)state;
    struct drawn d;
    fill(&d, 1, 2);
    d.s.run.title = "<script>alert('\x1b[2J')</script> \xff";
    d.s.run.scenario = "a\"b&c.toml";
    d.s.output[0].name = "x<y.\"z\"";
    d.s.about[0].unit = "a&b";
    assert_int_equal(drawn_choose(&d, (const char *const[]){NULL}, false), STATUS_OK);
    char *text = figure_of(&d, 960);
    assert_null(strstr(text, "<script"));
    assert_null(strchr(text, '\x1b'));
    assert_null(strchr(text, '\xff'));
    assert_non_null(strstr(text, "&lt;script&gt;"));
    assert_non_null(strstr(text, "a&quot;b&amp;c.toml"));
    assert_non_null(strstr(text, "x&lt;y.&quot;z&quot;"));
    assert_non_null(strstr(text, ">a&amp;b<"));
    free(text);
    drawn_fini(&d);
}

static void many_rounds_make_no_large_file(void **state)
{
    (void)state;
    struct drawn d;
    drawn_init(&d, 1, 200000);
    for (int64_t t = 0; t <= 200000; t++)
        sample_add(d.series, 0, t, t == 77777 ? 9 : (double)(t % 2), 0.5);
    assert_int_equal(drawn_choose(&d, (const char *const[]){"safety.kl", NULL}, false), STATUS_OK);
    char *text = figure_of(&d, 960);
    assert_in_range(strlen(text), 1000, 60000);
    assert_non_null(strstr(text, ">10</text>"));
    free(text);
    drawn_fini(&d);
}

static void a_narrow_figure_has_its_panels_below_each_other(void **state)
{
    (void)state;
    struct drawn d;
    fill(&d, 1, 4);
    char *wide = figure_of(&d, 960), *narrow = figure_of(&d, 400);
    assert_true(strtol(strstr(wide, "height=\"") + 8, NULL, 10) <
                strtol(strstr(narrow, "height=\"") + 8, NULL, 10));
    free(wide);
    free(narrow);
    drawn_fini(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_figure_says_which_run_it_shows),
        cmocka_unit_test(the_same_run_is_the_same_bytes),
        cmocka_unit_test(a_line_breaks_where_it_is_infinite_and_that_is_marked),
        cmocka_unit_test(few_replicates_are_drawn_one_by_one),
        cmocka_unit_test(hostile_names_stay_text),
        cmocka_unit_test(many_rounds_make_no_large_file),
        cmocka_unit_test(a_narrow_figure_has_its_panels_below_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
