/* keep.h - a small run kept in a store, and the database read back through SQLite itself. */
#ifndef KEEP_H
#define KEEP_H

#include <sqlite3.h>
#include <time.h>

#include "record/store.h"
#include "unit/record/sample.h"

struct kept {
    struct sample s;
    struct result_sink *store;
    struct series *series;
};

static inline bool keep_open(struct kept *kept, const char *path, int64_t replicates,
                             int64_t rounds)
{
    sample_init(&kept->s, replicates, rounds);
    kept->store = store_open(kept->s.arena, path, kept->s.report);
    kept->series = series_create(&kept->s.run, &kept->store, kept->store ? 1 : 0);
    if (kept->store)
        store_attach(kept->store, kept->series);
    return kept->store != NULL;
}

static inline void keep_close(struct kept *kept)
{
    if (kept->store)
        store_close(kept->store);
    series_destroy(kept->series);
    sample_fini(&kept->s);
}

/* One whole run; its status. */
static inline enum status keep_run(const char *path, int64_t replicates, int64_t rounds)
{
    struct kept k;
    enum status status = keep_open(&k, path, replicates, rounds) ? STATUS_OK : STATUS_IO;
    if (status == STATUS_OK)
        status = series_begin(k.series);
    for (int64_t r = 0; r < replicates && status == STATUS_OK; r++)
        for (int64_t t = 0; t <= rounds && status == STATUS_OK; t++)
            status = sample_add(k.series, r, t, (double)(r + t), 0.5);
    if (status == STATUS_OK)
        status = sample_end(k.series, STATUS_OK, NULL);
    keep_close(&k);
    return status;
}

static inline void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* The rows of a query: columns joined by "|", each row ended by a blank. */
static inline const char *ask(const char *path, const char *sql)
{
    static char answer[4096];
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    size_t at = 0;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    for (*answer = 0; sqlite3_step(query) == SQLITE_ROW;) {
        for (int i = 0; i < sqlite3_column_count(query); i++) {
            const unsigned char *text = sqlite3_column_text(query, i);
            at += (size_t)snprintf(answer + at, sizeof answer - at, "%s%s", i ? "|" : "",
                                   text ? (const char *)text : "NULL");
        }
        at += (size_t)snprintf(answer + at, sizeof answer - at, " ");
    }
    sqlite3_finalize(query);
    sqlite3_close(db);
    return answer;
}

#define assert_asked(path, sql, expected) assert_string_equal(ask(path, sql), expected)

static inline void rest(double seconds)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)(seconds * 1e9)}, NULL);
}

#endif
