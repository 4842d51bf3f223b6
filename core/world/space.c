#include "world/space.h"

#include <math.h>
#include <string.h>

#include "world/sweep.h"

int space_live_find(const char *name)
{
    static const char *const names[SPACE_LIVES] = {"held", "distribution"};
    for (int i = 0; i < SPACE_LIVES; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

/* The sum, of p made larger or smaller by a power of two where its reciprocal would be no number.
 */
static double sum_in_reach(int workers, double *p, int64_t n)
{
    double const sum = sweep_sum(workers, p, n);
    if (!(sum > 0) || (sum >= 0x1p-1000 && sum <= 0x1p1000))
        return sum;
    sweep_scale(workers, p, p, sum < 1 ? 0x1p600 : 0x1p-600, n);
    return sweep_sum(workers, p, n);
}

int64_t space_normalise(int workers, int64_t contexts, const int64_t *context, double *p)
{
    int64_t empty = -1;
    for (int64_t c = contexts - 1; c >= 0; c--) {
        int64_t const n = context[c + 1] - context[c];
        double *part = p + context[c];
        double const sum = sum_in_reach(workers, part, n);
        if (!(sum > 0))
            empty = c;
        else if (fabs(sum - 1) > 0x1p-44)
            sweep_scale(workers, part, part, 1 / sum, n);
    }
    return empty;
}
