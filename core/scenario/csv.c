#include "scenario/csv.h"

#include <csv.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "scenario/file.h"
#include "scenario/say.h"

enum { LARGEST = 256 * 1000 * 1000, SAID = 5 };

/* ---- the file's place --------------------------------------------------- */

static bool leads_upwards(const char *name)
{
    for (const char *part = name; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (strcspn(part, "/") == 2 && part[0] == '.' && part[1] == '.')
            return true;
    }
    return false;
}

/* Links are followed to their end on both sides: the file itself must lie in the folder. What is
 * not there is inside: reading says that it is missing. */
static bool is_inside(const char *folder, const char *path)
{
    char *outer = realpath(folder, NULL), *inner = realpath(path, NULL);
    size_t const length = outer ? strlen(outer) : 0;
    bool const root = length == 1;
    bool const inside =
        !outer || !inner || (strncmp(outer, inner, length) == 0 && (root || inner[length] == '/'));
    free(outer);
    free(inner);
    return inside;
}

/* The path as the user would open it, or NULL with a sentence. */
static const char *path_of(struct arena *arena, const char *folder, const char *name,
                           struct place at, struct report *report)
{
    bool const here = !*folder || strcmp(folder, ".") == 0;
    const char *slash = *folder && folder[strlen(folder) - 1] == '/' ? "" : "/";
    const char *path =
        here ? arena_text(arena, name) : arena_format(arena, "%s%s%s", folder, slash, name);
    struct stat about;
    const char *why = NULL;
    if (!*name)
        why = "a file's name is empty";
    else if (*name == '/')
        why = "is an absolute path: data lies in the scenario's own folder";
    else if (leads_upwards(name) || !is_inside(here ? "." : folder, path))
        why = "is outside the scenario's folder: data lies within it";
    else if (stat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode))
        why = "is not a plain file";
    if (!why)
        return path;
    report_add(report, STATUS_DATA, at, "%s%s%s", say_short(arena, name), *name ? " " : "", why);
    return NULL;
}

/* ---- rows --------------------------------------------------------------- */

struct reader {
    struct arena *arena;
    struct report *report;
    struct csv csv;
    char *text;        /* where the next cell's text goes */
    const char **cell; /* room for all                    */
    int *line;         /* of each row                     */
    int64_t cells;     /* read                            */
    int64_t row_began; /* cells before this row           */
    int begins;        /* the line this row began on      */
    int blank;         /* the last blank line, 0: none    */
    bool within;       /* a row has begun                 */
    bool has_header;
    bool foreign; /* separated by something else: said once, not for each row */
    int64_t mistakes;
    int more; /* the line of the first that is not said any more */
};

/* The first few are said one by one, at their lines; 0 is the file as a whole. */
#define MISTAKE(reader, at_line, ...)                                                              \
    do {                                                                                           \
        if ((reader)->mistakes++ < SAID)                                                           \
            report_add((reader)->report, STATUS_DATA,                                              \
                       (struct place){.file = (reader)->csv.path, .line = (at_line)},              \
                       __VA_ARGS__);                                                               \
        else if (!(reader)->more)                                                                  \
            (reader)->more = (at_line);                                                            \
    } while (0)

static void on_cell(void *text, size_t length, void *context)
{
    struct reader *reader = context;
    if (length) /* libcsv gives NULL for an empty first cell */
        memcpy(reader->text, text, length);
    reader->text[length] = 0;
    reader->cell[reader->cells++] = reader->text;
    reader->text += length + 1;
}

static void on_header(struct reader *reader, int64_t columns)
{
    reader->has_header = true;
    reader->csv.columns = (int)columns;
    reader->csv.header = reader->cell;
    reader->cell += columns;
    reader->cells = 0;
    reader->foreign = columns == 1 && strpbrk(*reader->csv.header, ";\t");
    if (reader->foreign)
        MISTAKE(reader, reader->begins, "the cells are separated by %s, not by commas",
                strchr(*reader->csv.header, ';') ? "semicolons" : "tabs");
}

