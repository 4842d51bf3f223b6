#include "record/archive.h"

#include <jansson.h>
#include <string.h>

#include "record/archive_file.h"

struct archive *archive_open(struct arena *arena, const char *path, struct report *report)
{
    struct archive *archive = ARENA_NEW(arena, struct archive);
    *archive = (struct archive){.arena = arena, .path = arena_text(arena, path)};
    archive->db = archive_file_open(archive->path, report);
    return archive->db ? archive : NULL;
}

void archive_close(struct archive *archive)
{
    sqlite3_close(archive->db);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* ---- what a run was ----------------------------------------------------- */

/* A run while it is read; `read` takes one row of a query. */
struct reading {
    const struct archive *archive;
    int64_t run;
    struct result_run *out;
    struct result_component *component;
    struct result_output *output;
    const char **tally;
    struct report *report;
};

static const char *text_at(const struct reading *r, sqlite3_stmt *query, int column)
{
    return or_empty(archive_file_text(r->archive, query, column));
}

static void read_component(struct reading *r, sqlite3_stmt *row, int64_t at)
{
    r->component[at] = (struct result_component){
        .name = text_at(r, row, 1),
        .id = text_at(r, row, 2),
        .version = text_at(r, row, 3),
        .module = text_at(r, row, 4),
        .file = text_at(r, row, 5),
        .digest = text_at(r, row, 6),
    };
}

static void read_output(struct reading *r, sqlite3_stmt *row, int64_t at)
{
    gyre_output *about = ARENA_NEW(r->archive->arena, gyre_output);
    const char *const name = text_at(r, row, 1), *const dot = strrchr(name, '.');
    *about = (gyre_output){
        .name = dot ? dot + 1 : name,
        .unit = text_at(r, row, 2),
        .doc = text_at(r, row, 3),
        .lo = sqlite3_column_double(row, 4),
        .hi = sqlite3_column_double(row, 5),
        .direction = sqlite3_column_int(row, 6),
        .headline = (uint32_t)sqlite3_column_int(row, 7),
    };
    r->output[at] = (struct result_output){name, about};
}

static void read_counter(struct reading *r, sqlite3_stmt *row, int64_t at)
{
    r->tally[at] = text_at(r, row, 1);
}

/* The rows of a table that are the run's own: as many as `count`, their first column counting
 * from 0. */
static enum status read_all(struct reading *r, const char *sql, int64_t count,
                            void (*read)(struct reading *, sqlite3_stmt *, int64_t))
{
    sqlite3_stmt *query = archive_file_ask(r->archive, sql, r->run, r->report);
    bool whole = true;
    int64_t at = 0;
    if (!query)
        return report_status(r->report);
    for (; whole && sqlite3_step(query) == SQLITE_ROW; at++) {
        whole = at < count && sqlite3_column_int64(query, 0) == at;
        if (whole)
            read(r, query, at);
    }
    enum status const status = archive_file_close(r->archive, query, r->report);
    if (status == STATUS_OK && !(whole && at == count))
        return archive_file_damaged(r->archive, r->run,
                                    "its outputs or counters are not counted from 0", r->report);
    return status;
}

static enum status read_parts(struct reading *r)
{
    struct arena *arena = r->archive->arena;
    struct result_run *out = r->out;
    out->components = r->component =
        ARENA_ARRAY(arena, struct result_component, out->component_count);
    out->outputs = r->output = ARENA_ARRAY(arena, struct result_output, out->output_count);
    out->tallies = r->tally = ARENA_ARRAY(arena, const char *, out->tally_count);
    enum status status =
        read_all(r,
                 "SELECT row_number() OVER (ORDER BY id, name) - 1, name, id, version, module,"
                 " file, xxh3 FROM component WHERE run = ? ORDER BY 1",
                 out->component_count, read_component);
    if (status == STATUS_OK)
        status = read_all(r,
                          "SELECT id, name, unit, doc, lo, hi, direction, headline FROM output"
                          " WHERE run = ? ORDER BY id",
                          out->output_count, read_output);
    if (status == STATUS_OK)
        status = read_all(r, "SELECT id, name FROM counter WHERE run = ? ORDER BY id",
                          out->tally_count, read_counter);
    return status;
}

/* The arguments of --set; what is no array of strings is none. */
static const char *const *read_sets(struct arena *arena, const char *text)
{
    json_t *array = text ? json_loads(text, 0, NULL) : NULL;
    const char **sets = ARENA_ARRAY(arena, const char *, json_array_size(array) + 1);
    const char **to = sets;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *const word = json_string_value(json_array_get(array, i));
        if (word)
            *to++ = arena_text(arena, word);
    }
    json_decref(array);
    return sets;
}

