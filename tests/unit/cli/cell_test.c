/* How numbers look in a table. */
#include "unit/record/sample.h"

#include "cli/cell.h"

static void assert_number(double x, const char *expected)
{
    struct cell const cell = cell_number(x, false);
    assert_string_equal(cell.left, expected);
    assert_string_equal(cell.right, "");
}

static void numbers_take_about_six_characters(void **state)
{
    (void)state;
    assert_number(0.41, "0.4100");
    assert_number(1.23456, "1.2346");
    assert_number(12.3456, "12.346");
    assert_number(-123.456, "-123.46");
    assert_number(1234.56, "1234.6");
    assert_number(123456.7, "123457");
    assert_number(0.001, "0.0010");
}

static void exact_integers_have_no_decimals(void **state)
{
    (void)state;
    assert_number(0, "0");
    assert_number(-0.0, "0");
    assert_number(1, "1");
    assert_number(-4096, "-4096");
    assert_number(0.99999, "1.0000");
    assert_number(999999, "999999");
}

static void the_very_small_and_the_very_large_have_exponents(void **state)
{
    (void)state;
    assert_number(0.00012, "1.2e-4");
    assert_number(-3e-300, "-3e-300");
    assert_number(5e-324, "4.9e-324");
    assert_number(1e6, "1e6");
    assert_number(-1.25e15, "-1.2e15");
    assert_number(1.7976931348623157e308, "1.8e308");
}

static void missing_is_a_dash_and_infinity_is_said(void **state)
{
    (void)state;
    assert_number(result_missing(), "-");
    assert_number(INFINITY, "inf");
    assert_number(-INFINITY, "-inf");
    assert_string_equal(cell_number(INFINITY, true).left, "∞");
}

static void assert_summary(int64_t count, double mean, double se, double infinite, const char *left,
                           const char *right)
{
    struct result_summary const summary = {count, mean, 2 * se, se, infinite};
    struct cell const cell = cell_summary(&summary, false);
    assert_string_equal(cell.left, left);
    assert_string_equal(cell.right, right);
}

static void an_error_has_the_decimals_of_its_mean(void **state)
{
    (void)state;
    assert_summary(9, 0.41234, 0.00211, 0, "0.4123", "+/- 0.0021");
    assert_summary(9, 1371.21, 12.34, 0, "1371.2", "+/- 12.3");
    assert_summary(9, 0.41234, 0.0000031, 0, "0.4123", "+/- 3.1e-6");
    assert_summary(9, 0.00012, 0.000011, 0, "1.2e-4", "+/- 1.1e-5");
    assert_summary(9, 1, 0.02, 0, "1.0000", "+/- 0.0200");
    assert_summary(9, 0, 0.02, 0, "0", "+/- 0.0200");
    assert_summary(9, 4096, 0, 0, "4096", "+/- 0");
    assert_summary(9, 0.9, 0, 0, "0.9000", "+/- 0");
    assert_string_equal(cell_summary(&(struct result_summary){9, 1, 1, 1, 0}, true).right,
                        "± 1.0000");
}

static void an_error_needs_two_values(void **state)
{
    (void)state;
    assert_summary(1, 0.5, result_missing(), 0, "0.5000", "");
    assert_summary(0, result_missing(), result_missing(), 0, "-", "");
}

static void a_share_that_is_infinite_is_said_as_such(void **state)
{
    (void)state;
    double const none = result_missing();
    assert_summary(9, none, none, 0.12, "inf", "in 12 %");
    assert_summary(9, none, none, 1, "inf", "");
    assert_summary(9, none, none, 0.999, "inf", "in 99 %");
    assert_summary(9, none, none, 0.004, "inf", "in 0.4 %");
    assert_summary(9, none, none, 0.0001, "inf", "in < 0.1 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_take_about_six_characters),
        cmocka_unit_test(exact_integers_have_no_decimals),
        cmocka_unit_test(the_very_small_and_the_very_large_have_exponents),
        cmocka_unit_test(missing_is_a_dash_and_infinity_is_said),
        cmocka_unit_test(an_error_has_the_decimals_of_its_mean),
        cmocka_unit_test(an_error_needs_two_values),
        cmocka_unit_test(a_share_that_is_infinite_is_said_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
