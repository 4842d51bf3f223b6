#include "unit/scenario/said.h"

#include <math.h>

#include "scenario/params.h"

struct conf {
    double beta, rate, share, gain;
    int64_t budget, large;
    int32_t redraw, act;
    const char *column;
};

static const char *const acts[] = {"drop", "redraw", NULL};

static const gyre_param params[] = {
    {.key = "beta",
     .type = GYRE_F64,
     .flags = GYRE_PARAM_REQUIRED,
     .offset = offsetof(struct conf, beta),
     .min = -2,
     .max = 1000},
    GYRE_P_F64(struct conf, rate, 0.5, 0, 1, "", "Rate."),
    {.key = "share",
     .type = GYRE_F64,
     .flags = GYRE_PARAM_OPEN_MIN | GYRE_PARAM_OPEN_MAX,
     .offset = offsetof(struct conf, share),
     .min = 0,
     .max = 1,
     .def = 0.25},
    GYRE_P_F64(struct conf, gain, 1, -INFINITY, INFINITY, "", "Gain."),
    GYRE_P_I64(struct conf, budget, -1, -1, 1LL << 53, "", "Budget."),
    GYRE_P_I64(struct conf, large, INT64_MAX, INT64_MIN, INT64_MAX, "", "Large."),
    GYRE_P_BOOL(struct conf, redraw, 1, "Redraw."),
    GYRE_P_ENUM(struct conf, act, 1, acts, "Act."),
    {.key = "column",
     .type = GYRE_TEXT,
     .offset = offsetof(struct conf, column),
     .text_def = "risk"},
};

static struct arena *arena;
static struct report *report;
static struct conf conf;

