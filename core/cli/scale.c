#include "cli/scale.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond these, differences and steps would leave the doubles. */
static double const largest = 1e300, least = 1e-300;

/* A range that is smaller than this part of its numbers is their rounding. */
static double const noise = 1e-9;

enum { MOST_STEPS = 12, FIXED_DECIMALS = 4, FIXED_DIGITS = 6 };

static double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* ---- labels ------------------------------------------------------------------------------------
 */

/* n x 10^power, power at least -FIXED_DECIMALS. Through integers, because printf's decimal point is
 * the locale's. */
static void write_fixed(char out[SCALE_LABEL], int64_t n, int power)
{
    static int64_t const unit[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    static_assert(sizeof unit / sizeof *unit == FIXED_DIGITS + 1, "a unit for every power");
    long long const size = llabs((long long)n);
    int const decimals = power < -FIXED_DECIMALS ? FIXED_DECIMALS : -power;
    const char *const sign = n < 0 ? "-" : "";
    if (decimals <= 0)
        snprintf(out, SCALE_LABEL, "%s%lld", sign, size * unit[-decimals]);
    else
        snprintf(out, SCALE_LABEL, "%s%lld.%0*lld", sign, size / unit[decimals], decimals,
                 size % unit[decimals]);
}

static void write_exponent(char out[SCALE_LABEL], int64_t n, int power)
{
    char digits[SCALE_LABEL];
    int64_t size = n < 0 ? -n : n;
    for (; size && size % 10 == 0; power++)
        size /= 10;
    int const length = snprintf(digits, sizeof digits, "%lld", (long long)size);
    const char *const sign = n < 0 ? "-" : "", *const point = length > 1 ? "." : "";
    if (size)
        snprintf(out, SCALE_LABEL, "%s%c%s%.*se%d", sign, digits[0], point, 12, digits + 1,
                 power + length - 1);
    else
        strcpy(out, "0");
}

/* All labels of an axis are of one kind, so that they can be compared at a glance. */
static bool is_fixed(double size, int power)
{
    return power >= -FIXED_DECIMALS && size < pow(10, FIXED_DIGITS);
}

static void add_tick(struct scale *scale, int64_t n, int power, bool fixed)
{
    if (scale->count == SCALE_TICKS)
        return;
    struct scale_tick *const tick = &scale->tick[scale->count++];
    /* Division by a power of ten is exact to the last bit, multiplication by 0.1 is not. */
    tick->at = power < 0 ? (double)n / pow(10, -power) : (double)n * pow(10, power);
    if (fixed)
        write_fixed(tick->label, n, power);
    else
        write_exponent(tick->label, n, power);
}

/* ---- linear ------------------------------------------------------------------------------------
 */

/* factor x 10^power, factor 1, 2 or 5. */
struct step {
    int factor, power;
};

static double step_size(struct step step)
{
    return step.factor * pow(10, step.power);
}

/* The smallest step that is at least `size`. */
static struct step step_from(double size)
{
    static int const factors[] = {1, 2, 5};
    int const power = (int)floor(log10(size) + noise);
    for (int i = 0; i < 3; i++) {
        struct step const step = {factors[i], power};
        if (step_size(step) >= size * (1 - noise))
            return step;
    }
    return (struct step){1, power + 1};
}

static void widen(double *lo, double *hi)
{
    double const size = fmax(fabs(*lo), fabs(*hi)), span = *hi - *lo;
    bool const constant = span <= noise * size || span < least;
    if (constant || (*lo > 0 && *lo < span))
        *lo = fmin(*lo, 0);
    if (constant || (*hi < 0 && -*hi < span))
        *hi = fmax(*hi, 0);
    if (*hi - *lo < least)
        *hi = *lo + 1;
}

struct scale scale_linear(double lo, double hi, int most)
{
    struct scale scale = {.lo = clamp(lo, -largest, largest), .hi = clamp(hi, -largest, largest)};
    widen(&scale.lo, &scale.hi);
    int const steps = most < 2 ? 2 : most > MOST_STEPS ? MOST_STEPS : most;
    struct step const step = step_from((scale.hi - scale.lo) / steps);
    double const size = step_size(step);
    int64_t const first = (int64_t)floor(scale.lo / size + noise);
    int64_t const last = (int64_t)ceil(scale.hi / size - noise);
    double const greatest = size * fmax(fabs((double)first), fabs((double)last));
    for (int64_t i = first; i <= last; i++)
        add_tick(&scale, i * step.factor, step.power, is_fixed(greatest, step.power));
    scale.lo = fmin(scale.lo, scale.tick[0].at);
    scale.hi = fmax(scale.hi, scale.tick[scale.count - 1].at);
    return scale;
}

struct scale scale_rounds(int64_t last, int most)
{
    struct scale scale = {.hi = last > 0 ? (double)last : 1};
    double const size = scale.hi / (most < 1 ? 1 : most > MOST_STEPS ? MOST_STEPS : most);
    struct step const step = step_from(fmax(1, size));
    int64_t const every = (int64_t)llround(step_size(step));
    for (int64_t i = 0; i * every <= (last > 0 ? last : 0); i++)
        add_tick(&scale, i * step.factor, step.power, is_fixed(scale.hi, step.power));
    return scale;
}

/* ---- by powers of ten --------------------------------------------------------------------------
 */

struct scale scale_log(double lo, double hi, int most)
{
    int const first = (int)floor(log10(clamp(lo, least, largest)) + noise);
    int const end = (int)ceil(log10(clamp(hi, least, largest)) - noise);
    int const last = end > first ? end : first + 1, decades = last - first;
    int const steps = most < 2 ? 2 : most > MOST_STEPS ? MOST_STEPS : most;
    int const every = (decades + steps - 1) / steps;
    bool const fixed = first >= -FIXED_DECIMALS && last < FIXED_DIGITS;
    struct scale scale = {.lo = pow(10, first), .hi = pow(10, last), .log = true};
    for (int power = first; power <= last; power += every) {
        add_tick(&scale, 1, power, fixed);
        for (int factor = 2; factor <= 5 && 3 * decades <= steps && power < last; factor += 3)
            add_tick(&scale, factor, power, fixed);
    }
    return scale;
}

double scale_place(const struct scale *scale, double x)
{
    if (isnan(x) || (scale->log && x <= 0))
        return NAN;
    if (isinf(x))
        return x > 0 ? 1 : 0;
    double const place = scale->log ? (log(x) - log(scale->lo)) / (log(scale->hi) - log(scale->lo))
                                    : (x / 2 - scale->lo / 2) / (scale->hi / 2 - scale->lo / 2);
    return clamp(place, 0, 1);
}
