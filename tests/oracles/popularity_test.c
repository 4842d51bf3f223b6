/* model.md, section 1: selection.popularity, a(z) = (1/M + v(z))^k, with v what datasets held in
 * the round before. v is found again here in what agents learned, or in the samples themselves. */
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

enum { K = 7, M = 5, N = 8, ROUNDS = 12 };

/* Such that with samples of 8 at a rate of a half states meet. */
static const double start[K] = {.25, .25, .125, .125, .125, .0625, .0625};

/* What was said in the row before, by each, and what a row's weights must be. */
struct popular {
    int contexts;
    const int *begin;
    int agents;
    double power, rate, mixing;
    double before[M][K], held[K];
    int64_t differing; /* pairs of states of one Pbar and two weights */
};

/* ---- a row --------------------------------------------------------------- */

static void hold_weights(const struct popular *popular, const struct replicate *r)
{
    for (int z = 0; z < K; z++) {
        long double const base = 1 / (long double)popular->agents + popular->held[z];
        double const a = r->round > 0 ? (double)powl(base, popular->power) : 1;
        battery_same("a = (1/M + v)^k", a, r->weight[z], a, BATTERY_EXACT);
    }
}

/* P_t = sum of w_m Q_m, from a as it was held against its formula. */
static void hold_law(const struct popular *popular, const struct replicate *r)
{
    double const g = popular->mixing;
    for (int c = 0; c < popular->contexts; c++) {
        int const begin = popular->begin[c], end = popular->begin[c + 1];
        long double law[K] = {0};
        for (int m = 0; m < popular->agents; m++) {
            const double *p = society_policy(r, m);
            long double q[K], sum = 0;
            for (int z = begin; z < end; z++)
                sum += q[z] = (long double)r->weight[z] * ((1 - g) * p[z] + g * r->mixture[z]);
            for (int z = begin; z < end; z++)
                law[z] += q[z] / sum / popular->agents;
        }
        for (int z = begin; z < end; z++)
            battery_same("P_t is what a makes of it", (double)law[z],
                         r->live[SPACE_DISTRIBUTION][z], 1, BATTERY_EXACT);
    }
}

static void count_differing(struct popular *popular, const struct replicate *r)
{
    for (int y = 0; y < K; y++)
        for (int z = 0; z < y; z++)
            popular->differing += r->mixture[y] > 0 &&
                                  fabs(r->mixture[y] - r->mixture[z]) < 1e-15 &&
                                  fabs(r->weight[y] - r->weight[z]) > 1e-3;
}

/* Of samples x/N = (P' - (1-b) P) / b; half a sample tells one from none. */
static double learned(const struct popular *popular, const struct replicate *r, int m, int z)
{
    double const b = popular->rate;
    return (society_policy(r, m)[z] - (1 - b) * popular->before[m][z]) / b;
}

static bool hold_learned(void *argument, const struct replicate *r)
{
    struct popular *popular = argument;
    bool const shared = r->plan->shape.datasets == 1;
    for (int z = 0; z < K; z++) {
        double held = 0;
        for (int m = 0; r->round > 0 && m < popular->agents; m++) {
            double const share = learned(popular, r, m, z);
            held += shared ? share : share > .5 / N;
        }
        popular->held[z] = shared ? round(held / popular->agents * N) / N : held / popular->agents;
    }
    hold_weights(popular, r);
    hold_law(popular, r);
    count_differing(popular, r);
    for (int m = 0; m < popular->agents; m++)
        memcpy(popular->before[m], society_policy(r, m), sizeof popular->before[m]);
    return true;
}

/* ---- one context: v from what was learned -------------------------------- */

static const int one[] = {0, K};

