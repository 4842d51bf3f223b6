/* Where time went as it looks in a terminal, character by character. */
#include "unit/record/sample.h"

#include "cli/costs.h"

static char *printed(int width, bool unicode, const struct result_profile *profile)
{
    char *text = NULL;
    size_t size = 0;
    struct view view = {.arena = arena_create(),
                        .out = open_memstream(&text, &size),
                        .style = {.width = width, .unicode = unicode}};
    costs_print(&view, profile);
    fclose(view.out);
    arena_destroy(view.arena);
    return text;
}

static const struct result_cost costs[] = {
    {"teach", "policy.categorical", 6, 0.6, 1234567, 0},
    {"express", "core", 3, 0.3, 0, 164000},
    {"teach", "core.draw", 1, 0.1, 0, 2500000},
    {"start", "core.rows", 0, 0, 0, 999},
};
static struct result_profile const profile = {.threads = 2,
                                              .wall = 5.5,
                                              .seconds = 10,
                                              .measuring = 0.25,
                                              .bytes = 2664999,
                                              .cost = costs,
                                              .count = 4};

static void numbers_are_aligned_and_what_is_not_is_not_shown(void **state)
{
    (void)state;
    char *text = printed(80, false, &profile);
    assert_string_equal(
        text, "Where the time went, seconds of 2 threads added up: the loop took 5.5000 s.\n"
              "0.2500 s went into looking at the clock, and are in no line.\n"
              "\n"
              "phase    component           seconds    share      calls   bytes\n"
              "teach    policy.categorical   6.0000   60.0 %  1,234,567\n"
              "express  core                 3.0000   30.0 %             164 kB\n"
              "teach    core.draw            1.0000   10.0 %             2.5 MB\n"
              "start    core.rows                                         999 B\n"
              "total                        10.0000  100.0 %  1,234,567  2.7 MB\n"
              "\n"
              "By phase: teach 70.0 %, express 30.0 %, start 0.0 %\n"
              "\n");
    free(text);
}

static void decimals_follow_the_whole(void **state)
{
    (void)state;
    struct result_profile p = profile;
    struct result_cost one = {"teach", "core", 0.000123, 1, 0, 0};
    p.threads = 1;
    p.cost = &one;
    p.count = 1;
    p.seconds = one.seconds;
    char *text = printed(80, false, &p);
    assert_non_null(strstr(text, "Where the time went: the loop"));
    assert_non_null(strstr(text, "\ntotal             0.000123  100.0 %"));
    free(text);
    p.seconds = one.seconds = 123456.789;
    text = printed(80, false, &p);
    assert_non_null(strstr(text, "teach  core       123456.79  100.0 %"));
    free(text);
}

static void names_give_way_to_numbers_and_control_nothing(void **state)
{
    (void)state;
    struct result_profile p = profile;
    struct result_cost one = {"intervene",
                              "intervention.a_name_of_somebody_who_likes_long_names_very_much\x1b"
                              "[31m",
                              1,
                              1,
                              1234567890123,
                              123456789};
    p.cost = &one;
    p.count = 1;
    char *text = printed(80, true, &p);
    assert_non_null(strstr(text, "intervention.a_name_of_"));
    assert_null(strchr(text, 0x1b));
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        assert_true(ink_columns(line) - ink_columns(line + strcspn(line, "\n")) <= 80);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_aligned_and_what_is_not_is_not_shown),
        cmocka_unit_test(decimals_follow_the_whole),
        cmocka_unit_test(names_give_way_to_numbers_and_control_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
