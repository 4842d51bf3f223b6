#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gyre/real.h"
#include "world/distinct.h"
#include "world/kernel.h"
#include "world/random.h"

enum { LONGEST = 1000, KERNELS = 3, LENGTHS = 9 };

static const char *const names[KERNELS] = {"sse2", "avx2", "avx512"};
static const int64_t lengths[LENGTHS] = {0, 1, 7, 15, 16, 17, 100, 999, LONGEST};

/* Everything that a kernel writes or returns, for one length; one more entry than that shows
 * whether it writes beyond. */
struct outcome {
    uint64_t words[LONGEST + 1], each[LONGEST + 1];
    uint32_t count[LONGEST + 1], found[LONGEST + 16], times[LONGEST + 16];
    double share[LONGEST + 16], packed[LONGEST + 16];
    uint32_t index[LONGEST + 16];
    int64_t taken, positive;
    double scaled[LONGEST + 1], blended[LONGEST + 1], product[LONGEST + 1];
    double weighed[LONGEST + 1], copied[LONGEST + 1], shifted[LONGEST + 1], sums[4];
    int64_t high[LONGEST + 1], low[LONGEST + 1];
    double sum, dot;
};

static double x[LONGEST + 1], y[LONGEST + 1];

/* Sizes from 2^-120 to 1, and some that are 0 or -0. */
static int fill(void **state)
{
    (void)state;
    for (uint64_t i = 0; i <= LONGEST; i++) {
        uint64_t const word = random_word(1, 0, 0, i);
        x[i] = word % 9 == 0 ? 0 : ldexp(random_unit(word), -(int)(word % 120));
        y[i] = word % 7 == 0 ? -0.0 : random_unit(word * word);
    }
    return 0;
}

/* Counts from 0 to 6, some of each. What is written beyond the counts taken is not looked at. */
static void take(const struct kernel *kernel, int64_t n, struct outcome *out)
{
    for (int64_t i = 0; i <= n; i++)
        out->count[i] = (uint32_t)(y[i] * 1000) % 7;
    struct distinct const d = {out->count, out->found, out->times, out->share};
    out->taken = kernel->take(&d, n, 0.3);
    memset(out->found + out->taken, 0, sizeof(out->found) - 4 * (size_t)out->taken);
    memset(out->times + out->taken, 0, sizeof(out->times) - 4 * (size_t)out->taken);
    memset(out->share + out->taken, 0, sizeof(out->share) - 8 * (size_t)out->taken);
}

/* The same of what is positive. */
static void pack(const struct kernel *kernel, int64_t n, struct outcome *out)
{
    out->positive = kernel->pack(x, n, out->packed, out->index);
    memset(out->packed + out->positive, 0, sizeof(out->packed) - 8 * (size_t)out->positive);
    memset(out->index + out->positive, 0, sizeof(out->index) - 4 * (size_t)out->positive);
}

static void run(const struct kernel *kernel, int64_t n, struct outcome *out)
{
    memset(out, 0, sizeof(*out));
    kernel->words(1, 2, 3, 4, n, out->words);
    kernel->words_each(1, 2, 3, 4, 1000, n / 3, 3, out->each);
    take(kernel, n, out);
    pack(kernel, n, out);
    kernel->scale(out->scaled, x, 1.0 / 3, n);
    kernel->blend(out->blended, x, y, 0.3, n);
    kernel->multiply(out->product, x, y, n);
    kernel->weigh(out->weighed, x, y, n, &out->sums[0]);
    kernel->copy(out->copied, x, n, &out->sums[1]);
    assert_true(kernel->look(x, n, &out->sums[3]));
    memcpy(out->shifted, x, sizeof *x * (size_t)n);
    out->sums[2] = kernel->shift(out->shifted, out->shifted, y, x, n);
    out->sum = kernel->sum(x, n);
    out->dot = kernel->dot(x, y, n);
    for (int i = 0; i < 20; i++) {
        assert_true(kernel->sum_add(out->high, out->low, x, 1.0 / (i + 1), n));
        kernel->sum_add(out->high, out->low, y, -0.01 * i, n);
        if (i == 10 || i == 19)
            kernel->sum_carry(out->high, out->low, n);
    }
}

