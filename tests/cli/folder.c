#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void folder_create(struct folder *folder)
{
    strcpy(folder->path, "/tmp/gyre-cli-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about, (void)kind, (void)at;
    return remove(path);
}

void folder_remove(const struct folder *folder)
{
    assert_int_equal(nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *folder_path(const struct folder *folder, const char *name)
{
    static char paths[8][FOLDER_PATH];
    static int turn;
    turn = (turn + 1) % 8;
    snprintf(paths[turn], FOLDER_PATH, "%s/%s", folder->path, name);
    return paths[turn];
}

/* ---- files -------------------------------------------------------------- */

static char *read_bytes(const char *path, size_t *size)
{
    struct stat about;
    int const file = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(file >= 0 && fstat(file, &about) == 0);
    *size = (size_t)about.st_size;
    char *bytes = malloc(*size + 1);
    assert_non_null(bytes);
    assert_int_equal(read(file, bytes, *size), about.st_size);
    bytes[*size] = 0;
    close(file);
    return bytes;
}

static void write_bytes(const char *path, const char *bytes, size_t size)
{
    int const file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, size), (ssize_t)size);
    close(file);
}

void folder_write(const struct folder *folder, const char *name, const char *text)
{
    write_bytes(folder_path(folder, name), text, strlen(text));
}

char *folder_read(const struct folder *folder, const char *name)
{
    size_t size;
    return read_bytes(folder_path(folder, name), &size);
}

bool folder_has(const struct folder *folder, const char *name)
{
    struct stat about;
    return lstat(folder_path(folder, name), &about) == 0;
}

/* ---- copies ------------------------------------------------------------- */

static void copy(const char *from, const char *to);

static void copy_all(const char *from, const char *to)
{
    char inner[2][2 * FOLDER_PATH];
    DIR *folder = opendir(from);
    assert_non_null(folder);
    mkdir(to, 0755);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(inner[0], sizeof inner[0], "%s/%s", from, entry->d_name);
        snprintf(inner[1], sizeof inner[1], "%s/%s", to, entry->d_name);
        copy(inner[0], inner[1]);
    }
    closedir(folder);
}

static void copy(const char *from, const char *to)
{
    struct stat about;
    assert_int_equal(lstat(from, &about), 0);
    if (S_ISDIR(about.st_mode)) {
        copy_all(from, to);
        return;
    }
    size_t size;
    char *bytes = read_bytes(from, &size);
    write_bytes(to, bytes, size);
    free(bytes);
}

void folder_copy(const struct folder *folder, const char *source, const char *name)
{
    char from[FOLDER_PATH];
    snprintf(from, sizeof from, "%s/%s", GYRE_SOURCE, source);
    copy(from, folder_path(folder, name));
}
