#include "record/questions.h"

#include <string.h>

#include "base/utf8.h"
#include "gyre/intervention.h"
#include "record/archive_file.h"
#include "record/database.h"

enum { ADD, ANSWER, LOOK, STATEMENTS };

#define NOW "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"

static const char *const sql[STATEMENTS] = {
    [ADD] =
        "INSERT INTO question (run, replicate, number, round, intervention, agent, context,"
        " state, name, attributes, why, asked) VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, " NOW ")",
    [ANSWER] = "UPDATE question SET answer = ?1, who = ?2, answered = " NOW
               " WHERE run = ?3 AND replicate = 0 AND number = ?4 AND answer IS NULL",
    [LOOK] = "SELECT answer FROM question WHERE run = ? AND replicate = 0 AND number = ?",
};

struct questions {
    struct arena *arena;
    struct report *report;
    const char *path;
    sqlite3 *db;
    bool ours; /* to be closed */
    bool none; /* there is no such table */
    sqlite3_stmt *statement[STATEMENTS];
};

static enum status say(struct questions *q)
{
    return q->ours ? database_say(q->db, q->path, q->report)
                   : archive_file_say(q->db, q->path, q->report);
}

/* ---- opening and closing ------------------------------------------------ */

struct questions *questions_open(struct arena *arena, const char *path, struct report *report)
{
    struct questions *q = ARENA_NEW(arena, struct questions);
    *q = (struct questions){
        .arena = arena, .report = report, .path = arena_text(arena, path), .ours = true};
    q->db = database_open(q->path, report);
    if (!q->db)
        return NULL;
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v2(q->db, sql[i], -1, &q->statement[i], NULL) != SQLITE_OK) {
            say(q);
            questions_close(q);
            return NULL;
        }
    return q;
}

/* The first number of the first row of a query whose one parameter is `run`. */
static bool ask_number(struct questions *q, const char *text, int64_t run, int64_t *out)
{
    sqlite3_stmt *query = NULL;
    int code = sqlite3_prepare_v2(q->db, text, -1, &query, NULL);
    if (code == SQLITE_OK) {
        sqlite3_bind_int64(query, 1, run);
        *out = sqlite3_step(query) == SQLITE_ROW ? sqlite3_column_int64(query, 0) : 0;
        code = sqlite3_finalize(query);
    }
    if (code != SQLITE_OK)
        say(q);
    return code == SQLITE_OK;
}

struct questions *questions_of(struct arena *arena, struct archive *archive, struct report *report)
{
    struct questions *q = ARENA_NEW(arena, struct questions);
    int64_t tables = 0;
    *q = (struct questions){
        .arena = arena, .report = report, .path = archive->path, .db = archive->db};
    if (!ask_number(q, "SELECT count(*) FROM sqlite_schema WHERE name = 'question' AND ?1 = 0", 0,
                    &tables))
        return NULL;
    q->none = tables == 0;
    return q;
}

void questions_close(struct questions *q)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(q->statement[i]);
    if (q->ours)
        sqlite3_close(q->db);
}

/* ---- writing ------------------------------------------------------------ */

/* NULL stays NULL. */
static void bind_text(struct questions *q, sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text ? utf8_text(q->arena, text) : NULL, -1, SQLITE_TRANSIENT);
}

static int add(struct questions *q, int64_t run, const struct question *question)
{
    sqlite3_stmt *insert = q->statement[ADD];
    sqlite3_bind_int64(insert, 1, run);
    sqlite3_bind_int64(insert, 2, question->number);
    sqlite3_bind_int64(insert, 3, question->round);
    bind_text(q, insert, 4, question->intervention);
    if (question->agent >= 0)
        sqlite3_bind_int64(insert, 5, question->agent);
    else
        sqlite3_bind_null(insert, 5);
    sqlite3_bind_int64(insert, 6, question->context);
    sqlite3_bind_int64(insert, 7, question->state);
    bind_text(q, insert, 8, question->name);
    bind_text(q, insert, 9, question->attributes);
    bind_text(q, insert, 10, question->why);
    sqlite3_step(insert);
    return sqlite3_reset(insert);
}

