#include "record/database.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/machine.h"
#include "base/text.h"

/* docs/store.md explains every column. `value` is keyed in the order in which rows arrive, so that
 * the B-tree is only ever appended to. */
static const char schema[] =
    "CREATE TABLE run (id INTEGER PRIMARY KEY AUTOINCREMENT, scenario TEXT NOT NULL, title TEXT,"
    " question TEXT, setting TEXT, isolation TEXT, through TEXT, text TEXT, sets TEXT NOT NULL, "
    "seed INTEGER NOT NULL,"
    " replicates INTEGER NOT NULL, rounds INTEGER NOT NULL, threads INTEGER NOT NULL,"
    " gyre TEXT NOT NULL, libraries TEXT NOT NULL, started TEXT NOT NULL,"
    " status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'stopped')),"
    " reason TEXT, digest TEXT, seconds REAL);"
    "CREATE TABLE component (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    " name TEXT NOT NULL, id TEXT NOT NULL, version TEXT, module TEXT, file TEXT, xxh3 TEXT,"
    " PRIMARY KEY (run, id, name)) WITHOUT ROWID;"
    "CREATE TABLE output (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    " id INTEGER NOT NULL, name TEXT NOT NULL, unit TEXT, doc TEXT, lo REAL, hi REAL,"
    " direction INTEGER NOT NULL, headline INTEGER NOT NULL, PRIMARY KEY (run, id)) WITHOUT ROWID;"
    "CREATE TABLE value (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    " replicate INTEGER NOT NULL, round INTEGER NOT NULL, output INTEGER NOT NULL,"
    " value REAL NOT NULL, PRIMARY KEY (run, replicate, round, output)) WITHOUT ROWID;"
    "CREATE TABLE counter (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    " id INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (run, id)) WITHOUT ROWID;"
    "CREATE TABLE tally (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    " replicate INTEGER NOT NULL, round INTEGER NOT NULL, counter INTEGER NOT NULL,"
    " count INTEGER NOT NULL, PRIMARY KEY (run, replicate, round, counter)) WITHOUT ROWID;"
    "CREATE TABLE summary (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    " round INTEGER NOT NULL, output INTEGER NOT NULL, n INTEGER NOT NULL, mean REAL, sd REAL,"
    " se REAL, infinite REAL NOT NULL, PRIMARY KEY (run, round, output)) WITHOUT ROWID;"
    "CREATE VIEW metrics AS SELECT v.run, v.replicate, v.round, o.name, v.value"
    " FROM value AS v JOIN output AS o ON o.run = v.run AND o.id = v.output;"
    "CREATE VIEW tallies AS SELECT t.run, t.replicate, t.round, c.name, t.count"
    " FROM tally AS t JOIN counter AS c ON c.run = t.run AND c.id = t.counter;"
    "CREATE VIEW summaries AS SELECT s.run, s.round, o.name, s.n, s.mean, s.sd, s.se, s.infinite"
    " FROM summary AS s JOIN output AS o ON o.run = s.run AND o.id = s.output;";

/* What came later without a new format: nobody who knows format 1 stumbles over a table more, and
 * a database that lacks it gets it when it is next written. */
static const char later[] =
    "CREATE TABLE IF NOT EXISTS profile (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    " phase TEXT NOT NULL, component TEXT NOT NULL, seconds REAL NOT NULL, share REAL NOT NULL,"
    " bytes INTEGER NOT NULL, calls INTEGER NOT NULL,"
    " PRIMARY KEY (run, phase, component)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS question (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    " replicate INTEGER NOT NULL, number INTEGER NOT NULL, round INTEGER NOT NULL,"
    " intervention TEXT NOT NULL, agent INTEGER, context INTEGER NOT NULL, state INTEGER NOT NULL,"
    " name TEXT, attributes TEXT NOT NULL, why TEXT NOT NULL, asked TEXT NOT NULL,"
    " answer TEXT CHECK (answer IN ('keep', 'drop', 'skip')), who TEXT, answered TEXT,"
    " PRIMARY KEY (run, replicate, number)) WITHOUT ROWID;";

/* ---- what went wrong ---------------------------------------------------- */

double database_patience(void)
{
    const char *text = getenv("GYRE_DB_WAIT");
    double seconds = 0;
    bool const said = text && text_to_real(text, &seconds) && seconds >= 0 && seconds <= 86400;
    return said ? seconds : 10;
}

