#include "cli/browse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "cli/flags.h"
#include "cli/inspect.h"
#include "host/describe.h"
#include "host/find.h"
#include "host/load.h"

/* ---- words on stderr and stdout ------------------------------------------------------------ */

enum status browse_fail(const char *verb, enum status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "gyre: %s: ", verb);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return status;
}

enum status browse_end(const char *verb)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return STATUS_OK;
    return browse_fail(verb, STATUS_IO, "stdout cannot be written%s%s", errno ? ": " : "",
                       errno ? strerror(errno) : "");
}

void browse_print_json(const json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2));
    fputc('\n', stdout);
}

/* ---- arguments ----------------------------------------------------------------------------- */

static enum status read_kind(struct arena *arena, struct browse *browse, const char *word)
{
    const char *known[8] = {NULL};
    for (gyre_kind kind = 1; *kind_word(kind); kind++) {
        known[kind - 1] = kind_word(kind);
        if (strcmp(known[kind - 1], word) == 0)
            browse->kind = kind;
    }
    const char *const near = text_nearest(word, known);
    if (browse->kind)
        return STATUS_OK;
    return browse_fail(browse->verb, STATUS_USAGE, "there is no kind \"%s\"%s%s%s",
                       text_escape(arena, word), near ? "; did you mean " : "", near ? near : "",
                       near ? "?" : "");
}

enum status browse_parse(struct arena *arena, int argc, char **argv, struct browse *browse)
{
    const char *kind = NULL;
    struct flag const flag[] = {
        {.name = "--kind", .text = &kind},       {.name = "--plugin", .texts = &browse->plugins},
        {.name = "--json", .on = &browse->json}, {.name = "--shadowed", .on = &browse->shadowed},
        {.name = "--help", .on = &browse->help}, {.name = NULL},
    };
    struct flags const flags = {
        .verb = browse->verb,
        .flag = flag,
        .known = browse->options,
        .word = browse->takes_id ? &browse->id : NULL,
        .words = browse->takes_id ? "takes one id, and there is also"
                                  : "takes no argument (gyre describe does), and there is"};
    enum status status = flags_read(arena, argc, argv, &flags);
    if (status == STATUS_OK && kind)
        status = read_kind(arena, browse, kind);
    if (status == STATUS_OK && browse->takes_id && !browse->id && !browse->help)
        status = browse_fail(browse->verb, STATUS_USAGE,
                             "which component? say gyre describe ID; gyre list shows the ids");
    return status;
}

/* ---- one file ------------------------------------------------------------------------------ */

static bool is_shipped(struct arena *arena, const char *path)
{
    const char *const own = find_own_folder(arena);
    const char *const slash = strrchr(path, '/');
    if (!own || !slash)
        return false;
    char *const a = realpath(own, NULL);
    char *const b = realpath(arena_format(arena, "%.*s", (int)(slash - path), path), NULL);
    bool const same = a && b && strcmp(a, b) == 0;
    free(a);
    free(b);
    return same;
}

static json_t *open_here(struct arena *arena, const char *path, enum status *status,
                         const char **why)
{
    const struct component *component = load_module(arena, path, status, why);
    json_t *const all = component ? json_array() : NULL;
    for (; component; component = component->next)
        json_array_append_new(all, describe_component(arena, component));
    return all;
}

json_t *browse_file(struct arena *arena, const char *path, enum status *status, const char **why)
{
    bool const shipped = is_shipped(arena, path);
    json_t *const all = shipped ? open_here(arena, path, status, why)
                                : inspect_file(arena, path, INSPECT_SECONDS, status, why);
    for (size_t i = 0; i < json_array_size(all); i++)
        json_object_set_new(json_array_get(all, i), "shipped", json_boolean(shipped));
    return all;
}

/* ---- all files ----------------------------------------------------------------------------- */

struct collection {
    struct arena *arena;
    gyre_kind kind;
    json_t *components, *unusable, *shadowed;
    json_t *taken; /* id -> the file that has it */
};

