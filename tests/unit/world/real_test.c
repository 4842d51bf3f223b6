#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gyre/real.h"
#include "world/random.h"

enum { DRAWS = 100000 };

static uint64_t word(uint64_t i)
{
    return random_word(1, 0, 0, i);
}

static double unit(uint64_t i)
{
    return random_unit(word(i));
}

/* 1 + something between 0.5 and 2^-50 in size. */
static double near_one(uint64_t i)
{
    return 1.0 + ldexp(unit(i) - 0.5, -(int)(word(i) % 50));
}

/* Any positive double, subnormal ones as likely as their bits. */
static double any_positive(uint64_t i)
{
    return gyre_real_of_bits(1 + word(i) % 0x7fefffffffffffffu);
}

/* How far `got` is from `want` in units of the last place of a double of that size. */
static double ulps(double got, long double want)
{
    int exponent;
    frexpl(want, &exponent);
    return (double)fabsl(((long double)got - want) /
                         ldexpl(1, (exponent > -1021 ? exponent : -1021) - 53));
}

static int same(double a, double b)
{
    return gyre_real_bits(a) == gyre_real_bits(b);
}

static void log_errs_by_less_than_0_9_ulp(void **state)
{
    (void)state;
    double worst = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        double const x[] = {any_positive(i), 0.5 + 1.5 * unit(i), near_one(i), unit(i) * 0x1p-1022};
        for (int j = 0; j < 4; j++)
            worst = x[j] == 0 ? worst : fmax(worst, ulps(gyre_log(x[j]), logl(x[j])));
    }
    assert_true(worst < 0.9);
}

static void exp_errs_by_less_than_0_9_ulp(void **state)
{
    (void)state;
    double worst = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        double const x[] = {-708 + 1417 * unit(i), near_one(i) - 1, 2 * unit(i) - 1};
        for (int j = 0; j < 3; j++)
            worst = fmax(worst, ulps(gyre_exp(x[j]), expl(x[j])));
    }
    assert_true(worst < 0.9);
}

static void subnormal_exp_errs_by_less_than_1_ulp(void **state)
{
    (void)state;
    double worst = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        double const x = -708 - 37 * unit(i);
        worst = fmax(worst, ulps(gyre_exp(x), expl(x)));
    }
    assert_true(worst < 1);
}

/* The y for which x^y is e^(-708 .. 709): powers of every size that is no subnormal. */
static double exponent_for(double x, uint64_t i)
{
    return (-708 + 1417 * unit(i)) / log(x);
}

static void pow_errs_by_less_than_1_ulp(void **state)
{
    (void)state;
    double worst = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        double const x[] = {any_positive(i), near_one(i), unit(i), unit(i)};
        double const y[] = {exponent_for(x[0], i + DRAWS), exponent_for(x[1], i + DRAWS),
                            10 * unit(i + DRAWS), near_one(i + DRAWS)};
        for (int j = 0; j < 4; j++) {
            if (x[j] > 0 && x[j] != 1)
                worst = fmax(worst, ulps(gyre_pow(x[j], y[j]), powl(x[j], y[j])));
        }
    }
    assert_true(worst < 1);
}

static void log_of_special_values(void **state)
{
    (void)state;
    assert_true(same(gyre_log(1), 0.0));
    assert_true(gyre_log(0.0) == -INFINITY);
    assert_true(gyre_log(-0.0) == -INFINITY);
    assert_true(gyre_log(INFINITY) == INFINITY);
    assert_true(isnan(gyre_log(-INFINITY)));
    assert_true(isnan(gyre_log(-0x1p-1074)));
    assert_true(isnan(gyre_log(-1)));
    assert_true(isnan(gyre_log(NAN)));
    assert_true(isnan(gyre_log(-NAN)));
    assert_true(ulps(gyre_log(0x1p-1074), logl(0x1p-1074L)) < 0.9);
    assert_true(ulps(gyre_log(0x1.fffffffffffffp1023), logl(0x1.fffffffffffffp1023L)) < 0.9);
}

static void exp_of_special_values(void **state)
{
    (void)state;
    assert_true(same(gyre_exp(0.0), 1.0));
    assert_true(same(gyre_exp(-0.0), 1.0));
    assert_true(same(gyre_exp(0x1p-1074), 1.0));
    assert_true(same(gyre_exp(-INFINITY), 0.0));
    assert_true(same(gyre_exp(-1e300), 0.0));
    assert_true(same(gyre_exp(-745.14), 0.0));
    assert_true(same(gyre_exp(-745.13), 0x1p-1074));
    assert_true(gyre_exp(709.78) < INFINITY);
    assert_true(gyre_exp(709.79) == INFINITY);
    assert_true(gyre_exp(1e300) == INFINITY);
    assert_true(gyre_exp(INFINITY) == INFINITY);
    assert_true(isnan(gyre_exp(NAN)));
    assert_true(isnan(gyre_exp(-NAN)));
}

