/* One answer, however it is run: every row and the digest are the same for any number of threads,
 * any vector code, more metrics, and replicates side by side or one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "folder.h"
#include "recorded.h"

static struct folder folder;

#define HEAD  "gyre = 1\nscenario = { rounds = 5 }\nsociety = { agents = 140 }\n"
#define SPACE "space = { states = 300, reference = \"zipf\", safe = { share = 0.8 } }\n"
#define CONTEXTS                                                                                   \
    "space = { states = 300, reference = \"zipf\", safe = { share = 0.8 }, contexts = 5 }\n"
#define LOGLINEAR                                                                                  \
    "gyre = 1\nscenario = { rounds = 5 }\nsociety = { agents = 140, policy = { use = "             \
    "\"policy.loglinear\", features = [\"risk\", \"safe\", \"reference\"] } }\n" CONTEXTS
#define METRICS "metric = [{ use = \"metric.safety\" }, { use = \"metric.diversity\" }]\n"

/* Every way in which a society can be put together that has code of its own. */
static const struct variant {
    const char *name, *text;
} variants[] = {
    {"shared.toml", HEAD SPACE METRICS "sampling = { samples = 40000 }\n"},
    {"per_agent.toml", HEAD SPACE METRICS "sampling = { samples = 40, dataset = \"per_agent\" }\n"},
    {"mixing.toml",
     HEAD SPACE METRICS "sampling = { samples = 40, dataset = \"per_agent\", mixing = 0.3 }\n"},
    {"alone.toml",
     HEAD SPACE METRICS "sampling = { samples = 40, dataset = \"per_agent\", mixing = 0 }\n"},
    {"contexts.toml", HEAD CONTEXTS METRICS "sampling = { samples = 40000 }\n"},
    {"contexts_apart.toml",
     HEAD CONTEXTS METRICS "sampling = { samples = 40, dataset = \"per_agent\", mixing = 0.5 }\n"},
    {"expected.toml", HEAD SPACE METRICS
     "sampling = { samples = \"expected\" }\n"
     "selection = { use = \"selection.bias\", attribute = \"risk\", beta = 0.5 }\n"},
    {"expected_apart.toml", HEAD CONTEXTS METRICS
     "sampling = { samples = \"expected\", dataset = \"per_agent\", mixing = 0.5 }\n"
     "update = { use = \"update.mle\", rate = 0.6, outside = 0.1 }\n"},
    {"verified.toml", HEAD SPACE METRICS
     "sampling = { samples = 40000 }\n"
     "intervention = [{ use = \"intervention.verify\", checks = 30000, rejects_safe = 0.1,"
     " passes_unsafe = 0.2, act = \"redraw\" }]\n"},
    {"recalled.toml",
     "gyre = 1\nscenario = { rounds = 5 }\nsociety = { agents = 140, policy = { use = "
     "\"policy.memory\", prior = 0.5, spill = 0.1, kind = \"safe\" } }\n" CONTEXTS METRICS
     "sampling = { samples = 400 }\nupdate = { use = \"update.recall\", useful = \"risk\" }\n"},
    {"verified_apart.toml", HEAD SPACE METRICS
     "sampling = { samples = 40, dataset = \"per_agent\" }\n"
     "update = { use = \"update.mle\", rate = 0.7, smoothing = 0.01 }\n"
     "intervention = [{ use = \"intervention.verify\", rejects_safe = 0.1, passes_unsafe = 0.2,"
     " when = { metric = \"safety.kl_floored\", above = 0.1 } }]\n"},
    {"reinforced.toml", LOGLINEAR METRICS
     "sampling = { samples = 40, dataset = \"per_agent\", mixing = 0.5 }\n"
     "update = { use = \"update.reinforce\", utility = 0, entropy = 0.1, penalty = 0.1 }\n"},
    {"reinforced_shared.toml",
     LOGLINEAR METRICS "sampling = { samples = 40000 }\n"
                       "update = { use = \"update.reinforce\", utility = 0 }\n"},
    {"climbing.toml",
     HEAD CONTEXTS METRICS "sampling = { samples = 40, dataset = \"per_agent\" }\n"
                           "update = { use = \"update.reinforce\", utility = 0 }\n"},
};
enum { VARIANTS = sizeof variants / sizeof *variants };

/* ---- runs --------------------------------------------------------------- */

/* What a run says but for its seconds: its lines, then its digest. To be freed. */
static char *answer(const char *line)
{
    struct outcome outcome = command_run(folder.path, line);
    outcome_expect(&outcome, 0);
    json_t *lines = recorded_lines(&outcome);
    outcome.out[outcome.out_length - 1] = 0; /* so that the last break is before the last line */
    strrchr(outcome.out, '\n')[1] = 0;
    char *text = NULL;
    assert_true(asprintf(&text, "%s%s\n", outcome.out, recorded_digest(lines)) > 0);
    json_decref(lines);
    outcome_free(&outcome);
    return text;
}

static void expect_answer(const char *expected, const char *line)
{
    char *actual = answer(line);
    if (strcmp(expected, actual) != 0)
        print_error("another answer: %s\n", line);
    assert_string_equal(actual, expected);
    free(actual);
}

/* The first run of a file, on one thread, against runs with other words before and after it. */
static void expect_one_answer(const char *file, const char *options, const char *const *others)
{
    char line[FOLDER_PATH];
    snprintf(line, sizeof line, "gyre run %s --json --no-db --threads 1 %s", file, options);
    char *expected = answer(line);
    for (; *others; others += 2) {
        snprintf(line, sizeof line, "%s gyre run %s --json --no-db %s %s", others[0], file,
                 others[1], options);
        expect_answer(expected, line);
    }
    free(expected);
}

