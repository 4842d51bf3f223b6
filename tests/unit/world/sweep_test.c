#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/workers.h"
#include "gyre/real.h"
#include "world/random.h"
#include "world/sweep.h"

/* More than the parts whose sums are kept at once, and a rest. */
enum { MOST = 257 * WORKERS_GRAIN + 12345 };

static double *x, *y, *out, *again;

static int prepare(void **state)
{
    (void)state;
    x = malloc(sizeof *x * MOST);
    y = malloc(sizeof *y * MOST);
    out = malloc(sizeof *out * MOST);
    again = malloc(sizeof *again * MOST);
    assert_true(x && y && out && again);
    random_words(3, 0, 0, 0, MOST, (uint64_t *)(void *)again);
    for (int64_t i = 0; i < MOST; i++) {
        uint64_t word;
        memcpy(&word, &again[i], sizeof word);
        x[i] = random_unit(word);
        y[i] = random_unit(word * 0x9e3779b97f4a7c15u);
    }
    return 0;
}

static int clear(void **state)
{
    (void)state;
    free(x);
    free(y);
    free(out);
    free(again);
    return 0;
}

static const int64_t sizes[] = {
    0, 1, 15, 16, 17, 1000, WORKERS_GRAIN, WORKERS_GRAIN + 1, 3 * WORKERS_GRAIN + 7, MOST};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void one_part_has_the_kernel_s_bits(void **state)
{
    (void)state;
    for (int i = 0; sizes[i] <= WORKERS_GRAIN; i++) {
        assert_true(sweep_sum(2, x, sizes[i]) == gyre_total(x, sizes[i]));
        assert_true(sweep_dot(2, x, y, sizes[i]) == gyre_dot(x, y, sizes[i]));
    }
}

static void sums_are_the_same_for_any_number_of_threads(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        int64_t const n = sizes[i];
        double const sum = sweep_sum(1, x, n), dot = sweep_dot(1, x, y, n);
        double product = -1, copied = -1, other = -1;
        long double exact = 0;
        for (int64_t j = 0; j < n; j++)
            exact += x[j];
        assert_true(fabsl(sum - exact) <= 1e-13L * (exact + 1));
        assert_true(sweep_weigh(1, out, x, y, n, &product));
        assert_true(sweep_copy(1, again, x, n, &copied));
        assert_true(product == dot && copied == sum);
        assert_memory_equal(again, x, sizeof *x * (size_t)n);
        for (int workers = 2; workers <= 5; workers++) {
            assert_true(sweep_sum(workers, x, n) == sum);
            assert_true(sweep_dot(workers, x, y, n) == dot);
            assert_true(sweep_weigh(workers, again, x, y, n, &other) && other == product);
            assert_memory_equal(again, out, sizeof *out * (size_t)n);
        }
    }
}

/* The kernel's, block by block. */
static void blocks_are_summed_each_by_itself(void **state)
{
    (void)state;
    static double sums[4 * WORKERS_GRAIN / SWEEP_BLOCK];
    static const int64_t lengths[] = {1, 17, SWEEP_BLOCK, SWEEP_BLOCK + 1, 3 * WORKERS_GRAIN + 7};
    for (int i = 0; i < 5; i++)
        for (int workers = 1; workers <= 3; workers++) {
            int64_t const n = lengths[i];
            memset(sums, 0, sizeof sums);
            assert_true(sweep_look(workers, x, n, sums));
            for (int64_t at = 0; at < n; at += SWEEP_BLOCK)
                assert_true(sums[at / SWEEP_BLOCK] ==
                            gyre_total(x + at, n - at < SWEEP_BLOCK ? n - at : SWEEP_BLOCK));
            assert_true(sums[(n - 1) / SWEEP_BLOCK + 1] == 0);
        }
}

static void each_number_is_done_once(void **state)
{
    (void)state;
    int64_t const n = 3 * WORKERS_GRAIN + 7;
    sweep_scale(3, out, x, 3, n);
    for (int64_t i = 0; i < n; i++)
        assert_true(out[i] == 3 * x[i]);
    sweep_log(3, out, x, n);
    for (int64_t i = 0; i < n; i += 1001)
        assert_true(out[i] == gyre_log(x[i]));
    sweep_exp(3, out, x, n);
    for (int64_t i = 0; i < n; i += 1001)
        assert_true(out[i] == gyre_exp(x[i]));
}

/* Wherever it stands, and in lanes that are not full. */
static void what_is_no_weight_is_found(void **state)
{
    (void)state;
    static const double bad[] = {-1e-300, (double)NAN, (double)INFINITY, -(double)INFINITY};
    int64_t const n = WORKERS_GRAIN + 5;
    static const int64_t places[] = {
        0, 7, 4095, WORKERS_GRAIN - 1, WORKERS_GRAIN, WORKERS_GRAIN + 4};
    double sum, sums[WORKERS_GRAIN / SWEEP_BLOCK + 1];
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (int j = 0; j < 4; j++) {
            double const good = x[places[i]];
            x[places[i]] = bad[j];
            assert_false(sweep_copy(2, out, x, n, &sum));
            assert_false(sweep_weigh(2, out, x, y, n, &sum));
            assert_false(sweep_look(2, x, n, sums));
            assert_true(sweep_weigh(2, out, y, x, 0, &sum));
            x[places[i]] = -0.0;
            assert_true(sweep_copy(2, out, x, n, &sum));
            assert_true(sweep_look(2, x, n, sums));
            x[places[i]] = good;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_part_has_the_kernel_s_bits),
        cmocka_unit_test(sums_are_the_same_for_any_number_of_threads),
        cmocka_unit_test(blocks_are_summed_each_by_itself),
        cmocka_unit_test(each_number_is_done_once),
        cmocka_unit_test(what_is_no_weight_is_found),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
