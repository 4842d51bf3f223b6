/* policy.memory row by row: what is remembered of each context, of what verifiers let through, and
 * what cannot be remembered. The recursions are memory_test's. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "forms.h"
#include "schedule/census.h"
#include "schedule/round.h"
#include "society.h"

enum { SAID = FORMS_STATES };

static gyre_said memory_of(const struct replicate *r, int64_t agent)
{
    struct replicate *mine = (struct replicate *)(uintptr_t)r;
    gyre_said said;
    assert_true(census_say(mine, 0, agent, r->rows.row_of[agent], &said));
    return said;
}

/* ---- contexts ----------------------------------------------------------- */

enum { CONTEXTS = 3 };

static const int begins[CONTEXTS + 1] = {0, 4, 7, 8};
static const double met[CONTEXTS] = {.7, .3, 0};

/* P(z|c) of a memory, by plain loops. */
static void recall_plainly(const gyre_said *said, const double *start, double l, double *p)
{
    for (int c = 0; c < CONTEXTS; c++) {
        int of_context = 0;
        for (int64_t i = 0; i < said->count; i++)
            of_context += (int)said->state[i] >= begins[c] && (int)said->state[i] < begins[c + 1];
        for (int z = begins[c]; z < begins[c + 1]; z++) {
            int times = 0;
            for (int64_t i = 0; i < said->count; i++)
                times += (int)said->state[i] == z;
            p[z] = of_context ? (1 - l) * start[z] + l * times / of_context : start[z];
        }
    }
}

struct contextual {
    double start[SAID];
    struct sample distance[CONTEXTS];
    int64_t without;
};

static bool hold_contexts(void *argument, const struct replicate *r)
{
    struct contextual *x = argument;
    double mixture[SAID] = {0}, p[SAID];
    for (int64_t m = 0; m < r->plan->shape.agents; m++) {
        gyre_said const said = memory_of(r, m);
        recall_plainly(&said, x->start, .8, p);
        const double *gyre = society_policy(r, m);
        x->without += memcmp(gyre + begins[1], x->start + begins[1], 3 * sizeof *p) == 0;
        for (int z = 0; z < SAID; z++) {
            battery_same("P(z|c)", p[z], gyre[z], 1, 4e-16);
            mixture[z] += r->plan->scenario->weight[m] * p[z];
        }
    }
    for (int z = 0; z < SAID; z++)
        battery_same("Pbar(z|c)", mixture[z], r->mixture[z], 1, BATTERY_EXACT);
    for (int c = 0; c < CONTEXTS && r->round == 5; c++) {
        double sum = 0;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            sum += pow(r->mixture[z] - x->start[z], 2);
        sample_add(&x->distance[c], sum);
    }
    return true;
}

static void run_contexts(struct contextual *x, int agents, double g, int64_t replicates)
{
    struct society *s =
        society_create(5,
                       "[space]\ncontexts = [4, 3, 1]\nmet = [0.7, 0.3, 0]\nreference = %s\n"
                       "[society]\nagents = %d\n"
                       "policy = { use = \"policy.memory\", recall = 0.8, capacity = 6 }\n"
                       "[sampling]\ndataset = \"per_agent\"\nsamples = 6\nmixing = %.17g\n"
                       "[[metric]]\nuse = \"metric.diversity\"\n",
                       society_array(forms_pi, SAID), agents, g);
    memcpy(x->start, s->plan->scenario->start, sizeof x->start);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), hold_contexts, x);
    society_destroy(s);
}

static void each_context_is_recalled_by_itself(void **state)
{
    (void)state;
    struct contextual x = {.without = 0};
    run_contexts(&x, 4, .3, 30);
    battery_worst("three contexts: P(z|c), Pbar(z|c), every row");
    /* Of the 4 agents in 5 rounds of 30 replicates .7^6 remember nothing of the second context. */
    assert_true(x.without > 30 * 4 + 20);
}

/* One agent whose memory is one round's data. With n ~ Bin(N, mu_c) of it, and V of the row before:
 * n = 0 leaves the start, so V' = l^2 [(1 - P(n = 0)) V + (H_c - V) E(1/n; n > 0)]. */
static double contextual_distance(int c, const double *start)
{
    double v = 0, often = 0, h = 1, n0 = 0;
    for (int z = begins[c]; z < begins[c + 1]; z++)
        h -= start[z] * start[z];
    for (int n = 1; n <= 6; n++) {
        often += forms_binomial(6, n, met[c]) / n;
        n0 += forms_binomial(6, n, met[c]);
    }
    for (int t = 0; t < 5; t++)
        v = .64 * (n0 * v + (h - v) * often);
    return v;
}

static void contexts_settle_by_how_often_they_are_met(void **state)
{
    (void)state;
    struct contextual x = {.without = 0};
    char name[80];
    run_contexts(&x, 1, 1, battery_replicates(8000));
    battery_worst("one agent, three contexts: P(z|c), Pbar(z|c), every row");
    for (int c = 0; c < CONTEXTS; c++) {
        snprintf(name, sizeof name, "l .8, B = N = 6, mu %g: E|P - pi|^2, t 5", met[c]);
        battery_mean(name, contextual_distance(c, x.start), &x.distance[c]);
    }
}