/* ---- claims ------------------------------------------------------------- */

static const char *const threads[] = {
    "", "--threads 2", "", "--threads 3", "", "--threads 7", "OMP_NUM_THREADS=2", "", NULL};

static void threads_change_no_bit(void **state)
{
    (void)state;
    for (int i = 0; i < VARIANTS; i++)
        expect_one_answer(variants[i].name, "", threads);
}

static void replicates_side_by_side_change_no_bit(void **state)
{
    (void)state;
    for (int i = 0; i < VARIANTS; i++)
        expect_one_answer(variants[i].name, "--set scenario.replicates=5 --set scenario.rounds=2",
                          threads);
}

static void vector_code_changes_no_bit(void **state)
{
    (void)state;
    const char *others[16] = {NULL};
    int count = 0;
    others[count++] = "GYRE_VECTOR=sse2";
    others[count++] = "--threads 1";
    if (__builtin_cpu_supports("avx2")) {
        others[count++] = "GYRE_VECTOR=avx2";
        others[count++] = "--threads 2";
    } else
        print_message("this processor has no AVX2\n");
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) {
        others[count++] = "GYRE_VECTOR=avx512";
        others[count++] = "--threads 3";
    } else
        print_message("this processor has no AVX-512\n");
    for (int i = 0; i < VARIANTS; i++)
        expect_one_answer(variants[i].name, "", others);
}

static char *digest_of(const char *line)
{
    char *text = answer(line), *end = text + strlen(text) - 1;
    *end = 0;
    char *digest = strdup(strrchr(text, '\n') + 1);
    free(text);
    return digest;
}

/* Whose digest is the worlds', not the measurements'. */
static void another_metric_changes_no_world(void **state)
{
    (void)state;
    char file[64], line[FOLDER_PATH];
    for (int i = 0; i < VARIANTS; i++) {
        char *text = NULL;
        const char *metrics = strstr(variants[i].text, METRICS);
        assert_true(
            asprintf(&text,
                     "%.*smetric = [{ use = \"metric.diversity\", as = \"first\" },"
                     " { use = \"metric.safety\" }, { use = \"metric.safety\", of = \"mixture\" },"
                     " { use = \"metric.diversity\" }]\n%s",
                     (int)(metrics - variants[i].text), variants[i].text,
                     metrics + strlen(METRICS)) > 0);
        snprintf(file, sizeof file, "more_%s", variants[i].name);
        folder_write(&folder, file, text);
        snprintf(line, sizeof line, "gyre run %s --json --no-db", variants[i].name);
        char *without = digest_of(line);
        snprintf(line, sizeof line, "gyre run %s --json --no-db", file);
        char *with = digest_of(line);
        if (strcmp(with, without) != 0)
            print_error("of %s\n", variants[i].name);
        assert_string_equal(with, without);
        free(with);
        free(without);
        free(text);
    }
}

/* Else all of the above would hold of a program that always says the same. */
static void another_seed_is_another_world(void **state)
{
    (void)state;
    char line[FOLDER_PATH];
    for (int i = 0; i < VARIANTS; i++) {
        if (strstr(variants[i].text, "expected"))
            continue;
        snprintf(line, sizeof line, "gyre run %s --json --no-db", variants[i].name);
        char *one = digest_of(line);
        snprintf(line, sizeof line, "gyre run %s --json --no-db --set scenario.seed=2",
                 variants[i].name);
        char *two = digest_of(line);
        assert_string_not_equal(one, two);
        free(one);
        free(two);
    }
    char *one = digest_of("gyre run expected.toml --json --no-db");
    char *two = digest_of("gyre run expected.toml --json --no-db --set selection.beta=0.6");
    assert_string_not_equal(one, two);
    free(one);
    free(two);
}

static void a_shipped_scenario_is_one_answer_too(void **state)
{
    (void)state;
    expect_one_answer("scenarios/moltbook/words.toml", "--set scenario.rounds=4", threads);
    expect_one_answer("scenarios/paper/verified.toml", "--set scenario.replicates=4", threads);
}

static void replicate_0_of_three_is_the_only_one_of_one(void **state)
{
    (void)state;
    char line[FOLDER_PATH];
    for (int i = 0; i < VARIANTS; i++) {
        snprintf(line, sizeof line, "gyre run %s --json --no-db", variants[i].name);
        char *one = answer(line);
        snprintf(line, sizeof line, "gyre run %s --json --no-db --set scenario.replicates=3",
                 variants[i].name);
        char *three = answer(line);
        char *digest = strrchr(one, '}') + 2;
        assert_true(strncmp(one, three, (size_t)(digest - one)) == 0);
        assert_non_null(strstr(three, "{\"replicate\":2,\"round\":5,"));
        assert_null(strstr(three, "{\"replicate\":3,"));
        free(one);
        free(three);
    }
}

static int prepare(void **state)
{
    (void)state;
    folder_create(&folder);
    folder_copy(&folder, "scenarios", "scenarios");
    for (int i = 0; i < VARIANTS; i++)
        folder_write(&folder, variants[i].name, variants[i].text);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(replicates_side_by_side_change_no_bit),
        cmocka_unit_test(vector_code_changes_no_bit),
        cmocka_unit_test(another_metric_changes_no_world),
        cmocka_unit_test(another_seed_is_another_world),
        cmocka_unit_test(a_shipped_scenario_is_one_answer_too),
        cmocka_unit_test(replicate_0_of_three_is_the_only_one_of_one),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
