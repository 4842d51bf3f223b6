#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "world/rows.h"

enum { AGENTS = 5 };

static double const weight[AGENTS] = {0.5, 0.25, 0.125, 0.0625, 0.0625};

static void rows_are_aligned_and_of_whole_lines(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 63, 64, 65, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct rows rows;
        assert_true(rows_init(&rows, AGENTS, AGENTS, sizes[i], weight));
        assert_true(rows.stride >= sizes[i] && rows.stride < sizes[i] + 64);
        for (int64_t r = 0; r < AGENTS; r++)
            assert_int_equal((uintptr_t)rows_view(&rows, r, r + 1).row % 64, 0);
        rows_fini(&rows);
    }
}

static void united_agents_share_one_row_whole(void **state)
{
    (void)state;
    struct rows rows;
    assert_true(rows_init(&rows, AGENTS, 1, 8, weight));
    rows_unite(&rows);
    assert_int_equal(rows.count, 1);
    for (int m = 0; m < AGENTS; m++)
        assert_int_equal(rows.row_of[m], 0);
    gyre_rows const view = rows_view(&rows, 0, 1);
    assert_int_equal(view.size, sizeof(gyre_rows));
    assert_int_equal(view.count, 1);
    assert_true(view.share[0] == 1);
    rows_fini(&rows);
}

/* The last byte too, and in the second round whatever agents had become. */
static void parting_gives_each_what_it_was(void **state)
{
    (void)state;
    struct rows rows;
    char text[100];
    memset(text, 'a', sizeof text);
    assert_true(rows_init(&rows, AGENTS, AGENTS, sizeof text, weight));
    for (int round = 0; round < 2; round++) {
        rows_unite(&rows);
        memcpy(rows_view(&rows, 0, 1).row, text, sizeof text);
        rows_part(&rows);
        assert_int_equal(rows.count, AGENTS);
        for (int m = 0; m < AGENTS; m++) {
            gyre_rows const view = rows_view(&rows, m, m + 1);
            assert_int_equal(rows.row_of[m], m);
            assert_memory_equal(view.row, text, sizeof text);
            assert_true(view.share[0] == weight[m]);
            memset(view.row, 'b' + m, sizeof text);
        }
        text[99] = 'z';
    }
    rows_fini(&rows);
}

/* As after a round in which agents 1 and 4 came to be equal, and so did 2 and 3. */
static void agents_of_few_rows_part_too(void **state)
{
    (void)state;
    static const uint32_t row_of[AGENTS] = {0, 1, 2, 2, 1};
    struct rows rows;
    assert_true(rows_init(&rows, AGENTS, AGENTS, 1, weight));
    rows.count = 3;
    memcpy(rows.row_of, row_of, sizeof row_of);
    for (int r = 0; r < 3; r++)
        *(char *)rows_view(&rows, r, r + 1).row = (char)('a' + r);
    rows_part(&rows);
    char found[AGENTS + 1] = "";
    for (int m = 0; m < AGENTS; m++)
        found[m] = *(const char *)rows_view(&rows, m, m + 1).row;
    assert_string_equal(found, "abccb");
    rows_fini(&rows);
}

static void parting_again_changes_nothing(void **state)
{
    (void)state;
    struct rows rows;
    assert_true(rows_init(&rows, AGENTS, AGENTS, 1, weight));
    rows_unite(&rows);
    rows_part(&rows);
    for (int m = 0; m < AGENTS; m++)
        *(char *)rows_view(&rows, m, m + 1).row = (char)('a' + m);
    rows_part(&rows);
    for (int m = 0; m < AGENTS; m++)
        assert_int_equal(*(const char *)rows_view(&rows, m, m + 1).row, 'a' + m);
    rows_fini(&rows);
}

static void view_is_of_the_rows_asked_for(void **state)
{
    (void)state;
    struct rows rows;
    assert_true(rows_init(&rows, AGENTS, AGENTS, 8, weight));
    rows_unite(&rows);
    rows_part(&rows);
    gyre_rows const view = rows_view(&rows, 2, 5);
    assert_int_equal(view.count, 3);
    assert_ptr_equal(view.row, rows.data + 2 * rows.stride);
    for (int i = 0; i < 3; i++)
        assert_true(view.share[i] == weight[2 + i]);
    rows_fini(&rows);
}

static void rows_beyond_any_machine_are_refused(void **state)
{
    (void)state;
    struct rows rows;
    assert_false(rows_init(&rows, AGENTS, INT64_C(1) << 61, 64, weight));
    assert_null(rows.data);
    rows_fini(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_aligned_and_of_whole_lines),
        cmocka_unit_test(united_agents_share_one_row_whole),
        cmocka_unit_test(parting_gives_each_what_it_was),
        cmocka_unit_test(agents_of_few_rows_part_too),
        cmocka_unit_test(parting_again_changes_nothing),
        cmocka_unit_test(view_is_of_the_rows_asked_for),
        cmocka_unit_test(rows_beyond_any_machine_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
