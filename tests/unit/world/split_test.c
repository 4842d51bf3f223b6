#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "world/kernel.h"
#include "world/random.h"
#include "world/split.h"

/* One in 10,000 of a normal deviate is beyond it. */
#define LIMIT 3.72

enum { GUARD = 8, MOST_BLOCKS = 256 };

static struct binomial_source source_of(uint32_t round)
{
    return (struct binomial_source){.key = 0xabcdef, .round = round, .purpose = 5};
}

/* Of memory that is not zero. */
static void *room_for(int64_t n)
{
    size_t const size = ((size_t)split_size(n) + 63) / 64 * 64;
    void *const memory = aligned_alloc(64, size);
    assert_non_null(memory);
    return memset(memory, 0x5a, size);
}

static void build(struct split *split, const double *weight)
{
    for (int64_t b = 0; b < split->blocks; b++)
        split_build(split, weight, b);
    split_join(split);
}

static struct split tree_of(const double *weight, int64_t n)
{
    struct split split;
    split_init(&split, n, room_for(n));
    assert_true(split.n == n && split.blocks <= MOST_BLOCKS);
    build(&split, weight);
    return split;
}

static void drop(struct split *split)
{
    free(split->mean[0]);
}

/* Counts of all leaves, blocks in the order first, first + 1, ..., 0, ... first - 1; neither
 * sharing writes beyond its end, and blocks' counts sum to what they had. */
static void draw(const struct split *split, const struct binomial_source *source, int64_t draws,
                 int64_t first, int64_t *count)
{
    int64_t blocks[MOST_BLOCKS + GUARD];
    memset(blocks, 0x33, sizeof(blocks));
    split_share(split, source, draws, blocks);
    assert_true(blocks[split->blocks] == 0x3333333333333333);
    int64_t *const own = malloc((size_t)(split->width + GUARD) * sizeof(*own));
    for (int64_t i = 0; i < split->blocks; i++) {
        int64_t const b = (i + first) % split->blocks, begin = b * split->width;
        int64_t const leaves = split->n - begin < split->width ? split->n - begin : split->width;
        int64_t sum = 0;
        memset(own, 0x33, (size_t)(split->width + GUARD) * sizeof(*own));
        split_counts(split, source, b, blocks[b], own);
        assert_true(own[leaves] == 0x3333333333333333);
        for (int64_t k = 0; k < leaves; k++) {
            assert_true(own[k] >= 0);
            sum += own[k];
        }
        assert_true(sum == blocks[b]);
        memcpy(count + begin, own, (size_t)leaves * sizeof(*own));
    }
    free(own);
}

static int64_t total(const int64_t *count, int64_t n)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += count[i];
    return sum;
}

static double unit(uint64_t i)
{
    return random_unit(random_word(1, 0, 0, i));
}

static double *some_weights(int64_t n)
{
    double *const weight = malloc((size_t)n * sizeof(*weight));
    for (int64_t i = 0; i < n; i++)
        weight[i] = i % 3 == 1 ? 0 : unit((uint64_t)i) / (double)(i + 1);
    return weight;
}

/* ---- counts -------------------------------------------------------------------------------- */

static void counts_sum_to_the_draws(void **state)
{
    (void)state;
    int64_t const sizes[] = {1, 2, 3, 5, 63, 64, 65, 129, 4095, 4096, 4097, 8192, 8193, 50001};
    int64_t const draws[] = {0, 1, 2, 1000, 1000000, (int64_t)1 << 52};
    for (int i = 0; i < 14; i++) {
        double *const weight = some_weights(sizes[i]);
        int64_t *const count = malloc((size_t)sizes[i] * sizeof(*count));
        struct split split = tree_of(weight, sizes[i]);
        for (int k = 0; k < 6; k++) {
            struct binomial_source const source = source_of((uint32_t)k);
            draw(&split, &source, draws[k], 0, count);
            assert_true(total(count, sizes[i]) == draws[k]);
        }
        drop(&split);
        free(count);
        free(weight);
    }
}

/* All draws of any law go to leaves that can be drawn: also when their weights are so small beside
 * others that a chance is rounded to 0 or 1. */
