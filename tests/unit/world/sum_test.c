#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world/kernel.h"
#include "world/random.h"
#include "world/sum.h"

__extension__ typedef __int128 wide;

enum { COUNT = 37, ROWS = 500, LANES = 2 * COUNT };

static const char *const kernel_names[] = {"sse2", "avx2", "avx512"};

static double rows[ROWS][COUNT], shares[ROWS];

/* Sizes from 2^-130 to nearly 1, both signs, some 0. */
static int fill(void **state)
{
    (void)state;
    for (uint64_t r = 0; r < ROWS; r++) {
        for (uint64_t i = 0; i < COUNT; i++) {
            uint64_t const word = random_word(1, (uint32_t)r, 0, i);
            double const size = ldexp(random_unit(word), -(int)(word % 130));
            rows[r][i] = word % 11 == 0 ? 0 : word % 3 == 0 ? -size : size;
        }
        shares[r] = random_unit(random_word(1, 0, 1, r));
    }
    return 0;
}

/* floor(x 2^100): shifts of the number's own bits. */
static wide quanta(double x)
{
    int exponent;
    int64_t const mantissa = (int64_t)(frexp(x, &exponent) * 0x1p53);
    int const shift = exponent - 53 + 100;
    if (shift >= 0)
        return (wide)mantissa * ((wide)1 << shift);
    return shift <= -64 ? -(mantissa < 0) : mantissa >> -shift;
}

static wide value(const struct gyre_sum *sum, int64_t i)
{
    return ((wide)sum->high[i] * ((wide)1 << 50)) + sum->low[i];
}

static void sums_are_those_of_128_bit_integers(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++) {
        int64_t memory[LANES];
        wide want[COUNT] = {0};
        struct gyre_sum sum;
        if (!kernel_use(kernel_names[k]))
            continue;
        sum_init(&sum, COUNT, memory);
        for (int r = 0; r < ROWS; r++) {
            sum_add_row(&sum, rows[r], shares[r]);
            for (int i = 0; i < COUNT; i++)
                want[i] += quanta(rows[r][i] * shares[r]);
        }
        for (int i = 0; i < COUNT; i++)
            assert_true(value(&sum, i) == want[i]);
    }
}

/* The sum of all rows, in parts of which each is added up from its end, then joined. */
static void add_in_parts(struct gyre_sum *sum, int64_t *memory, int parts)
{
    sum_init(sum, COUNT, memory);
    for (int p = 0; p < parts; p++) {
        int64_t part_memory[LANES];
        struct gyre_sum part;
        sum_init(&part, COUNT, part_memory);
        for (int r = ROWS - 1; r >= 0; r--) {
            if (r * 7 % parts == p)
                sum_add_row(&part, rows[r], shares[r]);
        }
        sum_join(sum, &part);
    }
}

static void no_order_and_no_parts_change_a_bit(void **state)
{
    (void)state;
    int64_t memory[LANES];
    struct gyre_sum sum;
    double want[COUNT], got[COUNT];
    sum_init(&sum, COUNT, memory);
    for (int r = 0; r < ROWS; r++)
        sum_add_row(&sum, rows[r], shares[r]);
    sum_read(&sum, want);
    for (int parts = 1; parts <= 40; parts++) {
        add_in_parts(&sum, memory, parts);
        sum_read(&sum, got);
        assert_memory_equal(got, want, sizeof(got));
    }
}

static void reading_changes_nothing_that_follows(void **state)
{
    (void)state;
    int64_t memory[LANES], read_memory[LANES];
    struct gyre_sum sum, read;
    double want[COUNT], got[COUNT];
    sum_init(&sum, COUNT, memory);
    sum_init(&read, COUNT, read_memory);
    for (int r = 0; r < ROWS; r++) {
        sum_add_row(&sum, rows[r], shares[r]);
        sum_add_row(&read, rows[r], shares[r]);
        sum_read(&read, got);
    }
    sum_read(&sum, want);
    assert_memory_equal(got, want, sizeof(got));
}

/* The low limb of each is as large as it can be: without carries 8,192 of them overflow. */
static void many_large_low_limbs_are_carried(void **state)
{
    (void)state;
    double const x = 0x1p-50 - 0x1p-100;
    int64_t memory[2], part_memory[2];
    struct gyre_sum sum, part;
    sum_init(&sum, 1, memory);
    for (int i = 0; i < 50000; i++)
        sum_add_row(&sum, &x, 1);
    assert_true(value(&sum, 0) == 50000 * quanta(x));
    sum_init(&part, 1, part_memory);
    for (int i = 0; i < 5000; i++)
        sum_add_row(&part, &x, 1);
    for (int i = 0; i < 50; i++)
        sum_join(&sum, &part);
    assert_true(value(&sum, 0) == 300000 * quanta(x));
}

