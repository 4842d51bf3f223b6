#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "planned.h"
#include "schedule/judge.h"

enum { STATES = 4, SAMPLES = 40, AGENTS = 7 };

/* Two judges, and two sources that are judged, too. Verdicts and supplies are the tests' own. */
static const char text[] =
    "gyre = 1\n"
    "scenario = { rounds = 9 }\n"
    "society = { agents = 7 }\n"
    "sampling = { samples = 40, dataset = \"per_agent\" }\n"
    "space = { states = 4, reference = \"uniform\", safe = { share = 0.5 } }\n"
    "metric = [{ use = \"metric.diversity\" }]\n"
    "intervention = [{ use = \"intervention.verify\" }, { use = \"intervention.verify\" },\n"
    "                { use = \"intervention.external\", share = 0.5 }, { use = "
    "\"intervention.external\", share = 0.5 }]\n";

struct world {
    struct planned planned;
    struct replicate *r;
};

static int make(void **state)
{
    static struct world world;
    world.planned = planned_well(text);
    world.r = replicate_create(world.planned.plan, 1);
    assert_non_null(world.r);
    assert_int_equal(replicate_reset(world.r, 0), STATUS_OK);
    *state = &world;
    return 0;
}

static int drop(void **state)
{
    struct world *world = *state;
    replicate_destroy(world->r);
    planned_drop(&world->planned);
    return 0;
}

/* Passes all states with the same chance. */
static struct judge *add_judge(struct replicate *r, uint32_t act, int64_t budget, double pass)
{
    int const j = r->judge_count++;
    struct judge *judge = &r->judges[j];
    double *chance = judge->verdict.pass;
    judge->by = &r->plan->interventions[j];
    judge->key = (uint64_t)j + 77;
    judge->verdict = (gyre_judgement){
        .size = sizeof judge->verdict, .act = act, .budget = budget, .pass = chance};
    for (int z = 0; z < STATES; z++)
        chance[z] = pass;
    return judge;
}

/* A source of one state alone. */
static void add_supplier(struct replicate *r, int64_t count, double share, int source)
{
    int const i = r->supplier_count++;
    struct supplier *supplier = &r->suppliers[i];
    supplier->by = &r->plan->interventions[2 + i];
    supplier->key = (uint64_t)i + 99;
    supplier->supply.count = count;
    supplier->supply.share = share;
    memset(supplier->law, 0, sizeof(double) * (STATES + 1));
    supplier->law[source] = 1;
    alias_build(&supplier->alias, supplier->law, STATES + 1);
}

struct filled {
    int64_t tally[64];
    int64_t of[STATES], kept, none;
};

/* The society itself says state 0 alone, or (law) what it is given. */
static struct filled fill(struct replicate *r, int64_t round, int64_t dataset, const double *law)
{
    static const double zero[STATES + 1] = {1};
    struct filled out = {.none = 0};
    struct bench *bench = &r->bench[0];
    struct source source = {.table = &r->law.alias, .agent = dataset};
    struct filling filling = {
        .replicate = r, .round = round, .dataset = dataset, .source = &source};
    alias_build(&r->law.alias, law ? law : zero, STATES + 1);
    memset(bench->tally, 0, sizeof *bench->tally * (size_t)r->plan->tally_count);
    judge_prepare(r);
    r->judging = JUDGING_EACH; /* for a law without mass, which one context cannot have */
    out.kept = judge_dataset(&filling, bench->state);
    out.none = SAMPLES - out.kept;
    for (int i = 0; i < out.kept; i++) {
        assert_true(bench->state[i] < STATES);
        out.of[bench->state[i]]++;
    }
    memcpy(out.tally, bench->tally, sizeof *bench->tally * (size_t)r->plan->tally_count);
    return out;
}

static int64_t share_of(struct replicate *r, int64_t round, int64_t dataset, int judge)
{
    struct filling const filling = {.replicate = r, .round = round, .dataset = dataset};
    judge_budget(&filling);
    return r->bench[0].budget[judge];
}

static int64_t judged(const struct replicate *r, const struct filled *filled, int judge, int tally)
{
    return filled->tally[r->plan->interventions[judge].first_tally + tally];
}

/* ---- budgets ------------------------------------------------------------ */

static void shares_of_a_budget_sum_to_it(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    static const int64_t budgets[] = {0, 1, 6, 7, 8, 13, 1000003, INT64_MAX};
    struct judge *judge = add_judge(r, GYRE_DROP, 0, 1);
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++)
        for (int64_t round = 1; round < 9; round++) {
            int64_t sum = 0;
            judge->verdict.budget = budgets[i];
            for (int64_t m = 0; m < AGENTS; m++) {
                int64_t const share = share_of(r, round, m, 0);
                assert_true(share >= budgets[i] / AGENTS);
                assert_true(share - budgets[i] / AGENTS <= 1);
                sum += share;
            }
            assert_int_equal(sum, budgets[i]);
        }
}

