#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/digest.h"

static const char *text_of(struct digest digest)
{
    static char text[4][DIGEST_TEXT];
    static int turn;
    turn = (turn + 1) % 4;
    return digest_format(text[turn], digest);
}

/* XXH3-128 of nothing and of "abc", as the reference program xxhsum -H2 prints them. */
static void bytes_have_the_digest_that_others_compute(void **state)
{
    (void)state;
    assert_string_equal(text_of(digest_bytes("", 0)), "99aa06d3014798d86001c324468d497f");
    assert_string_equal(text_of(digest_bytes("abc", 3)), "06b05ab6733a618578af5f94892f3950");
}

static void any_bit_changes_it(void **state)
{
    (void)state;
    unsigned char bytes[300] = {0};
    struct digest const plain = digest_bytes(bytes, sizeof bytes);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit += 7) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        struct digest const other = digest_bytes(bytes, sizeof bytes);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_true(other.low != plain.low && other.high != plain.high);
    }
    assert_true(digest_bytes(bytes, sizeof bytes - 1).low != plain.low);
}

static void order_of_a_join_matters(void **state)
{
    (void)state;
    struct digest const a = digest_bytes("a", 1), b = digest_bytes("b", 1);
    struct digest const c = digest_bytes("c", 1);
    assert_string_not_equal(text_of(digest_join(a, b)), text_of(digest_join(b, a)));
    assert_string_not_equal(text_of(digest_join(digest_join(a, b), c)),
                            text_of(digest_join(a, digest_join(b, c))));
    assert_string_not_equal(text_of(digest_join(a, a)), text_of(a));
    assert_string_equal(text_of(digest_join(a, b)), text_of(digest_join(a, b)));
}

static void text_has_all_digits(void **state)
{
    (void)state;
    assert_string_equal(text_of((struct digest){.low = 1, .high = 0}),
                        "00000000000000000000000000000001");
    assert_string_equal(text_of((struct digest){.low = UINT64_MAX, .high = 0xabcdef}),
                        "0000000000abcdefffffffffffffffff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_have_the_digest_that_others_compute),
        cmocka_unit_test(any_bit_changes_it),
        cmocka_unit_test(order_of_a_join_matters),
        cmocka_unit_test(text_has_all_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
