#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gyre/real.h"
#include "world/kernel.h"
#include "world/random.h"

/* Rows are wider than they are long, and what stands between them is to stay. */
enum { ROWS = 11, INNER = 13, LONG = 150, STEP = LONG + 3, SIZES = 8 };

static const char *const names[] = {"sse2", "avx2", "avx512"};
static const int64_t lengths[SIZES] = {0, 1, 7, 8, 15, 33, 64, LONG};
static const int64_t counts[] = {0, 1, 2, 3, 4, 5, 8, ROWS};

static double a[ROWS * STEP], x[INNER * STEP], before[ROWS * STEP], want[ROWS * STEP],
    got[ROWS * STEP];

static int fill(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < ROWS * STEP; i++) {
        a[i] = random_unit(random_word(1, 0, 0, i)) - 0.5;
        before[i] = random_unit(random_word(1, 0, 1, i));
    }
    for (uint64_t i = 0; i < INNER * STEP; i++)
        x[i] = ldexp(random_unit(random_word(1, 0, 2, i)) - 0.5, (int)(i % 9));
    return 0;
}

static void expect_wanted(const struct kernel *kernel, const char *what, int64_t rows, int64_t n)
{
    if (memcmp(got, want, sizeof got) != 0)
        fail_msg("%s of %s, %lld rows of %lld", what, kernel->name, (long long)rows, (long long)n);
}

static void expect_combined(const struct kernel *kernel, int64_t rows, int64_t inner, int64_t n)
{
    gyre_matrix const left = {a, rows, inner, STEP}, right = {x, inner, n, STEP};
    memcpy(want, before, sizeof want);
    memcpy(got, before, sizeof got);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < inner; j++)
                want[r * STEP + i] += a[r * STEP + j] * x[j * STEP + i];
    kernel->combine(&left, &right, got, STEP);
    expect_wanted(kernel, "combine", rows, n);
}

static void expect_projected(const struct kernel *kernel, int64_t rows, int64_t inner, int64_t n)
{
    gyre_matrix const left = {a, rows, n, STEP}, right = {x, inner, n, STEP};
    memcpy(want, before, sizeof want);
    memcpy(got, before, sizeof got);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t j = 0; j < inner; j++)
            want[r * STEP + j] += gyre_dot(a + r * STEP, x + j * STEP, n);
    kernel->project(&left, &right, got, STEP);
    expect_wanted(kernel, "project", rows, n);
}

/* Of any size: whatever the tiles are, and whatever is left over beside them. */
static void products_have_the_bits_of_plain_sums_in_order(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++) {
        const struct kernel *const kernel = kernel_find(names[k]);
        for (int i = 0; kernel && i < SIZES * SIZES * 4; i++) {
            static const int64_t inner[] = {0, 1, 6, INNER};
            int64_t const rows = counts[i % SIZES], n = lengths[i / SIZES % SIZES];
            expect_combined(kernel, rows, inner[i / SIZES / SIZES], n);
            expect_projected(kernel, rows, inner[i / SIZES / SIZES], n);
        }
    }
}

static void exp_is_that_of_real_h(void **state)
{
    (void)state;
    static const double edges[] = {0,       -0.0,    1,     -1,     709.7,    709.8,    -708.4,
                                   -745.13, -745.14, 1e300, -1e300, INFINITY, -INFINITY};
    double out[LONG + 1];
    for (int k = 0; k < 3; k++) {
        const struct kernel *const kernel = kernel_find(names[k]);
        for (int64_t n = 0; kernel && n <= LONG; n++) {
            memcpy(out, a, sizeof out);
            memcpy(out, edges,
                   sizeof edges < sizeof *out * (size_t)n ? sizeof edges : sizeof *out * (size_t)n);
            memcpy(got, out, sizeof out);
            kernel->exp(out, out, n);
            for (int64_t i = 0; i < n; i++)
                assert_true(gyre_real_bits(out[i]) == gyre_real_bits(gyre_exp(got[i])));
            assert_true(gyre_real_bits(out[n]) == gyre_real_bits(got[n]));
        }
    }
}

static void exp_of_no_number_is_none(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++) {
        double out[9];
        for (int i = 0; i < 9; i++)
            out[i] = (double)NAN;
        if (!kernel_find(names[k]))
            continue;
        kernel_find(names[k])->exp(out, out, 9);
        for (int i = 0; i < 9; i++)
            assert_true(isnan(out[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_have_the_bits_of_plain_sums_in_order),
        cmocka_unit_test(exp_is_that_of_real_h),
        cmocka_unit_test(exp_of_no_number_is_none),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
