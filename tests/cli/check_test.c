/* gyre check says beforehand what a run will need, and refuses what no machine has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "folder.h"

static struct folder folder;

static int make(void **state)
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

#define SOCIETY                                                                                    \
    "gyre = 1\n"                                                                                   \
    "scenario = { rounds = 10 }\n"                                                                 \
    "space = { states = 2048, reference = \"uniform\" }\n"                                         \
    "society = { agents = 10000, policy = { use = \"policy.memory\", capacity = 32 } }\n"          \
    "sampling = { dataset = \"per_agent\", samples = 32 }\n"

#define LOOKS  "metric = [{ use = \"metric.safety\" }]\n"
#define SPARED "metric = [{ use = \"metric.safety\", agents = false }]\n"

static struct outcome check(const char *scenario, const char *options)
{
    char line[512];
    folder_write(&folder, "a.toml", scenario);
    snprintf(line, sizeof line, "gyre check a.toml --threads 1 %s", options);
    return command_run(folder.path, line);
}

static void expect_said(const char *text, const char *said)
{
    if (!strstr(text, said))
        print_error("\"%s\" is not in:\n%s\n", said, text);
    assert_non_null(strstr(text, said));
}

static void memory_and_work_are_said_by_part(void **state)
{
    (void)state;
    struct outcome outcome = check(SOCIETY SPARED, "");
    outcome_expect(&outcome, 0);
    expect_said(outcome.out, " of memory with 1 thread:\n");
    expect_said(outcome.out, "\n    agents    1.5 MB, 148 bytes each\n    states    ");
    expect_said(outcome.out, "\n    datasets  ");
    expect_said(outcome.out, "\n    results   ");
    expect_said(outcome.out, "\n  draws 3.2e+05 samples a round, by one table for all\n");
    /* 10,000 agents of 150 ns with 32 draws of 2 ns, and 2,048 states of 10. */
    expect_said(outcome.out, "\n  takes about 810 us a round, about 8.1 ms for 10 rounds, ");
    assert_string_equal(outcome.err, "");
    outcome_free(&outcome);
}

static void replicates_and_threads_are_in_the_estimate(void **state)
{
    (void)state;
    struct outcome outcome = check(SOCIETY SPARED, "--set scenario.replicates=10 --threads 2");
    outcome_expect(&outcome, 0);
    expect_said(outcome.out, "about 810 us a round, about 41 ms for 10 rounds of 10 replicates, ");
    outcome_free(&outcome);
}

/* 10,000 agents times 2,048 states, for a metric that could do without. */
static void lists_that_are_spread_out_are_warned_of(void **state)
{
    (void)state;
    struct outcome outcome = check(SOCIETY LOOKS, "");
    outcome_expect(&outcome, 0);
    expect_said(outcome.err, "a.toml: warning: metric.safety looks at agents one by one, and each "
                             "of policy.memory says every state, ");
    expect_said(outcome.err, "2e+07 numbers a round; agents = false would spare them\n");
    expect_said(outcome.out, "\n  takes about 83 ms a round, ");
    outcome_free(&outcome);
    outcome = check(SOCIETY LOOKS, "--set society.policy.recall=1.0");
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "");
    outcome_free(&outcome);
}

/* A thousand times as many as Moltbook has: before anything is made of them. */
static void agents_beyond_the_machine_are_refused_with_the_figure(void **state)
{
    (void)state;
    struct outcome outcome = check(SOCIETY SPARED, "--set society.agents=264000000000");
    outcome_expect(&outcome, 71);
    expect_said(outcome.err, "agents = 264000000000 needs at least 4.2 TB of memory, and this "
                             "machine has ");
    outcome_free(&outcome);
    outcome = check(SOCIETY SPARED,
                    "--set society.policy.capacity=1000000 --set society.agents=10000000");
    outcome_expect(&outcome, 71);
    expect_said(outcome.err, "a.toml: this run needs 40 TB of memory, and this machine has ");
    expect_said(outcome.err, " free; fewer agents would make it fit\n");
    outcome_free(&outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_and_work_are_said_by_part),
        cmocka_unit_test(replicates_and_threads_are_in_the_estimate),
        cmocka_unit_test(lists_that_are_spread_out_are_warned_of),
        cmocka_unit_test(agents_beyond_the_machine_are_refused_with_the_figure),
    };
    return cmocka_run_group_tests(tests, make, clear);
}
