/* policy.loglinear against model.md, section 3: what gradient steps keep, and what they do not. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "battery.h"
#include "forms.h"
#include "society.h"

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

static double logit(double p)
{
    return log(p / (1 - p));
}

/* ---- one logit, steps toward samples ------------------------------------ */

/* The page's .8986, .8780 and .8002 are means of simulations; these are exact to the last digit. */

enum { GRID = 6001, N = 50 };
static const double LOW = -20, WIDTH = 0.01;

/* A function of the logit, given at LOW + WIDTH i: by the four points around. Beyond the ends P is
 * 0 or 1 to nine digits, and the function flat. */
static double between(const double *f, double x)
{
    double const at = fmin(fmax((x - LOW) / WIDTH, 1), GRID - 3);
    int const i = (int)at;
    double const t = at - i;
    return -t * (t - 1) * (t - 2) / 6 * f[i - 1] + (t + 1) * (t - 1) * (t - 2) / 2 * f[i] -
           (t + 1) * t * (t - 2) / 2 * f[i + 1] + (t + 1) * t * (t - 1) / 6 * f[i + 2];
}

/* E[P(S)] after so many rounds of logit += eta (x/N - p), x ~ Bin(N, p): backward, round by round.
 */
static double expected_share(double start, double eta, int rounds)
{
    static double now[GRID], next[GRID];
    for (int i = 0; i < GRID; i++)
        next[i] = logistic(LOW + WIDTH * i);
    for (int t = 0; t < rounds; t++) {
        for (int i = 0; i < GRID; i++) {
            double const x = LOW + WIDTH * i, p = logistic(x);
            now[i] = 0;
            for (int k = 0; k <= N; k++)
                now[i] += forms_binomial(N, k, p) * between(next, x + eta * ((double)k / N - p));
        }
        for (int i = 0; i < GRID; i++)
            next[i] = now[i];
    }
    return between(next, logit(start));
}

struct steps {
    struct sample share, logit;
};

static bool note_last(void *argument, const struct replicate *r)
{
    struct steps *steps = argument;
    if (r->round < r->plan->shape.rounds)
        return true;
    double const p = society_policy(r, 0)[0];
    sample_add(&steps->share, p);
    sample_add(&steps->logit, log(p / society_policy(r, 0)[1]));
    return true;
}

static void noise_in_a_logit_pulls_a_majority_toward_one_half(void **state)
{
    (void)state;
    static const struct {
        double eta;
        const char *printed;
    } rows[] = {{1, ".898686"}, {4, ".877847"}, {11.1, ".799931"}};
    for (int i = 0; i < 3; i++) {
        double const formula = expected_share(.9, rows[i].eta, 20);
        struct steps steps = {.share = {0}};
        struct society *s = society_create(
            20,
            "[space]\nreference = [0.9, 0.1]\nattributes = { one = [1, 0] }\n"
            "[society]\nagents = 2\npolicy = { use = \"policy.loglinear\", features = [\"one\"], "
            "step = %.17g }\n[sampling]\nsamples = 50\n[[metric]]\nuse = \"metric.diversity\"\n",
            rows[i].eta);
        battery_printed(formula, rows[i].printed);
        for (int64_t n = battery_replicates(4000); n > 0; n--)
            society_run(s, battery_fresh(), note_last, &steps);
        society_destroy(s);
        battery_mean("loglinear, gradient steps, N 50, t 20: E[P(S)]", formula, &steps.share);
        battery_mean("loglinear, gradient steps, N 50, t 20: E[theta]", logit(.9), &steps.logit);
    }
}

/* ---- features are shared by contexts ------------------------------------ */

/* Two contexts, the second never met, with other features and another base: both by one theta. */
static const double PHI[2][6] = {{1, .5, 0, .25, -1, 0}, {0, 1, -.5, 2, .125, .75}};
static const double BASE[6] = {.2, .5, .3, .1, .3, .6};
static const double TARGET[3] = {.7, .2, .1};

static void say_with(const double theta[2], double p[6])
{
    for (int c = 0; c < 2; c++) {
        double sum = 0;
        for (int z = 3 * c; z < 3 * c + 3; z++)
            sum += p[z] = BASE[z] * exp(theta[0] * PHI[0][z] + theta[1] * PHI[1][z]);
        for (int z = 3 * c; z < 3 * c + 3; z++)
            p[z] /= sum;
    }
}

/* One step of size eta toward `target` in the first context. */
static void step_toward(const double target[3], double eta, double theta[2])
{
    double p[6];
    say_with(theta, p);
    for (int f = 0; f < 2; f++)
        for (int z = 0; z < 3; z++)
            theta[f] += eta * (target[z] - p[z]) * PHI[f][z];
}

struct shared {
    double theta[2], target[3];
};

static bool hold_shared(void *argument, const struct replicate *r)
{
    struct shared *shared = argument;
    double p[6];
    if (r->round > 0)
        step_toward(shared->target, .5, shared->theta);
    say_with(shared->theta, p);
    for (int z = 0; z < 6; z++)
        battery_same("P(z|c)", p[z], society_policy(r, 0)[z], 1, BATTERY_RECURSION);
    return true;
}

