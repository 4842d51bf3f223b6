#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <Random123/philox.h>

#include "world/kernel.h"
#include "world/random.h"

static const char *const kernel_names[] = {"sse2", "avx2", "avx512"};

/* Random123's own known answers for philox4x32 with 10 rounds: what random_word stands on. */
static void random123_gives_its_known_answers(void **state)
{
    (void)state;
    static const uint32_t known[3][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
         0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
         0x94fdcceb, 0x5001e420, 0x24126ea1},
    };
    for (int i = 0; i < 3; i++) {
        philox4x32_ctr_t counter;
        philox4x32_key_t key;
        memcpy(counter.v, known[i], sizeof(counter.v));
        memcpy(key.v, known[i] + 4, sizeof(key.v));
        philox4x32_ctr_t const out = philox4x32_R(10, counter, key);
        assert_memory_equal(out.v, known[i] + 6, sizeof(out.v));
    }
}

static void the_first_block_is_a_known_answer(void **state)
{
    (void)state;
    assert_int_equal(random_word(0, 0, 0, 0), 0xe169c58d6627e8d5u);
    assert_int_equal(random_word(0, 0, 0, 1), 0x9b00dbd8bc57ac4cu);
}

static void an_address_is_a_counter_and_a_key(void **state)
{
    (void)state;
    uint64_t const key = 0x0123456789abcdefu, index = 0xfedcba9876543211u;
    philox4x32_ctr_t const counter = {{0x3b2a1908u, 0x7f6e5d4cu, 7, 0x00050009u}};
    philox4x32_key_t const words = {{0x89abcdefu, 0x01234567u}};
    philox4x32_ctr_t const out = philox4x32_R(10, counter, words);
    uint32_t const stream = random_stream(9, 5);
    assert_int_equal(random_word(key, 7, stream, index), out.v[2] | (uint64_t)out.v[3] << 32);
    assert_int_equal(random_word(key, 7, stream, index - 1), out.v[0] | (uint64_t)out.v[1] << 32);
}

static void check_words(const struct kernel *kernel, uint64_t first, int64_t n)
{
    uint64_t out[1 + 200 + 1];
    memset(out, 0x5a, sizeof(out));
    kernel->words(0xfeedfacecafebeefu, 3, 0x00020001u, first, n, out + 1);
    for (int64_t i = 0; i < n; i++) {
        uint64_t const want = random_word(0xfeedfacecafebeefu, 3, 0x00020001u, first + (uint64_t)i);
        assert_int_equal(out[1 + i], want);
    }
    assert_int_equal(out[0], 0x5a5a5a5a5a5a5a5au);
    assert_int_equal(out[1 + n], 0x5a5a5a5a5a5a5a5au);
}

/* Odd and even first words and numbers, and blocks that carry into the counter's upper half. */
static void vectors_give_the_words_of_single_calls(void **state)
{
    (void)state;
    uint64_t const firsts[] = {0,           1,           2,          31,
                               0x1ffffffe0, 0x1ffffffff, 1ull << 62, 0xffffffffffffff00u};
    for (int k = 0; k < 3; k++) {
        const struct kernel *const kernel = kernel_find(kernel_names[k]);
        for (size_t f = 0; kernel != NULL && f < sizeof(firsts) / sizeof(*firsts); f++) {
            for (int64_t n = 0; n <= 200; n += n < 70 ? 1 : 13)
                check_words(kernel, firsts[f], n);
        }
    }
}

static void random_words_are_those_of_random_word(void **state)
{
    (void)state;
    uint64_t out[101];
    random_words(5, 6, 7, 11, 101, out);
    for (uint64_t i = 0; i < 101; i++)
        assert_int_equal(out[i], random_word(5, 6, 7, 11 + i));
}

