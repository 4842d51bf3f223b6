/* said.h - what a report prints, as one text to compare, and files to say it of. */
#ifndef SAID_H
#define SAID_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/report.h"

/* The report as printed; ends with the arena. */
static inline const char *said(struct arena *arena, struct report *report)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    report_print(report, out);
    fclose(out);
    const char *copy = arena_text(arena, text);
    free(text);
    return copy;
}

/* An empty folder of its own, the working folder from now on. */
static inline int folder_enter(void **state)
{
    static char path[64];
    strcpy(path, "/tmp/gyre-test-XXXXXX");
    if (!mkdtemp(path) || chdir(path) != 0)
        return -1;
    *state = path;
    return 0;
}

static inline int folder_leave(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", (const char *)*state);
    return chdir("/") != 0 || system(command) != 0;
}

static inline void file_write(const char *path, const char *bytes, size_t size)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
}

#endif
