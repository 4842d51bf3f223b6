#include "world/space.h"

#include <math.h>

#include "world/kernel.h"

int64_t space_normalise(int64_t contexts, const int64_t *context, double *p)
{
    const struct kernel *kernel = kernel_get();
    int64_t empty = -1;
    for (int64_t c = contexts - 1; c >= 0; c--) {
        int64_t const n = context[c + 1] - context[c];
        double *part = p + context[c];
        double const sum = kernel->sum(part, n);
        if (!(sum > 0))
            empty = c;
        else if (fabs(sum - 1) > 0x1p-44)
            kernel->scale(part, part, 1 / sum, n);
    }
    return empty;
}