static enum status say_locked(struct place at, struct report *report)
{
    char seconds[TEXT_REAL];
    return report_add(report, STATUS_IO, at,
                      "another program has kept this database locked for over %s s; end it, or "
                      "name another file with --db",
                      text_real(seconds, database_patience()));
}

static const char no_database[] = "this file is not a gyre database";
static const char another_file[] = "name another file with --db";

static const struct complaint {
    int code;
    enum status status;
    bool detailed; /* what SQLite and the system say helps */
    const char *what, *advice;
} complaints[] = {
    {SQLITE_FULL, STATUS_IO, false, "the disk is full",
     "free some space, or name a file elsewhere with --db"},
    {SQLITE_READONLY, STATUS_IO, false, "this database is read-only",
     "make it and its folder writable, or name another file with --db"},
    {SQLITE_NOTADB, STATUS_DATA, false, no_database, another_file},
    {SQLITE_CORRUPT, STATUS_DATA, true, "this database is damaged",
     "move it away, or name another file with --db"},
    {SQLITE_ERROR, STATUS_DATA, true, "this database lacks what gyre's have", another_file},
    {SQLITE_NOMEM, STATUS_LIMIT, false, "there is no memory left for the database",
     "run less at once"},
    {0, STATUS_IO, true, "this database could not be written", "name a file elsewhere with --db"},
};

static enum status say(sqlite3 *db, const struct complaint *complaint, struct place at,
                       struct report *report)
{
    int const system = sqlite3_system_errno(db);
    if (!complaint->detailed)
        return report_add(report, complaint->status, at, "%s; %s", complaint->what,
                          complaint->advice);
    return report_add(report, complaint->status, at, "%s (%s%s%s); %s", complaint->what,
                      sqlite3_errmsg(db), system ? ": " : "", system ? strerror(system) : "",
                      complaint->advice);
}

enum status database_say(sqlite3 *db, const char *path, struct report *report)
{
    struct place const at = {.file = path};
    int const code = sqlite3_errcode(db) & 0xff;
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_PROTOCOL)
        return say_locked(at, report);
    const struct complaint *complaint = complaints;
    while (complaint->code && complaint->code != code)
        complaint++;
    return say(db, complaint, at, report);
}

/* ---- the path ----------------------------------------------------------- */

static bool folder_is_writable(const char *path, const char *folder, struct report *report)
{
    struct place const at = {.file = path};
    struct stat about;
    if (stat(folder, &about) || !S_ISDIR(about.st_mode))
        report_add(report, STATUS_IO, at,
                   "there is no folder %s; make it first, or name another file with --db", folder);
    else if (access(folder, W_OK | X_OK))
        report_add(report, STATUS_IO, at,
                   "the folder %s may not be written (%s), but SQLite has to write beside the "
                   "database; name a file elsewhere with --db",
                   folder, strerror(errno));
    else
        return true;
    return false;
}

/* Bytes of the smallest database. SQLite takes a file of one byte for an empty one, and would write
 * over it. */
enum { SMALLEST = 512 };

static bool file_is_writable(const char *path, const struct stat *about, struct report *report)
{
    struct place const at = {.file = path};
    if (S_ISDIR(about->st_mode))
        report_add(report, STATUS_IO, at,
                   "this is a folder; name a file in it with --db, such as %s/gyre.db", path);
    else if (!S_ISREG(about->st_mode))
        report_add(report, STATUS_IO, at,
                   "this is not a regular file; name another file with --db");
    else if (about->st_size > 0 && about->st_size < SMALLEST)
        report_add(report, STATUS_DATA, at, "%s; %s", no_database, another_file);
    else if (access(path, W_OK))
        report_add(report, STATUS_IO, at,
                   "this file may not be written (%s); make it writable, or name another file with "
                   "--db",
                   strerror(errno));
    else
        return true;
    return false;
}

/* SQLite has one word, "unable to open", for all that can be wrong with a path. */
static bool is_writable(const char *path, const char *full, struct report *report)
{
    char folder[PATH_MAX];
    struct stat about;
    if (!stat(full, &about) && !file_is_writable(path, &about, report))
        return false;
    memcpy(folder, path, strlen(path) + 1);
    return folder_is_writable(path, dirname(folder), report);
}

/* ---- opening ------------------------------------------------------------ */

