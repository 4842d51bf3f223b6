#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world/alias.h"
#include "world/kernel.h"
#include "world/random.h"

__extension__ typedef __int128 wide;
__extension__ typedef __float128 quad;

static struct alias table_of(const double *weight, int64_t n)
{
    size_t const size = (size_t)alias_size(n);
    void *const memory = aligned_alloc(64, size);
    struct alias alias;
    assert_non_null(memory);
    memset(memory, 0x5a, size);
    alias_init(&alias, n, memory);
    alias_build(&alias, weight, n);
    return alias;
}

static void drop(struct alias *alias)
{
    free(alias->entry);
}

/* How many of all 2^64 words the table maps to each state. */
static wide *words_of(const struct alias *alias, int64_t n)
{
    wide *const words = calloc((size_t)n, sizeof(*words));
    assert_non_null(words);
    for (int64_t c = 0; c < alias->columns; c++) {
        const struct alias_entry *const e = &alias->entry[c];
        wide const begin = (wide)c << alias->shift;
        wide const end = (wide)(c + 1) << alias->shift;
        wide const cut = e->cut < begin ? begin : e->cut > end ? end : (wide)e->cut;
        assert_true(e->state[0] < n && e->state[1] < n);
        words[e->state[0]] += cut - begin;
        words[e->state[1]] += end - cut;
    }
    return words;
}

/* Every probability that the table means is within 2^-50 of the weights', relative to itself and
 * but for 2^-60; nothing is lost and no state of weight 0 has any. */
static void check_law(const double *weight, int64_t n)
{
    struct alias alias = table_of(weight, n);
    wide *const words = words_of(&alias, n);
    wide all = 0;
    quad total = 0;
    for (int64_t i = 0; i < n; i++)
        total += weight[i];
    for (int64_t i = 0; i < n; i++) {
        long double const p = (long double)(weight[i] / total);
        long double const got = (long double)words[i] * 0x1p-64L;
        assert_true(weight[i] > 0 || words[i] == 0);
        assert_true(fabsl(got - p) <= p * 0x1p-50L + 0x1p-60L);
        all += words[i];
    }
    assert_true(all == (wide)1 << 64);
    free(words);
    drop(&alias);
}

static double unit(uint64_t i)
{
    return random_unit(random_word(1, 0, 0, i));
}

static void one_state_is_always_drawn(void **state)
{
    (void)state;
    double const weights[] = {1, 0.3, 1e308, 1e-308, 0x1p-1074};
    for (int i = 0; i < 5; i++)
        check_law(&weights[i], 1);
}

static void all_mass_on_one_state_is_always_drawn(void **state)
{
    (void)state;
    double weight[100] = {0};
    for (int i = 0; i < 100; i++) {
        weight[i] = 0.7;
        check_law(weight, 100);
        weight[i] = 0;
    }
}

static void equal_weights_make_equal_chances(void **state)
{
    (void)state;
    double weight[300];
    for (int i = 0; i < 300; i++)
        weight[i] = 0.1;
    for (int n = 1; n <= 300; n++)
        check_law(weight, n);
}

static void any_weights_are_met(void **state)
{
    (void)state;
    double weight[500];
    for (uint64_t n = 1; n <= 500; n++) {
        for (uint64_t i = 0; i < n; i++) {
            double const u = unit(500 * n + i);
            weight[i] = u < 0.2 ? 0 : n % 2 == 0 ? u : pow(u, 50);
        }
        weight[n / 2] = 0.5;
        check_law(weight, (int64_t)n);
    }
}

static void the_tiniest_weights_are_met(void **state)
{
    (void)state;
    double const beside_one[] = {1e-300, 1, 0, 1e-300, 0x1p-1074, 1e-18, 3e-19};
    double const subnormal[] = {0x1p-1074, 0x1p-1073, 0, 0x1.8p-1070, 0x1p-1060};
    double const large[] = {1e308, 1.7e308, 0x1.fffffffffffffp1023, 1, 0};
    check_law(beside_one, 7);
    check_law(subnormal, 5);
    check_law(large, 5);
}

