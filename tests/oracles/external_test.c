/* oracles.md, section 3: three ways to bring data from outside, and how far each lets a society
 * drift from its source: V_t = E|p_t - pi|^2. The first two are easily taken for one another. */
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

enum { K = FORMS_STATES, N = 50, ROUNDS = 360, SETTLED = 60 };

#define ALPHA .1

/* ---- the three laws ------------------------------------------------------ */

/* V' = keep V + add. */
struct shares {
    double keep, add;
};

/* |(1-alpha)(p - pi)|^2, and of N draws from that law one N-th of its diversity. */
static struct shares share_law(double alpha)
{
    return (struct shares){(1 - alpha) * (1 - alpha) * (1 - 1.0 / N), FORMS_H / N};
}

/* The same, but alpha N draws from pi and the rest from p have each their own diversity. */
static struct shares count_law(double alpha)
{
    return (struct shares){(1 - alpha) * (1 - alpha) - (1 - alpha) / N, FORMS_H / N};
}

/* The master recursion: p' = a p + b x/N + c pi. */
static struct shares weight_law(double b, double c)
{
    return (struct shares){(1 - c) * (1 - c) - b * b / N, b * b / N * FORMS_H};
}

static double settled(struct shares law)
{
    return law.add / (1 - law.keep);
}

static double after(struct shares law, double v, int rounds)
{
    for (int t = 0; t < rounds; t++)
        v = law.keep * v + law.add;
    return v;
}

/* ---- measured ------------------------------------------------------------ */

/* A replicate's V in row 3, and its mean over the rows in which V is at V*. */
struct drifted {
    double mean;
    struct sample third, end;
};

static double distance(const double *p)
{
    double v = 0;
    for (int z = 0; z < K; z++)
        v += (p[z] - forms_pi[z]) * (p[z] - forms_pi[z]);
    return v;
}

static bool note(void *argument, const struct replicate *r)
{
    struct drifted *drifted = argument;
    double const v = distance(r->mixture);
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

static struct drifted measure(const char *rest, int64_t quick)
{
    struct drifted drifted = {0};
    struct society *s =
        society_create(ROUNDS,
                       "[space]\nreference = %s\n[society]\nagents = 2\n[sampling]\nsamples = 50\n"
                       "[[metric]]\nuse = \"metric.diversity\"\n%s",
                       society_array(forms_pi, K), rest);
    int64_t const replicates = battery_replicates(quick);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note, &drifted);
    society_destroy(s);
    return drifted;
}

static struct drifted hold(const char *name, const char *rest, struct shares law, const char *page,
                           int64_t quick)
{
    char row[96];
    struct drifted const drifted = measure(rest, quick);
    battery_printed(settled(law), page);
    assert_true(fabs(after(law, 0, SETTLED) - settled(law)) < 1e-5 * settled(law));
    snprintf(row, sizeof row, "%s: V_3", name);
    battery_mean(row, after(law, 0, 3), &drifted.third);
    snprintf(row, sizeof row, "%s: V*, rows %d to %d", name, SETTLED + 1, ROUNDS);
    battery_mean(row, settled(law), &drifted.end);
    return drifted;
}

#define EXTERNAL "[[intervention]]\nuse = \"intervention.external\"\n"

/* That the measured mean could not have come from the other law: more than 4 standard errors. */
static void tell_apart(const char *name, double other, const struct sample *sample)
{
    double const n = (double)sample->count, error = sqrt(sample->square / (n - 1) / n);
    printf("%-58s %14.8g %14.8g %10.2g %7.2f\n", name, other, sample->mean, error,
           (sample->mean - other) / error);
    assert_true(fabs(sample->mean - other) > 4 * error);
}

static void a_share_and_a_count_are_different_laws(void **state)
{
    (void)state;
    struct drifted const share =
        hold("share .1", EXTERNAL "share = 0.1\n", share_law(ALPHA), ".079166", 8000);
    struct drifted const count =
        hold("count 5 of 50", EXTERNAL "count = 5\n", count_law(ALPHA), ".0784808", 8000);
    tell_apart("(share .1 is not the law of count)", settled(count_law(ALPHA)), &share.end);
    tell_apart("(count 5 is not the law of share)", settled(share_law(ALPHA)), &count.end);
}