static void what_is_over_goes_round(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    int64_t had[AGENTS] = {0};
    add_judge(r, GYRE_DROP, 2, 1);
    for (int64_t round = 1; round <= AGENTS; round++)
        for (int64_t m = 0; m < AGENTS; m++)
            had[m] += share_of(r, round, m, 0);
    for (int64_t m = 0; m < AGENTS; m++)
        assert_int_equal(had[m], 2);
}

static void no_limit_is_no_limit(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    add_judge(r, GYRE_DROP, -1, 1);
    assert_false(judge_is_limited(r));
    add_judge(r, GYRE_DROP, 0, 1);
    assert_true(judge_is_limited(r));
    assert_int_equal(share_of(r, 3, 2, 0), -1);
    assert_int_equal(share_of(r, 3, 2, 1), 0);
}

static void budget_is_spent_to_the_last_check(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    struct judge *judge = add_judge(r, GYRE_DROP, 9 * AGENTS, 0);
    struct filled kept = fill(r, 1, 3, NULL);
    assert_int_equal(kept.of[0], SAMPLES - 9);
    assert_int_equal(judged(r, &kept, 0, TALLY_CHECKED), 9);
    assert_int_equal(judged(r, &kept, 0, TALLY_REJECTED), 9);
    judge->verdict.unchecked = GYRE_DISCARD;
    struct filled discarded = fill(r, 1, 3, NULL);
    assert_int_equal(discarded.none, SAMPLES);
    assert_int_equal(judged(r, &discarded, 0, TALLY_CHECKED), 9);
}

/* ---- judging ------------------------------------------------------------ */

static void without_judges_all_stays(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    struct filled const filled = fill(r, 1, 0, NULL);
    assert_int_equal(filled.of[0], SAMPLES);
}

static void what_the_first_drops_the_second_does_not_see(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    add_judge(r, GYRE_DROP, -1, 0.5);
    add_judge(r, GYRE_DROP, -1, 1);
    struct filled const f = fill(r, 1, 0, NULL);
    assert_true(f.none > 5 && f.none < 35);
    assert_int_equal(judged(r, &f, 0, TALLY_CHECKED), SAMPLES);
    assert_int_equal(judged(r, &f, 0, TALLY_REJECTED), f.none);
    assert_int_equal(judged(r, &f, 1, TALLY_CHECKED), SAMPLES - f.none);
    assert_int_equal(judged(r, &f, 1, TALLY_REJECTED), 0);
}

/* Each draw is checked by the first one anew, and each rejection is a draw more. */
static void redrawn_samples_begin_with_the_first_judge(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    double const law[STATES + 1] = {0.75, 0.25, 0, 0, 0};
    add_judge(r, GYRE_DROP, -1, 1);
    struct judge *second = add_judge(r, GYRE_REDRAW, -1, 0);
    second->verdict.pass[1] = 1;
    struct filled const f = fill(r, 2, 1, law);
    assert_int_equal(f.of[1], SAMPLES);
    int64_t const redrawn = judged(r, &f, 1, TALLY_REDRAWN);
    assert_true(redrawn > 2 * SAMPLES && redrawn < 5 * SAMPLES);
    assert_int_equal(judged(r, &f, 1, TALLY_REJECTED), redrawn);
    assert_int_equal(judged(r, &f, 1, TALLY_CHECKED), SAMPLES + redrawn);
    assert_int_equal(judged(r, &f, 0, TALLY_CHECKED), SAMPLES + redrawn);
}

static void hopeless_slots_are_given_up(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    add_judge(r, GYRE_REDRAW, -1, 0);
    struct filled const f = fill(r, 1, 0, NULL);
    assert_int_equal(f.none, SAMPLES);
    assert_int_equal(judged(r, &f, 0, TALLY_GIVEN_UP), SAMPLES);
    assert_int_equal(judged(r, &f, 0, TALLY_CHECKED), SAMPLES * JUDGE_TRIES);
    assert_int_equal(judged(r, &f, 0, TALLY_REDRAWN), SAMPLES * (JUDGE_TRIES - 1));
}

/* What is drawn where no context has mass is neither judged nor kept. */
static void draw_of_nothing_is_no_sample(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    double const law[STATES + 1] = {0, 0, 0, 0, 1};
    add_judge(r, GYRE_REDRAW, -1, 1);
    struct filled const f = fill(r, 1, 0, law);
    assert_int_equal(f.none, SAMPLES);
    assert_int_equal(judged(r, &f, 0, TALLY_CHECKED), 0);
}

