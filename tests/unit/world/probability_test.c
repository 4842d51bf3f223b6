#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/workers.h"
#include "gyre/real.h"
#include "world/kernel.h"
#include "world/probability.h"
#include "world/random.h"

/* More than the parts whose sums are kept at once, and a rest. */
enum { MOST = 257 * WORKERS_GRAIN + 123, KERNELS = 3 };

static const char *const names[KERNELS] = {"sse2", "avx2", "avx512"};
static double *p, *weight;

/* Of all sizes from 2^-40 to 1, every ninth 0. */
static int prepare(void **state)
{
    (void)state;
    p = malloc(sizeof *p * MOST);
    weight = malloc(sizeof *weight * MOST);
    assert_true(p && weight);
    for (int64_t i = 0; i < MOST; i++) {
        uint64_t const word = random_word(11, 0, 0, (uint64_t)i);
        p[i] = word % 9 == 0 ? 0 : ldexp(random_unit(word), -(int)(word % 40));
        weight[i] = random_unit(word * 0x9e3779b97f4a7c15u);
    }
    return 0;
}

static int clear(void **state)
{
    (void)state;
    free(p);
    free(weight);
    return 0;
}

static double entropy_of_one(const struct kernel *kernel, double x)
{
    double alike = -1;
    double const entropy = kernel->entropy(&x, 1, &alike);
    assert_true(alike == x * x);
    return entropy;
}

static void hold_to_the_bound(const struct kernel *kernel, double x)
{
    long double const exact = -(long double)x * logl((long double)x);
    long double const ulp = exact > 0 ? ldexpl(1, ilogbl(exact) - 52) : 0;
    assert_true(fabsl(entropy_of_one(kernel, x) - exact) <= 4 * ulp);
}

static void logarithms_are_within_their_bound(void **state)
{
    (void)state;
    for (int k = 0; k < KERNELS; k++) {
        const struct kernel *kernel = kernel_find(names[k]);
        for (uint64_t i = 0; kernel && i < 300000; i++) {
            double const u = 1 - random_unit(random_word(12, 0, 0, i));
            hold_to_the_bound(kernel, i % 3 ? u : ldexp(u, -(int)(i % 1000)));
            if (u < 1)
                hold_to_the_bound(kernel, 1 - ldexp(u, -(int)(i % 50)));
        }
        assert_true(!kernel || entropy_of_one(kernel, 1) == 0);
    }
}

/* Nodes are half a step apart from where one takes over from the next. */
static void borders_between_nodes_are_no_worse(void **state)
{
    (void)state;
    for (int k = 0; k < KERNELS; k++) {
        const struct kernel *kernel = kernel_find(names[k]);
        for (uint64_t i = 0; kernel && i <= 32; i++) {
            double const border = gyre_real_of_bits(0x3fe0800000000000u + (i << 48));
            for (double x = nextafter(border, 0); x < 1 && x <= nextafter(border, 1);
                 x = nextafter(x, 1))
                hold_to_the_bound(kernel, x);
        }
    }
}

static void what_is_not_there_counts_nothing(void **state)
{
    (void)state;
    double const none[5] = {0, -0.0, 0x1p-1074, 0x1p-1030, 0};
    for (int k = 0; k < KERNELS; k++) {
        double alike = -1;
        const struct kernel *kernel = kernel_find(names[k]);
        if (!kernel)
            continue;
        assert_true(fabs(kernel->entropy(none, 5, &alike)) < 0x1p-1000 && alike == 0);
        assert_true(kernel->entropy(none, 0, &alike) == 0 && alike == 0);
        assert_true(kernel->covered(none, 1, none, 0) == 0);
    }
}

static void all_kernels_add_in_the_lanes_of_gyre_total(void **state)
{
    (void)state;
    static double term[1000];
    for (int64_t n = 0; n <= 1000; n += n < 40 ? 1 : 96) {
        double alike[KERNELS] = {0};
        for (int64_t i = 0; i < n; i++)
            term[i] = p[i] >= 0x1p-7 ? weight[i] : 0;
        for (int k = 0; k < KERNELS; k++) {
            const struct kernel *kernel = kernel_find(names[k]);
            if (!kernel)
                continue;
            assert_true(kernel->entropy(p, n, &alike[k]) ==
                        probability_entropy(1, p, n, &alike[0]));
            assert_true(alike[k] == gyre_dot(p, p, n));
            assert_true(kernel->covered(p, 0x1p-7, weight, n) == gyre_total(term, n));
        }
        for (int64_t i = 0; i < n; i++)
            term[i] = entropy_of_one(kernel_get(), p[i]);
        assert_true(probability_entropy(1, p, n, &alike[0]) == gyre_total(term, n));
    }
}

