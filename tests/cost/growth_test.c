/* A round's instructions when agents, states, samples and rounds are doubled one by one, beside
 * what docs/costs.md says they do; and those of a start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "instructions.h"

/* ---- what rounds should cost -------------------------------------------- */

/* Instructions of a round (gcc 12, SSE2): a draw, a state, an agent, and a state of an agent. They
 * say in which proportions costs grow; of their size no more is held than that it is not off by
 * half, for compilers differ. */
struct law {
    double draw, state, agent, both;
};

struct size {
    double agents, states, samples;
};

/* Samples of one dataset that all share are drawn once. */
static double cost_of(const struct law *law, const struct size *n, bool shared)
{
    double const draws = shared ? n->samples : n->agents * n->samples;
    return law->draw * draws + law->state * n->states + law->agent * n->agents +
           law->both * n->agents * n->states;
}

/* More than a tenth beyond what was to be expected. */
static bool is_beyond(double measured, double expected)
{
    return measured > 1.1 * expected;
}

struct society {
    const char *name;
    bool shared;
    struct size size;
    struct law law;
    const char *text;
};

#define PLAIN "metric = [{ use = \"metric.safety\", of = \"mixture\", agents = false }]\n"
#define MEMORY                                                                                     \
    "society = { agents = 1, policy = { use = \"policy.memory\", recall = 0.9 } }\n" PLAIN

enum { SHARED, LISTS, TABLES, MEMORIES, RECALL, COUNTS, SOCIETIES };

static struct society const societies[SOCIETIES] = {
    [SHARED] = {"one table for all",
                true,
                {1000, 8192, 40000},
                {69, 229, 0, 0},
                "sampling = { samples = 1 }\n" PLAIN},
    /* Composition: what it costs depends next to nothing on the states, which are but counted. */
    [LISTS] = {"lists, drawn by composition",
               false,
               {500, 512, 200},
               {60, 250, 950, 4},
               "sampling = { dataset = \"per_agent\", samples = 1, mixing = 0.1 }\n"
               "metric = [{ use = \"metric.consensus\", modes = false },\n"
               "{ use = \"metric.safety\", of = \"mixture\", agent_kl = false }]\n"},
    [TABLES] = {"a table an agent",
                false,
                {200, 512, 500},
                {98, 0, 0, 54},
                "update = { use = \"update.mle\", rate = 0.5 }\n"
                "sampling = { dataset = \"per_agent\", samples = 1, mixing = 0.1 }\n" PLAIN},
    [MEMORIES] = {"memories, verified",
                  false,
                  {3000, 2048, 32},
                  {73, 486, 504, 0},
                  "sampling = { dataset = \"per_agent\", samples = 1 }\n"
                  "intervention = [{ use = \"intervention.verify\", max_risk = 0.5 }]\n" MEMORY},
    [RECALL] = {"memories that recall, verified",
                false,
                {3000, 2048, 32},
                {74, 494, 678, 0},
                "sampling = { dataset = \"per_agent\", samples = 1, mixing = 0.1 }\n"
                "intervention = [{ use = \"intervention.verify\", max_risk = 0.5 }]\n" MEMORY},
    [COUNTS] = {"counts, far more samples than states",
                false,
                {50, 256, 1000000},
                {0, 0, 1100, 454},
                "update = { use = \"update.mle\", rate = 0.5 }\n"
                "sampling = { dataset = \"per_agent\", samples = 1 }\n" PLAIN},
};

/* ---- runs --------------------------------------------------------------- */

static char path[] = "/tmp/gyre-cost-XXXXXX.toml";

static void write_scenario(const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fprintf(out, "gyre = 1\nscenario = { rounds = 1 }\n"
                 "space = { states = 1, reference = \"uniform\", safe = { share = 0.9 } }\n");
    fprintf(out, "%s%s", strstr(text, "society =") ? "" : "society = { agents = 1 }\n", text);
    assert_int_equal(fclose(out), 0);
}

/* What is doubled of a society. */
enum { BASE, AGENTS, STATES, SAMPLES, SIZES };

static struct size size_of(const struct society *society, int doubled)
{
    struct size n = society->size;
    n.agents *= doubled == AGENTS ? 2 : 1;
    n.states *= doubled == STATES ? 2 : 1;
    n.samples *= doubled == SAMPLES ? 2 : 1;
    return n;
}

/* The first two rounds, from equal agents, are part of a start; the next two are measured, and of
 * the plain society the next four too. */
enum { FIRST = 2, MORE = 2, LINES = 2 * SIZES + 1, LINE = 512 };

static void write_line(char *out, const struct size *n, int rounds)
{
    snprintf(out, LINE,
             "run %s --no-db --json --threads 1 --set scenario.rounds=%d --set society.agents=%.0f "
             "--set space.states=%.0f --set sampling.samples=%.0f",
             path, rounds, n->agents, n->states, n->samples);
}

/* Instructions of MORE rounds at each size, and of twice as many at the plain one. */
struct growth {
    double size[SIZES], twice;
};

