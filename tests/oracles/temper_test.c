/* model.md, section 6, "C temper": data drawn at a temperature delay the loss of rare states, or
 * hasten it, and never bring one back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "chain.h"
#include "forms.h"
#include "society.h"

enum { N = 20, COPIES = 2, LOSS = 20 };

/* ---- loss ---------------------------------------------------------------- */

struct losses {
    int64_t count, lost5, lost20;
    struct sample first;
};

static bool note_loss(void *argument, const struct replicate *r)
{
    struct losses *losses = argument;
    bool const lost = r->mixture[0] <= 0;
    if (r->round == 1)
        sample_add(&losses->first, r->mixture[0]);
    losses->lost5 += r->round == 5 && lost;
    losses->lost20 += r->round == LOSS && lost;
    losses->count += r->round == LOSS;
    return true;
}

static void hold_loss(double temperature, const char *page, const char *body, const char *how)
{
    char name[96];
    struct chain chain;
    struct losses losses = {0};
    chain_temper(&chain, N, temperature);
    double const by5 = chain_lost(&chain, COPIES, 5), by20 = chain_lost(&chain, COPIES, LOSS);
    battery_printed(by20, page);
    struct society *s = society_create(LOSS, body, temperature);
    int64_t const replicates = battery_replicates(8000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_loss, &losses);
    society_destroy(s);
    snprintf(name, sizeof name, "%s, T %g: E[P_1] of 2 copies of 20", how, temperature);
    battery_mean(name, chain.chance[COPIES], &losses.first);
    snprintf(name, sizeof name, "%s, T %g: 2 copies of 20 lost by 5", how, temperature);
    battery_share(name, by5, losses.lost5, losses.count);
    snprintf(name, sizeof name, "%s, T %g: 2 copies of 20 lost by 20", how, temperature);
    if ((double)replicates * fmin(by20, 1 - by20) >= 20)
        battery_share(name, by20, losses.lost20, losses.count);
}

#define PAIR                                                                                       \
    "[space]\nreference = [0.1, 0.9]\n[society]\nagents = 2\n[sampling]\nsamples = 20\n"           \
    "[[metric]]\nuse = \"metric.diversity\"\n"

static const char tempered[] = PAIR "[[intervention]]\nuse = \"intervention.temper\"\n"
                                    "temperature = %.17g\n";
static const char sharpened[] = PAIR "[selection]\nuse = \"selection.sharpen\"\npower = %.17g\n";

static void a_temperature_delays_or_hastens_loss(void **state)
{
    (void)state;
    hold_loss(1, ".796175", tempered, "temper");
    hold_loss(1.25, ".187357", tempered, "temper");
    hold_loss(2, ".004609", tempered, "temper");
    hold_loss(.8, ".997817", tempered, "temper");
}

/* ---- without sampling noise ---------------------------------------------- */

enum { K = 7, C = 2, ROUNDS = 30, M = 3 };

static const int begins[C + 1] = {0, 4, K};
static const double start[K] = {.4, .3, .295, .005, .9, .1, 0};

static long double power_of(double x, long double y)
{
    return x > 0 ? powl((long double)x, y) : 0;
}

/* x^y, normalised within each context. */
static void raise(const double *x, long double y, double *out)
{
    for (int c = 0; c < C; c++) {
        long double sum = 0;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            sum += power_of(x[z], y);
        for (int z = begins[c]; z < begins[c + 1]; z++)
            out[z] = (double)(power_of(x[z], y) / sum);
    }
}

static bool hold_odds(void *argument, const struct replicate *r)
{
    double const temperature = *(const double *)argument;
    double law[K];
    raise(start, powl(temperature, -(long double)r->round), law);
    assert_true(r->mixture[K - 1] <= 0);
    for (int z = 0; z < K; z++) {
        battery_same("Pbar_t prop. to P_0^(1/T^t)", law[z], r->mixture[z], law[z], BATTERY_EXACT);
        battery_same("the row's P_t is not tempered", r->mixture[z], r->live[SPACE_DISTRIBUTION][z],
                     r->mixture[z], BATTERY_EXACT);
    }
    double const odds = log(r->mixture[0] / r->mixture[3]);
    battery_same("log-odds are divided by T each round",
                 (double)(logl((long double)start[0] / start[3]) *
                          powl(temperature, -(long double)r->round)),
                 odds, fmax(1, fabs(odds)), BATTERY_EXACT);
    return true;
}

