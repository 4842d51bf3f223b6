#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planned.h"
#include "schedule/batch.h"
#include "schedule/phases.h"
#include "schedule/replicate.h"

/* Several batches, and the last one is not whole. */
enum { STATES = 60, ROUNDS = 4, WORKERS = 2 };

#define SPACE                                                                                      \
    "[scenario]\nrounds = 4\n[space]\nstates = 60\nreference = { law = \"zipf\" }\n"               \
    "safe = { share = 0.9 }\n[space.attributes]\nutility = [%s]\n"
#define SAMPLES "[sampling]\ndataset = \"per_agent\"\nsamples = 20\n"
#define BIAS    "[selection]\nuse = \"selection.bias\"\nbeta = 2.0\n"
#define VERIFY  "[[intervention]]\nuse = \"intervention.verify\"\nmax_risk = 0.5\n"
#define MEMORY  "[society.policy]\nuse = \"policy.memory\"\n"

/* Agents that are lists, however they draw and whatever becomes of their samples. */
static const struct kind {
    const char *name, *text;
    bool whole; /* all lists are as long as N */
} kinds[] = {
    {"one table", SAMPLES "mixing = 1.0\n[society]\nagents = 531\n", true},
    {"one table, verified", SAMPLES VERIFY "[society]\nagents = 531\n", false},
    {"composed", SAMPLES "mixing = 0.2\n[society]\nagents = 531\n", true},
    {"composed, biased", SAMPLES "mixing = 0.2\n" BIAS "[society]\nagents = 531\n", true},
    {"composed, biased, verified", SAMPLES "mixing = 0.2\n" BIAS VERIFY "[society]\nagents = 531\n",
     false},
    {"memories of N",
     SAMPLES "mixing = 0.2\n[society]\nagents = 531\n" MEMORY "recall = 1.0\ncapacity = 20\n",
     true},
    {"longer memories",
     SAMPLES "mixing = 0.2\n" VERIFY "[society]\nagents = 531\n" MEMORY
             "recall = 0.8\ncapacity = 33\n",
     false},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static struct planned plan_of(const struct kind *kind, const char *metrics)
{
    char text[4096], utility[1024] = "";
    for (int z = 0; z < STATES; z++)
        snprintf(utility + strlen(utility), sizeof utility - strlen(utility), "%s%.3f",
                 z ? ", " : "", z * 37 % STATES / (double)STATES);
    snprintf(text, sizeof text, "gyre = 1\n" SPACE "%s%s", utility, kind->text, metrics);
    return planned_well(text);
}

static void live(struct replicate *r, int64_t round)
{
    r->round = round;
    if (round > 0) {
        assert_int_equal(phase_intervene(r, round), STATUS_OK);
        assert_true(batch_suits(r));
        assert_int_equal(phase_teach(r, round), STATUS_OK);
    }
    assert_int_equal(phase_express(r), STATUS_OK);
    assert_int_equal(phase_select(r), STATUS_OK);
    assert_int_equal(phase_measure(r), STATUS_OK);
}

/* ---- counted, and gathered ----------------------------------------------- */

static double value_of(const struct replicate *r, const char *name)
{
    for (int i = 0; i < r->plan->output_count; i++)
        if (strcmp(r->plan->outputs[i].name, name) == 0)
            return r->value[i];
    fail_msg("there is no output %s", name);
    return 0;
}

#define COUNTED                                                                                    \
    "[[metric]]\nuse = \"metric.consensus\"\nmodes = false\n"                                      \
    "[[metric]]\nuse = \"metric.safety\"\nof = \"mixture\"\nagent_kl = false\n"                    \
    "[[metric]]\nuse = \"metric.safety\"\nas = \"twice\"\nof = \"mixture\"\nagent_kl = false\n"    \
    "tau = 0.1\n"
#define GATHERED                                                                                   \
    "[[metric]]\nuse = \"metric.consensus\"\n[[metric]]\nuse = \"metric.safety\"\n"                \
    "of = \"mixture\"\n[[metric]]\nuse = \"metric.safety\"\nas = \"twice\"\nof = \"mixture\"\n"    \
    "tau = 0.1\n"

static void hold_values(const struct replicate *counted, const struct replicate *gathered)
{
    static const char *const names[] = {"consensus.js", "consensus.between", "consensus.reverse_kl",
                                        "safety.agent_coverage", "twice.agent_coverage"};
    for (int i = 0; i < 5; i++) {
        double const a = value_of(counted, names[i]), b = value_of(gathered, names[i]);
        assert_true(fabs(a - b) <= 1e-12 * fmax(1, fabs(b)));
    }
}

/* Where all lists are whole all agents are counted, else some of them; lists over the start none.
 */
static void hold_kind(const struct kind *kind, int workers)
{
    struct planned counted = plan_of(kind, COUNTED), gathered = plan_of(kind, GATHERED);
    struct replicate *a = replicate_create(counted.plan, workers);
    struct replicate *b = replicate_create(gathered.plan, workers);
    assert_int_equal(replicate_reset(a, 0), STATUS_OK);
    assert_int_equal(replicate_reset(b, 0), STATUS_OK);
    for (int64_t round = 0; round <= ROUNDS; round++) {
        live(a, round);
        live(b, round);
        hold_values(a, b);
        assert_int_equal(b->counted_agents, 0);
        if (round == 1 && a->plan->own == 1)
            assert_true(kind->whole == (a->counted_agents == 531) && a->counted_agents > 0);
    }
    replicate_destroy(a);
    replicate_destroy(b);
    planned_drop(&counted);
    planned_drop(&gathered);
}

static void what_is_counted_is_what_would_be_gathered(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++)
        for (int workers = 1; workers <= WORKERS; workers++)
            hold_kind(&kinds[k], workers);
}

