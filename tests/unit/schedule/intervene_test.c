/* What several interventions do together: the file's order, and limits over all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "schedule/round.h"
#include "unit/schedule/planned.h"

/* Everybody says state 2 at first; two sources outside say 0 and 1. */
#define WORLD                                                                                      \
    "gyre = 1\nscenario = { rounds = 1 }\n"                                                        \
    "space = { reference = [1, 1, 1], attributes = { one = [1, 0, 0], two = [0, 1, 0] } }\n"       \
    "society = { agents = 2, start = [0, 0, 1] }\nmetric = [{ use = \"metric.diversity\" }]\n"

#define SOURCES(key, x, y)                                                                         \
    "intervention = [{ use = \"intervention.external\", as = \"x\", " key " = " x                  \
    ", source = \"one\" }, { use = \"intervention.external\", as = \"y\", " key " = " y            \
    ", source = \"two\" }]\n"

static enum status nothing(void *argument, const struct replicate *replicate)
{
    (void)argument;
    (void)replicate;
    return STATUS_OK;
}

/* What is said after one round, or how the run ended. */
static enum status run(const char *text, double *p)
{
    struct planned planned = planned_well(text);
    struct replicate *r = replicate_create(planned.plan, 1);
    struct round_watch const watch = {nothing, NULL};
    assert_non_null(r);
    assert_int_equal(replicate_reset(r, 0), STATUS_OK);
    enum status const status = round_run(r, &watch);
    for (int z = 0; z < 3; z++)
        p[z] = r->mixture[z];
    replicate_destroy(r);
    planned_drop(&planned);
    return status;
}

static void check_close(double x, double expected, double error)
{
    if (!(fabs(x - expected) <= error))
        fail_msg("%.17g is not %.17g +- %g", x, expected, error);
}

/* The first has half of the slots, the second half of what is left: sampled or expected. */
static void the_first_source_in_the_file_has_the_first_word(void **state)
{
    (void)state;
    double p[3];
    assert_int_equal(
        run(WORLD "sampling = { samples = \"expected\" }\n" SOURCES("share", "0.5", "0.5"), p),
        STATUS_OK);
    check_close(p[0], 0.5, 1e-15);
    check_close(p[1], 0.25, 1e-15);
    assert_int_equal(
        run(WORLD "sampling = { samples = 100000 }\n" SOURCES("share", "0.5", "0.5"), p),
        STATUS_OK);
    check_close(p[0], 0.5, 4 * sqrt(0.25 / 100000));
    check_close(p[1], 0.25, 4 * sqrt(0.1875 / 100000));
}

static void exact_numbers_stand_side_by_side(void **state)
{
    (void)state;
    double p[3];
    assert_int_equal(run(WORLD "sampling = { samples = 1000 }\n" SOURCES("count", "400", "600"), p),
                     STATUS_OK);
    check_close(p[0], 0.4, 1e-15);
    check_close(p[1], 0.6, 1e-15);
}

static void more_than_a_dataset_from_outside_is_refused(void **state)
{
    (void)state;
    double p[3];
    assert_int_equal(run(WORLD "sampling = { samples = 1000 }\n" SOURCES("count", "600", "600"), p),
                     STATUS_DATA);
}

#define DECAY "{ use = \"intervention.forget\", what = \"policy\", to = \"uniform\", rate = 0.5 }"
#define CUT   "{ use = \"intervention.forget\", as = \"cut\", what = \"tail\", cut = 0.2 }"

/* State 2 alone is said; half of that gives way to all three: 1/6, 1/6, 2/3, of which a cut leaves
 * one. The other way round there is nothing to cut. */
static void agents_are_changed_in_the_order_of_the_file(void **state)
{
    (void)state;
    double p[3];
    assert_int_equal(run(WORLD "sampling = { samples = \"expected\" }\nintervention = [" DECAY
                               ", " CUT "]\n",
                         p),
                     STATUS_OK);
    check_close(p[0], 0, 0);
    check_close(p[2], 1, 1e-15);
    assert_int_equal(run(WORLD "sampling = { samples = \"expected\" }\nintervention = [" CUT
                               ", " DECAY "]\n",
                         p),
                     STATUS_OK);
    check_close(p[0], 1.0 / 6, 1e-15);
    check_close(p[2], 2.0 / 3, 1e-15);
}

/* A source that is sampled leaves agents the lists of their samples; one that is a weight in every
 * policy makes tables of them. */
static void only_hooks_that_are_needed_are_there(void **state)
{
    (void)state;
    struct planned planned = planned_well(
        WORLD "sampling = { samples = 6, dataset = \"per_agent\", mixing = 0.5 }\n" SOURCES(
            "share", "0.1", "0.1"));
    const gyre_intervention_ops *ops = planned.plan->interventions[0].ops;
    assert_true(ops->supply && !ops->on_policy);
    assert_true(planned.plan->shape.replaces && planned.plan->own == 1); /* NOLINT: it is 1 */
    planned_drop(&planned);
    planned = planned_well(WORLD "sampling = { samples = 6, dataset = \"per_agent\" }\n" SOURCES(
        "weight", "0.1", "0.1"));
    ops = planned.plan->interventions[0].ops;
    assert_true(!ops->supply && ops->on_policy);
    assert_true(!planned.plan->shape.replaces && planned.plan->own == 0); /* NOLINT: it is 0 */
    planned_drop(&planned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_source_in_the_file_has_the_first_word),
        cmocka_unit_test(exact_numbers_stand_side_by_side),
        cmocka_unit_test(more_than_a_dataset_from_outside_is_refused),
        cmocka_unit_test(agents_are_changed_in_the_order_of_the_file),
        cmocka_unit_test(only_hooks_that_are_needed_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
