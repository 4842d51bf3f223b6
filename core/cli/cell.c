#include "cli/cell.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPONENT = -1 }; /* instead of a number of decimals: 1.2e-5 */

static double const large = 1e6, small = 1e-3;

static bool is_short_integer(double x)
{
    return fabs(x) < large && rint(x) == x;
}

/* That many decimals are shown of a number of this size. */
static int decimals_of(double x)
{
    double const size = fabs(x);
    if (size >= large || size < small)
        return EXPONENT;
    return size < 10 ? 4 : size < 100 ? 3 : size < 1000 ? 2 : size < 10000 ? 1 : 0;
}

/* Through integers, because printf's decimal point is the locale's. */
static void write_fixed(char out[CELL_TEXT], double x, int decimals)
{
    static long long const power[] = {1, 10, 100, 1000, 10000};
    long long const scaled = llround(fabs(x) * (double)power[decimals]);
    const char *const sign = x < 0 && scaled ? "-" : "";
    if (decimals)
        snprintf(out, CELL_TEXT, "%s%lld.%0*lld", sign, scaled / power[decimals], decimals,
                 scaled % power[decimals]);
    else
        snprintf(out, CELL_TEXT, "%s%lld", sign, scaled);
}

/* Two digits. Whatever %e's decimal point is, the second one stands before the e. */
static void write_exponent(char out[CELL_TEXT], double x)
{
    char text[CELL_TEXT];
    snprintf(text, sizeof text, "%.1e", fabs(x));
    const char *const e = strchr(text, 'e');
    char const first = text[0], second = e[-1];
    long const exponent = strtol(e + 1, NULL, 10);
    const char *const sign = x < 0 ? "-" : "";
    if (second == '0')
        snprintf(out, CELL_TEXT, "%s%ce%ld", sign, first, exponent);
    else
        snprintf(out, CELL_TEXT, "%s%c.%ce%ld", sign, first, second, exponent);
}

static void write_finite(char out[CELL_TEXT], double x, int decimals)
{
    if (decimals == EXPONENT)
        write_exponent(out, x);
    else
        write_fixed(out, x, decimals);
}

static void write_number(char out[CELL_TEXT], double x, bool unicode)
{
    if (isnan(x))
        strcpy(out, "-");
    else if (isinf(x))
        snprintf(out, CELL_TEXT, "%s%s", x < 0 ? "-" : "", unicode ? "∞" : "inf");
    else
        write_finite(out, x, is_short_integer(x) ? 0 : decimals_of(x));
}

struct cell cell_number(double x, bool unicode)
{
    struct cell cell = {0};
    write_number(cell.left, x, unicode);
    return cell;
}

/* With the decimals of its mean, unless nothing would be left of it. */
static void write_error(char out[2 * CELL_TEXT], double se, int decimals, bool unicode)
{
    char number[CELL_TEXT];
    if (decimals == EXPONENT || se >= large || se * pow(10, decimals) < 0.5)
        write_number(number, se, unicode);
    else
        write_finite(number, se, decimals);
    snprintf(out, 2 * CELL_TEXT, "%s %s", unicode ? "±" : "+/-", number);
}

/* Neither "in 0 %" nor "in 100 %" unless it is so. */
static void write_share(char out[2 * CELL_TEXT], double share)
{
    double const percent = 100 * share;
    if (share >= 1)
        *out = 0;
    else if (percent < 1)
        snprintf(out, CELL_TEXT, percent < 0.1 ? "in < 0.1 %%" : "in 0.%d %%",
                 (int)fmin(9, round(10 * percent)));
    else
        snprintf(out, CELL_TEXT, "in %d %%", (int)fmin(99, round(percent)));
}

struct cell cell_summary(const struct result_summary *summary, bool unicode)
{
    if (summary->count && summary->infinite > 0) {
        struct cell cell = cell_number(INFINITY, unicode);
        write_share(cell.right, summary->infinite);
        return cell;
    }
    struct cell cell = cell_number(summary->mean, unicode);
    if (summary->count < 2)
        return cell;
    bool const exact = is_short_integer(summary->mean);
    if (exact && summary->se > 0)
        write_finite(cell.left, summary->mean,
                     summary->mean == 0.0 ? 0 : decimals_of(summary->mean));
    write_error(cell.right, summary->se, exact && summary->se <= 0 ? 0 : decimals_of(summary->mean),
                unicode);
    return cell;
}
