/* update.pool, row by row: whatever it keeps, P_t must be the mean of all samples that there were,
 * which are collected here from the datasets themselves. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "society.h"

enum { K = 9, C = 3, N = 15, ROUNDS = 40 };

static const int begins[C + 1] = {0, 4, 7, K};
static const double reference[K] = {.4, .3, .2, .1, .5, .25, .25, .9, .1};
static const double start[K] = {.1, .1, .1, .7, .2, .2, .6, .5, .5};

#define WORLD                                                                                      \
    "[space]\ncontexts = [4, 3, 2]\nmet = [0.6, 0.35, 0.05]\nreference = %s\n"                     \
    "safe = [1, 0, 1, 1, 0, 1, 1, 1, 0]\nattributes = { utility = [0, 1, 2, 0, 1, 0, 0.5, 1, 0] }" \
    "\n[society]\nagents = 3\nstart = %s\n"                                                        \
    "[update]\nuse = \"update.pool\"\n[[metric]]\nuse = \"metric.diversity\"\n"

/* ---- samples ------------------------------------------------------------- */

/* What dataset `agent` has held so far. The last agent's is left behind. */
struct pool {
    int64_t agent;
    double held[K];
};

static double held_in(const double *held, int c)
{
    double sum = 0;
    for (int z = begins[c]; z < begins[c + 1]; z++)
        sum += held[z];
    return sum;
}

static bool hold_samples(void *argument, const struct replicate *r)
{
    struct pool *pool = argument;
    const uint32_t *state = r->bench[0].state;
    for (int i = 0; r->round > 0 && i < N; i++)
        pool->held[state[i]] += 1;
    for (int c = 0; c < C; c++) {
        double const all = held_in(pool->held, c);
        for (int z = begins[c]; z < begins[c + 1]; z++) {
            double const mean = all > 0 ? pool->held[z] / all : start[z];
            battery_same("P_t is the mean of all samples so far", mean,
                         society_policy(r, pool->agent)[z], 1, BATTERY_EXACT);
        }
    }
    return true;
}

static void what_is_said_is_the_mean_of_all_samples(void **state)
{
    (void)state;
    static const char *const sampling[] = {"dataset = \"shared\"", "dataset = \"per_agent\"",
                                           "dataset = \"per_agent\"\nmixing = 0.4"};
    for (int i = 0; i < 3; i++) {
        struct society *s =
            society_create(ROUNDS, WORLD "[sampling]\nsamples = 15\n%s\n",
                           society_array(reference, K), society_array(start, K), sampling[i]);
        for (int k = 0; k < 5; k++) {
            struct pool pool = {.agent = i > 0 ? 2 : 0};
            society_run(s, battery_fresh(), hold_samples, &pool);
        }
        society_destroy(s);
    }
    battery_worst("pool: P_t(z|c) is the mean of all samples, every row");
}

/* ---- an empty pool ------------------------------------------------------- */

/* With nothing but rejected samples in rounds 1 and 2 the start stays, and weighs nothing then. */
static bool hold_starved(void *argument, const struct replicate *r)
{
    const struct pool *pool = argument;
    bool more = true;
    for (int z = 0; r->round <= 2 && z < K; z++)
        assert_true(society_policy(r, 0)[z] == start[z]);
    if (r->round == 3) {
        struct pool late = *pool;
        more = hold_samples(&late, r);
    }
    return more && r->round < 3;
}

static void rounds_without_samples_leave_the_pool_empty(void **state)
{
    (void)state;
    struct pool const pool = {.agent = 0};
    struct society *s = society_create(
        3,
        WORLD "[sampling]\nsamples = 15\n[[intervention]]\nuse = \"intervention.verify\"\n"
              "passes_unsafe = 0\nrejects_safe = 1\nuntil = 2\n",
        society_array(reference, K), society_array(start, K));
    society_run(s, battery_fresh(), hold_starved, (void *)&pool);
    society_destroy(s);
    battery_worst("pool: empty after two rounds without samples");
}

static bool keep_last(void *argument, const struct replicate *r)
{
    memcpy(argument, r->mixture, sizeof(double) * K);
    return true;
}

