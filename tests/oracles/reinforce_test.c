/* update.reinforce against model.md, section 3: the gradient, its baselines, its fixed points. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "society.h"

static const double P = .3, D = .75;

#define BODY(policy)                                                                               \
    "[space]\nreference = [0.3, 0.7]\n"                                                            \
    "attributes = { one = [1, 0], other = [0, 1], utility = [0.75, 0], even = [0.3, 0.3] }\n"      \
    "[society]\nagents = 3\npolicy = " policy "\n"                                                 \
    "[[metric]]\nuse = \"metric.diversity\"\n"                                                     \
    "[update]\nuse = \"update.reinforce\"\n"

#define ONE     "{ use = \"policy.loglinear\", features = [\"one\"] }"
#define TWO     "{ use = \"policy.loglinear\", features = [\"one\", \"other\"] }"
#define TABULAR "\"policy.categorical\""

#define PLAIN    "utility = 1\nagreement = 0\nnormalise = false\n"
#define EXPECTED "[sampling]\nsamples = \"expected\"\n"

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

static double logit(double p)
{
    return log(p / (1 - p));
}

static double logit_of(const struct replicate *r)
{
    const double *p = society_policy(r, 0);
    return log(p[0] / p[1]);
}

/* ---- expected data: the gradient itself --------------------------------- */

/* logit += eta (factor p (1 - p) D + pulls), round by round. */
struct ascent {
    double eta, factor, gap, beta, tau, logit;
};

static bool hold_ascent(void *argument, const struct replicate *r)
{
    struct ascent *a = argument;
    if (r->round > 0) {
        double const p = logistic(a->logit), slope = p * (1 - p);
        a->logit += a->eta * a->factor * slope *
                    (a->gap - a->beta * (a->logit - logit(P)) - a->tau * a->logit);
    }
    battery_same("logit", a->logit, logit_of(r), 1, BATTERY_RECURSION);
    return true;
}

static void ascend(const char *body, struct ascent a)
{
    struct society *s = society_create(25, "%s", body);
    a.logit = logit(P);
    society_run(s, battery_fresh(), hold_ascent, &a);
    society_destroy(s);
}

static void expected_data_follow_the_gradient(void **state)
{
    (void)state;
    ascend(BODY(ONE) PLAIN EXPECTED, (struct ascent){1, 1, D, 0, 0, 0});
    ascend(BODY(TWO) PLAIN EXPECTED, (struct ascent){1, 2, D, 0, 0, 0});
    ascend(BODY(TABULAR) PLAIN EXPECTED, (struct ascent){1, 2, D, 0, 0, 0});
    ascend(BODY(ONE) PLAIN "rate = 3\nbaseline = \"none\"\n" EXPECTED,
           (struct ascent){3, 1, D, 0, 0, 0});
    ascend(BODY(ONE) PLAIN "baseline = \"mean\"\n" EXPECTED, (struct ascent){1, 1, D, 0, 0, 0});
    ascend(BODY(ONE) PLAIN "penalty = 0.5\nentropy = 0.25\n" EXPECTED,
           (struct ascent){1, 1, D, .5, .25, 0});
    ascend(BODY(TABULAR) PLAIN "penalty = 0.5\nentropy = 0.25\n" EXPECTED,
           (struct ascent){1, 2, D, .5, .25, 0});
    battery_worst("reinforce, expected data: logit += eta p(1-p) D, two one-hot features 2");
}

/* Normalised by s_r: of rewards 0 and D alone it is D sqrt(p (1 - p)); peers add to it. */
struct scaled {
    double ups, kap, peers, logit;
};

static bool hold_scaled(void *argument, const struct replicate *r)
{
    struct scaled *a = argument;
    if (r->round > 0) {
        double const p = logistic(a->logit);
        double const gap = a->ups * D + a->kap * (p - (1 - p));
        double const peers = a->peers > 0 ? a->kap * a->kap * p * (1 - p) / a->peers : 0;
        a->logit += p * (1 - p) * gap / sqrt(p * (1 - p) * gap * gap + peers);
    }
    battery_same("logit", a->logit, logit_of(r), 1, BATTERY_RECURSION);
    return true;
}

