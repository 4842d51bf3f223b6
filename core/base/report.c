#include "base/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct entry {
    enum status status;
    int file; /* order in which files were first named: -1 for none */
    int added;
    struct place at;
    const char *sentence;
};

struct report {
    struct arena *arena;
    struct entry *entry;
    int count, room;
};

struct report *report_create(struct arena *arena)
{
    struct report *report = ARENA_NEW(arena, struct report);
    report->arena = arena;
    return report;
}

static int file_order(const struct report *report, const char *file)
{
    if (!file)
        return -1;
    int next = 0;
    for (int i = 0; i < report->count; i++) {
        const struct entry *e = &report->entry[i];
        if (e->at.file && strcmp(e->at.file, file) == 0)
            return e->file;
        if (e->file >= next)
            next = e->file + 1;
    }
    return next;
}

static void make_room(struct report *report)
{
    if (report->count < report->room)
        return;
    int const room = report->room ? 2 * report->room : 16;
    struct entry *entry = ARENA_ARRAY(report->arena, struct entry, room);
    if (report->count)
        memcpy(entry, report->entry, sizeof *entry * (size_t)report->count);
    report->entry = entry;
    report->room = room;
}

enum status report_add(struct report *report, enum status status, struct place at,
                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *sentence = NULL;
    int const length = vasprintf(&sentence, format, arguments);
    va_end(arguments);
    make_room(report);
    report->entry[report->count] = (struct entry){
        .status = status,
        .file = file_order(report, at.file),
        .added = report->count,
        .at = at,
        .sentence = length < 0 ? "no memory for the message" : text_escape(report->arena, sentence),
    };
    report->count++;
    if (length >= 0)
        free(sentence);
    return status;
}

static int by_place(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->at.line != y->at.line)
        return x->at.line < y->at.line ? -1 : 1;
    if (x->at.column != y->at.column)
        return x->at.column < y->at.column ? -1 : 1;
    return x->added < y->added ? -1 : 1;
}

static const struct entry *first_entry(const struct report *report)
{
    const struct entry *first = report->entry;
    for (int i = 1; i < report->count; i++)
        if (by_place(&report->entry[i], first) < 0)
            first = &report->entry[i];
    return report->count ? first : NULL;
}

enum status report_status(const struct report *report)
{
    const struct entry *first = first_entry(report);
    return first ? first->status : STATUS_OK;
}

static const char *entry_line(struct arena *arena, const struct entry *entry)
{
    const struct place *at = &entry->at;
    if (!at->file)
        return arena_format(arena, "gyre: %s", entry->sentence);
    const char *file = text_escape(arena, at->file);
    if (at->line <= 0)
        return arena_format(arena, "%s: %s", file, entry->sentence);
    if (at->column <= 0)
        return arena_format(arena, "%s:%d: %s", file, at->line, entry->sentence);
    return arena_format(arena, "%s:%d:%d: %s", file, at->line, at->column, entry->sentence);
}

const char *report_first(const struct report *report)
{
    const struct entry *first = first_entry(report);
    return first ? entry_line(report->arena, first) : NULL;
}

int report_count(const struct report *report)
{
    return report->count;
}

void report_print(struct report *report, FILE *out)
{
    if (report->count)
        qsort(report->entry, (size_t)report->count, sizeof *report->entry, by_place);
    for (int i = 0; i < report->count; i++) {
        const struct entry *e = &report->entry[i], *before = i ? e - 1 : NULL;
        if (before && before->file == e->file && before->at.line == e->at.line &&
            strcmp(before->sentence, e->sentence) == 0)
            continue;
        fprintf(out, "%s\n", entry_line(report->arena, e));
    }
}
