/* Axes: where they begin and end, and what stands on them. */
#include "unit/scenario/said.h"

#include <math.h>

#include "cli/scale.h"

static const char *labels_of(const struct scale *scale)
{
    static char text[SCALE_TICKS * (SCALE_LABEL + 1)];
    *text = 0;
    for (int i = 0; i < scale->count; i++) {
        strcat(text, i ? " " : "");
        strcat(text, scale->tick[i].label);
    }
    return text;
}

static void check(struct scale scale, const char *labels)
{
    assert_string_equal(labels_of(&scale), labels);
}

static void ticks_are_round_numbers_around_the_values(void **state)
{
    (void)state;
    check(scale_linear(0.03, 0.97, 5), "0.0 0.2 0.4 0.6 0.8 1.0");
    check(scale_linear(0.72, 0.98, 5), "0.7 0.8 0.9 1.0");
    check(scale_linear(-3, 7, 5), "-4 -2 0 2 4 6 8");
    check(scale_linear(100, 4096, 5), "0 1000 2000 3000 4000 5000");
}

static void small_and_large_numbers_have_exponents(void **state)
{
    (void)state;
    check(scale_linear(0, 1e-5, 5), "0 2e-6 4e-6 6e-6 8e-6 1e-5");
    check(scale_linear(0, 3.9e7, 4), "0 1e7 2e7 3e7 4e7");
    check(scale_linear(-1.4e-7, 0, 3), "-1.5e-7 -1e-7 -5e-8 0");
}

static void rounding_noise_is_no_range(void **state)
{
    (void)state;
    check(scale_linear(7.0, 7.0 + 1e-13, 4), "0 2 4 6 8");
    check(scale_linear(0, 0, 4), "0.0 0.5 1.0");
    check(scale_linear(-2, -2, 2), "-2 -1 0");
}

static void rounds_are_whole_and_end_with_the_run(void **state)
{
    (void)state;
    check(scale_rounds(20, 5), "0 5 10 15 20");
    check(scale_rounds(3, 8), "0 1 2 3");
    check(scale_rounds(37, 4), "0 10 20 30");
    check(scale_rounds(0, 4), "0");
    assert_true(scale_rounds(37, 4).hi >= 37 && scale_rounds(37, 4).hi <= 37);
}

static void powers_have_a_tick_a_decade(void **state)
{
    (void)state;
    check(scale_log(0.02, 700, 6), "0.01 0.1 1 10 100 1000");
    check(scale_log(1e-9, 0.5, 3), "1e-9 1e-6 1e-3 1e0");
    check(scale_log(2, 8, 6), "1 2 5 10");
}

static void places_lie_between_0_and_1(void **state)
{
    (void)state;
    struct scale const line = scale_linear(0, 10, 5), power = scale_log(1, 100, 4);
    assert_true(fabs(scale_place(&line, 2.5) - 0.25) < 1e-12);
    assert_true(fabs(scale_place(&power, 10) - 0.5) < 1e-12);
    assert_true(scale_place(&line, INFINITY) >= 1 && scale_place(&line, -INFINITY) <= 0);
    assert_true(scale_place(&line, 11) <= 1 && scale_place(&line, -1) >= 0);
    assert_true(isnan(scale_place(&power, 0)) && isnan(scale_place(&line, (double)NAN)));
}

static void no_double_is_too_large_or_small_for_an_axis(void **state)
{
    (void)state;
    static double const ends[] = {-1.7e308, -1e300, -1, -5e-324, 0, 5e-324, 1e-300, 1, 1.7e308};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        for (size_t j = i; j < sizeof ends / sizeof *ends; j++) {
            struct scale const scale = scale_linear(ends[i], ends[j], 5);
            assert_in_range(scale.count, 2, 13);
            assert_true(isfinite(scale.lo) && isfinite(scale.hi) && scale.lo < scale.hi);
            for (int k = 1; k < scale.count; k++)
                assert_true(scale.tick[k].at > scale.tick[k - 1].at);
        }
    struct scale const power = scale_log(5e-324, 1.7e308, 5);
    assert_in_range(power.count, 2, 13);
    assert_true(fabs(scale_place(&power, 1) - 0.5) < 1e-12);
    assert_true(scale_place(&power, 5e-324) <= 0 && scale_place(&power, 1.7e308) >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round_numbers_around_the_values),
        cmocka_unit_test(small_and_large_numbers_have_exponents),
        cmocka_unit_test(rounding_noise_is_no_range),
        cmocka_unit_test(rounds_are_whole_and_end_with_the_run),
        cmocka_unit_test(powers_have_a_tick_a_decade),
        cmocka_unit_test(places_lie_between_0_and_1),
        cmocka_unit_test(no_double_is_too_large_or_small_for_an_axis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
