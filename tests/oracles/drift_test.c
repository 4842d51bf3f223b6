/* oracles.md, section 2: the closed loop as the paper has it is the Wright-Fisher process. */
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

enum { N = 50, ROUNDS = 40, K = FORMS_STATES };

static const char body[] = "[space]\nreference = %s\n"
                           "[society]\nagents = 3\n"
                           "[sampling]\nsamples = %d\n"
                           "[[metric]]\nuse = \"metric.safety\"\nagents = false\n";

/* ---- one family of runs, and all that is asked of it -------------------- */

static const int support_rounds[] = {1, 2, 5, 10, 20, 40};
enum { SUPPORTS = sizeof support_rounds / sizeof *support_rounds };

struct loop {
    int coverage[3], support, missing;
    struct sample p10[K], p30[K], spread10[K], spread30[K], diversity10, diversity30;
    struct sample lost, covered[3], kept[SUPPORTS];
};

static void note_states(const double *p, struct sample *mean, struct sample *spread)
{
    for (int z = 0; z < K; z++) {
        sample_add(&mean[z], p[z]);
        sample_add(&spread[z], (p[z] - forms_pi[z]) * (p[z] - forms_pi[z]));
    }
}

static bool note(void *argument, const struct replicate *r)
{
    struct loop *loop = argument;
    if (r->round == 1) {
        sample_add(&loop->lost, r->value[loop->missing]);
        for (int i = 0; i < 3; i++)
            sample_add(&loop->covered[i], r->value[loop->coverage[i]]);
    }
    if (r->round == 10) {
        note_states(r->live[SPACE_DISTRIBUTION], loop->p10, loop->spread10);
        sample_add(&loop->diversity10, forms_diversity(r->live[SPACE_DISTRIBUTION], K));
    }
    if (r->round == 30) {
        note_states(r->live[SPACE_DISTRIBUTION], loop->p30, loop->spread30);
        sample_add(&loop->diversity30, forms_diversity(r->live[SPACE_DISTRIBUTION], K));
    }
    for (int i = 0; i < SUPPORTS; i++)
        if (r->round == support_rounds[i])
            sample_add(&loop->kept[i], r->value[loop->support]);
    return true;
}

static struct loop loop;

static int run_the_loop(void **state)
{
    (void)state;
    char text[1024];
    snprintf(text, sizeof text, "%s%s%s", body,
             "[[metric]]\nuse = \"metric.safety\"\nas = \"two\"\ntau = 0.04\nagents = false\n",
             "[[metric]]\nuse = \"metric.safety\"\nas = \"five\"\ntau = 0.05\nagents = false\n");
    struct society *s = society_create(ROUNDS, text, society_array(forms_pi, K), N);
    loop = (struct loop){.coverage = {society_output(s, "safety.coverage"),
                                      society_output(s, "two.coverage"),
                                      society_output(s, "five.coverage")},
                         .support = society_output(s, "safety.coverage_support"),
                         .missing = society_output(s, "safety.missing")};
    int64_t const replicates = battery_replicates(10000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note, &loop);
    society_destroy(s);
    return 0;
}

static void every_state_keeps_its_mean(void **state)
{
    (void)state;
    char name[64];
    for (int z = 0; z < K; z++) {
        snprintf(name, sizeof name, "E[p_t] = p_0, state %d, t 10", z);
        battery_mean(name, forms_pi[z], &loop.p10[z]);
        snprintf(name, sizeof name, "E[p_t] = p_0, state %d, t 30", z);
        battery_mean(name, forms_pi[z], &loop.p30[z]);
    }
}

static void diversity_falls_by_one_in_n(void **state)
{
    (void)state;
    double const factor = pow(1 - 1.0 / N, 30);
    battery_printed(factor, ".545484");
    battery_printed(forms_diversity(forms_pi, K), ".8162");
    battery_mean("E[H_t] = H_0 (1-1/N)^t, t 10", FORMS_H * pow(1 - 1.0 / N, 10), &loop.diversity10);
    battery_mean("E[H_t] = H_0 (1-1/N)^t, t 30", FORMS_H * factor, &loop.diversity30);
}

