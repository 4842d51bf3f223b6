/* oracles.md, section 3, and model.md, section 1: what data are drawn from once states are weighed.
 */
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

/* ---- selection without sampling noise ----------------------------------- */

enum { K = 7, C = 2, ROUNDS = 50 };

static const double start[K] = {.4, .3, .2, .1, .5, .3, .2};
static const double utility[K] = {0, .7, -1, .25, 7, 8, 6.5};
/* beta x = 175 and more: only what is left when the largest is subtracted is a number to exp. */
static const double far_utility[K] = {0, .75, -1, .25, 7000, 7001, 6999.5};
static const int begins[C + 1] = {0, 4, K};

struct power {
    double beta;
    const double *x;
    double law[K];
};

/* P_0 exp(t beta x), normalised in each context; far exponents cancel before exp sees them. */
static void compute_power(struct power *power, double rounds)
{
    for (int c = 0; c < C; c++) {
        long double sum = 0, at[K];
        for (int z = begins[c]; z < begins[c + 1]; z++) {
            long double const far = (long double)power->x[z] - (long double)power->x[begins[c]];
            at[z] = (long double)start[z] * expl((long double)rounds * power->beta * far);
            sum += at[z];
        }
        for (int z = begins[c]; z < begins[c + 1]; z++)
            power->law[z] = (double)(at[z] / sum);
    }
}

static bool hold_power(void *argument, const struct replicate *r)
{
    struct power *power = argument;
    compute_power(power, (double)r->round);
    for (int z = 0; z < K; z++)
        battery_same("Pbar_t proportional to P_0 exp(t beta x)", power->law[z], r->mixture[z],
                     power->law[z], BATTERY_EXACT);
    compute_power(power, (double)r->round + 1);
    for (int z = 0; z < K; z++)
        battery_same("P_t proportional to Pbar_t exp(beta x)", power->law[z],
                     r->live[SPACE_DISTRIBUTION][z], power->law[z], BATTERY_EXACT);
    if (r->round == ROUNDS)
        battery_exact("selection: P_t prop. to P_0 exp(t beta x), t 50", power->law[0],
                      r->live[SPACE_DISTRIBUTION][0], power->law[0], BATTERY_EXACT);
    return true;
}

