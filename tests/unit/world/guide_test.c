#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world/guide.h"
#include "world/kernel.h"
#include "world/random.h"

__extension__ typedef __float128 quad;

static struct guide guide;
static double weight[GUIDE_STATES];

static int make(void **state)
{
    void *const memory = aligned_alloc(64, (size_t)guide_size());
    assert_non_null(memory);
    memset(memory, 0x5a, (size_t)guide_size());
    guide_init(&guide, memory);
    *state = memory;
    return 0;
}

static int drop(void **state)
{
    free(*state);
    return 0;
}

static double unit(uint64_t i)
{
    return random_unit(random_word(1, 0, 0, i));
}

/* Random weights over many sizes, a third of them 0. */
static void make_weights(int64_t n, uint64_t seed)
{
    for (int64_t i = 0; i < n; i++) {
        double const u = unit(seed << 32 | (uint64_t)i);
        weight[i] = u < 1.0 / 3 ? 0 : pow(u, (double)(1 + seed % 40));
    }
    weight[n / 2] = 0.5;
}

/* ---- the law ------------------------------------------------------------ */

static double part(int64_t k)
{
    return (double)(guide.step[k] - (k > 0 ? guide.step[k - 1] : 0)) * 0x1p-62;
}

/* Every state of weight above 0 is live, and has its part but for 2^-51 of it and 2^-60. */
static void check_law(const double *w, int64_t n)
{
    int64_t k = 0;
    quad total = 0;
    guide_build(&guide, w, n);
    for (int64_t i = 0; i < n; i++)
        total += w[i];
    for (int64_t i = 0; i < n; i++) {
        if (w[i] <= 0)
            continue;
        double const p = (double)(w[i] / total);
        assert_int_equal(guide.state[k], i);
        assert_true(fabs(part(k) - p) <= p * 0x1p-51 + 0x1p-60);
        k++;
    }
    assert_int_equal(guide.live, k);
    assert_true(guide.step[k - 1] == (uint64_t)1 << 62);
}

static void equal_weights_make_equal_chances(void **state)
{
    (void)state;
    for (int i = 0; i < GUIDE_STATES; i++)
        weight[i] = 0.1;
    for (int n = 1; n <= 300; n++)
        check_law(weight, n);
    check_law(weight, GUIDE_STATES);
}

static void any_weights_are_met(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 500; n++) {
        make_weights((int64_t)n, n);
        check_law(weight, (int64_t)n);
    }
    for (uint64_t seed = 0; seed < 40; seed++) {
        make_weights(GUIDE_STATES, seed);
        check_law(weight, GUIDE_STATES);
    }
}

static void the_tiniest_and_the_largest_weights_are_met(void **state)
{
    (void)state;
    double const beside_one[] = {1e-300, 1, 0, 1e-300, 0x1p-1074, 1e-18, 3e-19};
    double const subnormal[] = {0x1p-1074, 0x1p-1073, 0, 0x1.8p-1070, 0x1p-1060};
    double const large[] = {1e308, 1.7e308, 0x1.fffffffffffffp1023, 1, 0};
    check_law(beside_one, 7);
    check_law(subnormal, 5);
    check_law(large, 5);
}

/* What is cut off many tiny weights is not put to the one that is large, or to the last. */
static void many_tiny_weights_take_nothing_from_a_large_one(void **state)
{
    (void)state;
    double const tiny[] = {2e-19, 1e-17, 1e-12, 1e-5, 0.1};
    for (int t = 0; t < 5; t++)
        for (int at = 0; at < GUIDE_STATES; at += GUIDE_STATES - 1) {
            for (int i = 0; i < GUIDE_STATES; i++)
                weight[i] = tiny[t];
            weight[at] = 1;
            check_law(weight, GUIDE_STATES);
        }
}

/* ---- draws -------------------------------------------------------------- */

/* Whose part a place is in. */
static int64_t owner_of(uint64_t place)
{
    int64_t k = 0;
    while (guide.step[k] <= place)
        k++;
    return k;
}

/* Draws one, with `cell` in the lower bits of a quarter and whatever above, and `more` should that
 * leave it open. Returns which live one has it. */
static int64_t draw_one(uint64_t cell, uint64_t more)
{
    uint64_t const word = cell | 0xffffffffffff0000 | 0xa5a5u >> guide.bits << guide.bits;
    uint16_t open[1];
    memset(guide.count, 0, sizeof *guide.count * (size_t)guide.live);
    guide_settle(&guide, open, &more, guide_guess(&guide, &word, 1, open));
    int64_t k = 0;
    while (k < guide.live && guide.count[k] == 0)
        k++;
    assert_true(k < guide.live && guide.count[k] == 1);
    return k;
}

/* Each cell at its lowest place, its highest, and one between. */
static void check_cells(int64_t n)
{
    int const height = 62 - guide.bits;
    guide_build(&guide, weight, n);
    for (uint64_t cell = 0; cell < (uint64_t)1 << guide.bits; cell++) {
        uint64_t const more[] = {0, UINT64_MAX, random_word(2, 0, 0, cell)};
        for (int i = 0; i < 3; i++)
            assert_int_equal(draw_one(cell, more[i]),
                             owner_of((cell << height) + (more[i] >> (64 - height))));
    }
}