static void add_unusable(struct collection *to, const char *path, const char *reason)
{
    json_array_append_new(to->unusable, json_pack("{s:s, s:s}", "file", utf8_text(to->arena, path),
                                                  "reason", utf8_text(to->arena, reason)));
}

/* False when an earlier file has the id. */
static bool take(struct collection *to, const char *id, const char *path)
{
    const char *const by = json_string_value(json_object_get(to->taken, id));
    if (by)
        json_array_append_new(to->shadowed, json_pack("{s:s, s:s, s:s}", "id", id, "file",
                                                      utf8_text(to->arena, path), "by", by));
    else
        json_object_set_new(to->taken, id, json_string(utf8_text(to->arena, path)));
    return !by;
}

static bool is_wanted(const struct collection *to, const char *id)
{
    return !to->kind || kind_of_id(id) == to->kind;
}

static const char *id_of(const json_t *component)
{
    return json_string_value(json_object_get(component, "id"));
}

/* --plugin FILE: every component of it counts. */
static void add_explicit(struct collection *to, const char *path)
{
    enum status status;
    const char *why;
    json_t *const all = browse_file(to->arena, path, &status, &why);
    if (!all)
        add_unusable(to, path, why);
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *const one = json_array_get(all, i);
        if (is_wanted(to, id_of(one)) && take(to, id_of(one), path))
            json_array_append(to->components, one);
    }
    json_decref(all);
}

static json_t *find_in(const json_t *all, const char *id)
{
    for (size_t i = 0; i < json_array_size(all); i++)
        if (strcmp(id_of(json_array_get(all, i)), id) == 0)
            return json_array_get(all, i);
    return NULL;
}

/* Of a file found by its name only the component of that name counts. */
static void add_one_of(struct collection *to, const char *path, const char *id, const json_t *all)
{
    json_t *const found = find_in(all, id);
    if (!found) {
        add_unusable(to, path, "it has no component of the id that its name says");
        return;
    }
    json_array_append(to->components, found);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const char *const other = id_of(json_array_get(all, i));
        if (json_array_get(all, i) != found)
            add_unusable(to, path,
                         arena_format(to->arena,
                                      "its component %s is found only as a file or link of its "
                                      "own name, %s%s",
                                      other, other, FIND_SUFFIX));
    }
}

static void add_named(struct collection *to, const char *folder, const char *name)
{
    const char *const path = arena_format(to->arena, "%s/%s%s", folder, name, FIND_SUFFIX);
    if (!text_is_id(name) || !kind_of_id(name)) {
        add_unusable(to, path,
                     "its name is no component's id, such as metric.safety" FIND_SUFFIX
                     ", so it is never found");
        return;
    }
    if (!is_wanted(to, name) || !take(to, name, path))
        return;
    enum status status;
    const char *why;
    json_t *const all = browse_file(to->arena, path, &status, &why);
    if (all)
        add_one_of(to, path, name, all);
    else
        add_unusable(to, path, why);
    json_decref(all);
}

static void add_folder(struct collection *to, const char *folder)
{
    for (const char *const *name = find_names(to->arena, folder); *name; name++)
        add_named(to, folder, *name);
}

json_t *browse_all(struct arena *arena, const struct browse *browse)
{
    struct collection to = {.arena = arena,
                            .kind = browse->kind,
                            .components = json_array(),
                            .unusable = json_array(),
                            .shadowed = json_array(),
                            .taken = json_object()};
    for (const char **plugin = browse->plugins; *plugin; plugin++)
        add_explicit(&to, *plugin);
    for (const char *const *folder = find_folders(arena); *folder; folder++)
        add_folder(&to, *folder);
    json_decref(to.taken);
    return json_pack("{s:o, s:o, s:o}", "components", to.components, "unusable", to.unusable,
                     "shadowed", to.shadowed);
}
