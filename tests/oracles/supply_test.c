/* intervention.external beside its distance from the source: what it keeps alive (model.md,
 * section 6), what it counts, and what it does in contexts and without sampling noise. */
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

enum { K = FORMS_STATES, N = 50, ROUNDS = 60, SETTLED = 600 };

#define ALPHA    .1
#define EXTERNAL "[[intervention]]\nuse = \"intervention.external\"\n"

/* ---- what it keeps alive ------------------------------------------------- */

/* P[state of pi is absent] after so many rounds from pi; fixed: of an exact count. */
static double absent(double pi, bool fixed, int rounds)
{
    struct chain chain = {.n = N, .fixed = fixed ? 5 : 0, .outside = pi};
    double law[CHAIN_COPIES + 1] = {0};
    for (int x = 0; x <= N; x++) {
        double const said = (double)x / N;
        chain.chance[x] = fixed ? said : (1 - ALPHA) * said + ALPHA * pi;
        law[x] = forms_binomial(N, x, pi);
    }
    chain_run(&chain, rounds - 1, law);
    return law[0];
}

static double covered(bool fixed, int rounds)
{
    double sum = 0;
    for (int z = 0; z < K; z++)
        sum += forms_pi[z] * (1 - absent(forms_pi[z], fixed, rounds));
    return sum;
}

struct alive {
    struct sample support;
    int64_t lost[K], count;
};

static bool note_alive(void *argument, const struct replicate *r)
{
    struct alive *alive = argument;
    double support = 0;
    if (r->round < ROUNDS)
        return true;
    for (int z = 0; z < K; z++) {
        alive->lost[z] += r->mixture[z] <= 0;
        support += r->mixture[z] > 0 ? forms_pi[z] : 0;
    }
    alive->count++;
    sample_add(&alive->support, support);
    return true;
}

static void hold_alive(const char *rest, bool fixed)
{
    char name[96];
    struct alive alive = {0};
    struct society *s =
        society_create(ROUNDS,
                       "[space]\nreference = %s\n[society]\nagents = 2\n[sampling]\nsamples = 50\n"
                       "[[metric]]\nuse = \"metric.diversity\"\n" EXTERNAL "%s",
                       society_array(forms_pi, K), rest);
    int64_t const replicates = battery_replicates(6000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_alive, &alive);
    society_destroy(s);
    snprintf(name, sizeof name, "%.5s: E[Cov(0+)], t %d", rest, ROUNDS);
    battery_mean(name, covered(fixed, ROUNDS), &alive.support);
    for (int z = 0; z < K; z++) {
        double const expected = absent(forms_pi[z], fixed, ROUNDS);
        snprintf(name, sizeof name, "%.5s: state of pi %g absent, t %d", rest, forms_pi[z], ROUNDS);
        if ((double)replicates * expected >= 20)
            battery_share(name, expected, alive.lost[z], alive.count);
    }
}

static void what_comes_from_outside_keeps_states_alive(void **state)
{
    (void)state;
    battery_printed(covered(false, SETTLED), ".921258");
    battery_printed(absent(.02, false, SETTLED), ".664172");
    battery_printed(absent(.1, false, SETTLED), ".123919");
    assert_true(fabs(covered(false, ROUNDS) - covered(false, SETTLED)) < 1e-4);
    hold_alive("share = 0.1\n", false);
    hold_alive("count = 5\n", true);
}

/* With a weight every state of the source is said in every row. */
static bool hold_full(void *argument, const struct replicate *r)
{
    (void)argument;
    for (int z = 0; r->round > 0 && z < K; z++)
        assert_true(r->mixture[z] >= ALPHA * forms_pi[z] * (1 - 1e-12));
    return true;
}

static void a_weight_never_loses_a_state(void **state)
{
    (void)state;
    struct society *s = society_create(
        ROUNDS,
        "[space]\nreference = %s\n[society]\nagents = 2\nstart = [1, 0, 0, 0, 0, 0, 0, 0]\n"
        "[sampling]\nsamples = 50\n[[metric]]\nuse = \"metric.diversity\"\n" EXTERNAL
        "weight = 0.1\n",
        society_array(forms_pi, K));
    society_run(s, battery_fresh(), hold_full, NULL);
    society_destroy(s);
}

