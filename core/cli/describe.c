#include <string.h>

#include "base/text.h"
#include "cli/browse.h"
#include "cli/cli.h"
#include "cli/sheet.h"
#include "cli/table.h"
#include "host/find.h"
#include "host/registry.h"

static const char usage[] =
    "usage: gyre describe ID [--plugin FILE] [--json]\n"
    "\n"
    "Says what a component does, its parameters and outputs, and how a scenario uses it.\n"
    "\n"
    "  --plugin FILE  look into this module first\n"
    "  --json         for programs\n"
    "\n"
    "example: gyre describe intervention.verify\n";

static const char *const options[] = {"--plugin", "--json", "--help", "-h", NULL};

/* A search as it goes on. */
struct search {
    struct arena *arena;
    const char *id;
    const char **seen; /* ids of explicit modules, for the nearest; ends with NULL */
    size_t count;
};

static const char *id_of(const json_t *component)
{
    return json_string_value(json_object_get(component, "id"));
}

static json_t *pick(const json_t *all, const char *id)
{
    for (size_t i = 0; i < json_array_size(all); i++)
        if (strcmp(id_of(json_array_get(all, i)), id) == 0)
            return json_incref(json_array_get(all, i));
    return NULL;
}

static void remember(struct search *search, const json_t *all)
{
    size_t const more = json_array_size(all);
    const char **const seen = ARENA_ARRAY(search->arena, const char *, search->count + more + 1);
    if (search->count)
        memcpy(seen, search->seen, search->count * sizeof(*seen));
    for (size_t i = 0; i < more; i++)
        seen[search->count++] = arena_text(search->arena, id_of(json_array_get(all, i)));
    search->seen = seen;
}

static enum status find_explicit(struct search *search, const char *const *plugins, json_t **found)
{
    for (; !*found && *plugins; plugins++) {
        enum status status;
        const char *why;
        json_t *const all = browse_file(search->arena, *plugins, &status, &why);
        if (!all)
            return browse_fail("describe", status, "%s: %s", *plugins, why);
        *found = pick(all, search->id);
        remember(search, all);
        json_decref(all);
    }
    return STATUS_OK;
}

static enum status find_by_id(struct search *search, json_t **found)
{
    const char *const *const folders = find_folders(search->arena);
    const char *const path =
        text_is_id(search->id) ? find_file(search->arena, folders, search->id) : NULL;
    if (!path)
        return browse_fail("describe", STATUS_MISSING, "%s",
                           find_missing(search->arena, folders, search->id, 0, search->seen));
    enum status status;
    const char *why;
    json_t *const all = browse_file(search->arena, path, &status, &why);
    if (!all)
        return browse_fail("describe", status, "%s: %s", path, why);
    *found = pick(all, search->id);
    json_decref(all);
    if (!*found)
        return browse_fail("describe", STATUS_REFUSED,
                           "%s: it has no component of the id that its name says", path);
    return STATUS_OK;
}

static enum status describe(struct arena *arena, const struct browse *browse)
{
    struct search search = {.arena = arena, .id = browse->id};
    search.seen = ARENA_NEW(arena, const char *);
    json_t *found = NULL;
    enum status status = find_explicit(&search, browse->plugins, &found);
    if (!status && !found)
        status = find_by_id(&search, &found);
    if (found && browse->json)
        browse_print_json(found);
    else if (found)
        sheet_print(arena, stdout, table_style_find(true).colour, found);
    json_decref(found);
    return status;
}

int describe_main(int argc, char **argv)
{
    struct arena *const arena = arena_create();
    struct browse browse = {.verb = "describe", .options = options, .takes_id = true};
    enum status status = browse_parse(arena, argc, argv, &browse);
    if (!status && browse.help)
        fputs(usage, stdout);
    else if (!status)
        status = describe(arena, &browse);
    arena_destroy(arena);
    if (!status)
        status = browse_end("describe");
    return (int)status;
}
