#include "record/store.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

#if __has_include(<toml++/impl/version.h>)
#include <toml++/impl/version.h>
#else
#include <toml++/impl/version.hpp>
#endif

#include "base/machine.h"
#include "base/utf8.h"
#include "gyre/version.h"
#include "record/database.h"

/* Rows wait here and go together, so that the write lock is held for moments and not for rounds:
 * other runs write into the same file. */
enum { PENDING_BYTES = 1 << 20 };
static double const flush_seconds = 0.2;

enum {
    INSERT_RUN,
    INSERT_COMPONENT,
    INSERT_OUTPUT,
    INSERT_COUNTER,
    INSERT_VALUE,
    INSERT_TALLY,
    INSERT_SUMMARY,
    INSERT_COST,
    FINISH_RUN,
    STATEMENTS
};

static const char *const sql[STATEMENTS] = {
    [INSERT_RUN] = "INSERT INTO run (scenario, title, question, setting, isolation, through, text, "
                   "sets, seed, replicates,"
                   " rounds, threads, gyre, libraries, started, status)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running')",
    [INSERT_COMPONENT] = "INSERT INTO component VALUES (?, ?, ?, ?, ?, ?, ?)",
    [INSERT_OUTPUT] = "INSERT INTO output VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [INSERT_COUNTER] = "INSERT INTO counter VALUES (?, ?, ?)",
    [INSERT_VALUE] = "INSERT INTO value VALUES (?, ?, ?, ?, ?)",
    [INSERT_TALLY] = "INSERT INTO tally VALUES (?, ?, ?, ?, ?)",
    [INSERT_SUMMARY] = "INSERT INTO summary VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [INSERT_COST] = "INSERT INTO profile VALUES (?, ?, ?, ?, ?, ?, ?)",
    [FINISH_RUN] = "UPDATE run SET status = ?, reason = ?, digest = ?, seconds = ? WHERE id = ?",
};

struct store {
    struct result_sink sink;
    struct arena *arena;
    const char *path;
    struct report *report;
    const struct series *series;
    const struct result_run *about;
    sqlite3 *db;
    sqlite3_stmt *statement[STATEMENTS];
    int64_t run;
    struct result_row *row; /* [room]: pending, with values and tallies of their own */
    double *value;
    int64_t *tally;
    int64_t count, room;
    double flushed; /* when */
};

static struct store *of_sink(struct result_sink *sink)
{
    return (struct store *)sink;
}

/* ---- transactions ------------------------------------------------------- */

typedef int work(struct store *store, void *what);