/* The cut-off parts of many tiny weights must not pile up on the one that is large. */
static void many_tiny_weights_take_nothing_from_a_large_one(void **state)
{
    (void)state;
    enum { N = 100000 };
    double *const weight = malloc(N * sizeof(*weight));
    double const tiny[] = {2e-19, 1e-17, 1e-12, 1e-5, 0.1};
    for (int k = 0; k < 5; k++) {
        for (int i = 0; i < N; i++)
            weight[i] = tiny[k];
        weight[N / 3] = 1;
        check_law(weight, N);
    }
    free(weight);
}

static void a_hundred_thousand_states_are_met(void **state)
{
    (void)state;
    enum { N = 100000 };
    double *const weight = malloc(N * sizeof(*weight));
    for (int i = 0; i < N; i++)
        weight[i] = 1.0 / (i + 1);
    check_law(weight, N);
    for (uint64_t i = 0; i < N; i++)
        weight[i] = unit(i);
    check_law(weight, N);
    free(weight);
}

/* First and last word of every column, and those around its cut. */
static void states_without_weight_are_never_drawn(void **state)
{
    (void)state;
    double weight[64];
    for (uint64_t i = 0; i < 64; i++)
        weight[i] = i % 3 == 0 ? 0 : unit(i);
    struct alias alias = table_of(weight, 64);
    for (uint64_t c = 0; c < (uint64_t)alias.columns; c++) {
        uint64_t const begin = c << alias.shift, end = begin + (1ull << alias.shift) - 1;
        uint64_t const cut = alias.entry[c].cut;
        uint64_t const words[] = {begin, end, cut - 1, cut, cut + 1};
        for (int i = 0; i < 5; i++)
            assert_true(weight[alias_draw(&alias, words[i])] > 0);
    }
    drop(&alias);
}

static void the_word_at_the_cut_is_the_first_of_the_other_state(void **state)
{
    (void)state;
    double const weight[] = {0.1, 0.2, 0.3, 0.4};
    struct alias alias = table_of(weight, 4);
    int cuts = 0;
    for (uint64_t c = 0; c < (uint64_t)alias.columns; c++) {
        const struct alias_entry *const e = &alias.entry[c];
        if (e->cut <= c << alias.shift || (e->cut - 1) >> alias.shift != e->cut >> alias.shift)
            continue;
        assert_int_equal(alias_draw(&alias, e->cut - 1), e->state[0]);
        assert_int_equal(alias_draw(&alias, e->cut), e->state[1]);
        assert_int_not_equal(e->state[0], e->state[1]);
        cuts++;
    }
    assert_int_equal(cuts, 3);
    drop(&alias);
}

/* Chi-square as a normal deviate (Wilson and Hilferty). 3.72 is one in 10,000. */
static double deviation(const double *weight, int64_t n, const int64_t *drawn, int64_t draws)
{
    double chi = 0, total = 0;
    for (int64_t i = 0; i < n; i++)
        total += weight[i];
    for (int64_t i = 0; i < n; i++) {
        double const expected = (double)draws * weight[i] / total;
        chi += ((double)drawn[i] - expected) * ((double)drawn[i] - expected) / expected;
    }
    double const freedom = (double)(n - 1), spread = 2 / (9 * freedom);
    return (cbrt(chi / freedom) - (1 - spread)) / sqrt(spread);
}