static void on_row(int end, void *context)
{
    (void)end;
    struct reader *reader = context;
    int64_t const count = reader->cells - reader->row_began;
    reader->within = false;
    if (!reader->has_header) {
        on_header(reader, count);
        return;
    }
    if (count != reader->csv.columns) {
        if (!reader->foreign)
            MISTAKE(reader, reader->begins, "a row of %lld cell%s, where the header has %d",
                    (long long)count, count == 1 ? "" : "s", reader->csv.columns);
        reader->cells = reader->row_began;
        return;
    }
    reader->line[reader->csv.rows++] = reader->begins;
    reader->row_began = reader->cells;
}

/* The length of the line at c with what ends it: \n, \r\n or \r. */
static size_t line_length(const char *c, const char *end)
{
    const char *at = c;
    while (at < end && *at != '\n' && *at != '\r')
        at++;
    if (at + 1 < end && at[0] == '\r' && at[1] == '\n')
        at++;
    return (size_t)(at - c) + (at < end);
}

/* libcsv skips blank lines between rows; here a missing cell would go unseen that way. */
static void begin_row(struct reader *reader, int line)
{
    if (reader->blank)
        MISTAKE(reader, reader->blank, "a blank line before a row");
    reader->blank = 0;
    reader->begins = line;
    reader->within = true;
}

static bool is_blank(const char *c, size_t length)
{
    return strspn(c, " \t\r\n") >= length;
}

