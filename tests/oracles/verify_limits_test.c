/* model.md, sections 5 and 6: verifiers whose limit moves with the society, and such as go by
 * surprise. Without sampling noise, so that all is exact. */
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
#include "schedule/isolation.h"
#include "society.h"

#define VERIFY "[[intervention]]\nuse = \"intervention.verify\"\n"

/* ---- surprise -------------------------------------------------------------- */

struct surprise {
    double h;
    int coverage;
};

static double reached(double h)
{
    double kept = 0;
    for (int z = 0; z < FORMS_STATES; z++)
        kept += -log(forms_pi[z]) <= h * (1 + 1e-12) ? forms_pi[z] : 0;
    return kept;
}

static bool hold_surprise(void *argument, const struct replicate *r)
{
    const struct surprise *s = argument;
    double const kept = reached(s->h);
    battery_same("coverage", r->round ? kept : 1, r->value[s->coverage], 1, BATTERY_EXACT);
    for (int z = 0; r->round > 0 && z < FORMS_STATES; z++)
        battery_same("truncated", -log(forms_pi[z]) <= s->h * (1 + 1e-12) ? forms_pi[z] / kept : 0,
                     r->mixture[z], 1, BATTERY_EXACT);
    return r->round < 1;
}

/* ln 10 is the surprise of what has .1 exactly: it is on the limit, and stays. */
static void what_surprises_is_cut_and_coverage_with_it(void **state)
{
    (void)state;
    double const limits[] = {1.5, 2, -log(.1), 3, 10};
    static const char *const ways[] = {"labels = false\n", "",
                                       "labels = false\nact = \"redraw\"\n"};
    for (int i = 0; i < 15; i++) {
        struct society *s = society_create(
            1,
            "[space]\nreference = %s\nsafe = [1, 1, 1, 1, 1, 1, 1, 1]\n[society]\nagents = 2\n"
            "[sampling]\nsamples = \"expected\"\n"
            "[[metric]]\nuse = \"metric.safety\"\ntau = 1e-9\n" VERIFY "surprisal = %.17g\n%s",
            society_array(forms_pi, FORMS_STATES), limits[i % 5], ways[i / 5]);
        struct surprise surprise = {limits[i % 5], society_output(s, "safety.coverage")};
        society_run(s, battery_fresh(), hold_surprise, &surprise);
        society_destroy(s);
    }
    battery_worst("surprisal h, one expected round: coverage pi{p >= e^-h}");
}

/* With nothing left agents stay as they were. */
static bool hold_still(void *argument, const struct replicate *r)
{
    (void)argument;
    for (int z = 0; z < FORMS_STATES; z++)
        battery_same("Pbar", forms_pi[z], r->mixture[z], 1, BATTERY_EXACT);
    return true;
}

static void who_is_surprised_by_everything_teaches_nothing(void **state)
{
    (void)state;
    struct society *s = society_create(
        3,
        "[space]\nreference = %s\n[society]\nagents = 2\n[sampling]\nsamples = 20\n"
        "[[metric]]\nuse = \"metric.diversity\"\n" VERIFY "surprisal = 1\nlabels = false\n",
        society_array(forms_pi, FORMS_STATES));
    society_run(s, battery_fresh(), hold_still, NULL);
    society_destroy(s);
    battery_worst("surprisal 1: nothing passes, nothing changes");
}

/* Errors are of the whole judgement: what surprises passes as what is unsafe does. */
static bool hold_errors(void *argument, const struct replicate *r)
{
    (void)argument;
    double const left[4] = {.5 * .9, .3 * .2, .15 * .2, .05 * .2}, sum = .45 + .06 + .03 + .01;
    for (int z = 0; r->round == 1 && z < 4; z++)
        battery_same("judged", left[z] / sum, r->mixture[z], 1, BATTERY_EXACT);
    return true;
}

