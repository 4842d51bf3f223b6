/* Interventions that load well and misbehave in a run: see rude_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rude.h"

#define LAW "left a negative, infinite or undefined probability in the distribution"
#define RATE                                                                                       \
    "teaches at a rate outside [0, 1] or with a weight that is negative, infinite or undefined"

static void changed_distribution_must_be_one(void **state)
{
    (void)state;
    EXPECT({"intervention", "law_undefined", SAMPLES, BUG, 0, 0, LAW},
           {"intervention", "law_negative", SAMPLES, BUG, 0, 0, LAW},
           {"intervention", "law_nothing", SAMPLES, BUG, 0, 0, "left nothing in the distribution"},
           {"intervention", "law_refused", SAMPLES, DATA, 0, 0, "this law is as it should be"},
           {"intervention", "law_undefined", MIXED, BUG, 0, 0, LAW},
           {"intervention", "law_negative", MIXED, BUG, 0, 0, LAW},
           {"intervention", "law_undefined", EXPECTED, BUG, 0, 0, LAW});
}

static void judge_must_give_chances(void **state)
{
    (void)state;
    EXPECT(
        {"intervention", "pass_above", SAMPLES, BUG, 0, 0,
         "passes state 1 with chance 1.5, which is not in [0, 1]"},
        {"intervention", "pass_undefined", SAMPLES, BUG, 0, 0,
         "passes state 2 with chance nan, which is not in [0, 1]"},
        {"intervention", "pass_negative", SAMPLES, BUG, 0, 0,
         "passes state 3 with chance -0.125, which is not in [0, 1]"},
        {"intervention", "act", SAMPLES, BUG, 0, 0, "judged with an act that gyre does not know"},
        {"intervention", "unchecked", SAMPLES, BUG, 0, 0,
         "judged with an act that gyre does not know"},
        {"intervention", "budget", EXPECTED, DATA, 0, 0,
         "has a limited number of checks, which means nothing with samples = \"expected\""});
}

#define SHARE     "supplies a share outside [0, 1] or a negative count"
#define UNDEFINED "supplies from a law with a negative, infinite or undefined probability"

static void supply_must_have_something_to_give(void **state)
{
    (void)state;
    EXPECT({"intervention", "share", SAMPLES, DATA, 0, 0, SHARE},
           {"intervention", "share_undefined", SAMPLES, DATA, 0, 0, SHARE},
           {"intervention", "count_negative", SAMPLES, DATA, 0, 0, SHARE},
           {"intervention", "count", SAMPLES, DATA, 0, 0,
            "supplies more samples than a dataset holds"},
           {"intervention", "no_mass", SAMPLES, DATA, 0, 0, "supplies from a law without mass"},
           {"intervention", "supply_undefined", SAMPLES, DATA, 0, 0, UNDEFINED},
           {"intervention", "one_outside", EXPECTED, DATA, 0, 0,
            "supplies a number of samples, which means nothing with samples = \"expected\""});
}

static void lesson_for_all_must_be_one(void **state)
{
    (void)state;
    EXPECT({"intervention", "rate", SAMPLES, BUG, 0, 0, RATE},
           {"intervention", "rate_undefined", SAMPLES, BUG, 0, 0, RATE},
           {"intervention", "weight_undefined", SAMPLES, BUG, 0, 0, RATE},
           {"intervention", "weight_negative", SAMPLES, BUG, 0, 0, RATE});
}

#define AGENT "left an agent a negative, infinite or undefined probability"
#define PRUNE                                                                                      \
    "prunes a share outside [0, 1], in an order that gyre does not know, or by ranks that are "    \
    "infinite or undefined"

static void changed_agent_must_have_something_to_say(void **state)
{
    (void)state;
    EXPECT({"intervention", "agent_undefined", SAMPLES, BUG, 0, 0, AGENT},
           {"intervention", "agent_negative", SAMPLES, BUG, 0, 0, AGENT},
           {"intervention", "agent_mute", SAMPLES, BUG, 0, 0,
            "left an agent nothing to say in some context"},
           {"intervention", "agent_refused", SAMPLES, DATA, 0, 0, "this agent is as it should be"},
           {"intervention", "agent_negative", EXPECTED, BUG, 0, 0, AGENT});
}

static void pruning_must_have_a_share_and_an_order(void **state)
{
    (void)state;
    EXPECT({"intervention", "prune_share", MEMORIES, BUG, 0, 0, PRUNE},
           {"intervention", "prune_undefined", MEMORIES, BUG, 0, 0, PRUNE},
           {"intervention", "prune_order", MEMORIES, BUG, 0, 0, PRUNE},
           {"intervention", "prune_rank", MEMORIES, BUG, 0, 0, PRUNE},
           {"intervention", "prune_refused", MEMORIES, DATA, 0, 0, "nothing may be forgotten"},
           {"intervention", "prune_share", SAMPLES, DATA, 0, -1,
            "prunes what agents remember, and policy.categorical remembers no samples: use "
            "policy.memory"});
}

static void array_of_a_judge_s_own_is_not_used(void **state)
{
    (void)state;
    rude_expect_harmless("intervention", "steals", SAMPLES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(array_of_a_judge_s_own_is_not_used),
        cmocka_unit_test(changed_distribution_must_be_one),
        cmocka_unit_test(judge_must_give_chances),
        cmocka_unit_test(supply_must_have_something_to_give),
        cmocka_unit_test(lesson_for_all_must_be_one),
        cmocka_unit_test(changed_agent_must_have_something_to_say),
        cmocka_unit_test(pruning_must_have_a_share_and_an_order),
    };
    return cmocka_run_group_tests(tests, rude_make_folder, rude_drop_folder);
}
