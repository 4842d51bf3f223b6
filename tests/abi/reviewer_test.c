/* A review by a stranger that misbehaves: one sentence, and nothing written where it should not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/folder.h"

enum { TEXT = 2048 };

static struct folder folder;

static struct outcome run(const char *mode, const char *options)
{
    char text[TEXT];
    snprintf(text, sizeof text,
             "gyre = 1\nscenario = { rounds = 3 }\nsociety.agents = 5\n"
             "sampling = { samples = 10, dataset = \"per_agent\" }\n"
             "space = { states = 4, reference = \"uniform\" }\n"
             "metric = [{ use = \"metric.diversity\" }]\n"
             "intervention = [{ use = \"intervention.reviewer\", mode = \"%s\" }]\n",
             mode);
    folder_write(&folder, "rude.toml", text);
    snprintf(text, sizeof text,
             "GYRE_PLUGIN_PATH='%s' gyre run rude.toml --plugin '%s/reviewer.rude.gyre.so' %s",
             PLUGINS, RUDE_DIR, options);
    return command_run(folder.path, text);
}

static void a_review_that_misbehaves_is_told_of(void **state)
{
    (void)state;
    static const struct {
        const char *mode, *options;
        int code;
        const char *sentence;
    } of[] = {
        {"flag_above", "--no-db", 70, "flags state 1 with chance 1.5, which is not in [0, 1]"},
        {"flag_undefined", "--no-db", 70, "flags state 1 with chance nan, which is not in [0, 1]"},
        {"flag_negative", "--no-db", 70, "flags state 1 with chance -1, which is not in [0, 1]"},
        {"late_negative", "--no-db", 70, NULL},
        {"late_many", "--no-db", 70, NULL},
        {"late_state", "--no-db", 70, NULL},
        {"late_dataset", "--no-db", 70, NULL},
        {"refuses", "--no-db", 65, "this is nobody's business"},
        {"asks", "--no-db", 65,
         "asks a person, and nobody sits at this run: use gyre run --review"},
        {"asks_of_a_state", "--review", 65, "asks about a sample or a question that is not there"},
        {"asks_of_a_number", "--review", 65, "asks about a sample or a question that is not there"},
        {"asks_negative", "--review", 65, "asks about a sample or a question that is not there"},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        char expected[TEXT];
        struct outcome outcome = run(of[i].mode, of[i].options);
        snprintf(expected, sizeof expected,
                 "rude.toml:7:25: intervention.reviewer, after round 0 of replicate 0: %s\n",
                 of[i].sentence ? of[i].sentence
                                : "brings more late samples than there is room for, or of a state "
                                  "or dataset that is not there");
        if (outcome.code != of[i].code || strcmp(outcome.err, expected) != 0) {
            print_error("%s: exit code %d, %s", of[i].mode, outcome.code, outcome.err);
            wrong++;
        }
        outcome_free(&outcome);
    }
    assert_int_equal(wrong, 0);
}

/* The last word of both runs is the digest of their worlds. */
static void arrays_of_a_review_s_own_are_not_used(void **state)
{
    (void)state;
    struct outcome well = run("well", "--no-db --json"), steals = run("steals", "--no-db --json");
    outcome_expect(&well, 0);
    outcome_expect(&steals, 0);
    const char *digest = strstr(well.out, "\"digest\":\""),
               *other = strstr(steals.out, "\"digest\":\"");
    assert_true(digest && other);
    assert_memory_equal(digest, other, strlen("\"digest\":\"") + 32);
    outcome_free(&well);
    outcome_free(&steals);
}

static int prepare(void **state)
{
    (void)state;
    folder_create(&folder);
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
        cmocka_unit_test(a_review_that_misbehaves_is_told_of),
        cmocka_unit_test(arrays_of_a_review_s_own_are_not_used),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