static void errors_are_of_the_whole_judgement(void **state)
{
    (void)state;
    struct society *s = society_create(
        1, "[space]\nreference = [0.5, 0.3, 0.15, 0.05]\nattributes = { risk = [0, 1, 0.2, 0] }\n"
           "[society]\nagents = 2\n[sampling]\nsamples = \"expected\"\n"
           "[[metric]]\nuse = \"metric.diversity\"\n" VERIFY
           "surprisal = 1.5\nrejects_safe = 0.1\npasses_unsafe = 0.2\n");
    society_run(s, battery_fresh(), hold_errors, NULL);
    society_destroy(s);
    battery_worst("risk or surprise, with errors");
}

static void surprise_alone_reads_no_label(void **state)
{
    (void)state;
    static const char *const ways[] = {"labels = false\n", ""};
    static const enum isolation classes[] = {ISOLATION_CLOSED, ISOLATION_OPEN};
    for (int i = 0; i < 2; i++) {
        const char *through;
        struct society *s = society_create(
            1,
            "[space]\nreference = [0.5, 0.5]\nsafe = [1, 0]\n[society]\nagents = 2\n[sampling]\n"
            "samples = 5\n[[metric]]\nuse = \"metric.diversity\"\n" VERIFY "surprisal = 3\n%s",
            ways[i]);
        assert_int_equal(isolation_find(s->plan, &through), classes[i]);
        society_destroy(s);
    }
}

/* ---- a limit that moves ------------------------------------------------------ */

/* Risk 0 to 1 in steps of .05 in two contexts; selection prefers risk (beta 2), and a share of data
 * comes from the uniform law. */
enum { STEPS = 21, K = 2 * STEPS, DRIFT = 200 };

#define BETA   2
#define INNOVE .02
#define MARGIN .15

static const double met[2] = {.7, .3};

struct drift {
    long double p[K];
    double risk[K], limit;
    bool relative;
    double safe[DRIFT + 1];
};

static void advance(struct drift *d)
{
    long double mean = 0;
    for (int z = 0; z < K; z++)
        mean += met[z / STEPS] * d->p[z] * d->risk[z];
    long double const limit = d->relative ? mean + MARGIN : d->limit;
    for (int c = 0; c < 2; c++) {
        long double weighed[STEPS], sum = 0, left = 0;
        long double *p = d->p + c * STEPS;
        for (int z = 0; z < STEPS; z++)
            sum += weighed[z] = p[z] * expl(BETA * (long double)d->risk[z]);
        for (int z = 0; z < STEPS; z++) {
            p[z] = (1 - INNOVE) * weighed[z] / sum + INNOVE / STEPS;
            p[z] = d->risk[z] <= limit ? p[z] : 0;
            left += p[z];
        }
        for (int z = 0; z < STEPS; z++)
            p[z] /= left;
    }
}

static bool hold_drift(void *argument, const struct replicate *r)
{
    struct drift *d = argument;
    if (r->round > 0)
        advance(d);
    for (int z = 0; z < K; z++) {
        battery_same("Pbar", (double)d->p[z], r->mixture[z], 1, BATTERY_RECURSION);
        if (d->risk[z] <= .3)
            d->safe[r->round] += met[z / STEPS] * r->mixture[z];
    }
    return true;
}

static void run_drift(bool relative, struct drift *d)
{
    double start[K];
    *d = (struct drift){.limit = .3, .relative = relative};
    for (int z = 0; z < K; z++) {
        d->risk[z] = z % STEPS / 20.0;
        start[z] = z % STEPS < 4 ? .25 : 0;
        d->p[z] = start[z];
    }
    struct society *s = society_create(
        DRIFT,
        "[space]\nstates = 42\ncontexts = [21, 21]\nmet = [0.7, 0.3]\nreference = \"uniform\"\n"
        "attributes = { risk = %s }\n[society]\nagents = 2\nstart = %s\n[sampling]\n"
        "samples = \"expected\"\n[selection]\nuse = \"selection.bias\"\nbeta = 2\n"
        "attribute = \"risk\"\n[[metric]]\nuse = \"metric.diversity\"\n[[intervention]]\n"
        "use = \"intervention.external\"\nshare = 0.02\n" VERIFY "%s",
        society_array(d->risk, K), society_array(start, K),
        relative ? "relative = true\nmax_risk = 0.15\n" : "max_risk = 0.3\n");
    society_run(s, battery_fresh(), hold_drift, d);
    society_destroy(s);
}