/* ---- what it counts ------------------------------------------------------ */

struct bill {
    int outside;
    double exact; /* below 0: it is not */
    struct sample round, square;
    double expected;
};

static bool note_bill(void *argument, const struct replicate *r)
{
    struct bill *bill = argument;
    double const outside = (double)r->tally[bill->outside];
    if (r->round == 0)
        assert_true(outside <= 0);
    else if (bill->exact >= 0)
        assert_true(outside == bill->exact); /* NOLINT: whole numbers */
    else if (r->round == 1) {
        sample_add(&bill->round, outside);
        sample_add(&bill->square, (outside - bill->expected) * (outside - bill->expected));
    }
    return true;
}

static struct bill run_bill(const char *rest, double expected, double exact, int64_t quick)
{
    struct society *s =
        society_create(3,
                       "[space]\nreference = %s\n[society]\nagents = 4\n[[metric]]\n"
                       "use = \"metric.diversity\"\n%s",
                       society_array(forms_pi, K), rest);
    struct bill bill = {
        .outside = society_tally(s, "external.outside"), .exact = exact, .expected = expected};
    int64_t const replicates = battery_replicates(quick);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_bill, &bill);
    society_destroy(s);
    return bill;
}

static void every_sample_from_outside_is_counted(void **state)
{
    (void)state;
    run_bill("[sampling]\nsamples = 50\n" EXTERNAL "count = 5\n", 5, 5, 20);
    run_bill("[sampling]\nsamples = 50\ndataset = \"per_agent\"\n" EXTERNAL "count = 5\n", 20, 20,
             20);
    run_bill("[sampling]\nsamples = 50\n" EXTERNAL "share = 1.0\n", 50, 50, 20);
    run_bill("[sampling]\nsamples = 50\n" EXTERNAL "weight = 0.5\n", 0, 0, 20);
    run_bill("[sampling]\nsamples = \"expected\"\n" EXTERNAL "share = 0.5\n", 0, 0, 20);
    struct bill const shared =
        run_bill("[sampling]\nsamples = 50\n" EXTERNAL "share = 0.1\n", 5, -1, 8000);
    battery_mean("share .1 of 50: outside, mean", 5, &shared.round);
    battery_mean("share .1 of 50: outside, variance", 50 * .1 * .9, &shared.square);
    struct bill const each =
        run_bill("[sampling]\nsamples = 50\ndataset = \"per_agent\"\n" EXTERNAL "share = 0.1\n", 20,
                 -1, 8000);
    battery_mean("share .1 of 4 x 50: outside, mean", 20, &each.round);
    battery_mean("share .1 of 4 x 50: outside, variance", 200 * .1 * .9, &each.square);
}

/* Judged like others and drawn again from outside: n slots need n / pass draws. */
static void what_is_drawn_again_is_drawn_from_outside_again(void **state)
{
    (void)state;
    struct bill const bill =
        run_bill("[sampling]\nsamples = 50\n" EXTERNAL
                 "count = 10\n[[intervention]]\nuse = \"intervention.verify\"\nact = \"redraw\"\n"
                 "risk = \"judged\"\n[space.attributes]\n"
                 "judged = [1, 0, 0, 0, 0, 0, 0, 0]\n",
                 10 / .7, -1, 8000);
    battery_mean("count 10, .7 pass, redraw: outside, mean", 10 / .7, &bill.round);
    battery_mean("count 10, .7 pass, redraw: outside, variance", 10 * .3 / .49, &bill.square);
}

/* ---- contexts ------------------------------------------------------------ */

enum { Z = 5 };

static const double source[Z] = {.7, .2, .1, .5, .5}, from[Z] = {.1, .1, .8, .9, .1};
static const double met[2] = {.9, .1};

static bool note_mean(void *argument, const struct replicate *r)
{
    struct sample *mean = argument;
    for (int z = 0; r->round == 1 && z < Z; z++)
        sample_add(&mean[z], r->mixture[z]);
    return r->round < 1;
}

/* A context is met by chance, whoever speaks: of the samples of one that is met, alpha are from
 * outside on average; one that is not met stays as it was. */
