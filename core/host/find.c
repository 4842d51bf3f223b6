#include "host/find.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "host/registry.h"

enum { PATH_ROOM = 4096 };

/* Pointers in an arena, ending with NULL. */
struct list {
    struct arena *arena;
    const char **item;
    size_t count, room;
};

static void list_add(struct list *list, const char *item)
{
    if (list->count + 1 >= list->room) {
        size_t const room = list->room ? 2 * list->room : 16;
        const char **const grown = ARENA_ARRAY(list->arena, const char *, room);
        if (list->count)
            memcpy(grown, list->item, list->count * sizeof(*grown));
        list->item = grown;
        list->room = room;
    }
    list->item[list->count++] = item;
    list->item[list->count] = NULL;
}

static struct list list_of(struct arena *arena)
{
    struct list list = {.arena = arena, .room = 16};
    list.item = ARENA_ARRAY(arena, const char *, list.room);
    return list;
}

/* ---- folders ------------------------------------------------------------------------------- */

static bool cut_last(char *path)
{
    char *const slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

const char *find_own_folder(struct arena *arena)
{
    char path[PATH_ROOM];
    ssize_t const length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    bool const in_a_folder = cut_last(path);
    if (!in_a_folder || !cut_last(path))
        return NULL;
    return arena_format(arena, "%s/lib/gyre/plugins", path);
}

static void add_path_list(struct list *folders, const char *text)
{
    while (*text) {
        size_t const length = strcspn(text, ":");
        if (length)
            list_add(folders, arena_format(folders->arena, "%.*s", (int)length, text));
        text += length + (text[length] == ':');
    }
}

static void add_data_home(struct list *folders)
{
    const char *const data = getenv("XDG_DATA_HOME");
    const char *const home = getenv("HOME");
    /* The XDG specification has relative paths ignored. */
    if (data && data[0] == '/')
        list_add(folders, arena_format(folders->arena, "%s/gyre/plugins", data));
    else if (home && home[0] == '/')
        list_add(folders, arena_format(folders->arena, "%s/.local/share/gyre/plugins", home));
}

const char *const *find_folders(struct arena *arena)
{
    struct list folders = list_of(arena);
    const char *const said = getenv("GYRE_PLUGIN_PATH");
    if (said && *said) {
        add_path_list(&folders, said);
        return folders.item;
    }
    add_data_home(&folders);
    const char *const own = find_own_folder(arena);
    if (own)
        list_add(&folders, own);
    return folders.item;
}

/* ---- files --------------------------------------------------------------------------------- */

const char *find_file(struct arena *arena, const char *const *folders, const char *id)
{
    for (; *folders; folders++) {
        const char *const path = arena_format(arena, "%s/%s%s", *folders, id, FIND_SUFFIX);
        struct stat about;
        /* A link that leads nowhere is found too: it is refused with a reason, not passed over. */
        if (lstat(path, &about) == 0)
            return path;
    }
    return NULL;
}

static int has_suffix(const struct dirent *entry)
{
    size_t const length = strlen(entry->d_name), suffix = strlen(FIND_SUFFIX);
    return length > suffix && strcmp(entry->d_name + length - suffix, FIND_SUFFIX) == 0;
}

/* alphasort would follow the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

const char *const *find_names(struct arena *arena, const char *folder)
{
    struct list names = list_of(arena);
    struct dirent **entries = NULL;
    int const count = scandir(folder, &entries, has_suffix, by_bytes);
    for (int i = 0; i < count; i++) {
        size_t const length = strlen(entries[i]->d_name) - strlen(FIND_SUFFIX);
        list_add(&names, arena_format(arena, "%.*s", (int)length, entries[i]->d_name));
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return names.item;
}

/* ---- what is missing ----------------------------------------------------------------------- */

static void add_of_kind(struct list *ids, const char *const *names, gyre_kind kind)
{
    for (; *names; names++) {
        gyre_kind const is = kind_of_id(*names);
        if (is && (!kind || is == kind))
            list_add(ids, *names);
    }
}

/* "safety" is nearer to "metric.safety" than an edit distance can tell. */
static const char *find_by_name(const char *const *ids, const char *name)
{
    for (; *ids; ids++)
        if (strcmp(strchr(*ids, '.') + 1, name) == 0)
            return *ids;
    return NULL;
}

static const char *join(struct arena *arena, const char *const *folders)
{
    const char *all = "";
    for (int64_t i = 0; folders[i]; i++)
        all = arena_format(arena, "%s%s%s", all, i ? (folders[i + 1] ? ", " : " or ") : "",
                           folders[i]);
    return all;
}

const char *find_missing(struct arena *arena, const char *const *folders, const char *id,
                         gyre_kind kind, const char *const *more)
{
    struct list ids = list_of(arena);
    add_of_kind(&ids, more, kind);
    for (const char *const *folder = folders; *folder; folder++)
        add_of_kind(&ids, find_names(arena, *folder), kind);

    const char *near = find_by_name(ids.item, id);
    if (!near)
        near = text_nearest(id, ids.item);
    const char *const hint = near ? arena_format(arena, "; did you mean \"%s\"?", near) : "";
    if (!text_is_id(id))
        return arena_format(arena, "\"%s\" is no component's id, such as \"metric.safety\"%s", id,
                            hint);
    if (!*folders)
        return arena_format(arena, "there is no component %s, and no folder to look in%s", id,
                            hint);
    return arena_format(arena, "there is no component %s (no %s%s in %s)%s", id, id, FIND_SUFFIX,
                        join(arena, folders), hint);
}
