#include "host/registry.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "host/find.h"
#include "host/load.h"

struct registry {
    struct arena *arena;
    const char *const *folders;
    struct component *first, **end; /* explicit modules' first, then as they were asked for */
};

static const char *const words[] = {
    "", "policy", "selection", "update", "metric", "intervention",
};

enum { KINDS = sizeof(words) / sizeof(*words) };

const char *kind_word(gyre_kind kind)
{
    return words[kind < KINDS ? kind : GYRE_KIND_INVALID];
}

gyre_kind kind_of_id(const char *id)
{
    size_t const length = strcspn(id, ".");
    for (gyre_kind kind = 1; kind < KINDS; kind++)
        if (id[length] && strlen(words[kind]) == length && strncmp(words[kind], id, length) == 0)
            return kind;
    return GYRE_KIND_INVALID;
}

static struct component *find_known(const struct registry *registry, const char *id)
{
    struct component *known = registry->first;
    while (known && strcmp(known->about.id, id) != 0)
        known = known->next;
    return known;
}

/* ---- explicit files ------------------------------------------------------------------------ */

/* The first file that has an id keeps it. */
static void add_all(struct registry *registry, struct component *component)
{
    while (component) {
        struct component *const next = component->next;
        component->next = NULL;
        if (!find_known(registry, component->about.id)) {
            *registry->end = component;
            registry->end = &component->next;
        }
        component = next;
    }
}

struct registry *registry_create(struct arena *arena, const char *const *plugins,
                                 struct report *report)
{
    struct registry *const registry = ARENA_NEW(arena, struct registry);
    registry->arena = arena;
    registry->folders = find_folders(arena);
    registry->end = &registry->first;
    for (; plugins && *plugins; plugins++) {
        enum status status;
        const char *why;
        struct component *const opened = load_module(arena, *plugins, &status, &why);
        if (!opened)
            report_add(report, status, (struct place){.file = *plugins}, "%s", why);
        add_all(registry, opened);
    }
    return registry;
}

/* ---- by id --------------------------------------------------------------------------------- */

static void say_missing(const struct registry *registry, const char *id, gyre_kind kind,
                        struct place at, struct report *report)
{
    size_t count = 0;
    for (const struct component *c = registry->first; c; c = c->next)
        count++;
    const char **const known = ARENA_ARRAY(registry->arena, const char *, count + 1);
    for (const struct component *c = registry->first; c; c = c->next)
        known[--count] = c->about.id;
    report_add(report, STATUS_MISSING, at, "%s",
               find_missing(registry->arena, registry->folders, id, kind, known));
}

/* Of a file found by its name only the component of that name counts: else what an id means would
 * depend on which ids were asked for before. */
static struct component *open_by_id(struct registry *registry, const char *path, const char *id,
                                    struct place at, struct report *report)
{
    enum status status;
    const char *why;
    struct component *component = load_module(registry->arena, path, &status, &why);
    if (!component) {
        report_add(report, status, at, "%s was refused, %s: %s", id, path, why);
        return NULL;
    }
    while (component && strcmp(component->about.id, id) != 0)
        component = component->next;
    if (!component) {
        report_add(report, STATUS_REFUSED, at,
                   "%s was refused, %s: it has no component of that id; name the file after one "
                   "that it has",
                   id, path);
        return NULL;
    }
    component->next = NULL;
    add_all(registry, component);
    return component;
}

static bool is_kind(const char *id, gyre_kind kind)
{
    gyre_kind const is = kind_of_id(id);
    return !kind || !is || is == kind;
}

const struct component *registry_find(struct registry *registry, const char *id, gyre_kind kind,
                                      struct place at, struct report *report)
{
    if (text_is_id(id) && !is_kind(id, kind)) {
        report_add(report, STATUS_DATA, at, "%s is no %s; one that is begins with \"%s.\"", id,
                   kind_word(kind), kind_word(kind));
        return NULL;
    }
    struct component *const known = find_known(registry, id);
    if (known)
        return known;
    const char *const path =
        text_is_id(id) ? find_file(registry->arena, registry->folders, id) : NULL;
    if (path)
        return open_by_id(registry, path, id, at, report);
    say_missing(registry, id, kind, at, report);
    return NULL;
}