/* Data are expected, and selected toward TARGET / BASE: so what is learned from is known. */
static void what_is_learned_in_one_context_moves_the_other(void **state)
{
    (void)state;
    struct shared shared = {.target = {0}};
    double lean[6] = {0}, sum = 0;
    for (int z = 0; z < 3; z++)
        lean[z] = log(TARGET[z] / BASE[z]);
    struct society *s = society_create(
        1,
        "[space]\nstates = 6\ncontexts = [3, 3]\nmet = [1, 0]\nreference = %s\n"
        "attributes = { a = %s, b = %s, lean = %s }\n"
        "[society]\nagents = 3\npolicy = { use = \"policy.loglinear\", features = [\"a\", \"b\"], "
        "step = 0.5 }\n[sampling]\nsamples = \"expected\"\n"
        "[selection]\nuse = \"selection.bias\"\nattribute = \"lean\"\nbeta = 1\n"
        "[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(BASE, 6), society_array(PHI[0], 6), society_array(PHI[1], 6),
        society_array(lean, 6));
    for (int z = 0; z < 3; z++)
        sum += TARGET[z];
    for (int z = 0; z < 3; z++)
        shared.target[z] = TARGET[z] / sum;
    society_run(s, battery_fresh(), hold_shared, &shared);
    society_destroy(s);
    battery_worst("loglinear: one theta for all contexts, P in both after a step");
}

/* ---- the maximum of the likelihood -------------------------------------- */

static const char fitted[] =
    "[space]\nstates = 6\ncontexts = [3, 3]\nmet = [%s]\n"
    "reference = [0.2, 0.5, 0.3, 0.1, 0.3, 0.6]\n"
    "attributes = { a = %s, b = %s, again = %s, lean = %s }\n"
    "[society]\nagents = 2\npolicy = { use = \"policy.loglinear\", fit = \"likelihood\", "
    "features = [\"a\", \"b\"%s] }\n[sampling]\nsamples = %s\n"
    "[selection]\nuse = \"selection.bias\"\nattribute = \"lean\"\nbeta = %d\n"
    "[update]\nuse = \"update.mle\"\nrate = %.17g\n"
    "[[metric]]\nuse = \"metric.diversity\"\n";

static double mean_of(const double *phi, const double *p, const double met[2])
{
    double sum = 0;
    for (int z = 0; z < 6; z++)
        sum += met[z / 3] * p[z] * phi[z];
    return sum;
}

/* What features' means are to be after each round: 1 - b of what they were, b of the data's. */
struct moments {
    double met[2], rate, lean[6], mean[2];
};

static bool hold_moments(void *argument, const struct replicate *r)
{
    struct moments *m = argument;
    const double *p = society_policy(r, 0);
    for (int f = 0; f < 2; f++)
        if (r->round > 0)
            battery_same("E[phi]", m->mean[f], mean_of(PHI[f], p, m->met), 1, BATTERY_RECURSION);
    for (int f = 0; f < 2; f++) {
        double data[6];
        for (int c = 0; c < 2; c++) {
            double sum = 0;
            for (int z = 3 * c; z < 3 * c + 3; z++)
                sum += data[z] = p[z] * exp(m->lean[z]);
            for (int z = 3 * c; z < 3 * c + 3; z++)
                data[z] /= sum;
        }
        m->mean[f] =
            (1 - m->rate) * mean_of(PHI[f], p, m->met) + m->rate * mean_of(PHI[f], data, m->met);
    }
    return true;
}

/* With a feature that is the sum of others, too: there is no one theta then, but one P. */
static void a_fit_has_the_moments_of_its_examples(void **state)
{
    (void)state;
    static const double lean[6] = {.3, -.7, 1, -.2, .4, 0};
    double again[6];
    for (int z = 0; z < 6; z++)
        again[z] = PHI[0][z] + PHI[1][z];
    for (int i = 0; i < 4; i++) {
        struct moments m = {.met = {.7, .3}, .rate = i % 2 ? .4 : 1};
        for (int z = 0; z < 6; z++)
            m.lean[z] = lean[z];
        struct society *s = society_create(5, fitted, "0.7, 0.3", society_array(PHI[0], 6),
                                           society_array(PHI[1], 6), society_array(again, 6),
                                           society_array(lean, 6), i / 2 ? ", \"again\"" : "",
                                           "\"expected\"", 1, m.rate);
        society_run(s, battery_fresh(), hold_moments, &m);
        society_destroy(s);
    }
    battery_worst("loglinear, likelihood: E[phi] is what the examples have");
}

static bool note_moments(void *argument, const struct replicate *r)
{
    struct sample *means = argument;
    for (int f = 0; r->round == r->plan->shape.rounds && f < 2; f++)
        sample_add(&means[f], mean_of(PHI[f], society_policy(r, 0), (double[]){1, 0}));
    return true;
}

static void fits_keep_the_mean_of_features(void **state)
{
    (void)state;
    struct sample means[2] = {{0}};
    struct society *s =
        society_create(8, fitted, "1, 0", society_array(PHI[0], 6), society_array(PHI[1], 6),
                       society_array(BASE, 6), society_array(BASE, 6), "", "40", 0, 1.0);
    for (int64_t n = battery_replicates(1500); n > 0; n--)
        society_run(s, battery_fresh(), note_moments, means);
    society_destroy(s);
    for (int f = 0; f < 2; f++)
        battery_mean("loglinear, likelihood, N 40, t 8: E[phi] is a martingale",
                     mean_of(PHI[f], BASE, (double[]){1, 0}), &means[f]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_in_a_logit_pulls_a_majority_toward_one_half),
        cmocka_unit_test(a_fit_has_the_moments_of_its_examples),
        cmocka_unit_test(fits_keep_the_mean_of_features),
        cmocka_unit_test(what_is_learned_in_one_context_moves_the_other),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
