#include "scenario/document.h"

#include <string.h>

#include "scenario/file.h"
#include "scenario/say.h"
#include "scenario/syntax.h"

enum { LARGEST = 64 * 1000 * 1000 };

/* ---- reading ------------------------------------------------------------ */

static struct node *parse(struct arena *arena, const char *name, const char *text, size_t size,
                          struct report *report)
{
    struct syntax_fault fault;
    struct node *root = syntax_parse(arena, arena_text(arena, name), text, size, &fault);
    if (!root)
        report_add(report, fault.status, fault.at, "%s", fault.sentence);
    return root;
}

struct node *document_parse(struct arena *arena, const char *name, const char *text,
                            struct report *report)
{
    return parse(arena, name, text, strlen(text), report);
}

struct node *document_load(struct arena *arena, const char *path, const char **text,
                           struct report *report)
{
    struct file file;
    struct place const at = {.file = arena_text(arena, path)};
    enum status const status = file_read(arena, path, LARGEST, &file);
    if (status != STATUS_OK) {
        report_add(report, status, at, "%s", file.why);
        return NULL;
    }
    *text = file.bytes;
    return parse(arena, path, file.bytes, file.size, report);
}

/* ---- asking ------------------------------------------------------------- */

struct node *node_find(struct node *table, const char *key)
{
    struct node *child = table && table->kind == NODE_TABLE ? table->first : NULL;
    while (child && strcmp(child->key, key) != 0)
        child = child->next;
    if (child)
        child->known = true;
    return child;
}

void node_refuse_unknown(struct node *table, const char *owner, const char *const *keys,
                         struct report *report)
{
    if (!table || table->kind != NODE_TABLE)
        return;
    struct arena *arena = arena_create();
    for (struct node *child = table->first; child; child = child->next)
        if (!child->known)
            report_add(report, STATUS_DATA, child->key_at, "%s%sunknown key \"%s\"%s", owner,
                       *owner ? ": " : "", say_short(arena, child->key),
                       say_nearest(arena, child->key, keys));
    arena_destroy(arena);
}

/* ---- showing ------------------------------------------------------------ */

const char *node_kind_name(enum node_kind kind)
{
    static const char *const name[] = {
        [NODE_TABLE] = "a table",       [NODE_ARRAY] = "an array", [NODE_TEXT] = "a string",
        [NODE_INTEGER] = "an integer",  [NODE_REAL] = "a number",  [NODE_BOOL] = "true or false",
        [NODE_DATE] = "a date or time",
    };
    return name[kind];
}

/* A real that is whole keeps its point: whoever wrote 1.0 for an integer shall see why it is none.
 */
static const char *show_real(struct arena *arena, double real)
{
    const char *text = say_real(arena, real);
    return arena_format(arena, "%s%s", text, strpbrk(text, ".en") ? "" : ".0");
}

const char *node_show(struct arena *arena, const struct node *node)
{
    switch (node->kind) {
    case NODE_TEXT:
        return arena_format(arena, "\"%s\"", say_short(arena, node->text));
    case NODE_INTEGER:
        return arena_format(arena, "%lld", (long long)node->integer);
    case NODE_REAL:
        return show_real(arena, node->real);
    case NODE_BOOL:
        return node->flag ? "true" : "false";
    default:
        return node_kind_name(node->kind);
    }
}