/* What is below a mixture's quantum of 2^-100 is cut off: rounds end before that is 1e-12. */
static void run_odds(double temperature, int rounds, const char *sampling)
{
    struct society *s = society_create(
        rounds,
        "[space]\ncontexts = [4, 3]\nmet = [0.7, 0.3]\nreference = %s\n[society]\nagents = 3\n"
        "[sampling]\nsamples = \"expected\"\n%s\n[[metric]]\nuse = \"metric.diversity\"\n"
        "[[intervention]]\nuse = \"intervention.temper\"\ntemperature = %.17g\n",
        society_array(start, K), sampling, temperature);
    society_run(s, battery_fresh(), hold_odds, &temperature);
    society_destroy(s);
}

static void log_odds_are_divided_round_by_round(void **state)
{
    (void)state;
    run_odds(1.25, ROUNDS, "dataset = \"shared\"");
    run_odds(1, ROUNDS, "dataset = \"shared\"");
    run_odds(10, ROUNDS, "dataset = \"shared\"");
    run_odds(.8, 8, "dataset = \"shared\"");
    run_odds(.2, 1, "dataset = \"shared\"");
    run_odds(1.5, ROUNDS, "dataset = \"per_agent\"");
    run_odds(1.5, ROUNDS, "dataset = \"per_agent\"\nmixing = 0.3"); /* all stay alike */
    battery_worst("expected data: log-odds divided by T, lost stays lost, every row");
}

/* ---- agents that differ -------------------------------------------------- */

static const double says[M][K] = {
    {.7, .1, .1, .1, .2, .5, .3}, {.1, .8, 0, .1, .6, .4, 0}, {.25, .25, .25, .25, 0, 0, 1}};
static const double weights[M] = {.5, .3, .2}, utility[K] = {0, 1, 2, 3, 1, 0, -1};

struct laws {
    double temperature, g;
};

/* Q_m^(1/T), where Q_m is prop. to exp(beta u) times what agent m would learn from. */
static bool hold_laws(void *argument, const struct replicate *r)
{
    const struct laws *laws = argument;
    double q[M][K], before[K], tempered_law[K];
    for (int m = 0; m < M; m++) {
        for (int z = 0; z < K; z++) {
            long double said = 0;
            for (int i = 0; i < M; i++)
                said += (long double)weights[i] * says[i][z];
            before[z] = (double)(expl(.5L * utility[z]) *
                                 ((1 - (long double)laws->g) * says[m][z] + laws->g * said));
        }
        raise(before, 1, q[m]);
        raise(q[m], 1 / (long double)laws->temperature, tempered_law);
        for (int z = 0; r->round == 1 && z < K; z++)
            battery_same("agent m learns Q_m^(1/T)", tempered_law[z], society_policy(r, m)[z],
                         tempered_law[z], BATTERY_EXACT);
    }
    for (int z = 0; r->round == 0 && z < K; z++) {
        double const law = weights[0] * q[0][z] + weights[1] * q[1][z] + weights[2] * q[2][z];
        battery_same("P_t is the mean of Q_m", law, r->live[SPACE_DISTRIBUTION][z], law,
                     BATTERY_EXACT);
    }
    return true;
}

static void every_agents_own_law_is_tempered(void **state)
{
    (void)state;
    static const struct laws all[] = {{1.25, 0}, {1.25, .5}, {2, .9}, {.5, .3}, {2, 1}};
    for (int i = 0; i < 5; i++) {
        struct laws laws = all[i];
        struct society *s = society_create(
            1,
            "[space]\ncontexts = [4, 3]\nmet = [0.7, 0.3]\nreference = %s\n"
            "attributes = { utility = %s }\n[society]\nagents = 3\nweights = %s\n"
            "[sampling]\ndataset = \"per_agent\"\nsamples = \"expected\"\nmixing = %.17g\n"
            "[selection]\nuse = \"selection.bias\"\nbeta = 0.5\n"
            "[[metric]]\nuse = \"metric.diversity\"\n"
            "[[intervention]]\nuse = \"intervention.temper\"\ntemperature = %.17g\n",
            society_array(start, K), society_array(utility, K), society_array(weights, M), laws.g,
            laws.temperature);
        society_begin(s, battery_fresh());
        for (int64_t m = 0; m < M; m++)
            society_say(s, m, says[m]);
        society_live(s, hold_laws, &laws);
        society_destroy(s);
    }
    battery_worst("expected data, mixing: every Q_m is tempered, not P_t");
}

