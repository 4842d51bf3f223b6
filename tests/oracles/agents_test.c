/* oracles.md, sections 2 and 3, and model.md, section 3: many agents, each with data of its own. */
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
#include "society.h"

enum { K = FORMS_STATES, MOST_AGENTS = 8, MOST_ROUNDS = 16 };

static const char body[] = "[space]\nreference = %s\n"
                           "[society]\nagents = %d\nweights = %s\n"
                           "[sampling]\ndataset = \"per_agent\"\nsamples = %d\nmixing = %.17g\n"
                           "[update]\nuse = \"update.mle\"\nrate = %.17g\n"
                           "[[metric]]\nuse = \"metric.diversity\"\n";

struct setting {
    int agents, samples, rounds;
    const double *weight;
    double mixing, rate;
};

static const double equal5[] = {.2, .2, .2, .2, .2}, equal4[] = {.25, .25, .25, .25};
static const double unequal[] = {.6, .3, .1};

/* ---- what is measured: H of the mixture, and the agents' mean H --------- */

struct total {
    const double *weight;
    struct sample whole[MOST_ROUNDS + 1], single[MOST_ROUNDS + 1];
};

static bool note(void *argument, const struct replicate *r)
{
    struct total *total = argument;
    double single = 0;
    for (int64_t m = 0; m < r->plan->shape.agents; m++)
        single += total->weight[m] * forms_diversity(society_policy(r, m), K);
    sample_add(&total->whole[r->round], forms_diversity(r->mixture, K));
    sample_add(&total->single[r->round], single);
    return true;
}

static struct total measure(const struct setting *c, int64_t quick)
{
    struct total total = {.weight = c->weight};
    struct society *s =
        society_create(c->rounds, body, society_array(forms_pi, K), c->agents,
                       society_array(c->weight, c->agents), c->samples, c->mixing, c->rate);
    int64_t const replicates = battery_replicates(quick);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note, &total);
    society_destroy(s);
    return total;
}

static double sum_of_squares(const double *w, int n)
{
    return 1 - forms_diversity(w, n);
}

/* ---- all draw from the one mixture -------------------------------------- */

static void equal_agents_drift_as_one_large_dataset(void **state)
{
    (void)state;
    struct setting const c = {5, 20, 10, equal5, 1, 1};
    double const kept = 1 - 1.0 / (5 * 20);
    struct total const total = measure(&c, 4000);
    battery_mean("per_agent, M 5, N 20: E[H_T] = H_0 (1-1/MN)^t, t 1", FORMS_H * kept,
                 &total.whole[1]);
    battery_mean("per_agent, M 5, N 20: E[H_T] = H_0 (1-1/MN)^t, t 10", FORMS_H * pow(kept, 10),
                 &total.whole[10]);
    battery_mean("E[H_S] = (1-1/N) H_0 (1-1/MN)^(t-1), t 1", (1 - 1.0 / 20) * FORMS_H,
                 &total.single[1]);
    battery_mean("E[H_S] = (1-1/N) H_0 (1-1/MN)^(t-1), t 10",
                 (1 - 1.0 / 20) * FORMS_H * pow(kept, 9), &total.single[10]);
}

static void unequal_agents_drift_by_their_squared_weights(void **state)
{
    (void)state;
    struct setting const c = {3, 20, 15, unequal, 1, 1};
    struct total const total = measure(&c, 6000);
    double const kept = 1 - sum_of_squares(unequal, 3) / 20;
    battery_mean("w (.6,.3,.1), N 20: factor 1 - sum w^2/N, t 1", FORMS_H * kept, &total.whole[1]);
    battery_mean("w (.6,.3,.1), N 20: factor 1 - sum w^2/N, t 15", FORMS_H * pow(kept, 15),
                 &total.whole[15]);
}

static void a_rate_slows_drift_by_its_square(void **state)
{
    (void)state;
    struct setting const c = {3, 20, 15, unequal, 1, .5};
    struct total const total = measure(&c, 6000);
    double const kept = 1 - .25 * sum_of_squares(unequal, 3) / 20;
    battery_printed(FORMS_H * pow(kept, 15), ".748567");
    battery_mean("rate .5 beside: factor 1 - b^2 sum w^2/N, t 1", FORMS_H * kept, &total.whole[1]);
    battery_mean("rate .5 beside: factor 1 - b^2 sum w^2/N, t 15", FORMS_H * pow(kept, 15),
                 &total.whole[15]);
}

/* ---- each draws from its own law too ------------------------------------ */

/* J_mn = E<P_m,P_n>, one round: Q = A J A', and the same dataset's two draws agree by 1/N. */
static void mix_kinship(const struct setting *c, double j[MOST_AGENTS][MOST_AGENTS])
{
    double a[MOST_AGENTS][MOST_AGENTS], q[MOST_AGENTS][MOST_AGENTS] = {{0}};
    int const m = c->agents;
    for (int i = 0; i < m; i++)
        for (int k = 0; k < m; k++)
            a[i][k] = (i == k) * (1 - c->mixing) + c->mixing * c->weight[k];
    for (int i = 0; i < m * m; i++)
        for (int k = 0; k < m * m; k++)
            q[i / m][i % m] += a[i / m][k / m] * j[k / m][k % m] * a[i % m][k % m];
    for (int i = 0; i < m; i++)
        q[i][i] = 1.0 / c->samples + (1 - 1.0 / c->samples) * q[i][i];
    memcpy(j, q, sizeof q);
}

