#include "unit/scenario/said.h"

#include <math.h>

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
    assert_non_null(root);
    return root;
}

static const char scenario[] = "gyre = 1\n[space]\nreference = { law = 'zipf' }\nsafe = 'all'\n"
                               "[society]\npolicy = { use = 'policy.categorical' }\n"
                               "[update]\nuse = 'update.mle'\nrate = 1.0\nlast = 3\n"
                               "[[metric]]\nuse = 'metric.safety'\n"
                               "[[intervention]]\nuse = 'intervention.verify'\nmax_risk = 0.1\n"
                               "[[intervention]]\nuse = 'intervention.review'\n"
                               "[[intervention]]\nuse = 'intervention.verify'\nas = 'early'\n";

static struct node *at_path(struct node *table, const char *path)
{
    for (char *part = strtok(arena_text(arena, path), "."); part; part = strtok(NULL, "."))
        table = node_find(table, part);
    return table;
}

/* The node at path, after --set on the scenario above. */
static struct node *set(const char *assignment, const char *path)
{
    struct node *root = parse(scenario);
    assert_int_equal(document_set(arena, root, assignment, report), STATUS_OK);
    struct node *node = at_path(root, path);
    assert_non_null(node);
    assert_string_equal(node->at.file, arena_format(arena, "--set %s", assignment));
    assert_string_equal(node->key_at.file, node->at.file);
    assert_int_equal(node->at.line, 0);
    return node;
}

static void set_replaces_and_adds_keys(void **state)
{
    (void)state;
    struct node *rate = set("update.rate=0.5", "update.rate");
    assert_true(rate->kind == NODE_REAL && rate->real == 0.5);
    assert_string_equal(rate->key, "rate");
    assert_string_equal(rate->next->key, "last");
    assert_int_equal(set("update.outside=1", "update.outside")->integer, 1);
    assert_int_equal(set("gyre=2", "gyre")->integer, 2);
    assert_int_equal(set("sampling.samples=7", "sampling.samples")->integer, 7);
    assert_int_equal(set("society.policy.width=3", "society.policy.width")->integer, 3);
    assert_int_equal(set("contexts.a.b=3", "contexts.a.b")->integer, 3);
    assert_string_equal(set("space.reference.law=uniform", "space.reference.law")->text, "uniform");
    assert_string_equal(set("space.reference=[1, 2]", "space.reference")->first->at.file,
                        "--set space.reference=[1, 2]");
    assert_int_equal(set("space.safe={share = 1}", "space.safe.share")->integer, 1);
}

static void set_keeps_lists_whole(void **state)
{
    (void)state;
    struct node *root = parse(scenario);
    struct node *update = node_find(root, "update");
    assert_int_equal(document_set(arena, root, "update.last=[4]", report), STATUS_OK);
    assert_int_equal(document_set(arena, root, "update.more=5", report), STATUS_OK);
    assert_int_equal(update->count, 4);
    assert_string_equal(update->last->key, "more");
    assert_null(update->last->next);
    assert_string_equal(node_find(update, "last")->next->key, "more");
}

static void set_takes_values_as_toml_or_bare_words(void **state)
{
    (void)state;
    assert_string_equal(set("scenario.title=two words", "scenario.title")->text, "two words");
    assert_string_equal(set("scenario.title=\"a=b\"", "scenario.title")->text, "a=b");
    assert_string_equal(set("scenario.title=a=b", "scenario.title")->text, "a=b");
    assert_string_equal(set("scenario.title=", "scenario.title")->text, "");
    assert_string_equal(set(" scenario.title = x ", "scenario.title")->text, "x");
    assert_string_equal(set("space.reference.file=2026-words.csv", "space.reference.file")->text,
                        "2026-words.csv");
    assert_true(set("scenario.seed=true", "scenario.seed")->flag);
    assert_true(isnan(set("scenario.seed=nan", "scenario.seed")->real));
    struct node *root = parse(scenario);
    assert_int_equal(document_set(arena, root, "scenario.title=1\nx = 2", report), STATUS_OK);
    assert_string_equal(at_path(root, "scenario.title")->text, "1\nx = 2");
    assert_string_equal(at_path(root, "scenario.title")->at.file, "--set scenario.title=1\nx = 2");
}

static struct node *component(struct node *root, const char *kind, int index)
{
    struct node *n = node_find(root, kind)->first;
    while (index--)
        n = n->next;
    return n;
}

static void sets(const char *assignment, const char *kind, int index)
{
    struct node *root = parse(scenario);
    assert_int_equal(document_set(arena, root, assignment, report), STATUS_OK);
    assert_true(node_find(component(root, kind, index), "max_risk")->real == 0.4);
}

