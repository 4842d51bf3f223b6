/* reopen.h - an archive of what a store has kept. */
#ifndef REOPEN_H
#define REOPEN_H

#include "record/archive.h"
#include "unit/record/keep.h"

/* An archive, and what it says when it cannot be read. */
struct opened {
    struct arena *arena;
    struct report *report;
    struct archive *archive;
};

static inline struct opened reopen(const char *path)
{
    struct opened o = {.arena = arena_create()};
    o.report = report_create(o.arena);
    o.archive = archive_open(o.arena, path, o.report);
    return o;
}

static inline void leave(struct opened *o)
{
    if (o->archive)
        archive_close(o->archive);
    arena_destroy(o->arena);
}

#endif
