/* The only file with OpenMP in it. Sums are exact and words addressed, so any schedule will do. */
#include "schedule/workers.h"

#include <omp.h>

void workers_run(int workers, int64_t items, workers_task task, void *argument)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(workers) if (workers > 1 && items > 1)
    for (int64_t i = 0; i < items; i++)
        task(argument, i, omp_get_thread_num());
}

int workers_default(void)
{
    return omp_get_max_threads();
}
