/* Plots in a terminal, character by character where they are small. */
#include "unit/cli/drawn.h"

#include <stdlib.h>

#include "cli/chart.h"

static char *chart(struct drawn *d, struct chart_style style)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    chart_print(&d->panels, style, out);
    fclose(out);
    return text;
}

static void a_run_is_a_line_with_axes(void **state)
{
    (void)state;
    struct drawn d;
    drawn_init(&d, 1, 3);
    for (int64_t t = 0; t <= 3; t++)
        sample_add(d.series, 0, t, t == 3 ? (double)INFINITY : (double)t, 0.5);
    assert_int_equal(drawn_choose(&d, (const char *const[]){"safety.kl", NULL}, false), STATUS_OK);
    char *text = chart(&d, (struct chart_style){.terminal = {.width = 40}});
    assert_string_equal(text, "\n"
                              "safety.kl, nats\n"
                              "infinite in round 3\n"
                              "  inf +                                ^\n"
                              "  2.0 +                     *           \n"
                              "      |                   **            \n"
                              "      |                  *              \n"
                              "      |                **               \n"
                              "  1.5 +               *                 \n"
                              "      |              *                  \n"
                              "      |            **                   \n"
                              "  1.0 +           *                     \n"
                              "      |         **                      \n"
                              "      |        *                        \n"
                              "      |       *                         \n"
                              "  0.5 +     **                          \n"
                              "      |    *                            \n"
                              "      |   *                             \n"
                              "      | **                              \n"
                              "  0.0 +*                                \n"
                              "      ++----------+---------+----------+\n"
                              "round  0          1         2          3\n");
    free(text);
    drawn_fini(&d);
}

static int widest_line(const char *text)
{
    int widest = 0;
    for (int columns = 0; *text; text++) {
        columns = *text == '\n' ? 0 : columns + ((*text & 0xc0) != 0x80);
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

static void nothing_is_wider_than_the_terminal(void **state)
{
    (void)state;
    for (int width = 40; width <= 200; width += 20)
        for (int together = 0; together < 2; together++) {
            struct drawn d;
            drawn_init(&d, 3, 50);
            d.s.about[1].unit = "nats";
            for (int64_t r = 0; r < 3; r++)
                for (int64_t t = 0; t <= 50; t++)
                    sample_add(d.series, r, t, 1e7 * (double)(t + r), -INFINITY);
            drawn_choose(&d, (const char *const[]){"safety", NULL}, together);
            char *text = chart(&d, (struct chart_style){{.width = width, .unicode = true}, false});
            assert_in_range(widest_line(text), 30, width);
            free(text);
            drawn_fini(&d);
        }
}

static void lines_that_share_a_panel_have_letters(void **state)
{
    (void)state;
    struct drawn d;
    drawn_init(&d, 1, 4);
    d.s.about[1].unit = "nats";
    for (int64_t t = 0; t <= 4; t++)
        sample_add(d.series, 0, t, 1, 0);
    drawn_choose(&d, (const char *const[]){"safety", NULL}, true);
    char *text = chart(&d, (struct chart_style){.terminal = {.width = 60, .unicode = true}});
    assert_non_null(strstr(text, "a safety.kl   b safety.mass, nats\n"));
    assert_non_null(strstr(text, "⠉ a\n"));
    assert_non_null(strstr(text, "⣀ b\n"));
    free(text);
    drawn_fini(&d);
}

static void replicates_are_a_shade(void **state)
{
    (void)state;
    struct drawn d;
    drawn_init(&d, 2, 1);
    for (int64_t r = 0; r < 2; r++)
        for (int64_t t = 0; t <= 1; t++)
            sample_add(d.series, r, t, (double)(2 * r), 0.5);
    drawn_choose(&d, (const char *const[]){"safety.kl", NULL}, false);
    char *text = chart(&d, (struct chart_style){.terminal = {.width = 44}});
    assert_non_null(strstr(text, "Line: mean of 2 replicates; dots: from the\nsmallest to the "));
    assert_non_null(strstr(text, "  2.0 +.....................................\n"));
    assert_non_null(strstr(text, "  1.0 +*************************************\n"));
    free(text);
    drawn_fini(&d);
}

static void powers_of_ten_leave_zero_out(void **state)
{
    (void)state;
    struct drawn d;
    drawn_init(&d, 1, 2);
    for (int64_t t = 0; t <= 2; t++)
        sample_add(d.series, 0, t, t ? pow(10, (double)t) : 0, 0.5);
    drawn_choose(&d, (const char *const[]){"safety.kl", NULL}, false);
    char *text = chart(&d, (struct chart_style){{.width = 50}, true});
    assert_non_null(strstr(text, "0 or below in 1 of 3 rounds\n  100 +"));
    assert_non_null(strstr(text, "\n   10 +                     *"));
    free(text);
    drawn_fini(&d);
}

static void colour_comes_only_when_asked_for(void **state)
{
    (void)state;
    struct drawn d;
    drawn_init(&d, 1, 1);
    sample_add(d.series, 0, 0, 0, 0);
    sample_add(d.series, 0, 1, 1, 1);
    drawn_choose(&d, (const char *const[]){NULL}, false);
    char *plain = chart(&d, (struct chart_style){.terminal = {.width = 60, .unicode = true}});
    char *bright = chart(&d, (struct chart_style){.terminal = {60, true, true, NULL}});
    assert_null(strchr(plain, '\033'));
    assert_non_null(strstr(bright, "\033[34m"));
    free(plain);
    free(bright);
    drawn_fini(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_a_line_with_axes),
        cmocka_unit_test(nothing_is_wider_than_the_terminal),
        cmocka_unit_test(lines_that_share_a_panel_have_letters),
        cmocka_unit_test(replicates_are_a_shade),
        cmocka_unit_test(powers_of_ten_leave_zero_out),
        cmocka_unit_test(colour_comes_only_when_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
