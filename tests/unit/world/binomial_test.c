#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The file itself, since no number of draws shows a wrong digit of the probabilities it tests. */
#include "world/binomial.c"

#include "base/digest.h"

#define HUGE_N ((int64_t)1 << 52)

/* One in 10,000 of a normal deviate is beyond it. */
#define LIMIT 3.72

static struct binomial_source source_of(uint64_t node)
{
    return (struct binomial_source){.key = 0xfeedface, .round = 3, .purpose = 7, .node = node};
}

/* With the word of the source's own first attempt. */
static int64_t draw(const struct binomial_source *source, int64_t n, double p)
{
    uint32_t const stream = random_stream(source->purpose, 0);
    return binomial_draw(source, random_word(source->key, source->round, stream, source->node), n,
                         p);
}

/* ---- laws ---------------------------------------------------------------------------------- */

/* Probabilities of first .. first + n - 1 successes: by ratios of neighbours from the mode
 * outwards, then divided by their sum. What is left out has less than 1e-25. */
struct exact {
    int64_t first, n;
    long double p[1 << 14];
};

static long double ratio(int64_t n, long double odds, int64_t k)
{
    return (long double)(n - k) / (long double)(k + 1) * odds;
}

static void exact_init(struct exact *exact, int64_t n, long double p)
{
    static long double up[1 << 13], down[1 << 13];
    int64_t const mode = (int64_t)((long double)n * p);
    int64_t above = 0, below = 0;
    long double const odds = p / (1 - p);
    up[0] = down[0] = 1;
    while (mode + above < n && up[above] > 1e-25L) {
        up[above + 1] = up[above] * ratio(n, odds, mode + above);
        above++;
    }
    while (mode > below && down[below] > 1e-25L) {
        down[below + 1] = down[below] / ratio(n, odds, mode - below - 1);
        below++;
    }
    long double sum = 1;
    for (int64_t i = 1; i <= above; i++)
        sum += up[i];
    for (int64_t i = 1; i <= below; i++)
        sum += down[i];
    exact->first = mode - below;
    exact->n = above + below + 1;
    for (int64_t i = 0; i < exact->n; i++)
        exact->p[i] = (i < below ? down[below - i] : up[i - below]) / sum;
}

/* Chi-square as a normal deviate (Wilson and Hilferty); states with less than 10 expected are taken
 * together. */
static double deviation(const struct exact *exact, const int64_t *drawn, int64_t draws)
{
    long double chi = 0, expected = 0, found = 0;
    double cells = 0;
    for (int64_t i = 0; i < exact->n; i++) {
        expected += exact->p[i] * (long double)draws;
        found += (long double)drawn[i];
        if (expected >= 10 || i == exact->n - 1) {
            chi += (found - expected) * (found - expected) / (expected + 1e-9L);
            cells += 1;
            expected = found = 0;
        }
    }
    double const freedom = cells - 1, spread = 2 / (9 * freedom);
    return (cbrt((double)chi / freedom) - (1 - spread)) / sqrt(spread);
}

/* Draws follow the law, and would not if the chance were 1 % larger. Successes are counted from the
 * rarer side, so that a tiny 1 - p is not rounded. */
static void check_law(int64_t n, double p)
{
    enum { DRAWS = 1 << 20, MOST = 1 << 15 };
    static struct exact law, wrong;
    static int64_t drawn[MOST];
    double const rare = p > 0.5 ? 1 - p : p;
    exact_init(&law, n, rare);
    exact_init(&wrong, n, 1.01L * rare);
    int64_t const base = law.first > MOST / 2 ? law.first - MOST / 2 : 0;
    memset(drawn, 0, sizeof(drawn));
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct binomial_source const source = source_of(i);
        int64_t const k = draw(&source, n, p), few = p > 0.5 ? n - k : k;
        assert_true(k >= 0 && k <= n && few >= base && few < base + MOST);
        drawn[few - base]++;
    }
    double const right = deviation(&law, drawn + (law.first - base), DRAWS);
    double const off = deviation(&wrong, drawn + (wrong.first - base), DRAWS);
    if (fabs(right) > LIMIT || off < LIMIT)
        fail_msg("n = %lld, p = %g: %g; 1 %% off: %g", (long long)n, p, right, off);
}

