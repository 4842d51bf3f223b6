/* Components that load well and misbehave in a run: the run ends with one sentence that names the
 * component, its place and the round, is left as failed in the database with that reason, and does
 * no harm to the next one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rude.h"

/* ---- numbers that are none ---------------------------------------------- */

#define WEIGHT "gave a state a weight that is negative, infinite or not a number"

static void selection_must_weigh(void **state)
{
    (void)state;
    EXPECT({"selection", "undefined", SAMPLES, BUG, 0, 0, WEIGHT},
           {"selection", "negative", SAMPLES, BUG, 0, 0, WEIGHT},
           {"selection", "infinite", SAMPLES, BUG, 0, 0, WEIGHT},
           {"selection", "zero", SAMPLES, DATA, 0, 0,
            "gives weight 0 to everything that is said: nothing could be learned"});
}

static void policy_must_add_to_1(void **state)
{
    (void)state;
    EXPECT(
        {"policy", "excess", SAMPLES, BUG, 0, 0,
         "the probabilities of context 0 add to 1.1, not 1"},
        {"policy", "negative", SAMPLES, BUG, 0, 0,
         "says something with a negative or infinite probability"},
        {"policy", "spoils", SAMPLES, BUG, 0, 1,
         "the probabilities of context 0 add to 1.5, not 1"},
        {"policy", "no_row", SAMPLES, BUG, 0, -1, "asks for rows of 0 bytes"},
        {"policy", "huge_row", SAMPLES, BUG, 0, -1, "asks for rows of 9223372036854775807 bytes"},
        {"policy", "own", SAMPLES, BUG, 0, -1, "gives its lists a weight of 1.5, not in [0, 1]"},
        {"policy", "keeps", SAMPLES, BUG, 0, -1,
         "keeps to the start without declaring the column \"start\""},
        {"policy", "lists", SAMPLES, BUG, 0, 0, "says a list, and own did not say so"},
        {"policy", "tables", SAMPLES, BUG, 0, 0, "says a table, and own said that it says lists"},
        {"policy", "strange", SAMPLES, BUG, 0, 0, "says a state that is not there"},
        {"policy", "long", SAMPLES, BUG, 0, 0,
         "says a list of a length that cannot be, or without states"});
}

static void policy_s_own_refusals_are_told(void **state)
{
    (void)state;
    EXPECT({"policy", "start", SAMPLES, DATA, 0, 0, "there is nothing to begin with"},
           {"policy", "say", SAMPLES, DATA, 0, 0, "lost for words"},
           {"policy", "learn", SAMPLES, DATA, 0, 0, "too old to learn"});
}

static void examples_must_be_of_this_world(void **state)
{
    (void)state;
    EXPECT({"update", "fast", SAMPLES, BUG, 0, 0, "learns at a rate that is not in [0, 1]"},
           {"update", "backward", SAMPLES, BUG, 0, 0, "learns at a rate that is not in [0, 1]"},
           {"update", "no_rate", SAMPLES, BUG, 0, 0, "learns at a rate that is not in [0, 1]"},
           {"update", "beyond", SAMPLES, BUG, 0, 0, "made an example of a state that is not there"},
           {"update", "negative_count", SAMPLES, BUG, 0, 0,
            "made examples of a negative count or without states"},
           {"update", "no_states", SAMPLES, BUG, 0, 0,
            "made examples of a negative count or without states"},
           {"update", "undefined", SAMPLES, BUG, 0, 0,
            "made examples with a negative, infinite or undefined weight"},
           {"update", "negative", SAMPLES, BUG, 0, 0,
            "made examples with a negative, infinite or undefined weight"});
}

static void update_must_learn_what_it_was_given(void **state)
{
    (void)state;
    EXPECT(
        {"update", "more", SAMPLES, BUG, 0, 0, "made more examples of its samples than there are"},
        {"update", "other_data", SAMPLES, BUG, 0, 0, "learns from other data than it was given"});
}

/* All that is measured of P_t, in nine digits. */
static char *measured(const char *kind, const char *mode, const char *sampling)
{
    rude_expect_harmless(kind, mode, sampling);
    char *found =
        recorded_text(&rude_folder, "runs.db",
                      "SELECT group_concat(x, ' ') FROM (SELECT printf('%.9g', value) AS x"
                      " FROM value WHERE run = (SELECT max(id) FROM run)"
                      " ORDER BY replicate, round, output)");
    assert_non_null(found);
    return found;
}

