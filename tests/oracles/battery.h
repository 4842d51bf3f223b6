/* oracles/battery.h - how a measurement is held against a formula, and what is printed of it.
 *
 * Exact quantities must agree to 1e-12 of their size, 1e-9 after a long recursion. The mean of a
 * statistic over replicates must lie within 4 standard errors of its expectation in the quick
 * tests, which have one fixed seed, and within 5 in the slow ones, which have several: thousands of
 * rows are looked at there. Replicates are the sample, never the rounds of one run.
 */
#ifndef ORACLES_BATTERY_H
#define ORACLES_BATTERY_H

#include <stdbool.h>
#include <stdint.h>

#define BATTERY_EXACT     1e-12
#define BATTERY_RECURSION 1e-9

/* `slow` as the program's argument means several seeds; anything else is refused. */
void battery_begin(int argc, char **argv);
/* Goes to the next seed; false when all are done. */
bool battery_next(void);
/* Prints the largest |z| of all. Returns what main is to: 0 when nothing disagreed. */
int battery_end(int failed_tests);

int64_t battery_seed(void);
/* How many replicates: what the quick test has, or more. */
int64_t battery_replicates(int64_t quick);
/* The number of a replicate that no sample has had yet, so that no two rows share random words. */
int64_t battery_fresh(void);

/* ---- a sample over replicates ------------------------------------------- */

struct sample {
    int64_t count;
    double mean, square; /* sum of squared distances from the mean */
};

void sample_add(struct sample *sample, double x);

/* ---- rows --------------------------------------------------------------- */

/* The formula as computed here must be the number that the page prints, to its last digit. */
void battery_printed(double formula, const char *page);

/* |measured - formula| <= tolerance x scale; prints a row. scale is the size of what was added up,
 * |formula| itself where nothing cancels. */
void battery_exact(const char *name, double formula, double measured, double scale,
                   double tolerance);
/* The same without a row, for what is asserted in every round of every run. */
void battery_same(const char *name, double formula, double measured, double scale,
                  double tolerance);

/* A row for all of those since the last such row: how many there were, and the largest error. */
void battery_worst(const char *name);

/* A mean of replicates, against its exact expectation. */
void battery_mean(const char *name, double formula, const struct sample *sample);
/* How often something happened: its standard error is that of the formula's probability. */
void battery_share(const char *name, double formula, int64_t hits, int64_t count);
/* How often each of n outcomes came, found[], against their chances law[], which sum to 1:
 * chi-square, as a normal deviate. None that can come is expected below 5 times. */
void battery_law(const char *name, const double *law, const int64_t *found, int n);
/* A formula that is itself an approximation: within a share of it. */
void battery_within(const char *name, double formula, const struct sample *sample, double share);

#endif