/* Each part has been read, and so has a low limb but no additions that are not yet carried. */
static void joins_of_carried_sums_are_carried_too(void **state)
{
    (void)state;
    double const x = 0x1p-50 - 0x1p-100;
    double out;
    int64_t memory[2], part_memory[2];
    struct gyre_sum sum, part;
    sum_init(&sum, 1, memory);
    sum_init(&part, 1, part_memory);
    sum_add_row(&part, &x, 1);
    sum_read(&part, &out);
    assert_true(out == x);
    for (int i = 0; i < 20000; i++)
        sum_join(&sum, &part);
    assert_true(value(&sum, 0) == 20000 * quanta(x));
}

static void what_is_below_the_quantum_vanishes(void **state)
{
    (void)state;
    double const row[] = {0x1.fffffffffffffp-101, 0x1p-100, 0x1.8p-100, 0x1p-1074, -0.0, -0x1p-200};
    double out[6];
    int64_t memory[12];
    struct gyre_sum sum;
    sum_init(&sum, 6, memory);
    sum_add_row(&sum, row, 1);
    sum_read(&sum, out);
    assert_true(out[0] == 0 && out[1] == 0x1p-100 && out[2] == 0x1p-100);
    assert_true(out[3] == 0 && out[4] == 0 && !signbit(out[4]));
    assert_true(out[5] == -0x1p-100);
}

static void the_largest_sums_fit(void **state)
{
    (void)state;
    double const row[] = {0x1.fffffffffffffp11, -0x1.fffffffffffffp11, 0x1p11};
    double out[3];
    int64_t memory[6];
    struct gyre_sum sum;
    sum_init(&sum, 3, memory);
    sum_add_row(&sum, row, 1);
    sum_read(&sum, out);
    assert_true(out[0] == row[0] && out[1] == row[1] && out[2] == row[2]);
}

static void sums_below_8_are_rounded_once(void **state)
{
    (void)state;
    int64_t memory[LANES];
    double out[COUNT];
    struct gyre_sum sum;
    sum_init(&sum, COUNT, memory);
    for (int r = 0; r < 4; r++)
        sum_add_row(&sum, rows[r], shares[r]);
    sum_read(&sum, out);
    for (int i = 0; i < COUNT; i++)
        assert_true(out[i] == (double)value(&sum, i) * 0x1p-100);
}

/* What one int64 of 2^-62 could not: 50 rounds of halving, averaged over 50 agents. Each loses up
 * to a quantum. */
static void halving_50_times_keeps_13_digits(void **state)
{
    (void)state;
    double p = 0.7, out;
    int64_t memory[2];
    struct gyre_sum sum;
    for (int round = 0; round < 50; round++) {
        double const half = p / 2;
        sum_init(&sum, 1, memory);
        for (int agent = 0; agent < 50; agent++)
            sum_add_row(&sum, &half, 0.02);
        sum_read(&sum, &out);
        p = out;
    }
    assert_true(fabs(p / (0.7 * 0x1p-50) - 1) < 1e-13);
}

static void clear_sums_are_0(void **state)
{
    (void)state;
    int64_t memory[LANES];
    double out[COUNT];
    struct gyre_sum sum;
    sum_init(&sum, COUNT, memory);
    sum_add_row(&sum, rows[0], 1);
    sum_clear(&sum);
    sum_read(&sum, out);
    for (int i = 0; i < COUNT; i++)
        assert_true(out[i] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_128_bit_integers),
        cmocka_unit_test(no_order_and_no_parts_change_a_bit),
        cmocka_unit_test(reading_changes_nothing_that_follows),
        cmocka_unit_test(many_large_low_limbs_are_carried),
        cmocka_unit_test(joins_of_carried_sums_are_carried_too),
        cmocka_unit_test(what_is_below_the_quantum_vanishes),
        cmocka_unit_test(the_largest_sums_fit),
        cmocka_unit_test(sums_below_8_are_rounded_once),
        cmocka_unit_test(halving_50_times_keeps_13_digits),
        cmocka_unit_test(clear_sums_are_0),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
