#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "world/few.h"
#include "world/kernel.h"
#include "world/random.h"

enum { DRAWS = 40000, KERNELS = 3, SIZES = 13 };

static const char *const names[KERNELS] = {"sse2", "avx2", "avx512"};
static const int64_t sizes[SIZES] = {1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 100, 255, 256};

static struct few few;
static double weight[FEW_STATES];
static uint64_t word[DRAWS / FEW_IN_A_WORD];
static uint32_t state[DRAWS], again[DRAWS], open[DRAWS], open_again[DRAWS];

/* Random weights, a third of them 0, over many sizes. */
static void make_weights(int64_t n, uint64_t seed)
{
    for (int64_t i = 0; i < n; i++) {
        double const u = random_unit(random_word(seed, 0, 0, (uint64_t)i));
        weight[i] = u < 1.0 / 3 ? 0 : u * u * u * 1e-3;
    }
    weight[n / 2] = 1e-3;
}

static void build(int64_t n)
{
    assert_true(few_build(&few, weight, n, kernel_get()->sum(weight, n)));
}

static uint64_t more_of(uint64_t seed, int64_t d)
{
    return random_word(seed, 2, 0, (uint64_t)d);
}

/* Returns how many were open. */
static int64_t draw(int64_t draws, uint64_t seed)
{
    random_words(seed, 1, 0, 0, DRAWS / FEW_IN_A_WORD, word);
    int64_t const n = few_draw(&few, word, draws, state, open);
    for (int64_t i = 0; i < n; i++)
        state[open[i]] = few_settle(&few, few_quarter(word, open[i]), more_of(seed, open[i]));
    return n;
}

/* Of states in columns. below[z], below[z] + share of z: where z begins and ends. */
static void add_columns(int64_t n, long double *below, long double *share)
{
    long double sum = 0, at = 0;
    for (int64_t i = 0; i < n; i++)
        sum += weight[i];
    for (int64_t c = 0; c < FEW_COLUMNS; c++)
        for (int64_t z = c; z < n; z += FEW_COLUMNS) {
            below[z] = at;
            at += share[z] = weight[z] / sum;
        }
}

/* What 16 bits decided is what all 62 say. */
static void draws_are_where_the_sums_say(void **unused)
{
    (void)unused;
    long double below[FEW_STATES], share[FEW_STATES];
    for (int k = 0; k < KERNELS * SIZES; k++) {
        int64_t const n = sizes[k % SIZES];
        const struct kernel *const usual = kernel_get();
        if (!kernel_use(names[k / SIZES]))
            continue;
        make_weights(n, (uint64_t)n);
        build(n);
        add_columns(n, below, share);
        draw(DRAWS, (uint64_t)n);
        for (int64_t d = 0; d < DRAWS; d++) {
            long double const x =
                (few_quarter(word, d) + (long double)more_of((uint64_t)n, d) * 0x1p-64L) * 0x1p-16L;
            uint32_t const z = state[d];
            assert_true(z < n && weight[z] > 0);
            assert_true(x >= below[z] - 0x1p-45L && x <= below[z] + share[z] + 0x1p-45L);
            assert_int_equal(few_settle(&few, few_quarter(word, d), more_of((uint64_t)n, d)), z);
        }
        assert_true(kernel_use(usual->name));
    }
}

static void all_kernels_give_the_same(void **unused)
{
    (void)unused;
    const struct kernel *const usual = kernel_get();
    for (int s = 0; s < SIZES; s++)
        for (int64_t draws = 0; draws < 140; draws += 1 + draws / 40 * 17) {
            int64_t first = -1;
            make_weights(sizes[s], 5);
            for (int k = 0; k < KERNELS; k++) {
                if (!kernel_use(names[k]))
                    continue;
                build(sizes[s]);
                memset(state, 0xff, sizeof *state * 141);
                int64_t const n = draw(draws, 6);
                assert_true(first < 0 || (n == first && !memcmp(open, open_again, (size_t)n * 4)));
                assert_true(first < 0 || !memcmp(state, again, sizeof *state * 141));
                assert_int_equal(state[draws], UINT32_MAX);
                memcpy(again, state, sizeof *state * 141);
                memcpy(open_again, open, sizeof open);
                first = n;
            }
        }
    assert_true(kernel_use(usual->name));
}