static void read_rows(struct reader *reader, struct csv_parser *parser, const struct file *file)
{
    const char *c = file->bytes, *end = c + file->size;
    c += file->size >= 3 && memcmp(c, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    for (int line = 1; c < end; line++) {
        size_t const length = line_length(c, end);
        if (!reader->within && is_blank(c, length)) {
            reader->blank = line;
        } else {
            if (!reader->within)
                begin_row(reader, line);
            if (csv_parse(parser, c, length, on_cell, on_row, reader) != length)
                break;
        }
        c += length;
    }
    if (csv_error(parser) == CSV_SUCCESS && csv_fini(parser, on_cell, on_row, reader) == 0)
        return;
    if (csv_error(parser) != CSV_EPARSE)
        MISTAKE(reader, reader->begins, "cannot be read: %s", csv_strerror(csv_error(parser)));
    else if (c < end)
        MISTAKE(reader, reader->begins,
                "a quote in the midst of a cell: quotes go around it, and are doubled within");
    else
        MISTAKE(reader, reader->begins, "a quoted cell is not closed");
}

/* ---- the whole ---------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, so that a million columns take no million squared; a column without a name is fine. */
static void check_names(struct reader *reader)
{
    int const count = reader->csv.columns;
    const char **name = ARENA_ARRAY(reader->arena, const char *, count);
    memcpy(name, reader->csv.header, sizeof *name * (size_t)count);
    qsort(name, (size_t)count, sizeof *name, by_name);
    for (int i = 1; i < count; i++)
        if (*name[i] && strcmp(name[i], name[i - 1]) == 0)
            MISTAKE(reader, 1, "two columns are called \"%s\"", say_short(reader->arena, name[i]));
}

static void trim_header(struct reader *reader)
{
    for (int i = 0; i < reader->csv.columns; i++) {
        const char *from = reader->csv.header[i] + strspn(reader->csv.header[i], " \t");
        size_t length = strlen(from);
        while (length && strchr(" \t", from[length - 1]))
            length--;
        reader->cell[i - reader->csv.columns] =
            arena_format(reader->arena, "%.*s", (int)length, from);
    }
}

/* How often do the bytes end a cell, and a row, at most? */
static void reader_init(struct reader *reader, const struct file *file)
{
    int64_t cells = 2, rows = 2;
    for (const char *c = file->bytes; c < file->bytes + file->size; c++) {
        rows += *c == '\n' || *c == '\r';
        cells += *c == ',' || *c == '\n' || *c == '\r';
    }
    reader->text = arena_alloc(reader->arena, file->size + (size_t)cells);
    reader->cell = ARENA_ARRAY(reader->arena, const char *, cells);
    reader->line = ARENA_ARRAY(reader->arena, int, rows);
}

static void reader_more(struct reader *reader)
{
    struct place const at = {.file = reader->csv.path, .line = reader->more};
    if (reader->mistakes > SAID)
        report_add(reader->report, STATUS_DATA, at, "and %lld more like these from here on",
                   (long long)(reader->mistakes - SAID));
}

static const struct csv *csv_read(struct reader *reader, const struct file *file)
{
    struct csv_parser parser;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
    reader_init(reader, file);
    read_rows(reader, &parser, file);
    csv_free(&parser);
    if (reader->has_header) {
        trim_header(reader);
        check_names(reader);
    }
    if (reader->csv.rows == 0 && reader->mistakes == 0)
        MISTAKE(reader, 0, reader->has_header ? "a header without rows" : "an empty file");
    reader_more(reader);
    if (reader->mistakes)
        return NULL;
    struct csv *csv = ARENA_NEW(reader->arena, struct csv);
    *csv = reader->csv;
    csv->cell = reader->cell;
    csv->line = reader->line;
    return csv;
}

const struct csv *csv_load(struct arena *arena, const char *folder, const char *name,
                           struct place at, struct report *report)
{
    struct file file;
    const char *path = path_of(arena, folder, name, at, report);
    if (!path)
        return NULL;
    enum status const status = file_read(arena, path, LARGEST, &file);
    if (status != STATUS_OK) {
        report_add(report, status, at, "%s: %s", path, file.why);
        return NULL;
    }
    struct place within = {.file = path};
    if (!file_is_text(&file, &within)) {
        report_add(report, STATUS_DATA, within, "%s", file.why);
        return NULL;
    }
    struct reader reader = {.arena = arena, .report = report, .csv.path = path};
    return csv_read(&reader, &file);
}

/* ---- columns ------------------------------------------------------------ */

int csv_column(const struct csv *csv, const char *column, struct place at, struct report *report)
{
    for (int i = 0; i < csv->columns; i++)
        if (strcmp(csv->header[i], column) == 0)
            return i;
    struct arena *arena = arena_create();
    const char **names = ARENA_ARRAY(arena, const char *, csv->columns + 1);
    memcpy(names, csv->header, sizeof *names * (size_t)csv->columns);
    const char *hint = say_nearest(arena, column, names);
    if (!*hint)
        hint = arena_format(arena, "; it has %s", say_list(arena, names));
    report_add(report, STATUS_DATA, at, "%s has no column \"%s\"%s", csv->path,
               say_short(arena, column), hint);
    arena_destroy(arena);
    return -1;
}

/* Why the cell's text is no number, NULL when it is one. */
static const char *read_number(struct arena *arena, const char *text, double *out)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length && strchr(" \t", text[length - 1]))
        length--;
    if (length == 0)
        return "is empty";
    const char *plain = text[length] ? arena_format(arena, "%.*s", (int)length, text) : text;
    if (!text_to_real(plain, out))
        return "is not a number";
    return isfinite(*out) ? NULL : "is beyond what a number can be";
}

double *csv_numbers(struct arena *arena, const struct csv *csv, int column, struct report *report)
{
    struct reader reader = {.arena = arena, .report = report, .csv = *csv};
    double *out = ARENA_ARRAY(arena, double, csv->rows);
    const char *name = say_short(arena, csv->header[column]);
    for (int64_t row = 0; row < csv->rows; row++) {
        const char *text = csv->cell[row * csv->columns + column];
        const char *why = read_number(arena, text, &out[row]);
        if (why && !text[strspn(text, " \t")])
            MISTAKE(&reader, csv->line[row], "%s %s", name, why);
        else if (why)
            MISTAKE(&reader, csv->line[row], "%s = \"%s\" %s", name, say_short(arena, text), why);
    }
    reader_more(&reader);
    return reader.mistakes ? NULL : out;
}
