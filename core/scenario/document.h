/* scenario/document.h - a TOML file as a tree with places, and what --set changes in it. */
#ifndef SCENARIO_DOCUMENT_H
#define SCENARIO_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/report.h"

#ifdef __cplusplus
extern "C" {
#endif

enum node_kind {
    NODE_TABLE = 1,
    NODE_ARRAY,
    NODE_TEXT,
    NODE_INTEGER,
    NODE_REAL,
    NODE_BOOL,
    NODE_DATE /* dates and times: gyre uses none, and says so */
};

/* One value. Children of tables and arrays are a list in the file's order. */
struct node {
    enum node_kind kind;
    bool known;          /* somebody asked for this key: what stays unknown is a mistake */
    const char *key;     /* in a table, else NULL                                  */
    struct place key_at; /* of the key; of the value in an array                   */
    struct place at;     /* of the value                                           */
    const char *text;    /* TEXT                                                   */
    int64_t integer;     /* INTEGER                                                */
    double real;         /* REAL, and INTEGER as a double                          */
    bool flag;           /* BOOL                                                   */
    int64_t count;       /* children                                               */
    struct node *first, *last, *next;
};

/* The root table, or NULL with a sentence in `report`. `name` is what places call the file. All
 * lives in `arena`. */
struct node *document_parse(struct arena *arena, const char *name, const char *text,
                            struct report *report);

/* Reads the file and parses it; *text gets its bytes. */
struct node *document_load(struct arena *arena, const char *path, const char **text,
                           struct report *report);

/* Applies one `KEY=VALUE` of --set. A value that is no TOML is taken as a bare word. KEY is
 * `section.key` (deeper for inline tables), or for components `metric.safety.key`,
 * `intervention.verify#2.key`, or their `as` name: `intervention.early.key`. A selection,
 * update and policy are reached as `selection.key`, `update.key`, `society.policy.key`. */
enum status document_set(struct arena *arena, struct node *root, const char *assignment,
                         struct report *report);

/* The child of that key, marked known; NULL when there is none (or table is NULL). */
struct node *node_find(struct node *table, const char *key);

/* How a value is shown in a sentence: `1.4`, `"shared"`, `a table`, `an array`. */
const char *node_show(struct arena *arena, const struct node *node);
/* "a table", "a string", "an integer", "a number", "true or false", ... */
const char *node_kind_name(enum node_kind kind);

/* Reports every child of table that nobody asked for, with the nearest of `keys` (ends with
 * NULL): `owner: unknown key "rat"; did you mean "rate"?`. */
void node_refuse_unknown(struct node *table, const char *owner, const char *const *keys,
                         struct report *report);

#ifdef __cplusplus
}
#endif
#endif
