#include <math.h>

#include "record/archive.h"
#include "record/archive_file.h"

/* `started` ends with Z and has a T; what is compared with it may have a blank instead, end earlier
 * and be without the Z. */
static const char list_sql[] =
    "SELECT id, started, scenario, title, status, reason, digest, seed, replicates, rounds, seconds"
    " FROM run WHERE (?2 IS NULL OR instr(lower(scenario), lower(?2)) > 0"
    " OR instr(lower(title), lower(?2)) > 0)"
    " AND (?3 IS NULL OR status = ?3)"
    " AND (?4 IS NULL OR substr(digest, 1, length(?4)) = lower(?4))"
    " AND (?5 IS NULL OR started >= replace(rtrim(?5, 'Z'), ' ', 'T'))"
    " ORDER BY id DESC LIMIT ?1";

static struct archive_entry entry_of(const struct archive *archive, sqlite3_stmt *row)
{
    bool const over = sqlite3_column_type(row, 10) == SQLITE_FLOAT;
    return (struct archive_entry){
        .run = sqlite3_column_int64(row, 0),
        .started = archive_file_text(archive, row, 1),
        .scenario = archive_file_text(archive, row, 2),
        .title = archive_file_text(archive, row, 3),
        .status = archive_file_text(archive, row, 4),
        .reason = archive_file_text(archive, row, 5),
        .digest = archive_file_text(archive, row, 6),
        .seed = (uint64_t)sqlite3_column_int64(row, 7),
        .replicates = sqlite3_column_int64(row, 8),
        .rounds = sqlite3_column_int64(row, 9),
        .seconds = over ? sqlite3_column_double(row, 10) : (double)NAN,
    };
}

static void bind_filter(sqlite3_stmt *query, const struct archive_filter *filter)
{
    const char *const text[] = {filter->scenario, filter->status, filter->digest, filter->since};
    for (int i = 0; i < 4; i++)
        sqlite3_bind_text(query, 2 + i, text[i], -1, SQLITE_STATIC);
}

/* How many runs there are; negative with a sentence. */
static int64_t count_runs(const struct archive *archive, struct report *report)
{
    int64_t count = 0;
    sqlite3_stmt *query =
        archive_file_ask(archive, "SELECT count(*) FROM run WHERE ?1 = 0", 0, report);
    if (!query)
        return -1;
    if (sqlite3_step(query) == SQLITE_ROW)
        count = sqlite3_column_int64(query, 0);
    return archive_file_close(archive, query, report) == STATUS_OK ? count : -1;
}

struct archive_entry *archive_list(struct archive *archive, const struct archive_filter *filter,
                                   int64_t *count, struct report *report)
{
    int64_t const runs = count_runs(archive, report);
    int64_t const most = filter->last > 0 && filter->last < runs ? filter->last : runs;
    *count = 0;
    sqlite3_stmt *query = runs < 0 ? NULL : archive_file_ask(archive, list_sql, most, report);
    if (!query)
        return NULL;
    struct archive_entry *entry = ARENA_ARRAY(archive->arena, struct archive_entry, most);
    bind_filter(query, filter);
    while (*count < most && sqlite3_step(query) == SQLITE_ROW)
        entry[(*count)++] = entry_of(archive, query);
    return archive_file_close(archive, query, report) == STATUS_OK ? entry : NULL;
}
