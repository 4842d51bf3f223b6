#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "world/random.h"

/* ---- numbers ------------------------------------------------------------ */

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void expect_back(double x)
{
    char text[TEXT_REAL];
    double y = 0;
    text_real(text, x);
    assert_true(strlen(text) < TEXT_REAL);
    assert_true(text_to_real(text, &y));
    if (memcmp(&x, &y, sizeof x) != 0)
        print_error("%a is written as %s\n", x, text);
    assert_memory_equal(&x, &y, sizeof x);
}

static void numbers_of_any_bits_come_back(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 200000; i++) {
        double const x = double_of(random_word(5, 0, 0, i));
        if (isfinite(x))
            expect_back(x);
        expect_back(random_unit(random_word(5, 0, 1, i)));
    }
}

static void ends_of_the_doubles_come_back(void **state)
{
    (void)state;
    static const double ends[] = {0.0,
                                  -0.0,
                                  DBL_MAX,
                                  -DBL_MAX,
                                  DBL_MIN,
                                  0x1p-44,
                                  0x1p-1074,
                                  0x1.8p-1073,
                                  DBL_MIN - 0x1p-1074,
                                  0x1p53,
                                  0x1p53 - 1,
                                  9.5e15,
                                  123456789012345.6};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        expect_back(ends[i]);
}

static int digits_in(const char *text)
{
    int digits = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9')
            continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        digits += digits > 0 || *text != '0';
    }
    return digits - zeros;
}

/* One digit fewer, rounded, is another number. */
static void numbers_are_written_with_no_digit_too_many(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        char text[TEXT_REAL], less[64];
        double const x = i % 2 ? random_unit(random_word(6, 0, 0, i))
                               : round(random_unit(random_word(6, 0, 0, i)) * 1e6) / 1000;
        int const digits = digits_in(text_real(text, x));
        if (x == 0 || digits < 2)
            continue;
        snprintf(less, sizeof less, "%.*e", digits - 2, x);
        if (strtod(less, NULL) == x)
            print_error("%s is also %s\n", text, less);
        assert_true(strtod(less, NULL) != x);
    }
}

static void expect_real(double x, const char *expected)
{
    char text[TEXT_REAL];
    assert_string_equal(text_real(text, x), expected);
}

static void numbers_are_written_as_people_do(void **state)
{
    (void)state;
    expect_real(0, "0");
    expect_real(-0.0, "-0");
    expect_real(0.1, "0.1");
    expect_real(-2.5, "-2.5");
    expect_real(1e-300, "1e-300");
    expect_real(1e300, "1e+300");
    expect_real(1000000, "1000000");
    expect_real(1e15, "1000000000000000");
    expect_real(1e16, "1e+16");
    expect_real(0.00001, "0.00001");
    expect_real(0.000001, "1e-06");
    expect_real(1.0 / 3, "0.3333333333333333");
    expect_real((double)INFINITY, "inf");
    expect_real(-(double)INFINITY, "-inf");
    expect_real((double)NAN, "nan");
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    " 1",  "1 ",    "1x",  "x",    "0x10", "nan",
                                      "inf", "1,5", "--1",   "1e",  ".",    "e5",   "1e+",
                                      "+-1", "1_0", "1.2.3", "\n1", "-inf", NULL};
    for (int i = 0; bad[i]; i++) {
        double x = 7;
        if (text_to_real(bad[i], &x))
            print_error("\"%s\" was read as %g\n", bad[i], x);
        assert_false(text_to_real(bad[i], &x));
        assert_true(x == 7);
    }
}

static void what_is_a_number_is_read(void **state)
{
    (void)state;
    double x = 0;
    assert_true(text_to_real("-1.5e3", &x) && x == -1500);
    assert_true(text_to_real("+.5", &x) && x == 0.5);
    assert_true(text_to_real("5.", &x) && x == 5);
    assert_true(text_to_real("1E-2", &x) && x == 0.01);
}

/* That of the machine, or one made for this test where its sources are there. */
static bool set_comma_locale(void)
{
    char folder[] = "/tmp/gyre-locale-XXXXXX", command[256];
    if (setlocale(LC_ALL, "de_DE.UTF-8"))
        return true;
    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1",
             folder);
    bool made = system(command) == 0 && setenv("LOCPATH", folder, 1) == 0;
    made = made && setlocale(LC_ALL, "de_DE.UTF-8");
    unsetenv("LOCPATH");
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    return made;
}

static void decimal_commas_of_a_locale_are_not_ours(void **state)
{
    (void)state;
    char text[TEXT_REAL];
    double x = 0;
    if (!set_comma_locale())
        skip();
    snprintf(text, sizeof text, "%.1f", 0.5);
    assert_string_equal(text, "0,5");
    assert_string_equal(text_real(text, 0.5), "0.5");
    assert_string_equal(text_real(text, 0.1 + 0.2), "0.30000000000000004");
    assert_string_equal(text_bytes(text, 1.5e9), "1.5 GB");
    assert_true(text_to_real("2.5", &x) && x == 2.5);
    assert_false(text_to_real("2,5", &x));
    snprintf(text, sizeof text, "%.1f", 0.5);
    assert_string_equal(text, "0,5");
    setlocale(LC_ALL, "C");
}

