#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void folder_create(struct folder *folder)
{
    strcpy(folder->path, "/tmp/gyre-abi-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
}

void folder_remove(const struct folder *folder)
{
    DIR *const open = opendir(folder->path);
    assert_non_null(open);
    for (const struct dirent *entry; (entry = readdir(open)) != NULL;)
        if (entry->d_name[0] != '.')
            unlink(folder_path(folder, entry->d_name));
    closedir(open);
    assert_int_equal(rmdir(folder->path), 0);
}

const char *folder_path(const struct folder *folder, const char *name)
{
    static char paths[8][2 * FOLDER_PATH];
    static int turn;
    turn = (turn + 1) % 8;
    snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", folder->path, name);
    return paths[turn];
}

static char *read_fixture(const char *fixture, size_t *size)
{
    char path[FOLDER_PATH];
    struct stat about;
    snprintf(path, sizeof(path), "%s/%s.gyre.so", ABI_DIR, fixture);
    int const file = open(path, O_RDONLY);
    assert_true(file >= 0 && fstat(file, &about) == 0);
    *size = (size_t)about.st_size;
    char *const bytes = malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(read(file, bytes, *size), about.st_size);
    close(file);
    return bytes;
}

const char *folder_add(const struct folder *folder, const char *fixture, const char *name)
{
    size_t size;
    char *const bytes = read_fixture(fixture, &size);
    const char *const path = folder_path(folder, name);
    int const file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, size), (ssize_t)size);
    close(file);
    free(bytes);
    return path;
}

void folder_patch(const char *path, off_t offset, const void *bytes, size_t size)
{
    int const file = open(path, O_WRONLY);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, bytes, size, offset), (ssize_t)size);
    close(file);
}