enum identity { IDENTITY_UNKNOWN, IDENTITY_NEW, IDENTITY_OURS, IDENTITY_OTHER };

static enum identity identify(sqlite3 *db, int *version)
{
    enum identity identity = IDENTITY_UNKNOWN;
    sqlite3_stmt *query = NULL;
    sqlite3_prepare_v2(db,
                       "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)"
                       " FROM pragma_application_id, pragma_user_version",
                       -1, &query, NULL);
    if (sqlite3_step(query) == SQLITE_ROW) {
        int const application = sqlite3_column_int(query, 0);
        *version = sqlite3_column_int(query, 1);
        if (application == DATABASE_APPLICATION)
            identity = IDENTITY_OURS;
        else if (!application && !*version && !sqlite3_column_int(query, 2))
            identity = IDENTITY_NEW;
        else
            identity = IDENTITY_OTHER;
    }
    sqlite3_finalize(query);
    return identity;
}

/* OK for a new database and for one of ours of this version. */
static enum status check(sqlite3 *db, const char *path, struct report *report,
                         enum identity *identity)
{
    struct place const at = {.file = path};
    int version = 0;
    *identity = identify(db, &version);
    if (*identity == IDENTITY_UNKNOWN)
        return database_say(db, path, report);
    if (*identity == IDENTITY_OTHER)
        return report_add(report, STATUS_DATA, at,
                          "this is a database of another program; name another file with --db");
    if (*identity == IDENTITY_OURS && version != DATABASE_VERSION)
        return report_add(report, STATUS_DATA, at,
                          "this database has format %d and this gyre knows format %d; use the gyre "
                          "that made it, or name another file with --db",
                          version, DATABASE_VERSION);
    return STATUS_OK;
}

/* What a hostile database could make us do by being opened is switched off. */
static void harden(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
}

/* SQLite does not wait here when two processes make one database at once: so we do. */
static int use_wal(sqlite3 *db)
{
    double const until = machine_seconds() + database_patience();
    int code = SQLITE_BUSY;
    while (true) {
        code = sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) & 0xff;
        if (code != SQLITE_BUSY || machine_seconds() > until)
            return code;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

static int create_tables(sqlite3 *db)
{
    char mark[96];
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             DATABASE_APPLICATION, DATABASE_VERSION);
    int const code = sqlite3_exec(db, schema, NULL, NULL, NULL);
    return code == SQLITE_OK ? sqlite3_exec(db, mark, NULL, NULL, NULL) : code;
}

/* Within a write lock, so that of two processes one makes the tables and the other finds them; and
 * so that a database that cannot be written is known before the run. */
static enum status prepare(sqlite3 *db, const char *path, struct report *report)
{
    enum identity identity;
    if (use_wal(db) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE", NULL, NULL, NULL))
        return database_say(db, path, report);
    enum status const status = check(db, path, report, &identity);
    if (status != STATUS_OK)
        return status;
    if (identity == IDENTITY_NEW && create_tables(db) != SQLITE_OK)
        return database_say(db, path, report);
    if (sqlite3_exec(db, later, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return database_say(db, path, report);
    return STATUS_OK;
}

/* A foreign database must not even be switched to WAL: it is looked at first. */
static enum status open_checked(sqlite3 *db, const char *path, struct report *report)
{
    enum identity identity;
    harden(db);
    sqlite3_busy_timeout(db, (int)(database_patience() * 1000));
    enum status const status = check(db, path, report, &identity);
    return status == STATUS_OK ? prepare(db, path, report) : status;
}

sqlite3 *database_open(const char *path, struct report *report)
{
    char full[PATH_MAX + 2];
    struct place const at = {.file = path};
    int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    sqlite3 *db = NULL;
    if (!*path || strlen(path) >= PATH_MAX) {
        report_add(report, STATUS_IO, at, "this cannot be the name of a file");
        return NULL;
    }
    /* With "./" before it SQLite takes ":memory:" and "file:x" for what they are here: names. */
    snprintf(full, sizeof full, "%s%s", *path == '/' ? "" : "./", path);
    if (!is_writable(path, full, report))
        return NULL;
    if (sqlite3_open_v2(full, &db, flags, NULL) != SQLITE_OK)
        database_say(db, path, report);
    else if (open_checked(db, path, report) == STATUS_OK)
        return db;
    sqlite3_close(db);
    return NULL;
}
