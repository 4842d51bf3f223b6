/* What of a scenario a setting keeps, and what it refuses to take for what it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "theory/recognise.h"
#include "unit/schedule/planned.h"

#define WORLD                                                                                      \
    "gyre = 1\nscenario = { rounds = 7 }\nspace = { reference = [0.5, 0.25, 0.25], safe = [1, 1, " \
    "0] }\n[society]\nagents = 4\nweights = [4, 2, 1, 1]\n"
#define DATA "[sampling]\ndataset = \"per_agent\"\nsamples = 20\nmixing = 0.5\n"
#define TAU  "[[metric]]\nuse = \"metric.safety\"\ntau = 0.1\n"

static struct planned planned;

static const char *recognise(const char *text, struct setting *out)
{
    planned = planned_well(text);
    return recognise_plan(planned.plan, out);
}

static void the_world_is_as_it_is_planned(void **state)
{
    (void)state;
    struct setting s;
    assert_null(recognise(WORLD DATA TAU, &s));
    assert_int_equal(s.states, 3);
    assert_int_equal(s.agents, 4);
    assert_int_equal(s.samples, 20);
    assert_int_equal(s.rounds, 7);
    assert_true(s.weight[0] == .5 && !s.equal && !s.shared);
    assert_true(s.mixing == .5 && s.tau == .1 && s.rate == 1 && s.power == 1);
    assert_true(setting_mass(&s, s.start) == .75);
    planned_drop(&planned);
}

static void without_a_tau_it_is_one_sample(void **state)
{
    (void)state;
    struct setting s;
    assert_null(recognise(WORLD DATA "[[metric]]\nuse = \"metric.drift\"\n", &s));
    assert_true(s.tau == 1. / 20);
    planned_drop(&planned);
}

static void acts_stand_in_their_order_with_their_times(void **state)
{
    (void)state;
    struct setting s;
    assert_null(recognise(WORLD DATA TAU
                          "[[intervention]]\nuse = \"intervention.temper\"\ntemperature = 2\n"
                          "every = 3\nfrom = 2\nuntil = 5\n"
                          "[[intervention]]\nuse = \"intervention.external\"\ncount = 5\n"
                          "[[intervention]]\nuse = \"intervention.verify\"\nrejects_safe = 0.25\n"
                          "passes_unsafe = 0.125\nchecks = 9\nact = \"redraw\"\n",
                          &s));
    assert_int_equal(s.acts, 3);
    assert_int_equal(s.act[0].kind, ACT_TEMPER);
    assert_true(setting_acts(&s.act[0], 2) && setting_acts(&s.act[0], 5));
    assert_false(setting_acts(&s.act[0], 1) || setting_acts(&s.act[0], 3));
    assert_false(setting_acts(&s.act[0], 8) || setting_is_constant(&s.act[0]));
    assert_int_equal(s.act[1].kind, ACT_COUNT);
    assert_true(setting_amount(&s.act[1], 4) == 5 && s.act[1].p[0] == .5);
    assert_true(s.act[2].p[0] == .75 && s.act[2].p[2] == .125 && s.act[2].checks == 9);
    assert_true(s.act[2].redraws && s.act[2].keeps && setting_is_constant(&s.act[2]));
    planned_drop(&planned);
}

static void refuse(const char *text, const char *why)
{
    struct setting s;
    const char *said = recognise(text, &s);
    assert_non_null(said);
    assert_string_equal(said, why);
    planned_drop(&planned);
}

static void what_is_not_known_is_refused(void **state)
{
    (void)state;
    refuse(WORLD DATA TAU "[selection]\nuse = \"selection.popularity\"\n",
           "none is known for selection.popularity");
    refuse(WORLD DATA TAU "[selection]\nuse = \"selection.sharpen\"\n",
           "selection.sharpen is a power of Pbar only with mixing = 1");
    refuse(WORLD DATA TAU "[[intervention]]\nuse = \"intervention.verify\"\nrelative = true\n",
           "none is known for intervention.verify with relative set");
    refuse(WORLD DATA TAU
           "[[intervention]]\nuse = \"intervention.forget\"\nwhat = \"tail\"\ncut = 0.1\n",
           "none is known for intervention.forget with cut set");
    refuse(WORLD DATA TAU "[[intervention]]\nuse = \"intervention.rollback\"\nevery = 5\n",
           "a rollback to snapshots");
    refuse(WORLD DATA TAU "[[intervention]]\nuse = \"intervention.temper\"\nwhen = { metric = "
                          "\"safety.mass\", below = 0.5 }\n",
           "intervention.temper acts when a metric says so");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_world_is_as_it_is_planned),
        cmocka_unit_test(without_a_tau_it_is_one_sample),
        cmocka_unit_test(acts_stand_in_their_order_with_their_times),
        cmocka_unit_test(what_is_not_known_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