static void few_tries_have_their_law(void **state)
{
    (void)state;
    int64_t const tries[] = {2, 3, 5, 14, 15, 16, 17, 40, 126, 127};
    double const chances[] = {0.5, 0.31, 0.8};
    for (int i = 0; i < 10; i++)
        check_law(tries[i], chances[i % 3]);
    check_law(127, 0.5);
    check_law(127, 0.01);
    check_law(16, 0.9);
}

static void few_expected_of_many_tries_have_their_law(void **state)
{
    (void)state;
    check_law(128, 0.01);
    check_law(128, 0.124);
    check_law(129, 0.9);
    check_law(1000, 15.99 / 1000);
    check_law(1000000, 4e-6);
    check_law((int64_t)1 << 40, 0x1p-39);
}

static void many_expected_have_their_law(void **state)
{
    (void)state;
    check_law(128, 0.1251);
    check_law(128, 0.5);
    check_law(128, 0.51);
    check_law(129, 0.3);
    check_law(1000, 16.01 / 1000);
    check_law(1000, 0.984 - 0.0001);
    check_law(2000, 0.4);
    check_law(1000000, 2e-5);
    check_law(1000000, 2.0 / 3);
    check_law(100000000000, 4e-10);
}

static void tiny_chances_of_most_tries_have_their_law(void **state)
{
    (void)state;
    check_law(HUGE_N, 0x1p-50);
    check_law(HUGE_N, 1 - 0x1p-50);
    check_law(HUGE_N, 3 * 0x1p-53);
    check_law(HUGE_N, 0x1p-46);
    check_law(HUGE_N, 1 - 0x1p-46);
}

/* ---- what rejection stands on --------------------------------------------------------------- */

static int64_t const many[] = {128, 150, 1000, 30000, 1000000};

static void probabilities_are_met(void **state)
{
    (void)state;
    static struct exact exact;
    for (int i = 0; i < 5 * 12; i++) {
        int64_t const n = many[i % 5];
        double const p = pow(0.5, 1 - i / 55.0) * pow(FEW / (double)n, i / 55.0);
        struct law const law = law_of(n, p);
        exact_init(&exact, n, p);
        for (int64_t k = 0; k < exact.n; k++) {
            long double const want = exact.p[k];
            double const got = probability(&law, (double)(exact.first + k));
            assert_true(fabsl(got - want) <= (want > 1e-14L ? 4e-14L : 1e-12L) * want);
        }
    }
}

/* The mean is no double here: its low part shows. */
static void probabilities_of_most_tries_are_met(void **state)
{
    (void)state;
    double const chances[] = {1.0 / 3, 0.1, 0.4999};
    int64_t const n = ((int64_t)1 << 40) + 1;
    for (int i = 0; i < 3; i++) {
        double const p = chances[i];
        struct law const law = law_of(n, p);
        int64_t const mode = (int64_t)((double)n * p);
        int64_t const end = mode + 3 * (int64_t)sqrt((double)n * p * (1 - p));
        long double want = 1;
        for (int64_t k = mode; k < end; k++)
            want *= ratio(n, p / (1 - (long double)p), k);
        double const got = probability(&law, (double)end) / probability(&law, (double)mode);
        assert_true(fabsl(got / want - 1) < 1e-12L);
    }
}

/* For each u the law lies below the hat, and in its centre above what is taken at once. */
static void the_hat_covers_the_law_and_its_centre_lies_within(void **state)
{
    (void)state;
    enum { PLACES = 2000 };
    for (int i = 0; i < 8 * 25 * PLACES; i++) {
        int64_t const n = (int64_t)128 << (i / PLACES % 25);
        double const share = i / PLACES / 25 / 7.0, p = 0.5 * pow(2 * 16.01 / (double)n, share);
        double const u = (i % PLACES + 0.5) / PLACES - 0.5, tail = 0.5 - fabs(u);
        struct law const law = law_of(n, p);
        struct hat const hat = hat_of(&law, p);
        double const k = place(&law, (2 * hat.a / tail + hat.b) * u);
        bool const possible = k >= 0 && k <= law.n;
        double const slope = hat.a / (tail * tail) + hat.b;
        double const taken = possible ? slope * probability(&law, k) / hat.height : 0;
        assert_true(taken <= 1);
        assert_true(taken >= hat.sure || fabs(u) > CENTRE);
    }
}

