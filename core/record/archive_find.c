#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "record/archive.h"
#include "record/archive_file.h"

enum {
    LEAST_DIGITS = 4, /* of a digest: fewer are a mistyped number more often */
    SHOWN = 5         /* of several runs with one digest                      */
};

/* ---- asking ------------------------------------------------------------- */

/* The one number that a query has, 0 when it has none; negative with a sentence. */
static int64_t ask_number(const struct archive *archive, const char *sql, int64_t run,
                          struct report *report)
{
    int64_t found = 0;
    sqlite3_stmt *query = archive_file_ask(archive, sql, run, report);
    if (!query)
        return -1;
    if (sqlite3_step(query) == SQLITE_ROW)
        found = sqlite3_column_int64(query, 0);
    return archive_file_close(archive, query, report) == STATUS_OK ? found : -1;
}

/* The newest runs whose digest begins so, up to SHOWN + 1; how many, negative with a
 * sentence. */
static int ask_digest(const struct archive *archive, const char *begin, int64_t run[SHOWN + 1],
                      struct report *report)
{
    int count = 0;
    sqlite3_stmt *query =
        archive_file_ask(archive,
                         "SELECT id FROM run WHERE substr(digest, 1, length(?2)) = lower(?2)"
                         " ORDER BY id DESC LIMIT ?1",
                         SHOWN + 1, report);
    if (!query)
        return -1;
    sqlite3_bind_text(query, 2, begin, -1, SQLITE_STATIC);
    while (count <= SHOWN && sqlite3_step(query) == SQLITE_ROW)
        run[count++] = sqlite3_column_int64(query, 0);
    return archive_file_close(archive, query, report) == STATUS_OK ? count : -1;
}

/* ---- what is not there -------------------------------------------------- */

static int64_t say_missing(const struct archive *archive, const char *text, int64_t last,
                           struct report *report)
{
    static const char *const words[] = {"last", NULL};
    struct place const at = {.file = archive->path};
    size_t const length = strlen(text);
    if (length && strspn(text, "0123456789") == length)
        report_add(report, STATUS_MISSING, at, "there is no run %s; the last is run %lld", text,
                   (long long)last);
    else if (length >= LEAST_DIGITS && strspn(text, "0123456789abcdefABCDEF") == length)
        report_add(report, STATUS_MISSING, at,
                   "no run has a digest that begins with %s; the last is run %lld", text,
                   (long long)last);
    else if (text_nearest(text, words))
        report_add(report, STATUS_MISSING, at, "\"%s\" is no run; did you mean last?", text);
    else
        report_add(report, STATUS_MISSING, at,
                   "\"%s\" is no run; say a number, last, or at least %d digits of a digest; the "
                   "last is run %lld",
                   text, LEAST_DIGITS, (long long)last);
    return 0;
}

/* Runs of one scenario with one seed have one digest: that is common. */
static int64_t say_several(const struct archive *archive, const char *text, const int64_t *run,
                           int count, struct report *report)
{
    const char *list = arena_format(archive->arena, "%lld", (long long)run[0]);
    for (int i = 1; i < count && i < SHOWN; i++)
        list = arena_format(archive->arena, "%s%s%lld", list, i + 1 < count ? ", " : " and ",
                            (long long)run[i]);
    report_add(report, STATUS_MISSING, (struct place){.file = archive->path},
               "several runs have a digest that begins with %s: %s%s; say which by its number",
               text, list, count > SHOWN ? " and others" : "");
    return 0;
}

/* ---- finding ------------------------------------------------------------ */

static int64_t find_digest(const struct archive *archive, const char *text, int64_t last,
                           struct report *report)
{
    int64_t run[SHOWN + 1];
    size_t const length = strlen(text);
    bool const could = length >= LEAST_DIGITS && strspn(text, "0123456789abcdefABCDEF") == length;
    int const count = could ? ask_digest(archive, text, run, report) : 0;
    if (count > 1)
        return say_several(archive, text, run, count, report);
    if (count == 0)
        return say_missing(archive, text, last, report);
    return count == 1 ? run[0] : 0;
}

/* 0 when it is no number or too large for one. */
static int64_t number_of(const char *text)
{
    size_t const length = strlen(text);
    return length < 19 && strspn(text, "0123456789") == length ? strtoll(text, NULL, 10) : 0;
}

int64_t archive_find(struct archive *archive, const char *text, struct report *report)
{
    int64_t const last = ask_number(archive, "SELECT max(id) FROM run WHERE ?1 = 0", 0, report);
    if (last == 0)
        report_add(report, STATUS_MISSING, (struct place){.file = archive->path},
                   "no run has been stored in it yet");
    if (last <= 0)
        return 0;
    if (strcmp(text, "last") == 0)
        return last;
    int64_t const run =
        ask_number(archive, "SELECT id FROM run WHERE id = ?", number_of(text), report);
    if (run == 0)
        return find_digest(archive, text, last, report);
    return run > 0 ? run : 0;
}
