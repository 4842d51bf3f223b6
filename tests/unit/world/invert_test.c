#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "world/invert.h"
#include "world/kernel.h"
#include "world/random.h"

enum { MOST = 5000, DRAWS = 200000 };

static uint64_t step[8192];
static double weight[MOST];
static uint64_t word[DRAWS];
static uint32_t state[DRAWS], again[DRAWS];

/* Random weights, a third of them 0, over many sizes. */
static void make_weights(int64_t n, uint64_t seed)
{
    for (int64_t i = 0; i < n; i++) {
        double const u = random_unit(random_word(seed, 0, 0, (uint64_t)i));
        weight[i] = u < 1.0 / 3 ? 0 : u * u * u * 1e-3;
    }
    weight[n / 2] = 1e-3;
}

static void draw(int64_t n, uint64_t seed)
{
    assert_true(invert_build(step, weight, n));
    random_words(seed, 1, 0, 0, DRAWS, word);
    invert_draw_all(step, n, word, DRAWS, state);
}

/* The first whose sum of shares, in long double, is above the word. */
static void draws_are_where_the_sums_say(void **unused)
{
    (void)unused;
    static const int64_t sizes[] = {1, 2, 3, 7, 8, 9, 255, 256, 257, 1000, MOST};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int64_t const n = sizes[s];
        make_weights(n, s + 1);
        draw(n, s + 1);
        long double sum = 0, below[MOST + 1] = {0};
        for (int64_t i = 0; i < n; i++)
            sum += weight[i];
        for (int64_t i = 0; i < n; i++)
            below[i + 1] = below[i] + weight[i] / sum;
        for (int64_t d = 0; d < DRAWS; d++) {
            long double const x = (long double)word[d] * 0x1p-64L;
            assert_true(state[d] < n && weight[state[d]] > 0);
            assert_true(x >= below[state[d]] - 0x1p-45L && x <= below[state[d] + 1] + 0x1p-45L);
        }
    }
}

static void frequencies_are_the_weights(void **unused)
{
    (void)unused;
    enum { N = 256 };
    double sum = 0, chi = 0;
    int64_t count[N] = {0};
    make_weights(N, 77);
    draw(N, 78);
    for (int i = 0; i < N; i++)
        sum += weight[i];
    for (int d = 0; d < DRAWS; d++)
        count[state[d]]++;
    int free = -1;
    for (int i = 0; i < N; i++) {
        double const mean = DRAWS * weight[i] / sum;
        if (mean < 5)
            continue;
        chi += ((double)count[i] - mean) * ((double)count[i] - mean) / mean;
        free++;
    }
    assert_true(free > 100);
    assert_true(fabs(chi - free) < 4 * sqrt(2.0 * free));
}

static void all_kernels_give_the_same(void **unused)
{
    (void)unused;
    static const char *const names[] = {"sse2", "avx2", "avx512"};
    const struct kernel *const usual = kernel_get();
    make_weights(1000, 5);
    draw(1000, 6);
    uint64_t first[1024];
    memcpy(first, step, sizeof first);
    memcpy(again, state, sizeof again);
    for (int k = 0; k < 3; k++) {
        if (!kernel_use(names[k]))
            continue;
        draw(1000, 6);
        assert_memory_equal(step, first, sizeof first);
        assert_memory_equal(state, again, sizeof again);
    }
    assert_true(kernel_use(usual->name));
}

/* Words above the last step are folded back over all states. */
static void highest_words_are_any_state(void **unused)
{
    (void)unused;
    for (int i = 0; i < 8; i++)
        weight[i] = i < 7 ? 0.1 : 0;
    assert_true(invert_build(step, weight, 8));
    assert_true(step[7] < (uint64_t)1 << 62);
    int seen = 0;
    for (int i = 0; i < 100; i++)
        word[i] = UINT64_MAX - (uint64_t)i;
    assert_true(word[99] >> 2 >= step[7]);
    invert_draw_all(step, 8, word, 100, state);
    for (int i = 0; i < 100; i++) {
        assert_true(state[i] < 7);
        seen |= 1 << state[i];
    }
    assert_int_equal(seen, 0x7f);
}

static void far_weights_are_told(void **unused)
{
    (void)unused;
    weight[0] = weight[1] = 0;
    assert_false(invert_build(step, weight, 2));
    weight[1] = 1e-300;
    assert_false(invert_build(step, weight, 2));
    weight[1] = 1e-200;
    assert_true(invert_build(step, weight, 2));
}

/* Of lists of all lengths, what has its bit stays, in its order. */
static void what_has_its_bit_is_kept(void **unused)
{
    (void)unused;
    static const char *const names[] = {"sse2", "avx2", "avx512"};
    uint32_t stays[4] = {0};
    for (int z = 0; z < 100; z += 3)
        stays[z / 32] |= (uint32_t)1 << z % 32;
    for (int k = 0; k < 3; k++)
        for (int64_t n = 0; kernel_find(names[k]) && n < 70; n++) {
            int64_t expected = 0;
            for (int64_t i = 0; i < n; i++) {
                state[i] = (uint32_t)(random_word(9, 0, 0, (uint64_t)i) % 100);
                again[expected] = state[i];
                expected += state[i] % 3 == 0;
            }
            state[n] = 12345;
            assert_int_equal(kernel_find(names[k])->keep(stays, state, n), expected);
            assert_memory_equal(state, again, sizeof *state * (size_t)expected);
            assert_int_equal(state[n], 12345);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_where_the_sums_say),
        cmocka_unit_test(frequencies_are_the_weights),
        cmocka_unit_test(all_kernels_give_the_same),
        cmocka_unit_test(highest_words_are_any_state),
        cmocka_unit_test(far_weights_are_told),
        cmocka_unit_test(what_has_its_bit_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
