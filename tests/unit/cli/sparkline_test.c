/* A row of numbers as a line of blocks. */
#include "unit/record/sample.h"

#include "cli/sparkline.h"

static const char *line(const double *value, int64_t count, int columns, bool unicode)
{
    static char out[SPARKLINE_BYTES(64)];
    sparkline_format(out, value, count, columns, unicode);
    return out;
}

static void the_lowest_and_the_highest_are_the_ends_of_the_scale(void **state)
{
    (void)state;
    double const value[] = {0, 1, 2, 3, 4, 5, 6, 7};
    assert_string_equal(line(value, 8, 64, true), "▁▂▃▄▅▆▇█");
    assert_string_equal(line(value, 8, 64, false), ".:-=+*#@");
}

static void what_never_changes_lies_at_the_bottom(void **state)
{
    (void)state;
    assert_string_equal(line((double[]){3, 3, 3}, 3, 64, false), "...");
    assert_string_equal(line((double[]){3}, 1, 64, false), ".");
}

static void gaps_and_infinities_are_shown(void **state)
{
    (void)state;
    double const value[] = {0, result_missing(), 1, INFINITY, -INFINITY};
    assert_string_equal(line(value, 5, 64, false), ". @^v");
    assert_string_equal(line(value, 5, 64, true), "▁ █∞v");
    assert_string_equal(line((double[]){INFINITY, result_missing()}, 2, 64, false), "^ ");
}

static void the_widest_range_of_doubles_fits(void **state)
{
    (void)state;
    assert_string_equal(line((double[]){-1.7e308, 0, 1.7e308}, 3, 64, false), ".+@");
}

static void too_many_values_are_thinned_with_first_and_last_kept(void **state)
{
    (void)state;
    double value[1001] = {0};
    value[1000] = 1;
    assert_string_equal(line(value, 1001, 5, false), "....@");
    assert_string_equal(line(value, 1001, 1, false), "@");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lowest_and_the_highest_are_the_ends_of_the_scale),
        cmocka_unit_test(what_never_changes_lies_at_the_bottom),
        cmocka_unit_test(gaps_and_infinities_are_shown),
        cmocka_unit_test(the_widest_range_of_doubles_fits),
        cmocka_unit_test(too_many_values_are_thinned_with_first_and_last_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