enum status questions_add(struct questions *q, int64_t run, const struct question *question,
                          int64_t count)
{
    int code = sqlite3_exec(q->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (int64_t i = 0; i < count && code == SQLITE_OK; i++)
        code = add(q, run, &question[i]);
    if (code == SQLITE_OK)
        code = sqlite3_exec(q->db, "COMMIT", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return STATUS_OK;
    enum status const status = say(q);
    if (!sqlite3_get_autocommit(q->db))
        sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* One statement is one transaction, so that of two who answer at once one is told that the other
 * was quicker. */
enum status questions_answer(struct questions *q, int64_t run, int64_t number, const char *answer,
                             const char *who, bool *taken)
{
    sqlite3_stmt *update = q->statement[ANSWER];
    bind_text(q, update, 1, answer);
    bind_text(q, update, 2, who);
    sqlite3_bind_int64(update, 3, run);
    sqlite3_bind_int64(update, 4, number);
    sqlite3_step(update);
    *taken = sqlite3_reset(update) == SQLITE_OK && sqlite3_changes(q->db) > 0;
    return sqlite3_errcode(q->db) == SQLITE_OK ? STATUS_OK : say(q);
}

/* ---- reading ------------------------------------------------------------ */

static int answer_of(const char *word)
{
    static const char *const words[] = {
        [GYRE_ANSWER_KEEP] = "keep", [GYRE_ANSWER_DROP] = "drop", [GYRE_ANSWER_SKIP] = "skip"};
    for (int i = GYRE_ANSWER_KEEP; word && i <= GYRE_ANSWER_SKIP; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return GYRE_ANSWER_NONE;
}

int questions_look(struct questions *q, int64_t run, int64_t number)
{
    sqlite3_stmt *query = q->statement[LOOK];
    int answer = GYRE_ANSWER_NONE;
    sqlite3_bind_int64(query, 1, run);
    sqlite3_bind_int64(query, 2, number);
    if (sqlite3_step(query) == SQLITE_ROW)
        answer = answer_of((const char *)sqlite3_column_text(query, 0));
    if (sqlite3_reset(query) == SQLITE_OK)
        return answer;
    say(q);
    return -1;
}

static const char *text_at(struct arena *arena, sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text ? arena_text(arena, text) : NULL;
}

static struct question question_at(struct arena *arena, sqlite3_stmt *row)
{
    bool const shared = sqlite3_column_type(row, 3) == SQLITE_NULL;
    return (struct question){
        .round = sqlite3_column_int64(row, 0),
        .number = sqlite3_column_int64(row, 1),
        .intervention = text_at(arena, row, 2),
        .agent = shared ? -1 : sqlite3_column_int64(row, 3),
        .context = sqlite3_column_int64(row, 4),
        .state = sqlite3_column_int64(row, 5),
        .name = text_at(arena, row, 6),
        .attributes = text_at(arena, row, 7),
        .why = text_at(arena, row, 8),
        .asked = text_at(arena, row, 9),
        .answer = text_at(arena, row, 10),
        .who = text_at(arena, row, 11),
        .answered = text_at(arena, row, 12),
    };
}

static int64_t count_of(struct questions *q, int64_t run, bool open)
{
    int64_t count = 0;
    if (q->none)
        return 0;
    return ask_number(q,
                      open ? "SELECT count(*) FROM question WHERE run = ? AND answer IS NULL"
                           : "SELECT count(*) FROM question WHERE run = ?",
                      run, &count)
               ? count
               : -1;
}

struct question *questions_list(struct questions *q, struct arena *arena, int64_t run, bool open,
                                int64_t most, int64_t *count)
{
    int64_t const all = count_of(q, run, open), room = all < most ? all : most;
    sqlite3_stmt *query = NULL;
    *count = 0;
    if (all < 0)
        return NULL;
    struct question *list = ARENA_ARRAY(arena, struct question, room + 1);
    if (room == 0)
        return list;
    int code = sqlite3_prepare_v2(q->db,
                                  "SELECT round, number, intervention, agent, context, state, name,"
                                  " attributes, why, asked, answer, who, answered FROM question"
                                  " WHERE run = ?1 AND (answer IS NULL OR NOT ?2)"
                                  " ORDER BY number LIMIT ?3",
                                  -1, &query, NULL);
    sqlite3_bind_int64(query, 1, run);
    sqlite3_bind_int(query, 2, open);
    sqlite3_bind_int64(query, 3, room);
    while (code == SQLITE_OK && *count < room && sqlite3_step(query) == SQLITE_ROW)
        list[(*count)++] = question_at(arena, query);
    if (sqlite3_finalize(query) == SQLITE_OK && code == SQLITE_OK)
        return list;
    say(q);
    return NULL;
}

int64_t questions_open_count(struct questions *q, int64_t run)
{
    return count_of(q, run, true);
}

int64_t questions_newest_run(struct questions *q)
{
    int64_t run = 0;
    if (q->none)
        return 0;
    return ask_number(q,
                      "SELECT id FROM run WHERE ?1 = 0 AND EXISTS (SELECT 1 FROM question WHERE"
                      " run = id) ORDER BY status = 'running' DESC, id DESC LIMIT 1",
                      0, &run)
               ? run
               : -1;
}

int questions_run_goes_on(struct questions *q, int64_t run)
{
    int64_t on = 0;
    return ask_number(q, "SELECT status = 'running' FROM run WHERE id = ?", run, &on) ? on != 0
                                                                                      : -1;
}
