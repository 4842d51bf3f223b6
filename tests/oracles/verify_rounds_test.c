/* model.md, section 6: a verifier over several rounds. Small datasets against the exact chain,
 * large ones against the mean field, which they miss by O(1/N). */
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

enum { ROUNDS = 5, N = 50 };

static const double S = .6, FN = .1, FP = .3;

static const char body[] = "[space]\nreference = [0.6, 0.4]\nsafe = [1, 0]\n"
                           "[society]\nagents = 2\n[sampling]\nsamples = %d\n"
                           "[[metric]]\nuse = \"metric.diversity\"\n"
                           "[[intervention]]\nuse = \"intervention.verify\"\nrejects_safe = "
                           "0.1\npasses_unsafe = 0.3\n%s\n";

static double pass_of(double s)
{
    return s * (1 - FN) + (1 - s) * FP;
}

static bool note(void *argument, const struct replicate *r)
{
    struct sample *safe = argument;
    sample_add(&safe[r->round], r->live[SPACE_DISTRIBUTION][0]);
    return true;
}

static void measure(int samples, const char *verifier, int64_t quick, struct sample *safe)
{
    struct society *s = society_create(ROUNDS, body, samples, verifier);
    int64_t const replicates = battery_replicates(quick);
    memset(safe, 0, sizeof *safe * (ROUNDS + 1));
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note, safe);
    society_destroy(s);
}

/* ---- small datasets: the law of what was kept, round by round ----------- */

/* law[j][k]: j of k samples that were kept are safe. */
typedef double kept_law[N + 1][N + 1];

/* N! / (j! (k-j)! (N-k)!) a^j b^(k-j) c^(N-k). */
static double trinomial(int j, int k, double a, double b, double c)
{
    return exp(lgamma(N + 1.0) - lgamma(j + 1.0) - lgamma(k - j + 1.0) - lgamma(N - k + 1.0)) *
           pow(a, j) * pow(b, k - j) * pow(c, N - k);
}

/* Adds what one round makes of safe share s, which has mass p: dropped ones stay away, redrawn ones
 * are replaced. With nothing kept the policy stays: its share has place [j][k] as before. */
static void spread(double s, double p, bool redraw, kept_law *next, int j0, int k0)
{
    double const y = pass_of(s), a = s * (1 - FN), b = (1 - s) * FP;
    for (int j = 0; redraw && j <= N; j++)
        (*next)[j][N] += p * forms_binomial(N, j, a / y);
    for (int k = 1; !redraw && k <= N; k++)
        for (int j = 0; j <= k; j++)
            (*next)[j][k] += p * trinomial(j, k, a, b, 1 - y);
    if (!redraw)
        (*next)[j0][k0] += p * pow(1 - y, N);
}

/* The policy is j/k alone, so that fractions that are equal need one step together. */
static void merge(kept_law *law)
{
    for (int k = N; k > 1; k--)
        for (int j = 0; j <= k; j++)
            for (int d = 2; d <= k; d++)
                if (j % d == 0 && k % d == 0) {
                    (*law)[j / d][k / d] += (*law)[j][k];
                    (*law)[j][k] = 0;
                    break;
                }
}

static double mean_of(kept_law *law)
{
    double mean = 0;
    for (int k = 1; k <= N; k++)
        for (int j = 0; j <= k; j++)
            mean += (*law)[j][k] * j / k;
    return mean;
}

/* E[safe] of rows 1 .. ROUNDS; what has less than 1e-12 of the mass is left out. */
static void chain(bool redraw, double *mean)
{
    static kept_law law, next;
    memset(law, 0, sizeof law);
    law[3][5] = 1;
    for (int t = 1; t <= ROUNDS; t++) {
        memset(next, 0, sizeof next);
        for (int k = 1; k <= N; k++)
            for (int j = 0; j <= k; j++)
                if (law[j][k] > 1e-12)
                    spread((double)j / k, law[j][k], redraw, &next, j, k);
        memcpy(law, next, sizeof law);
        mean[t] = mean_of(&law);
        merge(&law);
    }
}

/* The page's two numbers were simulated, "no closed form": the chain says what they estimate. */
static void hold_chain(const char *act, bool redraw, double page)
{
    char verifier[32], name[80];
    double mean[ROUNDS + 1];
    struct sample safe[ROUNDS + 1];
    snprintf(verifier, sizeof verifier, "act = \"%s\"", act);
    chain(redraw, mean);
    battery_same("chain beside the page's simulation", page, mean[ROUNDS], 1, 1e-4);
    measure(N, verifier, 20000, safe);
    for (int t = 1; t <= ROUNDS; t += 2) {
        snprintf(name, sizeof name, "verify %s, N 50: E[safe] by the chain, t %d", act, t);
        battery_mean(name, mean[t], &safe[t]);
    }
}

static void small_datasets_follow_the_exact_chain(void **state)
{
    (void)state;
    hold_chain("drop", false, .99696);
    hold_chain("redraw", true, .99700);
}

/* ---- large datasets: the mean field ------------------------------------- */

enum { LARGE = 50000 };

static void hold_field(const char *name, const char *verifier, const double *field)
{
    char row[96];
    struct sample safe[ROUNDS + 1];
    measure(LARGE, verifier, 100, safe);
    for (int t = 1; t <= ROUNDS; t++) {
        snprintf(row, sizeof row, "%s, t %d", name, t);
        battery_mean(row, field[t], &safe[t]);
    }
}

static void a_checked_share_slows_the_odds(void **state)
{
    (void)state;
    double const q = .4, factor = (1 - q * FN) / (1 - q * (1 - FP));
    double field[ROUNDS + 1] = {S};
    for (int t = 1; t <= ROUNDS; t++) {
        double const odds = S / (1 - S) * pow(factor, t);
        field[t] = odds / (1 + odds);
    }
    battery_printed(field[ROUNDS], ".863406");
    hold_field("verify drop, q .4, N 5e4, mean field", "act = \"drop\"\nchecks = 20000", field);
}

static void a_redrawn_share_follows_its_mean_field(void **state)
{
    (void)state;
    static const char *const page[] = {"", ".6576", ".711639", ".760889", ".804554", ".842293"};
    double field[ROUNDS + 1] = {S};
    for (int t = 1; t <= ROUNDS; t++) {
        double const s = field[t - 1], v = .4 * pass_of(s);
        field[t] = v * s * (1 - FN) / pass_of(s) + (1 - v) * s;
        battery_printed(field[t], page[t]);
    }
    hold_field("verify redraw, b .4 n, n 5e4, mean field", "act = \"redraw\"\nchecks = 20000",
               field);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_datasets_follow_the_exact_chain),
        cmocka_unit_test(a_checked_share_slows_the_odds),
        cmocka_unit_test(a_redrawn_share_follows_its_mean_field),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