static void draws_are_where_the_parts_say(void **state)
{
    (void)state;
    static const int64_t sizes[] = {1, 2, 3, 17, 64, 300};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        make_weights(sizes[i], i + 3);
        guide_build(&guide, weight, sizes[i]);
        check_cells(sizes[i]);
    }
    /* Parts that end where cells do. */
    for (int i = 0; i < 64; i++)
        weight[i] = i % 2;
    guide_build(&guide, weight, 64);
    check_cells(64);
}

static int64_t counted(void)
{
    int64_t all = 0;
    for (int64_t k = 0; k < guide.live; k++)
        all += guide.count[k];
    return all;
}

static void all_draws_are_counted(void **state)
{
    (void)state;
    static const int64_t draws[] = {0, 1, 2, 3, 4, 5, 2047, 2048, 2049, 2050, 6145, 102400};
    struct guide_source const source = {.key = 5, .first = 7, .round = 1, .purpose = 2};
    for (int64_t n = 1; n <= GUIDE_STATES; n = 3 * n + 1)
        for (size_t i = 0; i < sizeof draws / sizeof *draws; i++) {
            make_weights(n, 11);
            guide_build(&guide, weight, n);
            guide_draw(&guide, &source, draws[i]);
            assert_int_equal(counted(), draws[i]);
        }
}

/* Attempt 0 by quarters, attempt 1 in the order of what is open: over more than one batch. */
static void words_are_those_of_the_address(void **state)
{
    (void)state;
    enum { N = 3001 };
    struct guide_source const source = {.key = 5, .first = 1000, .round = 3, .purpose = 2};
    int64_t want[200] = {0};
    uint64_t open = 0;
    make_weights(200, 4);
    guide_build(&guide, weight, 200);
    int const height = 62 - guide.bits;
    for (uint64_t i = 0; i < N; i++) {
        uint64_t const word = random_word(5, 3, random_stream(2, 0), 1000 + i / 4);
        uint64_t const cell = word >> 16 * (i % 4) & (((uint64_t)1 << guide.bits) - 1);
        uint64_t more = 0;
        if (guide.cell[cell] >= guide.live)
            more = random_word(5, 3, random_stream(2, 1), 1000 + open++);
        want[owner_of((cell << height) + (more >> (64 - height)))]++;
    }
    guide_draw(&guide, &source, N);
    assert_true(open > 10);
    for (int64_t k = 0; k < guide.live; k++)
        assert_int_equal(guide.count[k], want[k]);
}

/* Expected counts of less than 10 are put together. */
static void check_frequencies(int64_t n, uint64_t seed)
{
    enum { N = 1000000 };
    double mean = 0, found = 0, chi = 0;
    int64_t cells = -1;
    make_weights(n, seed);
    guide_build(&guide, weight, n);
    guide_draw(&guide, &(struct guide_source){.key = seed}, N);
    for (int64_t k = 0; k < guide.live; k++) {
        mean += N * part(k);
        found += guide.count[k];
        if (mean < 10 && k < guide.live - 1)
            continue;
        chi += (found - mean) * (found - mean) / mean;
        cells++;
        mean = found = 0;
    }
    if (fabs(chi - (double)cells) > 4 * sqrt(2 * (double)cells))
        fail_msg("%lld states: chi square %g of %lld cells", (long long)n, chi, (long long)cells);
}

static void frequencies_are_the_weights(void **state)
{
    (void)state;
    static const int64_t sizes[] = {5, 100, 1000, GUIDE_STATES};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (uint64_t seed = 0; seed < 5; seed++)
            check_frequencies(sizes[i], seed);
}

static void every_kernel_draws_the_same(void **state)
{
    (void)state;
    static const char *const names[] = {"sse2", "avx2", "avx512"};
    static uint32_t first[GUIDE_STATES];
    make_weights(GUIDE_STATES, 2);
    for (int i = 0; i < 3; i++) {
        if (!kernel_use(names[i]))
            continue;
        guide_build(&guide, weight, GUIDE_STATES);
        guide_draw(&guide, &(struct guide_source){.key = 9}, 10000);
        if (i == 0)
            memcpy(first, guide.count, sizeof *first * (size_t)guide.live);
        assert_memory_equal(first, guide.count, sizeof *first * (size_t)guide.live);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_weights_make_equal_chances),
        cmocka_unit_test(any_weights_are_met),
        cmocka_unit_test(the_tiniest_and_the_largest_weights_are_met),
        cmocka_unit_test(many_tiny_weights_take_nothing_from_a_large_one),
        cmocka_unit_test(draws_are_where_the_parts_say),
        cmocka_unit_test(all_draws_are_counted),
        cmocka_unit_test(words_are_those_of_the_address),
        cmocka_unit_test(frequencies_are_the_weights),
        cmocka_unit_test(every_kernel_draws_the_same),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
