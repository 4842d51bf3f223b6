/* intervention.forget on policies: decay against the master recursion, tails against plain
 * truncation, and what both cost. Memories are prune_test's. */
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

enum { K = FORMS_STATES, N = 50, ROUNDS = 160, SETTLED = 60 };

#define PHI    .1
#define FORGET "[[intervention]]\nuse = \"intervention.forget\"\n"

static const double uniform[K] = {.125, .125, .125, .125, .125, .125, .125, .125};
static const double anchor[K] = {.02, .04, .07, .10, .12, .15, .20, .30};

static double square(const double *p, const double *q)
{
    double sum = 0;
    for (int z = 0; z < K; z++)
        sum += p[z] * q[z];
    return sum;
}

static double apart(const double *p, const double *q)
{
    return square(p, p) - 2 * square(p, q) + square(q, q);
}

/* ---- decay under sampling noise ------------------------------------------ */

/* p' - u = (1 - phi) (x/N - u), so V' = (1-phi)^2 (V + E[H(p)] / N); E p is known, as it goes to u
 * in a straight line, and with it E[H(p)] = 1 - (V + 2 E p.u - |u|^2). */
static double decayed(const double *u, int rounds)
{
    double v = apart(forms_pi, u), left = 1;
    for (int t = 0; t < rounds; t++) {
        double const said = left * square(forms_pi, u) + (1 - left) * square(u, u);
        double const diversity = 1 - (v + 2 * said - square(u, u));
        v = (1 - PHI) * (1 - PHI) * (v + diversity / N);
        left *= 1 - PHI;
    }
    return v;
}

struct drifted {
    const double *target;
    double mean;
    struct sample third, end;
};

static bool note(void *argument, const struct replicate *r)
{
    struct drifted *drifted = argument;
    double const v = apart(r->mixture, drifted->target);
    if (r->round == 0)
        drifted->mean = 0;
    if (r->round == 3)
        sample_add(&drifted->third, v);
    if (r->round > SETTLED)
        drifted->mean += v / (ROUNDS - SETTLED);
    if (r->round == ROUNDS)
        sample_add(&drifted->end, drifted->mean);
    return true;
}

static void hold_decay(const char *to, const double *target)
{
    char name[96];
    double settled = 0;
    struct drifted drifted = {.target = target};
    struct society *s = society_create(
        ROUNDS,
        "[space]\nreference = %s\nattributes = { anchor = %s }\n[society]\nagents = 2\n"
        "[sampling]\nsamples = 50\n[[metric]]\nuse = \"metric.diversity\"\n" FORGET
        "what = \"policy\"\nrate = 0.1\nto = \"%s\"\n",
        society_array(forms_pi, K), society_array(anchor, K), to);
    int64_t const replicates = battery_replicates(1000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note, &drifted);
    society_destroy(s);
    for (int t = SETTLED + 1; t <= ROUNDS; t++)
        settled += decayed(target, t) / (ROUNDS - SETTLED);
    snprintf(name, sizeof name, "phi .1 toward %s: V_3", to);
    battery_mean(name, decayed(target, 3), &drifted.third);
    snprintf(name, sizeof name, "phi .1 toward %s: V, rows %d to %d", to, SETTLED + 1, ROUNDS);
    battery_mean(name, settled, &drifted.end);
}

static void decay_is_the_master_recursion(void **state)
{
    (void)state;
    battery_printed(decayed(forms_pi, 400), ".064124");
    hold_decay("start", forms_pi);
    hold_decay("uniform", uniform);
    hold_decay("anchor", anchor);
}

/* ---- decay toward the start is data from outside by another name --------- */

static bool keep(void *argument, const struct replicate *r)
{
    memcpy((double *)argument + r->round * K, r->mixture, K * sizeof(double));
    return true;
}

