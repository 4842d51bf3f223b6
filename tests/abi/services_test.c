/* What the host does for a component, as strangers see it in real runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/folder.h"
#include "cli/recorded.h"

enum { TEXT = 4096 };

static struct folder folder;

#define PLUGIN(name) " --plugin '" ABI_DIR "/" name ".gyre.so'"
#define ALL          PLUGIN("dice") PLUGIN("books") PLUGIN("memory") PLUGIN("patient") PLUGIN("sums")
#define SOCIETY                                                                                    \
    "gyre = 1\n"                                                                                   \
    "scenario = { rounds = 3, replicates = 3 }\n"                                                  \
    "society = { agents = 70, attributes = { age = 2 } }\n"                                        \
    "sampling = { samples = 10, dataset = \"per_agent\", mixing = 0.5 }\n"                         \
    "[space]\n"                                                                                    \
    "states = 6\n"                                                                                 \
    "contexts = [4, 2]\n"                                                                          \
    "reference = \"uniform\"\n"                                                                    \
    "attributes = { utility = [1, 2, 3, 4, 5, 6], harm = [1, 0, 0, 0, 0, 1] }\n"

#define DICE  "[[metric]]\nuse = \"metric.dice\"\n"
#define BOOKS "[[metric]]\nuse = \"metric.books\"\nrenamed = \"harm\"\n"

static const char *line_of(const char *options)
{
    static char line[TEXT];
    snprintf(line, sizeof line, "GYRE_PLUGIN_PATH='%s' gyre run own.toml --db runs.db --quiet%s %s",
             PLUGINS, ALL, options);
    return line;
}

static void run(const char *scenario, const char *options)
{
    folder_write(&folder, "own.toml", scenario);
    struct outcome outcome = command_run(folder.path, line_of(options));
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "");
    outcome_free(&outcome);
}

/* All of the last run's numbers whose names match, in order, as text to be freed. */
static char *numbers_of(const char *table, const char *number, const char *like)
{
    char query[TEXT];
    snprintf(query, sizeof query,
             "SELECT group_concat(line, ' ') FROM (SELECT printf('%%d/%%d:%%.17g', replicate, "
             "round, %s) AS line FROM %s WHERE run = (SELECT max(id) FROM run) AND name LIKE '%s' "
             "ORDER BY replicate, round, name)",
             number, table, like);
    char *text = recorded_text(&folder, "runs.db", query);
    assert_non_null(text);
    return text;
}

static void expect_numbers(const char *like, const char *expected)
{
    char *found = numbers_of("metrics", "value", like);
    assert_string_equal(found, expected);
    free(found);
}

/* In every row of every replicate. */
static void expect_everywhere(const char *like, double expected)
{
    char query[TEXT];
    snprintf(query, sizeof query,
             "SELECT count(*) * (min(value) = %.17g) * (max(value) = %.17g) FROM metrics WHERE "
             "run = (SELECT max(id) FROM run) AND name = '%s'",
             expected, expected, like);
    int64_t const rows = recorded_count(&folder, "runs.db", query);
    if (rows != 12)
        print_error("%s is not %g everywhere\n", like, expected);
    assert_int_equal(rows, 12);
}

/* ---- random words ------------------------------------------------------- */

static void words_are_the_same_in_any_pieces(void **state)
{
    (void)state;
    run(SOCIETY DICE DICE "as = \"odd\"\nfirst = 1\n" DICE
                          "as = \"far\"\nfirst = 1125899906842623\n",
        "");
    static const char *const names[] = {"dice", "odd", "far"};
    for (int i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.pieces", names[i]);
        expect_everywhere(name, 1);
        snprintf(name, sizeof name, "%s.units", names[i]);
        expect_everywhere(name, 1);
        snprintf(name, sizeof name, "%s.task", names[i]);
        expect_everywhere(name, 1);
    }
}

