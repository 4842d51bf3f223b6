/* base/workers.h - the run's threads. */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include <stdint.h>

/* Does one item; `worker` is below the number of workers, and no two tasks at once have the same.
 */
typedef void (*workers_task)(void *argument, int64_t item, int worker);

/* Items 0 .. items - 1, in any order, by at most `workers` threads; returns when all are done. */
void workers_run(int workers, int64_t items, workers_task task, void *argument);

/* Does [begin, end) of a long array. */
typedef void (*workers_part)(void *argument, int64_t begin, int64_t end);

enum {
    WORKERS_GRAIN = 65536
}; /* what a thread takes at once: below it threads cost more than they do */

/* [0, n) in parts of WORKERS_GRAIN, in any order; from within a task, one after the other. */
void workers_each(int workers, int64_t n, workers_part part, void *argument);

/* Somebody who wants to know when which thread works. `part` and `join` are told by the caller of
 * workers_run, before and after; `begin` and `end` by each thread, around each item. */
struct workers_watch {
    void (*part)(void *argument);
    void (*begin)(void *argument, int worker);
    void (*end)(void *argument, int worker);
    void (*join)(void *argument);
    void *argument;
};

/* Watches what the calling thread runs from now on, but for what is run within an item; NULL:
 * nobody does. It must outlive that. */
void workers_watch(const struct workers_watch *watch);

/* How many there are when nobody says: OMP_NUM_THREADS, else all processors. */
int workers_default(void);

#endif
