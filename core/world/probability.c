#include "world/probability.h"

#include <stddef.h>

#include "base/workers.h"
#include "world/kernel.h"

enum { AT_ONCE = 256 }; /* parts whose sums are kept: 16 million numbers */

/* What is looked for, and what each part gives of it. */
struct look {
    const double *p, *weight; /* weight NULL: entropy is */
    double least;
    double sum[AT_ONCE], alike[AT_ONCE];
};

static void look_at(void *argument, int64_t begin, int64_t end)
{
    struct look *look = argument;
    int64_t const part = begin / WORKERS_GRAIN, n = end - begin;
    const double *p = look->p + begin;
    look->sum[part] = look->weight ? kernel_get()->covered(p, look->least, look->weight + begin, n)
                                   : kernel_get()->entropy(p, n, &look->alike[part]);
}

static double look_at_all(int workers, struct look *look, int64_t n, double *alike)
{
    int64_t const most = (int64_t)AT_ONCE * WORKERS_GRAIN;
    double sum = 0;
    for (int64_t begin = 0; begin < n; begin += most) {
        int64_t const now = n - begin < most ? n - begin : most;
        int64_t const parts = (now + WORKERS_GRAIN - 1) / WORKERS_GRAIN;
        workers_each(workers, now, look_at, look);
        sum += kernel_get()->sum(look->sum, parts);
        if (alike)
            *alike += kernel_get()->sum(look->alike, parts);
        look->p += now;
        look->weight = look->weight ? look->weight + now : NULL;
    }
    return sum;
}

double probability_entropy(int workers, const double *p, int64_t n, double *alike)
{
    if (n <= WORKERS_GRAIN)
        return kernel_get()->entropy(p, n, alike);
    struct look look = {.p = p};
    *alike = 0;
    return look_at_all(workers, &look, n, alike);
}

double probability_covered(int workers, const double *p, double least, const double *weight,
                           int64_t n)
{
    if (n <= WORKERS_GRAIN)
        return kernel_get()->covered(p, least, weight, n);
    struct look look = {.p = p, .weight = weight, .least = least};
    return look_at_all(workers, &look, n, NULL);
}

struct move {
    double *p;
    const uint32_t *count;
    double total, rate;
};

static void move_part(void *argument, int64_t begin, int64_t end)
{
    const struct move *m = argument;
    kernel_get()->move(m->p + begin, m->count + begin, m->total, m->rate, end - begin);
}

void probability_move(int workers, double *p, const uint32_t *count, double total, double rate,
                      int64_t n)
{
    struct move m = {p, count, total, rate};
    workers_each(workers, n, move_part, &m);
}