/* Where C's pow and ours mean the same, which is all x >= 0 without NaN. */
static void pow_of_special_values_is_that_of_c(void **state)
{
    (void)state;
    double const x[] = {0, 0x1p-1074, 0.5, 1, 2, 1e300, INFINITY, -0.0};
    double const y[] = {0, -0.0, 1, -1, 0.5, -0.5, 1e300, -1e300, 0x1p-1074, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof(x) / sizeof(*x); i++) {
        for (size_t j = 0; j < sizeof(y) / sizeof(*y); j++) {
            double const want = fabs(pow(x[i], y[j])); /* (-0)^-1 is infinite, but positive */
            double const got = gyre_pow(x[i], y[j]);
            assert_true(got == want || ulps(got, (long double)want) <= 1);
        }
    }
}

static void pow_of_no_number_or_less_than_0_is_no_number(void **state)
{
    (void)state;
    double const y[] = {0, 1, 2, -1, INFINITY, -INFINITY, NAN};
    for (size_t j = 0; j < sizeof(y) / sizeof(*y); j++) {
        assert_true(isnan(gyre_pow(NAN, y[j])));
        assert_true(isnan(gyre_pow(-1, y[j])));
        assert_true(isnan(gyre_pow(-0x1p-1074, y[j])));
        assert_true(isnan(gyre_pow(-INFINITY, y[j])));
    }
    assert_true(isnan(gyre_pow(1, NAN)));
    assert_true(isnan(gyre_pow(0, -NAN)));
}

static void pow_goes_under_and_over_in_the_right_place(void **state)
{
    (void)state;
    assert_true(gyre_pow(2, 1023) == 0x1p1023);
    assert_true(gyre_pow(2, 1024) == INFINITY);
    assert_true(gyre_pow(2, -1074) == 0x1p-1074);
    assert_true(gyre_pow(2, -1076) == 0);
    assert_true(gyre_pow(0.5, 1074) == 0x1p-1074);
    assert_true(gyre_pow(0x1.0000000000001p0, 0x1p70) == INFINITY);
    assert_true(gyre_pow(0x1.fffffffffffffp-1, 0x1p70) == 0);
}

/* One at a time and in a loop that is made into vector code: the same bits. */
static void loops_give_the_bits_of_single_calls(void **state)
{
    (void)state;
    enum { N = 1003 };
    static double x[N], logs[N], exps[N], pows[N];
    for (uint64_t i = 0; i < N; i++)
        x[i] = i % 10 == 0 ? gyre_real_of_bits(word(i)) : 800 * (unit(i) - 0.3);
    for (int i = 0; i < N; i++) {
        logs[i] = gyre_log(x[i]);
        exps[i] = gyre_exp(x[i]);
        pows[i] = gyre_pow(x[i], 0.7);
    }
    for (int i = 0; i < N; i++) {
        double const volatile alone = x[i];
        assert_true(same(logs[i], gyre_log(alone)));
        assert_true(same(exps[i], gyre_exp(alone)));
        assert_true(same(pows[i], gyre_pow(alone, 0.7)));
    }
}

/* What every compiler, option and processor must give: found with gcc 12 -O2. */
static void bits_are_those_of_every_other_build(void **state)
{
    (void)state;
    uint64_t fold = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        double const x = any_positive(i), y = 1500 * (unit(i + DRAWS) - 0.5);
        double const results[] = {gyre_log(x), gyre_exp(y), gyre_pow(x, y / 700),
                                  gyre_pow(unit(i), y)};
        for (int j = 0; j < 4; j++)
            fold = (fold ^ gyre_real_bits(results[j])) * 0x9e3779b97f4a7c15u;
    }
    assert_int_equal(fold, 0xab6ad8fe2237e4adu);
}

static double total_by_lanes(const double *x, const double *y, int64_t n)
{
    double lane[16] = {0};
    for (int64_t i = 0; i < n; i++)
        lane[i % 16] += y == NULL ? x[i] : x[i] * y[i];
    for (int i = 0; i < 8; i++)
        lane[i] += lane[i + 8];
    for (int i = 0; i < 4; i++)
        lane[i] += lane[i + 4];
    return (lane[0] + lane[2]) + (lane[1] + lane[3]);
}

static void sums_are_those_of_16_lanes(void **state)
{
    (void)state;
    double x[200], y[200];
    for (uint64_t i = 0; i < 200; i++) {
        x[i] = ldexp(unit(i), (int)(word(i) % 60));
        y[i] = unit(i + DRAWS) - 0.5;
    }
    for (int64_t n = 0; n <= 200; n++) {
        assert_true(same(gyre_total(x, n), total_by_lanes(x, NULL, n)));
        assert_true(same(gyre_dot(x, y, n), total_by_lanes(x, y, n)));
    }
    assert_true(same(gyre_total(x, 0), 0.0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_errs_by_less_than_0_9_ulp),
        cmocka_unit_test(exp_errs_by_less_than_0_9_ulp),
        cmocka_unit_test(subnormal_exp_errs_by_less_than_1_ulp),
        cmocka_unit_test(pow_errs_by_less_than_1_ulp),
        cmocka_unit_test(log_of_special_values),
        cmocka_unit_test(exp_of_special_values),
        cmocka_unit_test(pow_of_special_values_is_that_of_c),
        cmocka_unit_test(pow_of_no_number_or_less_than_0_is_no_number),
        cmocka_unit_test(pow_goes_under_and_over_in_the_right_place),
        cmocka_unit_test(loops_give_the_bits_of_single_calls),
        cmocka_unit_test(bits_are_those_of_every_other_build),
        cmocka_unit_test(sums_are_those_of_16_lanes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