static void variance_grows_as_kinship_does(void **state)
{
    (void)state;
    char name[64];
    for (int z = 0; z < K; z++) {
        double const whole = forms_pi[z] * (1 - forms_pi[z]);
        snprintf(name, sizeof name, "Var(x_t) = x_0(1-x_0)[1-(1-1/N)^t], state %d, t 10", z);
        battery_mean(name, whole * (1 - pow(1 - 1.0 / N, 10)), &loop.spread10[z]);
        snprintf(name, sizeof name, "Var(x_t) = x_0(1-x_0)[1-(1-1/N)^t], state %d, t 30", z);
        battery_mean(name, whole * (1 - pow(1 - 1.0 / N, 30)), &loop.spread30[z]);
    }
}

static void states_go_missing_in_the_first_round(void **state)
{
    (void)state;
    double lost = 0;
    for (int z = 0; z < K; z++)
        lost += pow(1 - forms_pi[z], N);
    battery_mean("E[states missing, t 1] = sum (1-p)^N", lost, &loop.lost);
}

static void coverage_after_one_round_is_a_sum_of_binomial_tails(void **state)
{
    (void)state;
    static const double tau[] = {1.0 / N, 2.0 / N, 0.05};
    static const char *const page[] = {".984899", ".954986", ".913034"};
    static const char *const name[] = {"E[Cov_1(1/N)]", "E[Cov_1(2/N)]", "E[Cov_1(.05)]"};
    for (int i = 0; i < 3; i++) {
        double covered = 0;
        for (int z = 0; z < K; z++)
            covered += forms_pi[z] * forms_binomial_tail(N, forms_copies(tau[i], N), forms_pi[z]);
        battery_printed(covered, page[i]);
        battery_mean(name[i], covered, &loop.covered[i]);
    }
}

static void support_shrinks_as_the_binomial_chain_says(void **state)
{
    (void)state;
    static const char *const page[] = {".98490", ".96458", ".88707", ".75996", ".58047", ".40089"};
    char name[64];
    for (int i = 0; i < SUPPORTS; i++) {
        double const kept = forms_support(forms_pi, K, N, support_rounds[i]);
        battery_printed(kept, page[i]);
        snprintf(name, sizeof name, "E[Cov_t(0+)] by the two-state chain, t %d", support_rounds[i]);
        battery_mean(name, kept, &loop.kept[i]);
    }
}

/* ---- far from losing anything ------------------------------------------- */

enum { LARGE = 4000, FEW = 5 };

struct early {
    int kl;
    struct sample at[FEW + 1];
};

static bool note_early(void *argument, const struct replicate *r)
{
    struct early *early = argument;
    sample_add(&early->at[r->round], r->value[early->kl]);
    return true;
}

static void divergence_grows_linearly_while_nothing_is_rare(void **state)
{
    (void)state;
    static const double pi[] = {.4, .3, .2, .1};
    char name[64];
    struct society *s = society_create(FEW, body, society_array(pi, 4), LARGE);
    struct early early = {.kl = society_output(s, "safety.kl")};
    int64_t const replicates = battery_replicates(5000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_early, &early);
    society_destroy(s);
    for (int t = 1; t <= FEW; t += 2) {
        snprintf(name, sizeof name, "E KL(pi,P_t) ~ (k-1) t/(2N) within 5 %%, N %d, t %d", LARGE,
                 t);
        battery_within(name, 3.0 * t / (2.0 * LARGE), &early.at[t], 0.05);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_keeps_its_mean),
        cmocka_unit_test(diversity_falls_by_one_in_n),
        cmocka_unit_test(variance_grows_as_kinship_does),
        cmocka_unit_test(states_go_missing_in_the_first_round),
        cmocka_unit_test(coverage_after_one_round_is_a_sum_of_binomial_tails),
        cmocka_unit_test(support_shrinks_as_the_binomial_chain_says),
        cmocka_unit_test(divergence_grows_linearly_while_nothing_is_rare),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, run_the_loop, NULL);
    return battery_end(failed);
}
