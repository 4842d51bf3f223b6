/* metric.drift: how far the society is from row 0, from the row before and from a column, computed
 * again in long double from the rows themselves. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "record/result.h"
#include "society.h"

enum { K = 9, C = 4, ROUNDS = 15, USES = 4 };

typedef long double real;

static const int begins[C + 1] = {0, 4, 6, 8, K};
static const double met[C] = {.7, .3, 0, 0};
static const double reference[K] = {.4, .3, .2, .1, .75, .25, .5, .5, 1};
static const double counts[K] = {1, 2, 0, 5, 3, 3, 10, 0, 7}; /* against, not normalised */

/* ---- the uses ------------------------------------------------------------ */

static const struct use_of {
    const char *name;
    bool mixture, against;
    double nu[C];
} uses[USES] = {{"drift", false, false, {.7, .3, 0, 0}},
                {"said", true, true, {.7, .3, 0, 0}},
                {"alike", false, true, {.25, .25, .25, .25}},
                {"probes", true, true, {0, 0, .5, .5}}};

#define METRICS                                                                                    \
    "[[metric]]\nuse = \"metric.drift\"\n"                                                         \
    "[[metric]]\nuse = \"metric.drift\"\nas = \"said\"\nof = \"mixture\"\nagainst = \"later\"\n"   \
    "[[metric]]\nuse = \"metric.drift\"\nas = \"alike\"\nweigh = \"uniform\"\n"                    \
    "against = \"later\"\n"                                                                        \
    "[[metric]]\nuse = \"metric.drift\"\nas = \"probes\"\nof = \"mixture\"\n"                      \
    "weigh = \"probes\"\nagainst = \"later\"\n"

struct life {
    const struct society *society;
    double first[2][K], before[2][K], later[K]; /* of P_t, of Pbar */
    double farthest;
};

/* ---- again --------------------------------------------------------------- */

static real total_variation(const double *nu, const double *p, const double *q)
{
    real sum = 0;
    for (int c = 0; c < C; c++)
        for (int z = begins[c]; z < begins[c + 1]; z++)
            sum += nu[c] * (p[z] > q[z] ? (real)p[z] - q[z] : 0); /* what p has more than q */
    return sum;
}

static real entropy(real x)
{
    return x > 0 ? -x * logl(x) : 0;
}

/* The entropy of the mean less the mean entropy. */
static real jensen_shannon(const double *nu, const double *p, const double *q)
{
    real sum = 0;
    for (int c = 0; c < C; c++)
        for (int z = begins[c]; z < begins[c + 1]; z++)
            sum += nu[c] * (entropy(((real)p[z] + q[z]) / 2) - (entropy(p[z]) + entropy(q[z])) / 2);
    return sum;
}

static void hold(const struct life *life, const struct use_of *use, const char *output,
                 real expected)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", use->name, output);
    double const value = life->society->replicate->value[society_output(life->society, name)];
    battery_same(name, (double)expected, value, 1, BATTERY_EXACT);
    assert_true(value >= 0);
}

static void hold_use(struct life *life, const struct use_of *use, const double *p)
{
    const double *first = life->first[use->mixture], *before = life->before[use->mixture];
    hold(life, use, "tv", total_variation(use->nu, p, first));
    hold(life, use, "js", jensen_shannon(use->nu, p, first));
    hold(life, use, "step_tv", total_variation(use->nu, p, before));
    hold(life, use, "step_js", jensen_shannon(use->nu, p, before));
    life->farthest = fmax(life->farthest, (double)total_variation(use->nu, p, first));
    if (use->against) {
        hold(life, use, "against_tv", total_variation(use->nu, p, life->later));
        hold(life, use, "against_js", jensen_shannon(use->nu, p, life->later));
    } else {
        int const at = society_output(life->society, "drift.against_tv");
        assert_true(result_is_missing(life->society->replicate->value[at]));
        assert_true(result_is_missing(life->society->replicate->value[at + 1]));
    }
}