static int64_t run_learned(const char *sampling, double rate, double mixing, double power)
{
    struct popular popular = {
        .contexts = 1, .begin = one, .agents = M, .power = power, .rate = rate, .mixing = mixing};
    struct society *s = society_create(
        ROUNDS,
        "[space]\nreference = %s\n[society]\nagents = 5\n[sampling]\nsamples = 8\n"
        "dataset = \"%s\"\nmixing = %.17g\n[update]\nuse = \"update.mle\"\nrate = %.17g\n"
        "[selection]\nuse = \"selection.popularity\"\npower = %.17g\n"
        "[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(start, K), sampling, mixing, rate, power);
    for (int i = 0; i < 20; i++)
        society_run(s, battery_fresh(), hold_learned, &popular);
    society_destroy(s);
    return popular.differing;
}

static void weights_follow_what_was_held(void **state)
{
    (void)state;
    run_learned("shared", .5, 1, 1.5);
    run_learned("shared", .5, 1, -2);
    run_learned("per_agent", 1, 1, 1);
    run_learned("per_agent", .5, 1, 2.5);
    run_learned("per_agent", .5, .3, .7);
    run_learned("per_agent", .5, .3, 0);
    battery_worst("popularity: a = (1/M + v)^k and P_t, every row");
}

/* ---- it is no power of Pbar ---------------------------------------------- */

static bool count_rows(void *argument, const struct replicate *r)
{
    struct popular *popular = argument;
    count_differing(popular, r);
    return true;
}

static void states_said_alike_can_be_popular_and_not(void **state)
{
    (void)state;
    struct popular sharp = {.power = 2};
    struct society *s = society_create(
        ROUNDS,
        "[space]\nreference = %s\n[society]\nagents = 5\n[sampling]\nsamples = 8\n"
        "dataset = \"per_agent\"\n[selection]\nuse = \"selection.sharpen\"\npower = 2\n"
        "[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(start, K));
    for (int i = 0; i < 20; i++)
        society_run(s, battery_fresh(), count_rows, &sharp);
    society_destroy(s);
    int64_t const each = run_learned("per_agent", 1, 1, 1);
    int64_t const shared = run_learned("shared", .5, 1, 1);
    battery_worst("popularity: the same, of rows searched for equal Pbar");
    printf("pairs of one Pbar and two weights: sharpen %lld, popularity %lld, shared %lld\n",
           (long long)sharp.differing, (long long)each, (long long)shared);
    assert_true(sharp.differing == 0);
    assert_true(each > 0 && shared > 0);
}

/* Three agents of four samples: Pbar of the first two states is alike, but one is said by one
 * agent alone and one by two. */
static bool hold_three(void *argument, const struct replicate *r)
{
    (void)argument;
    if (r->round == 1) {
        battery_exact("said by one of three: a = 1/3 + 1/3", 2.0 / 3, r->weight[0], 1,
                      BATTERY_EXACT);
        battery_exact("said by two of three, as often: a = 1/3 + 2/3", 1, r->weight[1], 1,
                      BATTERY_EXACT);
        battery_exact("said by all: a = 1/3 + 1", 4.0 / 3, r->weight[2], 1, BATTERY_EXACT);
        battery_exact("said by nobody: a = 1/3", 1.0 / 3, r->weight[3], 1, BATTERY_EXACT);
        battery_same("Pbar is alike", r->mixture[0], r->mixture[1], 1, BATTERY_EXACT);
        battery_exact("Q_1 of the first: 2/3 to 4/3, P_t a third of it", 1.0 / 9,
                      r->live[SPACE_DISTRIBUTION][0], 1, BATTERY_EXACT);
        battery_exact("Q_2, Q_3 of the second: 1/4 to 1, P_t two thirds of it", 2.0 / 15,
                      r->live[SPACE_DISTRIBUTION][1], 1, BATTERY_EXACT);
    }
    return true;
}

static void popularity_counts_heads(void **state)
{
    (void)state;
    static const double says[3][4] = {{.5, 0, .5, 0}, {0, .25, .75, 0}, {0, .25, .75, 0}};
    struct society *s = society_create(
        1, "[space]\nreference = [1, 1, 1, 1]\n[society]\nagents = 3\n[sampling]\n"
           "samples = \"expected\"\ndataset = \"per_agent\"\nmixing = 0.0\n[selection]\n"
           "use = \"selection.popularity\"\n[[metric]]\nuse = \"metric.diversity\"\n");
    society_begin(s, battery_fresh());
    for (int64_t m = 0; m < 3; m++)
        society_say(s, m, says[m]);
    society_live(s, hold_three, NULL);
    society_destroy(s);
}

/* ---- contexts, and verifiers: v from the samples ------------------------- */

static const int three[] = {0, 3, 6, K};
static const double said[K] = {.5, .3, .2, .6, .3, .1, 1};

/* Samples that stay are at the front of the one dataset; that they are so many is the tally's. */
struct sampled {
    struct popular popular;
    int rejected;
};

static bool hold_samples(void *argument, const struct replicate *r)
{
    struct sampled *sampled = argument;
    struct popular *popular = &sampled->popular;
    int64_t const left = N - r->tally[sampled->rejected];
    memset(popular->held, 0, sizeof popular->held);
    for (int64_t i = 0; r->round > 0 && i < left; i++)
        popular->held[r->bench[0].state[i]] += 1 / (double)left;
    hold_weights(popular, r);
    hold_law(popular, r);
    return true;
}

static void of_a_shared_dataset_samples_count_that_stay(void **state)
{
    (void)state;
    struct sampled sampled = {
        .popular = {.contexts = 3, .begin = three, .agents = 2, .power = 1, .mixing = 1}};
    struct society *s = society_create(
        40,
        "[space]\ncontexts = [3, 3, 1]\nmet = [0.6, 0.3, 0.1]\nreference = %s\n"
        "safe = [1, 0, 1, 1, 1, 0, 1]\n[society]\nagents = 2\n[sampling]\nsamples = 8\n"
        "[selection]\nuse = \"selection.popularity\"\n[[intervention]]\n"
        "use = \"intervention.verify\"\npasses_unsafe = 0.5\n"
        "[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(said, K));
    sampled.rejected = society_tally(s, "verify.rejected");
    for (int i = 0; i < 20; i++)
        society_run(s, battery_fresh(), hold_samples, &sampled);
    society_destroy(s);
    battery_worst("popularity, contexts and a verifier: v of samples that stay");
}

/* ---- expected data ------------------------------------------------------- */

/* Shared: the dataset is a law, and v what it holds, mu_c P_t(z|c) of the row before, a share of
 * what a verifier leaves. */
static bool hold_expected(void *argument, const struct replicate *r)
{
    struct popular *popular = argument;
    hold_weights(popular, r);
    hold_law(popular, r);
    static const double met[3] = {.6, .3, .1}, passes[K] = {1, .25, 1, 1, 1, .25, 1};
    double left = 0;
    for (int c = 0; c < 3; c++)
        for (int z = three[c]; z < three[c + 1]; z++)
            left += popular->held[z] = met[c] * r->live[SPACE_DISTRIBUTION][z] * passes[z];
    for (int z = 0; z < K; z++)
        popular->held[z] /= left;
    return true;
}

/* A dataset an agent: of a law, it holds all that it has any chance of. */
static bool hold_possible(void *argument, const struct replicate *r)
{
    struct popular *popular = argument;
    for (int z = 0; z < K; z++) {
        int holds = 0;
        for (int m = 0; m < popular->agents; m++)
            holds += r->round > 0 && society_policy(r, m)[z] > 0;
        popular->held[z] = holds / (double)popular->agents;
    }
    hold_weights(popular, r);
    hold_law(popular, r);
    return true;
}

#define LAWS                                                                                       \
    "[space]\ncontexts = [3, 3, 1]\nmet = [0.6, 0.3, 0.1]\nreference = %s\n"                       \
    "safe = [1, 0, 1, 1, 1, 0, 1]\n[society]\nagents = 3\n[selection]\n"                           \
    "use = \"selection.popularity\"\npower = 1.5\n[[metric]]\nuse = \"metric.diversity\"\n"        \
    "[sampling]\nsamples = \"expected\"\n"

static void expected_data_hold_what_they_give_a_chance(void **state)
{
    (void)state;
    static const double says[3][K] = {
        {.5, .5, 0, .2, .8, 0, 1}, {0, 1, 0, .3, 0, .7, 1}, {0, .1, .9, 1, 0, 0, 1}};
    struct popular popular = {
        .contexts = 3, .begin = three, .agents = 3, .power = 1.5, .mixing = 1};
    struct society *shared = society_create(
        ROUNDS, LAWS "[[intervention]]\nuse = \"intervention.verify\"\npasses_unsafe = 0.25\n",
        society_array(said, K));
    society_run(shared, battery_fresh(), hold_expected, &popular);
    society_destroy(shared);
    popular.mixing = 0;
    struct society *each = society_create(ROUNDS, LAWS "dataset = \"per_agent\"\nmixing = 0.0\n",
                                          society_array(said, K));
    society_begin(each, battery_fresh());
    for (int64_t m = 0; m < 3; m++)
        society_say(each, m, says[m]);
    society_live(each, hold_possible, &popular);
    society_destroy(each);
    battery_worst("popularity, expected data, shared and per_agent");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_follow_what_was_held),
        cmocka_unit_test(states_said_alike_can_be_popular_and_not),
        cmocka_unit_test(popularity_counts_heads),
        cmocka_unit_test(of_a_shared_dataset_samples_count_that_stay),
        cmocka_unit_test(expected_data_hold_what_they_give_a_chance),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
