/* record/store.h - the run store: a SQLite database of runs. docs/store.md says its tables. */
#ifndef RECORD_STORE_H
#define RECORD_STORE_H

#include "record/result.h"

/* A sink that writes into the database at `path`, made if it is not there. Opening checks that it
 * can be written: locked for over 10 seconds, read-only, no database, of another version, no
 * folder are mistakes in `report` (STATUS_IO; another version and no database: STATUS_DATA), and
 * NULL. */
struct result_sink *store_open(struct arena *arena, const char *path, struct report *report);

/* To be called before begin: summaries are made of it. */
void store_attach(struct result_sink *store, const struct series *series);

/* The run's number in the database; 0 before begin. */
int64_t store_run(const struct result_sink *store);

/* Writes what waits: somebody may look at the database for a long time before the next row. */
enum status store_flush(struct result_sink *store);

/* Closes; the file is then one file, without -wal beside it (unless another run has it open). */
void store_close(struct result_sink *store);

#endif
