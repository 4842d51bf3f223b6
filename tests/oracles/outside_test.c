/* oracles.md, section 3: the master recursion p' = a p + b x/N + c pi. What comes from outside
 * holds the society at a distance V* from where it comes from. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "battery.h"
#include "forms.h"
#include "society.h"

enum { K = FORMS_STATES, N = 50, ROUNDS = 100 };

static const char body[] = "[space]\nreference = %s\n"
                           "[society]\nagents = 2\n"
                           "[sampling]\nsamples = 50\n"
                           "[update]\nuse = \"update.mle\"\n%s\n"
                           "[[metric]]\nuse = \"metric.diversity\"\n";

/* V after t rounds from V_0 = 0, and where it ends. */
static double distance(double b, double c, double diversity, int rounds)
{
    double v = 0;
    for (int t = 0; t < rounds; t++)
        v = ((1 - c) * (1 - c) - b * b / N) * v + b * b / N * diversity;
    return v;
}

static double distance_in_the_end(double b, double c, double diversity)
{
    return b * b / N * diversity / (1 - (1 - c) * (1 - c) + b * b / N);
}

struct drifted {
    const double *pi;
    struct sample at3, end, diversity;
};

static bool note(void *argument, const struct replicate *r)
{
    struct drifted *drifted = argument;
    double v = 0;
    for (int z = 0; z < K; z++)
        v += (r->live[SPACE_DISTRIBUTION][z] - drifted->pi[z]) *
             (r->live[SPACE_DISTRIBUTION][z] - drifted->pi[z]);
    if (r->round == 3)
        sample_add(&drifted->at3, v);
    if (r->round == r->plan->shape.rounds) {
        sample_add(&drifted->end, v);
        sample_add(&drifted->diversity, forms_diversity(r->live[SPACE_DISTRIBUTION], K));
    }
    return true;
}

static struct drifted measure(const double *pi, const char *update, int rounds, int64_t quick)
{
    struct drifted drifted = {.pi = pi};
    struct society *s = society_create(rounds, body, society_array(pi, K), update);
    int64_t const replicates = battery_replicates(quick);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note, &drifted);
    society_destroy(s);
    return drifted;
}

/* The rounds are enough for V* to be reached to nine digits, and the means are held to V_t itself.
 */
static void hold(const char *name, const double *pi, const char *update, double b, double c,
                 const char *page)
{
    char row[96];
    double const h = forms_diversity(pi, K), end = distance_in_the_end(b, c, h);
    struct drifted const drifted = measure(pi, update, ROUNDS, 2500);
    battery_printed(end, page);
    assert_true(fabs(end - distance(b, c, h, ROUNDS)) < 1e-7 * end);
    snprintf(row, sizeof row, "%s: V_3", name);
    battery_mean(row, distance(b, c, h, 3), &drifted.at3);
    snprintf(row, sizeof row, "%s: V* (t %d)", name, ROUNDS);
    battery_mean(row, distance(b, c, h, ROUNDS), &drifted.end);
}

static void outside_data_settle_at_a_distance(void **state)
{
    (void)state;
    hold("outside .1, rate .9", forms_pi, "rate = 0.9\noutside = 0.1", .9, .1, ".064124");
    hold("outside .1, rate .4", forms_pi, "rate = 0.4\noutside = 0.1", .4, .1, ".013519");
}

static void smoothing_is_outside_data_of_the_uniform_law(void **state)
{
    (void)state;
    static const double uniform[K] = {.125, .125, .125, .125, .125, .125, .125, .125};
    double const b = N / (N + .5 * K);
    hold("smoothing .5", uniform, "smoothing = 0.5", b, 1 - b, ".093884");
}

static void memory_slows_drift_by_the_square_of_the_rate(void **state)
{
    (void)state;
    struct drifted const drifted = measure(forms_pi, "rate = 0.6", 30, 4000);
    battery_mean("rate .6: E[H_t] = H_0 (1-b^2/N)^t, t 30", FORMS_H * pow(1 - .36 / N, 30),
                 &drifted.diversity);
}

/* ---- all three at once -------------------------------------------------- */

static bool note_first(void *argument, const struct replicate *r)
{
    struct sample *first = argument;
    for (int z = 0; r->round == 1 && z < K; z++)
        sample_add(&first[z], r->live[SPACE_DISTRIBUTION][z]);
    return r->round < 1;
}

/* E[P_1] = a P_0 + b (N P_0 + alpha) / (N + alpha k) + c pi. */
static void smoothing_leaves_the_share_of_outside_data_as_it_is(void **state)
{
    (void)state;
    char name[80];
    double const a = .3, b = .5, c = .2, alpha = .5, counted = N + alpha * K;
    double start[K];
    struct sample first[K] = {0};
    for (int z = 0; z < K; z++)
        start[z] = forms_pi[K - 1 - z];
    struct society *s =
        society_create(1,
                       "[space]\nreference = %s\n[society]\nagents = 2\nstart = %s\n"
                       "[sampling]\nsamples = 50\n[update]\nuse = \"update.mle\"\nrate = 0.5\n"
                       "outside = 0.2\nsmoothing = 0.5\n[[metric]]\nuse = \"metric.diversity\"\n",
                       society_array(forms_pi, K), society_array(start, K));
    int64_t const replicates = battery_replicates(10000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_first, first);
    society_destroy(s);
    for (int z = 0; z < K; z++) {
        double const mean = a * start[z] + b * (N * start[z] + alpha) / counted + c * forms_pi[z];
        snprintf(name, sizeof name, "rate, outside and smoothing: E[P_1], state %d", z);
        battery_mean(name, mean, &first[z]);
    }
}

/* ---- the recursion itself, without sampling noise ----------------------- */

struct line {
    double pi[K], start[K], c;
};

/* With expected data x/N is P itself: p_t - pi = (a + b)^t (p_0 - pi). */
static bool hold_line(void *argument, const struct replicate *r)
{
    const struct line *line = argument;
    for (int z = 0; z < K; z++) {
        double const far = pow(1 - line->c, (double)r->round) * (line->start[z] - line->pi[z]);
        battery_same("P_t = pi + (1-c)^t (P_0 - pi)", line->pi[z] + far,
                     r->live[SPACE_DISTRIBUTION][z], line->pi[z] + far, BATTERY_EXACT);
    }
    return true;
}

static void without_noise_the_way_to_the_reference_is_geometric(void **state)
{
    (void)state;
    struct line line = {.c = .1};
    for (int z = 0; z < K; z++) {
        line.pi[z] = forms_pi[z];
        line.start[z] = forms_pi[K - 1 - z];
    }
    struct society *s = society_create(
        60,
        "[space]\nreference = %s\n[society]\nagents = 3\nstart = %s\n"
        "[sampling]\nsamples = \"expected\"\n[update]\nuse = \"update.mle\"\nrate = 0.4\n"
        "outside = 0.1\n[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(line.pi, K), society_array(line.start, K));
    society_run(s, battery_fresh(), hold_line, &line);
    society_destroy(s);
    battery_worst("expected data: P_t = pi + (1-c)^t (P_0 - pi), every row");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outside_data_settle_at_a_distance),
        cmocka_unit_test(smoothing_is_outside_data_of_the_uniform_law),
        cmocka_unit_test(memory_slows_drift_by_the_square_of_the_rate),
        cmocka_unit_test(smoothing_leaves_the_share_of_outside_data_as_it_is),
        cmocka_unit_test(without_noise_the_way_to_the_reference_is_geometric),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
