#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "world/column.h"

static double const one[] = {1}, two[] = {1, 2};

static void columns_are_found_by_name_and_kind(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct columns columns = {NULL};
    assert_null(column_find(&columns, GYRE_OF_STATE, "risk"));
    column_add(&columns, arena, GYRE_OF_STATE, "risk", two, 2);
    column_add(&columns, arena, GYRE_OF_AGENT, "risk", one, 1);
    assert_ptr_equal(column_find(&columns, GYRE_OF_STATE, "risk")->data, two);
    assert_int_equal(column_find(&columns, GYRE_OF_STATE, "risk")->count, 2);
    assert_ptr_equal(column_find(&columns, GYRE_OF_AGENT, "risk")->data, one);
    assert_null(column_find(&columns, GYRE_OF_CONTEXT, "risk"));
    assert_null(column_find(&columns, GYRE_OF_STATE, "ris"));
    assert_null(column_find(&columns, GYRE_OF_STATE, "risk "));
    assert_null(column_find(&columns, GYRE_OF_STATE, ""));
    arena_destroy(arena);
}

static void newer_column_stands_before_an_older_one(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct columns columns = {NULL};
    column_add(&columns, arena, GYRE_OF_STATE, "risk", one, 1);
    column_add(&columns, arena, GYRE_OF_STATE, "risk", two, 2);
    assert_ptr_equal(column_find(&columns, GYRE_OF_STATE, "risk")->data, two);
    arena_destroy(arena);
}

static void names_are_of_one_kind_and_the_oldest_first(void **state)
{
    (void)state;
    static char name[200][8];
    struct arena *arena = arena_create();
    struct columns columns = {NULL};
    assert_null(column_names(&columns, arena, GYRE_OF_STATE)[0]);
    for (int i = 0; i < 200; i++) {
        snprintf(name[i], sizeof name[i], "c%d", i);
        column_add(&columns, arena, i % 2 ? GYRE_OF_STATE : GYRE_OF_AGENT, name[i], one, 1);
    }
    const char *const *names = column_names(&columns, arena, GYRE_OF_STATE);
    for (int i = 0; i < 100; i++)
        assert_string_equal(names[i], name[2 * i + 1]);
    assert_null(names[100]);
    assert_null(column_names(&columns, arena, GYRE_OF_CONTEXT)[0]);
    arena_destroy(arena);
}

static void kinds_have_words(void **state)
{
    (void)state;
    assert_string_equal(column_of_word(GYRE_OF_STATE), "state");
    assert_string_equal(column_of_word(GYRE_OF_AGENT), "agent");
    assert_string_equal(column_of_word(GYRE_OF_CONTEXT), "context");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_by_name_and_kind),
        cmocka_unit_test(newer_column_stands_before_an_older_one),
        cmocka_unit_test(names_are_of_one_kind_and_the_oldest_first),
        cmocka_unit_test(kinds_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