static bool hold_row(void *argument, const struct replicate *r)
{
    struct life *life = argument;
    const double *const laws[2] = {r->live[SPACE_DISTRIBUTION], r->mixture};
    for (int of = 0; of < 2; of++) {
        if (r->round == 0)
            memcpy(life->first[of], laws[of], sizeof life->first[of]);
        if (r->round == 0)
            memcpy(life->before[of], laws[of], sizeof life->before[of]);
    }
    for (int use = 0; use < USES; use++)
        hold_use(life, &uses[use], laws[uses[use].mixture]);
    for (int of = 0; of < 2; of++)
        memcpy(life->before[of], laws[of], sizeof life->before[of]);
    return true;
}

#define SHARED "[society]\nagents = 2\n[sampling]\nsamples = 30\n"
#define EACH                                                                                       \
    "[society]\nagents = 4\n[sampling]\nsamples = 9\ndataset = \"per_agent\"\nmixing = 0.4\n"      \
    "[selection]\nuse = \"selection.popularity\"\n[[intervention]]\n"                              \
    "use = \"intervention.external\"\nweight = 0.2\nsource = \"later\"\n"
#define EXPECTED                                                                                   \
    "[society]\nagents = 2\n[sampling]\nsamples = \"expected\"\n[selection]\n"                     \
    "use = \"selection.sharpen\"\npower = 2\n[update]\nuse = \"update.pool\"\n"

/* Contexts that are not met move only by what comes to everybody. */
static void distances_are_what_they_say_in_every_row(void **state)
{
    (void)state;
    static const char *const bodies[] = {SHARED, EACH, EXPECTED};
    for (int i = 0; i < 3; i++) {
        struct society *s =
            society_create(ROUNDS,
                           "[space]\ncontexts = [4, 2, 2, 1]\nmet = %s\nreference = %s\n"
                           "attributes = { later = %s }\n%s" METRICS,
                           society_array(met, C), society_array(reference, K),
                           society_array(counts, K), bodies[i]);
        struct life life = {.society = s};
        for (int c = 0; c < C; c++) {
            double all = 0;
            for (int z = begins[c]; z < begins[c + 1]; z++)
                all += counts[z];
            for (int z = begins[c]; z < begins[c + 1]; z++)
                life.later[z] = counts[z] / all;
        }
        int64_t const replicates = battery_replicates(20);
        for (int64_t k = 0; k < replicates; k++)
            society_run(s, battery_fresh(), hold_row, &life);
        society_destroy(s);
        assert_true(life.farthest > .1);
    }
    battery_worst("drift: tv, js, step, against; every use and row");
}

/* ---- cases that need no computing ---------------------------------------- */

static double value_of(const struct society *s, const char *name)
{
    return s->replicate->value[society_output(s, name)];
}

/* All that is said is given up for something else at once, and then no more. */
static bool hold_leap(void *argument, const struct replicate *r)
{
    const struct society *s = argument;
    double const from = r->round > 0, step = r->round == 1;
    battery_same("a leap: tv from row 0", from, value_of(s, "drift.tv"), 1, BATTERY_EXACT);
    battery_same("a leap: js from row 0", from * log(2), value_of(s, "drift.js"), 1, BATTERY_EXACT);
    battery_same("a leap: tv of the step", step, value_of(s, "drift.step_tv"), 1, BATTERY_EXACT);
    battery_same("a leap: js of the step", step * log(2), value_of(s, "drift.step_js"), 1,
                 BATTERY_EXACT);
    battery_same("a leap: tv against .25", r->round ? .75 : .25, value_of(s, "drift.against_tv"), 1,
                 BATTERY_EXACT);
    return true;
}

static void a_leap_is_seen_once_as_a_step(void **state)
{
    (void)state;
    struct society *s = society_create(
        3, "[space]\nreference = [0, 1]\nattributes = { against = [3, 1] }\n[society]\n"
           "agents = 2\nstart = [1, 0]\n[sampling]\nsamples = 10\n[[intervention]]\n"
           "use = \"intervention.external\"\nweight = 1.0\n[[metric]]\nuse = \"metric.drift\"\n");
    society_run(s, battery_fresh(), hold_leap, s);
    society_run(s, battery_fresh(), hold_leap, s); /* a replicate begins at its own row 0 */
    society_destroy(s);
    battery_worst("a leap: tv 1, js ln 2, once as a step; against a column");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_are_what_they_say_in_every_row),
        cmocka_unit_test(a_leap_is_seen_once_as_a_step),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
