/* Dots and letters of a canvas. */
#include "unit/scenario/said.h"

#include <stdlib.h>

#include "cli/braille.h"

static void check_row(const struct braille *canvas, int row, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    braille_print(canvas, out, row, "ab");
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void a_line_is_dots_from_end_to_end(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct braille canvas = braille_create(arena, 3, 2, true, false);
    assert_int_equal(canvas.width, 6);
    assert_int_equal(canvas.height, 8);
    braille_line(&canvas, 0, 0, 5, 0, 0);
    check_row(&canvas, 1, "⣀⣀⣀");
    check_row(&canvas, 0, "   ");
    braille_line(&canvas, 0, 7, 0, 0, 0);
    check_row(&canvas, 0, "⡇  ");
    check_row(&canvas, 1, "⣇⣀⣀");
    arena_destroy(arena);
}

static void a_shade_is_sparse_and_keeps_away_from_lines(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct braille canvas = braille_create(arena, 2, 1, true, false);
    for (int x = 0; x < 4; x++)
        braille_shade(&canvas, x, 0, 3);
    check_row(&canvas, 0, "⡐⡐");
    braille_line(&canvas, 0, 1, 3, 1, 0);
    check_row(&canvas, 0, "⠤⠤");
    arena_destroy(arena);
}

static void ascii_tells_lines_apart_by_letters(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct braille canvas = braille_create(arena, 4, 2, false, false);
    for (int x = 0; x < 3; x++)
        braille_shade(&canvas, x, 0, 1);
    braille_line(&canvas, 0, 0, 3, 0, 0);
    braille_line(&canvas, 1, 1, 1, 1, 1);
    check_row(&canvas, 0, ".b. ");
    check_row(&canvas, 1, "aaaa");
    arena_destroy(arena);
}

static void what_lies_beyond_is_cut(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct braille canvas = braille_create(arena, 2, 1, false, false);
    braille_line(&canvas, -3, -3, 5, 5, 0);
    braille_shade(&canvas, 7, -2, 9);
    braille_shade(&canvas, 1, -2, 9);
    check_row(&canvas, 0, "a.");
    arena_destroy(arena);
}

static void colours_come_in_runs_and_end(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct braille canvas = braille_create(arena, 2, 1, true, true);
    braille_line(&canvas, 0, 0, 3, 0, 0);
    check_row(&canvas, 0, "\033[34m⣀⣀\033[0m");
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_dots_from_end_to_end),
        cmocka_unit_test(a_shade_is_sparse_and_keeps_away_from_lines),
        cmocka_unit_test(ascii_tells_lines_apart_by_letters),
        cmocka_unit_test(what_lies_beyond_is_cut),
        cmocka_unit_test(colours_come_in_runs_and_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