static void all_kernels_give_the_same_bits(void **state)
{
    (void)state;
    static struct outcome first, other;
    for (int i = 0; i < LENGTHS; i++) {
        run(kernel_find("sse2"), lengths[i], &first);
        for (int k = 1; k < KERNELS; k++) {
            if (kernel_find(names[k]) == NULL)
                continue;
            run(kernel_find(names[k]), lengths[i], &other);
            assert_memory_equal(&first, &other, sizeof(first));
        }
    }
}

static void arrays_are_what_plain_c_makes_of_them(void **state)
{
    (void)state;
    static struct outcome out;
    run(kernel_find("sse2"), LONGEST, &out);
    for (int i = 0; i < LONGEST; i++) {
        double const third = 1.0 / 3, rest = 1 - 0.3;
        assert_true(out.scaled[i] == third * x[i]);
        assert_true(out.blended[i] == rest * x[i] + 0.3 * y[i]);
        assert_true(out.product[i] == x[i] * y[i]);
        assert_true(out.weighed[i] == x[i] * y[i] && out.copied[i] == x[i]);
        assert_true(out.shifted[i] == x[i] * y[i] + x[i]);
    }
    assert_true(out.sum == gyre_total(x, LONGEST) && out.sum > 0);
    assert_true(out.dot == gyre_dot(x, y, LONGEST) && out.dot > 0);
    assert_true(out.sums[0] == out.dot && out.sums[1] == out.sum);
    assert_true(out.sums[3] == out.sum);
    assert_true(out.sums[2] == gyre_total(out.shifted, LONGEST));
}

static void nothing_is_written_beyond_the_end(void **state)
{
    (void)state;
    static struct outcome out;
    for (int k = 0; k < KERNELS; k++) {
        for (int i = 0; kernel_find(names[k]) != NULL && i < LENGTHS; i++) {
            int64_t const n = lengths[i];
            run(kernel_find(names[k]), n, &out);
            assert_int_equal(out.words[n], 0);
            assert_int_equal(out.each[n / 3 * 3], 0);
            assert_int_equal(out.count[n], (uint32_t)(y[n] * 1000) % 7);
            assert_true(out.scaled[n] == 0 && out.blended[n] == 0 && out.product[n] == 0);
            assert_true(out.weighed[n] == 0 && out.copied[n] == 0 && out.shifted[n] == 0);
            assert_true(out.high[n] == 0 && out.low[n] == 0);
        }
    }
}

static void results_may_replace_what_they_are_made_of(void **state)
{
    (void)state;
    double want[LONGEST], got[LONGEST];
    for (int k = 0; k < KERNELS; k++) {
        const struct kernel *const kernel = kernel_find(names[k]);
        if (kernel == NULL)
            continue;
        kernel->blend(want, x, y, 0.3, LONGEST);
        memcpy(got, x, sizeof(got));
        kernel->blend(got, got, y, 0.3, LONGEST);
        assert_memory_equal(got, want, sizeof(got));
        memcpy(got, y, sizeof(got));
        kernel->blend(got, x, got, 0.3, LONGEST);
        assert_memory_equal(got, want, sizeof(got));
        kernel->multiply(want, x, y, LONGEST);
        memcpy(got, y, sizeof(got));
        kernel->multiply(got, x, got, LONGEST);
        assert_memory_equal(got, want, sizeof(got));
        kernel->scale(want, x, 0.1, LONGEST);
        memcpy(got, x, sizeof(got));
        kernel->scale(got, got, 0.1, LONGEST);
        assert_memory_equal(got, want, sizeof(got));
    }
}

