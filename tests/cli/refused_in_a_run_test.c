/* Mistakes that only the world itself shows: the run ends with 65 and one sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "command.h"
#include "folder.h"

static struct folder folder;

static void expect_refusal(const char *more, const char *sentence)
{
    char text[2048];
    snprintf(text, sizeof text,
             "gyre = 1\nscenario = { rounds = 5 }\n"
             "space = { states = 4, reference = [0.4, 0.3, 0.2, 0.1], attributes = { a = 1, "
             "gap = [1, 0, 1, 0], utility = [1, 0, 0, 0], huge = [1e300, -1e300, 1e300, 0] } }\n"
             "metric = [{ use = \"metric.diversity\" }]\n%s",
             more);
    folder_write(&folder, "own.toml", text);
    struct outcome outcome = command_run(folder.path, "gyre run own.toml --no-db");
    outcome_expect(&outcome, 65);
    assert_string_equal(outcome.err, sentence);
    outcome_free(&outcome);
}

static void a_base_that_is_not_the_start_is_refused(void **state)
{
    (void)state;
    expect_refusal("sampling.samples = 20\nsociety = { agents = 3, policy = { use = "
                   "\"policy.loglinear\", features = "
                   "[\"a\"], base = \"uniform\" } }\n",
                   "own.toml:6:42: policy.loglinear, after round 0 of replicate 0: base = "
                   "\"uniform\" says every state as often in row 0, and the scenario starts "
                   "elsewhere: use base = \"start\"\n");
}

static void steps_beyond_all_numbers_end_the_run(void **state)
{
    (void)state;
    expect_refusal("sampling.samples = 20\nsociety = { agents = 3, policy = { use = "
                   "\"policy.loglinear\", features = "
                   "[\"huge\"], step = 1e9 } }\n",
                   "own.toml:6:42: policy.loglinear, after round 0 of replicate 0: theta has left "
                   "the numbers: the steps are too large\n");
}

static void rewards_beyond_all_numbers_end_the_run(void **state)
{
    (void)state;
    static const char *const samples[] = {"20", "\"expected\""};
    static const char *const normalise[] = {"true", "false"};
    for (int i = 0; i < 4; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "society.agents = 3\nsampling = { samples = %s }\nupdate = { use = "
                 "\"update.reinforce\", utility = 1e9, useful = \"huge\", normalise = %s }\n",
                 samples[i % 2], normalise[i / 2]);
        expect_refusal(text,
                       "own.toml:7:18: update.reinforce, after round 0 of replicate 0: rewards are "
                       "too large: what agents would learn from them is no number\n");
    }
}

static void rewards_without_a_spread_cannot_be_read_by(void **state)
{
    (void)state;
    expect_refusal("society.agents = 3\nsampling.samples = 20\nupdate = { use = "
                   "\"update.recall\", useful = \"huge\" }\n",
                   "own.toml:7:18: update.recall, after round 0 of replicate 0: rewards are too "
                   "large: how far they are apart is no number\n");
}

static void an_anchor_of_zeros_is_refused(void **state)
{
    (void)state;
    expect_refusal("sampling.samples = 20\nsociety.agents = 3\nupdate = { use = "
                   "\"update.reinforce\", penalty = 1, "
                   "anchor = \"gap\" }\n",
                   "own.toml:7:18: update.reinforce, after round 0 of replicate 0: the anchor is 0 "
                   "where an agent says something: there the penalty is infinite\n");
}

static int make_folder(void **state)
{
    (void)state;
    folder_create(&folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_base_that_is_not_the_start_is_refused),
        cmocka_unit_test(steps_beyond_all_numbers_end_the_run),
        cmocka_unit_test(rewards_beyond_all_numbers_end_the_run),
        cmocka_unit_test(rewards_without_a_spread_cannot_be_read_by),
        cmocka_unit_test(an_anchor_of_zeros_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