/* State is a replicate's own: one that was used before begins with nothing in its pool. */
static void every_replicate_begins_with_an_empty_pool(void **state)
{
    (void)state;
    double first[K], second[K], again[K];
    struct society *s =
        society_create(ROUNDS, WORLD "[sampling]\nsamples = 15\ndataset = \"per_agent\"\n",
                       society_array(reference, K), society_array(start, K));
    int64_t const one = battery_fresh(), other = battery_fresh();
    society_run(s, one, keep_last, first);
    struct digest const before = replicate_digest(s->replicate);
    society_run(s, other, keep_last, second);
    society_run(s, one, keep_last, again);
    struct digest const after = replicate_digest(s->replicate);
    society_destroy(s);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, second, sizeof first);
    assert_true(before.low == after.low && before.high == after.high);
}

/* ---- expected data ------------------------------------------------------- */

/* Datasets are laws, and a verifier that drops leaves less of them: the pool adds masses. */
struct masses {
    long double said[K], pooled[K];
    double beta, passes;
};

static const double met[C] = {.6, .35, .05}, utility[K] = {0, 1, 2, 0, 1, 0, .5, 1, 0};
static const double safe[K] = {1, 0, 1, 1, 0, 1, 1, 1, 0};

static void live(struct masses *masses)
{
    for (int c = 0; c < C; c++) {
        long double weighed[K], sum = 0, all = 0;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            sum += weighed[z] = masses->said[z] * expl((long double)masses->beta * utility[z]);
        for (int z = begins[c]; z < begins[c + 1]; z++) {
            masses->pooled[z] += met[c] * weighed[z] / sum * (safe[z] > 0 ? 1 : masses->passes);
            all += masses->pooled[z];
        }
        for (int z = begins[c]; z < begins[c + 1]; z++)
            masses->said[z] = masses->pooled[z] / all;
    }
}

static bool hold_masses(void *argument, const struct replicate *r)
{
    struct masses *masses = argument;
    if (r->round > 0)
        live(masses);
    for (int z = 0; z < K; z++)
        battery_same("expected data, pooled", (double)masses->said[z], r->mixture[z],
                     (double)masses->said[z], BATTERY_EXACT);
    return true;
}

static void expected_data_are_pooled_by_their_mass(void **state)
{
    (void)state;
    static const char *const sampling[] = {"shared", "per_agent"};
    for (int i = 0; i < 4; i++) {
        struct masses masses = {.beta = i < 2 ? 0 : .3, .passes = i < 2 ? 1 : .25};
        struct society *s = society_create(
            ROUNDS,
            WORLD "[sampling]\nsamples = \"expected\"\ndataset = \"%s\"\n[selection]\n"
                  "use = \"selection.bias\"\nbeta = %.17g\n[[intervention]]\n"
                  "use = \"intervention.verify\"\npasses_unsafe = %.17g\n",
            society_array(reference, K), society_array(start, K), sampling[i % 2], masses.beta,
            masses.passes);
        for (int z = 0; z < K; z++)
            masses.said[z] = start[z];
        society_run(s, battery_fresh(), hold_masses, &masses);
        society_destroy(s);
    }
    battery_worst("expected data: P_t is what was pooled, every row");
}

/* Agents that begin with different things to say all learn from the one mixture, and only it. */
static bool hold_forgotten(void *argument, const struct replicate *r)
{
    (void)argument;
    for (int64_t m = 0; r->round > 0 && m < 3; m++)
        for (int z = 0; z < 4; z++)
            battery_same("what was said at the start is forgotten", .25, society_policy(r, m)[z],
                         .25, BATTERY_EXACT);
    return true;
}

static void what_agents_said_at_the_start_counts_for_nothing(void **state)
{
    (void)state;
    static const double says[3][4] = {{.75, 0, 0, .25}, {0, .75, 0, .25}, {0, 0, .75, .25}};
    struct society *s = society_create(
        5, "[space]\nreference = [1, 1, 1, 1]\n[society]\nagents = 3\n[sampling]\n"
           "samples = \"expected\"\ndataset = \"per_agent\"\n[update]\nuse = \"update.pool\"\n"
           "[[metric]]\nuse = \"metric.diversity\"\n");
    society_begin(s, battery_fresh());
    for (int64_t m = 0; m < 3; m++)
        society_say(s, m, says[m]);
    society_live(s, hold_forgotten, NULL);
    society_destroy(s);
    battery_worst("expected data: all agents say the mixture from row 1 on");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_is_the_mean_of_all_samples),
        cmocka_unit_test(rounds_without_samples_leave_the_pool_empty),
        cmocka_unit_test(every_replicate_begins_with_an_empty_pool),
        cmocka_unit_test(expected_data_are_pooled_by_their_mass),
        cmocka_unit_test(what_agents_said_at_the_start_counts_for_nothing),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