static void keep_all(const char *act, int64_t index, double *rows)
{
    struct society *s = society_create(
        30,
        "[space]\nreference = %s\n[society]\nagents = 3\n[sampling]\nsamples = 50\n"
        "dataset = \"per_agent\"\nmixing = 0.5\n[[metric]]\nuse = \"metric.diversity\"\n"
        "[[intervention]]\n%severy = 2\n",
        society_array(forms_pi, K), act);
    society_run(s, index, keep, rows);
    society_destroy(s);
}

static void toward_a_start_at_the_reference_it_is_data_from_outside(void **state)
{
    (void)state;
    double outside[31 * K], forgotten[31 * K];
    int64_t const index = battery_fresh();
    keep_all("use = \"intervention.external\"\nweight = 0.1\n", index, outside);
    keep_all("use = \"intervention.forget\"\nwhat = \"policy\"\nrate = 0.1\n", index, forgotten);
    for (int i = 0; i < 31 * K; i++)
        battery_same("the same bits", outside[i], forgotten[i], 1, 0);
    battery_worst("forget toward start = reference and external, weight: rows");
}

/* ---- agents that differ, contexts, and the cost -------------------------- */

enum { M = 3, C = 2 };

static const int begins[C + 1] = {0, 5, K};
static const double met[C] = {.75, .25}, weights[M] = {.5, .3, .2};
static const double says[M][K] = {{.5, .25, .125, .0625, .0625, .7, .2, .1},
                                  {.1, .1, .1, .1, .6, .01, .09, .9},
                                  {1, 0, 0, 0, 0, .05, .04, .91}};

static struct society *differ(int64_t rounds, const char *act)
{
    struct society *s = society_create(
        rounds,
        "[space]\ncontexts = [5, 3]\nmet = [0.75, 0.25]\nreference = %s\n"
        "attributes = { anchor = %s }\n[society]\nagents = 3\nweights = %s\n[sampling]\n"
        "dataset = \"per_agent\"\nsamples = \"expected\"\nmixing = 0\n"
        "[[metric]]\nuse = \"metric.diversity\"\n" FORGET "%s",
        society_array(uniform, K), society_array(anchor, K), society_array(weights, M), act);
    society_begin(s, battery_fresh());
    for (int m = 0; m < M; m++)
        society_say(s, m, says[m]);
    return s;
}

/* x, normalised within each context. */
static void normalise(const double *x, double *out)
{
    for (int c = 0; c < C; c++) {
        long double sum = 0;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            sum += x[z];
        for (int z = begins[c]; z < begins[c + 1]; z++)
            out[z] = (double)(x[z] / sum);
    }
}

static double variation(const double *p, const double *q)
{
    double all = 0;
    for (int c = 0; c < C; c++)
        for (int z = begins[c]; z < begins[c + 1]; z++)
            all += met[c] * fabs(p[z] - q[z]) / 2;
    return all;
}

struct decay {
    int forgotten, pruned;
    const double *target;
};

static bool hold_straight(void *argument, const struct replicate *r)
{
    const struct decay *decay = argument;
    double u[K], cost = 0, left = pow(1 - PHI, (double)r->round);
    normalise(decay->target, u);
    for (int m = 0; m < M; m++) {
        for (int z = 0; z < K; z++)
            battery_same("P = u + (1-phi)^t (P_0 - u)", u[z] + left * (says[m][z] - u[z]),
                         society_policy(r, m)[z], 1, BATTERY_EXACT);
        cost += weights[m] * PHI * left / (1 - PHI) * variation(says[m], u);
    }
    battery_same("forgotten", r->round ? cost : 0, r->value[decay->forgotten], 1, BATTERY_EXACT);
    assert_true(isnan(r->value[decay->pruned]));
    return true;
}

