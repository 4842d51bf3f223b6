/* metric.mean: of a law that is known, and conserved where nothing selects. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "battery.h"
#include "society.h"

enum { K = 7, C = 2, ROUNDS = 30 };

static const double start[K] = {.4, .3, .2, .1, .5, .3, .2};
static const double x[K] = {0, .7, -1, .25, 1.5, -.5, .25};
static const int begins[C + 1] = {0, 4, K};

/* Of P_0 exp(t beta x), contexts weighed by nu. */
static double mean_after(double rounds, double beta, const double *nu)
{
    long double mean = 0;
    for (int c = 0; c < C; c++) {
        long double sum = 0, first = 0;
        for (int z = begins[c]; z < begins[c + 1]; z++) {
            long double const p =
                (long double)start[z] * expl((long double)(rounds * beta) * (long double)x[z]);
            sum += p;
            first += p * (long double)x[z];
        }
        mean += (long double)nu[c] * first / sum;
    }
    return (double)mean;
}

struct asked {
    const struct society *society;
    double beta;
};

static bool hold_means(void *argument, const struct replicate *r)
{
    static const double met[C] = {.7, .3}, alike[C] = {.5, .5};
    const struct asked *asked = argument;
    const struct society *s = asked->society;
    double const t = (double)r->round, beta = asked->beta;
    battery_same("mean, of what is said", mean_after(t, beta, met),
                 r->value[society_output(s, "said.mean")], 1, BATTERY_EXACT);
    battery_same("mean, of the next data", mean_after(t + 1, beta, alike),
                 r->value[society_output(s, "next.mean")], 1, BATTERY_EXACT);
    return true;
}

static const char leaning[] =
    "[space]\ncontexts = [4, 3]\nmet = [0.7, 0.3]\nreference = %s\n"
    "attributes = { utility = %s }\n"
    "[society]\nagents = 3\n[sampling]\nsamples = \"expected\"\n"
    "[selection]\nuse = \"selection.bias\"\nbeta = %.17g\n"
    "[[metric]]\nuse = \"metric.mean\"\nas = \"said\"\n"
    "[[metric]]\nuse = \"metric.mean\"\nas = \"next\"\nof = \"training\"\nweigh = \"uniform\"\n";

static void the_mean_is_that_of_what_is_said(void **state)
{
    (void)state;
    struct asked asked = {.beta = .25};
    struct society *s =
        society_create(ROUNDS, leaning, society_array(start, K), society_array(x, K), asked.beta);
    asked.society = s;
    society_run(s, battery_fresh(), hold_means, &asked);
    society_destroy(s);
    battery_worst("mean of an attribute, 30 rounds of a lean");
}

/* A context that is never met keeps what it said at the start. */
static bool hold_probe(void *argument, const struct replicate *r)
{
    static const double never[C] = {0, 1};
    battery_same("mean, of a probe", mean_after(0, 0, never),
                 r->value[society_output(argument, "said.mean")], 1, BATTERY_EXACT);
    return true;
}

static const char probing[] =
    "[space]\ncontexts = [4, 3]\nmet = [1, 0]\nreference = %s\nattributes = { utility = %s }\n"
    "[society]\nagents = 3\n[sampling]\nsamples = 20\n"
    "[[metric]]\nuse = \"metric.mean\"\nas = \"said\"\nweigh = \"probes\"\n";

static void a_probe_that_is_never_met_keeps_its_mean(void **state)
{
    (void)state;
    struct society *s =
        society_create(ROUNDS, probing, society_array(start, K), society_array(x, K));
    society_run(s, battery_fresh(), hold_probe, s);
    society_destroy(s);
    battery_worst("mean of an attribute over a probe");
}

struct drifting {
    const struct society *society;
    struct sample last;
};

static bool note_last(void *argument, const struct replicate *r)
{
    struct drifting *drifting = argument;
    if (r->round == ROUNDS)
        sample_add(&drifting->last, r->value[society_output(drifting->society, "mean.mean")]);
    return true;
}

static void chance_alone_conserves_it_on_average(void **state)
{
    (void)state;
    static const double met[C] = {.7, .3};
    struct drifting drifting = {0};
    struct society *s = society_create(
        ROUNDS,
        "[space]\ncontexts = [4, 3]\nmet = [0.7, 0.3]\nreference = %s\n"
        "attributes = { utility = %s }\n[society]\nagents = 3\n[sampling]\nsamples = 20\n"
        "[[metric]]\nuse = \"metric.mean\"\n",
        society_array(start, K), society_array(x, K));
    drifting.society = s;
    int64_t const replicates = battery_replicates(4000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_last, &drifting);
    society_destroy(s);
    battery_mean("mean of an attribute, 30 rounds of chance", mean_after(0, 0, met),
                 &drifting.last);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mean_is_that_of_what_is_said),
        cmocka_unit_test(a_probe_that_is_never_met_keeps_its_mean),
        cmocka_unit_test(chance_alone_conserves_it_on_average),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
