/* What the scenarios of scenarios/paper/ say that they show: the claims on the two paradigms and
 * their nulls, the trilemma's corners, how isolated each society is. docs/paper.md has the sizes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "folder.h"
#include "recorded.h"

static struct folder folder;

enum { ROUNDS = 20, LINE = 512 };

/* ---- runs ---------------------------------------------------------------- */

static json_t *run(const char *scenario, int replicates, const char *sets)
{
    char line[LINE];
    snprintf(line, sizeof line,
             "gyre run scenarios/paper/%s.toml --json --no-db --set scenario.replicates=%d %s",
             scenario, replicates, sets);
    struct outcome outcome = command_run(folder.path, line);
    outcome_expect(&outcome, 0);
    json_t *lines = recorded_lines(&outcome);
    outcome_free(&outcome);
    return lines;
}

static const json_t *last_line(const json_t *lines)
{
    return json_array_get(lines, json_array_size(lines) - 1);
}

/* What the summary of several replicates says of an output in a round: "mean", "sd", "se". */
static double said(const json_t *lines, const char *output, int round, const char *what)
{
    const json_t *summary = json_object_get(last_line(lines), "summary");
    const json_t *metrics = json_object_get(json_array_get(summary, (size_t)round), "metrics");
    const json_t *value = json_object_get(json_object_get(metrics, output), what);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static double mean_at(const json_t *lines, const char *output, int round)
{
    return said(lines, output, round, "mean");
}

static double change(const json_t *lines, const char *output)
{
    return mean_at(lines, output, ROUNDS) - mean_at(lines, output, 0);
}

static double over_rounds(const json_t *lines, const char *output)
{
    double sum = 0;
    for (int t = 1; t <= ROUNDS; t++)
        sum += mean_at(lines, output, t);
    return sum / ROUNDS;
}

/* The largest distance of any row from row 0, replicates apart. */
static double most_moved(const json_t *lines, const char *output)
{
    double first = NAN, most = 0;
    for (size_t i = 0; i + 1 < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        double const x = recorded_number(json_object_get(json_object_get(line, "metrics"), output));
        if (json_integer_value(json_object_get(line, "round")) == 0)
            first = x;
        most = fmax(most, fabs(x - first));
    }
    return most;
}

/* ---- the two paradigms --------------------------------------------------- */

#define ASR  "jailbreak.asr"
#define HARM "jailbreak.harm"
#define MC1  "truth.mc1"
#define MC2  "truth.mc2"

static void both_lose_safety_and_truth(void **state)
{
    (void)state;
    json_t *reinforce = run("reinforce", 80, ""), *recall = run("recall", 80, "");
    assert_true(change(reinforce, ASR) > .3 && change(recall, ASR) > .05);
    assert_true(change(reinforce, HARM) > 1 && change(recall, HARM) > .2);
    assert_true(change(reinforce, MC1) < -.05 && change(recall, MC1) < -.1);
    /* Reinforcement is faster, and spreads more; recall hallucinates more on average. */
    assert_true(mean_at(reinforce, ASR, ROUNDS) > mean_at(recall, ASR, ROUNDS));
    assert_true(over_rounds(reinforce, ASR) > over_rounds(recall, ASR));
    assert_true(said(reinforce, ASR, ROUNDS, "sd") > 1.2 * said(recall, ASR, ROUNDS, "sd"));
    assert_true(over_rounds(recall, MC1) < over_rounds(reinforce, MC1));
    json_decref(reinforce);
    json_decref(recall);
}

static void no_reward_moves_no_reinforcer(void **state)
{
    (void)state;
    static const char *const outputs[] = {ASR, HARM, MC1, MC2, "refused.mean"};
    json_t *lines = run("reinforce", 3, "--set update.utility=0 --set update.agreement=0");
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        assert_true(most_moved(lines, outputs[i]) <= 1e-12);
    json_decref(lines);
}

static void without_spill_no_jailbreak_moves(void **state)
{
    (void)state;
    json_t *lines = run("recall", 3, "--set society.policy.spill=0");
    assert_true(most_moved(lines, ASR) <= 1e-12);
    assert_true(most_moved(lines, HARM) <= 1e-12);
    assert_true(most_moved(lines, MC1) > .05);
    json_decref(lines);
}

static void agreement_alone_lowers_attack_success(void **state)
{
    (void)state;
    json_t *reinforce = run("reinforce", 50, "--set update.utility=0");
    json_t *recall = run("recall", 30, "--set update.utility=0");
    assert_true(change(reinforce, ASR) < -4 * said(reinforce, ASR, ROUNDS, "se"));
    assert_true(change(recall, MC2) > 4 * said(recall, MC2, ROUNDS, "se"));
    json_decref(reinforce);
    json_decref(recall);
}

/* MC1 falls as far, and yet nobody believes less: sampling takes the place of a mode. */
static void without_reward_and_corruption_recall_keeps_mc2(void **state)
{
    (void)state;
    json_t *lines = run("recall", 50,
                        "--set update.utility=0 --set update.agreement=0 "
                        "--set update.corruption=0");
    assert_true(fabs(change(lines, MC2)) < 4 * said(lines, MC2, ROUNDS, "se"));
    assert_true(fabs(change(lines, ASR)) < 4 * said(lines, ASR, ROUNDS, "se"));
    assert_true(change(lines, MC1) < -.1);
    json_decref(lines);
}

/* ---- the trilemma -------------------------------------------------------- */

static void each_corner_gives_up_one_of_three(void **state)
{
    (void)state;
    json_t *isolated = run("evolve_isolated", 100, ""), *safe = run("evolve_safe", 100, "");
    assert_true(change(isolated, "mean.mean") > .1 && change(safe, "mean.mean") > .1);
    assert_true(change(isolated, "safety.coverage_safe") < -.3);
    assert_true(mean_at(safe, "safety.kl_floored", ROUNDS) <
                .5 * mean_at(isolated, "safety.kl_floored", ROUNDS));
    json_decref(isolated);
    json_decref(safe);
    json_t *still = run("isolated_safe", 2, "");
    assert_true(most_moved(still, "mean.mean") <= 0 && most_moved(still, "safety.kl") <= 0);
    json_decref(still);
}

static void without_noise_and_selection_nothing_changes(void **state)
{
    (void)state;
    json_t *lines = run("unlimited", 1, "--set scenario.rounds=200");
    assert_true(most_moved(lines, "drift.tv") <= 1e-12);
    json_decref(lines);
}

/* -ln(1 - l) of what is said; of what is learned next no more than the lean above it. */
static void a_frozen_start_bounds_the_divergence_for_ever(void **state)
{
    (void)state;
    json_t *lines = run("anchored", 10, "--set scenario.rounds=200");
    assert_true(most_moved(lines, "safety.kl") <= -log(1 - .8) + .5);
    assert_true(most_moved(lines, "mean.mean") > .05);
    json_decref(lines);
    lines = run("anchored", 10, "--set scenario.rounds=200 --set metric.safety.of=mixture");
    assert_true(most_moved(lines, "safety.kl") <= -log(1 - .8));
    json_decref(lines);
}

/* ---- isolation ----------------------------------------------------------- */

static void every_scenario_says_how_isolated_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *scenario, *isolation;
    } known[] = {
        {"isolated", "closed"},      {"tempered", "closed"},     {"evolve_isolated", "closed"},
        {"isolated_safe", "closed"}, {"unlimited", "closed"},    {"reset", "anchored"},
        {"rollback", "anchored"},    {"forgetting", "anchored"}, {"anchored", "anchored"},
        {"reinforce", "anchored"},   {"recall", "anchored"},     {"verified", "open"},
        {"external", "open"},        {"evolve_safe", "open"},    {"reviewed", "open"},
        {"all_strategies", "open"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        json_t *lines = run(known[i].scenario, 1, "");
        const json_t *word = json_object_get(last_line(lines), "isolation");
        if (strcmp(json_string_value(word), known[i].isolation) != 0)
            fail_msg("%s is %s", known[i].scenario, json_string_value(word));
        json_decref(lines);
    }
}

static int prepare(void **state)
{
    (void)state;
    folder_create(&folder);
    folder_copy(&folder, "scenarios", "scenarios");
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
        cmocka_unit_test(both_lose_safety_and_truth),
        cmocka_unit_test(no_reward_moves_no_reinforcer),
        cmocka_unit_test(without_spill_no_jailbreak_moves),
        cmocka_unit_test(agreement_alone_lowers_attack_success),
        cmocka_unit_test(without_reward_and_corruption_recall_keeps_mc2),
        cmocka_unit_test(each_corner_gives_up_one_of_three),
        cmocka_unit_test(without_noise_and_selection_nothing_changes),
        cmocka_unit_test(a_frozen_start_bounds_the_divergence_for_ever),
        cmocka_unit_test(every_scenario_says_how_isolated_it_is),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