/* ---- many at a time, and one by one -------------------------------------- */

static gyre_policy_ops *ops_of(const struct planned *planned)
{
    /* The registry's own copy, of a component that this plan alone uses. */
    return &((struct component *)(uintptr_t)planned->plan->policy->component)->ops.policy;
}

static struct digest digest_of(const struct planned *planned)
{
    struct replicate *r = replicate_create(planned->plan, WORKERS);
    assert_int_equal(replicate_reset(r, 0), STATUS_OK);
    for (int64_t round = 0; round <= ROUNDS; round++)
        live(r, round);
    struct digest const digest = replicate_digest(r);
    replicate_destroy(r);
    return digest;
}

static void a_policy_that_is_asked_one_by_one_gives_the_same(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        struct planned planned = plan_of(&kinds[k], COUNTED);
        struct digest const many = digest_of(&planned);
        ops_of(&planned)->learn_each = NULL;
        ops_of(&planned)->say_each = NULL;
        struct digest const one = digest_of(&planned);
        assert_true(many.low == one.low && many.high == one.high);
        planned_drop(&planned);
    }
}

/* ---- failures ------------------------------------------------------------ */

static gyre_status refuse_say(gyre_ctx *ctx, const void *row, gyre_said *said)
{
    (void)row;
    (void)said;
    return (ctx->host->fail)(ctx, GYRE_E_INVALID, "has nothing to say");
}

static gyre_status refuse_lists(gyre_ctx *ctx, const gyre_rows *rows, const gyre_lists *lists)
{
    (void)rows;
    (void)lists;
    return (ctx->host->fail)(ctx, GYRE_E_INVALID, "does not learn");
}

static void hold_failure(const struct kind *kind, bool says)
{
    struct planned planned = plan_of(kind, COUNTED);
    struct replicate *r = replicate_create(planned.plan, WORKERS);
    assert_int_equal(replicate_reset(r, 0), STATUS_OK);
    for (int64_t round = 0; round < 2; round++)
        live(r, round);
    assert_int_equal(phase_intervene(r, 2), STATUS_OK);
    ops_of(&planned)->say_each = NULL;
    if (says)
        ops_of(&planned)->say = refuse_say;
    else
        ops_of(&planned)->learn_each = refuse_lists;
    assert_int_not_equal(phase_teach(r, 2), STATUS_OK);
    assert_non_null(strstr(r->failure.sentence, says ? "nothing to say" : "does not learn"));
    assert_int_equal(r->failure.item, 0);
    replicate_destroy(r);
    planned_drop(&planned);
}

/* Of all batches' failures that of the first agent is told, and nothing is learned from lists that
 * were not drawn. */
static void a_policy_that_fails_ends_the_round(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        hold_failure(&kinds[k], true);
        hold_failure(&kinds[k], false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_counted_is_what_would_be_gathered),
        cmocka_unit_test(a_policy_that_is_asked_one_by_one_gives_the_same),
        cmocka_unit_test(a_policy_that_fails_ends_the_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
