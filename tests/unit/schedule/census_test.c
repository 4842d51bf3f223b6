#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "planned.h"
#include "schedule/census.h"
#include "schedule/phases.h"

/* Agents are several blocks, and their lists of unequal lengths and weights. */
enum { STATES = 60, AGENTS = 90, ROUNDS = 3, WORKERS = 4 };

static const int workers[WORKERS] = {1, 2, 3, 7};

#define VERIFY "[[intervention]]\nuse = \"intervention.verify\"\n"
#define MEMORY "[society.policy]\nuse = \"policy.memory\"\n"

/* How rows are held. */
static const struct kind {
    const char *name, *space, *rest;
    bool counted; /* right after each lesson */
} kinds[] = {
    {"lists", "", "", true},
    {"lists, verified", "", VERIFY, true},
    {"tables", "", "[update]\nrate = 0.5\n", true},
    {"tables of two contexts", "contexts = [40, 20]\n", VERIFY, true},
    {"memories", "", MEMORY "recall = 0.7\ncapacity = 25\n" VERIFY, true},
    {"memories that hold all", "", MEMORY "recall = 1.0\ncapacity = 15\n", true},
    {"memories of two contexts", "contexts = [40, 20]\n", MEMORY VERIFY, true},
    {"taught by interventions too", "",
     "[[intervention]]\nuse = \"intervention.external\"\nweight = 0.1\n" VERIFY, false},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static struct planned plan_of(const struct kind *kind)
{
    char text[2048], weights[AGENTS * 4] = "";
    for (int m = 0; m < AGENTS; m++)
        snprintf(weights + strlen(weights), sizeof weights - strlen(weights), "%s%d", m ? "," : "",
                 m / 30 + 1);
    snprintf(text, sizeof text,
             "gyre = 1\n[scenario]\nrounds = 3\n"
             "[space]\nstates = 60\nreference = { law = \"zipf\", exponent = 0.7 }\n"
             "safe = { share = 0.5 }\n%s"
             "[sampling]\ndataset = \"per_agent\"\nsamples = 20\nmixing = 0.2\n"
             "[[metric]]\nuse = \"metric.consensus\"\n[[metric]]\nuse = \"metric.safety\"\n"
             "[society]\nagents = 90\nweights = [%s]\n%s",
             kind->space, weights, kind->rest);
    return planned_well(text);
}

/* ---- what is counted ---------------------------------------------------- */

struct count {
    double mixture[STATES];
    double *slot; /* [slot_count] */
};

static struct count take(struct replicate *r)
{
    struct count count;
    size_t const size = sizeof(double) * (size_t)r->plan->slot_count;
    assert_int_equal(census_take(r), STATUS_OK);
    memcpy(count.mixture, r->mixture, sizeof count.mixture);
    count.slot = malloc(size);
    assert_non_null(count.slot);
    memcpy(count.slot, r->bench[0].slot, size);
    return count;
}

static void expect_same(const struct replicate *r, const struct count *a, const struct count *b)
{
    assert_memory_equal(a->mixture, b->mixture, sizeof a->mixture);
    assert_memory_equal(a->slot, b->slot, sizeof(double) * (size_t)r->plan->slot_count);
}

/* What metrics sum is kept for them: it is taken again after them. */
static void measure(struct replicate *r, int64_t round)
{
    r->round = round;
    assert_int_equal(phase_express(r), STATUS_OK);
    assert_int_equal(phase_select(r), STATUS_OK);
    assert_int_equal(phase_measure(r), STATUS_OK);
}

static void teach(struct replicate *r, int64_t round)
{
    assert_int_equal(phase_intervene(r, round), STATUS_OK);
    assert_int_equal(phase_teach(r, round), STATUS_OK);
}

/* ---- the same bits ------------------------------------------------------ */

/* Counted right after the lessons, and counted again from nothing. */
static void hold_passes(const struct kind *kind, const struct planned *planned, int count)
{
    struct replicate *r = replicate_create(planned->plan, count);
    assert_int_equal(replicate_reset(r, 0), STATUS_OK);
    measure(r, 0);
    for (int64_t round = 1; round <= ROUNDS; round++) {
        teach(r, round);
        assert_int_equal(r->counted, kind->counted);
        struct count at_once = take(r);
        assert_false(r->counted);
        census_clear(r);
        struct count again = take(r);
        expect_same(r, &at_once, &again);
        free(at_once.slot);
        free(again.slot);
        assert_int_equal(phase_instruct(r, round), STATUS_OK);
        measure(r, round);
    }
    replicate_destroy(r);
}

static void counted_at_lessons_is_counted_in_a_pass(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        struct planned planned = plan_of(&kinds[k]);
        print_message("%s\n", kinds[k].name);
        for (int w = 0; w < WORKERS; w++)
            hold_passes(&kinds[k], &planned, workers[w]);
        planned_drop(&planned);
    }
}

