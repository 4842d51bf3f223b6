/* oracles.md, section 3, "all past data kept, pooled": P_t is the mean of all samples so far, so
 * that the n-th round counts 1/n and drift dies out before diversity does. */
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

enum { K = FORMS_STATES, N = 20, ROUNDS = 200 };

/* ---- one shared dataset -------------------------------------------------- */

/* The product of 1 - squares/(N t^2) over rounds. */
static double kept(double squares, int n, int rounds)
{
    double product = 1;
    for (int t = 1; t <= rounds; t++)
        product *= 1 - squares / ((double)n * t * t);
    return product;
}

static bool note_diversity(void *argument, const struct replicate *r)
{
    struct sample *at = argument;
    sample_add(&at[r->round], forms_diversity(r->mixture, K));
    return true;
}

static void pooled_data_stop_drift(void **state)
{
    (void)state;
    static struct sample at[ROUNDS + 1];
    double const root = acos(-1) / sqrt(N);
    memset(at, 0, sizeof at);
    battery_printed(FORMS_H * kept(1, N, ROUNDS), ".750895");
    battery_printed(FORMS_H * sin(root) / root, ".750707");
    struct society *s =
        society_create(ROUNDS,
                       "[space]\nreference = %s\n[society]\nagents = 2\n[sampling]\nsamples = 20\n"
                       "[update]\nuse = \"update.pool\"\n[[metric]]\nuse = \"metric.diversity\"\n",
                       society_array(forms_pi, K));
    int64_t const replicates = battery_replicates(3000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_diversity, at);
    society_destroy(s);
    battery_mean("pool, N 20: E[H_T], T 1", FORMS_H * kept(1, N, 1), &at[1]);
    battery_mean("pool, N 20: E[H_T], T 2", FORMS_H * kept(1, N, 2), &at[2]);
    battery_mean("pool, N 20: E[H_T], T 5", FORMS_H * kept(1, N, 5), &at[5]);
    battery_mean("pool, N 20: E[H_T], T 200", FORMS_H * kept(1, N, ROUNDS), &at[ROUNDS]);
}

/* ---- a pool an agent ----------------------------------------------------- */

enum { M = 3, LONG = 30 };

static const double unequal[M] = {.6, .3, .1};

struct kin {
    struct sample whole[LONG + 1], single[LONG + 1];
};

/* J_mn = E<P_m, P_n>. A round at rate r: (1-r)^2 J + r(1-r)(J A' + A J) + r^2 (Q + diag(1-Q)/N),
 * with A = (1-g) I + g 1w' and Q = A J A'. */
static void kinship(double (*j)[M], double g, double rate, int n)
{
    double a[M][M], aj[M][M] = {{0}}, q[M][M] = {{0}};
    for (int m = 0; m < M; m++)
        for (int i = 0; i < M; i++)
            a[m][i] = (1 - g) * (m == i) + g * unequal[i];
    for (int m = 0; m < M; m++)
        for (int i = 0; i < M; i++)
            for (int l = 0; l < M; l++)
                aj[m][i] += a[m][l] * j[l][i];
    for (int m = 0; m < M; m++)
        for (int i = 0; i < M; i++)
            for (int l = 0; l < M; l++)
                q[m][i] += aj[m][l] * a[i][l];
    for (int m = 0; m < M; m++)
        for (int i = 0; i < M; i++)
            j[m][i] = (1 - rate) * (1 - rate) * j[m][i] +
                      rate * (1 - rate) * (aj[m][i] + aj[i][m]) +
                      rate * rate * (q[m][i] + (m == i) * (1 - q[m][m]) / n);
}

/* Of the mixture, and the agents' mean. */
static void expect(double g, int rounds, double *whole, double *single)
{
    double j[M][M];
    *whole = *single = 1;
    for (int m = 0; m < M; m++)
        for (int i = 0; i < M; i++)
            j[m][i] = 1 - FORMS_H;
    for (int t = 1; t <= rounds; t++)
        kinship(j, g, 1.0 / t, N);
    for (int m = 0; m < M; m++) {
        *single -= unequal[m] * j[m][m];
        for (int i = 0; i < M; i++)
            *whole -= unequal[m] * unequal[i] * j[m][i];
    }
}

