#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world/random.h"
#include "world/tally.h"

__extension__ typedef __int128 wide;

/* More states than are folded at a time. */
enum { STATES = 1300, LISTED = 5000 };

static uint32_t list[LISTED];

static int fill(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < LISTED; i++) {
        uint64_t const word = random_word(1, 0, 0, i);
        list[i] = (uint32_t)(word % 3 == 0 ? 5 : word % STATES);
    }
    return 0;
}

static struct tally empty(void)
{
    size_t const size = (size_t)tally_size(STATES);
    void *const memory = aligned_alloc(64, size);
    struct tally tally;
    assert_non_null(memory);
    memset(memory, 0, size);
    tally_init(&tally, STATES, memory);
    return tally;
}

static void drop(struct tally *tally)
{
    free(tally->wide);
}

static struct gyre_sum zero(void)
{
    struct gyre_sum sum;
    int64_t *const memory = malloc(2 * STATES * sizeof(*memory));
    assert_non_null(memory);
    sum_init(&sum, STATES, memory);
    return sum;
}

/* A state's sum, in 2^-100. */
static wide entry(const struct gyre_sum *sum, int64_t i)
{
    return (wide)sum->high[i] * ((wide)1 << 50) + sum->low[i];
}

static void assert_same(struct gyre_sum *a, struct gyre_sum *b)
{
    double x[STATES], y[STATES];
    sum_read(a, x);
    sum_read(b, y);
    assert_memory_equal(x, y, sizeof(x));
    assert_memory_equal(a->high, b->high, sizeof(*a->high) * STATES);
    assert_memory_equal(a->low, b->low, sizeof(*a->low) * STATES);
    free(a->high);
    free(b->high);
}

static void check_against_rows(double first, double other)
{
    struct tally tally = empty();
    struct gyre_sum folded = zero(), added = zero();
    double row[STATES] = {0};
    tally_add(&tally, list, LISTED, first);
    tally_add(&tally, list, 999, other);
    for (int i = 0; i < LISTED + 999; i++)
        row[list[i % LISTED]] += i < LISTED ? first : other;
    tally_fold(&tally, &folded);
    sum_add_row(&added, row, 1.0);
    assert_same(&folded, &added);
    drop(&tally);
}

/* With weights whose sums are doubles. */
static void sums_are_those_of_rows(void **state)
{
    (void)state;
    check_against_rows(0.5, 0.5);
    check_against_rows(0.5, 0x1p-30);
    check_against_rows(0x1.8p-20, 0x1p-3);
    check_against_rows(0x1p-100, 0x3p-100);
    check_against_rows(0x1.fffffp-60, 0x1p-70);
    check_against_rows(0x1p-45, 0);
}

/* floor(each 2^100), from the double's own bits. */
static wide quanta(double each)
{
    uint64_t bits;
    memcpy(&bits, &each, sizeof(bits));
    int const shift = (int)(bits >> 52) - 1075 + 100;
    wide const whole = (wide)(1ull << 52 | (bits & 0xfffffffffffffu));
    return shift >= 0 ? whole << shift : shift > -64 ? whole >> -shift : 0;
}

static void each_listing_counts_to_the_last_quantum(void **state)
{
    (void)state;
    double const weights[] = {0.1, 1, 1.0 / 3, 1e-8, 1e-20, 0x1.8p-100, 1e-31, 0x1p-101, 1e-300};
    wide want[STATES] = {0};
    struct tally tally = empty();
    struct gyre_sum sum = zero();
    for (int w = 0; w < 9; w++) {
        tally_add(&tally, list + 100 * w, 1000, weights[w]);
        for (int i = 0; i < 1000; i++)
            want[list[100 * w + i]] += quanta(weights[w]);
    }
    tally_fold(&tally, &sum);
    for (int i = 0; i < STATES; i++)
        assert_true(entry(&sum, i) == want[i]);
    assert_true(entry(&sum, 5) > 0);
    free(sum.high);
    drop(&tally);
}

static void no_order_changes_the_sum(void **state)
{
    (void)state;
    enum { PARTS = 50, SIZE = LISTED / PARTS };
    struct tally forth = empty(), back = empty();
    struct gyre_sum a = zero(), b = zero();
    for (int i = 0; i < PARTS; i++) {
        int const j = PARTS - 1 - i;
        tally_add(&forth, list + SIZE * i, SIZE, 1.0 / (3 + i % 4));
        tally_add(&back, list + SIZE * j, SIZE, 1.0 / (3 + j % 4));
        if (i % 7 == 0)
            tally_fold(&back, &b);
    }
    tally_fold(&forth, &a);
    tally_fold(&back, &b);
    assert_same(&a, &b);
    drop(&forth);
    drop(&back);
}