static void leaves_without_weight_never_get_a_count(void **state)
{
    (void)state;
    enum { N = 5000 };
    static double weight[N];
    static int64_t count[N];
    double const sizes[] = {1e-300, 1, 1e-17, 0x1p-1074, 0.3, 1e-310, 1e308};
    for (uint64_t turn = 0; turn < 100; turn++) {
        for (uint64_t i = 0; i < N; i++) {
            double const u = unit(turn * N + i);
            weight[i] = u < 0.01 * (double)turn ? 0 : sizes[(uint64_t)(u * 1e6) % (2 + turn % 6)];
        }
        weight[turn * 49] = 1;
        struct split split = tree_of(weight, N);
        struct binomial_source const source = source_of((uint32_t)turn);
        draw(&split, &source, turn % 2 == 0 ? 1000000 : (int64_t)1 << 50, 0, count);
        assert_true(total(count, N) == (turn % 2 == 0 ? 1000000 : (int64_t)1 << 50));
        for (int i = 0; i < N; i++)
            assert_true(weight[i] > 0 || count[i] == 0);
        drop(&split);
    }
}

static void a_single_leaf_with_weight_gets_all(void **state)
{
    (void)state;
    enum { N = 9000 };
    static double weight[N];
    static int64_t count[N];
    double const sizes[] = {1, 1e-290, 1.7e308};
    for (int i = 0; i < N; i += 37) {
        weight[i] = sizes[i % 3];
        struct split split = tree_of(weight, N);
        struct binomial_source const source = source_of(1);
        draw(&split, &source, 12345, 0, count);
        assert_int_equal(count[i], 12345);
        drop(&split);
        weight[i] = 0;
    }
}

static void equal_largest_weights_do_not_overflow(void **state)
{
    (void)state;
    enum { N = 4, DRAWS = 1 << 20 };
    double const weight[N] = {1.7e308, 1.7e308, 1.7e308, 0};
    int64_t count[N];
    struct split split = tree_of(weight, N);
    struct binomial_source const source = source_of(1);
    draw(&split, &source, DRAWS, 0, count);
    for (int i = 0; i < 3; i++)
        assert_true(fabs((double)count[i] - DRAWS / 3.0) < 4 * sqrt(DRAWS * 2 / 9.0));
    drop(&split);
}

/* ---- one answer ---------------------------------------------------------------------------- */

static void no_order_of_blocks_changes_a_count(void **state)
{
    (void)state;
    enum { N = 50001 };
    static int64_t want[N], count[N];
    double *const weight = some_weights(N);
    struct split split = tree_of(weight, N), other;
    struct binomial_source const source = source_of(3);
    draw(&split, &source, 3000000, 0, want);
    split_init(&other, N, room_for(N));
    for (int64_t b = other.blocks - 1; b >= 0; b--)
        split_build(&other, weight, b);
    split_join(&other);
    for (int64_t first = 0; first < split.blocks; first++) {
        memset(count, 0x5a, sizeof(count));
        draw(&other, &source, 3000000, first, count);
        assert_memory_equal(count, want, sizeof(count));
    }
    drop(&split);
    drop(&other);
    free(weight);
}

/* A node's share depends on its own number and count alone: not on what lies beside it. */
static void a_block_depends_on_its_own_draws_alone(void **state)
{
    (void)state;
    enum { N = 3 * SPLIT_BLOCK };
    static int64_t one[SPLIT_BLOCK], two[SPLIT_BLOCK], three[SPLIT_BLOCK];
    static double weight[N];
    for (int i = 0; i < N; i++)
        weight[i] = 1 + i % SPLIT_BLOCK;
    struct split split = tree_of(weight, N);
    struct binomial_source const source = source_of(3);
    split_counts(&split, &source, 1, 100000, one);
    for (int i = 0; i < SPLIT_BLOCK; i++)
        weight[i] = weight[2 * SPLIT_BLOCK + i] = 0.5;
    build(&split, weight);
    split_counts(&split, &source, 1, 100000, two);
    assert_memory_equal(one, two, sizeof(one));
    for (int i = 0; i < N; i++)
        weight[i] = 1 + i % SPLIT_BLOCK;
    build(&split, weight);
    split_counts(&split, &source, 2, 100000, three);
    assert_memory_not_equal(one, three, sizeof(one));
    drop(&split);
}

static void every_part_of_a_source_counts(void **state)
{
    (void)state;
    enum { N = 300 };
    int64_t want[N], count[N];
    double *const weight = some_weights(N);
    struct split split = tree_of(weight, N);
    struct binomial_source const one = {1, 2, 3, 4};
    struct binomial_source const others[] = {
        {2, 2, 3, 4}, {1, 3, 3, 4}, {1, 2, 4, 4}, {1, 2, 3, 5}, {1, 2, 3, 1ull << 33 | 4}};
    draw(&split, &one, 1000000, 0, want);
    for (int i = 0; i < 5; i++) {
        draw(&split, &others[i], 1000000, 0, count);
        assert_memory_not_equal(count, want, sizeof(want));
    }
    drop(&split);
    free(weight);
}

