/* record/archive_file.h - the database of an archive: opened, checked, never changed. */
#ifndef RECORD_ARCHIVE_FILE_H
#define RECORD_ARCHIVE_FILE_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/report.h"

/* What archive.h promises, within record/archive*.c. */
struct archive {
    struct arena *arena;
    const char *path;
    sqlite3 *db;
};

/* NULL with one sentence. The connection is within a transaction: all that is read of it is of one
 * moment, whatever runs write meanwhile. */
sqlite3 *archive_file_open(const char *path, struct report *report);

/* One sentence on why reading just failed. Before anything else is done. */
enum status archive_file_say(sqlite3 *db, const char *path, struct report *report);

/* A query, its one parameter bound to `run`; NULL with a sentence. */
sqlite3_stmt *archive_file_ask(const struct archive *archive, const char *sql, int64_t run,
                               struct report *report);

/* Ends a query that was stepped through; says what stopped it, if anything did. */
enum status archive_file_close(const struct archive *archive, sqlite3_stmt *query,
                               struct report *report);

/* STATUS_DATA, for a run that no gyre wrote so: somebody else changed the database. */
enum status archive_file_damaged(const struct archive *archive, int64_t run, const char *what,
                                 struct report *report);

/* A copy in the arena; NULL where SQL has NULL. */
const char *archive_file_text(const struct archive *archive, sqlite3_stmt *query, int column);

#endif
