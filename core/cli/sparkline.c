#include "cli/sparkline.h"

#include <math.h>
#include <string.h>

enum { LEVELS = 8 };

static const char *const block[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const letter[LEVELS] = {".", ":", "-", "=", "+", "*", "#", "@"};

struct range {
    double lo, hi;
};

static struct range finite_range(const double *value, int64_t count)
{
    struct range range = {INFINITY, -INFINITY};
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(value[i]))
            continue;
        range.lo = fmin(range.lo, value[i]);
        range.hi = fmax(range.hi, value[i]);
    }
    return range;
}

/* Halved, because hi - lo may be beyond the doubles; what never changes lies at the bottom. */
static int level_of(double x, struct range range)
{
    double const width = range.hi / 2 - range.lo / 2;
    int const level = width > 0 ? (int)((x / 2 - range.lo / 2) / width * LEVELS) : 0;
    return level < LEVELS ? level : LEVELS - 1;
}

static const char *sign_of(double x, struct range range, bool unicode)
{
    if (isnan(x))
        return " ";
    if (isinf(x))
        return x < 0 ? "v" : unicode ? "∞" : "^";
    return (unicode ? block : letter)[level_of(x, range)];
}

void sparkline_format(char *out, const double *value, int64_t count, int columns, bool unicode)
{
    struct range const range = finite_range(value, count);
    int64_t const shown = count < columns ? count : columns;
    for (int64_t i = 0; i < shown; i++) {
        int64_t const at = shown > 1 ? i * (count - 1) / (shown - 1) : count - 1;
        out = stpcpy(out, sign_of(value[at], range, unicode));
    }
    *out = 0;
}
