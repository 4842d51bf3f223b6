#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cli/page.h"

/* What a function prints. */
struct print {
    FILE *out;
    char *text;
    size_t length;
};

static void print_begin(struct print *print)
{
    print->out = open_memstream(&print->text, &print->length);
    assert_non_null(print->out);
}

static void print_expect(struct print *print, const char *expected)
{
    fclose(print->out);
    assert_string_equal(print->text, expected);
    free(print->text);
}

static void expect_markdown(const char *markdown, const char *expected)
{
    struct print print;
    print_begin(&print);
    page_markdown(print.out, 2, markdown);
    print_expect(&print, expected);
}

static void no_line_is_over_80_columns(void **state)
{
    (void)state;
    struct print print;
    print_begin(&print);
    for (int i = 0; i < 400; i++)
        page_text(print.out, i % 70, i % 20,
                  "é a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh "
                  "iiiiiiiii jjjjjjjjjj kkkkkkkkkkk");
    fclose(print.out);
    int columns = 0;
    for (const char *c = print.text; *c; c++) {
        columns = *c == '\n' ? 0 : columns + (((unsigned char)*c & 0xc0) != 0x80);
        assert_in_range(columns, 0, PAGE_WIDTH);
    }
    free(print.text);
}

static void later_lines_are_indented(void **state)
{
    (void)state;
    struct print print;
    print_begin(&print);
    page_text(print.out, 74, 4, " one\n two ");
    print_expect(&print, "one\n    two\n");
}

static void word_that_is_too_long_stands_alone(void **state)
{
    (void)state;
    struct print print;
    char word[101] = {0};
    memset(word, 'x', 100);
    char text[128], expected[128];
    snprintf(text, sizeof(text), "a %s b", word);
    snprintf(expected, sizeof(expected), "a\n%s\nb\n", word);
    print_begin(&print);
    page_text(print.out, 0, 0, text);
    print_expect(&print, expected);
}

static void paragraphs_are_joined_and_parted(void **state)
{
    (void)state;
    expect_markdown("One\n**two**.\n\n\nThree a * b.", "  One two.\n\n  Three a * b.\n");
    expect_markdown("", "");
    expect_markdown("\n\nx\n\n", "  x\n");
}

static void items_hang(void **state)
{
    (void)state;
    expect_markdown("Text:\n- one\n  more of one\n- two\n\n12. three",
                    "  Text:\n  - one more of one\n  - two\n\n  12. three\n");
    expect_markdown(
        "- 789 1234 6789 1234 6789 1234 6789 1234 6789 1234 6789 1234 6789 1234 6789 "
        "1234 6789",
        "  - 789 1234 6789 1234 6789 1234 6789 1234 6789 1234 6789 1234 6789 1234 6789\n"
        "    1234 6789\n");
}

static void code_stands_as_it_is(void **state)
{
    (void)state;
    expect_markdown("Law:\n\n    p  =  a ** 2\n\n```c\n- x\n\n# y\n```\nEnd",
                    "  Law:\n\n      p  =  a ** 2\n\n  - x\n  \n  # y\n\n  End\n");
}

static void headings_lose_their_marks(void **state)
{
    (void)state;
    expect_markdown("# Law\nText\n## Source", "  Law\n  Text\n\n  Source\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_is_over_80_columns),
        cmocka_unit_test(later_lines_are_indented),
        cmocka_unit_test(word_that_is_too_long_stands_alone),
        cmocka_unit_test(paragraphs_are_joined_and_parted),
        cmocka_unit_test(items_hang),
        cmocka_unit_test(code_stands_as_it_is),
        cmocka_unit_test(headings_lose_their_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
