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
        wide const column = (wide)1 << (64 - alias->bits), own = (wide)alias->share[c] << 2;
        uint32_t const other = alias->entry[c] & (uint32_t)(alias->columns - 1);
        assert_true(own >= 0 && own < column && other < n);
        assert_true(own == 0 || c < n);
        words[c < n ? c : 0] += own;
        words[other] += column - own;
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

/* The first word of column c that means the other state. */
static uint64_t cut_of(const struct alias *alias, int64_t c)
{
    return ((uint64_t)c << (64 - alias->bits)) + ((uint64_t)alias->share[c] << 2);
}

static uint32_t other_of(const struct alias *alias, int64_t c)
{
    return alias->entry[c] & (uint32_t)(alias->columns - 1);
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
        uint64_t const begin = c << (64 - alias.bits), end = begin + (UINT64_MAX >> alias.bits);
        uint64_t const cut = cut_of(&alias, (int64_t)c);
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
    for (int64_t c = 0; c < alias.columns; c++) {
        if (alias.share[c] == 0)
            continue;
        assert_int_equal(alias_draw(&alias, cut_of(&alias, c) - 1), c);
        assert_int_equal(alias_draw(&alias, cut_of(&alias, c)), other_of(&alias, c));
        assert_int_not_equal(c, other_of(&alias, c));
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

static struct random_more const more = {.key = 9, .first = 1000, .round = 2, .stream = 3};

/* What draw i of the words has to be. */
static uint32_t want(const struct alias *alias, const struct random_more *of, const uint64_t *word,
                     int64_t i)
{
    return alias_look(alias, random_whole(of, i, random_half(word, i)));
}

static void draws_follow_the_weights(void **state)
{
    (void)state;
    enum { N = 1000, DRAWS = 1 << 20 };
    static double weight[N];
    static int64_t drawn[N];
    static uint64_t word[DRAWS / 2];
    static uint32_t found[DRAWS];
    for (int i = 0; i < N; i++)
        weight[i] = 1.0 / (i + 10);
    struct alias alias = table_of(weight, N);
    random_words(7, 0, 0, 0, DRAWS / 2, word);
    alias_draw_all(&alias, &more, word, DRAWS, found);
    for (int i = 0; i < DRAWS; i++) {
        assert_int_equal(found[i], want(&alias, &more, word, i));
        drawn[found[i]]++;
    }
    assert_true(fabs(deviation(weight, N, drawn, DRAWS)) < 3.72);
    weight[0] *= 1.5;
    assert_true(deviation(weight, N, drawn, DRAWS) > 3.72);
    drop(&alias);
}

static void check_draws(const struct alias *alias, int64_t n)
{
    uint64_t word[50];
    uint32_t found[1 + 100 + 1];
    random_words(8, 0, 0, (uint64_t)n, (n + 1) / 2, word);
    if (n > 1)
        word[0] = 0, word[(n - 1) / 2] = UINT64_MAX;
    memset(found, 0x5a, sizeof(found));
    alias_draw_all(alias, &more, word, n, found + 1);
    for (int64_t i = 0; i < n; i++)
        assert_int_equal(found[1 + i], want(alias, &more, word, i));
    assert_int_equal(found[0], 0x5a5a5a5a);
    assert_int_equal(found[1 + n], 0x5a5a5a5a);
}

/* A half that begins as a cut does leaves the draw open, which is rare: so tables of few columns
 * are asked with each of theirs, and with those around it, under many further bits. */
static void check_cuts(const struct alias *alias)
{
    uint64_t word[3 * 8];
    uint32_t found[3 * 16];
    int64_t own = 0, others = 0;
    for (int64_t i = 0; i < 3 * 16; i++) {
        uint64_t const half = (cut_of(alias, i / 3) >> 32) + (uint64_t)(i % 3) - 1;
        word[i / 2] = i % 2 == 0 ? half & UINT32_MAX : word[i / 2] | half << 32;
    }
    for (uint64_t first = 0; first < 100; first++) {
        struct random_more const at = {.key = 4, .first = 100 * first};
        alias_draw_all(alias, &at, word, 3 * 16, found);
        for (int64_t i = 0; i < 3 * 16; i++) {
            assert_int_equal(found[i], want(alias, &at, word, i));
            own += i % 3 == 1 && found[i] == i / 3;
            others += i % 3 == 1 && found[i] != i / 3;
        }
    }
    assert_true(own > 100 && others > 100);
}

static void all_kernels_draw_what_whole_words_draw(void **state)
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

/* Parts of n draws each from a table in which every third state is marked. */
static void check_parts(const struct alias *alias, int64_t n)
{
    enum { PARTS = 5, MOST = 40 };
    uint64_t word[PARTS * MOST / 2];
    uint32_t found[PARTS * MOST + ALIAS_SLACK], kept[PARTS];
    int64_t const words = (n + 1) / 2;
    random_words_each(6, 0, 0, 0, (uint64_t)1 << 32, words, PARTS, word);
    alias_draw_parts(alias, &more, word, n, PARTS, found, kept);
    for (int64_t p = 0; p < PARTS; p++) {
        struct random_more const own = {9, 1000 + ((uint64_t)p << 32), 2, 3};
        int64_t k = 0;
        for (int64_t i = 0; i < n; i++) {
            uint32_t const look = want(alias, &own, word + p * words, i);
            assert_int_equal(look >> 31, (look & ~ALIAS_MARKED) % 3 == 0);
            if (!(look & ALIAS_MARKED))
                assert_int_equal(found[p * n + k++], look);
        }
        assert_int_equal(kept[p], k);
    }
}

static void parts_leave_out_what_is_marked(void **state)
{
    (void)state;
    static const char *const names[] = {"sse2", "avx2", "avx512"};
    double weight[300];
    uint32_t stays[10] = {0};
    for (uint64_t i = 0; i < 300; i++) {
        weight[i] = i % 7 == 0 ? 0 : unit(i);
        stays[i / 32] |= (uint32_t)(i % 3 != 0) << i % 32;
    }
    struct alias alias = table_of(weight, 300);
    alias_mark(&alias, stays, 300);
    for (int k = 0; k < 3; k++) {
        for (int64_t n = 1; kernel_use(names[k]) && n <= 40; n++)
            check_parts(&alias, n);
    }
    drop(&alias);
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
        cmocka_unit_test(all_kernels_draw_what_whole_words_draw),
        cmocka_unit_test(parts_leave_out_what_is_marked),
        cmocka_unit_test(tables_can_be_built_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