static void rewards_are_in_units_of_their_standard_deviation(void **state)
{
    (void)state;
    static const struct scaled rows[] = {{1, 0, 0, 0}, {1, .5, 0, 0}, {1, .5, 10, 0}, {0, 1, 7, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scaled a = rows[i];
        struct society *s = society_create(
            15, BODY(ONE) "utility = %.17g\nagreement = %.17g\npeers = %d\n" EXPECTED, a.ups, a.kap,
            (int)a.peers);
        a.logit = logit(P);
        society_run(s, battery_fresh(), hold_scaled, &a);
        society_destroy(s);
    }
    battery_worst("reinforce, normalised: logit += p(1-p) gap / s_r, with what peers add to s_r");
}

/* ---- fixed points ------------------------------------------------------- */

static bool note_logit(void *argument, const struct replicate *r)
{
    *(double *)argument = logit_of(r);
    return true;
}

static void expect_fixed_point(const char *name, const char *body, double formula)
{
    double last = 0;
    struct society *s = society_create(400, "%s", body);
    society_run(s, battery_fresh(), note_logit, &last);
    society_destroy(s);
    battery_exact(name, formula, last, 1, BATTERY_RECURSION);
}

static void bonuses_end_at_their_fixed_points(void **state)
{
    (void)state;
    expect_fixed_point("reinforce, KL penalty .5: log-odds l_0 + D/beta",
                       BODY(ONE) PLAIN "penalty = 0.5\n" EXPECTED, logit(P) + D / .5);
    expect_fixed_point("reinforce, KL penalty to an even anchor: D/beta",
                       BODY(ONE) PLAIN "penalty = 0.5\nanchor = \"even\"\n" EXPECTED, D / .5);
    expect_fixed_point("reinforce, entropy bonus .5: D/tau",
                       BODY(TABULAR) PLAIN "entropy = 0.5\n" EXPECTED, D / .5);
}

/* ---- samples ------------------------------------------------------------ */

static bool note_step(void *argument, const struct replicate *r)
{
    struct sample *steps = argument;
    if (r->round == 1)
        sample_add(steps, logit_of(r) - logit(P));
    return true;
}

static void expect_step(const char *name, const char *body, double formula)
{
    struct sample steps = {0};
    struct society *s = society_create(1, "%s[sampling]\nsamples = 8\n", body);
    for (int64_t n = battery_replicates(20000); n > 0; n--)
        society_run(s, battery_fresh(), note_step, &steps);
    society_destroy(s);
    battery_mean(name, formula, &steps);
}

static void leaving_one_out_is_unbiased_and_the_batch_mean_is_not(void **state)
{
    (void)state;
    double const full = P * (1 - P) * D, agreed = P * (1 - P) * (P - (1 - P));
    expect_step("reinforce, n 8, leave one out: E[step] = p(1-p)D", BODY(ONE) PLAIN, full);
    expect_step("reinforce, n 8, batch mean: E[step] = (1-1/n) p(1-p)D",
                BODY(ONE) PLAIN "baseline = \"mean\"\n", full * 7 / 8);
    expect_step("reinforce, n 8, no baseline: E[step] = p(1-p)D",
                BODY(ONE) PLAIN "baseline = \"none\"\n", full);
    expect_step("reinforce, n 8, tabular: E[step] = 2p(1-p)D", BODY(TABULAR) PLAIN, 2 * full);
    expect_step("reinforce, n 8, agreement of 10 peers: E[step] = p(1-p)(2p-1)",
                BODY(ONE) "utility = 0\nagreement = 1\nnormalise = false\n", agreed);
}

/* ---- off policy --------------------------------------------------------- */

/* Two agents that say .9 and .1 teach each other: what is exact for any g, given the weights, is
 * each agent's own gradient. With a cap it is short of it. */
struct off {
    double mixing, cap;
};

static double weight_of(const struct off *off, double p)
{
    return fmin(off->cap, p / ((1 - off->mixing) * p + off->mixing * .5));
}

static bool hold_off(void *argument, const struct replicate *r)
{
    const struct off *off = argument;
    double const g = off->mixing, own = .9, q = (1 - g) * own + g * .5;
    if (r->round == 0)
        return true;
    /* b is the mean of r over the data; the gradient at a logit is weight - G p. */
    double const high = q * weight_of(off, own) * (1 - q), low = (1 - q) * -q * weight_of(off, .1);
    double const logits = (high - (high + low) * own) - (low - (high + low) * .1);
    battery_same("logit", logit(own) + logits, logit_of(r), 1, BATTERY_EXACT * 100);
    if (off->cap > 5)
        battery_same("logit", logit(own) + 2 * .09, logit_of(r), 1, BATTERY_EXACT * 100);
    return true;
}

static void what_others_said_is_weighed_by_what_one_says_oneself(void **state)
{
    (void)state;
    static const struct off rows[] = {{1, 10}, {.5, 10}, {0, 10}, {1, 1}, {.5, 1.25}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct off off = rows[i];
        struct society *s =
            society_create(1,
                           "[space]\nreference = [0.5, 0.5]\nattributes = { utility = [1, 0] }\n"
                           "[society]\nagents = 2\n[sampling]\nsamples = \"expected\"\n"
                           "dataset = \"per_agent\"\nmixing = %.17g\n"
                           "[update]\nuse = \"update.reinforce\"\ncap = %.17g\n" PLAIN
                           "[[metric]]\nuse = \"metric.diversity\"\n",
                           off.mixing, off.cap);
        society_begin(s, battery_fresh());
        society_say(s, 0, (double[]){.9, .1});
        society_say(s, 1, (double[]){.1, .9});
        society_live(s, hold_off, &off);
        society_destroy(s);
    }
    battery_worst("reinforce off policy, own .9, mixture .5: gradient .0900 for any mixing");
}

/* ---- nothing to learn --------------------------------------------------- */

struct still {
    double p[2];
};

static bool hold_still(void *argument, const struct replicate *r)
{
    struct still *still = argument;
    if (r->round == 0)
        memcpy(still->p, society_policy(r, 0), sizeof still->p);
    assert_memory_equal(still->p, society_policy(r, 0), sizeof still->p);
    return true;
}

static void constant_rewards_move_nothing_at_all(void **state)
{
    (void)state;
    static const char *const policies[] = {BODY(ONE), BODY(TWO), BODY(TABULAR)};
    static const char *const keys[] = {"", "baseline = \"mean\"\n", "normalise = false\n",
                                       "normalise = false\nbaseline = \"mean\"\n"};
    static const char *const samples[] = {"9", "1", "\"expected\""};
    for (int i = 0; i < 36; i++) {
        struct still still = {{0}};
        struct society *s =
            society_create(5, "%sagreement = 0\nuseful = \"even\"\n%s[sampling]\nsamples = %s\n",
                           policies[i % 3], keys[i / 3 % 4], samples[i / 12]);
        society_run(s, battery_fresh(), hold_still, &still);
        society_destroy(s);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expected_data_follow_the_gradient),
        cmocka_unit_test(rewards_are_in_units_of_their_standard_deviation),
        cmocka_unit_test(bonuses_end_at_their_fixed_points),
        cmocka_unit_test(leaving_one_out_is_unbiased_and_the_batch_mean_is_not),
        cmocka_unit_test(what_others_said_is_weighed_by_what_one_says_oneself),
        cmocka_unit_test(constant_rewards_move_nothing_at_all),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