static void check_rows(uint64_t first, uint64_t step, int64_t n, int64_t rows)
{
    uint64_t out[1 + 5 * 100 + 1];
    memset(out, 0x5a, sizeof(out));
    random_words_each(0xfeedfacecafebeefu, 3, 0x00020001u, first, step, n, rows, out + 1);
    for (int64_t i = 0; i < rows * n; i++) {
        uint64_t const index = first + (uint64_t)(i / n) * step + (uint64_t)(i % n);
        assert_int_equal(out[1 + i], random_word(0xfeedfacecafebeefu, 3, 0x00020001u, index));
    }
    assert_int_equal(out[0], 0x5a5a5a5a5a5a5a5au);
    assert_int_equal(out[1 + rows * n], 0x5a5a5a5a5a5a5a5au);
}

static void rows_begin_a_step_apart(void **state)
{
    (void)state;
    int64_t const lengths[] = {0, 1, 2, 7, 8, 31, 32, 33, 64, 100};
    uint64_t const steps[] = {0, 1, 2, 100, 1ull << 33 | 1, 1ull << 40};
    uint64_t const firsts[] = {0, 1, 0x1fffffffe, 0x1ffffffff, 0xfffffffffffff000u};
    for (int k = 0; k < 3; k++) {
        if (!kernel_use(kernel_names[k]))
            continue;
        for (int f = 0; f < 5; f++) {
            for (int i = 0; i < 6 * 10; i++)
                check_rows(firsts[f], steps[i / 10], lengths[i % 10], i % 6);
        }
    }
}

static void every_part_of_an_address_counts(void **state)
{
    (void)state;
    uint64_t const word = random_word(1, 2, 3, 4);
    assert_int_not_equal(word, random_word(1ull << 32 | 1, 2, 3, 4));
    assert_int_not_equal(word, random_word(2, 2, 3, 4));
    assert_int_not_equal(word, random_word(1, 3, 3, 4));
    assert_int_not_equal(word, random_word(1, 2, random_stream(3, 1), 4));
    assert_int_not_equal(word, random_word(1, 2, 3, 5));
    assert_int_not_equal(word, random_word(1, 2, 3, 1ull << 40 | 4));
}

/* Of every later version too: a stored run must replay. */
static void keys_never_change(void **state)
{
    (void)state;
    assert_int_equal(random_key(1, 0, "core.sampling"), 0x4c3e0c254c30044bu);
    assert_int_equal(random_key(UINT64_MAX, UINT32_MAX, ""), 0x4d04018dfd41084fu);
}

static void every_part_of_a_key_counts(void **state)
{
    (void)state;
    uint64_t const key = random_key(1, 0, "core.sampling");
    assert_int_not_equal(key, random_key(2, 0, "core.sampling"));
    assert_int_not_equal(key, random_key(1ull << 32 | 1, 0, "core.sampling"));
    assert_int_not_equal(key, random_key(1, 1, "core.sampling"));
    assert_int_not_equal(key, random_key(1, 0, "core.sampling#2"));
}

static void units_are_at_least_0_and_below_1(void **state)
{
    (void)state;
    assert_true(random_unit(0) == 0);
    assert_true(random_unit((1u << 11) - 1) == 0);
    assert_true(random_unit(1u << 11) == 0x1p-53);
    assert_true(random_unit(UINT64_MAX) == 1 - 0x1p-53);
}

static void attempts_of_a_stream_do_not_meet_other_purposes(void **state)
{
    (void)state;
    assert_int_equal(random_stream(0xffff, 0), 0xffff);
    assert_int_equal(random_stream(0, 1), 0x10000);
    assert_int_equal(random_stream(0xffff, RANDOM_ATTEMPTS - 1), 0xffffffffu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random123_gives_its_known_answers),
        cmocka_unit_test(the_first_block_is_a_known_answer),
        cmocka_unit_test(an_address_is_a_counter_and_a_key),
        cmocka_unit_test(vectors_give_the_words_of_single_calls),
        cmocka_unit_test(random_words_are_those_of_random_word),
        cmocka_unit_test(rows_begin_a_step_apart),
        cmocka_unit_test(every_part_of_an_address_counts),
        cmocka_unit_test(keys_never_change),
        cmocka_unit_test(every_part_of_a_key_counts),
        cmocka_unit_test(units_are_at_least_0_and_below_1),
        cmocka_unit_test(attempts_of_a_stream_do_not_meet_other_purposes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
