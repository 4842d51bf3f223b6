#include "cli/outfile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status say(const struct outfile *out, struct report *report)
{
    int const why = errno ? errno : EIO;
    struct place const at = {.file = out->name};
    if (!out->name)
        return report_add(report, STATUS_IO, at, "the output could not be written: %s",
                          strerror(why));
    if (why == EISDIR)
        return report_add(report, STATUS_IO, at, "this is a folder; name a file in it with -o");
    if (why == ENOENT)
        return report_add(report, STATUS_IO, at,
                          "there is no folder for this file; make it first, or name another");
    return report_add(report, STATUS_IO, at, "this file cannot be written: %s", strerror(why));
}

/* Of a new file; that of the file whose place it takes stays. */
static mode_t mode_of(const struct stat *old)
{
    mode_t const mask = umask(0);
    umask(mask);
    return old ? old->st_mode & 0777 : 0666 & ~mask;
}

static FILE *open_beside(struct arena *arena, struct outfile *out, const struct stat *old)
{
    char *const path = arena_format(arena, "%s.XXXXXX", out->target);
    int const file = mkstemp(path);
    if (file < 0)
        return NULL;
    out->beside = path;
    FILE *const stream = fchmod(file, mode_of(old)) == 0 ? fdopen(file, "w") : NULL;
    if (stream)
        return stream;
    int const why = errno;
    close(file);
    unlink(path);
    errno = why;
    return NULL;
}

/* A link stays one: what it leads to is written. */
static const char *resolve(struct arena *arena, const char *name)
{
    char *const real = realpath(name, NULL);
    const char *const target = arena_text(arena, real ? real : name);
    free(real);
    return target;
}

enum status outfile_spare(const char *name, const char *kept, struct report *report)
{
    struct stat a, b;
    if (!name || stat(name, &a) != 0 || stat(kept, &b) != 0 || a.st_dev != b.st_dev ||
        a.st_ino != b.st_ino)
        return STATUS_OK;
    return report_add(report, STATUS_USAGE, (struct place){.file = name},
                      "this is the database itself; name another file with -o");
}

enum status outfile_open(struct arena *arena, const char *name, struct outfile *out,
                         struct report *report)
{
    struct stat about;
    *out = (struct outfile){.stream = stdout};
    if (!name || strcmp(name, "-") == 0)
        return STATUS_OK;
    bool const there = stat(name, &about) == 0;
    out->name = name;
    out->target = resolve(arena, name);
    if (there && !S_ISREG(about.st_mode))
        out->stream = fopen(name, "we");
    else
        out->stream = open_beside(arena, out, there ? &about : NULL);
    return out->stream ? STATUS_OK : say(out, report);
}

/* What was not taken at once may still be refused when the stream is flushed, or at the end. */
enum status outfile_keep(struct outfile *out, struct report *report)
{
    errno = 0;
    bool kept = fflush(out->stream) == 0 && !ferror(out->stream);
    if (kept && out->beside)
        kept = fsync(fileno(out->stream)) == 0 && rename(out->beside, out->target) == 0;
    enum status const status = kept ? STATUS_OK : say(out, report);
    if (kept)
        out->beside = NULL;
    outfile_drop(out);
    return status;
}

void outfile_drop(struct outfile *out)
{
    if (out->beside)
        unlink(out->beside);
    if (out->stream != stdout)
        fclose(out->stream);
    out->beside = NULL;
    out->stream = stdout;
}