/* Only their ratios matter: tables, lists and expected data are the same for any scale. */
static void weights_may_be_as_small_as_doubles_are(void **state)
{
    (void)state;
    static const char *const samplings[] = {SAMPLES, MIXED, EXPECTED, TABLES};
    for (int i = 0; i < 4; i++) {
        char *const tiny = measured("selection", "tiny", samplings[i]);
        char *const well = measured("selection", "well", samplings[i]);
        assert_string_equal(tiny, well);
        free(tiny);
        free(well);
    }
}

/* What it would teach otherwise is never asked for. */
static void update_that_says_that_it_replaces_does(void **state)
{
    (void)state;
    static const char *const modes[] = {"half", "weighs", "copies"};
    static const char *const samplings[] = {SAMPLES, MIXED, "samples = 10"};
    for (int i = 0; i < 9; i++) {
        char *const said = measured("update", modes[i / 3], samplings[i % 3]);
        char *const done = measured("update", "as_said", samplings[i % 3]);
        assert_string_equal(said, done);
        free(said);
        free(done);
    }
}

#define AS_THEY_ARE                                                                                \
    "said that it teaches states as they are, and teaches weights or at a rate below 1"
static void update_that_teaches_states_must_teach_nothing_else(void **state)
{
    (void)state;
    EXPECT({"update", "states_half", SAMPLES, BUG, 0, 0, AS_THEY_ARE},
           {"update", "states_weighed", SAMPLES, BUG, 0, 0, AS_THEY_ARE});
}

static void update_that_ignores_its_refusal_fails_all_the_same(void **state)
{
    (void)state;
    EXPECT({"update", "ignores", SAMPLES, BUG, 0, 0, "learns at a rate that is not in [0, 1]"});
}

#define SLOT_OF(x) "gathered " x " of an agent, which is not a number below 4096 in size"

static void metric_must_keep_to_its_range(void **state)
{
    (void)state;
    EXPECT({"metric", "above", SAMPLES, BUG, 0, 0,
            "measured half = 1.25, which is outside its range [0, 1]"},
           {"metric", "below", SAMPLES, BUG, 0, 0,
            "measured half = -3, which is outside its range [0, 1]"},
           {"metric", "infinite", SAMPLES, BUG, 0, 0,
            "measured half = inf, which is outside its range [0, 1]"},
           {"metric", "undefined", SAMPLES, BUG, 0, 0,
            "measured open = nan, which is outside its range [-inf, inf]"},
           {"metric", "slot", SAMPLES, BUG, 0, 0, SLOT_OF("5000")},
           {"metric", "slot_undefined", SAMPLES, BUG, 0, 0, SLOT_OF("nan")},
           {"metric", "gather", SAMPLES, DATA, 0, 0, "nobody wants to be gathered"});
}

static void untouched_outputs_are_missing(void **state)
{
    (void)state;
    rude_write(&(struct rude){.kind = "metric", .mode = "untouched", .sampling = SAMPLES});
    struct outcome outcome = rude_run("");
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "");
    outcome_free(&outcome);
    rude_expect_text("SELECT status " LAST, "done");
    assert_int_equal(recorded_count(&rude_folder, "runs.db",
                                    "SELECT count(*) FROM value "
                                    "WHERE run = (SELECT max(id) FROM run)"),
                     0);
}

/* ---- interventions ------------------------------------------------------ */

/* ---- refusals ----------------------------------------------------------- */

#define CONTROL "one\\ntwo\\x0d\\x1b[31mred\\x7f"

static void refusal_before_the_run_is_told(void **state)
{
    (void)state;
    EXPECT({"selection", "check", SAMPLES, DATA, 0, -1, "check has seen enough"},
           {"selection", "check_silent", SAMPLES, DATA, 0, -1, "failed and did not say why"},
           {"selection", "check_control", SAMPLES, DATA, 0, -1, CONTROL},
           {"selection", "check_memory", SAMPLES, LIMIT, 0, -1, "found no memory"},
           {"selection", "open", SAMPLES, DATA, 0, -1, "open has seen enough"},
           {"selection", "open_silent", SAMPLES, DATA, 0, -1, "failed and did not say why"});
}

