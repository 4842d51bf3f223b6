#include "world/space.h"

#include <math.h>

#include "world/kernel.h"

/* The sum, of p made larger or smaller by a power of two where its reciprocal would be no number.
 */
static double sum_in_reach(const struct kernel *kernel, double *p, int64_t n)
{
    double const sum = kernel->sum(p, n);
    if (!(sum > 0) || (sum >= 0x1p-1000 && sum <= 0x1p1000))
        return sum;
    kernel->scale(p, p, sum < 1 ? 0x1p600 : 0x1p-600, n);
    return kernel->sum(p, n);
}

int64_t space_normalise(int64_t contexts, const int64_t *context, double *p)
{
    const struct kernel *kernel = kernel_get();
    int64_t empty = -1;
    for (int64_t c = contexts - 1; c >= 0; c--) {
        int64_t const n = context[c + 1] - context[c];
        double *part = p + context[c];
        double const sum = sum_in_reach(kernel, part, n);
        if (!(sum > 0))
            empty = c;
        else if (fabs(sum - 1) > 0x1p-44)
            kernel->scale(part, part, 1 / sum, n);
    }
    return empty;
}
