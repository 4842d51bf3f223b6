#include "battery.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SLOW_SEEDS = 5, SLOW_REPLICATES = 4, NAME_TEXT = 128 };

static struct {
    bool slow;
    int64_t seed, replicate, rows, failed, same;
    double largest, worst;
    char where[NAME_TEXT];
} battery;

void battery_begin(int argc, char **argv)
{
    battery.slow = argc == 2 && strcmp(argv[1], "slow") == 0;
    if (argc > 1 && !battery.slow) {
        fprintf(stderr, "usage: %s [slow]\n", argv[0]);
        exit(2);
    }
    printf("%-58s %14s %14s %10s %7s\n", "row", "formula", "measured", "error", "z");
}

bool battery_next(void)
{
    return battery.seed++ < (battery.slow ? SLOW_SEEDS : 1);
}

int battery_end(int failed_tests)
{
    printf("%lld comparisons, %lld disagree", (long long)battery.rows, (long long)battery.failed);
    if (battery.largest > 0)
        printf(", largest |z| %.2f: %s", battery.largest, battery.where);
    printf("\n");
    return failed_tests + battery.failed > 0 || battery.rows == 0;
}

int64_t battery_seed(void)
{
    return battery.seed;
}

int64_t battery_fresh(void)
{
    return battery.replicate++;
}

int64_t battery_replicates(int64_t quick)
{
    return battery.slow ? SLOW_REPLICATES * quick : quick;
}

/* ---- samples ------------------------------------------------------------ */

void sample_add(struct sample *sample, double x)
{
    double const before = x - sample->mean;
    sample->count++;
    sample->mean += before / (double)sample->count;
    sample->square += before * (x - sample->mean);
}

static double sample_error(const struct sample *sample)
{
    double const n = (double)sample->count;
    return sqrt(sample->square / (n - 1) / n);
}

/* ---- rows --------------------------------------------------------------- */

/* The sentence is printed at once: a test that fails ends there, the others go on. */
static void judge(const char *name, bool good)
{
    battery.rows++;
    battery.failed += !good;
    if (!good)
        fail_msg("%s disagrees (seed %lld)", name, (long long)battery.seed);
}

void battery_printed(double formula, const char *page)
{
    char *end = NULL;
    double const printed = strtod(page, &end);
    const char *point = strchr(page, '.');
    double const unit = point ? pow(10, -(double)(end - point - 1)) : 1;
    assert_true(*page && !*end);
    if (fabs(formula - printed) > 0.5 * unit * (1 + 1e-6))
        printf("%-58s %14.10g is not what the page prints, %s\n", "", formula, page);
    judge(page, fabs(formula - printed) <= 0.5 * unit * (1 + 1e-6));
}

static bool agree(double formula, double measured, double scale, double tolerance)
{
    return formula == measured || fabs(measured - formula) <= tolerance * scale;
}

void battery_exact(const char *name, double formula, double measured, double scale,
                   double tolerance)
{
    double const error = formula == measured ? 0 : fabs(measured - formula) / scale;
    printf("%-58s %14.10g %14.10g %10.1e %7s\n", name, formula, measured, error, "exact");
    judge(name, agree(formula, measured, scale, tolerance));
}

void battery_same(const char *name, double formula, double measured, double scale, double tolerance)
{
    bool const good = agree(formula, measured, scale, tolerance);
    double const error = formula == measured ? 0 : fabs(measured - formula) / scale;
    if (!good)
        printf("%-58s %14.10g %14.10g %10.1e\n", name, formula, measured, error);
    battery.same++;
    battery.worst = fmax(battery.worst, error);
    judge(name, good);
}

void battery_worst(const char *name)
{
    printf("%-58s %14s %14lld %10.1e %7s\n", name, "each of", (long long)battery.same,
           battery.worst, "exact");
    battery.same = 0;
    battery.worst = 0;
}

static void show_z(const char *name, double formula, double measured, double error)
{
    double const z = (measured - formula) / error;
    printf("%-58s %14.8g %14.8g %10.2g %7.2f\n", name, formula, measured, error, z);
    if (fabs(z) > battery.largest) {
        battery.largest = fabs(z);
        snprintf(battery.where, sizeof battery.where, "%s, seed %lld", name,
                 (long long)battery.seed);
    }
    judge(name, fabs(z) < (battery.slow ? 5 : 4));
}

void battery_mean(const char *name, double formula, const struct sample *sample)
{
    assert_true(sample->count > 1);
    if (sample->square > 0)
        show_z(name, formula, sample->mean, sample_error(sample));
    else
        battery_exact(name, formula, sample->mean, fabs(formula), BATTERY_EXACT);
}

void battery_share(const char *name, double formula, int64_t hits, int64_t count)
{
    double const n = (double)count;
    assert_true(n * fmin(formula, 1 - formula) >= 20); /* else the normal law is no judge */
    show_z(name, formula, (double)hits / n, sqrt(formula * (1 - formula) / n));
}

/* By Wilson and Hilferty's cube root. */
void battery_law(const char *name, const double *law, const int64_t *found, int n)
{
    double chi = 0, all = 0, freedom = -1;
    for (int i = 0; i < n; i++)
        all += (double)found[i];
    for (int i = 0; i < n; i++) {
        double const expected = law[i] * all, error = (double)found[i] - expected;
        assert_true(expected >= 5 || (expected <= 0 && found[i] == 0));
        chi += expected > 0 ? error * error / expected : 0;
        freedom += expected > 0;
    }
    double const spread = 2 / (9 * freedom);
    double const z = (cbrt(chi / freedom) - (1 - spread)) / sqrt(spread);
    struct sample const deviate = {.count = 2, .mean = z, .square = 2}; /* standard error 1 */
    battery_mean(name, 0, &deviate);
}

void battery_within(const char *name, double formula, const struct sample *sample, double share)
{
    printf("%-58s %14.8g %14.8g %10.2g %6.1f%%\n", name, formula, sample->mean,
           sample_error(sample), 100 * (sample->mean / formula - 1));
    judge(name, fabs(sample->mean - formula) <= share * formula);
}
