/* oracles.md, section 3, and model.md, sections 1 and 5: selection.sharpen, a power of what is
 * said. */
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

enum { K = 8, C = 3, M = 2 };

static const int begins[C + 1] = {0, 4, 7, K};
static const double start[K] = {.4, .3, .29, .01, .7, .3, 0, 1};

/* ---- without sampling noise ---------------------------------------------- */

static void raise(const double *x, long double y, double *out)
{
    for (int c = 0; c < C; c++) {
        long double sum = 0;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            sum += x[z] > 0 ? powl((long double)x[z], y) : 0;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            out[z] = x[z] > 0 ? (double)(powl((long double)x[z], y) / sum) : 0;
    }
}

static bool hold_power(void *argument, const struct replicate *r)
{
    double const power = *(const double *)argument;
    double said[K], drawn[K];
    raise(start, powl(power, (long double)r->round), said);
    raise(start, powl(power, (long double)r->round + 1), drawn);
    assert_true(r->mixture[6] <= 0 && r->live[SPACE_DISTRIBUTION][6] <= 0);
    for (int z = 0; z < K; z++) {
        battery_same("Pbar_t prop. to P_0^(kappa^t)", said[z], r->mixture[z], said[z],
                     BATTERY_EXACT);
        battery_same("P_t prop. to Pbar_t^kappa", drawn[z], r->live[SPACE_DISTRIBUTION][z],
                     drawn[z], BATTERY_EXACT);
    }
    return true;
}

