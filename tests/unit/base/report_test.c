#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"

struct fixture {
    struct arena *arena;
    struct report *report;
};

static int make(void **state)
{
    static struct fixture fixture;
    fixture.arena = arena_create();
    fixture.report = report_create(fixture.arena);
    *state = &fixture;
    return 0;
}

static int drop(void **state)
{
    arena_destroy(((struct fixture *)*state)->arena);
    return 0;
}

static void expect_print(const struct fixture *f, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    report_print(f->report, out);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void nothing_is_ok(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(report_status(f->report), STATUS_OK);
    assert_int_equal(report_count(f->report), 0);
    assert_null(report_first(f->report));
    expect_print(f, "");
}

static void sentences_stand_in_the_order_of_places(void **state)
{
    const struct fixture *f = *state;
    report_add(f->report, STATUS_DATA, (struct place){"a", 10, 2}, "third");
    report_add(f->report, STATUS_DATA, (struct place){"a", 10, 1}, "second");
    report_add(f->report, STATUS_DATA, (struct place){"a", 9, 7}, "first");
    report_add(f->report, STATUS_DATA, (struct place){"a", 10, 2}, "fourth");
    expect_print(f, "a:9:7: first\na:10:1: second\na:10:2: third\na:10:2: fourth\n");
}

/* The one named first, not that of the alphabet. */
static void files_stand_in_the_order_of_their_first_mention(void **state)
{
    const struct fixture *f = *state;
    char again[] = "z.toml";
    report_add(f->report, STATUS_DATA, (struct place){"z.toml", 5, 1}, "two");
    report_add(f->report, STATUS_DATA, (struct place){"a.csv", 1, 1}, "three");
    report_add(f->report, STATUS_DATA, (struct place){again, 1, 1}, "one");
    expect_print(f, "z.toml:1:1: one\nz.toml:5:1: two\na.csv:1:1: three\n");
}

static void places_are_told_as_far_as_they_are_known(void **state)
{
    const struct fixture *f = *state;
    report_add(f->report, STATUS_DATA, (struct place){"a", 3, 4}, "there");
    report_add(f->report, STATUS_DATA, (struct place){"a", 3, 0}, "line");
    report_add(f->report, STATUS_DATA, (struct place){"a", 0, 0}, "file");
    report_add(f->report, STATUS_DATA, (struct place){NULL, 0, 0}, "nowhere");
    expect_print(f, "gyre: nowhere\na: file\na:3: line\na:3:4: there\n");
}

static void neighbours_that_say_the_same_are_told_once(void **state)
{
    const struct fixture *f = *state;
    for (int i = 0; i < 3; i++)
        report_add(f->report, STATUS_DATA, (struct place){"a", 1, 1}, "same");
    report_add(f->report, STATUS_DATA, (struct place){"a", 2, 1}, "same");
    report_add(f->report, STATUS_DATA, (struct place){"b", 2, 1}, "same");
    expect_print(f, "a:1:1: same\na:2:1: same\nb:2:1: same\n");
}

static void no_byte_of_a_sentence_leaves_its_line(void **state)
{
    const struct fixture *f = *state;
    report_add(f->report, STATUS_DATA, (struct place){"a\nb", 1, 1}, "%s", "x\ny\x1b[0m\t\x7f");
    expect_print(f, "a\\nb:1:1: x\\ny\\x1b[0m\\x09\\x7f\n");
}

static void first_by_place_gives_the_status(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(report_add(f->report, STATUS_BUG, (struct place){"a", 7, 1}, "late %d", 7),
                     STATUS_BUG);
    assert_int_equal(report_status(f->report), STATUS_BUG);
    report_add(f->report, STATUS_MISSING, (struct place){"a", 2, 3}, "early %s", "bird");
    assert_int_equal(report_status(f->report), STATUS_MISSING);
    assert_string_equal(report_first(f->report), "a:2:3: early bird");
    assert_int_equal(report_count(f->report), 2);
}

static void printing_changes_nothing(void **state)
{
    const struct fixture *f = *state;
    report_add(f->report, STATUS_DATA, (struct place){"b", 2, 1}, "two");
    report_add(f->report, STATUS_LIMIT, (struct place){"b", 1, 1}, "one");
    expect_print(f, "b:1:1: one\nb:2:1: two\n");
    report_add(f->report, STATUS_DATA, (struct place){"a", 1, 1}, "three");
    expect_print(f, "b:1:1: one\nb:2:1: two\na:1:1: three\n");
    assert_int_equal(report_status(f->report), STATUS_LIMIT);
}

static void hundreds_of_long_sentences_are_kept(void **state)
{
    const struct fixture *f = *state;
    char *expected = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&expected, &size);
    assert_non_null(out);
    for (int i = 1; i <= 500; i++) {
        report_add(f->report, STATUS_DATA, (struct place){"a", 501 - i, 1}, "%0999d", i);
        fprintf(out, "a:%d:1: %0999d\n", i, 501 - i);
    }
    fclose(out);
    expect_print(f, expected);
    free(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_ok, make, drop),
        cmocka_unit_test_setup_teardown(sentences_stand_in_the_order_of_places, make, drop),
        cmocka_unit_test_setup_teardown(files_stand_in_the_order_of_their_first_mention, make,
                                        drop),
        cmocka_unit_test_setup_teardown(places_are_told_as_far_as_they_are_known, make, drop),
        cmocka_unit_test_setup_teardown(neighbours_that_say_the_same_are_told_once, make, drop),
        cmocka_unit_test_setup_teardown(no_byte_of_a_sentence_leaves_its_line, make, drop),
        cmocka_unit_test_setup_teardown(first_by_place_gives_the_status, make, drop),
        cmocka_unit_test_setup_teardown(printing_changes_nothing, make, drop),
        cmocka_unit_test_setup_teardown(hundreds_of_long_sentences_are_kept, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
