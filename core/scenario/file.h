/* scenario/file.h - whole text files, and what to say of those that are none. */
#ifndef SCENARIO_FILE_H
#define SCENARIO_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/report.h"

struct file {
    const char *bytes; /* [size], then a NUL */
    size_t size;
    const char *why; /* what went wrong, in words that follow the file's name */
};

/* Reads what is at path. Otherwise a status and `why`; for STATUS_MISSING with the nearest
 * name in that folder. */
enum status file_read(struct arena *arena, const char *path, size_t limit, struct file *file);

/* Is it UTF-8 without NUL bytes? Otherwise `why`, and line and column of the first that is not. */
bool file_is_text(struct file *file, struct place *at);

#endif