/* ---- many tries ---------------------------------------------------------------------------- */

/* Standardised: mean 0 and variance 1, both within LIMIT of their errors; so that 1 % of a standard
 * deviation shows in either. The variance of the variance takes 3 + excess for the fourth moment.
 */
static void check_moments(int64_t n, double p)
{
    enum { DRAWS = 1 << 20 };
    long double const mean = (long double)n * p, variance = mean * (1 - (long double)p);
    double const fourth = (double)(3 + (1 - 6 * p * (1 - (long double)p)) / variance);
    double sum = 0, square = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct binomial_source const source = source_of(i);
        long double const k = (long double)draw(&source, n, p);
        double const x = (double)((k - mean) / sqrtl(variance));
        sum += x;
        square += x * x;
    }
    double const z = sum / sqrt(DRAWS);
    double const spread = (square - DRAWS) / sqrt((fourth - 1) * DRAWS);
    if (fabs(z) > LIMIT || fabs(spread) > LIMIT)
        fail_msg("n = %lld, p = %g: %g, %g", (long long)n, p, z, spread);
}

static void mean_and_variance_of_many_tries_are_right(void **state)
{
    (void)state;
    int64_t const n = (int64_t)1 << 40;
    double const chances[] = {1e-12, 1.4e-11, 1.5e-11, 1e-6, 0.1, 0.5, 0.75, 1 - 1e-9};
    for (int i = 0; i < 8; i++)
        check_moments(n, chances[i]);
    check_moments(HUGE_N, 0.5);
    check_moments(HUGE_N, 1.0 / 3);
    check_moments(HUGE_N, 0.9);
}

/* At n = 2^40 and beyond the law is normal but for 1e-6: all 128 parts of it get their share. */
static void check_normal(int64_t n, double p)
{
    enum { DRAWS = 1 << 20, PARTS = 128 };
    static struct exact even;
    int64_t drawn[PARTS] = {0};
    long double const mean = (long double)n * p, sigma = sqrtl(mean * (1 - (long double)p));
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct binomial_source const source = source_of(i);
        long double const k = (long double)draw(&source, n, p);
        double const part = PARTS * 0.5 * erfc((double)((mean - k) / sigma) / sqrt(2));
        drawn[part < PARTS ? (int)part : PARTS - 1]++;
    }
    even.n = PARTS;
    for (int i = 0; i < PARTS; i++)
        even.p[i] = 1.0L / PARTS;
    assert_true(fabs(deviation(&even, drawn, DRAWS)) < LIMIT);
}

static void many_tries_are_normal(void **state)
{
    (void)state;
    check_normal((int64_t)1 << 40, 0.5);
    check_normal((int64_t)1 << 40, 0.2);
    check_normal(HUGE_N, 0.5);
    check_normal(HUGE_N, 0.7);
}

/* ---- edges --------------------------------------------------------------------------------- */

static void nothing_and_all_are_certain(void **state)
{
    (void)state;
    int64_t const tries[] = {0, 1, 2, 100, 127, 128, 1000000, HUGE_N};
    for (uint64_t i = 0; i < 8000; i++) {
        struct binomial_source const source = source_of(i);
        int64_t const n = tries[i % 8];
        assert_int_equal(draw(&source, n, 0.0), 0);
        assert_int_equal(draw(&source, n, -0.0), 0);
        assert_int_equal(draw(&source, n, 1.0), n);
        assert_int_equal(draw(&source, n, (double)NAN), 0);
    }
}