/* The mean of laws drawn from; that they are sampled and not only expected. */
static bool note_laws(void *argument, const struct replicate *r)
{
    struct sample *sample = argument;
    for (int m = 0; r->round == 1 && m < 2; m++)
        sample_add(&sample[m], society_policy(r, m)[0]);
    return r->round < 1;
}

static void samples_follow_every_agents_tempered_law(void **state)
{
    (void)state;
    static const double first[2] = {.9, .1}, second[2] = {.2, .8};
    double const q[2] = {.9 * .7 + .2 * .3, .2 * .7 + .9 * .3}; /* mixing .6, equal weights */
    struct sample sample[2] = {0};
    struct society *s = society_create(
        1, "[space]\nreference = [0.5, 0.5]\n[society]\nagents = 2\n[sampling]\n"
           "dataset = \"per_agent\"\nsamples = 20\nmixing = 0.6\n[[metric]]\n"
           "use = \"metric.diversity\"\n[[intervention]]\nuse = \"intervention.temper\"\n"
           "temperature = 3\n");
    int64_t const replicates = battery_replicates(10000);
    for (int64_t i = 0; i < replicates; i++) {
        society_begin(s, battery_fresh());
        society_say(s, 0, first);
        society_say(s, 1, second);
        society_live(s, note_laws, sample);
    }
    society_destroy(s);
    for (int m = 0; m < 2; m++)
        battery_mean(m ? "samples from Q_2^(1/3), mixing .6" : "samples from Q_1^(1/3), mixing .6",
                     cbrt(q[m]) / (cbrt(q[m]) + cbrt(1 - q[m])), &sample[m]);
}

/* ---- of policies ---------------------------------------------------------- */

static const char spoken[] = PAIR "[[intervention]]\nuse = \"intervention.temper\"\n"
                                  "temperature = %.17g\nof = \"policies\"\n";

/* The first data are from the start itself, all later ones from what is said at T: so the chain of
 * tempered data, one round later. */
static void hold_spoken(double temperature)
{
    char name[96];
    struct chain chain;
    struct losses losses = {0};
    double law[CHAIN_COPIES + 1] = {0}, said = 0;
    chain_temper(&chain, N, temperature);
    for (int x = 0; x <= N; x++) {
        law[x] = forms_binomial(N, x, (double)COPIES / N);
        said += law[x] * chain.chance[x];
    }
    chain_run(&chain, LOSS - 1, law);
    struct society *s = society_create(LOSS, spoken, temperature);
    int64_t const replicates = battery_replicates(8000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_loss, &losses);
    society_destroy(s);
    snprintf(name, sizeof name, "temper of policies, T %g: E[P_1]", temperature);
    battery_mean(name, said, &losses.first);
    snprintf(name, sizeof name, "temper of policies, T %g: lost by 20", temperature);
    battery_share(name, law[0], losses.lost20, losses.count);
}

static void policies_at_a_temperature_lose_a_round_later(void **state)
{
    (void)state;
    hold_spoken(1.25);
    hold_spoken(.9);
}

/* Without noise and alone, what is learned from is what is said: P^(1/T) either way; of agents that
 * hear each other each says (Q_m)^(1/T), its own. */
static bool hold_alike(void *argument, const struct replicate *r)
{
    double(*rows)[ROUNDS + 1][K] = argument;
    double const scale = 1;
    bool const first = (*rows)[ROUNDS][0] <= 0;
    for (int z = 0; z < K; z++) {
        if (!first)
            battery_same("of = policies", (*rows)[r->round][z], r->mixture[z], scale,
                         BATTERY_RECURSION);
        else
            (*rows)[r->round][z] = r->mixture[z];
    }
    return true;
}

