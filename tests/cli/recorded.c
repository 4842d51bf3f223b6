#include "recorded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

json_t *recorded_lines(const struct outcome *outcome)
{
    json_t *lines = json_array();
    for (const char *line = outcome->out; *line;) {
        json_error_t error;
        size_t const length = strcspn(line, "\n");
        assert_int_equal(line[length], '\n');
        json_t *value = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
        if (!value)
            print_error("%s in: %.*s\n", error.text, (int)length, line);
        assert_non_null(value);
        json_array_append_new(lines, value);
        line += length + 1;
    }
    assert_true(json_array_size(lines) > 0);
    return lines;
}

const char *recorded_digest(const json_t *lines)
{
    const json_t *last = json_array_get(lines, json_array_size(lines) - 1);
    const char *digest = json_string_value(json_object_get(last, "digest"));
    assert_non_null(digest);
    assert_int_equal(strspn(digest, "0123456789abcdef"), 32);
    assert_int_equal(strlen(digest), 32);
    return digest;
}

double recorded_number(const json_t *value)
{
    const char *text = json_string_value(value);
    if (!text) {
        assert_true(json_is_number(value));
        return json_number_value(value);
    }
    assert_true(strcmp(text, "inf") == 0 || strcmp(text, "-inf") == 0);
    return *text == '-' ? -(double)INFINITY : (double)INFINITY;
}

static sqlite3_stmt *ask(const struct folder *folder, const char *database, const char *query)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    const char *path = folder_path(folder, database);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) != SQLITE_OK)
        print_error("%s: %s\n", query, sqlite3_errmsg(db));
    assert_non_null(statement);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    return statement;
}

static void answered(sqlite3_stmt *statement)
{
    sqlite3 *db = sqlite3_db_handle(statement);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

char *recorded_text(const struct folder *folder, const char *database, const char *query)
{
    sqlite3_stmt *statement = ask(folder, database, query);
    const unsigned char *text = sqlite3_column_text(statement, 0);
    char *copy = text ? strdup((const char *)text) : NULL;
    answered(statement);
    return copy;
}

int64_t recorded_count(const struct folder *folder, const char *database, const char *query)
{
    sqlite3_stmt *statement = ask(folder, database, query);
    int64_t const count = sqlite3_column_int64(statement, 0);
    answered(statement);
    return count;
}
