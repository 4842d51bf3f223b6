/* base/report.h - mistakes found, each with its place; shown together, in order. */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include <stdio.h>

#include "base/arena.h"
#include "base/status.h"

/* Where something stands. line 0: the file as a whole; file NULL: nowhere. */
struct place {
    const char *file;
    int line, column;
};

struct report;

struct report *report_create(struct arena *arena);

/* Adds one sentence (no full stop, no place in it) and returns `status`. The
 * text is copied; line breaks and control bytes in it are shown escaped. */
enum status report_add(struct report *report, enum status status, struct place at,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* That of the first sentence by place, STATUS_OK when there is none. */
enum status report_status(const struct report *report);
int report_count(const struct report *report);

/* The first sentence by place, with its place; NULL when there is none. Lives in the arena. */
const char *report_first(const struct report *report);

/* `file:line:column: sentence`, one a line, sorted by place and without doubles. */
void report_print(struct report *report, FILE *out);

#endif
