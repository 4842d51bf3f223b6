/* The pieces of an SVG file. */
#include "unit/scenario/said.h"

#include <math.h>
#include <stdlib.h>

#include "cli/svg.h"

struct written {
    FILE *out;
    char *text;
    size_t size;
};

static FILE *begin(struct written *w)
{
    return w->out = open_memstream(&w->text, &w->size);
}

static void check(struct written *w, const char *expected)
{
    fclose(w->out);
    assert_string_equal(w->text, expected);
    free(w->text);
}

static void check_escape(const char *text, const char *expected)
{
    struct written w;
    svg_escape(begin(&w), text);
    check(&w, expected);
}

static void check_number(double x, const char *expected)
{
    struct written w;
    svg_number(begin(&w), x);
    check(&w, expected);
}

static void markup_in_text_stays_text(void **state)
{
    (void)state;
    check_escape("<script>alert(\"x\" & 'y')</script>",
                 "&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt;");
    check_escape("]]>", "]]&gt;");
}

static void what_xml_forbids_is_replaced(void **state)
{
    (void)state;
    check_escape("a\x01\x1b\n\x7f"
                 "b\xc2\x85",
                 "a    b ");
    check_escape("\xef\xbf\xbe", "\xef\xbf\xbd");
    check_escape("\xed\xa0\x80!", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd!");
    check_escape("\xc0\xaf|\xff|\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd|"
                                           "\xef\xbf\xbd\xef\xbf\xbd");
    check_escape("\xf0\x9f\xa6\x80 \xc3\xa9", "\xf0\x9f\xa6\x80 \xc3\xa9");
}

static void numbers_have_two_decimals_at_most(void **state)
{
    (void)state;
    check_number(1, "1");
    check_number(-0.25, "-0.25");
    check_number(12.5, "12.5");
    check_number(2.0 / 3, "0.67");
    check_number(-0.001, "0");
    check_number(3.05, "3.05");
}

static void lines_fit_and_nothing_is_lost(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    const char **lines = svg_wrap(arena, "one two  three", 10, svg_width("one two", 10) + 0.1);
    assert_string_equal(lines[0], "one two");
    assert_string_equal(lines[1], "three");
    assert_null(lines[2]);
    lines = svg_wrap(arena, "x aaaaaaaaaa", 10, svg_width("aaaa", 10) + 0.1);
    assert_string_equal(lines[0], "x");
    assert_string_equal(lines[1], "aaaa");
    assert_string_equal(lines[3], "aa");
    assert_null(lines[4]);
    assert_null(svg_wrap(arena, "  ", 10, 5)[0]);
    arena_destroy(arena);
}

static void labels_have_the_signs_of_print(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_string_equal(svg_label(arena, "0.25"), "0.25");
    assert_string_equal(svg_label(arena, "-4"), "−4");
    assert_string_equal(svg_label(arena, "2.5e-10"), "2.5×10⁻¹⁰");
    assert_string_equal(svg_label(arena, "-1e6"), "−10⁶");
    arena_destroy(arena);
}

static void text_is_placed_and_escaped(void **state)
{
    (void)state;
    struct written w;
    struct svg_font const font = {.size = 11, .fill = "#000000", .anchor = SVG_END};
    svg_text(begin(&w), 1.5, 20, font, "a<b");
    check(&w, "<text x=\"1.5\" y=\"20\" font-size=\"11\" fill=\"#000000\" "
              "text-anchor=\"end\">a&lt;b</text>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_in_text_stays_text),
        cmocka_unit_test(what_xml_forbids_is_replaced),
        cmocka_unit_test(numbers_have_two_decimals_at_most),
        cmocka_unit_test(lines_fit_and_nothing_is_lost),
        cmocka_unit_test(labels_have_the_signs_of_print),
        cmocka_unit_test(text_is_placed_and_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
