#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "theory/copies.h"

static void same(double x, double y)
{
    if (!(fabs(x - y) <= 1e-12))
        fail_msg("%.17g is not %.17g", x, y);
}

/* Against logarithms of factorials, which copies.c does without. */
static void binomial_laws_are_those_of_factorials(void **state)
{
    (void)state;
    static const double chance[] = {.001, .02, .3, .5, .97};
    double law[2001];
    for (int i = 0; i < 5; i++) {
        double const p = chance[i];
        copies_binomial(2000, p, law);
        for (int k = 0; k <= 2000; k++)
            same(law[k], exp(lgamma(2001.0) - lgamma(k + 1.0) - lgamma(2001.0 - k) + k * log(p) +
                             (2000 - k) * log1p(-p)));
    }
}

static void chances_of_0_and_1_leave_no_choice(void **state)
{
    (void)state;
    double law[6];
    copies_binomial(5, 0, law);
    same(law[0], 1);
    copies_binomial(5, 1, law);
    same(law[5], 1);
    copies_binomial(0, .3, law);
    same(law[0], 1);
    same(copies_tail(5, .5, 0), 1);
    same(copies_tail(5, .5, 5), 1. / 32);
    same(copies_tail(5, .5, 6), 0);
}

static void enough_copies_at_a_tie_are_enough(void **state)
{
    (void)state;
    for (int64_t n = 1; n <= 100; n++)
        for (int64_t k = 1; k <= n; k++)
            assert_int_equal(copies_enough(n, (double)k / (double)n), k);
    assert_int_equal(copies_enough(50, .05), 3);
}

/* 3 of 5 from outside at .5, 2 inside at .1: P[none] = .125 * .81. */
static void samples_from_outside_are_added(void **state)
{
    (void)state;
    double law[6], sum = 0;
    copies_draw(5, 3, .5, .1, law);
    same(law[0], .125 * .81);
    same(law[5], .125 * .01);
    for (int k = 0; k <= 5; k++)
        sum += k * law[k];
    same(sum, 3 * .5 + 2 * .1);
}

/* Forth from 3 copies and back to 3 copies is one number. */
static void a_chain_is_the_same_forth_and_back(void **state)
{
    (void)state;
    enum { N = 40 };
    struct arena *arena = arena_create();
    double chance[N + 1], law[N + 1] = {0}, f[N + 1], forth = 0;
    for (int x = 0; x <= N; x++) {
        chance[x] = .05 + .9 * x / N;
        f[x] = x * x;
    }
    struct copies *copies = copies_create(arena, N, 4, .2, chance);
    assert_non_null(copies);
    law[3] = 1;
    for (int t = 0; t < 5; t++)
        copies_forth(copies, law);
    for (int x = 0; x <= N; x++)
        forth += law[x] * f[x];
    for (int t = 0; t < 5; t++)
        copies_back(copies, f);
    same(forth / f[3], 1);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binomial_laws_are_those_of_factorials),
        cmocka_unit_test(chances_of_0_and_1_leave_no_choice),
        cmocka_unit_test(enough_copies_at_a_tie_are_enough),
        cmocka_unit_test(samples_from_outside_are_added),
        cmocka_unit_test(a_chain_is_the_same_forth_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