/* Rounds end before a state comes near a mixture's quantum of 2^-100, where its digits end. */
static void run_power(double power, int rounds, const char *sampling)
{
    struct society *s = society_create(
        rounds,
        "[space]\ncontexts = [4, 3, 1]\nmet = [0.7, 0.2, 0.1]\nreference = %s\n[society]\n"
        "agents = 3\n[sampling]\nsamples = \"expected\"\n%s\n[selection]\n"
        "use = \"selection.sharpen\"\npower = %.17g\n[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(start, K), sampling, power);
    society_run(s, battery_fresh(), hold_power, &power);
    society_destroy(s);
}

static void what_is_said_is_raised_to_a_power_each_round(void **state)
{
    (void)state;
    run_power(1.2, 10, "dataset = \"shared\"");
    run_power(1.2, 10, "dataset = \"per_agent\"");
    run_power(1.2, 10, "dataset = \"per_agent\"\nmixing = 0.25"); /* all stay alike */
    run_power(1, 40, "dataset = \"shared\"");
    run_power(.8, 40, "dataset = \"shared\"");
    run_power(.5, 40, "dataset = \"per_agent\"");
    run_power(0, 10, "dataset = \"shared\"");
    run_power(8, 1, "dataset = \"shared\"");
    battery_worst("expected data: P_t prop. to P_0^(kappa^t), lost stays lost");
}

/* Ten digits below the rest, the weight of a power of .1 is 10^9. */
static bool hold_tiny(void *argument, const struct replicate *r)
{
    (void)argument;
    if (r->round == 1) {
        battery_exact("kappa .1 of 1e-10: P_1", .1 / 1.1, r->mixture[1], .1, BATTERY_EXACT);
        assert_true(r->mixture[2] <= 0);
    }
    return true;
}

static void a_small_power_lifts_what_is_hardly_said(void **state)
{
    (void)state;
    struct society *s = society_create(
        1, "[space]\nreference = [1, 1e-10, 0]\n[society]\nagents = 2\n[sampling]\n"
           "samples = \"expected\"\n[selection]\nuse = \"selection.sharpen\"\npower = 0.1\n"
           "[[metric]]\nuse = \"metric.diversity\"\n");
    society_run(s, battery_fresh(), hold_tiny, NULL);
    society_destroy(s);
}

/* Of 4096 states alike the 99th power of each is no number above 0: ratios are. */
static bool hold_many(void *argument, const struct replicate *r)
{
    (void)argument;
    for (int z = 0; z < 4096; z++)
        battery_same("kappa 100 of 4096 states alike", 1.0 / 4096, r->live[SPACE_DISTRIBUTION][z],
                     1.0 / 4096, BATTERY_EXACT);
    return true;
}

static void a_large_power_of_many_states_leaves_some(void **state)
{
    (void)state;
    struct society *s = society_create(
        2, "[space]\nstates = 4096\nreference = \"uniform\"\n[society]\nagents = 2\n[sampling]\n"
           "samples = \"expected\"\n[selection]\nuse = \"selection.sharpen\"\npower = 100\n"
           "[[metric]]\nuse = \"metric.diversity\"\n");
    society_run(s, battery_fresh(), hold_many, NULL);
    society_destroy(s);
    battery_worst("kappa 100 of 4096 states alike: P_t");
}

/* ---- agents that differ -------------------------------------------------- */

static const double says[M][4] = {{.7, .2, .1, 0}, {.1, .1, .3, .5}};

/* a = Pbar^(kappa-1) weighs (1-g) P_m + g Pbar: a power of Pbar, not of an agent's own law. */
static bool hold_own(void *argument, const struct replicate *r)
{
    double const g = *(const double *)argument;
    for (int m = 0; r->round == 1 && m < M; m++) {
        double q[4], sum = 0;
        for (int z = 0; z < 4; z++) {
            double const said = .75 * says[0][z] + .25 * says[1][z];
            sum += q[z] = pow(said, .7) * ((1 - g) * says[m][z] + g * said);
        }
        for (int z = 0; z < 4; z++)
            battery_same("Q_m prop. to Pbar^(kappa-1) of its own", q[z] / sum,
                         society_policy(r, m)[z], q[z] / sum, BATTERY_EXACT);
    }
    return true;
}

static void an_agents_own_words_are_weighed_by_the_mixture(void **state)
{
    (void)state;
    static const double mixings[] = {0, .4, 1};
    for (int i = 0; i < 3; i++) {
        double g = mixings[i];
        struct society *s = society_create(
            1,
            "[space]\nreference = [1, 1, 1, 1]\n[society]\nagents = 2\nweights = [3, 1]\n"
            "[sampling]\ndataset = \"per_agent\"\nsamples = \"expected\"\nmixing = %.17g\n"
            "[selection]\nuse = \"selection.sharpen\"\npower = 1.7\n"
            "[[metric]]\nuse = \"metric.diversity\"\n",
            g);
        society_begin(s, battery_fresh());
        for (int64_t m = 0; m < M; m++)
            society_say(s, m, says[m]);
        society_live(s, hold_own, &g);
        society_destroy(s);
    }
    battery_worst("expected data, mixing: a = Pbar^(kappa-1), every Q_m");
}

/* ---- false consensus ----------------------------------------------------- */

/* Questions with one true answer, their first. */
enum { QUESTIONS = 5, ANSWERS = 3, ALL = QUESTIONS * ANSWERS };

static const double answers[ALL] = {.5,  .3, .2, .2, .45, .35, .34, .33,
                                    .33, .1, .8, .1, .3,  .36, .34};

static double false_consensus(const double *p)
{
    int agreed = 0;
    for (int q = 0; q < QUESTIONS; q++)
        agreed += p[q * ANSWERS + 1] >= 2.0 / 3 || p[q * ANSWERS + 2] >= 2.0 / 3;
    return (double)agreed / QUESTIONS;
}

static double false_modes(const double *p)
{
    int modes = 0;
    for (int q = 0; q < QUESTIONS; q++)
        modes += fmax(p[q * ANSWERS + 1], p[q * ANSWERS + 2]) > p[q * ANSWERS];
    return (double)modes / QUESTIONS;
}

static double false_mass(const double *p)
{
    double mass = 0;
    for (int q = 0; q < QUESTIONS; q++)
        mass += (p[q * ANSWERS + 1] + p[q * ANSWERS + 2]) / QUESTIONS;
    return mass;
}

static bool note_end(void *argument, const struct replicate *r)
{
    *(double *)argument = false_consensus(r->mixture);
    return true;
}

#define QUIZ                                                                                       \
    "[space]\ncontexts = [3, 3, 3, 3, 3]\nreference = %s\n[society]\nagents = 2\n[sampling]\n"     \
    "samples = %s\n[selection]\nuse = \"selection.sharpen\"\npower = %.17g\n"                      \
    "[[metric]]\nuse = \"metric.diversity\"\n"

/* Without noise the mode wins, were it by a hair; by drift alone each answer wins as often as it
 * was said. */
static void falsehood_wins_where_it_is_the_mode(void **state)
{
    (void)state;
    double end = 0;
    struct sample sample = {0};
    struct society *sure =
        society_create(60, QUIZ, society_array(answers, ALL), "\"expected\"", 1.2);
    society_run(sure, battery_fresh(), note_end, &end);
    society_destroy(sure);
    battery_exact("sharpen, N infinite: false consensus = false modes", .6, end, 1, BATTERY_EXACT);
    assert_true(fabs(false_modes(answers) - .6) < BATTERY_EXACT);
    struct society *drifting = society_create(400, QUIZ, society_array(answers, ALL), "40", 1.0);
    int64_t const replicates = battery_replicates(2000);
    for (int64_t i = 0; i < replicates; i++) {
        society_run(drifting, battery_fresh(), note_end, &end);
        sample_add(&sample, end);
    }
    society_destroy(drifting);
    battery_mean("power 1, N 40, t 400: false consensus = false mass", false_mass(answers),
                 &sample);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_is_raised_to_a_power_each_round),
        cmocka_unit_test(a_small_power_lifts_what_is_hardly_said),
        cmocka_unit_test(a_large_power_of_many_states_leaves_some),
        cmocka_unit_test(an_agents_own_words_are_weighed_by_the_mixture),
        cmocka_unit_test(falsehood_wins_where_it_is_the_mode),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
