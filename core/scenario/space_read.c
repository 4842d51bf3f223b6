#include "scenario/space_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "base/text.h"
#include "scenario/grammar.h"

/* Columns, tables and rows take at least this many bytes a state: beyond the machine's memory there
 * is no use in going on. */
enum { BYTES_A_STATE = 128 };

static bool too_many(struct law_source *source, const struct node *node, const char *key,
                     int64_t count, double bytes)
{
    char need[TEXT_REAL], has[TEXT_REAL];
    double const memory = machine_memory();
    if ((double)count * bytes > memory)
        report_add(source->report, STATUS_LIMIT, node->at,
                   "%s = %lld needs at least %s of memory, and this machine has %s free", key,
                   (long long)count, text_bytes(need, (double)count * bytes),
                   text_bytes(has, memory));
    else if (count > SPACE_STATES_MOST)
        report_add(source->report, STATUS_LIMIT, node->at, "%s = %lld is above %lld", key,
                   (long long)count, (long long)SPACE_STATES_MOST);
    else
        return false;
    return true;
}

/* ---- how many states, and their names ----------------------------------- */

struct by_name {
    const char *name;
    int line;
};

static int compare_names(const void *a, const void *b)
{
    const struct by_name *x = a, *y = b;
    int const order = strcmp(x->name, y->name);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static bool names_are_unique(struct law_source *source, const struct csv *csv, int column)
{
    struct by_name *name = ARENA_ARRAY(source->arena, struct by_name, csv->rows);
    for (int64_t i = 0; i < csv->rows; i++)
        name[i] = (struct by_name){csv->cell[i * csv->columns + column], csv->line[i]};
    qsort(name, (size_t)csv->rows, sizeof *name, compare_names);
    for (int64_t i = 1; i < csv->rows; i++)
        if (strcmp(name[i].name, name[i - 1].name) == 0) {
            report_add(source->report, STATUS_DATA, (struct place){csv->path, name[i].line, 0},
                       "state \"%s\" stands already in line %d: each state is one row",
                       name[i].name, name[i - 1].line);
            return false;
        }
    return true;
}

static bool names_of_file(struct law_source *source, struct space *space)
{
    const struct csv *csv = source->csv;
    int column = 0;
    while (column < csv->columns && strcmp(csv->header[column], "state") != 0)
        column++;
    if (column == csv->columns)
        return true;
    const char **names = ARENA_ARRAY(source->arena, const char *, csv->rows);
    for (int64_t i = 0; i < csv->rows; i++)
        names[i] = csv->cell[i * csv->columns + column];
    space->names = names;
    return names_are_unique(source, csv, column);
}

/* States are counted by the key, or by the array or file that the reference is. */
static bool read_states(struct law_source *source, struct node *states, struct node *reference,
                        struct place at, struct space *space)
{
    const struct csv *csv = NULL;
    if (states && (states->kind != NODE_INTEGER || states->integer < 1)) {
        report_add(source->report, STATUS_DATA, states->at,
                   "space: states = %s is not a whole number of at least 1",
                   node_show(source->arena, states));
        return false;
    }
    if (states && too_many(source, states, "states", states->integer, BYTES_A_STATE))
        return false;
    space->states = states ? states->integer : 0;
    if (reference && law_is_values(reference) && reference->kind == NODE_TABLE) {
        if (law_column(source, reference, "space: reference", &csv) < 0 ||
            (!states && (space->states = csv->rows) < 1))
            return false;
        return csv->rows != space->states || names_of_file(source, space);
    }
    struct law_values empty;
    if (!states && reference && reference->kind == NODE_ARRAY) {
        space->states = reference->count;
        if (reference->count == 0)
            return law_values(source, reference, "space: reference", &empty);
    }
    if (space->states > 0)
        return true;
    report_add(source->report, STATUS_DATA, at,
               "space: needs states, or a reference that is an array or a file's column");
    return false;
}

/* ---- contexts ----------------------------------------------------------- */

static bool contexts_are_sizes(struct law_source *source, const struct node *node,
                               struct space *space, int64_t *begin)
{
    int64_t at = 0, i = 0;
    for (const struct node *n = node->first; n; n = n->next) {
        if (n->kind != NODE_INTEGER || n->integer < 1 || n->integer > space->states - at) {
            report_add(source->report, STATUS_DATA, n->at,
                       "space: contexts: %s is no number of states of a context: at least 1, and "
                       "%lld are left",
                       node_show(source->arena, n), (long long)(space->states - at));
            return false;
        }
        at += n->integer;
        begin[++i] = at;
    }
    if (at != space->states)
        report_add(source->report, STATUS_DATA, node->at,
                   "space: contexts: the sizes add to %lld, and there are %lld states",
                   (long long)at, (long long)space->states);
    return at == space->states;
}

static bool contexts_are_even(struct law_source *source, const struct node *node,
                              struct space *space, int64_t *begin)
{
    for (int64_t c = 0; c <= space->contexts; c++)
        begin[c] = c * (space->states / space->contexts);
    if (space->states % space->contexts == 0)
        return true;
    report_add(source->report, STATUS_DATA, node->at,
               "space: %lld states cannot be divided evenly into %lld contexts; give an array of "
               "sizes",
               (long long)space->states, (long long)space->contexts);
    return false;
}

/* Rows of one context stand together: the column changes its text where a context ends. */
static bool contexts_are_named(struct law_source *source, struct node *node, struct space *space,
                               int64_t *begin)
{
    const struct csv *csv = NULL;
    int const column = law_column(source, node, "space: contexts", &csv);
    if (column < 0)
        return false;
    if (csv->rows != space->states) {
        report_add(source->report, STATUS_DATA, node->at,
                   "space: contexts: %lld rows for %lld states", (long long)csv->rows,
                   (long long)space->states);
        return false;
    }
    struct by_name *first = ARENA_ARRAY(source->arena, struct by_name, csv->rows);
    for (int64_t z = 0; z < csv->rows; z++) {
        const char *name = csv->cell[z * csv->columns + column];
        if (z > 0 && strcmp(name, first[space->contexts - 1].name) == 0)
            continue;
        first[space->contexts] = (struct by_name){name, csv->line[z]};
        begin[space->contexts++] = z;
    }
    begin[space->contexts] = csv->rows;
    qsort(first, (size_t)space->contexts, sizeof *first, compare_names);
    for (int64_t c = 1; c < space->contexts; c++)
        if (strcmp(first[c].name, first[c - 1].name) == 0) {
            report_add(source->report, STATUS_DATA, (struct place){csv->path, first[c].line, 0},
                       "context \"%s\" begins again: the rows of a context must stand together",
                       first[c].name);
            return false;
        }
    return true;
}

static bool read_contexts(struct law_source *source, struct node *node, struct space *space)
{
    int64_t *begin = ARENA_ARRAY(source->arena, int64_t, space->states + 1);
    space->context = begin;
    space->contexts = 1;
    begin[1] = space->states;
    if (!node)
        return true;
    if (node->kind == NODE_ARRAY) {
        space->contexts = node->count;
        return contexts_are_sizes(source, node, space, begin);
    }
    if (law_is_values(node)) {
        space->contexts = 0;
        return contexts_are_named(source, node, space, begin);
    }
    if (node->kind == NODE_INTEGER && node->integer >= 1 && node->integer <= space->states) {
        space->contexts = node->integer;
        return contexts_are_even(source, node, space, begin);
    }
    report_add(source->report, STATUS_DATA, node->at,
               "space: contexts = %s is no number in [1, %lld], array of sizes or "
               "{ column = .. }",
               node_show(source->arena, node), (long long)space->states);
    return false;
}

/* All states of a context say how often it is met: what the first of them says. */
static double *met_of_states(struct law_source *source, const struct csv *csv, const double *x,
                             const struct space *space)
{
    double *met = ARENA_ARRAY(source->arena, double, space->contexts);
    for (int64_t c = 0; c < space->contexts; c++) {
        met[c] = x[space->context[c]];
        for (int64_t z = space->context[c]; z < space->context[c + 1]; z++) {
            char here[TEXT_REAL], first[TEXT_REAL];
            if (x[z] == met[c])
                continue;
            report_add(source->report, STATUS_DATA, (struct place){csv->path, csv->line[z], 0},
                       "space: met: %s, where the context's first state has %s: it is one number "
                       "a context",
                       text_real(here, x[z]), text_real(first, met[c]));
            return NULL;
        }
    }
    return met;
}

static double *met_of_file(struct law_source *source, struct node *node, const struct csv *csv,
                           const struct space *space)
{
    int64_t const whole[2] = {0, space->contexts};
    const double *x =
        law_attribute(source, node, "space: met", 0, GRAMMAR_MOST, csv->rows, "states");
    double *met = x ? met_of_states(source, csv, x, space) : NULL;
    if (!met || space_normalise(1, 1, whole, met) == -1)
        return met;
    report_add(source->report, STATUS_DATA, node->at, "space: met: every value is 0");
    return NULL;
}

static double *met_of_node(struct law_source *source, struct node *node, const struct space *space)
{
    int64_t const whole[2] = {0, space->contexts};
    struct space const flat = {.states = space->contexts, .contexts = 1, .context = whole};
    const struct csv *csv = NULL;
    bool const file = node->kind == NODE_TABLE && law_is_values(node);
    if (file && law_column(source, node, "space: met", &csv) < 0)
        return NULL;
    if (file && csv->rows == space->states)
        return met_of_file(source, node, csv, space);
    return law_distribution(source, node, "space: met", "core.world.met", &flat);
}

/* How often the society meets each context: one distribution over all of them. */
static bool read_met(struct law_source *source, struct node *node, struct space *space)
{
    double *met = NULL;
    if (node) {
        met = met_of_node(source, node, space);
    } else {
        met = ARENA_ARRAY(source->arena, double, space->contexts);
        for (int64_t c = 0; c < space->contexts; c++)
            met[c] = 1.0 / (double)space->contexts;
    }
    space->met = met;
    return met != NULL;
}

/* ---- attributes --------------------------------------------------------- */

void space_read_attributes(struct law_source *source, struct node *table, uint32_t of,
                           int64_t count, struct columns *columns)
{
    if (table && table->kind != NODE_TABLE) {
        report_add(source->report, STATUS_DATA, table->at, "attributes must be a table, not %s",
                   node_show(source->arena, table));
        return;
    }
    const char *plural = of == GYRE_OF_STATE ? "states" : "agents";
    for (struct node *n = table ? table->first : NULL; n; n = n->next) {
        n->known = true;
        bool const taken = column_find(columns, of, n->key) ||
                           (of == GYRE_OF_STATE && space_live_find(n->key) >= 0) ||
                           strcmp(n->key, SPACE_START) == 0;
        if (!text_is_key(n->key) || taken) {
            report_add(source->report, STATUS_DATA, n->key_at, "attributes: \"%s\" %s", n->key,
                       text_is_key(n->key) ? "is there already"
                                           : "is no name: small letters, digits and _ only");
            continue;
        }
        const char *owner = arena_format(source->arena, "attributes: %s", n->key);
        double *x = law_attribute(source, n, owner, -GRAMMAR_MOST, GRAMMAR_MOST, count, plural);
        if (x)
            column_add(columns, source->arena, of, n->key, x, count);
    }
}

static void add_risk(struct law_source *source, struct space *space, const double *safe)
{
    if (!safe || column_find(&space->columns, GYRE_OF_STATE, SPACE_RISK))
        return;
    double *risk = ARENA_ARRAY(source->arena, double, space->states);
    for (int64_t z = 0; z < space->states; z++)
        risk[z] = 1 - safe[z];
    column_add(&space->columns, source->arena, GYRE_OF_STATE, SPACE_RISK, risk, space->states);
}

static bool read_columns(struct law_source *source, struct node *reference, struct node *safe,
                         struct node *attributes, struct space *space)
{
    struct columns *columns = &space->columns;
    double *p =
        law_distribution(source, reference, "space: reference", "core.world.reference", space);
    if (p)
        column_add(columns, source->arena, GYRE_OF_STATE, SPACE_REFERENCE, p, space->states);
    double *is_safe = safe ? law_safe(source, safe, space, p) : NULL;
    if (is_safe)
        column_add(columns, source->arena, GYRE_OF_STATE, SPACE_SAFE, is_safe, space->states);
    space_read_attributes(source, attributes, GYRE_OF_STATE, space->states, columns);
    add_risk(source, space, is_safe);
    column_add(columns, source->arena, GYRE_OF_CONTEXT, "met", space->met, space->contexts);
    return p != NULL;
}

bool space_read(struct law_source *source, struct node *table, struct place at, struct space *space)
{
    struct node *states = node_find(table, "states"), *reference = node_find(table, "reference");
    struct node *contexts = node_find(table, "contexts"), *met = node_find(table, "met");
    struct node *safe = node_find(table, "safe"), *attributes = node_find(table, "attributes");
    if (table)
        node_refuse_unknown(table, "space", grammar_keys(source->arena, &grammar_space),
                            source->report);
    if (!reference) {
        report_add(source->report, STATUS_DATA, at, "space: needs a reference");
        return false;
    }
    return read_states(source, states, reference, at, space) &&
           read_contexts(source, contexts, space) && read_met(source, met, space) &&
           read_columns(source, reference, safe, attributes, space);
}