static void read_head(const struct archive *archive, sqlite3_stmt *row, struct result_run *out)
{
    *out = (struct result_run){
        .replicates = sqlite3_column_int64(row, 0),
        .rounds = sqlite3_column_int64(row, 1),
        .threads = sqlite3_column_int(row, 2),
        .seed = (uint64_t)sqlite3_column_int64(row, 3),
        .component_count = sqlite3_column_int64(row, 4),
        .output_count = sqlite3_column_int64(row, 5),
        .tally_count = sqlite3_column_int64(row, 6),
        .scenario = or_empty(archive_file_text(archive, row, 7)),
        .title = archive_file_text(archive, row, 8),
        .question = archive_file_text(archive, row, 9),
        .setting = archive_file_text(archive, row, 10),
        .isolation = archive_file_text(archive, row, 11),
        .through = archive_file_text(archive, row, 12),
        .text = archive_file_text(archive, row, 13),
        .sets = read_sets(archive->arena, (const char *)sqlite3_column_text(row, 14)),
    };
}

const struct result_run *archive_run(struct archive *archive, int64_t run, struct report *report)
{
    struct result_run *out = ARENA_NEW(archive->arena, struct result_run);
    struct reading reading = {.archive = archive, .run = run, .out = out, .report = report};
    sqlite3_stmt *query = archive_file_ask(
        archive,
        "SELECT replicates, rounds, threads, seed,"
        " (SELECT count(*) FROM component WHERE run = ?1),"
        " (SELECT count(*) FROM output WHERE run = ?1),"
        " (SELECT count(*) FROM counter WHERE run = ?1), scenario, title, question, setting,"
        " isolation, through, text, sets FROM run WHERE id = ?1",
        run, report);
    if (!query)
        return NULL;
    bool const there = sqlite3_step(query) == SQLITE_ROW;
    if (there)
        read_head(archive, query, out);
    if (archive_file_close(archive, query, report) != STATUS_OK)
        return NULL;
    if (!there)
        report_add(report, STATUS_MISSING, (struct place){.file = archive->path},
                   "there is no run %lld", (long long)run);
    else if (out->replicates < 1 || out->rounds < 0)
        archive_file_damaged(archive, run, "it has no replicate, or fewer than 0 rounds", report);
    else if (read_parts(&reading) == STATUS_OK)
        return out;
    return NULL;
}

/* ---- its end ------------------------------------------------------------ */

static struct result_end end_of(struct archive *archive, sqlite3_stmt *row)
{
    const char *const word = or_empty((const char *)sqlite3_column_text(row, 0));
    struct result_end end = {
        .status = strcmp(word, "done") == 0      ? STATUS_OK
                  : strcmp(word, "stopped") == 0 ? STATUS_STOPPED
                                                 : STATUS_FAILED,
        .digest = archive_file_text(archive, row, 2),
        .seconds = sqlite3_column_double(row, 3),
    };
    if (end.status != STATUS_OK)
        end.reason = archive_file_text(archive, row, 1);
    if (strcmp(word, "running") == 0)
        end.reason = "it has not ended: it goes on, or its process was killed";
    return end;
}

struct result_end archive_end(struct archive *archive, int64_t run)
{
    struct report *unheard = report_create(archive->arena);
    struct result_end end = {.status = STATUS_IO, .reason = "its end could not be read"};
    sqlite3_stmt *query = archive_file_ask(
        archive, "SELECT status, reason, digest, seconds FROM run WHERE id = ?", run, unheard);
    if (query && sqlite3_step(query) == SQLITE_ROW)
        end = end_of(archive, query);
    sqlite3_finalize(query);
    return end;
}
