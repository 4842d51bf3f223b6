#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "planned.h"
#include "schedule/work.h"

/* ---- plans -------------------------------------------------------------- */

struct size {
    long long agents, states, samples;
};

static struct size const plain = {1000, 1000, 100};

#define SAFETY "metric = [{ use = \"metric.safety\", agents = false }]\n"
#define LOOKS  "metric = [{ use = \"metric.safety\" }]\n"
#define EACH   "sampling = { dataset = \"per_agent\", samples = %lld }\n"
#define MIXED  "sampling = { dataset = \"per_agent\", samples = %lld, mixing = 0.1 }\n"
#define SHARED "sampling = { samples = %lld }\n"
#define HALF   "update = { use = \"update.mle\", rate = 0.5 }\n"
#define AGENTS "society = { agents = %lld }\n"
#define MEMORY "society = { agents = %lld, policy = { use = \"policy.memory\" } }\n"

static struct work estimate(const char *society, const char *sampling, const char *rest,
                            const struct size *size)
{
    char format[1024], text[1024];
    snprintf(format, sizeof format,
             "gyre = 1\nscenario = { rounds = 10, replicates = 3 }\n"
             "space = { states = %%lld, reference = \"uniform\" }\n%s%s%s",
             society, sampling, rest);
    /* The test's own words are the format: NOLINTNEXTLINE(clang-diagnostic-format-nonliteral) */
    snprintf(text, sizeof text, format, size->states, size->agents, size->samples);
    struct planned planned = planned_well(text);
    struct work const work = work_estimate(planned.plan, 1);
    planned_drop(&planned);
    return work;
}

/* How much longer a round takes with twice as many of each. */
static void expect_growth(const char *society, const char *sampling, const char *rest,
                          double agents, double states, double samples)
{
    struct size const m = {2 * plain.agents, plain.states, plain.samples};
    struct size const k = {plain.agents, 2 * plain.states, plain.samples};
    struct size const n = {plain.agents, plain.states, 2 * plain.samples};
    double const one = estimate(society, sampling, rest, &plain).round;
    double const grown[] = {estimate(society, sampling, rest, &m).round / one,
                            estimate(society, sampling, rest, &k).round / one,
                            estimate(society, sampling, rest, &n).round / one};
    double const expected[] = {agents, states, samples};
    for (int i = 0; i < 3; i++) {
        if (!(grown[i] > expected[i] - 0.1 && grown[i] < expected[i] + 0.1))
            print_error("%s%s%s%d: %g, not %g\n", society, sampling, rest, i, grown[i],
                        expected[i]);
        assert_true(grown[i] > expected[i] - 0.1 && grown[i] < expected[i] + 0.1);
    }
}

/* ---- claims ------------------------------------------------------------- */

static void estimates_grow_as_costs_do(void **state)
{
    (void)state;
    expect_growth(AGENTS, SHARED, SAFETY, 1, 2, 1);
    expect_growth(AGENTS, MIXED, SAFETY, 1.95, 1.05, 1.85);
    expect_growth(AGENTS, MIXED, HALF SAFETY, 2, 1.9, 1.1);
    expect_growth(MEMORY, EACH, SAFETY, 1.95, 1.05, 1.9);
    expect_growth(MEMORY, EACH, LOOKS, 1.95, 1.9, 1.05);
}

static void technique_is_that_of_the_round(void **state)
{
    (void)state;
    struct size const many = {3, 10, 100000};
    assert_string_equal(estimate(AGENTS, SHARED, SAFETY, &plain).technique, "one table for all");
    assert_string_equal(estimate(AGENTS, MIXED, SAFETY, &plain).technique, "lists");
    assert_string_equal(estimate(AGENTS, MIXED, HALF SAFETY, &plain).technique, "a table an agent");
    assert_string_equal(estimate(AGENTS, EACH, HALF SAFETY, &many).technique, "counts");
}

/* Neither counted nor drawn once. */
static void a_review_draws_twice(void **state)
{
    (void)state;
    struct size const many = {3, 10, 100000};
    static const char review[] =
        "metric = [{ use = \"metric.diversity\" }]\nintervention = [{ use = "
        "\"intervention.review\", simulated = true, risk = \"reference\" }]\n";
    struct work const with = estimate(AGENTS, SHARED, review, &many);
    struct work const without = estimate(AGENTS, SHARED, SAFETY, &many);
    assert_string_equal(with.technique, "one table for all");
    assert_string_equal(without.technique, "counts");
    assert_true(with.round > 3e-4 && with.round < 5e-4);
}

static void rounds_and_replicates_add_up(void **state)
{
    (void)state;
    struct work const work = estimate(AGENTS, MIXED, SAFETY, &plain);
    assert_true(work.draws == 100000);
    assert_true(work.round > 0 && work.total > 29.9 * work.round && work.total < 30.1 * work.round);
}

static void only_lists_over_a_start_are_large(void **state)
{
    (void)state;
    assert_non_null(estimate(MEMORY, EACH, LOOKS, &plain).large);
    assert_null(estimate(MEMORY, EACH, SAFETY, &plain).large);
    assert_null(estimate(AGENTS, MIXED, LOOKS, &plain).large);
    assert_null(estimate(AGENTS, EACH, HALF LOOKS, &plain).large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_grow_as_costs_do),
        cmocka_unit_test(technique_is_that_of_the_round),
        cmocka_unit_test(a_review_draws_twice),
        cmocka_unit_test(rounds_and_replicates_add_up),
        cmocka_unit_test(only_lists_over_a_start_are_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
