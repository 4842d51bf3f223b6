#include "world/sweep.h"

#include <stdatomic.h>
#include <stddef.h>

#include "base/workers.h"
#include "world/kernel.h"

/* What any of the loops needs. */
struct sweep {
    const struct kernel *kernel;
    const double *x, *y;
    double *out;
    double factor;
    double *sums; /* one a part */
    atomic_bool bad;
};

/* ---- sums --------------------------------------------------------------- */

enum { AT_ONCE = 256 }; /* parts whose sums are kept: 16 million numbers */

/* By parts, and the sum of their sums. */
static double sum_up(int workers, struct sweep *s, int64_t n, workers_part part)
{
    double total = 0;
    int64_t const most = (int64_t)AT_ONCE * WORKERS_GRAIN;
    struct sweep const all = *s;
    for (int64_t begin = 0; begin < n; begin += most) {
        int64_t const now = n - begin < most ? n - begin : most;
        s->x = all.x + begin;
        s->y = all.y ? all.y + begin : NULL;
        s->out = all.out ? all.out + begin : NULL;
        workers_each(workers, now, part, s);
        total += s->kernel->sum(s->sums, (now + WORKERS_GRAIN - 1) / WORKERS_GRAIN);
    }
    return total;
}

static void sum_part(void *argument, int64_t begin, int64_t end)
{
    const struct sweep *s = argument;
    s->sums[begin / WORKERS_GRAIN] = s->y ? s->kernel->dot(s->x + begin, s->y + begin, end - begin)
                                          : s->kernel->sum(s->x + begin, end - begin);
}

static double sum(int workers, const double *x, const double *y, int64_t n)
{
    double sums[AT_ONCE];
    struct sweep s = {.kernel = kernel_get(), .x = x, .y = y, .sums = sums};
    return sum_up(workers, &s, n, sum_part);
}

double sweep_sum(int workers, const double *x, int64_t n)
{
    return n <= WORKERS_GRAIN ? kernel_get()->sum(x, n) : sum(workers, x, NULL, n);
}

double sweep_dot(int workers, const double *x, const double *y, int64_t n)
{
    return n <= WORKERS_GRAIN ? kernel_get()->dot(x, y, n) : sum(workers, x, y, n);
}

static void take_part(void *argument, int64_t begin, int64_t end)
{
    struct sweep *s = argument;
    double *const sum = &s->sums[begin / WORKERS_GRAIN], *const out = s->out + begin;
    bool const good = s->y ? s->kernel->weigh(out, s->x + begin, s->y + begin, end - begin, sum)
                           : s->kernel->copy(out, s->x + begin, end - begin, sum);
    if (!good)
        atomic_store(&s->bad, true);
}

bool sweep_weigh(int workers, double *out, const double *x, const double *y, int64_t n, double *sum)
{
    double sums[AT_ONCE];
    struct sweep s = {.kernel = kernel_get(), .x = x, .y = y, .out = out, .sums = sums};
    *sum = sum_up(workers, &s, n, take_part);
    return !atomic_load(&s.bad);
}

bool sweep_copy(int workers, double *out, const double *x, int64_t n, double *sum)
{
    double sums[AT_ONCE];
    struct sweep s = {.kernel = kernel_get(), .x = x, .out = out, .sums = sums};
    *sum = sum_up(workers, &s, n, take_part);
    return !atomic_load(&s.bad);
}

static void look_part(void *argument, int64_t begin, int64_t end)
{
    struct sweep *s = argument;
    for (int64_t at = begin; at < end; at += SWEEP_BLOCK) {
        int64_t const n = end - at < SWEEP_BLOCK ? end - at : SWEEP_BLOCK;
        if (!s->kernel->look(s->x + at, n, &s->sums[at / SWEEP_BLOCK]))
            atomic_store(&s->bad, true);
    }
}

bool sweep_look(int workers, const double *x, int64_t n, double *sums)
{
    struct sweep s = {.kernel = kernel_get(), .x = x, .sums = sums};
    workers_each(workers, n, look_part, &s);
    return !atomic_load(&s.bad);
}

/* ---- the rest ----------------------------------------------------------- */

static void scale_part(void *argument, int64_t begin, int64_t end)
{
    const struct sweep *s = argument;
    s->kernel->scale(s->out + begin, s->x + begin, s->factor, end - begin);
}

void sweep_scale(int workers, double *out, const double *x, double scale, int64_t n)
{
    struct sweep s = {.kernel = kernel_get(), .x = x, .out = out, .factor = scale};
    workers_each(workers, n, scale_part, &s);
}

static void log_part(void *argument, int64_t begin, int64_t end)
{
    const struct sweep *s = argument;
    s->kernel->log(s->out + begin, s->x + begin, end - begin);
}

void sweep_log(int workers, double *out, const double *x, int64_t n)
{
    struct sweep s = {.kernel = kernel_get(), .x = x, .out = out};
    workers_each(workers, n, log_part, &s);
}

static void exp_part(void *argument, int64_t begin, int64_t end)
{
    const struct sweep *s = argument;
    s->kernel->exp(s->out + begin, s->x + begin, end - begin);
}

void sweep_exp(int workers, double *out, const double *x, int64_t n)
{
    struct sweep s = {.kernel = kernel_get(), .x = x, .out = out};
    workers_each(workers, n, exp_part, &s);
}