static bool note_kin(void *argument, const struct replicate *r)
{
    struct kin *kin = argument;
    double single = 0;
    for (int64_t m = 0; m < M; m++)
        single += unequal[m] * forms_diversity(society_policy(r, m), K);
    sample_add(&kin->whole[r->round], forms_diversity(r->mixture, K));
    sample_add(&kin->single[r->round], single);
    return true;
}

static void hold_kin(double g)
{
    static const int rounds[] = {1, 2, LONG};
    char name[96];
    struct kin kin = {0};
    struct society *s =
        society_create(LONG,
                       "[space]\nreference = %s\n[society]\nagents = 3\nweights = %s\n"
                       "[sampling]\ndataset = \"per_agent\"\nsamples = 20\nmixing = %.17g\n"
                       "[update]\nuse = \"update.pool\"\n[[metric]]\nuse = \"metric.diversity\"\n",
                       society_array(forms_pi, K), society_array(unequal, M), g);
    int64_t const replicates = battery_replicates(5000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_kin, &kin);
    society_destroy(s);
    for (int i = 0; i < 3; i++) {
        double whole, single;
        expect(g, rounds[i], &whole, &single);
        snprintf(name, sizeof name, "pool an agent, mixing %g: E[H_T], t %d", g, rounds[i]);
        battery_mean(name, whole, &kin.whole[rounds[i]]);
        snprintf(name, sizeof name, "pool an agent, mixing %g: E[H_S], t %d", g, rounds[i]);
        battery_mean(name, single, &kin.single[rounds[i]]);
    }
}

static void pools_of_agents_drift_by_their_squared_weights(void **state)
{
    (void)state;
    double whole, single;
    expect(1, LONG, &whole, &single);
    battery_exact("kinship at mixing 1 is the product of 1 - sum w^2/(N t^2)",
                  FORMS_H * kept(1 - forms_diversity(unequal, M), N, LONG), whole, 1,
                  BATTERY_EXACT);
    hold_kin(1);
    hold_kin(.3);
}

/* ---- a pool a context ---------------------------------------------------- */

enum { FEW = 10, SHORT = 8, RARE = 3 };

/* E of the product of 1 - n_t/S_t^2 over rounds that met the context, n_t ~ Bin(N, mu) and S_t
 * their sum: kept[S] is its part from the ways to S samples. */
static double kept_in_context(double met)
{
    double part[FEW * SHORT + 1] = {1}, sum = 0;
    for (int t = 0; t < SHORT; t++) {
        double next[FEW * SHORT + 1] = {0};
        for (int before = 0; before <= FEW * t; before++)
            for (int n = 0; n <= FEW; n++) {
                double const all = before + n;
                next[before + n] +=
                    part[before] * forms_binomial(FEW, n, met) * (n > 0 ? 1 - n / (all * all) : 1);
            }
        memcpy(part, next, sizeof part);
    }
    for (int all = 0; all <= FEW * SHORT; all++)
        sum += part[all];
    return sum;
}

static bool note_contexts(void *argument, const struct replicate *r)
{
    struct sample *in = argument;
    if (r->round < SHORT)
        return true;
    sample_add(&in[0], forms_diversity(r->mixture, K));
    sample_add(&in[1], forms_diversity(r->mixture + K, RARE));
    return true;
}

static void every_context_has_a_pool_of_its_own(void **state)
{
    (void)state;
    double reference[K + RARE] = {[K] = .5, .3, .2};
    struct sample in[2] = {0};
    memcpy(reference, forms_pi, sizeof forms_pi);
    struct society *s = society_create(
        SHORT,
        "[space]\ncontexts = [8, 3]\nmet = [0.8, 0.2]\nreference = %s\n[society]\nagents = 2\n"
        "[sampling]\nsamples = 10\n[update]\nuse = \"update.pool\"\n"
        "[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(reference, K + RARE));
    int64_t const replicates = battery_replicates(20000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_contexts, in);
    society_destroy(s);
    battery_mean("pool, context met .8, N 10: E[H_c,T], t 8", FORMS_H * kept_in_context(.8),
                 &in[0]);
    battery_mean("pool, context met .2, N 10: E[H_c,T], t 8",
                 forms_diversity(reference + K, RARE) * kept_in_context(.2), &in[1]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pooled_data_stop_drift),
        cmocka_unit_test(pools_of_agents_drift_by_their_squared_weights),
        cmocka_unit_test(every_context_has_a_pool_of_its_own),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
