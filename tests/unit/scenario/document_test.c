#include "unit/scenario/said.h"

#include <locale.h>

#include "scenario/document.h"

static struct arena *arena;
static struct report *report;

static int begin(void **state)
{
    (void)state;
    arena = arena_create();
    report = report_create(arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static struct node *parse(const char *text)
{
    struct node *root = document_parse(arena, "x.toml", text, report);
    if (!root)
        return NULL;
    assert_string_equal(said(arena, report), "");
    return root;
}

/* The one sentence that a text leads to. */
static void refuses(const char *text, const char *sentence)
{
    report = report_create(arena);
    assert_null(parse(text));
    assert_string_equal(said(arena, report), arena_format(arena, "%s\n", sentence));
    assert_int_equal(report_status(report), STATUS_DATA);
}

static void stands_at(struct place at, int line, int column)
{
    assert_string_equal(at.file, "x.toml");
    assert_int_equal(at.line, line);
    assert_int_equal(at.column, column);
}

/* ---- the tree ----------------------------------------------------------- */

static void every_kind_of_value_is_read(void **state)
{
    (void)state;
    struct node *root = parse("t = \"a\\u00e9\"\ni = -9223372036854775808\nr = 1.5\nb = true\n"
                              "d = 1979-05-27\na = [1, 2]\nx = { y = 0x1f }\n");
    assert_string_equal(node_find(root, "t")->text, "aé");
    assert_true(node_find(root, "i")->integer == INT64_MIN);
    assert_true(node_find(root, "r")->real == 1.5);
    assert_true(node_find(root, "b")->flag);
    assert_int_equal(node_find(root, "d")->kind, NODE_DATE);
    assert_int_equal(node_find(root, "a")->count, 2);
    assert_true(node_find(root, "a")->last->real == 2);
    assert_null(node_find(root, "a")->first->key);
    assert_int_equal(node_find(node_find(root, "x"), "y")->integer, 31);
    assert_int_equal(root->count, 7);
}

static void keys_and_values_have_places(void **state)
{
    (void)state;
    struct node *root = parse("\xef\xbb\xbf[a]\r\n  é.b   =  'x'\r\n\"é\" = [\r\n 7, -1.5]\r\n");
    assert_null(root);
    report = report_create(arena);
    root = parse("\xef\xbb\xbf[a]\r\n  'é'.b   =  'x'\r\nc = [\r\n 7, -1.5]\r\n[[m]]\n  k=nan\n");
    struct node *a = node_find(root, "a");
    stands_at(a->key_at, 1, 2);
    struct node *b = node_find(node_find(a, "é"), "b");
    stands_at(b->key_at, 2, 7);
    stands_at(b->at, 2, 14);
    struct node *list = node_find(a, "c");
    stands_at(list->key_at, 3, 1);
    stands_at(list->at, 3, 5);
    stands_at(list->first->at, 4, 2);
    stands_at(list->last->at, 4, 5);
    struct node *m = node_find(root, "m");
    stands_at(m->first->at, 5, 1);
    stands_at(m->first->first->at, 6, 5);
}

static void the_order_is_the_files(void **state)
{
    (void)state;
    struct node *root = parse("z = 1\na = 2\n[m]\ny = 1\nb = 2\n[c]\n");
    const char *order = "";
    for (struct node *n = root->first; n; n = n->next)
        order = arena_format(arena, "%s%s ", order, n->key);
    for (struct node *n = node_find(root, "m")->first; n; n = n->next)
        order = arena_format(arena, "%s%s ", order, n->key);
    assert_string_equal(order, "z a m c y b ");
}

static void an_empty_text_is_an_empty_table(void **state)
{
    (void)state;
    assert_int_equal(parse("")->count, 0);
    assert_int_equal(parse("# nothing\n")->count, 0);
}

static void numbers_do_not_depend_on_the_locale(void **state)
{
    (void)state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
        skip();
    struct node *root = parse("r = 0.1\n");
    assert_true(root->first->real == 0.1);
    assert_string_equal(node_show(arena, root->first), "0.1");
    setlocale(LC_NUMERIC, "C");
}

/* ---- syntax ------------------------------------------------------------- */

static void syntax_errors_point_at_the_mistake(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a = 1\nseed = 9223372036854775808\n",
         "x.toml:2:8: 9223372036854775808 is beyond the integers, which go from -2^63 to 2^63 - 1"},
        {"a = [1, 0xffffffffffffffff]",
         "x.toml:1:9: 0xffffffffffffffff is beyond the integers, which go from -2^63 to 2^63 - 1"},
        {"a = 1e999 # much", "x.toml:1:5: 1e999 is beyond what a number can be"},
        {"a = abc", "x.toml:1:5: abc is not a value: words stand in quotes"},
        {"a =   True\n", "x.toml:1:7: True is not a value: words stand in quotes"},
        {"a = nope", "x.toml:1:5: nope is not a value: words stand in quotes"},
        {"a = 1.2.3", "x.toml:1:5: 1.2.3 is not a number or a date: expected decimal digit or "
                      "exponent, saw '.'"},
        {"a = 1979-13-01", "x.toml:1:5: 1979-13-01 is not a number or a date: expected month "
                           "between 1 and 12 (inclusive), saw 13"},
        {"a = 1\nb = \"abc\nc = 1\n", "x.toml:2:5: this string is not closed"},
        {"b = 'abc", "x.toml:1:5: this string is not closed"},
        {"b = \"\"\"abc\n\n", "x.toml:1:5: this string is not closed"},
        {"b = \"a\tb\x01\"", "x.toml:1:9: a control character in a string is written as an escape, "
                             "such as \\u0007"},
        {"b = \"\\q\"", "x.toml:1:7: unknown escape sequence '\\q'"},
        {"a = [1,\n [2, 3],\n 4\n", "x.toml:1:5: this array is not closed"},
        {"a = {b = 1", "x.toml:1:5: this table is not closed"},
        {"a = {b = 1,\n c = 2}", "x.toml:1:5: a table in braces ends on the line it begins on"},
        {"a = 1\n  b.c = 1\n  b.c = 2\n", "x.toml:3:3: cannot redefine existing integer 'b.c'"},
        {"[a]\n[b]\n[a]\n", "x.toml:3:1: cannot redefine existing table 'a'"},
        {"a = 1\n  [a.b]\n", "x.toml:2:3: cannot redefine existing integer 'a.b' as table"},
        {"a = {b = 1, c.d = 2, c.d = 3}", "x.toml:1:22: cannot redefine existing integer 'c.d'"},
        {"a =\nb = 1", "x.toml:1:4: a value is missing behind the ="},
        {"a = ", "x.toml:1:5: a value is missing behind the ="},
        {"a", "x.toml:1:2: the file ends too soon"},
        {"a 1", "x.toml:1:3: expected '=', saw '1'"},
        {"[a\nb = 1", "x.toml:1:3: expected ']', saw the end of the line"},
        {"a = 1 b = 2", "x.toml:1:7: expected a comment or whitespace, saw 'b'"},
        {"a = \"é\" b", "x.toml:1:9: expected a comment or whitespace, saw 'b'"},
        {"a = 1\nb = \"é\xff\"", "x.toml:2:7: not valid UTF-8 from here on"},
        {"a = \"\xed\xa0\x80\"", "x.toml:1:6: not valid UTF-8 from here on"},
        {"a = \"\xc0\x80\"", "x.toml:1:6: not valid UTF-8 from here on"},
        {"a = \"x\xe2\x82", "x.toml:1:7: not valid UTF-8 from here on"},
        {"a = 1\nb = [ \"x\\u0000y\" ]", "x.toml:2:7: a text may not hold a NUL character"},
        {"\"a\\u0000\" = 1", "x.toml:1:1: a text may not hold a NUL character"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuses(cases[i][0], cases[i][1]);
}

static void long_words_are_cut_in_sentences(void **state)
{
    (void)state;
    char digits[6001] = {0};
    memset(digits, '7', sizeof digits - 1);
    refuses(arena_format(arena, "a = %s", digits),
            arena_format(arena,
                         "x.toml:1:5: %.57s... is beyond the integers, which go from -2^63 "
                         "to 2^63 - 1",
                         digits));
}

static const char *repeated(const char *unit, int count)
{
    char *text = arena_alloc(arena, strlen(unit) * (size_t)count + 1), *to = text;
    for (int i = 0; i < count; i++)
        to = stpcpy(to, unit);
    return text;
}

static void depth_is_limited(void **state)
{
    (void)state;
    const char *deep = "tables and arrays are nested more than 100 deep here";
    assert_non_null(parse(arena_format(arena, "a = %s%s", repeated("[", 100), repeated("]", 100))));
    assert_non_null(parse(arena_format(arena, "[%sa]\nb = 1", repeated("a.", 98))));
    refuses(arena_format(arena, "a = %s%s", repeated("[", 101), repeated("]", 101)),
            arena_format(arena, "x.toml:1:105: %s", deep));
    refuses(arena_format(arena, "[%sa]", repeated("a.", 1000000)),
            arena_format(arena, "x.toml:1:201: %s", deep));
    refuses(arena_format(arena, "\n%sa = 1", repeated("'a' . ", 1000000)),
            arena_format(arena, "x.toml:2:605: %s", deep));
    refuses(arena_format(arena, "[b.c]\na.b = %s", repeated("{a.b = ", 1000000)),
            arena_format(arena, "x.toml:2:345: %s", deep));
}

static void dots_and_brackets_that_nest_nothing_are_fine(void **state)
{
    (void)state;
    assert_non_null(
        parse(arena_format(arena, "a = \"%s\" # %s", repeated("[.", 200), repeated("{.", 200))));
    assert_non_null(parse(arena_format(arena, "a = [%s]", repeated("0.5,", 200))));
    assert_non_null(parse(repeated("[[a]]\nb.c = {d.e = 1, f.g = [1.5]}\n[a.x.y]\n", 200)));
    assert_non_null(parse(arena_format(arena, "a = \"\"\"x\"\"\"\"\"\nb = '''%s''''\nc = 1\n",
                                       repeated("\"[[", 200))));
    assert_non_null(parse(arena_format(arena, "a = \"\\\"%s\\\\\"\n", repeated("[", 200))));
}

/* ---- files -------------------------------------------------------------- */

static void a_file_is_loaded_with_its_text(void **state)
{
    (void)state;
    file_write("good.toml", "a = 1\n", 6);
    const char *text = NULL;
    struct node *root = document_load(arena, "good.toml", &text, report);
    assert_int_equal(root->first->integer, 1);
    assert_string_equal(root->first->at.file, "good.toml");
    assert_string_equal(text, "a = 1\n");
}

static void load_refuses(const char *path, enum status status, const char *sentence)
{
    const char *text = NULL;
    report = report_create(arena);
    assert_null(document_load(arena, path, &text, report));
    assert_int_equal(report_status(report), status);
    assert_string_equal(said(arena, report), arena_format(arena, "%s\n", sentence));
}

static void what_cannot_be_loaded_is_said(void **state)
{
    (void)state;
    file_write("isolated.toml", "", 0);
    assert_int_equal(mkdir("sub", 0700), 0);
    file_write("sub/words.toml", "", 0);
    file_write("nul.toml", "a = 1\nb = '\0'\n", 14);
    assert_int_equal(symlink("nowhere", "dangling.toml"), 0);
    load_refuses("isolate.toml", STATUS_MISSING,
                 "isolate.toml: no such file; did you mean \"isolated.toml\"?");
    load_refuses("sub/word.toml", STATUS_MISSING,
                 "sub/word.toml: no such file; did you mean \"words.toml\"?");
    load_refuses("nothing.like/it.toml", STATUS_MISSING, "nothing.like/it.toml: no such file");
    load_refuses("isolated.toml/x", STATUS_MISSING, "isolated.toml/x: no such file");
    load_refuses("/zzzzzz", STATUS_MISSING, "/zzzzzz: no such file");
    load_refuses("dangling.toml", STATUS_MISSING, "dangling.toml: no such file");
    load_refuses("sub", STATUS_DATA, "sub: is a folder, not a file");
    load_refuses("nul.toml", STATUS_DATA, "nul.toml:2:6: a NUL byte: this is no text file");
    load_refuses("/proc/self/mem", STATUS_IO, "/proc/self/mem: cannot be read: Input/output error");
    load_refuses("/dev/zero", STATUS_DATA,
                 "/dev/zero: is larger than 64 MB, the most that gyre "
                 "reads");
}

/* ---- asking and showing ------------------------------------------------- */

static void what_nobody_asks_for_is_refused(void **state)
{
    (void)state;
    static const char *const keys[] = {"rate", "outside", NULL};
    struct node *root = parse("rat = 1\noutside = 2\n\"\\n\" = 3\n");
    assert_non_null(node_find(root, "outside"));
    assert_null(node_find(root, "rate"));
    assert_null(node_find(NULL, "rate"));
    assert_null(node_find(root->first, "rate"));
    node_refuse_unknown(root, "update.mle", keys, report);
    assert_string_equal(said(arena, report),
                        "x.toml:1:1: update.mle: unknown key \"rat\"; did you mean \"rate\"?\n"
                        "x.toml:3:1: update.mle: unknown key \"\\n\"\n");
}

static void an_owner_may_be_nameless(void **state)
{
    (void)state;
    static const char *const keys[] = {"gyre", NULL};
    node_refuse_unknown(parse("gyer = 1"), "", keys, report);
    assert_string_equal(said(arena, report),
                        "x.toml:1:1: unknown key \"gyer\"; did you mean \"gyre\"?\n");
}

static void values_are_shown_as_written(void **state)
{
    (void)state;
    static const char *const shown[] = {
        "1.4",     "\"shared\"", "1000.0",         "12",     "true", "nan", "-inf",
        "a table", "an array",   "a date or time", "1e+300", NULL};
    struct node *root = parse("a = 1.4\nb = 'shared'\nc = 1e3\nd = 12\ne = true\nf = nan\n"
                              "g = -inf\nh = {}\ni = []\nj = 12:00:00\nk = 1e300\n");
    int i = 0;
    for (struct node *n = root->first; n; n = n->next)
        assert_string_equal(node_show(arena, n), shown[i++]);
    assert_null(shown[i]);
    assert_string_equal(node_kind_name(NODE_REAL), "a number");
}

static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    struct node node = {.kind = NODE_TEXT, .text = repeated("é", 40)};
    assert_string_equal(node_show(arena, &node),
                        arena_format(arena, "\"%s...\"", repeated("é", 28)));
    node.text = repeated("é", 30);
    assert_string_equal(node_show(arena, &node), arena_format(arena, "\"%s\"", repeated("é", 30)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_value_is_read),
        TEST(keys_and_values_have_places),
        TEST(the_order_is_the_files),
        TEST(an_empty_text_is_an_empty_table),
        TEST(numbers_do_not_depend_on_the_locale),
        TEST(syntax_errors_point_at_the_mistake),
        TEST(long_words_are_cut_in_sentences),
        TEST(depth_is_limited),
        TEST(dots_and_brackets_that_nest_nothing_are_fine),
        TEST(a_file_is_loaded_with_its_text),
        TEST(what_cannot_be_loaded_is_said),
        TEST(what_nobody_asks_for_is_refused),
        TEST(an_owner_may_be_nameless),
        TEST(values_are_shown_as_written),
        TEST(long_texts_are_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