/* E[H_T] and E[H_S] after t rounds. */
static double kinship(const struct setting *c, int rounds, double *single)
{
    double j[MOST_AGENTS][MOST_AGENTS], together = 0, alone = 0;
    for (int i = 0; i < MOST_AGENTS * MOST_AGENTS; i++)
        j[i / MOST_AGENTS][i % MOST_AGENTS] = 1 - FORMS_H;
    for (int t = 0; t < rounds; t++)
        mix_kinship(c, j);
    for (int i = 0; i < c->agents; i++) {
        alone += c->weight[i] * j[i][i];
        for (int k = 0; k < c->agents; k++)
            together += c->weight[i] * j[i][k] * c->weight[k];
    }
    *single = 1 - alone;
    return 1 - together;
}

/* Equal weights: only two kinds of pairs, of one island (same) and of two (other). */
static void islands(int agents, int samples, double g, int rounds, double *whole, double *single)
{
    double const m = agents, own = 1 - g + g / m, far = g / m;
    double same = 1 - FORMS_H, other = same;
    for (int t = 0; t < rounds; t++) {
        double const q = own * own * same + 2 * (m - 1) * own * far * other +
                         (m - 1) * far * far * (same + (m - 2) * other);
        double const next = (2 * own * far + (m - 2) * far * far) * same +
                            (own * own + 2 * (m - 2) * own * far + far * far) * other +
                            (m - 1) * (m - 2) * far * far * other;
        same = 1.0 / samples + (1 - 1.0 / samples) * q;
        other = next;
    }
    *whole = 1 - (same + (m - 1) * other) / m;
    *single = 1 - same;
}

static void mixing_follows_the_kinship_matrix(void **state)
{
    (void)state;
    struct setting const c = {3, 30, 12, unequal, .2, 1};
    struct total const total = measure(&c, 8000);
    char name[80];
    for (int t = 1; t <= 12; t += t == 1 ? 4 : 7) {
        double single, whole = kinship(&c, t, &single);
        if (t == 12)
            battery_printed(whole, ".681868");
        snprintf(name, sizeof name, "mixing .2, w (.6,.3,.1): E[H_T] = 1 - w'Jw, t %d", t);
        battery_mean(name, whole, &total.whole[t]);
        snprintf(name, sizeof name, "mixing .2, w (.6,.3,.1): E[H_S] = 1 - sum w J_mm, t %d", t);
        battery_mean(name, single, &total.single[t]);
    }
}

static void equal_mixing_is_the_island_model(void **state)
{
    (void)state;
    struct setting const c = {4, 20, 12, equal4, .2, 1};
    struct total const total = measure(&c, 5000);
    char name[80];
    for (int t = 1; t <= 12; t += t == 1 ? 4 : 7) {
        double whole, single, single_too;
        islands(4, 20, .2, t, &whole, &single);
        assert_true(fabs(kinship(&c, t, &single_too) - whole) < 1e-14);
        assert_true(fabs(single_too - single) < 1e-14);
        snprintf(name, sizeof name, "4 islands, mixing .2, N 20: E[H_T], t %d", t);
        battery_mean(name, whole, &total.whole[t]);
        snprintf(name, sizeof name, "4 islands, mixing .2, N 20: E[H_S], t %d", t);
        battery_mean(name, single, &total.single[t]);
    }
}

/* ---- one agent ---------------------------------------------------------- */

static bool hold_alone(void *argument, const struct replicate *r)
{
    const int *starved = argument;
    battery_same("one agent without sampling noise stays as it is", forms_pi[2],
                 r->live[SPACE_DISTRIBUTION][2], forms_pi[2], BATTERY_EXACT);
    battery_same("one agent without sampling noise starves", 0, (double)r->tally[*starved], 1, 0);
    return true;
}

/* Its own law and the mixture are the same: mixing must make no difference at all. */
static void one_agent_is_the_paper_s_loop_at_any_mixing(void **state)
{
    (void)state;
    static const double one[] = {1};
    struct setting const c = {1, 50, 10, one, .5, 1};
    struct society *s =
        society_create(3,
                       "[space]\nreference = %s\n[society]\nagents = 1\n"
                       "[sampling]\ndataset = \"per_agent\"\nsamples = \"expected\"\nmixing = 0.5\n"
                       "[[metric]]\nuse = \"metric.diversity\"\n",
                       society_array(forms_pi, K));
    int starved = society_tally(s, "sampling.starved");
    society_run(s, battery_fresh(), hold_alone, &starved);
    society_destroy(s);
    struct total const total = measure(&c, 2000);
    battery_mean("per_agent, M 1, mixing .5, N 50: (1-1/N)^t, t 10",
                 FORMS_H * pow(1 - 1.0 / 50, 10), &total.whole[10]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_agents_drift_as_one_large_dataset),
        cmocka_unit_test(unequal_agents_drift_by_their_squared_weights),
        cmocka_unit_test(a_rate_slows_drift_by_its_square),
        cmocka_unit_test(mixing_follows_the_kinship_matrix),
        cmocka_unit_test(equal_mixing_is_the_island_model),
        cmocka_unit_test(one_agent_is_the_paper_s_loop_at_any_mixing),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