static void counts_above_0_are_taken_in_order(void **state)
{
    (void)state;
    static struct outcome out;
    int64_t k = 0;
    run(kernel_find("sse2"), LONGEST, &out);
    for (uint32_t i = 0; i < LONGEST; i++) {
        uint32_t const count = (uint32_t)(y[i] * 1000) % 7;
        assert_int_equal(out.count[i], 0);
        if (count == 0)
            continue;
        assert_int_equal(out.found[k], i);
        assert_true(out.share[k] == count * 0.3);
        assert_int_equal(out.times[k++], count);
    }
    assert_int_equal(out.taken, k);
    assert_in_range(k, LONGEST / 2, LONGEST - 1);
}

static void what_is_positive_is_packed_in_order(void **state)
{
    (void)state;
    static struct outcome out;
    int64_t k = 0;
    run(kernel_find("sse2"), LONGEST, &out);
    for (uint32_t i = 0; i < LONGEST; i++)
        if (x[i] > 0) {
            assert_int_equal(out.index[k], i);
            assert_true(out.packed[k++] == x[i]);
        }
    assert_int_equal(out.positive, k);
    assert_in_range(k, LONGEST / 2, LONGEST - 1);
}

static bool adds(const struct kernel *kernel, const double *w, int64_t n)
{
    int64_t high[40] = {0}, low[40] = {0};
    return kernel->sum_add(high, low, w, 0x1p-1000, n);
}

static void check_is_weight(const struct kernel *kernel)
{
    double const good[] = {0, -0.0, 0x1p-1074, 0x1.fffffffffffffp1023, 1};
    double const bad[] = {-1, -0x1p-1074, INFINITY, -INFINITY, NAN, -NAN, -1e308};
    double w[40];
    for (int i = 0; i < 40; i++)
        w[i] = good[i % 5];
    for (int64_t n = 0; n <= 40; n++)
        assert_true(kernel->is_weight(w, n) && adds(kernel, w, n));
    for (int i = 0; i < 40; i++) {
        for (int j = 0; j < 7; j++) {
            w[i] = bad[j];
            assert_false(kernel->is_weight(w, 40) || adds(kernel, w, 40));
            assert_false(kernel->is_weight(w, i + 1) || adds(kernel, w, i + 1));
            assert_true(kernel->is_weight(w, i) && adds(kernel, w, i));
        }
        w[i] = 1;
    }
}

static void weights_are_finite_and_not_below_0(void **state)
{
    (void)state;
    for (int k = 0; k < KERNELS; k++) {
        if (kernel_find(names[k]) != NULL)
            check_is_weight(kernel_find(names[k]));
    }
}

static void kernels_are_found_by_name(void **state)
{
    (void)state;
    assert_non_null(kernel_find("sse2"));
    for (int k = 0; k < KERNELS; k++) {
        if (kernel_find(names[k]) != NULL)
            assert_string_equal(kernel_find(names[k])->name, names[k]);
    }
    assert_null(kernel_find("avx"));
    assert_null(kernel_find(""));
}

static void the_kernel_used_is_the_one_got(void **state)
{
    (void)state;
    assert_true(kernel_use("sse2"));
    assert_ptr_equal(kernel_get(), kernel_find("sse2"));
    assert_false(kernel_use("mmx"));
    assert_ptr_equal(kernel_get(), kernel_find("sse2"));
    for (int k = 0; k < KERNELS; k++) {
        assert_true(kernel_use(names[k]) == (kernel_find(names[k]) != NULL));
        if (kernel_find(names[k]) != NULL)
            assert_ptr_equal(kernel_get(), kernel_find(names[k]));
    }
}

