/* The only file with OpenMP in it. Sums are exact and words addressed, so any schedule will do. */
#include "base/workers.h"

#include <omp.h>
#include <stddef.h>

static _Thread_local const struct workers_watch *watching;

void workers_watch(const struct workers_watch *watch)
{
    watching = watch;
}

/* A task between two looks at the clock. */
struct watched {
    const struct workers_watch *watch;
    workers_task task;
    void *argument;
};

static void do_watched(void *argument, int64_t item, int worker)
{
    const struct watched *watched = argument;
    watched->watch->begin(watched->watch->argument, worker);
    watched->task(watched->argument, item, worker);
    watched->watch->end(watched->watch->argument, worker);
}

static void run_watched(int workers, int64_t items, workers_task task, void *argument)
{
    struct watched watched = {watching, task, argument};
    watching = NULL; /* what is run within an item is the item's */
    watched.watch->part(watched.watch->argument);
    workers_run(workers, items, do_watched, &watched);
    watched.watch->join(watched.watch->argument);
    watching = watched.watch;
}

void workers_run(int workers, int64_t items, workers_task task, void *argument)
{
    if (watching && workers > 1 && items > 1) {
        run_watched(workers, items, task, argument);
        return;
    }
    /* A region of one thread would end the others, and the next would have to begin new ones: that
     * took a third of the time of short rounds. */
    if (workers == 1 || items <= 1 || omp_in_parallel()) {
        for (int64_t i = 0; i < items; i++)
            task(argument, i, 0);
        return;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(workers)
    for (int64_t i = 0; i < items; i++)
        task(argument, i, omp_get_thread_num());
}

/* What a task of parts needs. */
struct parts {
    workers_part part;
    void *argument;
    int64_t n;
};

static void do_part(void *argument, int64_t item, int worker)
{
    const struct parts *parts = argument;
    int64_t const begin = item * WORKERS_GRAIN, end = begin + WORKERS_GRAIN;
    (void)worker;
    parts->part(parts->argument, begin, end < parts->n ? end : parts->n);
}

void workers_each(int workers, int64_t n, workers_part part, void *argument)
{
    struct parts parts = {part, argument, n};
    if (n <= WORKERS_GRAIN)
        part(argument, 0, n);
    else
        workers_run(workers, (n + WORKERS_GRAIN - 1) / WORKERS_GRAIN, do_part, &parts);
}

int workers_default(void)
{
    return omp_get_max_threads();
}
