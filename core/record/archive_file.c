#include "record/archive_file.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "record/database.h"

/* The store's sentences hold for a reader too, but for those that speak of writing. */
enum status archive_file_say(sqlite3 *db, const char *path, struct report *report)
{
    int const system = sqlite3_system_errno(db);
    switch (sqlite3_errcode(db) & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:
        return database_say(db, path, report);
    case SQLITE_NOMEM:
        return report_add(report, STATUS_LIMIT, (struct place){.file = path},
                          "there is no memory left to read this database");
    default:
        return report_add(report, STATUS_IO, (struct place){.file = path},
                          "this database could not be read (%s%s%s)", sqlite3_errmsg(db),
                          system ? ": " : "", system ? strerror(system) : "");
    }
}

/* ---- the path ----------------------------------------------------------- */

/* Bytes of the smallest database. */
enum { SMALLEST = 512 };

static enum status check_missing(const char *path, struct report *report)
{
    struct place const at = {.file = path};
    if (errno != ENOENT)
        return report_add(report, STATUS_IO, at, "this file cannot be reached (%s)",
                          strerror(errno));
    return report_add(report, STATUS_MISSING, at,
                      "there is no such database; gyre run makes one, and --db names another");
}

/* SQLite has one word, "unable to open", for all that can be wrong with a path. */
static enum status check_path(const char *path, const char *full, struct report *report)
{
    struct place const at = {.file = path};
    struct stat about;
    if (stat(full, &about))
        return check_missing(path, report);
    if (S_ISDIR(about.st_mode))
        return report_add(report, STATUS_IO, at,
                          "this is a folder; name a file in it with --db, such as %s/gyre.db",
                          path);
    if (!S_ISREG(about.st_mode))
        return report_add(report, STATUS_IO, at,
                          "this is not a regular file; name another file with --db");
    if (access(full, R_OK))
        return report_add(report, STATUS_IO, at, "this file may not be read (%s)", strerror(errno));
    if (about.st_size < SMALLEST)
        return report_add(report, STATUS_DATA, at,
                          "this file is not a gyre database; name another file with --db");
    return STATUS_OK;
}

/* ---- opening ------------------------------------------------------------ */

/* Nothing that stands in the file may make us do or change anything. */
static void harden(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_busy_timeout(db, (int)(database_patience() * 1000));
}

/* Begins the transaction. */
static int read_mark(sqlite3 *db, int *application, int *version)
{
    sqlite3_stmt *query = NULL;
    int code = sqlite3_exec(db, "PRAGMA query_only = ON; BEGIN", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(db,
                                  "SELECT application_id, user_version FROM"
                                  " pragma_application_id, pragma_user_version",
                                  -1, &query, NULL);
    if (code == SQLITE_OK && sqlite3_step(query) == SQLITE_ROW) {
        *application = sqlite3_column_int(query, 0);
        *version = sqlite3_column_int(query, 1);
    }
    return query ? sqlite3_finalize(query) : code;
}

static enum status check_mark(int application, int version, const char *path, struct report *report)
{
    struct place const at = {.file = path};
    if (application != DATABASE_APPLICATION)
        return report_add(report, STATUS_DATA, at,
                          "this is a database of another program; name another file with --db");
    if (version != DATABASE_VERSION)
        return report_add(report, STATUS_DATA, at,
                          "this database has format %d and this gyre knows format %d; use the gyre "
                          "that made it, or name another file with --db",
                          version, DATABASE_VERSION);
    return STATUS_OK;
}

/* A path as a URI has it, so that its own ? and % are not taken for more. */
static void write_uri(char *to, const char *full)
{
    to += sprintf(to, "file:");
    for (const unsigned char *c = (const unsigned char *)full; *c; c++)
        to += sprintf(to, *c == '%' || *c == '?' || *c == '#' ? "%%%02X" : "%c", *c);
    strcpy(to, "?immutable=1");
}

static bool has_log(const char *full)
{
    char log[PATH_MAX + 8];
    snprintf(log, sizeof log, "%s-wal", full);
    return access(log, F_OK) == 0;
}

/* Where the folder may not be written, on a read-only disk say, a write-ahead log cannot be shared
 * with writers. When there is none, nobody writes, and the one file is all. */
static int open_immutable(sqlite3 **db, const char *full)
{
    char uri[3 * PATH_MAX + 32];
    write_uri(uri, full);
    sqlite3_close(*db);
    return sqlite3_open_v2(uri, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                           NULL);
}

/* Not with SQLITE_OPEN_READONLY: such a reader leaves a -wal and a -shm behind, for it may not
 * take them away. Where the file may not be written SQLite opens it read-only by itself. */
static int open_read(sqlite3 **db, const char *full, int *application, int *version)
{
    int code = sqlite3_open_v2(full, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return code;
    harden(*db);
    code = read_mark(*db, application, version) & 0xff;
    if ((code != SQLITE_CANTOPEN && code != SQLITE_READONLY) || has_log(full))
        return code;
    code = open_immutable(db, full);
    if (code != SQLITE_OK)
        return code;
    harden(*db);
    return read_mark(*db, application, version);
}

sqlite3 *archive_file_open(const char *path, struct report *report)
{
    char full[PATH_MAX + 2];
    sqlite3 *db = NULL;
    int application = 0, version = 0;
    if (!*path || strlen(path) >= PATH_MAX) {
        report_add(report, STATUS_IO, (struct place){.file = path},
                   "this cannot be the name of a file");
        return NULL;
    }
    /* With "./" before it SQLite takes ":memory:" and "file:x" for what they are here: names. */
    snprintf(full, sizeof full, "%s%s", *path == '/' ? "" : "./", path);
    if (check_path(path, full, report) != STATUS_OK)
        return NULL;
    if (open_read(&db, full, &application, &version) != SQLITE_OK)
        archive_file_say(db, path, report);
    else if (check_mark(application, version, path, report) == STATUS_OK)
        return db;
    sqlite3_close(db);
    return NULL;
}

/* ---- asking ------------------------------------------------------------- */

sqlite3_stmt *archive_file_ask(const struct archive *archive, const char *sql, int64_t run,
                               struct report *report)
{
    sqlite3_stmt *query = NULL;
    if (sqlite3_prepare_v2(archive->db, sql, -1, &query, NULL) != SQLITE_OK)
        archive_file_say(archive->db, archive->path, report);
    else
        sqlite3_bind_int64(query, 1, run);
    return query;
}

enum status archive_file_close(const struct archive *archive, sqlite3_stmt *query,
                               struct report *report)
{
    int const code = sqlite3_finalize(query);
    return code == SQLITE_OK ? STATUS_OK : archive_file_say(archive->db, archive->path, report);
}

const char *archive_file_text(const struct archive *archive, sqlite3_stmt *query, int column)
{
    const char *const text = (const char *)sqlite3_column_text(query, column);
    return text ? arena_text(archive->arena, text) : NULL;
}

enum status archive_file_damaged(const struct archive *archive, int64_t run, const char *what,
                                 struct report *report)
{
    return report_add(report, STATUS_DATA, (struct place){.file = archive->path},
                      "run %lld is damaged: %s", (long long)run, what);
}
