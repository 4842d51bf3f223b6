#include "theory/compare.h"

#include <math.h>

#include "gyre/real.h"

static double const same = 1e-12;

/* A spread that is a smaller part of the range is what is left when a rare event, whose effect is
 * far larger, was in no replicate. */
static double const least = 1e-4;

/* A mean whose own skewness is above this is not near enough to normal for a z of 5 to be rare: of
 * events that happen in k replicates it is 1/sqrt(k). */
static double const skew_most = 0.1;

/* Of fewer replicates the standard error itself is too uncertain. */
enum { FEW = 30 };

/* Of a chance that is called a difference: e^-20 is 2e-9. */
static double const surprise_most = 20;

struct spread {
    double mean, sd, skewness;
};

/* From the first value, so that equal ones have exactly that mean and no spread. */
static struct spread spread_of(const double *value, int64_t count)
{
    double sum = 0, squares = 0, cubes = 0;
    double const n = (double)count;
    for (int64_t i = 0; i < count; i++)
        sum += value[i] - value[0];
    double const mean = value[0] + sum / n;
    for (int64_t i = 0; i < count; i++) {
        double const off = value[i] - mean;
        squares += off * off;
        cubes += off * off * off;
    }
    double const sd = sqrt(squares / (n - 1));
    return (struct spread){mean, sd, sd > 0 ? cubes / n / (sd * sd * sd) : 0};
}

/* x ln(x/y), 0 where x is. */
static double term(double x, double y)
{
    if (x <= 0)
        return 0;
    return y > 0 ? x * gyre_log(x / y) : INFINITY;
}

/* -ln of the bound on the chance that the mean of n numbers in [0, 1] is as far from its
 * expectation as `mean` is. */
static double surprise(double n, double mean, double exact)
{
    return n * (term(mean, exact) + term(1 - mean, 1 - exact));
}

static double unit(double x, double lo, double hi)
{
    double const share = (x - lo) / (hi - lo);
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

static bool is_near(double x, double y)
{
    return fabs(x - y) <= same * fmax(1, fabs(y));
}

static bool is_one(const struct compare *row, const double *value, int64_t count)
{
    bool all = is_near(row->mean, row->exact);
    for (int64_t i = 0; all && i < count; i++)
        all = is_near(value[i], row->exact);
    return all;
}

struct compare compare_row(const double *value, int64_t count, double exact, double lo, double hi,
                           bool sure)
{
    double const n = (double)count;
    struct spread const spread = spread_of(value, count);
    struct compare row = {.exact = exact, .mean = spread.mean, .se = spread.sd / sqrt(n), .z = NAN};
    if (sure || is_one(&row, value, count)) {
        row.way = COMPARE_SAME;
        row.agrees = is_one(&row, value, count);
    } else if (count >= FEW && spread.sd > least * (hi - lo) &&
               fabs(spread.skewness) / sqrt(n) <= skew_most) {
        row.way = COMPARE_Z;
        row.z = (spread.mean - exact) / row.se;
        row.agrees = true;
    } else {
        row.way = COMPARE_BOUND;
        row.agrees = surprise(n, unit(spread.mean, lo, hi), unit(exact, lo, hi)) < surprise_most;
    }
    return row;
}

double compare_limit(int64_t rows)
{
    return rows > 1 ? 5 : 4;
}