/* ---- verifiers ---------------------------------------------------------- */

static const double safe[SAID] = {0, 1, 0, 1, 0, 0, 1, 0};

enum { FEW = 3, ROOM = 8 };

struct verified {
    int rejected;
    double mass;
    int64_t empty[6], count, before;
    uint32_t memory[ROOM];
};

/* One agent: what was not rejected stands behind what was there, the oldest is gone. */
static void hold_order(struct verified *x, const struct replicate *r, const gyre_said *said)
{
    int64_t const fresh = FEW - r->tally[x->rejected], all = x->before + fresh;
    int64_t const kept = all < ROOM ? x->before : ROOM - fresh;
    assert_int_equal(said->count, all < ROOM ? all : ROOM);
    for (int64_t i = 0; i < kept; i++)
        assert_int_equal(said->state[i], x->memory[x->before - kept + i]);
    for (int64_t i = 0; i < said->count; i++)
        assert_true(safe[said->state[i]] > 0);
}

static bool hold_verified(void *argument, const struct replicate *r)
{
    struct verified *x = argument;
    gyre_said const said = memory_of(r, 0);
    double mass = 0;
    if (r->round == 0)
        x->before = 0;
    else
        hold_order(x, r, &said);
    for (int z = 0; z < SAID; z++)
        mass += safe[z] * r->mixture[z];
    battery_same("safe mass: (1 - l) pi(S) + l", said.count ? .2 * x->mass + .8 : x->mass, mass, 1,
                 BATTERY_EXACT);
    x->empty[r->round] += said.count == 0;
    x->before = said.count;
    for (int64_t i = 0; i < said.count; i++)
        x->memory[i] = said.state[i];
    return true;
}

/* While nothing is remembered N draws are from pi, and all are dropped with chance (1 - pi(S))^N.
 */
static void verified_memories_hold_what_is_safe(void **state)
{
    (void)state;
    struct verified x = {.mass = 0};
    for (int z = 0; z < SAID; z++)
        x.mass += safe[z] * forms_pi[z];
    struct society *s = society_create(
        5,
        "[space]\nreference = %s\nsafe = %s\n[society]\nagents = 1\n"
        "policy = { use = \"policy.memory\", recall = 0.8, capacity = 8 }\n"
        "[sampling]\nsamples = 3\ndataset = \"per_agent\"\n[[metric]]\nuse = \"metric.diversity\"\n"
        "[[intervention]]\nuse = \"intervention.verify\"\n",
        society_array(forms_pi, SAID), society_array(safe, SAID));
    x.rejected = society_tally(s, "verify.rejected");
    int64_t const replicates = battery_replicates(4000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), hold_verified, &x);
    society_destroy(s);
    battery_worst("verified: safe mass of every row");
    battery_share("verified: nothing remembered, t 1", pow(1 - x.mass, 3), x.empty[1], replicates);
    battery_share("verified: nothing remembered, t 2", pow(1 - x.mass, 6), x.empty[2], replicates);
}

static bool note_mass(void *argument, const struct replicate *r)
{
    double mass = 0;
    for (int z = 0; z < SAID; z++)
        mass += safe[z] * r->mixture[z];
    if (r->round == 1)
        sample_add(argument, mass);
    return true;
}

/* Samples are in no order that means anything (update.h), so of the N = 8, of which 4 are checked,
 * a memory of 4 holds as large a share of checked ones as the dataset: with k ~ Bin(4, s) that were
 * safe among the checked, 4 s + k of 4 + k are safe. */
static void a_budget_meets_what_is_remembered(void **state)
{
    (void)state;
    struct sample found = {.count = 0};
    double mass = 0, expected = 0;
    for (int z = 0; z < SAID; z++)
        mass += safe[z] * forms_pi[z];
    for (int k = 0; k <= 4; k++)
        expected += forms_binomial(4, k, mass) * (4 * mass + k) / (4 + k);
    struct society *s = society_create(
        1,
        "[space]\nreference = %s\nsafe = %s\n[society]\nagents = 1\n"
        "policy = { use = \"policy.memory\", recall = 1.0, capacity = 4 }\n"
        "[sampling]\nsamples = 8\ndataset = \"per_agent\"\n[[metric]]\nuse = \"metric.diversity\"\n"
        "[[intervention]]\nuse = \"intervention.verify\"\nchecks = 4\n",
        society_array(forms_pi, SAID), society_array(safe, SAID));
    int64_t const replicates = battery_replicates(4000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_mass, &found);
    society_destroy(s);
    battery_mean("4 of 8 checked, B 4: E safe mass, t 1", expected, &found);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_context_is_recalled_by_itself),
        cmocka_unit_test(contexts_settle_by_how_often_they_are_met),
        cmocka_unit_test(verified_memories_hold_what_is_safe),
        cmocka_unit_test(a_budget_meets_what_is_remembered),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
