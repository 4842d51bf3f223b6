#include <string.h>

#include "cli/browse.h"
#include "cli/cli.h"
#include "cli/ink.h"
#include "cli/page.h"
#include "cli/table.h"
#include "host/registry.h"

static const char usage[] =
    "usage: gyre list [--kind KIND] [--plugin FILE] [--shadowed] [--json]\n"
    "\n"
    "Lists the components that a scenario can use.\n"
    "\n"
    "  --kind KIND    of one kind: policy, selection, update, metric, intervention\n"
    "  --plugin FILE  also the components of this module, before all others\n"
    "  --shadowed     also the files that are not used: an earlier one has their id\n"
    "  --json         for programs: all that `gyre describe` knows of each\n"
    "\n"
    "example: gyre list --kind metric\n";

static const char *const options[] = {"--kind", "--plugin", "--shadowed", "--json",
                                      "--help", "-h",       NULL};

static const char *text(const json_t *object, const char *key)
{
    const char *const value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

/* ---- the table ----------------------------------------------------------------------------- */

struct widths {
    int id, version;
};

static void widen(int *width, const char *word)
{
    int const columns = ink_columns(word);
    if (columns > *width)
        *width = columns;
}

static struct widths widths_of(const json_t *components)
{
    struct widths widths = {0, 0};
    for (size_t i = 0; i < json_array_size(components); i++) {
        widen(&widths.id, text(json_array_get(components, i), "id"));
        widen(&widths.version, text(json_array_get(components, i), "version"));
    }
    return widths;
}

static void print_component(const json_t *component, struct widths widths)
{
    int const indent = 2 + widths.id + 2 + widths.version + 2;
    printf("  %-*s  %-*s  ", widths.id, text(component, "id"), widths.version,
           text(component, "version"));
    page_text(stdout, indent, indent, text(component, "summary"));
    if (!json_is_true(json_object_get(component, "shipped")))
        printf("      from %s\n", text(component, "file"));
}

static json_t *next_by_id(const json_t *components, const char *kind, const char *after)
{
    json_t *next = NULL;
    for (size_t i = 0; i < json_array_size(components); i++) {
        json_t *const one = json_array_get(components, i);
        const char *const id = text(one, "id");
        if (strcmp(text(one, "kind"), kind) == 0 && strcmp(id, after) > 0 &&
            (!next || strcmp(id, text(next, "id")) < 0))
            next = one;
    }
    return next;
}

/* True when there was one. */
static bool print_kind(const json_t *components, const char *kind, bool colour, bool later)
{
    struct widths const widths = widths_of(components);
    const json_t *one = next_by_id(components, kind, "");
    if (!one)
        return false;
    if (later)
        putchar('\n');
    page_heading(stdout, colour, kind);
    for (; one; one = next_by_id(components, kind, text(one, "id")))
        print_component(one, widths);
    return true;
}

static bool print_components(const json_t *components, bool colour)
{
    bool printed = false;
    for (gyre_kind kind = 1; *kind_word(kind); kind++)
        printed |= print_kind(components, kind_word(kind), colour, printed);
    return printed;
}

/* ---- what is not used ---------------------------------------------------------------------- */

static void print_unusable(const json_t *files, bool colour, bool later)
{
    if (json_array_size(files) == 0)
        return;
    if (later)
        putchar('\n');
    page_heading(stdout, colour, "not usable");
    for (size_t i = 0; i < json_array_size(files); i++) {
        printf("  %s\n      ", text(json_array_get(files, i), "file"));
        page_text(stdout, 6, 6, text(json_array_get(files, i), "reason"));
    }
}

static void print_shadowed(const json_t *files, bool colour)
{
    putchar('\n');
    page_heading(stdout, colour, "shadowed");
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *const one = json_array_get(files, i);
        printf("  %s\n      by %s\n", text(one, "file"), text(one, "by"));
    }
    if (json_array_size(files) == 0)
        puts("  none");
}

static void print_all(const json_t *all, const struct browse *browse)
{
    bool const colour = table_style_find(true).colour;
    bool const any = print_components(json_object_get(all, "components"), colour);
    print_unusable(json_object_get(all, "unusable"), colour, any);
    if (browse->shadowed)
        print_shadowed(json_object_get(all, "shadowed"), colour);
    if (!any)
        browse_fail("list", STATUS_MISSING, "no component was found%s",
                    browse->kind ? " of that kind"
                                 : "; $GYRE_PLUGIN_PATH says where, if it is set");
}

int list_main(int argc, char **argv)
{
    struct arena *const arena = arena_create();
    struct browse browse = {.verb = "list", .options = options};
    enum status status = browse_parse(arena, argc, argv, &browse);
    if (!status && browse.help) {
        fputs(usage, stdout);
    } else if (!status) {
        json_t *const all = browse_all(arena, &browse);
        if (browse.json)
            browse_print_json(all);
        else
            print_all(all, &browse);
        json_decref(all);
    }
    arena_destroy(arena);
    if (!status)
        status = browse_end("list");
    return (int)status;
}