static void draws_follow_the_weights(void **state)
{
    (void)state;
    enum { N = 1000, DRAWS = 1 << 20 };
    static double weight[N];
    static int64_t drawn[N];
    static uint64_t word[DRAWS];
    static uint32_t found[DRAWS];
    for (int i = 0; i < N; i++)
        weight[i] = 1.0 / (i + 10);
    struct alias alias = table_of(weight, N);
    random_words(7, 0, 0, 0, DRAWS, word);
    alias_draw_all(&alias, word, DRAWS, found);
    for (int i = 0; i < DRAWS; i++) {
        assert_int_equal(found[i], alias_draw(&alias, word[i]));
        drawn[found[i]]++;
    }
    assert_true(fabs(deviation(weight, N, drawn, DRAWS)) < 3.72);
    weight[0] *= 1.5;
    assert_true(deviation(weight, N, drawn, DRAWS) > 3.72);
    drop(&alias);
}

static void check_draws(const struct alias *alias, int64_t n)
{
    uint64_t word[100];
    uint32_t found[1 + 100 + 1];
    random_words(8, 0, 0, (uint64_t)n, n, word);
    if (n > 1)
        word[0] = 0, word[n - 1] = UINT64_MAX;
    memset(found, 0x5a, sizeof(found));
    alias_draw_all(alias, word, n, found + 1);
    for (int64_t i = 0; i < n; i++)
        assert_int_equal(found[1 + i], alias_draw(alias, word[i]));
    assert_int_equal(found[0], 0x5a5a5a5a);
    assert_int_equal(found[1 + n], 0x5a5a5a5a);
}

/* A word at a cut, which the comparison must not take for one below it, is rare: so tables of few
 * columns are asked with each of theirs too. */
static void check_cuts(const struct alias *alias)
{
    uint64_t word[3 * 16];
    uint32_t found[3 * 16];
    for (int64_t c = 0; c < 16; c++) {
        for (uint64_t i = 0; i < 3; i++)
            word[3 * c + (int64_t)i] = alias->entry[c].cut - 1 + i;
    }
    alias_draw_all(alias, word, 3 * 16, found);
    for (int i = 0; i < 3 * 16; i++)
        assert_int_equal(found[i], alias_draw(alias, word[i]));
}

static void all_kernels_draw_what_single_calls_draw(void **state)
{
    (void)state;
    static const char *const names[] = {"sse2", "avx2", "avx512"};
    double weight[1000];
    for (uint64_t i = 0; i < 1000; i++)
        weight[i] = unit(i) + (i == 3);
    for (int64_t n = 1; n <= 1000; n = n == 1 ? 16 : n == 16 ? 1000 : 1001) {
        struct alias alias = table_of(weight, n);
        for (int k = 0; k < 3; k++) {
            if (!kernel_use(names[k]))
                continue;
            for (int64_t draws = 0; draws <= 100; draws++)
                check_draws(&alias, draws);
            if (n == 16)
                check_cuts(&alias);
        }
        drop(&alias);
    }
}

static void tables_can_be_built_again(void **state)
{
    (void)state;
    double const first[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0, 0, 1}, second[] = {0, 0, 1, 0, 0, 0, 0, 0};
    struct alias alias = table_of(first, 8), fresh = table_of(second, 8);
    alias_build(&alias, second, 8);
    assert_int_equal(alias.columns, fresh.columns);
    assert_memory_equal(alias.entry, fresh.entry, sizeof(*alias.entry) * (size_t)alias.columns);
    drop(&alias);
    drop(&fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_state_is_always_drawn),
        cmocka_unit_test(all_mass_on_one_state_is_always_drawn),
        cmocka_unit_test(equal_weights_make_equal_chances),
        cmocka_unit_test(any_weights_are_met),
        cmocka_unit_test(the_tiniest_weights_are_met),
        cmocka_unit_test(many_tiny_weights_take_nothing_from_a_large_one),
        cmocka_unit_test(a_hundred_thousand_states_are_met),
        cmocka_unit_test(states_without_weight_are_never_drawn),
        cmocka_unit_test(the_word_at_the_cut_is_the_first_of_the_other_state),
        cmocka_unit_test(draws_follow_the_weights),
        cmocka_unit_test(all_kernels_draw_what_single_calls_draw),
        cmocka_unit_test(tables_can_be_built_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
