/* Words on a terminal. */
#include "unit/record/sample.h"

#include "cli/ink.h"

static int setup(void **state)
{
    *state = arena_create();
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(*state);
    return 0;
}

/* What was written to the stream, which is then closed. */
struct page {
    FILE *out;
    char *text;
    size_t size;
};

static FILE *page_open(struct page *page)
{
    page->text = NULL;
    return page->out = open_memstream(&page->text, &page->size);
}

static void assert_page(struct page *page, const char *expected)
{
    fclose(page->out);
    assert_string_equal(page->text, expected);
    free(page->text);
}

static void a_terminal_cannot_be_commanded(void **state)
{
    assert_string_equal(ink_text(*state, "a\033[31mb\x7f"), "a\\x1b[31mb\\x7f");
    assert_string_equal(ink_text(*state, "one\ntwo\tthree\r"), "one two three ");
    assert_string_equal(ink_text(*state, "\xc2\x9b 31m \xc2\xa0 \xc3\xa9"),
                        "\\x9b 31m \xc2\xa0 \xc3\xa9");
}

static void columns_are_characters_not_bytes(void **state)
{
    (void)state;
    struct page page;
    assert_int_equal(ink_columns("±∞é"), 3);
    ink_pad(page_open(&page), "∞", 3);
    ink_pad(page.out, "é", -3);
    ink_pad(page.out, "long", 2);
    assert_page(&page, "  ∞é  long");
}

static void what_is_cut_is_marked(void **state)
{
    assert_string_equal(ink_cut(*state, "coverage", 8, "…"), "coverage");
    assert_string_equal(ink_cut(*state, "coverage", 5, "…"), "cove…");
    assert_string_equal(ink_cut(*state, "éééé", 3, "~"), "éé~");
}

static void lines_are_broken_between_words(void **state)
{
    (void)state;
    struct page page;
    ink_wrap(page_open(&page), "  one two   three incomprehensible é", 9);
    assert_page(&page, "one two\nthree\nincomprehensible\né\n");
}

static void ink_is_only_for_those_who_can_see_it(void **state)
{
    (void)state;
    struct page page;
    ink_set(page_open(&page), false, INK_RED);
    assert_page(&page, "");
    ink_set(page_open(&page), true, INK_RED);
    ink_set(page.out, true, INK_PLAIN);
    assert_page(&page, "\033[31m\033[0m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_terminal_cannot_be_commanded, setup, teardown),
        cmocka_unit_test(columns_are_characters_not_bytes),
        cmocka_unit_test_setup_teardown(what_is_cut_is_marked, setup, teardown),
        cmocka_unit_test(lines_are_broken_between_words),
        cmocka_unit_test(ink_is_only_for_those_who_can_see_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
