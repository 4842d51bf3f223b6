#include "host/load.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#include "host/adopt.h"
#include "host/trust.h"

enum { COMPONENT_LIMIT = 1024 };

/* dlerror begins most of its sentences with the path, which ours name already. */
static const char *open_error(struct arena *arena, const char *path)
{
    const char *said = dlerror();
    size_t const length = strlen(path);
    if (!said)
        said = "no reason given";
    if (strncmp(said, path, length) == 0 && strncmp(said + length, ": ", 2) == 0)
        said += length + 2;
    if (strstr(said, "undefined symbol"))
        return arena_format(
            arena, "it cannot be loaded: %s; define it, or link the library that does", said);
    return arena_format(arena, "it cannot be loaded: %s", said);
}

/* RTLD_NOW: what is missing is missing now and not in round 300. RTLD_LOCAL: modules do not see
 * each other. */
static const gyre_module *open_symbol(struct arena *arena, const char *path, const char **why)
{
    void *const handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const gyre_module *const symbol = handle ? dlsym(handle, "gyre_module_1") : NULL;
    *why = symbol ? NULL : open_error(arena, path);
    return symbol;
}

static const struct component *find_in(const struct component *first, const char *id)
{
    while (first && strcmp(first->about.id, id) != 0)
        first = first->next;
    return first;
}

static struct component *adopt_all(struct arena *arena, const struct module *module,
                                   const char **why)
{
    struct component *first = NULL, **end = &first;
    const gyre_component *const *theirs = module->about.components;
    for (int i = 0; theirs[i]; i++) {
        if (i == COMPONENT_LIMIT) {
            *why = "its list of components does not end; end it with NULL";
            return NULL;
        }
        *end = adopt_component(arena, theirs[i], module, why);
        if (!*end)
            return NULL;
        struct component *const added = *end;
        if (find_in(first, added->about.id) != added) {
            *why = arena_format(arena, "it has component %s twice", added->about.id);
            return NULL;
        }
        end = &added->next;
    }
    return first;
}

struct component *load_module(struct arena *arena, const char *path, enum status *status,
                              const char **why)
{
    struct trust trust;
    *status = trust_check(arena, path, &trust, why);
    if (*status)
        return NULL;
    struct module *const module = ARENA_NEW(arena, struct module);
    module->path = trust.path;
    module->digest = trust.digest;
    *status = STATUS_REFUSED;
    const gyre_module *const theirs = open_symbol(arena, trust.path, why);
    if (!theirs || !adopt_module(arena, theirs, &module->about, why))
        return NULL;
    struct component *const first = adopt_all(arena, module, why);
    if (first)
        *status = STATUS_OK;
    return first;
}
