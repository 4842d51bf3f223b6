/* metric.safety of states of next to no mass: their part of a floored divergence is nothing, though
 * what they are divided by is rounded to 0. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "rolled.h"

#define WORLD                                                                                      \
    "gyre = 1\nscenario = { rounds = 3 }\n"                                                        \
    "space = { reference = [0.6, 0.4, 1e-310, 1e-320], safe = [1, 0, 1, 0] }\n"                    \
    "society = { agents = 3 }\nmetric = [{ use = \"metric.safety\" }]\n"

static void expect_finite(const char *scenario)
{
    struct rolled rolled = rolled_run(planned_well(scenario), 1);
    assert_int_equal(rolled.status, STATUS_OK);
    assert_int_equal(rolled.rows, 4);
    assert_true(rolled_value(&rolled, "safety.kl_floored", 0) < 1e-15);
    for (int t = 0; t < rolled.rows; t++) {
        assert_true(isfinite(rolled_value(&rolled, "safety.kl_floored", t)));
        assert_true(isfinite(rolled_value(&rolled, "safety.agent_kl_floored", t)));
    }
    rolled_drop(&rolled);
}

static void what_has_next_to_no_mass_counts_nothing(void **state)
{
    (void)state;
    expect_finite(WORLD "sampling = { samples = 50 }\n");
    expect_finite(WORLD "sampling = { dataset = \"per_agent\", samples = 5, mixing = 0.1 }\n");
    expect_finite(WORLD "sampling = { dataset = \"per_agent\", samples = 5, mixing = 0.1 }\n"
                        "update = { use = \"update.mle\", rate = 0.5 }\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_next_to_no_mass_counts_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