static void trees_can_be_built_again(void **state)
{
    (void)state;
    enum { N = 5001 };
    static int64_t want[N], count[N];
    double *const first = some_weights(N), *const second = malloc(N * sizeof(*second));
    for (int i = 0; i < N; i++)
        second[i] = i % 2 == 0 ? 0 : i;
    struct split split = tree_of(first, N), fresh = tree_of(second, N);
    struct binomial_source const source = source_of(9);
    build(&split, second);
    draw(&split, &source, 1000000, 0, count);
    draw(&fresh, &source, 1000000, 0, want);
    assert_memory_equal(count, want, sizeof(want));
    drop(&split);
    drop(&fresh);
    free(first);
    free(second);
}

/* Of any compiler and processor, since a stored run must replay. */
static void counts_never_change(void **state)
{
    (void)state;
    enum { N = 50001 };
    static const char *const kernels[] = {"sse2", "avx2", "avx512"};
    static int64_t count[2][N];
    char text[DIGEST_TEXT];
    const char *const before = kernel_get()->name;
    double *const weight = some_weights(N);
    struct split split = tree_of(weight, N);
    struct binomial_source const source = source_of(4);
    for (int k = 0; k < 3; k++) {
        if (!kernel_use(kernels[k]))
            continue;
        draw(&split, &source, 20000, 0, count[0]);
        draw(&split, &source, 1000000000, 0, count[1]);
        assert_string_equal(digest_format(text, digest_bytes(count, sizeof(count))),
                            "3131e36dc3a46b811f2ea7d1d507a6b3");
    }
    assert_true(kernel_use(before));
    drop(&split);
    free(weight);
}

/* ---- laws ---------------------------------------------------------------------------------- */

enum { FEW = 7, TRIES = 1 << 17 };

/* Sums over TRIES splits of counts, less their expectation, and of products of two of these. */
struct moments {
    double sum[FEW], product[FEW][FEW];
};

static void moments_add(struct moments *moments, const int64_t *count, const double *mean)
{
    double d[FEW];
    for (int i = 0; i < FEW; i++) {
        d[i] = (double)count[i] - mean[i];
        moments->sum[i] += d[i];
    }
    for (int i = 0; i < FEW; i++) {
        for (int k = 0; k < FEW; k++)
            moments->product[i][k] += d[i] * d[k];
    }
}

/* Means N p, variances N p (1 - p), covariances -N p q; the latter two have errors as normal ones
 * would, but for 1 / N: so 5 deviations are allowed, which is 2 % of a variance. */
static void check_moments(const double *weight, int64_t draws)
{
    static struct moments moments;
    double p[FEW], mean[FEW], sum = 0;
    int64_t count[FEW];
    struct split split = tree_of(weight, FEW);
    memset(&moments, 0, sizeof(moments));
    for (int i = 0; i < FEW; i++)
        sum += weight[i];
    for (int i = 0; i < FEW; i++) {
        p[i] = weight[i] / sum;
        mean[i] = (double)draws * p[i];
    }
    for (uint32_t t = 0; t < TRIES; t++) {
        struct binomial_source const source = source_of(t);
        draw(&split, &source, draws, 0, count);
        moments_add(&moments, count, mean);
    }
    for (int i = 0; i < FEW; i++) {
        double const own = mean[i] * (1 - p[i]);
        assert_true(fabs(moments.sum[i]) <= 4 * sqrt(own * TRIES));
        for (int k = 0; k < FEW; k++) {
            double const other = mean[k] * (1 - p[k]);
            double const want = i == k ? own : -mean[i] * p[k];
            double const error = sqrt((own * other + want * want + own * (i == k)) / TRIES);
            assert_true(fabs(moments.product[i][k] / TRIES - want) <= 5 * error);
        }
    }
    drop(&split);
}

static void means_and_covariances_are_a_multinomial_s(void **state)
{
    (void)state;
    double const weight[FEW] = {0.1, 3, 0, 0.5, 1.2, 2, 0.7}, even[FEW] = {1, 1, 1, 1, 1, 1, 1};
    check_moments(weight, 50);
    check_moments(weight, 100000);
    check_moments(even, 9);
}