static void run_power(double beta, const double *x, const char *dataset, const char *mixing)
{
    struct power power = {.beta = beta, .x = x};
    struct society *s = society_create(
        ROUNDS,
        "[space]\ncontexts = [4, 3]\nmet = [0.7, 0.3]\nreference = %s\n"
        "attributes = { utility = %s }\n[society]\nagents = 3\n"
        "[sampling]\ndataset = \"%s\"\nsamples = \"expected\"\nmixing = %s\n"
        "[selection]\nuse = \"selection.bias\"\nattribute = \"utility\"\nbeta = %.17g\n"
        "[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(start, K), society_array(x, K), dataset, mixing, beta);
    society_run(s, battery_fresh(), hold_power, &power);
    society_destroy(s);
    battery_worst("the same, Pbar_t and P_t, every state of every row");
}

static void selection_multiplies_odds_round_by_round(void **state)
{
    (void)state;
    run_power(.25, utility, "shared", "1.0");
    run_power(-.4, utility, "shared", "1.0");
    run_power(.25, far_utility, "shared", "1.0");
    run_power(.25, utility, "per_agent", "1.0");
    run_power(.25, utility, "per_agent",
              "0.3"); /* agents stay alike, so that it makes no difference */
}

/* ---- weights far apart ---------------------------------------------------- */

/* Of what is said nothing is lost that a double can hold, be what nobody says ever so favoured. */
static bool hold_distant(void *argument, const struct replicate *r)
{
    (void)argument;
    double const expected = exp(100 * (2.4 - 6.6));
    battery_same("P_t of what is least favoured, be it e^-420", expected,
                 r->live[SPACE_DISTRIBUTION][2], expected, 1e-12);
    return false;
}

static void what_nobody_says_takes_no_weight_from_what_is_said(void **state)
{
    (void)state;
    static const char *const favoured[] = {"6.6", "10", "60"};
    for (int i = 0; i < 3; i++) {
        struct society *s = society_create(
            1,
            "[space]\nreference = [0, 0.5, 0.5]\nattributes = { utility = [%s, 6.6, 2.4] }\n"
            "[society]\nagents = 2\n[sampling]\nsamples = \"expected\"\n"
            "[selection]\nuse = \"selection.bias\"\nbeta = 100\n"
            "[[metric]]\nuse = \"metric.diversity\"\n",
            favoured[i]);
        society_run(s, battery_fresh(), hold_distant, NULL);
        society_destroy(s);
    }
}

/* ---- agents that differ: P_t and Q_m ------------------------------------ */

static const double first[2] = {.9, .1}, second[2] = {.1, .9};

static const char pair_body[] =
    "[space]\nreference = [0.5, 0.5]\nattributes = { utility = [0, 1] }\n"
    "[society]\nagents = 2\nweights = [0.5, 0.5]\n"
    "[sampling]\ndataset = \"per_agent\"\nsamples = %s\nmixing = %.17g\n"
    "[selection]\nuse = \"selection.bias\"\nbeta = %.17g\n" /* a = (1, 3) */
    "[[metric]]\nuse = \"metric.diversity\"\n";

/* Q_m of state 2: own with 1 - g, the mixture (.5, .5) with g, then weighed 1 : 3. */
static double law_of(double own, double g)
{
    double const two = (1 - g) * own + g * .5;
    return 3 * two / (1 - two + 3 * two);
}

struct couple {
    double g;
    struct sample first, second, whole;
};

static bool hold_couple(void *argument, const struct replicate *r)
{
    struct couple *couple = argument;
    double const q1 = law_of(.1, couple->g), q2 = law_of(.9, couple->g);
    if (r->round == 0) {
        battery_exact("P_t of state 2", (q1 + q2) / 2, r->live[SPACE_DISTRIBUTION][1], 1,
                      BATTERY_EXACT);
    } else {
        battery_exact("Q_1 of state 2, learned", q1, society_policy(r, 0)[1], q1, BATTERY_EXACT);
        battery_exact("Q_2 of state 2, learned", q2, society_policy(r, 1)[1], q2, BATTERY_EXACT);
        battery_exact("Pbar of the next round is P_t", (q1 + q2) / 2, r->mixture[1], 1,
                      BATTERY_EXACT);
    }
    return true;
}

static void weighed_laws_are_mixed_after_they_are_normalised(void **state)
{
    (void)state;
    static const double g[] = {1, .5, 0};
    static const char *const page[] = {".75", ".71875", ".607143"};
    battery_printed(law_of(.1, .5), ".5625");
    for (int i = 0; i < 3; i++) {
        struct couple couple = {.g = g[i]};
        battery_printed((law_of(.1, g[i]) + law_of(.9, g[i])) / 2, page[i]);
        struct society *s = society_create(1, pair_body, "\"expected\"", g[i], log(3));
        society_begin(s, battery_fresh());
        society_say(s, 0, first);
        society_say(s, 1, second);
        society_live(s, hold_couple, &couple);
        society_destroy(s);
    }
}

static bool note_couple(void *argument, const struct replicate *r)
{
    struct couple *couple = argument;
    if (r->round == 1) {
        sample_add(&couple->first, society_policy(r, 0)[1]);
        sample_add(&couple->second, society_policy(r, 1)[1]);
        sample_add(&couple->whole, r->mixture[1]);
    }
    return true;
}

static void samples_follow_every_agents_own_law(void **state)
{
    (void)state;
    struct couple couple = {.g = .5};
    struct society *s = society_create(1, pair_body, "100", .5, log(3));
    int64_t const replicates = battery_replicates(10000);
    for (int64_t i = 0; i < replicates; i++) {
        society_begin(s, battery_fresh());
        society_say(s, 0, first);
        society_say(s, 1, second);
        society_live(s, note_couple, &couple);
    }
    society_destroy(s);
    battery_mean("samples from Q_1, mixing .5: state 2 has .5625", law_of(.1, .5), &couple.first);
    battery_mean("samples from Q_2, mixing .5", law_of(.9, .5), &couple.second);
    battery_mean("E[Pbar_1] = P_0 = .71875", (law_of(.1, .5) + law_of(.9, .5)) / 2, &couple.whole);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selection_multiplies_odds_round_by_round),
        cmocka_unit_test(what_nobody_says_takes_no_weight_from_what_is_said),
        cmocka_unit_test(weighed_laws_are_mixed_after_they_are_normalised),
        cmocka_unit_test(samples_follow_every_agents_own_law),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