static void outside_data_meet_contexts_as_the_society_does(void **state)
{
    (void)state;
    static const char *const rests[] = {"share = 0.25\n", "count = 5\n"};
    char name[96];
    for (int i = 0; i < 2; i++) {
        struct sample mean[Z] = {0};
        struct society *s = society_create(
            1,
            "[space]\ncontexts = [3, 2]\nmet = [0.9, 0.1]\nreference = %s\n[society]\nagents = 2\n"
            "start = %s\n[sampling]\nsamples = 20\n[[metric]]\nuse = "
            "\"metric.diversity\"\n" EXTERNAL "%s",
            society_array(source, Z), society_array(from, Z), rests[i]);
        int64_t const replicates = battery_replicates(20000);
        for (int64_t k = 0; k < replicates; k++)
            society_run(s, battery_fresh(), note_mean, mean);
        society_destroy(s);
        for (int z = 0; z < Z; z++) {
            double const missed = pow(1 - met[z >= 3], 20);
            snprintf(name, sizeof name, "contexts, %.5s: E[P_1], state %d", rests[i], z);
            battery_mean(name, missed * from[z] + (1 - missed) * (.75 * from[z] + .25 * source[z]),
                         &mean[z]);
        }
    }
}

/* ---- without sampling noise ---------------------------------------------- */

static bool hold_line(void *argument, const struct replicate *r)
{
    double const alpha = *(const double *)argument;
    for (int z = 0; z < Z; z++) {
        double const p = source[z] + pow(1 - alpha, (double)r->round) * (from[z] - source[z]);
        battery_same("P_t = pi + (1-alpha)^t (P_0 - pi)", p, r->mixture[z], p, BATTERY_EXACT);
    }
    return true;
}

static void run_line(double alpha, const char *law, const char *sampling)
{
    struct society *s = society_create(
        ROUNDS,
        "[space]\ncontexts = [3, 2]\nmet = [0.9, 0.1]\nreference = %s\n[society]\nagents = 3\n"
        "start = %s\n[sampling]\nsamples = \"expected\"\n%s\n[[metric]]\n"
        "use = \"metric.diversity\"\n" EXTERNAL "%s = %.17g\n",
        society_array(source, Z), society_array(from, Z), sampling, law, alpha);
    society_run(s, battery_fresh(), hold_line, &alpha);
    society_destroy(s);
}

static void without_noise_a_share_is_a_weight(void **state)
{
    (void)state;
    run_line(.1, "share", "dataset = \"shared\"");
    run_line(.1, "weight", "dataset = \"shared\"");
    run_line(.25, "share", "dataset = \"per_agent\"");
    run_line(.25, "share", "dataset = \"per_agent\"\nmixing = 0.3");
    run_line(.25, "weight", "dataset = \"per_agent\"\nmixing = 0.3");
    run_line(1, "share", "dataset = \"shared\"");
    run_line(1, "weight", "dataset = \"per_agent\"");
    battery_worst("expected data: P_t = pi + (1-alpha)^t (P_0 - pi)");
}

/* ---- schedules ------------------------------------------------------------- */

enum { FROM = 2, OVER = 5, COURSE = 10 };

struct course {
    double from, to, left;
    int outside; /* the tally of a count; -1: of a law, without noise */
};

static double on_course(const struct course *course, int64_t round)
{
    if (round < FROM)
        return 0;
    double const way = (double)(round - FROM) / OVER;
    return way < 1 ? course->from + (course->to - course->from) * way : course->to;
}

/* P_t - pi = (1 - alpha_t) (P_(t-1) - pi). */
static bool hold_course(void *argument, const struct replicate *r)
{
    struct course *course = argument;
    double const x = on_course(course, r->round);
    if (course->outside >= 0) {
        battery_same("outside", floor(x + .5), (double)r->tally[course->outside], 1, 0);
        return true;
    }
    course->left = r->round ? course->left * (1 - x) : 1;
    for (int z = 0; z < K; z++) {
        double const p = forms_pi[z] + course->left * (forms_pi[K - 1 - z] - forms_pi[z]);
        battery_same("P_t on a schedule", p, r->mixture[z], 1, BATTERY_EXACT);
    }
    return true;
}

