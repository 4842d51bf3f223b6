/* folder.h - a folder of a test's own, with copies of fixtures under other names. */
#ifndef ABI_FOLDER_H
#define ABI_FOLDER_H

#include <sys/types.h>

enum { FOLDER_PATH = 512 };

struct folder {
    char path[FOLDER_PATH];
};

/* Below /tmp, for this user alone. */
void folder_create(struct folder *folder);

/* With all that is in it. */
void folder_remove(const struct folder *folder);

/* folder/name, in one of a few buffers that are used in turn. */
const char *folder_path(const struct folder *folder, const char *name);

/* Copies a fixture ("sound") there under a name; gives its path. */
const char *folder_add(const struct folder *folder, const char *fixture, const char *name);

/* Writes bytes into the file from an offset on, without cutting it off. */
void folder_patch(const char *path, off_t offset, const void *bytes, size_t size);

#endif