/* The kernel that another process of this program chooses with GYRE_VECTOR set to `wish`. */
static const char *chosen_with(const char *wish, char out[32])
{
    char path[4096] = "", command[4200];
    assert_true(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
    snprintf(command, sizeof(command), "'%s' name", path);
    assert_int_equal(wish == NULL ? unsetenv("GYRE_VECTOR") : setenv("GYRE_VECTOR", wish, 1), 0);
    FILE *const pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%31s", out), 1);
    pclose(pipe);
    return out;
}

static void the_environment_names_the_best_to_use(void **state)
{
    (void)state;
    char out[32], best[32];
    chosen_with(NULL, best);
    assert_string_equal(chosen_with("sse2", out), "sse2");
    for (int k = 0; k < KERNELS; k++) {
        if (kernel_find(names[k]) != NULL)
            assert_string_equal(chosen_with(names[k], out), names[k]);
    }
    assert_string_equal(chosen_with("avx512", out), best);
    assert_string_equal(chosen_with("abacus", out), best);
    assert_string_equal(chosen_with("", out), best);
}

/* Of what is said alone, or of all; at every length, and nothing behind it. */
static void check_ratios(const struct kernel *kernel, const double *said, int64_t n)
{
    double out[LONGEST + 1], largest = 0;
    bool even = true;
    for (int64_t i = 0; i < n; i++)
        largest = (!said || said[i] > 0) && x[i] > largest ? x[i] : largest;
    assert_true(kernel->most(x, said, n) == largest);
    double const most = largest > 0 ? largest : 1;
    for (int64_t i = 0; i < n; i++)
        even = even && (x[i] >= most || !(!said || said[i] > 0));
    out[n] = -1;
    assert_int_equal(kernel->ratio(out, x, said, most, n), even);
    for (int64_t i = 0; i < n; i++)
        assert_true(out[i] == (x[i] / most < 1 ? x[i] / most : 1));
    assert_true(out[n] == -1);
}

static void ratios_are_to_the_most_of_what_is_said(void **state)
{
    (void)state;
    for (int k = 0; k < KERNELS; k++) {
        const struct kernel *const kernel = kernel_find(names[k]);
        for (int i = 0; kernel && i < LENGTHS; i++) {
            check_ratios(kernel, NULL, lengths[i]);
            check_ratios(kernel, y, lengths[i]);
        }
    }
}

static void all_that_is_said_being_alike_is_noticed(void **state)
{
    (void)state;
    double weight[100], said[100], out[100];
    for (int i = 0; i < 100; i++) {
        weight[i] = i % 3 == 0 ? 0.25 : 7;
        said[i] = i % 3 == 0;
    }
    for (int k = 0; k < KERNELS; k++) {
        const struct kernel *const kernel = kernel_find(names[k]);
        if (!kernel)
            continue;
        assert_true(kernel->most(weight, said, 100) == 0.25);
        assert_true(kernel->ratio(out, weight, said, 0.25, 100));
        assert_false(kernel->ratio(out, weight, NULL, 7, 100));
    }
}

static void a_mix_is_weighed_sums_of_parts(void **state)
{
    (void)state;
    double out[LONGEST + 1];
    for (int k = 0; k < KERNELS; k++) {
        const struct kernel *const kernel = kernel_find(names[k]);
        for (int l = 0; kernel && l < LENGTHS; l++) {
            out[lengths[l]] = -1;
            kernel->mix(out, x, y, 0.3, x, 0.7, lengths[l]);
            for (int64_t i = 0; i < lengths[l]; i++)
                assert_true(out[i] == x[i] * (0.3 * y[i] + 0.7 * x[i]));
            assert_true(out[lengths[l]] == -1);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "name") == 0)
        return puts(kernel_get()->name) < 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kernels_give_the_same_bits),
        cmocka_unit_test(ratios_are_to_the_most_of_what_is_said),
        cmocka_unit_test(all_that_is_said_being_alike_is_noticed),
        cmocka_unit_test(a_mix_is_weighed_sums_of_parts),
        cmocka_unit_test(arrays_are_what_plain_c_makes_of_them),
        cmocka_unit_test(nothing_is_written_beyond_the_end),
        cmocka_unit_test(results_may_replace_what_they_are_made_of),
        cmocka_unit_test(counts_above_0_are_taken_in_order),
        cmocka_unit_test(what_is_positive_is_packed_in_order),
        cmocka_unit_test(weights_are_finite_and_not_below_0),
        cmocka_unit_test(kernels_are_found_by_name),
        cmocka_unit_test(the_kernel_used_is_the_one_got),
        cmocka_unit_test(the_environment_names_the_best_to_use),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
