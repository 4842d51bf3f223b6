/* plugins/update/reward.h: how many of q peers agree is exactly binomial, and a batch's mean exact.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/update/reward.h"
#include "battery.h"
#include "forms.h"

static const double chances[] = {0, 1e-9, .01, .3, .5, .7, .99, 1 - 1e-9, 1};
static const int sizes[] = {1, 2, 10, 37, 100};

/* Where u crosses from k to k + 1, by bisection: that is P[Bin <= k]; from above 1/2 the peers who
 * would not say the same are drawn. */
static double crossing(int n, double p, int k)
{
    double low = 0, high = 1;
    for (int i = 0; i < 60; i++) {
        double const u = (low + high) / 2;
        int const others = p > .5 ? n - (int)reward_peers(n, p, u) : (int)reward_peers(n, p, u);
        if (others <= k)
            low = u;
        else
            high = u;
    }
    return low;
}

static void peers_agree_by_the_binomial_law(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof chances / sizeof *chances; c++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            double const p = chances[c] > .5 ? 1 - chances[c] : chances[c];
            double below = 0;
            for (int k = 0; k < sizes[s]; k++) {
                below += forms_binomial(sizes[s], k, p);
                battery_same("P[peers <= k]", below, crossing(sizes[s], chances[c], k), 1,
                             BATTERY_EXACT);
            }
        }
    }
    battery_worst("reward.h: peers by inversion, P[Bin(q, p) <= k]");
}

/* The largest there can be: (1 - p)^1000 is still a number. */
static void a_thousand_peers_have_their_mean_and_variance(void **state)
{
    (void)state;
    enum { POINTS = 20000, Q = 1000 };
    for (size_t c = 0; c < sizeof chances / sizeof *chances; c++) {
        double const p = chances[c];
        double mean = 0, square = 0;
        for (int i = 0; i < POINTS; i++) {
            double const k = (double)reward_peers(Q, p, (i + .5) / POINTS);
            mean += k / POINTS;
            square += (k - Q * p) * (k - Q * p) / POINTS;
        }
        assert_true(fabs(mean - Q * p) < 1e-3 * sqrt(Q * p * (1 - p)) + 1e-6);
        assert_true(fabs(square - Q * p * (1 - p)) < .005 * Q * p * (1 - p) + 1e-6);
    }
}

static void equal_rewards_have_their_own_mean_and_no_deviation(void **state)
{
    (void)state;
    static const double values[] = {.1, 1 / 3.0, -7e300, 0, 0x1p-1074};
    double reward[33];
    for (int v = 0; v < 5; v++) {
        for (int64_t n = 1; n <= 33; n++) {
            for (int64_t i = 0; i < n; i++)
                reward[i] = values[v];
            struct reward_batch const batch = reward_batch(reward, n);
            assert_true(batch.mean == values[v] && batch.sd == 0);
        }
    }
    assert_true(reward_batch(reward, 0).sd == 0);
}

static void deviation_is_the_root_of_the_mean_square(void **state)
{
    (void)state;
    struct reward_batch const batch = reward_batch((double[]){1, 2, 3, 6}, 4);
    battery_exact("reward.h: mean of 1, 2, 3, 6", 3, batch.mean, 1, BATTERY_EXACT);
    battery_exact("reward.h: s of 1, 2, 3, 6", sqrt(3.5), batch.sd, 1, BATTERY_EXACT);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peers_agree_by_the_binomial_law),
        cmocka_unit_test(a_thousand_peers_have_their_mean_and_variance),
        cmocka_unit_test(equal_rewards_have_their_own_mean_and_no_deviation),
        cmocka_unit_test(deviation_is_the_root_of_the_mean_square),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
