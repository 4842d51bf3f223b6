/* model.md, section 3: contexts that share one dataset, so that rare ones see few samples. */
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

enum { K = FORMS_STATES, C = 3, N = 30, ROUNDS = 10 };

static const double met[C] = {.6, .3, .1};

static const char body[] =
    "[space]\ncontexts = [8, 8, 8]\nmet = %s\nreference = %s\n"
    "[society]\nagents = 2\n"
    "[sampling]\nsamples = %d\n"
    "[[metric]]\nuse = \"metric.safety\"\nagents = false\n"
    "[[metric]]\nuse = \"metric.safety\"\nas = \"alike\"\nweigh = \"uniform\"\nagents = false\n";

static struct {
    int covered, alike, blind;
    struct sample diversity1[C], diversity10[C], p10[C], tau, support, starved;
} seen;

static bool note(void *argument, const struct replicate *r)
{
    (void)argument;
    for (int c = 0; c < C; c++) {
        const double *p = r->live[SPACE_DISTRIBUTION] + c * K;
        if (r->round == 1)
            sample_add(&seen.diversity1[c], forms_diversity(p, K));
        if (r->round == ROUNDS)
            sample_add(&seen.diversity10[c], forms_diversity(p, K));
        if (r->round == ROUNDS)
            sample_add(&seen.p10[c], p[5]);
    }
    if (r->round == 1) {
        sample_add(&seen.tau, r->value[seen.covered]);
        sample_add(&seen.support, r->value[seen.alike]);
        sample_add(&seen.starved, (double)r->tally[1]);
        assert_true(r->value[seen.blind] <= 0); /* even mu = .1 is met more often than 1/N */
    }
    return true;
}

static int run_the_loop(void **state)
{
    (void)state;
    double reference[C * K];
    for (int c = 0; c < C; c++)
        memcpy(reference + c * K, forms_pi, sizeof forms_pi);
    struct society *s =
        society_create(ROUNDS, body, society_array(met, C), society_array(reference, C * K), N);
    memset(&seen, 0, sizeof seen);
    seen.covered = society_output(s, "safety.coverage");
    seen.alike = society_output(s, "alike.coverage_support");
    seen.blind = society_output(s, "alike.blind");
    assert_int_equal(society_tally(s, "sampling.starved_contexts"), 1);
    int64_t const replicates = battery_replicates(20000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note, NULL);
    society_destroy(s);
    return 0;
}

/* e_c = sum_{n >= 1} Bin(N, mu)(n) / n: a context that is not met learns nothing. */
static double loss(double mu)
{
    double e = 0;
    for (int n = 1; n <= N; n++)
        e += forms_binomial(N, n, mu) / n;
    return e;
}

static void diversity_falls_by_the_samples_a_context_gets(void **state)
{
    (void)state;
    char name[80];
    battery_printed(loss(.1), ".409966");
    for (int c = 0; c < C; c++) {
        snprintf(name, sizeof name, "E[H_c,t] = H_0 (1-e_c)^t, mu %.1f, t 1", met[c]);
        battery_mean(name, FORMS_H * (1 - loss(met[c])), &seen.diversity1[c]);
        snprintf(name, sizeof name, "E[H_c,t] = H_0 (1-e_c)^t, mu %.1f, t 10", met[c]);
        battery_mean(name, FORMS_H * pow(1 - loss(met[c]), ROUNDS), &seen.diversity10[c]);
        snprintf(name, sizeof name, "E[P_t(z|c)] = P_0(z|c), mu %.1f, t 10", met[c]);
        battery_mean(name, forms_pi[5], &seen.p10[c]);
    }
}

static void support_of_contexts_after_one_round(void **state)
{
    (void)state;
    double lost = 0;
    for (int c = 0; c < C; c++)
        for (int z = 0; z < K; z++)
            lost += forms_pi[z] / C * (pow(1 - met[c] * forms_pi[z], N) - pow(1 - met[c], N));
    battery_printed(1 - lost, ".702009");
    battery_mean("contexts: E[Cov_1(0+)], nu uniform", 1 - lost, &seen.support);
}

/* A state stays covered by the frequency that its context shows, or unseen as it was. */
static double covered(double mu, double p, double tau)
{
    double sum = forms_binomial(N, 0, mu) * (mu * p >= tau * (1 - 0x1p-40));
    for (int n = 1; n <= N; n++)
        sum += forms_binomial(N, n, mu) * forms_binomial_tail(n, forms_copies(tau / mu, n), p);
    return sum;
}

static void coverage_of_contexts_after_one_round(void **state)
{
    (void)state;
    double sum = 0;
    for (int c = 0; c < C; c++)
        for (int z = 0; z < K; z++)
            sum += met[c] * forms_pi[z] * covered(met[c], forms_pi[z], 1.0 / N);
    battery_printed(sum, ".733445");
    battery_mean("contexts: E[Cov_1(1/N)], nu = mu", sum, &seen.tau);
}

static void unmet_contexts_are_counted_as_starved(void **state)
{
    (void)state;
    double starved = 0;
    for (int c = 0; c < C; c++)
        starved += pow(1 - met[c], N);
    battery_mean("contexts: E[starved, t 1] = sum (1-mu)^N", starved, &seen.starved);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(diversity_falls_by_the_samples_a_context_gets),
        cmocka_unit_test(support_of_contexts_after_one_round),
        cmocka_unit_test(coverage_of_contexts_after_one_round),
        cmocka_unit_test(unmet_contexts_are_counted_as_starved),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, run_the_loop, NULL);
    return battery_end(failed);
}
