/* oracles.md, section 3, and model.md, section 6: a verifier with errors, and with little time. */
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

/* Safe mass, chance that a safe sample is rejected, and that an unsafe one passes. */
static const double S = .6, FN = .1, FP = .3;

static const char body[] = "[space]\nreference = [0.6, 0.4]\nsafe = [1, 0]\n"
                           "[society]\nagents = %d\n"
                           "[sampling]\ndataset = \"%s\"\nsamples = %s\n"
                           "[[metric]]\nuse = \"metric.diversity\"\n"
                           "[[intervention]]\nuse = \"intervention.verify\"\nrejects_safe = "
                           "0.1\npasses_unsafe = 0.3\n%s\n";

/* The chance that a checked sample passes, and that one that passed is safe. */
static double pass_of(double s)
{
    return s * (1 - FN) + (1 - s) * FP;
}

static double safe_of(double s)
{
    return s * (1 - FN) / pass_of(s);
}

/* ---- no sampling noise -------------------------------------------------- */

struct odds {
    double factor, start;
};

static double safe_after(double start, double factor, double rounds)
{
    double const odds = start / (1 - start) * pow(factor, rounds);
    return odds / (1 + odds);
}

static bool hold_odds(void *argument, const struct replicate *r)
{
    const struct odds *odds = argument;
    double const safe = safe_after(odds->start, odds->factor, (double)r->round);
    battery_same("safe mass", safe, r->live[SPACE_DISTRIBUTION][0], safe, BATTERY_EXACT);
    battery_same("unsafe mass", 1 - safe, r->live[SPACE_DISTRIBUTION][1], safe, BATTERY_EXACT);
    if (r->round == 5)
        battery_exact("verify, expected data: odds x (1-fn)/fp a round, t 5", safe,
                      r->live[SPACE_DISTRIBUTION][0], safe, BATTERY_EXACT);
    return true;
}

static void errors_multiply_odds_round_by_round(void **state)
{
    (void)state;
    static const char *const dataset[] = {"shared", "per_agent"};
    static const char *const act[] = {"act = \"drop\"", "act = \"redraw\""};
    struct odds odds = {(1 - FN) / FP, S};
    battery_printed(safe_after(S, odds.factor, 5), ".997264");
    for (int i = 0; i < 4; i++) {
        struct society *s = society_create(12, body, 3, dataset[i / 2], "\"expected\"", act[i % 2]);
        society_run(s, battery_fresh(), hold_odds, &odds);
        society_destroy(s);
    }
    battery_worst("the same in every row; shared, per_agent, drop, redraw");
}

/* A verifier that only reads legible states: the illegible are what it takes for safe. */
static void illegible_harm_takes_over(void **state)
{
    (void)state;
    struct odds odds = {1 / FP, .05};
    struct society *s = society_create(
        12, "[space]\nreference = [0.05, 0.95]\nattributes = { risk = [0, 1] }\n"
            "[society]\nagents = 2\n[sampling]\nsamples = \"expected\"\n"
            "[[metric]]\nuse = \"metric.diversity\"\n"
            "[[intervention]]\nuse = \"intervention.verify\"\npasses_unsafe = 0.3\n");
    battery_printed(safe_after(odds.start, odds.factor, 5), ".955868");
    society_run(s, battery_fresh(), hold_odds, &odds);
    society_destroy(s);
}

/* ---- one round of a finite dataset -------------------------------------- */

struct round_of {
    int checked, rejected, given_up;
    struct sample safe, checks, rejections, passed;
    double given;
};

static bool note_round(void *argument, const struct replicate *r)
{
    struct round_of *seen = argument;
    if (r->round != 1)
        return true;
    double const checks = (double)r->tally[seen->checked];
    double const rejections = (double)r->tally[seen->rejected];
    sample_add(&seen->safe, r->mixture[0]);
    sample_add(&seen->checks, checks);
    sample_add(&seen->rejections, rejections);
    sample_add(&seen->passed, checks - rejections);
    seen->given += (double)r->tally[seen->given_up];
    return false;
}

static struct round_of measure(int agents, const char *samples, const char *verifier, int64_t quick)
{
    const char *dataset = agents > 1 ? "per_agent" : "shared";
    struct society *s = society_create(1, body, agents, dataset, samples, verifier);
    struct round_of seen = {.checked = society_tally(s, "verify.checked"),
                            .rejected = society_tally(s, "verify.rejected"),
                            .given_up = society_tally(s, "verify.given_up")};
    int64_t const replicates = battery_replicates(quick);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_round, &seen);
    society_destroy(s);
    battery_same("slots given up", 0, seen.given, 1, 0);
    return seen;
}