static void hold_courses(const char *sampling, const char *act, struct course course)
{
    double start[K];
    for (int z = 0; z < K; z++)
        start[z] = forms_pi[K - 1 - z];
    struct society *s =
        society_create(COURSE,
                       "[space]\nreference = %s\n[society]\nagents = 2\nstart = %s\n[sampling]\n"
                       "samples = %s\n[[metric]]\nuse = \"metric.diversity\"\n[[intervention]]\n"
                       "use = \"intervention.external\"\nfrom = 2\nover = 5\n%s",
                       society_array(forms_pi, K), society_array(start, K), sampling, act);
    if (course.outside >= 0)
        course.outside = society_tally(s, "external.outside");
    society_run(s, battery_fresh(), hold_course, &course);
    society_destroy(s);
}

static void a_schedule_is_a_line_from_the_first_round_that_it_acts_in(void **state)
{
    (void)state;
    hold_courses("\"expected\"", "share = 0.5\n", (struct course){.5, 0, 1, -1});
    hold_courses("\"expected\"", "share = 0.1\nto = 0.6\n", (struct course){.1, .6, 1, -1});
    hold_courses("\"expected\"", "weight = 0.5\n", (struct course){.5, 0, 1, -1});
    hold_courses("\"expected\"", "weight = 0.1\nto = 0.6\n", (struct course){.1, .6, 1, -1});
    hold_courses("50", "count = 12\n", (struct course){12, 0, 1, 0});
    hold_courses("50", "count = 3\nto = 50\n", (struct course){3, 50, 1, 0});
    battery_worst("share, weight and count on a schedule");
}

/* ---- judged, not selected -------------------------------------------------- */

/* The law is mixed with what selection leaves, not selected itself; and verifiers judge all. */
struct chosen {
    long double p[K];
};

static bool hold_chosen(void *argument, const struct replicate *r)
{
    long double *p = ((struct chosen *)argument)->p, weighed[K], sum = 0, left = 0;
    for (int z = 0; r->round > 0 && z < K; z++)
        sum += weighed[z] = p[z] * expl(.5L * z);
    for (int z = 0; r->round > 0 && z < K; z++)
        left += p[z] = (.8L * weighed[z] / sum + .2L * forms_pi[z]) * (z < 2 ? .3L : 1);
    for (int z = 0; z < K; z++) {
        p[z] = r->round > 0 ? p[z] / left : p[z];
        battery_same("outside data are judged, not selected", (double)p[z], r->mixture[z],
                     (double)p[z], BATTERY_EXACT);
    }
    return true;
}

static void outside_data_are_judged_but_not_selected(void **state)
{
    (void)state;
    struct chosen chosen;
    for (int z = 0; z < K; z++)
        chosen.p[z] = forms_pi[z];
    struct society *s = society_create(
        ROUNDS,
        "[space]\nreference = %s\nsafe = [0, 0, 1, 1, 1, 1, 1, 1]\nattributes = { utility = "
        "[0, 1, 2, 3, 4, 5, 6, 7] }\n[society]\nagents = 2\n[sampling]\nsamples = \"expected\"\n"
        "[selection]\nuse = \"selection.bias\"\nbeta = 0.5\n[[metric]]\n"
        "use = \"metric.diversity\"\n[[intervention]]\nuse = \"intervention.verify\"\n"
        "passes_unsafe = 0.3\n" EXTERNAL "share = 0.2\n",
        society_array(forms_pi, K));
    society_run(s, battery_fresh(), hold_chosen, &chosen);
    society_destroy(s);
    battery_worst("expected data: judged, not selected, every row");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_from_outside_keeps_states_alive),
        cmocka_unit_test(a_weight_never_loses_a_state),
        cmocka_unit_test(every_sample_from_outside_is_counted),
        cmocka_unit_test(what_is_drawn_again_is_drawn_from_outside_again),
        cmocka_unit_test(outside_data_meet_contexts_as_the_society_does),
        cmocka_unit_test(without_noise_a_share_is_a_weight),
        cmocka_unit_test(a_schedule_is_a_line_from_the_first_round_that_it_acts_in),
        cmocka_unit_test(outside_data_are_judged_but_not_selected),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
