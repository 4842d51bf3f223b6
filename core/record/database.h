/* record/database.h - a gyre database, opened, checked and made when it is not there. */
#ifndef RECORD_DATABASE_H
#define RECORD_DATABASE_H

#include <sqlite3.h>

#include "base/report.h"

/* What `PRAGMA application_id` and `PRAGMA user_version` say of a database of ours. */
enum { DATABASE_APPLICATION = 0x67797265 /* "gyre" */, DATABASE_VERSION = 1 };

/* NULL when it cannot be written; the report says why. Another program's lock is waited for:
 * 10 seconds, or as many as GYRE_DB_WAIT says. */
sqlite3 *database_open(const char *path, struct report *report);

/* Seconds to wait for another program's lock. */
double database_patience(void);

/* One sentence on what just went wrong, by SQLite's own code. Before anything else is done. */
enum status database_say(sqlite3 *db, const char *path, struct report *report);

#endif