/* All of the work or nothing of it; the report says why not. */
static enum status transact(struct store *store, work *write, void *what)
{
    int code = sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = write(store, what);
    if (code == SQLITE_OK)
        code = sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return STATUS_OK;
    enum status const status = database_say(store->db, store->path, store->report);
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static int step(sqlite3_stmt *statement)
{
    sqlite3_step(statement);
    return sqlite3_reset(statement);
}

/* What is missing is NULL, which is what SQLite makes of a NaN by itself. */
static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

/* ---- begin -------------------------------------------------------------- */

static const char *json_text(struct arena *arena, json_t *json)
{
    char *dumped = json_dumps(json, JSON_COMPACT);
    const char *text = arena_text(arena, dumped ? dumped : "null");
    free(dumped);
    json_decref(json);
    return text;
}

static const char *sets_text(struct arena *arena, const char *const *sets)
{
    json_t *array = json_array();
    for (; sets && *sets; sets++)
        json_array_append_new(array, json_string(utf8_text(arena, *sets)));
    return json_text(arena, array);
}

/* jansson, SQLite, xxhash and the C library are asked what runs; toml++ what it was built with. */
static const char *libraries_text(struct arena *arena)
{
    unsigned const xxhash = XXH_versionNumber();
    const char *const toml =
        arena_format(arena, "%d.%d.%d", TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH);
    const char *const xxh =
        arena_format(arena, "%u.%u.%u", xxhash / 10000, xxhash / 100 % 100, xxhash % 100);
    return json_text(arena, json_pack("{ssssssssss}", "sqlite", sqlite3_libversion(), "jansson",
                                      jansson_version_str(), "xxhash", xxh, "toml++", toml, "libc",
                                      gnu_get_libc_version()));
}

static const char *now_text(struct arena *arena)
{
    char text[32];
    struct tm utc;
    time_t const now = time(NULL);
    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return arena_text(arena, text);
}

static int insert_run(struct store *store, const struct result_run *run)
{
    sqlite3_stmt *insert = store->statement[INSERT_RUN];
    bind_text(insert, 1, utf8_text(store->arena, run->scenario));
    bind_text(insert, 2, run->title);
    bind_text(insert, 3, run->question);
    bind_text(insert, 4, run->setting);
    bind_text(insert, 5, run->isolation);
    bind_text(insert, 6, run->through);
    bind_text(insert, 7, run->text);
    bind_text(insert, 8, sets_text(store->arena, run->sets));
    sqlite3_bind_int64(insert, 9, (int64_t)run->seed);
    sqlite3_bind_int64(insert, 10, run->replicates);
    sqlite3_bind_int64(insert, 11, run->rounds);
    sqlite3_bind_int(insert, 12, run->threads);
    bind_text(insert, 13, GYRE_VERSION);
    bind_text(insert, 14, libraries_text(store->arena));
    bind_text(insert, 15, now_text(store->arena));
    return step(insert);
}

static int insert_component(struct store *store, const struct result_component *component)
{
    sqlite3_stmt *insert = store->statement[INSERT_COMPONENT];
    sqlite3_bind_int64(insert, 1, store->run);
    bind_text(insert, 2, component->name);
    bind_text(insert, 3, component->id);
    bind_text(insert, 4, component->version);
    bind_text(insert, 5, component->module);
    bind_text(insert, 6, component->file ? utf8_text(store->arena, component->file) : NULL);
    bind_text(insert, 7, component->digest);
    return step(insert);
}

static int insert_output(struct store *store, int64_t id, const struct result_output *output)
{
    sqlite3_stmt *insert = store->statement[INSERT_OUTPUT];
    sqlite3_bind_int64(insert, 1, store->run);
    sqlite3_bind_int64(insert, 2, id);
    bind_text(insert, 3, output->name);
    bind_text(insert, 4, output->about->unit);
    bind_text(insert, 5, output->about->doc);
    sqlite3_bind_double(insert, 6, output->about->lo);
    sqlite3_bind_double(insert, 7, output->about->hi);
    sqlite3_bind_int(insert, 8, output->about->direction);
    sqlite3_bind_int(insert, 9, (int)output->about->headline);
    return step(insert);
}

static int insert_counter(struct store *store, int64_t id, const char *name)
{
    sqlite3_stmt *insert = store->statement[INSERT_COUNTER];
    sqlite3_bind_int64(insert, 1, store->run);
    sqlite3_bind_int64(insert, 2, id);
    bind_text(insert, 3, name);
    return step(insert);
}

static int write_begin(struct store *store, void *what)
{
    const struct result_run *run = store->about;
    (void)what;
    int code = insert_run(store, run);
    store->run = sqlite3_last_insert_rowid(store->db);
    for (int64_t i = 0; i < run->component_count && code == SQLITE_OK; i++)
        code = insert_component(store, &run->components[i]);
    for (int64_t i = 0; i < run->output_count && code == SQLITE_OK; i++)
        code = insert_output(store, i, &run->outputs[i]);
    for (int64_t i = 0; i < run->tally_count && code == SQLITE_OK; i++)
        code = insert_counter(store, i, run->tallies[i]);
    return code;
}

static enum status make_room(struct store *store, const struct result_run *run)
{
    int64_t const bytes = 8 * (run->output_count + run->tally_count) + (int64_t)sizeof *store->row;
    int64_t const most = PENDING_BYTES / bytes + 1;
    bool const few = (double)run->replicates * ((double)run->rounds + 1) < (double)most;
    store->room = few ? run->replicates * (run->rounds + 1) : most;
    store->row = memory_try((size_t)store->room, sizeof *store->row);
    store->value = memory_try((size_t)(store->room * run->output_count), sizeof *store->value);
    store->tally = memory_try((size_t)(store->room * run->tally_count), sizeof *store->tally);
    if (store->row && store->value && store->tally)
        return STATUS_OK;
    return report_add(store->report, STATUS_LIMIT, (struct place){.file = store->path},
                      "there is no memory left for the database");
}

static enum status store_begin(struct result_sink *sink, const struct result_run *run)
{
    struct store *store = of_sink(sink);
    store->about = run;
    enum status status = make_room(store, run);
    if (status == STATUS_OK)
        status = transact(store, write_begin, NULL);
    if (status != STATUS_OK)
        store->run = 0;
    store->flushed = machine_seconds();
    return status;
}

/* ---- rows --------------------------------------------------------------- */

static void bind_row(const struct store *store, sqlite3_stmt *insert, const struct result_row *row)
{
    sqlite3_bind_int64(insert, 1, store->run);
    sqlite3_bind_int64(insert, 2, row->replicate);
    sqlite3_bind_int64(insert, 3, row->round);
}

static int insert_values(struct store *store, const struct result_row *row)
{
    sqlite3_stmt *insert = store->statement[INSERT_VALUE];
    int code = SQLITE_OK;
    bind_row(store, insert, row);
    for (int64_t i = 0; i < store->about->output_count && code == SQLITE_OK; i++) {
        if (result_is_missing(row->value[i]))
            continue;
        sqlite3_bind_int64(insert, 4, i);
        sqlite3_bind_double(insert, 5, row->value[i]);
        code = step(insert);
    }
    return code;
}

static int insert_tallies(struct store *store, const struct result_row *row)
{
    sqlite3_stmt *insert = store->statement[INSERT_TALLY];
    int code = SQLITE_OK;
    bind_row(store, insert, row);
    for (int64_t i = 0; i < store->about->tally_count && code == SQLITE_OK; i++) {
        if (!row->tally[i])
            continue;
        sqlite3_bind_int64(insert, 4, i);
        sqlite3_bind_int64(insert, 5, row->tally[i]);
        code = step(insert);
    }
    return code;
}

static int write_pending(struct store *store, void *what)
{
    int code = SQLITE_OK;
    (void)what;
    for (int64_t i = 0; i < store->count && code == SQLITE_OK; i++) {
        code = insert_values(store, &store->row[i]);
        if (code == SQLITE_OK)
            code = insert_tallies(store, &store->row[i]);
    }
    return code;
}

static enum status flush(struct store *store)
{
    enum status const status = store->count ? transact(store, write_pending, NULL) : STATUS_OK;
    store->count = 0;
    store->flushed = machine_seconds();
    return status;
}

static void keep(struct store *store, const struct result_row *row)
{
    int64_t const outputs = store->about->output_count, tallies = store->about->tally_count;
    double *value = store->value + store->count * outputs;
    int64_t *tally = store->tally + store->count * tallies;
    if (outputs)
        memcpy(value, row->value, sizeof *value * (size_t)outputs);
    if (tallies)
        memcpy(tally, row->tally, sizeof *tally * (size_t)tallies);
    store->row[store->count++] = (struct result_row){
        .replicate = row->replicate, .round = row->round, .value = value, .tally = tally};
}

static enum status store_row(struct result_sink *sink, const struct result_row *row)
{
    struct store *store = of_sink(sink);
    keep(store, row);
    bool const due = machine_seconds() - store->flushed >= flush_seconds;
    return due || store->count == store->room ? flush(store) : STATUS_OK;
}

/* ---- end ---------------------------------------------------------------- */

static int insert_summary(struct store *store, int64_t round, int64_t output)
{
    struct result_summary const summary = series_summary(store->series, round, output);
    sqlite3_stmt *insert = store->statement[INSERT_SUMMARY];
    if (!summary.count)
        return SQLITE_OK;
    sqlite3_bind_int64(insert, 1, store->run);
    sqlite3_bind_int64(insert, 2, round);
    sqlite3_bind_int64(insert, 3, output);
    sqlite3_bind_int64(insert, 4, summary.count);
    sqlite3_bind_double(insert, 5, summary.mean);
    sqlite3_bind_double(insert, 6, summary.sd);
    sqlite3_bind_double(insert, 7, summary.se);
    sqlite3_bind_double(insert, 8, summary.infinite);
    return step(insert);
}

/* As many rounds as 0.2 s allow; `what` is the round to go on from. */
static int write_summaries(struct store *store, void *what)
{
    int64_t *round = what;
    double const until = machine_seconds() + flush_seconds;
    int code = SQLITE_OK;
    do {
        for (int64_t i = 0; i < store->about->output_count && code == SQLITE_OK; i++)
            code = insert_summary(store, *round, i);
        ++*round;
    } while (code == SQLITE_OK && *round <= store->about->rounds && machine_seconds() < until);
    return code;
}

static enum status summarise(struct store *store)
{
    enum status status = STATUS_OK;
    int64_t round = 0;
    bool const many = store->series && store->about->replicates > 1;
    while (many && status == STATUS_OK && round <= store->about->rounds)
        status = transact(store, write_summaries, &round);
    return status;
}

static int insert_cost(struct store *store, const struct result_cost *cost)
{
    sqlite3_stmt *insert = store->statement[INSERT_COST];
    sqlite3_bind_int64(insert, 1, store->run);
    bind_text(insert, 2, cost->phase);
    bind_text(insert, 3, cost->component);
    sqlite3_bind_double(insert, 4, cost->seconds);
    sqlite3_bind_double(insert, 5, cost->share);
    sqlite3_bind_int64(insert, 6, cost->bytes);
    sqlite3_bind_int64(insert, 7, cost->calls);
    return step(insert);
}

static int write_end(struct store *store, void *what)
{
    const struct result_end *end = what;
    sqlite3_stmt *finish = store->statement[FINISH_RUN];
    const char *const status = end->status == STATUS_OK        ? "done"
                               : end->status == STATUS_STOPPED ? "stopped"
                                                               : "failed";
    bind_text(finish, 1, status);
    bind_text(finish, 2, end->reason ? utf8_text(store->arena, end->reason) : NULL);
    bind_text(finish, 3, end->digest);
    sqlite3_bind_double(finish, 4, end->seconds);
    sqlite3_bind_int64(finish, 5, store->run);
    int code = step(finish);
    for (int64_t i = 0; end->profile && i < end->profile->count && code == SQLITE_OK; i++)
        code = insert_cost(store, &end->profile->cost[i]);
    return code;
}

/* A run whose rows could not all be written is left as failed, whatever it was. */
static enum status store_end(struct result_sink *sink, const struct result_end *end)
{
    struct store *store = of_sink(sink);
    struct result_end told = *end;
    enum status status = flush(store);
    if (status == STATUS_OK)
        status = summarise(store);
    if (status != STATUS_OK && end->status == STATUS_OK) {
        told.status = status;
        told.reason = "not all results could be written";
    }
    enum status const ended = transact(store, write_end, &told);
    return status != STATUS_OK ? status : ended;
}

/* ---- opening and closing ------------------------------------------------ */

struct result_sink *store_open(struct arena *arena, const char *path, struct report *report)
{
    struct store *store = ARENA_NEW(arena, struct store);
    *store = (struct store){
        .sink = {.begin = store_begin, .row = store_row, .end = store_end},
        .arena = arena,
        .path = arena_text(arena, path),
        .report = report,
    };
    store->db = database_open(store->path, report);
    for (int i = 0; i < STATEMENTS && store->db; i++) {
        if (sqlite3_prepare_v2(store->db, sql[i], -1, &store->statement[i], NULL) == SQLITE_OK)
            continue;
        database_say(store->db, store->path, report);
        store_close(&store->sink);
        return NULL;
    }
    return store->db ? &store->sink : NULL;
}

void store_attach(struct result_sink *sink, const struct series *series)
{
    of_sink(sink)->series = series;
}

enum status store_flush(struct result_sink *sink)
{
    return flush(of_sink(sink));
}

int64_t store_run(const struct result_sink *sink)
{
    return ((const struct store *)sink)->run;
}

void store_close(struct result_sink *sink)
{
    struct store *store = of_sink(sink);
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(store->statement[i]);
    sqlite3_close(store->db);
    free(store->row);
    free(store->value);
    free(store->tally);
}