/* Of the last row. */
static struct count live(const struct planned *planned, int count)
{
    struct replicate *r = replicate_create(planned->plan, count);
    assert_int_equal(replicate_reset(r, 0), STATUS_OK);
    measure(r, 0);
    for (int64_t round = 1; round < ROUNDS; round++) {
        teach(r, round);
        assert_int_equal(phase_instruct(r, round), STATUS_OK);
        measure(r, round);
    }
    teach(r, ROUNDS);
    struct count const end = take(r);
    replicate_destroy(r);
    return end;
}

static void workers_change_no_bit(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        struct planned planned = plan_of(&kinds[k]);
        struct count one = live(&planned, 1);
        size_t const size = sizeof(double) * (size_t)planned.plan->slot_count;
        for (int w = 1; w < WORKERS; w++) {
            struct count many = live(&planned, workers[w]);
            assert_memory_equal(one.mixture, many.mixture, sizeof one.mixture);
            assert_memory_equal(one.slot, many.slot, size);
            free(many.slot);
        }
        free(one.slot);
        planned_drop(&planned);
    }
}

/* ---- the right bits ----------------------------------------------------- */

/* Every agent's p, by plain loops over what it lists. */
static void spread(const struct replicate *r, const gyre_said *said, double *p)
{
    const struct plan *plan = r->plan;
    const gyre_shape *shape = &plan->shape;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], end = shape->context[c + 1];
        int64_t listed = 0;
        for (int64_t i = 0; i < said->count; i++)
            listed += said->state[i] >= begin && said->state[i] < end;
        for (int64_t z = begin; z < end; z++) {
            int64_t times = 0;
            for (int64_t i = 0; i < said->count; i++)
                times += said->state[i] == z;
            double const start = plan->scenario->start[z];
            p[z] = listed ? (1 - plan->own) * start + plan->own * (double)times / (double)listed
                          : start;
        }
    }
}

static void expect_mixture(struct replicate *r)
{
    double mixture[STATES] = {0}, p[STATES];
    for (int64_t m = 0; m < AGENTS; m++) {
        gyre_said said;
        assert_true(census_say(r, 0, m, r->rows.row_of[m], &said));
        if (said.p)
            memcpy(p, said.p, sizeof p);
        else
            spread(r, &said, p);
        for (int z = 0; z < STATES; z++)
            mixture[z] += r->plan->scenario->weight[m] * p[z];
    }
    for (int z = 0; z < STATES; z++)
        assert_true(fabs(r->mixture[z] - mixture[z]) < 1e-14);
}

static void the_mixture_is_what_agents_say(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        struct planned planned = plan_of(&kinds[k]);
        struct replicate *r = replicate_create(planned.plan, 2);
        assert_int_equal(replicate_reset(r, 0), STATUS_OK);
        measure(r, 0);
        expect_mixture(r); /* of empty lists */
        for (int64_t round = 1; round <= ROUNDS; round++) {
            teach(r, round);
            assert_int_equal(phase_instruct(r, round), STATUS_OK);
            measure(r, round);
            expect_mixture(r);
        }
        replicate_destroy(r);
        planned_drop(&planned);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counted_at_lessons_is_counted_in_a_pass),
        cmocka_unit_test(workers_change_no_bit),
        cmocka_unit_test(the_mixture_is_what_agents_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