/* Small counts and large ones, of which vectors make different things. */
static uint32_t count_at(int64_t i)
{
    uint64_t const word = random_word(13, 0, 0, (uint64_t)i);
    return (uint32_t)(word % 11 == 0 ? word >> 32 : word >> 8 & 15);
}

static void what_is_counted_is_moved_toward(void **state)
{
    (void)state;
    static double row[1001];
    static uint32_t count[1001];
    static const double rates[] = {0, 0.3, 0.5, 1};
    for (int64_t n = 0; n <= 1000; n += n < 40 ? 1 : 96)
        for (int k = 0; k < KERNELS * 4 && kernel_find(names[k / 4]); k++) {
            double const rate = rates[k % 4];
            for (int64_t i = 0; i <= n; i++) {
                row[i] = p[i];
                count[i] = count_at(i);
            }
            kernel_find(names[k / 4])->move(row, count, 49, rate, n);
            for (int64_t i = 0; i < n; i++)
                assert_true(row[i] == (1 - rate) * p[i] + rate * ((double)count[i] / 49));
            assert_true(row[n] == p[n]);
        }
}

static void at_the_least_is_covered(void **state)
{
    (void)state;
    double const x[3] = {0.25, nextafter(0.25, 0), 0.5}, one[3] = {1, 2, 4};
    for (int k = 0; k < KERNELS; k++)
        assert_true(!kernel_find(names[k]) || kernel_find(names[k])->covered(x, 0.25, one, 3) == 5);
}

/* What a sum of all makes of all that is moved. */
static double moved_by(int workers, int64_t n)
{
    double *row = malloc(sizeof *row * (size_t)n);
    uint32_t *count = malloc(sizeof *count * (size_t)n);
    assert_true(row && count);
    for (int64_t i = 0; i < n; i++) {
        row[i] = p[i];
        count[i] = (uint32_t)i % 23;
    }
    probability_move(workers, row, count, 100, 0.5, n);
    double const sum = gyre_dot(row, weight, n);
    free(row);
    free(count);
    return sum;
}

static void long_arrays_are_the_same_for_any_number_of_threads(void **state)
{
    (void)state;
    static const int64_t sizes[] = {WORKERS_GRAIN, WORKERS_GRAIN + 1, 3 * WORKERS_GRAIN + 7, MOST};
    for (int s = 0; s < 4; s++) {
        int64_t const n = sizes[s];
        double alike = 0, again = 0;
        double const entropy = probability_entropy(1, p, n, &alike);
        double const covered = probability_covered(1, p, 0x1p-7, weight, n);
        long double exact = 0, some = 0, squares = 0;
        for (int64_t i = 0; i < n; i++) {
            exact -= p[i] > 0 ? (long double)p[i] * logl((long double)p[i]) : 0;
            some += p[i] >= 0x1p-7 ? weight[i] : 0;
            squares += (long double)p[i] * p[i];
        }
        assert_true(fabsl(entropy - exact) <= 1e-14L * exact);
        assert_true(fabsl(covered - some) <= 1e-14L * some);
        assert_true(fabsl(alike - squares) <= 1e-14L * squares);
        for (int workers = 2; workers <= 5; workers++) {
            assert_true(moved_by(workers, n) == moved_by(1, n));
            assert_true(probability_entropy(workers, p, n, &again) == entropy && again == alike);
            assert_true(probability_covered(workers, p, 0x1p-7, weight, n) == covered);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logarithms_are_within_their_bound),
        cmocka_unit_test(borders_between_nodes_are_no_worse),
        cmocka_unit_test(what_is_not_there_counts_nothing),
        cmocka_unit_test(all_kernels_add_in_the_lanes_of_gyre_total),
        cmocka_unit_test(what_is_counted_is_moved_toward),
        cmocka_unit_test(at_the_least_is_covered),
        cmocka_unit_test(long_arrays_are_the_same_for_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
