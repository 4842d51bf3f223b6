#include "scenario/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "scenario/say.h"

enum { NAMES = 4096, FIRST_READ = 1 << 16 };

/* ---- reading ------------------------------------------------------------ */

/* A link that leads nowhere is listed in its folder: it is not what was meant. */
static const char *nearest_name(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    int const length = slash > path ? (int)(slash - path) : 1;
    DIR *folder = opendir(arena_format(arena, "%.*s", length, slash ? path : "."));
    if (!folder)
        return "";
    const char **names = ARENA_ARRAY(arena, const char *, NAMES + 1);
    int count = 0;
    for (struct dirent *entry; count < NAMES && (entry = readdir(folder));)
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, base) != 0)
            names[count++] = arena_text(arena, entry->d_name);
    closedir(folder);
    return say_nearest(arena, base, names);
}

static enum status cannot_open(struct arena *arena, const char *path, struct file *file)
{
    int const error = errno;
    if (error == ENOENT || error == ENOTDIR) {
        file->why = arena_format(arena, "no such file%s", nearest_name(arena, path));
        return STATUS_MISSING;
    }
    file->why = arena_format(arena, "cannot be read: %s", strerror(error));
    return STATUS_IO;
}

static char *grown(char *bytes, size_t *room)
{
    *room = *room ? 2 * *room : FIRST_READ;
    char *larger = realloc(bytes, *room);
    if (!larger)
        free(bytes);
    return larger;
}

/* Reads to the end, or just beyond the limit. errno says why it is NULL. */
static char *read_all(int descriptor, size_t limit, size_t *size)
{
    char *bytes = NULL;
    size_t room = 0;
    for (*size = 0; *size <= limit;) {
        if (*size == room && !(bytes = grown(bytes, &room)))
            return NULL;
        ssize_t const got = read(descriptor, bytes + *size, room - *size);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR) {
            free(bytes);
            return NULL;
        }
        *size += got > 0 ? (size_t)got : 0;
    }
    return bytes;
}

static enum status too_large(struct arena *arena, size_t limit, struct file *file)
{
    char most[TEXT_REAL];
    file->why = arena_format(arena, "is larger than %s, the most that gyre reads",
                             text_bytes(most, (double)limit));
    return STATUS_DATA;
}

static enum status file_take(struct arena *arena, int descriptor, size_t limit, struct file *file)
{
    struct stat about;
    if (fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > (off_t)limit)
        return too_large(arena, limit, file);
    char *bytes = read_all(descriptor, limit, &file->size);
    if (!bytes) {
        file->why = errno == EISDIR ? "is a folder, not a file"
                                    : arena_format(arena, "cannot be read: %s", strerror(errno));
        return errno == EISDIR ? STATUS_DATA : errno == ENOMEM ? STATUS_LIMIT : STATUS_IO;
    }
    if (file->size > limit) {
        free(bytes);
        return too_large(arena, limit, file);
    }
    char *copy = arena_alloc(arena, file->size + 1);
    memcpy(copy, bytes, file->size);
    free(bytes);
    file->bytes = copy;
    return STATUS_OK;
}

enum status file_read(struct arena *arena, const char *path, size_t limit, struct file *file)
{
    *file = (struct file){0};
    int const descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return cannot_open(arena, path, file);
    enum status const status = file_take(arena, descriptor, limit, file);
    close(descriptor);
    return status;
}

/* ---- text --------------------------------------------------------------- */

/* Bytes of the character at c, 0 when it is none: overlong forms and surrogates are none. */
static size_t character(const unsigned char *c, size_t left)
{
    if (c[0] < 0x80)
        return c[0] != 0;
    size_t const length = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
    if (c[0] < 0xc2 || c[0] > 0xf4 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
        (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
        return 0;
    return length;
}

bool file_is_text(struct file *file, struct place *at)
{
    const unsigned char *c = (const unsigned char *)file->bytes;
    at->line = at->column = 1;
    for (size_t left = file->size; left > 0;) {
        size_t const length = character(c, left);
        if (length == 0) {
            file->why = *c ? "not valid UTF-8 from here on" : "a NUL byte: this is no text file";
            return false;
        }
        at->line += *c == '\n';
        at->column = *c == '\n' ? 1 : at->column + 1;
        c += length;
        left -= length;
    }
    return true;
}
