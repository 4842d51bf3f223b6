#include "world/sweep.h"

#include <stdatomic.h>
#include <string.h>

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

static void sum_part(void *argument, int64_t begin, int64_t end)
{
    const struct sweep *s = argument;
    s->sums[begin / WORKERS_GRAIN] = s->y ? s->kernel->dot(s->x + begin, s->y + begin, end - begin)
                                          : s->kernel->sum(s->x + begin, end - begin);
}

enum { AT_ONCE = 256 }; /* parts whose sums are kept: 16 million numbers */

static double sum(int workers, const double *x, const double *y, int64_t n)
{
    double sums[AT_ONCE];
    double total = 0;
    for (int64_t begin = 0; begin < n; begin += AT_ONCE * WORKERS_GRAIN) {
        int64_t const rest = n - begin, most = (int64_t)AT_ONCE * WORKERS_GRAIN;
        int64_t const now = rest < most ? rest : most;
        struct sweep s = {
            .kernel = kernel_get(), .x = x + begin, .y = y ? y + begin : NULL, .sums = sums};
        workers_each(workers, now, sum_part, &s);
        total += s.kernel->sum(sums, (now + WORKERS_GRAIN - 1) / WORKERS_GRAIN);
    }
    return total;
}

double sweep_sum(int workers, const double *x, int64_t n)
{
    return n <= WORKERS_GRAIN ? kernel_get()->sum(x, n) : sum(workers, x, NULL, n);
}

double sweep_dot(int workers, const double *x, const double *y, int64_t n)
{
    return n <= WORKERS_GRAIN ? kernel_get()->dot(x, y, n) : sum(workers, x, y, n);
}

/* ---- the rest ----------------------------------------------------------- */

static void check_part(void *argument, int64_t begin, int64_t end)
{
    struct sweep *s = argument;
    if (!s->kernel->is_weight(s->x + begin, end - begin))
        atomic_store(&s->bad, true);
}

bool sweep_is_weight(int workers, const double *x, int64_t n)
{
    struct sweep s = {.kernel = kernel_get(), .x = x};
    workers_each(workers, n, check_part, &s);
    return !atomic_load(&s.bad);
}

static void multiply_part(void *argument, int64_t begin, int64_t end)
{
    const struct sweep *s = argument;
    s->kernel->multiply(s->out + begin, s->x + begin, s->y + begin, end - begin);
}

void sweep_multiply(int workers, double *out, const double *x, const double *y, int64_t n)
{
    struct sweep s = {.kernel = kernel_get(), .x = x, .y = y, .out = out};
    workers_each(workers, n, multiply_part, &s);
}

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

static void copy_part(void *argument, int64_t begin, int64_t end)
{
    const struct sweep *s = argument;
    memcpy(s->out + begin, s->x + begin, sizeof *s->out * (size_t)(end - begin));
}

void sweep_copy(int workers, double *out, const double *x, int64_t n)
{
    struct sweep s = {.x = x, .out = out};
    workers_each(workers, n, copy_part, &s);
}