static void the_tiniest_chances_do_not_come(void **state)
{
    (void)state;
    int64_t const tries[] = {1, 2, 15, 16, 127, 128, 1000000, HUGE_N};
    double const chances[] = {1e-300, 0x1p-1074, 1e-40};
    uint64_t const words[] = {0, 1, UINT64_MAX - 1, UINT64_MAX, 1ull << 63};
    struct binomial_source const source = source_of(0);
    for (int i = 0; i < 8 * 3 * 5; i++) {
        int64_t const n = tries[i / 15];
        assert_int_equal(binomial_draw(&source, words[i % 5], n, chances[i / 5 % 3]), 0);
    }
}

static void the_last_try_may_fail_when_all_but_do(void **state)
{
    (void)state;
    int64_t failed = 0;
    for (uint64_t i = 0; i < 1 << 16; i++) {
        struct binomial_source const source = source_of(i);
        failed += HUGE_N - draw(&source, HUGE_N, 1 - 0x1p-53);
    }
    /* Poisson's law with mean 1/2, 65,536 times: 32,768 with deviation 181. */
    assert_true(failed > 32768 - 4 * 181 && failed < 32768 + 4 * 181);
}

/* Whatever the words are, also the first and last of all. */
static void draws_lie_between_none_and_all(void **state)
{
    (void)state;
    uint64_t const words[] = {0, 1, 2047, 2048, 1ull << 63, UINT64_MAX - 2048, UINT64_MAX};
    double const chances[] = {0x1p-1074, 1e-15, 1e-3, 0.126, 0.499, 0.5, 0.501, 0.9, 1 - 0x1p-53};
    struct binomial_source const source = source_of(0);
    for (int64_t n = 1; n <= HUGE_N; n += 1 + n / 7) {
        for (int i = 0; i < 9 * 7; i++) {
            int64_t const k = binomial_draw(&source, words[i % 7], n, chances[i / 7]);
            assert_true(k >= 0 && k <= n);
        }
    }
}

/* ---- addresses ----------------------------------------------------------------------------- */

static void every_part_of_a_source_counts(void **state)
{
    (void)state;
    struct binomial_source const one = {1, 2, 3, 4};
    struct binomial_source const others[] = {
        {2, 2, 3, 4}, {1, 3, 3, 4}, {1, 2, 4, 4}, {1, 2, 3, 5}, {1, 2, 3, 1ull << 40 | 4}};
    int64_t const k = draw(&one, HUGE_N, 0.5);
    for (int i = 0; i < 5; i++)
        assert_int_not_equal(k, draw(&others[i], HUGE_N, 0.5));
    assert_int_equal(k, draw(&one, HUGE_N, 0.5));
}

/* Of any compiler and processor, since a stored run must replay. */
static void draws_never_change(void **state)
{
    (void)state;
    enum { DRAWS = 40000 };
    static int64_t drawn[DRAWS];
    int64_t const tries[] = {1, 7, 90, 127, 128, 5000, 3000000, 1ll << 41, HUGE_N, 300};
    double const chances[] = {0.5, 0.3, 1e-3, 0.77, 0x1p-44, 0.1, 0.95};
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct binomial_source const source = source_of(i);
        drawn[i] = draw(&source, tries[i % 10], chances[i % 7]);
    }
    char text[DIGEST_TEXT];
    assert_string_equal(digest_format(text, digest_bytes(drawn, sizeof(drawn))),
                        "3e7a7fd4fe7ff0e2d31d9950f5debe3d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_tries_have_their_law),
        cmocka_unit_test(few_expected_of_many_tries_have_their_law),
        cmocka_unit_test(many_expected_have_their_law),
        cmocka_unit_test(tiny_chances_of_most_tries_have_their_law),
        cmocka_unit_test(probabilities_are_met),
        cmocka_unit_test(probabilities_of_most_tries_are_met),
        cmocka_unit_test(the_hat_covers_the_law_and_its_centre_lies_within),
        cmocka_unit_test(mean_and_variance_of_many_tries_are_right),
        cmocka_unit_test(many_tries_are_normal),
        cmocka_unit_test(nothing_and_all_are_certain),
        cmocka_unit_test(the_tiniest_chances_do_not_come),
        cmocka_unit_test(the_last_try_may_fail_when_all_but_do),
        cmocka_unit_test(draws_lie_between_none_and_all),
        cmocka_unit_test(every_part_of_a_source_counts),
        cmocka_unit_test(draws_never_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