/* Chi-square as a normal deviate (Wilson and Hilferty). */
static double deviation(const double *weight, int64_t n, const int64_t *count, int64_t draws)
{
    double chi = 0, sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += weight[i];
    for (int64_t i = 0; i < n; i++) {
        double const expected = (double)draws * weight[i] / sum;
        chi += ((double)count[i] - expected) * ((double)count[i] - expected) / expected;
    }
    double const freedom = (double)(n - 1), spread = 2 / (9 * freedom);
    return (cbrt(chi / freedom) - (1 - spread)) / sqrt(spread);
}

/* Neither too far from their expectation nor too near; 1 % more for every other leaf shows. */
static void check_counts(double *weight, int64_t n, int64_t draws)
{
    int64_t *const count = malloc((size_t)n * sizeof(*count));
    struct split split = tree_of(weight, n);
    struct binomial_source const source = source_of(2);
    draw(&split, &source, draws, 0, count);
    assert_true(total(count, n) == draws);
    assert_true(fabs(deviation(weight, n, count, draws)) < LIMIT);
    for (int64_t i = 0; i < n; i += 2)
        weight[i] *= 1.01;
    assert_true(deviation(weight, n, count, draws) > LIMIT);
    drop(&split);
    free(count);
}

static void a_million_leaves_get_their_share(void **state)
{
    (void)state;
    enum { N = 1000000 };
    double *const weight = malloc(N * sizeof(*weight));
    for (uint64_t i = 0; i < N; i++)
        weight[i] = 0.1 + unit(i);
    check_counts(weight, N, 300000000);
    for (int i = 0; i < N; i++)
        weight[i] = 1.0 / (i + 1000);
    check_counts(weight, N, 1000000000);
    free(weight);
}

static void leaves_of_a_block_get_their_share(void **state)
{
    (void)state;
    enum { N = 4096 };
    static double weight[N];
    int64_t const draws[] = {1 << 22, 1 << 25, 1 << 27, (int64_t)1 << 36, (int64_t)1 << 50};
    for (int k = 0; k < 5; k++) {
        for (int i = 0; i < N; i++)
            weight[i] = 1.0 / (i + 10);
        check_counts(weight, k == 0 ? 100 : N, draws[k]);
    }
}

/* 300 draws at a time among 10,000 leaves: most of the tree is passed over. */
static void few_draws_among_many_leaves_get_their_share(void **state)
{
    (void)state;
    enum { N = 10000, SPLITS = 4000, EACH = 300 };
    static int64_t count[N], sum[N];
    static double weight[N];
    for (uint64_t i = 0; i < N; i++)
        weight[i] = 0.2 + unit(i);
    struct split split = tree_of(weight, N);
    for (uint32_t t = 0; t < SPLITS; t++) {
        struct binomial_source const source = source_of(t);
        draw(&split, &source, EACH, 0, count);
        for (int i = 0; i < N; i++)
            sum[i] += count[i];
    }
    assert_true(fabs(deviation(weight, N, sum, SPLITS * EACH)) < LIMIT);
    drop(&split);
}

/* ---- memory -------------------------------------------------------------------------------- */

static void a_leaf_takes_16_bytes(void **state)
{
    (void)state;
    int64_t const sizes[] = {1, 100, 4097, 1000000, ((int64_t)1 << 31) + 1, UINT32_MAX};
    for (int i = 0; i < 6; i++) {
        assert_true(split_size(sizes[i]) >= 16 * sizes[i] - 8);
        assert_true(split_size(sizes[i]) <= 16 * sizes[i] + 33 * 72);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_sum_to_the_draws),
        cmocka_unit_test(leaves_without_weight_never_get_a_count),
        cmocka_unit_test(a_single_leaf_with_weight_gets_all),
        cmocka_unit_test(equal_largest_weights_do_not_overflow),
        cmocka_unit_test(no_order_of_blocks_changes_a_count),
        cmocka_unit_test(a_block_depends_on_its_own_draws_alone),
        cmocka_unit_test(every_part_of_a_source_counts),
        cmocka_unit_test(trees_can_be_built_again),
        cmocka_unit_test(counts_never_change),
        cmocka_unit_test(means_and_covariances_are_a_multinomial_s),
        cmocka_unit_test(a_million_leaves_get_their_share),
        cmocka_unit_test(leaves_of_a_block_get_their_share),
        cmocka_unit_test(few_draws_among_many_leaves_get_their_share),
        cmocka_unit_test(a_leaf_takes_16_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