/* The short ways are for what is sure; they must be the long way to the same. */
static void what_is_sure_is_judged_alike_either_way(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    double const law[STATES + 1] = {0.25, 0.25, 0.25, 0.25, 0};
    struct judge *judge = add_judge(r, GYRE_DROP, -1, 1);
    struct source source = {.table = &r->law.alias};
    struct filling filling = {.replicate = r, .round = 4, .dataset = 2, .source = &source};
    judge->verdict.pass[1] = judge->verdict.pass[3] = 0;
    struct filled const each = fill(r, 4, 2, law);
    judge_prepare(r);
    assert_int_equal(r->judging, JUDGING_SURE);
    memset(r->bench[0].tally, 0, sizeof(int64_t) * (size_t)r->plan->tally_count);
    assert_int_equal(judge_dataset(&filling, r->bench[0].state), each.kept);
    assert_true(each.kept > 5 && each.kept < SAMPLES - 5);
    assert_memory_equal(r->bench[0].tally, each.tally,
                        sizeof(int64_t) * (size_t)r->plan->tally_count);
}

/* ---- sources outside ---------------------------------------------------- */

static int64_t outside(const struct replicate *r, const struct filled *f, int source)
{
    return f->tally[r->plan->interventions[2 + source].supply_tally + TALLY_OUTSIDE];
}

static void exact_counts_are_exact(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    add_supplier(r, 3, 0, 1);
    add_supplier(r, 11, 0, 2);
    for (int64_t m = 0; m < AGENTS; m++) {
        struct filled const f = fill(r, 1, m, NULL);
        assert_int_equal(f.of[1], 3);
        assert_int_equal(f.of[2], 11);
        assert_int_equal(f.of[0], SAMPLES - 14);
        assert_int_equal(outside(r, &f, 0), 3);
        assert_int_equal(outside(r, &f, 1), 11);
    }
}

/* A verifier with half of the checks meets its share of what is from outside: slots are any. */
static void a_budget_meets_exact_counts_as_it_meets_the_rest(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    struct judge *judge = add_judge(r, GYRE_DROP, SAMPLES / 2 * AGENTS, 1);
    judge->verdict.pass[1] = 0;
    add_supplier(r, SAMPLES / 2, 0, 1);
    int64_t rejected = 0, rounds = 200;
    for (int64_t round = 1; round <= rounds; round++) {
        struct filled const f = fill(r, round, 0, NULL);
        assert_int_equal(judged(r, &f, 0, TALLY_CHECKED), SAMPLES / 2);
        rejected += judged(r, &f, 0, TALLY_REJECTED);
    }
    /* Hypergeometric: half of the checks on average, with variance n/16 x n/(n - 1) each round. */
    double const n = SAMPLES, mean = (double)rejected / (double)rounds;
    double const error = sqrt(n / 16 * n / (n - 1) / (double)rounds);
    assert_true(fabs(mean - n / 4) < 4 * error);
}

static void shares_are_of_what_counts_left(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    add_supplier(r, 4, 1, 1);
    add_supplier(r, 10, 0.5, 2);
    struct filled const f = fill(r, 1, 0, NULL);
    assert_int_equal(f.of[2], 10);
    assert_int_equal(f.of[1], SAMPLES - 10);
    assert_int_equal(f.of[0], 0);
}

/* A rejected one is drawn again from its own source. */
static void samples_from_outside_are_judged(void **state)
{
    struct replicate *r = ((struct world *)*state)->r;
    struct judge *judge = add_judge(r, GYRE_REDRAW, -1, 1);
    judge->verdict.pass[1] = 0.5;
    add_supplier(r, 20, 0, 1);
    struct filled const f = fill(r, 1, 0, NULL);
    int64_t const redrawn = judged(r, &f, 0, TALLY_REDRAWN);
    assert_true(redrawn > 0);
    assert_int_equal(f.of[1], 20);
    assert_int_equal(f.of[0], SAMPLES - 20);
    assert_int_equal(outside(r, &f, 0), 20 + redrawn);
    judge->verdict.act = GYRE_DROP;
    judge->verdict.pass[1] = 0;
    struct filled const dropped = fill(r, 1, 0, NULL);
    assert_int_equal(dropped.none, 20);
    assert_int_equal(dropped.of[0], SAMPLES - 20);
}

#define CASE(claim) cmocka_unit_test_setup_teardown(claim, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(shares_of_a_budget_sum_to_it),
        CASE(what_is_over_goes_round),
        CASE(no_limit_is_no_limit),
        CASE(budget_is_spent_to_the_last_check),
        CASE(without_judges_all_stays),
        CASE(what_the_first_drops_the_second_does_not_see),
        CASE(redrawn_samples_begin_with_the_first_judge),
        CASE(hopeless_slots_are_given_up),
        CASE(draw_of_nothing_is_no_sample),
        CASE(what_is_sure_is_judged_alike_either_way),
        CASE(exact_counts_are_exact),
        CASE(a_budget_meets_exact_counts_as_it_meets_the_rest),
        CASE(shares_are_of_what_counts_left),
        CASE(samples_from_outside_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