static void words_do_not_hang_on_threads_or_others(void **state)
{
    (void)state;
    static const char *const options[] = {"--threads 1", "--threads 2", "--threads 7"};
    run(SOCIETY DICE "as = \"own\"\n", "--threads 1");
    char *first = numbers_of("metrics", "value", "own.mix");
    for (int i = 0; i < 3; i++) {
        run(SOCIETY DICE DICE "as = \"own\"\n" BOOKS
                              "[[intervention]]\nuse = \"intervention.memory\"\n",
            options[i]);
        expect_numbers("own.mix", first);
    }
    free(first);
}

static void words_differ_by_all_of_their_address(void **state)
{
    (void)state;
    const char *const scenario = SOCIETY DICE "as = \"one\"\n" DICE "as = \"two\"\n";
    run(scenario, "--set scenario.seed=11");
    run(scenario, "--set scenario.seed=12");
    /* Seeds, replicates, rows, instances and streams. */
    assert_int_equal(recorded_count(&folder, "runs.db",
                                    "SELECT count(DISTINCT value) FROM metrics WHERE run > "
                                    "(SELECT max(id) - 2 FROM run) AND (name LIKE '%.mix' OR "
                                    "name LIKE '%.other')"),
                     2 * 3 * 4 * 2 * 2);
}

/* ---- memory ------------------------------------------------------------- */

static void memory_is_as_promised(void **state)
{
    (void)state;
    run(SOCIETY BOOKS, "--threads 2");
    expect_everywhere("books.scratch", 1);
    expect_everywhere("books.alloc", 1);
    expect_everywhere("books.cached", 21);
    expect_everywhere("books.stop", 0);
}

#define VISITS(r, a, b, c, d) #r "/0:" #a " " #r "/1:" #b " " #r "/2:" #c " " #r "/3:" #d

static void state_is_of_one_replicate_and_instance(void **state)
{
    (void)state;
    run(SOCIETY BOOKS BOOKS "as = \"late\"\nbegin = 100\n", "--threads 2");
    expect_numbers("books.visits",
                   VISITS(0, 1, 2, 3, 4) " " VISITS(1, 1, 2, 3, 4) " " VISITS(2, 1, 2, 3, 4));
    expect_numbers("late.visits", VISITS(0, 101, 102, 103, 104) " " VISITS(
                                      1, 101, 102, 103, 104) " " VISITS(2, 101, 102, 103, 104));
}

#define CHECKED(a, b, c) "0/1:" #a " 0/2:" #b " 0/3:" #c

/* A round in which it does not act leaves the state as it is. */
static void intervention_remembers_from_round_to_round(void **state)
{
    (void)state;
    run(SOCIETY DICE "[[intervention]]\nuse = \"intervention.memory\"\n"
                     "[[intervention]]\nuse = \"intervention.memory\"\nas = \"rare\"\n"
                     "begin = 20\nevery = 2\n",
        "--set scenario.replicates=1");
    char *always = numbers_of("tallies", "count", "memory.checked");
    char *rare = numbers_of("tallies", "count", "rare.checked");
    assert_string_equal(always, CHECKED(1, 2, 3));
    assert_string_equal(rare, "0/1:21 0/3:22");
    free(always);
    free(rare);
}

/* ---- columns ------------------------------------------------------------ */

static void columns_are_handed_out_as_declared(void **state)
{
    (void)state;
    run(SOCIETY BOOKS BOOKS "as = \"eager\"\nwanted = true\nabsent = \"utility\"\n", "");
    expect_everywhere("books.absent", 0);
    expect_everywhere("eager.absent", 1);
    expect_everywhere("books.renamed", 2);
    expect_everywhere("books.lazy", -1);
    expect_everywhere("eager.lazy", 21);
    expect_everywhere("books.age", 140);
    expect_everywhere("books.met", 1);
}

