/* document_set.c - one --set KEY=VALUE, put where the scenario file could have said it. */
#include "scenario/document.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "scenario/say.h"
#include "scenario/syntax.h"

/* Sections that hold their keys themselves; of components there is a list for each kind. */
static const char *const plain[] = {"scenario", "space",     "contexts", "society",
                                    "sampling", "selection", "update",   NULL};
static const char *const kinds[] = {"metric", "intervention", NULL};
static const char *const sections[] = {"scenario",     "space",     "contexts", "society",
                                       "sampling",     "selection", "update",   "metric",
                                       "intervention", NULL};

enum { NAMED = 200 }; /* components that are compared to say which is near */

struct setting {
    struct arena *arena;
    struct report *report;
    struct node *root;
    struct place at;
    char **part; /* the key, cut at its dots */
    int parts;
    const char *value; /* as typed */
};

static struct node *child_of(const struct node *table, const char *key)
{
    struct node *child = table->first;
    while (child && strcmp(child->key, key) != 0)
        child = child->next;
    return child;
}

static bool is_among(const char *word, const char *const *words)
{
    while (*words && strcmp(word, *words) != 0)
        words++;
    return *words != NULL;
}

static void append(struct node *parent, struct node *child)
{
    child->next = NULL;
    *(parent->last ? &parent->last->next : &parent->first) = child;
    parent->last = child;
    parent->count++;
}

static struct node *add_child(struct setting *set, struct node *parent, const char *key,
                              enum node_kind kind)
{
    struct node *child = ARENA_NEW(set->arena, struct node);
    *child = (struct node){.kind = kind, .key = key, .key_at = set->at, .at = set->at};
    append(parent, child);
    return child;
}

/* ---- the words typed ---------------------------------------------------- */

static char *trimmed(struct arena *arena, const char *from, size_t length)
{
    for (; length && strchr(" \t", *from); length--)
        from++;
    while (length && strchr(" \t", from[length - 1]))
        length--;
    return arena_format(arena, "%.*s", (int)length, from);
}

static bool split_key(struct setting *set, char *key)
{
    int dots = 0;
    for (const char *c = key; *c; c++)
        dots += *c == '.';
    set->part = ARENA_ARRAY(set->arena, char *, dots + 1);
    for (char *dot; (dot = strchr(key, '.')); key = dot + 1) {
        *dot = 0;
        set->part[set->parts++] = key;
    }
    set->part[set->parts++] = key;
    for (int i = 0; i < set->parts; i++)
        if (!*set->part[i])
            return false;
    return true;
}

static bool split(struct setting *set, const char *assignment)
{
    const char *equal = strchr(assignment, '=');
    const char *why = NULL;
    if (!equal) {
        why = "there is no = in it: write --set KEY=VALUE, as in --set update.rate=0.5";
    } else {
        size_t const length = strlen(equal + 1);
        set->value = trimmed(set->arena, equal + 1, length);
        if (!split_key(set, trimmed(set->arena, assignment, (size_t)(equal - assignment))))
            why = "the key, or a part of it between dots, is empty";
        else if (set->parts > SYNTAX_DEPTH)
            why = "the key has more than 100 parts";
    }
    if (why)
        report_add(set->report, STATUS_USAGE, set->at, "%s", why);
    return !why;
}

/* ---- the value ---------------------------------------------------------- */

static void move_to(struct node *node, struct place at)
{
    node->at = node->key_at = at;
    for (struct node *child = node->first; child; child = child->next)
        move_to(child, at);
}

/* Would somebody who wrote this mean a bare word? */
static bool is_meant_as_toml(const char *value)
{
    double number = 0;
    return (*value && strchr("\"'[{", *value)) || text_to_real(value, &number);
}

/* The value under the key "value", or NULL with a sentence. */
static struct node *value_parse(struct setting *set)
{
    struct syntax_fault fault;
    const char *text = arena_format(set->arena, "value = %s", set->value);
    struct node *table = syntax_parse(set->arena, set->at.file, text, strlen(text), &fault);
    struct node *value = NULL;
    if (table && table->count == 1) {
        value = table->first;
    } else if (!table && is_meant_as_toml(set->value)) {
        report_add(set->report, STATUS_DATA, set->at, "%s", fault.sentence);
    } else {
        value = ARENA_NEW(set->arena, struct node);
        value->kind = NODE_TEXT;
        value->text = set->value;
    }
    if (value)
        move_to(value, set->at);
    return value;
}

/* ---- the place for it --------------------------------------------------- */

static const char *text_of(const struct node *table, const char *key)
{
    const struct node *child = table->kind == NODE_TABLE ? child_of(table, key) : NULL;
    return child && child->kind == NODE_TEXT ? child->text : "";
}

/* All that --set could call the first components, to say what is near: `metric.safety`,
 * `metric.safety#2`, and by their own names. */