static void bytes_have_the_unit_of_their_size(void **state)
{
    (void)state;
    static const struct {
        double bytes;
        const char *text;
    } cases[] = {{0, "0 bytes"},     {1, "1 bytes"},    {999, "999 bytes"},
                 {999.5, "1.0 kB"},  {1000, "1.0 kB"},  {1500, "1.5 kB"},
                 {9949, "9.9 kB"},   {9950, "10 kB"},   {999499, "999 kB"},
                 {999500, "1.0 MB"}, {1.5e9, "1.5 GB"}, {2e12, "2.0 TB"},
                 {1e21, "1.0 ZB"},   {1e24, "1000 ZB"}, {(double)INFINITY, "inf ZB"}};
    char text[TEXT_REAL];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(text_bytes(text, cases[i].bytes), cases[i].text);
}

/* ---- words -------------------------------------------------------------- */

static void expect_nearest(const char *word, const char *expected)
{
    static const char *const all[] = {"budget", "every", "from", "until", "max_risk", NULL};
    const char *found = text_nearest(word, all);
    if (expected)
        assert_string_equal(found, expected);
    else
        assert_null(found);
}

static void slips_are_understood(void **state)
{
    (void)state;
    expect_nearest("from", "from");
    expect_nearest("form", "from");
    expect_nearest("untill", "until");
    expect_nearest("utnil", "until");
    expect_nearest("evry", "every");
    expect_nearest("maxrisk", "max_risk");
    expect_nearest("bugdte", "budget");
}

static void other_words_are_not_guessed_at(void **state)
{
    (void)state;
    expect_nearest("", NULL);
    expect_nearest("x", NULL);
    expect_nearest("rate", NULL);
    expect_nearest("frmu", NULL);
    expect_nearest("budget_of_this_round", NULL);
}

static void of_equals_the_first_is_nearest(void **state)
{
    (void)state;
    static const char *const all[] = {"cat", "bat", "rat", NULL}, *const none[] = {NULL};
    assert_string_equal(text_nearest("hat", all), "cat");
    assert_string_equal(text_nearest("bat", all), "bat");
    assert_null(text_nearest("hat", none));
}

static void endless_words_are_near_nothing(void **state)
{
    (void)state;
    char long_word[70], longest[65];
    memset(long_word, 'a', sizeof long_word);
    long_word[sizeof long_word - 1] = 0;
    memset(longest, 'a', sizeof longest);
    longest[64] = 0;
    const char *const all[] = {long_word, longest, NULL};
    assert_null(text_nearest(long_word, all));
    assert_ptr_equal(text_nearest(longest, all), longest);
    assert_ptr_equal(text_nearest(longest + 1, all), longest);
}

static void control_bytes_are_shown(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_string_equal(text_escape(arena, "a\nb\r\t\x01\x1b\x1f \x7f~"),
                        "a\\nb\\x0d\\x09\\x01\\x1b\\x1f \\x7f~");
    assert_string_equal(text_escape(arena, "gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
    assert_string_equal(text_escape(arena, ""), "");
    arena_destroy(arena);
}

static void keys_and_ids_are_told_from_other_words(void **state)
{
    (void)state;
    static const char *const keys[] = {"a", "rate", "max_risk", "k2_", NULL};
    static const char *const no_keys[] = {"",    "A",  "_a",       "2k", "a-b",
                                          "a.b", "a ", "\xc3\xbc", NULL};
    static const char *const ids[] = {"a.b", "update.mle", "a.b2.c_", NULL};
    static const char *const no_ids[] = {"", "a", ".a", "a.", "a..b", "a.B", "a.2", "a/b.c", NULL};
    for (int i = 0; keys[i]; i++)
        assert_true(text_is_key(keys[i]) && !text_is_id(keys[i]));
    for (int i = 0; no_keys[i]; i++)
        assert_false(text_is_key(no_keys[i]));
    for (int i = 0; ids[i]; i++)
        assert_true(text_is_id(ids[i]));
    for (int i = 0; no_ids[i]; i++)
        assert_false(text_is_id(no_ids[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_any_bits_come_back),
        cmocka_unit_test(ends_of_the_doubles_come_back),
        cmocka_unit_test(numbers_are_written_with_no_digit_too_many),
        cmocka_unit_test(numbers_are_written_as_people_do),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(what_is_a_number_is_read),
        cmocka_unit_test(decimal_commas_of_a_locale_are_not_ours),
        cmocka_unit_test(bytes_have_the_unit_of_their_size),
        cmocka_unit_test(slips_are_understood),
        cmocka_unit_test(other_words_are_not_guessed_at),
        cmocka_unit_test(of_equals_the_first_is_nearest),
        cmocka_unit_test(endless_words_are_near_nothing),
        cmocka_unit_test(control_bytes_are_shown),
        cmocka_unit_test(keys_and_ids_are_told_from_other_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