static void a_weight_is_the_master_recursion(void **state)
{
    (void)state;
    hold("weight .1 after rate 1", EXTERNAL "weight = 0.1\n", weight_law(.9, .1), ".064124", 1000);
    hold("weight .1 after rate 4/9: (.5,.4,.1)",
         "[update]\nuse = \"update.mle\"\nrate = 0.44444444444444444\n" EXTERNAL "weight = 0.1\n",
         weight_law(.4, .1), ".013519", 1000);
}

/* ---- from a point mass all three differ in one round --------------------- */

static bool note_first(void *argument, const struct replicate *r)
{
    if (r->round == 1)
        sample_add(argument, distance(r->mixture));
    return r->round < 1;
}

static void hold_first(const char *name, const char *rest, double expected)
{
    struct sample sample = {0};
    struct society *s = society_create(
        1,
        "[space]\nreference = %s\n[society]\nagents = 2\nstart = [1, 0, 0, 0, 0, 0, 0, 0]\n"
        "[sampling]\nsamples = 50\n[[metric]]\nuse = \"metric.diversity\"\n" EXTERNAL "%s",
        society_array(forms_pi, K), rest);
    int64_t const replicates = battery_replicates(20000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_first, &sample);
    society_destroy(s);
    battery_mean(name, expected, &sample);
}

static void one_round_from_a_point_mass_tells_the_laws_apart(void **state)
{
    (void)state;
    double q[K], from[K] = {1}, mixed = 0;
    for (int z = 0; z < K; z++) {
        q[z] = (1 - ALPHA) * from[z] + ALPHA * forms_pi[z];
        mixed += (1 - ALPHA) * (1 - ALPHA) * (from[z] - forms_pi[z]) * (from[z] - forms_pi[z]);
    }
    hold_first("share .1 from a point mass: V_1", "share = 0.1\n",
               mixed + forms_diversity(q, K) / N);
    hold_first("count 5 from a point mass: V_1", "count = 5\n", mixed + ALPHA * FORMS_H / N);
    hold_first("weight .1 from a point mass: V_1", "weight = 0.1\n", mixed);
}

/* ---- per agent, other agents dilute the noise ---------------------------- */

/* M equal agents, each with N of its own: one dataset of M N for the mixture. */
static bool note_end(void *argument, const struct replicate *r)
{
    if (r->round == 60)
        sample_add(argument, distance(r->mixture));
    return true;
}

static void agents_with_data_of_their_own_drift_less(void **state)
{
    (void)state;
    static const char *const rests[] = {"share = 0.2\n", "count = 5\n"};
    double const a = .2, all = 4 * 25;
    struct shares const laws[] = {{(1 - a) * (1 - a) * (1 - 1 / all), FORMS_H / all},
                                  {(1 - a) * (1 - a) - (1 - a) / all, FORMS_H / all}};
    for (int i = 0; i < 2; i++) {
        struct sample sample = {0};
        struct society *s = society_create(
            60,
            "[space]\nreference = %s\n[society]\nagents = 4\n[sampling]\nsamples = 25\n"
            "dataset = \"per_agent\"\n[[metric]]\nuse = \"metric.diversity\"\n" EXTERNAL "%s",
            society_array(forms_pi, K), rests[i]);
        int64_t const replicates = battery_replicates(3000);
        for (int64_t k = 0; k < replicates; k++)
            society_run(s, battery_fresh(), note_end, &sample);
        society_destroy(s);
        battery_mean(i ? "per_agent, M 4, count 5 of 25: V_60" : "per_agent, M 4, share .2: V_60",
                     after(laws[i], 0, 60), &sample);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_and_a_count_are_different_laws),
        cmocka_unit_test(a_weight_is_the_master_recursion),
        cmocka_unit_test(one_round_from_a_point_mass_tells_the_laws_apart),
        cmocka_unit_test(agents_with_data_of_their_own_drift_less),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