static int begin(void **state)
{
    (void)state;
    arena = arena_create();
    report = report_create(arena);
    memset(&conf, 0x55, sizeof conf);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static void read_into(const char *text)
{
    struct node *table = document_parse(arena, "x.toml", text, report);
    assert_non_null(table);
    params_read(arena, params, GYRE_COUNT(params), "update.it", table,
                (struct place){"x.toml", 9, 1}, &conf, report);
}

/* What is said of a table that sets beta and, in line 2, this. */
static void refuses(const char *line, const char *sentence)
{
    report = report_create(arena);
    read_into(arena_format(arena, "beta = 1\n%s", line));
    int const column = (int)(strchr(line, '=') - line) + 3;
    assert_string_equal(said(arena, report),
                        arena_format(arena, "x.toml:2:%d: update.it: %s\n", column, sentence));
    assert_int_equal(report_status(report), STATUS_DATA);
}

static void accepts(const char *line)
{
    report = report_create(arena);
    read_into(arena_format(arena, "beta = 1\n%s", line));
    assert_string_equal(said(arena, report), "");
}

static void silence_gives_the_defaults(void **state)
{
    (void)state;
    accepts("");
    assert_true(conf.beta == 1 && conf.rate == 0.5 && conf.share == 0.25 && conf.gain == 1);
    assert_true(conf.budget == -1 && conf.large == INT64_MAX);
    assert_true(conf.redraw == 1 && conf.act == 1);
    assert_string_equal(conf.column, "risk");
}

static void defaults_need_no_scenario(void **state)
{
    (void)state;
    static const gyre_param texts[] = {
        {.key = "a", .type = GYRE_TEXT, .offset = offsetof(struct conf, column)}};
    params_default(params, GYRE_COUNT(params), &conf);
    assert_true(conf.beta == -2);
    assert_true(conf.rate == 0.5);
    params_default(texts, 1, &conf);
    assert_string_equal(conf.column, "");
}

static void values_are_written(void **state)
{
    (void)state;
    accepts("rate = 1\nshare = 0.125\nbudget = 9007199254740992\nlarge = -9223372036854775808\n"
            "redraw = false\nact = 'drop'\ncolumn = 'harm'\ngain = -1e300");
    assert_true(conf.rate == 1 && conf.share == 0.125 && conf.gain == -1e300);
    assert_true(conf.budget == 9007199254740992 && conf.large == INT64_MIN);
    assert_true(conf.redraw == 0 && conf.act == 0);
    assert_string_equal(conf.column, "harm");
    accepts("large = 9223372036854775807");
    assert_true(conf.large == INT64_MAX);
}

static void numbers_are_read_back(void **state)
{
    (void)state;
    static const double expected[] = {1, 0.75, 0.25, 1, 7, 0x1p63, 0, 1, 0};
    accepts("rate = 0.75\nbudget = 7\nredraw = false");
    for (size_t i = 0; i < GYRE_COUNT(params); i++)
        assert_true(params_number(&params[i], &conf) == expected[i]);
}

static void bounds_are_kept(void **state)
{
    (void)state;
    refuses("rate = 1.4", "rate = 1.4 is above its maximum 1");
    refuses("rate = -0.1", "rate = -0.1 is below its minimum 0");
    refuses("rate = 2", "rate = 2 is above its maximum 1");
    refuses("share = 0.0", "share = 0.0 must be above 0");
    refuses("share = -1", "share = -1 must be above 0");
    refuses("share = 1", "share = 1 must be below 1");
    refuses("budget = -2", "budget = -2 is below its minimum -1");
    refuses("budget = 9007199254740993",
            "budget = 9007199254740993 is above its maximum 9007199254740992");
    assert_true(conf.budget == -1);
    accepts("rate = 0");
    accepts("rate = 1.0");
}

static void types_are_kept(void **state)
{
    (void)state;
    refuses("rate = '1'", "rate must be a number, not a string");
    refuses("rate = true", "rate must be a number, not true or false");
    refuses("rate = {}", "rate must be a number, not a table");
    refuses("budget = []", "budget must be an integer, not an array");
    refuses("redraw = 1", "redraw must be true or false, not an integer");
    refuses("act = 1", "act must be one of \"drop\", \"redraw\", not an integer");
    refuses("column = 1979-05-27", "column must be a string, not a date or time");
}

static void reals_are_no_integers(void **state)
{
    (void)state;
    refuses("budget = 1.5", "budget must be an integer, not 1.5");
    refuses("budget = 1e3", "budget must be an integer, not 1000.0; write 1000");
    refuses("budget = 1e300", "budget must be an integer, not 1e+300");
    refuses("budget = nan", "budget must be an integer, not nan");
    refuses("budget = inf", "budget must be an integer, not inf");
}

static void numbers_are_finite_and_exact(void **state)
{
    (void)state;
    refuses("rate = nan", "rate = nan is not finite");
    refuses("gain = inf", "gain = inf is not finite");
    refuses("gain = -inf", "gain = -inf is not finite");
    refuses("gain = 9007199254740993",
            "gain = 9007199254740993 is an integer that no number can be exactly; the nearest is "
            "9007199254740992");
    refuses("gain = 9223372036854775807",
            "gain = 9223372036854775807 is an integer that no number can be exactly; the nearest "
            "is 9223372036854775808");
    accepts("gain = 9007199254740994");
}

static void choices_name_the_nearest(void **state)
{
    (void)state;
    refuses("act = 'redrw'",
            "act = \"redrw\" is not one of \"drop\", \"redraw\"; did you mean \"redraw\"?");
    refuses("act = 'x\\n'", "act = \"x\\n\" is not one of \"drop\", \"redraw\"");
    refuses("act = ''", "act = \"\" is not one of \"drop\", \"redraw\"");
}

static void long_lists_of_choices_are_cut(void **state)
{
    (void)state;
    static const char *const many[] = {"aa", "bb", "cc", "dd", "ee", "ff", "gg",
                                       "hh", "ii", "jj", "kk", "ll", NULL};
    static const gyre_param param[] = {GYRE_P_ENUM(struct conf, act, 0, many, "Many.")};
    struct node *table = document_parse(arena, "x.toml", "act = 'zzzz'", report);
    params_read(arena, param, 1, "", table, (struct place){0}, &conf, report);
    assert_string_equal(said(arena, report),
                        "x.toml:1:7: act = \"zzzz\" is not one of \"aa\", \"bb\", \"cc\", \"dd\", "
                        "\"ee\", \"ff\", \"gg\", \"hh\", \"ii\", \"jj\" and 2 more\n");
}

static void what_is_required_is_missed(void **state)
{
    (void)state;
    read_into("rate = 1");
    assert_string_equal(said(arena, report), "x.toml:9:1: update.it: needs a value for beta\n");
    assert_true(conf.beta == -2);
    report = report_create(arena);
    params_read(arena, params, GYRE_COUNT(params), "", NULL, (struct place){"x.toml", 3, 0}, &conf,
                report);
    assert_string_equal(said(arena, report), "x.toml:3: needs a value for beta\n");
}

static void all_mistakes_are_said_and_their_keys_known(void **state)
{
    (void)state;
    struct node *table = document_parse(arena, "x.toml", "act = 1\nrate = 2\nuse = 'it'\n", report);
    params_read(arena, params, GYRE_COUNT(params), "it", table, table->at, &conf, report);
    assert_int_equal(report_count(report), 3);
    assert_true(table->first->known && table->first->next->known);
    assert_false(table->last->known);
}

static void set_values_are_refused_where_they_were_set(void **state)
{
    (void)state;
    struct node *root = document_parse(arena, "x.toml", "[update]\nbeta = 1\n", report);
    assert_int_equal(document_set(arena, root, "update.rate=2", report), STATUS_OK);
    params_read(arena, params, GYRE_COUNT(params), "update.mle", node_find(root, "update"),
                root->at, &conf, report);
    assert_string_equal(said(arena, report),
                        "--set update.rate=2: update.mle: rate = 2 is above its maximum 1\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(silence_gives_the_defaults),
        TEST(defaults_need_no_scenario),
        TEST(values_are_written),
        TEST(numbers_are_read_back),
        TEST(bounds_are_kept),
        TEST(types_are_kept),
        TEST(reals_are_no_integers),
        TEST(numbers_are_finite_and_exact),
        TEST(choices_name_the_nearest),
        TEST(long_lists_of_choices_are_cut),
        TEST(what_is_required_is_missed),
        TEST(all_mistakes_are_said_and_their_keys_known),
        TEST(set_values_are_refused_where_they_were_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