static const char *const *names_of(struct setting *set, const struct node *list)
{
    const char **names = ARENA_ARRAY(set->arena, const char *, 2 * NAMED + 1);
    int count = 0, components = 0;
    for (const struct node *n = list->first; n && components < NAMED; n = n->next, components++) {
        const char *use = text_of(n, "use"), *as = text_of(n, "as");
        int number = 1;
        for (const struct node *m = list->first; m != n; m = m->next)
            number += strcmp(text_of(m, "use"), use) == 0;
        if (*use)
            names[count++] = number == 1 ? use : arena_format(set->arena, "%s#%d", use, number);
        if (*as)
            names[count++] = arena_format(set->arena, "%s.%s", set->part[0], as);
    }
    return names;
}

static void refuse_component(struct setting *set, const struct node *list)
{
    const char *wanted = arena_format(set->arena, "%s.%s", set->part[0], set->part[1]);
    const char *const *names = names_of(set, list);
    const char *hint = say_nearest(set->arena, wanted, names);
    if (!*hint && *names)
        hint = arena_format(set->arena, "; it has %s", say_list(set->arena, names));
    report_add(set->report, STATUS_DATA, set->at, "the scenario has no component \"%s\"%s",
               say_short(set->arena, wanted), hint);
}

/* The `number`th component of that id. */
static struct node *component_by_id(const struct node *list, const char *id, long number)
{
    struct node *n = list->first;
    for (; n; n = n->next)
        if (strcmp(text_of(n, "use"), id) == 0 && --number == 0)
            break;
    return n;
}

/* `as` names go before ids: somebody chose them. */
static struct node *find_component(struct setting *set, const struct node *list)
{
    const char *name = set->part[1];
    for (struct node *n = list->first; n; n = n->next)
        if (strcmp(text_of(n, "as"), name) == 0)
            return n;
    size_t const length = strcspn(name, "#");
    const char *id = arena_format(set->arena, "%s.%.*s", set->part[0], (int)length, name);
    char *end = NULL;
    long const number = name[length] ? strtol(name + length + 1, &end, 10) : 1;
    struct node *found = end && *end ? NULL : component_by_id(list, id, number);
    if (!found)
        refuse_component(set, list);
    return found;
}

static struct node *component_of(struct setting *set, struct node *list)
{
    const char *kind = set->part[0];
    if (set->parts < 3)
        report_add(set->report, STATUS_DATA, set->at,
                   "%s is a list of components: write %s.NAME.KEY=VALUE", kind, kind);
    else if (!list)
        report_add(set->report, STATUS_DATA, set->at, "the scenario has no %s", kind);
    else if (list->kind != NODE_ARRAY)
        report_add(set->report, STATUS_DATA, set->at, "%s is %s, not a list of components", kind,
                   node_kind_name(list->kind));
    else
        return find_component(set, list);
    return NULL;
}

/* The table at `parent`.`key`, made when there is nothing. */
static struct node *table_at(struct setting *set, struct node *parent, int part)
{
    struct node *child = child_of(parent, set->part[part]);
    if (!child)
        return add_child(set, parent, set->part[part], NODE_TABLE);
    if (child->kind == NODE_TABLE)
        return child;
    const char *path = set->part[0];
    for (int i = 1; i <= part; i++)
        path = arena_format(set->arena, "%s.%s", path, set->part[i]);
    report_add(set->report, STATUS_DATA, set->at, "%s is %s, not a table", path,
               node_show(set->arena, child));
    return NULL;
}

/* The table that the last part is a key of; NULL with a sentence. */
static struct node *find_table(struct setting *set)
{
    struct node *first = child_of(set->root, set->part[0]), *table = set->root;
    bool const listed = is_among(set->part[0], kinds) || (first && first->kind == NODE_ARRAY);
    int part = 0;
    if (!first && !listed && !is_among(set->part[0], plain) && strcmp(set->part[0], "gyre") != 0) {
        report_add(set->report, STATUS_DATA, set->at, "unknown section \"%s\"%s", set->part[0],
                   say_nearest(set->arena, set->part[0], sections));
        return NULL;
    }
    if (listed) {
        table = component_of(set, first);
        part = 2;
    }
    for (; table && part < set->parts - 1; part++)
        table = table_at(set, table, part);
    return table;
}

static void put(struct setting *set, struct node *table, const struct node *value)
{
    const char *key = set->part[set->parts - 1];
    struct node *child = child_of(table, key);
    if (!child)
        child = add_child(set, table, key, value->kind);
    struct node *next = child->next;
    *child = *value;
    child->next = next;
    child->key = key;
}

enum status document_set(struct arena *arena, struct node *root, const char *assignment,
                         struct report *report)
{
    struct setting set = {.arena = arena, .report = report, .root = root};
    set.at.file = arena_format(arena, "--set %s", say_short(arena, assignment));
    int const before = report_count(report);
    if (!split(&set, assignment))
        return STATUS_USAGE;
    struct node *value = value_parse(&set);
    struct node *table = value ? find_table(&set) : NULL;
    if (table)
        put(&set, table, value);
    return report_count(report) == before ? STATUS_OK : STATUS_DATA;
}
