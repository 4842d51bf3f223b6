#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { PIECES = 2000 };

static void expect_aligned(const void *memory)
{
    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % 64, 0);
}

static void pieces_are_aligned_and_apart(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    unsigned char *piece[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        piece[i] = arena_take(arena, i % 301);
        expect_aligned(piece[i]);
        memset(piece[i], (int)(i % 251), i % 301);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t k = 0; k < i % 301; k++)
            assert_int_equal(piece[i][k], i % 251);
    arena_destroy(arena);
}

static void empty_pieces_are_pieces(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    const void *one = arena_take(arena, 0), *two = arena_alloc(arena, 0);
    expect_aligned(one);
    expect_aligned(two);
    assert_ptr_not_equal(one, two);
    arena_destroy(arena);
}

static void big_pieces_do_not_disturb_small_ones(void **state)
{
    (void)state;
    static const size_t sizes[] = {65536, 65537, 65535, 10000000, 64, 200000};
    struct arena *arena = arena_create();
    char *before = arena_text(arena, "before");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *big = arena_take(arena, sizes[i]);
        expect_aligned(big);
        memset(big, 'x', sizes[i]);
    }
    char *after = arena_text(arena, "after");
    assert_string_equal(before, "before");
    assert_string_equal(after, "after");
    arena_destroy(arena);
}

static void alloc_zeroes_what_was_used_before(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    memset(arena_take(arena, 1000), 0xff, 1000);
    memset(arena_take(arena, 100000), 0xff, 100000);
    arena_reset(arena);
    const unsigned char *small = arena_alloc(arena, 1000), *big = arena_alloc(arena, 100000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(small[i], 0);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(big[i], 0);
    arena_destroy(arena);
}

/* The same pieces asked for again stand where they stood: nothing grows from call to call. */
static void reset_keeps_its_memory(void **state)
{
    (void)state;
    static const size_t sizes[] = {100, 70000, 30000, 30000, 30000, 1000000, 5};
    enum { COUNT = sizeof sizes / sizeof *sizes };
    const void *first[COUNT];
    struct arena *arena = arena_create();
    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            const void *piece = arena_take(arena, sizes[i]);
            if (round == 0)
                first[i] = piece;
            assert_ptr_equal(piece, first[i]);
        }
        arena_reset(arena);
    }
    arena_destroy(arena);
}

static void text_is_a_copy(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    char text[] = "one";
    const char *copy = arena_text(arena, text);
    text[0] = 'x';
    assert_string_equal(copy, "one");
    assert_string_equal(arena_text(arena, ""), "");
    arena_destroy(arena);
}

static void format_takes_any_length(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    const char *text = arena_format(arena, "%200000d|%s", 7, "end");
    assert_int_equal(strlen(text), 200004);
    assert_string_equal(text + 199999, "7|end");
    assert_string_equal(arena_format(arena, "%s", ""), "");
    arena_destroy(arena);
}

static void vast_pieces_are_not_there(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_null(arena_try(arena, SIZE_MAX));
    assert_null(arena_try(arena, SIZE_MAX / 4));
    assert_null(arena_try(arena, (size_t)1 << 46));
    expect_aligned(arena_try(arena, 100));
    arena_destroy(arena);
}

static void destroying_nothing_is_fine(void **state)
{
    (void)state;
    arena_destroy(NULL);
}

static void memory_that_is_not_there_is_null(void **state)
{
    (void)state;
    assert_null(memory_try(SIZE_MAX, 1));
    assert_null(memory_try(SIZE_MAX / 8, 16));
    assert_null(memory_try((size_t)1 << 32, (size_t)1 << 32));
    unsigned char *some = memory_try(1001, 3);
    expect_aligned(some);
    for (int i = 0; i < 3003; i++)
        assert_int_equal(some[i], 0);
    free(some);
    void *none = memory_try(0, 8);
    expect_aligned(none);
    free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_apart),
        cmocka_unit_test(empty_pieces_are_pieces),
        cmocka_unit_test(big_pieces_do_not_disturb_small_ones),
        cmocka_unit_test(alloc_zeroes_what_was_used_before),
        cmocka_unit_test(reset_keeps_its_memory),
        cmocka_unit_test(text_is_a_copy),
        cmocka_unit_test(format_takes_any_length),
        cmocka_unit_test(vast_pieces_are_not_there),
        cmocka_unit_test(destroying_nothing_is_fine),
        cmocka_unit_test(memory_that_is_not_there_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