static void set_finds_components(void **state)
{
    (void)state;
    sets("metric.safety.max_risk=0.4", "metric", 0);
    sets("intervention.verify.max_risk=0.4", "intervention", 0);
    sets("intervention.verify#1.max_risk=0.4", "intervention", 0);
    sets("intervention.review.max_risk=0.4", "intervention", 1);
    sets("intervention.verify#2.max_risk=0.4", "intervention", 2);
    sets("intervention.early.max_risk=0.4", "intervention", 2);
    struct node *root = parse(scenario);
    document_set(arena, root, "intervention.early.when.above=3", report);
    assert_int_equal(at_path(component(root, "intervention", 2), "when.above")->integer, 3);
}

static void set_refuses(const char *assignment, enum status status, const char *sentence)
{
    struct node *root = parse(scenario);
    report = report_create(arena);
    assert_int_equal(document_set(arena, root, assignment, report), status);
    assert_string_equal(said(arena, report),
                        arena_format(arena, "--set %s: %s\n", assignment, sentence));
    report = report_create(arena);
}

static void set_says_what_is_wrong(void **state)
{
    (void)state;
    static const char *const usage[][2] = {
        {"update.rate", "there is no = in it: write --set KEY=VALUE, as in --set update.rate=0.5"},
        {"=1", "the key, or a part of it between dots, is empty"},
        {"update..rate=1", "the key, or a part of it between dots, is empty"},
        {"update.=1", "the key, or a part of it between dots, is empty"},
    };
    static const char *const data[][2] = {
        {"updat.rate=1", "unknown section \"updat\"; did you mean \"update\"?"},
        {"xyzzy=1", "unknown section \"xyzzy\""},
        {"gyre.x=1", "gyre is 1, not a table"},
        {"space.safe.share=1", "space.safe is \"all\", not a table"},
        {"metric=1", "metric is a list of components: write metric.NAME.KEY=VALUE"},
        {"metric.safety=1", "metric is a list of components: write metric.NAME.KEY=VALUE"},
        {"intervention.verfy.x=1", "the scenario has no component \"intervention.verfy\"; did you "
                                   "mean \"intervention.verify\"?"},
        {"intervention.verify#3.x=1", "the scenario has no component \"intervention.verify#3\"; "
                                      "did you mean \"intervention.verify#2\"?"},
        {"intervention.verify#.x=1", "the scenario has no component \"intervention.verify#\"; did "
                                     "you mean \"intervention.verify\"?"},
        {"intervention.early#2.x=1", "the scenario has no component \"intervention.early#2\"; did "
                                     "you mean \"intervention.early\"?"},
        {"metric.q.x=1", "the scenario has no component \"metric.q\"; it has \"metric.safety\""},
        {"update.rate=[1, 2", "this array is not closed"},
        {"scenario.seed=9223372036854775808",
         "9223372036854775808 is beyond the integers, which go from -2^63 to 2^63 - 1"},
    };
    for (size_t i = 0; i < sizeof usage / sizeof *usage; i++)
        set_refuses(usage[i][0], STATUS_USAGE, usage[i][1]);
    for (size_t i = 0; i < sizeof data / sizeof *data; i++)
        set_refuses(data[i][0], STATUS_DATA, data[i][1]);
}

static void set_needs_components_to_be_a_list(void **state)
{
    (void)state;
    struct node *root = parse("metric = 1\n");
    assert_int_equal(document_set(arena, root, "metric.a.b=1", report), STATUS_DATA);
    assert_int_equal(document_set(arena, root, "intervention.a.b=1", report), STATUS_DATA);
    assert_string_equal(said(arena, report),
                        "--set metric.a.b=1: metric is an integer, not a list of components\n"
                        "--set intervention.a.b=1: the scenario has no intervention\n");
}

static void set_with_a_key_of_a_million_parts_is_refused(void **state)
{
    (void)state;
    enum { PARTS = 1000000 };
    char *key = arena_alloc(arena, 2 * PARTS + 1);
    for (int i = 0; i < PARTS; i++)
        memcpy(key + 2 * i, "a.", 2);
    const char *assignment = arena_format(arena, "space.%sa=1", key);
    assert_int_equal(document_set(arena, parse(scenario), assignment, report), STATUS_USAGE);
    assert_string_equal(
        said(arena, report),
        arena_format(arena, "--set space.%.50sa...: the key has more than 100 parts\n", key));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(set_replaces_and_adds_keys),
        TEST(set_keeps_lists_whole),
        TEST(set_takes_values_as_toml_or_bare_words),
        TEST(set_finds_components),
        TEST(set_says_what_is_wrong),
        TEST(set_needs_components_to_be_a_list),
        TEST(set_with_a_key_of_a_million_parts_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
