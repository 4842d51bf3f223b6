/* The six scenarios of scenarios/paper/ on what goes wrong: each shows its effect, and its null
 * with the --set that its own first lines give. */
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

enum { ROUNDS = 20, LINE = 512 };

/* What the mean over replicates of an output is in the last row. */
static const struct claim {
    const char *scenario, *set, *output;
    double least, most;
} claims[] = {
    {"hallucination", "", "hallucination.false_consensus", .29, .31},
    {"hallucination", "", "truth.mc2", .69, .71},
    {"hallucination", "--set selection.power=1", "hallucination.false_consensus", 0, .05},
    {"drift", "", "slide.total", .1, .14},
    {"drift", "", "slide.unnoticed", .1, .14},
    {"drift", "--set selection.beta=0", "slide.total", -.005, .005},
    {"collapse", "", "collapse.share", 0, .02},
    {"collapse", "--set selection.power=1", "collapse.share", .7, .9},
    {"collapse", "--set selection.power=1", "collapse.repeat", .018, .024},
    {"collapse", "--set selection.power=1 --set sampling.samples=100", "collapse.share", .03, .15},
    {"collapse", "--set sampling.samples=expected", "diversity.states_0", 256, 256},
    {"encryption", "", "encryption.noticed", .2, .32},
    {"encryption", "", "encryption.hidden_share", .05, .2},
    {"encryption", "--set intervention.verify.passes_unsafe=1", "encryption.noticed", 0, .02},
    {"encryption", "--set intervention.verify.passes_unsafe=1", "encryption.hidden_share", 0, .05},
    {"encryption", "--set 'space.reference=[0.04, 0.03, 0.03, 0.9, 0.35, 0.35, 0.25, 0.05]'",
     "encryption.hidden_share", .9, 1},
    {"sycophancy", "", "sycophancy.yield", .64, .67},
    {"sycophancy", "--set 'society.policy.features=[\"apart\"]'", "sycophancy.yield", .1085, .1087},
    {"sycophancy", "--set update.utility=0 --set update.agreement=0", "sycophancy.yield", .1085,
     .1087},
    {"collusion", "", "collusion.phi", .77, .82},
    {"collusion", "", "collusion.rate", .45, .55},
    {"collusion", "--set 'society.policy.features=[\"unsafe\"]'", "collusion.phi", .005, .0101},
    {"collusion", "--set update.agreement=0 --set update.utility=1", "collusion.phi", 0, .002},
};

static double last_mean(const json_t *lines, const char *output)
{
    double sum = 0;
    int count = 0;
    for (size_t i = 0; i + 1 < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        if (json_integer_value(json_object_get(line, "round")) != ROUNDS)
            continue;
        sum += recorded_number(json_object_get(json_object_get(line, "metrics"), output));
        count++;
    }
    assert_int_equal(count, 20);
    return sum / count;
}

static void each_failure_shows_and_is_gone_in_its_null(void **state)
{
    (void)state;
    char line[LINE];
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        const struct claim *claim = &claims[i];
        snprintf(line, sizeof line, "gyre run scenarios/paper/%s.toml --json --no-db %s",
                 claim->scenario, claim->set);
        struct outcome outcome = command_run(folder.path, line);
        outcome_expect(&outcome, 0);
        json_t *lines = recorded_lines(&outcome);
        double const value = last_mean(lines, claim->output);
        if (!(value >= claim->least && value <= claim->most))
            fail_msg("%s %s: %s ends at %g, not in [%g, %g]", claim->scenario, claim->set,
                     claim->output, value, claim->least, claim->most);
        json_decref(lines);
        outcome_free(&outcome);
    }
}

/* What a comment tells a reader to type is what is tested here. */
static void nulls_are_those_that_the_scenarios_name(void **state)
{
    (void)state;
    char path[LINE];
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        snprintf(path, sizeof path, "scenarios/paper/%s.toml", claims[i].scenario);
        char *text = folder_read(&folder, path);
        assert_non_null(strstr(text, claims[i].set));
        free(text);
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
        cmocka_unit_test(each_failure_shows_and_is_gone_in_its_null),
        cmocka_unit_test(nulls_are_those_that_the_scenarios_name),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
