#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "theory/compare.h"

enum { COUNT = 1000 };

/* 0, 1, 0, 1, ...: mean .5, sd about .5. */
static const double *even(void)
{
    static double value[COUNT];
    for (int i = 0; i < COUNT; i++)
        value[i] = i % 2;
    return value;
}

/* k times 1, else 0. */
static const double *rare(int k)
{
    static double value[COUNT];
    for (int i = 0; i < COUNT; i++)
        value[i] = i < k;
    return value;
}

static void a_z_is_the_distance_in_standard_errors(void **state)
{
    (void)state;
    struct compare const row = compare_row(even(), COUNT, .45, 0, 1, false);
    assert_int_equal(row.way, COMPARE_Z);
    assert_true(fabs(row.mean - .5) < 1e-15);
    assert_true(fabs(row.se - sqrt(.25 / (COUNT - 1))) < 1e-15);
    assert_true(fabs(row.z - .05 / row.se) < 1e-12);
    assert_true(row.agrees);
}

static void what_is_sure_must_be_the_same(void **state)
{
    (void)state;
    double const value[3] = {.25, .25, .25};
    assert_true(compare_row(value, 3, .25 + 1e-13, 0, 1, true).agrees);
    assert_false(compare_row(value, 3, .25 + 1e-11, 0, 1, true).agrees);
    double const split[3] = {.25, .25, .26};
    assert_false(compare_row(split, 3, .76 / 3, 0, 1, true).agrees);
}

static void equal_values_that_are_the_exact_one_need_no_z(void **state)
{
    (void)state;
    double const value[3] = {.25, .25, .25};
    struct compare const row = compare_row(value, 3, .25, 0, 1, false);
    assert_int_equal(row.way, COMPARE_SAME);
    assert_true(row.agrees && isnan(row.z));
}

/* 2 of 1,000 where 9 are expected is no surprise; where 60 are it is. */
static void rare_events_are_judged_by_their_bound(void **state)
{
    (void)state;
    struct compare row = compare_row(rare(2), COUNT, .009, 0, 1, false);
    assert_int_equal(row.way, COMPARE_BOUND);
    assert_true(row.agrees);
    row = compare_row(rare(2), COUNT, .06, 0, 1, false);
    assert_int_equal(row.way, COMPARE_BOUND);
    assert_false(row.agrees);
}

static void a_hundred_events_are_no_longer_rare(void **state)
{
    (void)state;
    assert_int_equal(compare_row(rare(60), COUNT, .06, 0, 1, false).way, COMPARE_BOUND);
    assert_int_equal(compare_row(rare(120), COUNT, .1, 0, 1, false).way, COMPARE_Z);
}

static void a_few_replicates_have_no_z(void **state)
{
    (void)state;
    assert_int_equal(compare_row(even(), 28, .45, 0, 1, false).way, COMPARE_BOUND);
    assert_int_equal(compare_row(even(), 30, .45, 0, 1, false).way, COMPARE_Z);
}

/* A society that never moves, where it was to. */
static void a_mean_that_never_varies_is_judged_too(void **state)
{
    (void)state;
    assert_true(compare_row(rare(0), COUNT, .01, 0, 1, false).agrees);
    assert_false(compare_row(rare(0), COUNT, .03, 0, 1, false).agrees);
    assert_false(compare_row(rare(COUNT), COUNT, .5, 0, 1, false).agrees);
    assert_true(compare_row(rare(0), COUNT, .03, 0, 8, false).agrees);
    assert_false(compare_row(rare(0), COUNT, 1.5, 0, 1, false).agrees);
}

/* An event that no replicate saw would be 1e9 standard errors of what little the others vary away.
 */
static void next_to_no_spread_is_no_standard_error(void **state)
{
    (void)state;
    double value[COUNT];
    for (int i = 0; i < COUNT; i++)
        value[i] = i % 2 ? .3125 : .3125 + 1e-10;
    struct compare row = compare_row(value, COUNT, .312, 0, 1, false);
    assert_int_equal(row.way, COMPARE_BOUND);
    assert_true(row.agrees);
    row = compare_row(value, COUNT, .5, 0, 1, false);
    assert_false(row.agrees);
}

static void one_row_has_a_narrower_limit(void **state)
{
    (void)state;
    assert_true(compare_limit(1) == 4);
    assert_true(compare_limit(2) == 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_z_is_the_distance_in_standard_errors),
        cmocka_unit_test(what_is_sure_must_be_the_same),
        cmocka_unit_test(equal_values_that_are_the_exact_one_need_no_z),
        cmocka_unit_test(rare_events_are_judged_by_their_bound),
        cmocka_unit_test(a_hundred_events_are_no_longer_rare),
        cmocka_unit_test(a_few_replicates_have_no_z),
        cmocka_unit_test(a_mean_that_never_varies_is_judged_too),
        cmocka_unit_test(next_to_no_spread_is_no_standard_error),
        cmocka_unit_test(one_row_has_a_narrower_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
