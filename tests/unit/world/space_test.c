#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "world/random.h"
#include "world/space.h"

enum { STATES = 1000 };

static void fill(double *p, double scale)
{
    for (uint64_t z = 0; z < STATES; z++)
        p[z] = scale * random_unit(random_word(3, 0, 0, z));
}

static double sum(const double *p, int64_t n)
{
    long double all = 0;
    for (int64_t z = 0; z < n; z++)
        all += p[z];
    return (double)all;
}

static void every_context_adds_to_1(void **state)
{
    (void)state;
    static const double scales[] = {1, 1e-200, 1e200, 3e-5, 1e-307, 1e-310, 1.5e308};
    int64_t const context[] = {0, 1, 18, 500, STATES};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        double p[STATES];
        fill(p, scales[i]);
        assert_int_equal(space_normalise(1, 4, context, p), -1);
        for (int c = 0; c < 4; c++)
            assert_true(fabs(sum(p + context[c], context[c + 1] - context[c]) - 1) <
                        (scales[i] < 1e-309 ? 1e-10 : 1e-13));
    }
}

static void ratios_stay(void **state)
{
    (void)state;
    double p[] = {1, 2, 0, 4, 3, 1};
    int64_t const context[] = {0, 4, 6};
    space_normalise(1, 2, context, p);
    assert_true(p[1] == 2 * p[0] && p[3] == 4 * p[0] && p[2] == 0);
    assert_true(p[4] == 0.75 && p[5] == 0.25);
}

static void doing_it_again_moves_no_bit(void **state)
{
    (void)state;
    int64_t const context[] = {0, 333, STATES};
    double p[STATES], again[STATES];
    fill(p, 7);
    space_normalise(1, 2, context, p);
    memcpy(again, p, sizeof p);
    for (int i = 0; i < 10; i++)
        space_normalise(1, 2, context, again);
    assert_memory_equal(again, p, sizeof p);
}

static void what_adds_to_1_is_left_as_it_is(void **state)
{
    (void)state;
    double p[] = {0.1, 0.2, 0.7 + 0x1p-46}, before[3], far[] = {0.1, 0.2, 0.7 + 0x1p-40};
    int64_t const context[] = {0, 3};
    memcpy(before, p, sizeof p);
    space_normalise(1, 1, context, p);
    assert_memory_equal(p, before, sizeof p);
    space_normalise(1, 1, context, far);
    assert_true(far[2] < 0.7 + 0x1p-40);
}

static void first_context_without_mass_is_told_and_left(void **state)
{
    (void)state;
    double p[] = {2, 2, 0, 0, 5, 0, 0};
    double const expected[] = {0.5, 0.5, 0, 0, 1, 0, 0};
    int64_t const context[] = {0, 2, 4, 5, 7};
    assert_int_equal(space_normalise(1, 4, context, p), 1);
    assert_memory_equal(p, expected, sizeof p);
    double none[] = {0};
    int64_t const alone[] = {0, 1};
    assert_int_equal(space_normalise(1, 1, alone, none), 0);
    assert_true(none[0] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_context_adds_to_1),
        cmocka_unit_test(ratios_stay),
        cmocka_unit_test(doing_it_again_moves_no_bit),
        cmocka_unit_test(what_adds_to_1_is_left_as_it_is),
        cmocka_unit_test(first_context_without_mass_is_told_and_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