/* One after another, as the scenario names them. */
static void lists_are_columns_behind_each_other(void **state)
{
    (void)state;
    run(SOCIETY BOOKS BOOKS "as = \"one\"\nsome = [\"utility\"]\n" BOOKS
                            "as = \"two\"\nsome = [\"utility\", \"harm\"]\n" BOOKS
                            "as = \"back\"\nsome = [\"harm\", \"utility\"]\n",
        "");
    expect_everywhere("books.listed", -1);
    expect_everywhere("books.last", -1);
    expect_everywhere("one.listed", 21);
    expect_everywhere("two.listed", 23);
    expect_everywhere("two.last", 1);
    expect_everywhere("back.listed", 23);
    expect_everywhere("back.last", 6);
}

/* Of one shared dataset the shares add to 1, of agents' own each held state counts once. */
static void held_is_live(void **state)
{
    (void)state;
    run(SOCIETY BOOKS, "--set sampling.dataset=shared --set sampling.mixing=1 "
                       "--set scenario.replicates=1 --set sampling.samples=64");
    expect_numbers("books.held", "0/0:0 0/1:1 0/2:1 0/3:1");
    run(SOCIETY BOOKS, "--set scenario.replicates=1 --set sampling.samples=1");
    assert_int_equal(recorded_count(&folder, "runs.db",
                                    "SELECT sum(abs(value - (round > 0)) < 1e-12) FROM metrics "
                                    "WHERE run = (SELECT max(id) FROM run) AND "
                                    "name = 'books.held'"),
                     4);
}

/* ---- stop --------------------------------------------------------------- */

static void component_is_told_to_stop(void **state)
{
    (void)state;
    folder_write(&folder, "own.toml",
                 SOCIETY DICE "[[intervention]]\nuse = \"intervention.patient\"\n");
    struct running running = command_start(folder.path, line_of("--threads 2 --json"), -1);
    command_await_line(&running);
    kill(running.pid, SIGINT);
    struct outcome outcome = command_end(&running);
    assert_int_equal(outcome.code, 75);
    assert_string_equal(outcome.err, "");
    outcome_free(&outcome);
    char *status = recorded_text(&folder, "runs.db",
                                 "SELECT status || ': ' || reason FROM run ORDER BY id DESC "
                                 "LIMIT 1");
    assert_string_equal(status, "stopped: stopped by the user");
    free(status);
}

/* On one thread and on several, and of a selection that leans. */
static void sums_are_those_of_real_h(void **state)
{
    (void)state;
    static const char *const names[] = {"total", "dot",  "log",      "exp",
                                        "pack",  "each", "products", "learned"};
    static const char *const options[] = {"--threads 1", "--threads 4"};
    for (int i = 0; i < 16; i++) {
        char name[TEXT];
        run("gyre = 1\nscenario = { rounds = 3, replicates = 3 }\n"
            "society.agents = 2\nsampling = { samples = 40 }\n"
            "selection = { use = \"selection.bias\", beta = 1 }\n"
            "[space]\nstates = 6\nreference = \"uniform\"\n"
            "attributes = { utility = [1, 2, 3, 4, 5, 6] }\n"
            "[[metric]]\nuse = \"metric.sums\"\n",
            options[i / 8]);
        snprintf(name, sizeof name, "sums.%s", names[i % 8]);
        expect_everywhere(name, 1);
    }
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
        cmocka_unit_test(words_are_the_same_in_any_pieces),
        cmocka_unit_test(words_do_not_hang_on_threads_or_others),
        cmocka_unit_test(words_differ_by_all_of_their_address),
        cmocka_unit_test(memory_is_as_promised),
        cmocka_unit_test(state_is_of_one_replicate_and_instance),
        cmocka_unit_test(intervention_remembers_from_round_to_round),
        cmocka_unit_test(columns_are_handed_out_as_declared),
        cmocka_unit_test(lists_are_columns_behind_each_other),
        cmocka_unit_test(held_is_live),
        cmocka_unit_test(sums_are_those_of_real_h),
        cmocka_unit_test(component_is_told_to_stop),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