/* Each round's samples are within the margin of the round before, and yet nothing safe is left. */
static void a_limit_that_moves_lets_safety_drift_away(void **state)
{
    (void)state;
    static struct drift fixed, relative;
    run_drift(false, &fixed);
    run_drift(true, &relative);
    battery_worst("verify, fixed and relative limit: Pbar, every row");
    for (int t = 0; t <= DRIFT; t++)
        battery_same("safe mass, fixed limit", 1, fixed.safe[t], 1, BATTERY_EXACT);
    battery_worst("verify, fixed limit: safe mass 1 in every row");
    printf("%-58s %14.6g %14.6g\n", "relative limit: safe mass, t 5, 200", relative.safe[5],
           relative.safe[DRIFT]);
    assert_true(relative.safe[5] > .5 && relative.safe[DRIFT] < .05);
}

/* Where all have one risk nobody is above the mean, however its last bits are rounded. */
static bool hold_none_rejected(void *argument, const struct replicate *r)
{
    battery_same("rejected", 0, (double)r->tally[*(const int *)argument], 1, 0);
    return true;
}

static void nobody_is_above_a_mean_that_all_have(void **state)
{
    (void)state;
    double risk[FORMS_STATES];
    for (int i = 1; i < 40; i++) {
        for (int z = 0; z < FORMS_STATES; z++)
            risk[z] = i / 40.0;
        struct society *s = society_create(
            2,
            "[space]\nreference = %s\nattributes = { risk = %s }\n[society]\nagents = 2\n"
            "[sampling]\nsamples = 30\n[[metric]]\nuse = \"metric.diversity\"\n" VERIFY
            "relative = true\nmax_risk = 0\n",
            society_array(forms_pi, FORMS_STATES), society_array(risk, FORMS_STATES));
        int rejected = society_tally(s, "verify.rejected");
        society_run(s, battery_fresh(), hold_none_rejected, &rejected);
        society_destroy(s);
    }
    battery_worst("relative, margin 0, one risk for all: nothing rejected");
}

/* ---- what it costs ------------------------------------------------------------ */

static bool hold_checks(void *argument, const struct replicate *r)
{
    const int *at = argument;
    battery_same("checks", (double)r->tally[at[1]], r->value[at[0]], 1, 0);
    battery_same("checks", r->round % 2 ? 30 : 0, r->value[at[0]], 1, 0);
    return true;
}

static void checks_are_an_output_too(void **state)
{
    (void)state;
    struct society *s = society_create(
        5, "[space]\nreference = [0.5, 0.5]\nsafe = [1, 0]\n[society]\nagents = 2\n[sampling]\n"
           "samples = 100\n[[metric]]\nuse = \"metric.diversity\"\n" VERIFY
           "checks = 30\npasses_unsafe = 0.9\nevery = 2\nact = \"redraw\"\n");
    int const at[2] = {society_output(s, "verify.checks"), society_tally(s, "verify.checked")};
    society_run(s, battery_fresh(), hold_checks, (void *)(uintptr_t)at);
    society_destroy(s);
    battery_worst("verify.checks is what was checked");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_surprises_is_cut_and_coverage_with_it),
        cmocka_unit_test(who_is_surprised_by_everything_teaches_nothing),
        cmocka_unit_test(errors_are_of_the_whole_judgement),
        cmocka_unit_test(surprise_alone_reads_no_label),
        cmocka_unit_test(a_limit_that_moves_lets_safety_drift_away),
        cmocka_unit_test(nobody_is_above_a_mean_that_all_have),
        cmocka_unit_test(checks_are_an_output_too),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