static void without_noise_every_agent_goes_in_a_straight_line(void **state)
{
    (void)state;
    static const char *const acts[] = {"what = \"policy\"\nrate = 0.1\nto = \"uniform\"\n",
                                       "what = \"policy\"\nrate = 0.1\nto = \"anchor\"\n",
                                       "what = \"policy\"\nrate = 0.1\nto = \"start\"\n"};
    static const double *const targets[] = {uniform, anchor, uniform};
    for (int i = 0; i < 3; i++) {
        struct society *s = differ(20, acts[i]);
        struct decay decay = {society_output(s, "forget.forgotten"),
                              society_output(s, "forget.pruned"), targets[i]};
        society_live(s, hold_straight, &decay);
        society_destroy(s);
    }
    battery_worst("expected data: P_t = u + (1-phi)^t (P_0 - u), and its cost");
}

/* ---- tails --------------------------------------------------------------- */

/* A context of which nothing reaches the cut stays as it is. */
static void truncate_plainly(const double *p, double cut, double *out)
{
    double kept[K];
    for (int c = 0; c < C; c++) {
        int some = 0;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            some += p[z] >= cut;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            kept[z] = some && p[z] < cut ? 0 : p[z];
    }
    normalise(kept, out);
}

struct cut {
    int forgotten;
    double at;
};

static bool hold_tail(void *argument, const struct replicate *r)
{
    const struct cut *cut = argument;
    double left[K], cost = 0, lost = 0;
    for (int m = 0; m < M; m++) {
        truncate_plainly(says[m], cut->at, left);
        for (int z = 0; z < K; z++)
            battery_same("P cut and normalised", r->round ? left[z] : says[m][z],
                         society_policy(r, m)[z], 1, BATTERY_EXACT);
        for (int c = 0; c < C; c++)
            for (int z = begins[c]; z < begins[c + 1]; z++)
                lost += left[z] > 0 ? 0 : weights[m] * met[c] * says[m][z];
        cost += weights[m] * variation(says[m], left);
    }
    /* What is cut off is what is moved; and in the round after nothing more is below. */
    battery_same("forgotten is the mass of tails", lost, cost, 1, BATTERY_EXACT);
    battery_same("forgotten", r->round == 1 ? cost : 0, r->value[cut->forgotten], 1, 1e-15);
    return true;
}

static void a_tail_is_cut_exactly(void **state)
{
    (void)state;
    static const double cuts[] = {.05, .1, .25, .75};
    for (int i = 0; i < 4; i++) {
        char act[80];
        snprintf(act, sizeof act, "what = \"tail\"\ncut = %.17g\n", cuts[i]);
        struct society *s = differ(4, act);
        struct cut cut = {society_output(s, "forget.forgotten"), cuts[i]};
        society_live(s, hold_tail, &cut);
        society_destroy(s);
    }
    battery_worst("expected data: tails cut at .05, .1, .25, .75, and their cost");
}

/* Coverage is what it takes: pi of what reaches the cut, one that is on it included. */
static bool hold_coverage(void *argument, const struct replicate *r)
{
    const int *coverage = argument;
    double kept = 0;
    for (int z = 0; z < K; z++)
        kept += forms_pi[z] >= .07 ? forms_pi[z] : 0;
    battery_same("coverage", r->round ? kept : 1, r->value[*coverage], 1, BATTERY_EXACT);
    return true;
}

static void a_cut_lowers_coverage_to_what_reaches_it(void **state)
{
    (void)state;
    struct society *s = society_create(
        3,
        "[space]\nreference = %s\n[society]\nagents = 2\n[sampling]\nsamples = \"expected\"\n"
        "[[metric]]\nuse = \"metric.safety\"\ntau = 1e-9\n" FORGET "what = \"tail\"\ncut = 0.07\n",
        society_array(forms_pi, K));
    int coverage = society_output(s, "safety.coverage");
    society_run(s, battery_fresh(), hold_coverage, &coverage);
    society_destroy(s);
    battery_worst("expected data: coverage is pi{P >= cut}");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decay_is_the_master_recursion),
        cmocka_unit_test(toward_a_start_at_the_reference_it_is_data_from_outside),
        cmocka_unit_test(without_noise_every_agent_goes_in_a_straight_line),
        cmocka_unit_test(a_tail_is_cut_exactly),
        cmocka_unit_test(a_cut_lowers_coverage_to_what_reaches_it),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
