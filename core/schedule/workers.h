/* schedule/workers.h - the run's threads. */
#ifndef SCHEDULE_WORKERS_H
#define SCHEDULE_WORKERS_H

#include <stdint.h>

/* Does one item; `worker` is below the number of workers, and no two tasks at once have the same.
 */
typedef void (*workers_task)(void *argument, int64_t item, int worker);

/* Items 0 .. items - 1, in any order, by at most `workers` threads; returns when all are done. */
void workers_run(int workers, int64_t items, workers_task task, void *argument);

/* How many there are when nobody says: OMP_NUM_THREADS, else all processors. */
int workers_default(void);

#endif