static void refusal_in_the_run_is_told(void **state)
{
    (void)state;
    EXPECT({"selection", "sentence", SAMPLES, DATA, 0, 0, "this is my sentence"},
           {"selection", "silent", SAMPLES, DATA, 0, 0, "failed and did not say why"},
           {"selection", "empty", SAMPLES, DATA, 0, 0, "failed and did not say why"},
           {"selection", "control", SAMPLES, DATA, 0, 0, CONTROL},
           {"selection", "memory", SAMPLES, LIMIT, 0, 0, "found no memory"},
           {"selection", "unknown", SAMPLES, BUG, 0, 0, "failed and did not say why"},
           {"selection", "vast", SAMPLES, LIMIT, 0, 0, "found no memory"},
           {"selection", "stopped", SAMPLES, BUG, 0, 0, "stopped, and nobody asked it to"},
           {"selection", "learns", SAMPLES, DATA, 0, 0,
            "learn has a meaning only in an update's callback"},
           {"selection", "reset", SAMPLES, DATA, 0, 0, "there is no beginning"},
           {"selection", "reset_late", SAMPLES, DATA, 2, 0, "there is no beginning"});
}

static void endless_sentence_is_cut_off(void **state)
{
    (void)state;
    char sentence[400];
    memset(sentence, 'a', sizeof sentence - 1);
    sentence[sizeof sentence - 1] = 0;
    struct rude const rude = {"selection", "long", SAMPLES, DATA, 0, 0, sentence};
    rude_expect(&rude, 1);
}

/* ---- of many, the same one ---------------------------------------------- */

static void expect_on_any_threads(const struct rude *rude)
{
    static const char *const options[] = {"--threads 1", "--threads 2", "--threads 7",
                                          "--threads 13"};
    rude_write(rude);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        rude_expect_failure(rude, options[i]);
    rude_expect_good_run(rude);
}

/* With 13 threads for 10 replicates all threads work on one; with fewer each on its own. */
static void of_many_agents_the_first_is_told_of(void **state)
{
    (void)state;
    expect_on_any_threads(
        &(struct rude){"update", "crowd", SAMPLES, DATA, 0, 0, "dataset 5 is too hard"});
    expect_on_any_threads(
        &(struct rude){"update", "crowd_late", SAMPLES, DATA, 0, 2, "dataset 5 is too hard"});
}

static void failure_of_a_later_replicate_is_told_as_such(void **state)
{
    (void)state;
    struct rude const late = {"selection", "late", SAMPLES, DATA, 3, 2, "late it is"};
    expect_on_any_threads(&late);
}

/* What came before it is whole, and of itself all that it had shown. */
static void rows_before_a_failure_are_kept(void **state)
{
    (void)state;
    struct rude const late = {"selection", "late", SAMPLES, DATA, 3, 2, "late it is"};
    rude_write(&late);
    rude_expect_failure(&late, "--threads 2");
    assert_int_equal(recorded_count(&rude_folder, "runs.db",
                                    "SELECT count(DISTINCT replicate * 10 + round) FROM value "
                                    "WHERE run = (SELECT max(id) FROM run) AND replicate < 4"),
                     3 * 4 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selection_must_weigh),
        cmocka_unit_test(policy_must_add_to_1),
        cmocka_unit_test(policy_s_own_refusals_are_told),
        cmocka_unit_test(examples_must_be_of_this_world),
        cmocka_unit_test(update_must_learn_what_it_was_given),
        cmocka_unit_test(update_that_says_that_it_replaces_does),
        cmocka_unit_test(update_that_teaches_states_must_teach_nothing_else),
        cmocka_unit_test(weights_may_be_as_small_as_doubles_are),
        cmocka_unit_test(update_that_ignores_its_refusal_fails_all_the_same),
        cmocka_unit_test(metric_must_keep_to_its_range),
        cmocka_unit_test(untouched_outputs_are_missing),
        cmocka_unit_test(refusal_before_the_run_is_told),
        cmocka_unit_test(refusal_in_the_run_is_told),
        cmocka_unit_test(endless_sentence_is_cut_off),
        cmocka_unit_test(of_many_agents_the_first_is_told_of),
        cmocka_unit_test(failure_of_a_later_replicate_is_told_as_such),
        cmocka_unit_test(rows_before_a_failure_are_kept),
    };
    return cmocka_run_group_tests(tests, rude_make_folder, rude_drop_folder);
}