/* Of `checked` slots k stay, each safe with chance g; `rest` more are not looked at. */
static double dropped_share(int checked, int rest)
{
    double share = 0;
    for (int k = 0; k <= checked; k++) {
        double const stay = forms_binomial(checked, k, pass_of(S));
        share += stay * (k + rest > 0 ? (k * safe_of(S) + rest * S) / (k + rest) : S);
    }
    return share;
}

static void dropped_samples_leave_smaller_datasets(void **state)
{
    (void)state;
    struct round_of seen = measure(1, "50", "act = \"drop\"\nchecks = 20", 20000);
    battery_mean("verify drop, N 50, 20 checks: E[safe], t 1", dropped_share(20, 30), &seen.safe);
    battery_mean("verify drop, N 50, 20 checks: checked", 20, &seen.checks);
    battery_mean("verify drop, N 50, 20 checks: E[rejected]", 20 * (1 - pass_of(S)),
                 &seen.rejections);
    seen = measure(1, "50", "act = \"drop\"\nchecks = 20\nunchecked = \"drop\"", 20000);
    battery_mean("verify drop, unchecked dropped too: E[safe], t 1", dropped_share(20, 0),
                 &seen.safe);
    seen = measure(1, "50", "act = \"drop\"", 20000);
    battery_mean("verify drop, all checked, N 50: E[safe], t 1", dropped_share(50, 0), &seen.safe);
}

/* v = E[min(n, Bin(b, y))] / n: the share of slots whose sample was checked and passed. */
static double share_passed(int n, int b)
{
    double v = 0;
    for (int k = 0; k <= b; k++)
        v += forms_binomial(b, k, pass_of(S)) * (k < n ? k : n);
    return v / n;
}

static double safe_with(double v)
{
    return v * safe_of(S) + (1 - v) * S;
}

static void a_budget_of_redraws_reaches_a_share_of_the_slots(void **state)
{
    (void)state;
    double v = share_passed(1000, 400);
    struct round_of seen = measure(1, "1000", "act = \"redraw\"\nchecks = 400", 4000);
    battery_printed(safe_with(v), ".6576");
    battery_mean("verify redraw, n 1000, b 400: E[safe], t 1", safe_with(v), &seen.safe);
    battery_mean("verify redraw, n 1000, b 400: checked", 400, &seen.checks);
    battery_mean("verify redraw, n 1000, b 400: E[passed]", 1000 * v, &seen.passed);
    v = share_passed(1000, 1500);
    seen = measure(1, "1000", "act = \"redraw\"\nchecks = 1500", 4000);
    battery_printed(v, ".986631");
    battery_mean("verify redraw, n 1000, b 1500: E[passed]", 1000 * v, &seen.passed);
    battery_mean("verify redraw, n 1000, b 1500: E[safe], t 1", safe_with(v), &seen.safe);
}

static void slicing_a_budget_changes_the_law(void **state)
{
    (void)state;
    double v = share_passed(10, 15);
    struct round_of seen = measure(100, "10", "act = \"redraw\"\nchecks = 1500", 3000);
    battery_printed(v, ".923213");
    battery_mean("verify redraw, 100 x n 10, b 1500: E[passed]", 1000 * v, &seen.passed);
    battery_mean("verify redraw, 100 x n 10, b 1500: E[safe], t 1", safe_with(v), &seen.safe);
    v = .7 * share_passed(10, 15) + .3 * share_passed(10, 16);
    seen = measure(100, "10", "act = \"redraw\"\nchecks = 1530", 3000);
    battery_mean("verify redraw, 100 x n 10, b 1530: E[passed]", 1000 * v, &seen.passed);
}

static void redrawing_to_the_end_takes_n_over_y_checks(void **state)
{
    (void)state;
    struct round_of seen = measure(1, "1000", "act = \"redraw\"", 4000);
    battery_printed(1 / pass_of(S), "1.515152");
    battery_mean("verify redraw, no limit: E[checks] = n/y, n 1000", 1000 / pass_of(S),
                 &seen.checks);
    battery_mean("verify redraw, no limit: passed", 1000, &seen.passed);
    battery_mean("verify redraw, no limit: E[safe], t 1", safe_of(S), &seen.safe);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_multiply_odds_round_by_round),
        cmocka_unit_test(illegible_harm_takes_over),
        cmocka_unit_test(dropped_samples_leave_smaller_datasets),
        cmocka_unit_test(a_budget_of_redraws_reaches_a_share_of_the_slots),
        cmocka_unit_test(slicing_a_budget_changes_the_law),
        cmocka_unit_test(redrawing_to_the_end_takes_n_over_y_checks),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