/* A count holds 40 bits: what is there before it would overflow is put aside. */
static void counts_do_not_overflow(void **state)
{
    (void)state;
    uint32_t const states[] = {600, 600, 600, 600, 600, 600, 600, 600, 600, 600};
    double const each = 0x1.921fb54442d18p-40;
    struct tally tally = empty();
    struct gyre_sum sum = zero();
    tally_add(&tally, states, 1, each);
    tally.high[600] = UINT32_MAX;
    tally.low[600] = 250;
    tally.counted = ((int64_t)1 << 40) - 6;
    tally_add(&tally, states, 10, each);
    tally_fold(&tally, &sum);
    assert_true(entry(&sum, 600) == (((wide)1 << 40) + 4) * quanta(each));
    free(sum.high);
    drop(&tally);
}

/* The sum's lower limbs must be carried in time, whatever came to them before. */
static void a_sum_takes_any_number_of_tallies(void **state)
{
    (void)state;
    struct tally tally = empty();
    struct gyre_sum sum = zero();
    double const each = 0x1.fffffffffffffp-48;
    double row[STATES] = {0};
    for (int i = 0; i < 9000; i++) {
        tally_add(&tally, list, 1, each);
        tally_fold(&tally, &sum);
        if (i % 5 == 0)
            sum_add_row(&sum, row, 1.0);
    }
    assert_true(entry(&sum, list[0]) == 9000 * quanta(each));
    free(sum.high);
    drop(&tally);
}

static void assert_empty(const struct tally *tally)
{
    const unsigned char *const byte = (const unsigned char *)tally->wide;
    for (int64_t i = 0; i < tally_size(STATES); i++)
        assert_int_equal(byte[i], 0);
}

static void nothing_is_left_after_it_was_folded_or_cleared(void **state)
{
    (void)state;
    struct tally tally = empty();
    struct gyre_sum sum = zero(), none = zero();
    for (int i = 0; i < 2; i++) {
        tally_add(&tally, list, LISTED, 0.1);
        tally_add(&tally, list, LISTED, 0.01);
        if (i == 0)
            tally_fold(&tally, &sum);
        else
            tally_clear(&tally);
        assert_empty(&tally);
    }
    tally_fold(&tally, &none);
    for (int i = 0; i < STATES; i++)
        assert_true(entry(&none, i) == 0);
    free(sum.high);
    free(none.high);
    drop(&tally);
}

/* Counts read at once are what the sum of all listings is, bit by bit. */
static void check_counts(double each)
{
    struct tally tally = empty(), other = empty(), summed = empty();
    struct gyre_sum sum = zero();
    double x[STATES], y[STATES];
    tally_add(&other, list, 1000, each);
    for (int i = 0; i < 700; i++) {
        tally_add(&tally, list, LISTED, each);
        tally_add(&summed, list, LISTED, each);
    }
    tally_add(&summed, list, 1000, each);
    assert_true(tally_is_count(&tally, each) && tally_is_count(&other, each));
    assert_false(tally_is_count(&tally, each / 2));
    tally_join(&tally, &other);
    assert_empty(&other);
    tally_read(&tally, x);
    assert_empty(&tally);
    tally_fold(&summed, &sum);
    sum_read(&sum, y);
    assert_memory_equal(x, y, sizeof x);
    free(sum.high);
    drop(&tally);
    drop(&other);
    drop(&summed);
}

static void counts_are_read_as_sums_are(void **state)
{
    (void)state;
    static const double units[] = {1e-6, 1.0 / 3e6, 0x1p-20, 0x1.fffffffffffffp-21,
                                   0x1.0000000000001p-47};
    for (int i = 0; i < 5; i++)
        check_counts(units[i]);
}

/* Two weights, or one that sums cut off, are no counts. */
static void what_is_no_count_is_not_read_as_one(void **state)
{
    (void)state;
    struct tally tally = empty();
    tally_add(&tally, list, LISTED, 0x1.0000000000001p-48);
    assert_false(tally_is_count(&tally, 0x1.0000000000001p-48));
    tally_clear(&tally);
    assert_true(tally_is_count(&tally, 0.1));
    tally_add(&tally, list, LISTED, 0.1);
    tally_add(&tally, list, LISTED, 0.2);
    assert_false(tally_is_count(&tally, 0.1));
    drop(&tally);
}

/* Listings that weigh nothing must not be counted with those of the first weight. */
static void weights_of_0_are_no_unit(void **state)
{
    (void)state;
    struct tally tally = empty();
    struct gyre_sum sum = zero();
    uint32_t const one = 9;
    tally_add(&tally, list, LISTED, 0);
    tally_add(&tally, &one, 1, 0.25);
    tally_fold(&tally, &sum);
    for (int i = 0; i < STATES; i++)
        assert_true(entry(&sum, i) == (i == 9 ? (wide)1 << 98 : 0));
    free(sum.high);
    drop(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_rows),
        cmocka_unit_test(each_listing_counts_to_the_last_quantum),
        cmocka_unit_test(no_order_changes_the_sum),
        cmocka_unit_test(counts_do_not_overflow),
        cmocka_unit_test(a_sum_takes_any_number_of_tallies),
        cmocka_unit_test(nothing_is_left_after_it_was_folded_or_cleared),
        cmocka_unit_test(weights_of_0_are_no_unit),
        cmocka_unit_test(counts_are_read_as_sums_are),
        cmocka_unit_test(what_is_no_count_is_not_read_as_one),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