/* Steps at k / 2^16 and a third of such a step: a draw with the bits of one is open, no other is;
 * and what is missing decides as it should. */
static void what_bits_leave_open_the_rest_decides(void **unused)
{
    (void)unused;
    const struct kernel *const usual = kernel_get();
    double const cell = 0x1p-16;
    for (int k = 0; k < KERNELS; k++) {
        if (!kernel_use(names[k]))
            continue;
        weight[0] = (1000 + 1.0 / 3) * cell;
        weight[1] = 0;
        weight[2] = 1 - weight[0];
        assert_true(few_build(&few, weight, 3, 1));
        for (uint64_t h = 0; h < 65536; h++) {
            word[0] = h << 32;
            int64_t const n = few_draw(&few, word, 3, state, open);
            bool const unsure = h == 1000 || h == 65535;
            assert_int_equal(n, unsure);
            assert_int_equal(unsure ? open[0] : state[2], unsure || h > 1000 ? 2 : 0);
        }
        uint64_t const third = UINT64_MAX / 3;
        assert_int_equal(few_settle(&few, 1000, third - (third >> 20)), 0);
        assert_int_equal(few_settle(&few, 1000, third + (third >> 20)), 2);
        assert_int_equal(few_settle(&few, 1000, 0), 0);
        assert_int_equal(few_settle(&few, 1000, UINT64_MAX), 2);
    }
    assert_true(kernel_use(usual->name));
}

/* Of those that quarters decide and those that are open together. */
static void frequencies_are_the_weights(void **unused)
{
    (void)unused;
    double sum = 0, chi = 0;
    int64_t count[FEW_STATES] = {0}, opened = 0, rounds = 50;
    make_weights(FEW_STATES, 77);
    build(FEW_STATES);
    for (int i = 0; i < FEW_STATES; i++)
        sum += weight[i];
    for (int64_t r = 0; r < rounds; r++) {
        opened += draw(DRAWS, 78 + (uint64_t)r);
        for (int d = 0; d < DRAWS; d++)
            count[state[d]]++;
    }
    int free = -1;
    for (int i = 0; i < FEW_STATES; i++) {
        double const mean = (double)(rounds * DRAWS) * weight[i] / sum;
        if (mean < 5)
            continue;
        chi += ((double)count[i] - mean) * ((double)count[i] - mean) / mean;
        free++;
    }
    assert_true(free > 100 && opened > 1000);
    assert_true(fabs(chi - free) < 4 * sqrt(2.0 * free));
}

/* Above the last step states are drawn anew, all of them. */
static void highest_words_are_any_state(void **unused)
{
    (void)unused;
    int seen = 0;
    for (int i = 0; i < 8; i++)
        weight[i] = i < 7 ? 0.1 : 0;
    build(8);
    assert_true(few.sum < (uint64_t)1 << 62);
    for (uint64_t i = 0; i < 100; i++) {
        uint64_t const more = UINT64_MAX - (i << 18);
        assert_true(((uint64_t)0xffff << 46 | more >> 18) >= few.sum);
        uint32_t const z = few_settle(&few, 0xffff, more);
        assert_true(z < 7);
        seen |= 1 << z;
    }
    assert_int_equal(seen, 0x7f);
}

static void far_weights_are_told(void **unused)
{
    (void)unused;
    weight[0] = 0;
    for (int i = 0; i < 4; i++) {
        static const double far[4] = {0, 1e-300, 1e300, 0x1p-1074};
        weight[1] = far[i];
        assert_false(few_build(&few, weight, 2, far[i]));
    }
    weight[1] = 1e-200;
    assert_true(few_build(&few, weight, 2, 1e-200));
    weight[1] = 1e200;
    assert_true(few_build(&few, weight, 2, 1e200));
    draw(100, 3);
    for (int d = 0; d < 100; d++)
        assert_int_equal(state[d], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_where_the_sums_say),
        cmocka_unit_test(all_kernels_give_the_same),
        cmocka_unit_test(what_bits_leave_open_the_rest_decides),
        cmocka_unit_test(frequencies_are_the_weights),
        cmocka_unit_test(highest_words_are_any_state),
        cmocka_unit_test(far_weights_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
