/* folder.h - a folder of a test's own below /tmp. Paths are relative to it. */
#ifndef CLI_FOLDER_H
#define CLI_FOLDER_H

#include <stdbool.h>

enum { FOLDER_PATH = 512 };

struct folder {
    char path[64];
};

void folder_create(struct folder *folder);
/* With all that is in it. */
void folder_remove(const struct folder *folder);

/* The absolute path, in one of a few buffers that are used in turn. */
const char *folder_path(const struct folder *folder, const char *name);

/* Copies a file, or a folder with all in it, of the source tree: "scenarios/paper" under the name
 * given. */
void folder_copy(const struct folder *folder, const char *source, const char *name);

void folder_write(const struct folder *folder, const char *name, const char *text);
/* To be freed. */
char *folder_read(const struct folder *folder, const char *name);
bool folder_has(const struct folder *folder, const char *name);

#endif