static struct growth measure(const struct society *society)
{
    char text[LINES][LINE], *line[LINES];
    double count[LINES];
    for (int i = 0; i < LINES; i++)
        line[i] = text[i];
    for (int i = 0; i < SIZES; i++) {
        struct size const n = size_of(society, i);
        write_line(line[2 * i], &n, FIRST);
        write_line(line[2 * i + 1], &n, FIRST + MORE);
    }
    write_line(line[LINES - 1], &society->size, FIRST + 3 * MORE);
    write_scenario(society->text);
    instructions_count(line, LINES, count);
    struct growth growth = {.twice = count[LINES - 1] - count[1]};
    for (int i = 0; i < LINES; i++)
        assert_true(count[i] > 0);
    for (int i = 0; i < SIZES; i++)
        growth.size[i] = count[2 * i + 1] - count[2 * i];
    return growth;
}

/* ---- claims ------------------------------------------------------------- */

static bool grows_as_said(const struct society *society, const struct growth *growth)
{
    static const char *const what[] = {"", "agents", "states", "samples"};
    double const plain = cost_of(&society->law, &society->size, society->shared);
    bool good = true;
    for (int i = AGENTS; i < SIZES; i++) {
        struct size const n = size_of(society, i);
        double const expected = cost_of(&society->law, &n, society->shared) / plain;
        double const found = growth->size[i] / growth->size[BASE];
        printf("%s, twice the %s: %.3f x, %.3f was to be expected\n", society->name, what[i], found,
               expected);
        good = good && !is_beyond(found, expected);
    }
    return good;
}

static void expect_growth(const struct society *society, const struct growth *growth)
{
    double const said = MORE * cost_of(&society->law, &society->size, society->shared);
    double const rounds = growth->twice / growth->size[BASE];
    printf("%s: %.4g instructions a round, %.4g were said; twice the rounds: %.3f x\n",
           society->name, growth->size[BASE] / MORE, said / MORE, rounds);
    assert_true(growth->size[BASE] > 0.5 * said && growth->size[BASE] < 1.5 * said);
    assert_false(is_beyond(rounds, 2));
    assert_true(grows_as_said(society, growth));
}

static void expect(int which)
{
    struct growth const growth = measure(&societies[which]);
    expect_growth(&societies[which], &growth);
}

static void one_table_costs_draws_and_states_whatever_the_agents(void **state)
{
    (void)state;
    expect(SHARED);
}

static void lists_cost_draws_whatever_the_states(void **state)
{
    (void)state;
    expect(LISTS);
}

/* And so they are told from lists: by the law of lists, twice the states would be too much. */
static void tables_cost_states_of_each_agent(void **state)
{
    (void)state;
    struct growth const growth = measure(&societies[TABLES]);
    expect_growth(&societies[TABLES], &growth);
    assert_false(grows_as_said(&societies[LISTS], &growth));
}

static void memories_cost_draws_whatever_the_states(void **state)
{
    (void)state;
    expect(MEMORIES);
    expect(RECALL);
}

static void counts_cost_states_whatever_the_samples(void **state)
{
    (void)state;
    expect(COUNTS);
}

/* What goes with the square of the agents is seen: by this law half of a round is. */
static void a_square_is_beyond_a_line(void **state)
{
    (void)state;
    const struct society *lists = &societies[LISTS];
    struct growth growth = {.size = {100, 250, 100, 150}};
    assert_false(grows_as_said(lists, &growth));
    growth.size[AGENTS] = 200;
    assert_true(grows_as_said(lists, &growth));
}

/* ---- starts ------------------------------------------------------------- */

static double plugins(void)
{
    glob_t found;
    double const count =
        glob(GYRE_PLUGINS "/*.gyre.so", 0, NULL, &found) == 0 ? (double)found.gl_pathc : 0;
    globfree(&found);
    return count;
}

/* A third of room over what was counted when this was written: 5.5e6, of which most is the dynamic
 * linker's, and 0.57e6 for each component that is listed. */
static void a_start_takes_few_instructions(void **state)
{
    (void)state;
    char run[LINE], list[] = "list", *const lines[] = {run, list};
    double count[2];
    write_line(run, &(struct size){1, 2, 1}, 1);
    write_scenario("sampling = { samples = 1 }\n" PLAIN);
    instructions_count(lines, 2, count);
    printf("the smallest run: %.4g instructions; list: %.4g, %.4g for each of %.0f plugins\n",
           count[0], count[1], count[1] / plugins(), plugins());
    assert_true(count[0] > 0 && count[1] > 0 && plugins() > 0);
    assert_true(count[0] < 1.3 * 5.5e6);
    assert_true(count[1] < 1.3 * 0.57e6 * plugins());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_square_is_beyond_a_line),
        cmocka_unit_test(a_start_takes_few_instructions),
        cmocka_unit_test(one_table_costs_draws_and_states_whatever_the_agents),
        cmocka_unit_test(lists_cost_draws_whatever_the_states),
        cmocka_unit_test(tables_cost_states_of_each_agent),
        cmocka_unit_test(memories_cost_draws_whatever_the_states),
        cmocka_unit_test(counts_cost_states_whatever_the_samples),
    };
    const char *const missing = instructions_missing();
    if (missing) {
        printf("skipped: %s\n", missing);
        return 77;
    }
    int const file = mkstemps(path, 5);
    if (file < 0)
        return 1;
    close(file);
    int const failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