static void without_noise_either_way_is_the_same_law(void **state)
{
    (void)state;
    static double rows[ROUNDS + 1][K];
    static const char *const ways[] = {"of = \"data\"", "of = \"policies\""};
    memset(rows, 0, sizeof rows);
    int64_t const index = battery_fresh();
    for (int i = 0; i < 2; i++) {
        struct society *s = society_create(
            ROUNDS,
            "[space]\ncontexts = [4, 3]\nmet = [0.7, 0.3]\nreference = %s\n[society]\nagents = 3\n"
            "[sampling]\nsamples = \"expected\"\ndataset = \"per_agent\"\nmixing = 0.3\n"
            "[[metric]]\nuse = \"metric.diversity\"\n[[intervention]]\n"
            "use = \"intervention.temper\"\ntemperature = 1.2\n%s\n",
            society_array(start, K), ways[i]);
        society_run(s, index, hold_alike, &rows);
        society_destroy(s);
    }
    battery_worst("expected data: data at T or policies at T");
}

/* ---- schedules ------------------------------------------------------------- */

enum { FROM = 3, EVERY = 2, OVER = 8 };

/* It acts in rounds 3, 5, 7 ..., at 2 in round 3 and on the way to .8, where it is in round 11. */
static double power_by(int64_t rounds)
{
    double power = 1;
    for (int64_t t = FROM; t <= rounds; t += EVERY)
        power /= t < FROM + OVER ? 2 + (.8 - 2) * (double)(t - FROM) / OVER : .8;
    return power;
}

static bool hold_schedule(void *argument, const struct replicate *r)
{
    (void)argument;
    double const odds = log(r->mixture[0] / r->mixture[1]);
    battery_same("log-odds by the powers of a schedule", log(.4 / .3) * power_by(r->round), odds, 1,
                 BATTERY_EXACT);
    return true;
}

static void a_schedule_is_a_line_from_the_first_round_that_it_acts_in(void **state)
{
    (void)state;
    static const char *const ways[] = {"of = \"data\"", "of = \"policies\""};
    for (int i = 0; i < 2; i++) {
        struct society *s = society_create(
            20,
            "[space]\nreference = %s\n[society]\nagents = 2\n[sampling]\n"
            "samples = \"expected\"\n[[metric]]\nuse = \"metric.diversity\"\n[[intervention]]\n"
            "use = \"intervention.temper\"\ntemperature = 2\nto = 0.8\nover = 8\nfrom = 3\n"
            "every = 2\n%s\n",
            "[0.4, 0.3, 0.2, 0.1]", ways[i]);
        society_run(s, battery_fresh(), hold_schedule, NULL);
        society_destroy(s);
    }
    battery_worst("expected data: T from 2 to .8 in 8 rounds, every second one");
}

/* ---- the power of selection.sharpen is the same law ---------------------- */

static void the_power_of_sharpen_is_one_over_the_temperature(void **state)
{
    (void)state;
    struct chain chain;
    struct losses losses = {0};
    chain_temper(&chain, N, 1.25);
    double const lost = chain_lost(&chain, COPIES, LOSS);
    battery_printed(lost, ".187357");
    struct society *s = society_create(LOSS, sharpened, .8);
    int64_t const replicates = battery_replicates(8000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_loss, &losses);
    society_destroy(s);
    battery_mean("sharpen, power .8: E[P_1] of 2 copies of 20", chain.chance[COPIES],
                 &losses.first);
    battery_share("sharpen, power .8: 2 copies of 20 lost by 20", lost, losses.lost20,
                  losses.count);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_temperature_delays_or_hastens_loss),
        cmocka_unit_test(log_odds_are_divided_round_by_round),
        cmocka_unit_test(every_agents_own_law_is_tempered),
        cmocka_unit_test(samples_follow_every_agents_tempered_law),
        cmocka_unit_test(policies_at_a_temperature_lose_a_round_later),
        cmocka_unit_test(without_noise_either_way_is_the_same_law),
        cmocka_unit_test(a_schedule_is_a_line_from_the_first_round_that_it_acts_in),
        cmocka_unit_test(the_power_of_sharpen_is_one_over_the_temperature),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
