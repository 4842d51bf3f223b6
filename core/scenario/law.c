#include "scenario/law.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "gyre/real.h"
#include "scenario/grammar.h"
#include "scenario/params.h"
#include "world/random.h"

static bool has_key(const struct node *table, const char *key)
{
    const struct node *n = table->first;
    while (n && strcmp(n->key, key) != 0)
        n = n->next;
    return n != NULL;
}

bool law_is_values(const struct node *node)
{
    return node &&
           (node->kind == NODE_ARRAY ||
            (node->kind == NODE_TABLE && (has_key(node, "column") || has_key(node, "file"))));
}

/* ---- values ------------------------------------------------------------- */

struct place law_place(const struct law_values *values, int64_t i)
{
    if (values->csv)
        return (struct place){values->csv->path, values->csv->line[i], 0};
    const struct node *n = values->node->first;
    while (i-- > 0)
        n = n->next;
    return n->at;
}

int law_column(struct law_source *source, struct node *node, const char *owner,
               const struct csv **csv)
{
    struct grammar_column_conf conf;
    const struct grammar_table *grammar = &grammar_column;
    int const before = report_count(source->report);
    params_read(source->arena, grammar->params, grammar->param_count, owner, node, node->at, &conf,
                source->report);
    node_refuse_unknown(node, owner, grammar_keys(source->arena, grammar), source->report);
    if (report_count(source->report) > before)
        return -1;
    if (!*conf.file && !source->csv) {
        report_add(source->report, STATUS_DATA, node->at,
                   "%s: needs a file: no file was named before for column \"%s\" to be of", owner,
                   conf.column);
        return -1;
    }
    if (*conf.file && (!source->csv || strcmp(conf.file, source->csv_name) != 0)) {
        *csv = csv_load(source->arena, source->folder, conf.file, node->at, source->report);
        if (!*csv)
            return -1;
        source->csv = *csv;
        source->csv_name = conf.file;
    }
    *csv = source->csv;
    return csv_column(*csv, conf.column, node->at, source->report);
}

static bool array_values(struct law_source *source, struct node *node, const char *owner,
                         struct law_values *out)
{
    *out = (struct law_values){.count = node->count, .node = node};
    if (node->count == 0) {
        report_add(source->report, STATUS_DATA, node->at, "%s: an array without values", owner);
        return false;
    }
    out->value = ARENA_ARRAY(source->arena, double, node->count);
    double *to = out->value;
    for (const struct node *n = node->first; n; n = n->next) {
        bool const number = n->kind == NODE_INTEGER || n->kind == NODE_REAL;
        if (!number || !isfinite(n->real)) {
            report_add(source->report, STATUS_DATA, n->at, "%s: %s %s", owner,
                       node_show(source->arena, n),
                       number ? "is not finite" : "in an array of numbers");
            return false;
        }
        *to++ = n->real;
    }
    return true;
}

bool law_values(struct law_source *source, struct node *node, const char *owner,
                struct law_values *out)
{
    if (node->kind == NODE_ARRAY)
        return array_values(source, node, owner, out);
    const struct csv *csv = NULL;
    int const column = law_column(source, node, owner, &csv);
    if (column < 0)
        return false;
    *out = (struct law_values){.count = csv->rows, .csv = csv, .node = node};
    out->value = csv_numbers(source->arena, csv, column, source->report);
    return out->value != NULL;
}

/* Right length, each in [lo, hi]. Of many that are out of range the first is told. */
static bool values_check(struct law_source *source, const struct law_values *values,
                         const char *owner, double lo, double hi, int64_t count, const char *of)
{
    char shown[TEXT_REAL], limit[TEXT_REAL];
    if (values->count != count) {
        report_add(source->report, STATUS_DATA, values->node->at, "%s: %lld values for %lld %s",
                   owner, (long long)values->count, (long long)count, of);
        return false;
    }
    for (int64_t i = 0; i < count; i++) {
        double const x = values->value[i];
        if (x >= lo && x <= hi)
            continue;
        report_add(source->report, STATUS_DATA, law_place(values, i), "%s: %s is %s its %s %s",
                   owner, text_real(shown, x), x < lo ? "below" : "above",
                   x < lo ? "minimum" : "maximum", text_real(limit, x < lo ? lo : hi));
        return false;
    }
    return true;
}

double *law_attribute(struct law_source *source, struct node *node, const char *owner, double lo,
                      double hi, int64_t count, const char *of)
{
    struct law_values values = {.node = node};
    if (law_is_values(node)) {
        if (!law_values(source, node, owner, &values))
            return NULL;
        return values_check(source, &values, owner, lo, hi, count, of) ? values.value : NULL;
    }
    bool const number = node->kind == NODE_INTEGER || node->kind == NODE_REAL;
    if (!number || !(node->real >= lo && node->real <= hi)) {
        char low[TEXT_REAL], high[TEXT_REAL];
        report_add(source->report, STATUS_DATA, node->at,
                   "%s: %s is no number in [%s, %s], array of them or { file = .., column = .. }",
                   owner, node_show(source->arena, node), text_real(low, lo), text_real(high, hi));
        return NULL;
    }
    double *out = ARENA_ARRAY(source->arena, double, count);
    for (int64_t i = 0; i < count; i++)
        out[i] = node->real;
    return out;
}

/* ---- laws --------------------------------------------------------------- */

/* Marsaglia and Tsang (2000), "A simple method for generating gamma variables"; below 1 by
 * Gamma(a) = Gamma(a + 1) U^(1/a). Words are addressed by state and a count of their own. */
struct words {
    uint64_t key, next;
};

static double unit_above_0(struct words *words)
{
    return random_unit(random_word(words->key, 0, 0, words->next++)) + 0x1p-54;
}

static double normal(struct words *words)
{
    for (;;) { /* Marsaglia's polar method: accepts 79 % */
        double const x = 2 * unit_above_0(words) - 1, y = 2 * unit_above_0(words) - 1;
        double const s = x * x + y * y;
        if (s > 0 && s < 1)
            return x * sqrt(-2 * gyre_log(s) / s);
    }
}

static double gamma_variate(struct words *words, double shape)
{
    if (shape < 1)
        return gamma_variate(words, shape + 1) * gyre_pow(unit_above_0(words), 1 / shape);
    double const d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double const x = normal(words), v = (1 + c * x) * (1 + c * x) * (1 + c * x);
        if (v > 0 && gyre_log(unit_above_0(words)) < 0.5 * x * x + d - d * v + d * gyre_log(v))
            return d * v;
    }
}

static double law_weight(const struct grammar_law_conf *conf, uint64_t key, int64_t state,
                         int64_t rank)
{
    struct words words = {key, (uint64_t)state << 20};
    switch (conf->law) {
    case GRAMMAR_ZIPF:
        return conf->exponent == 1 ? 1 / (double)rank : gyre_pow((double)rank, -conf->exponent);
    case GRAMMAR_DIRICHLET:
        return gamma_variate(&words, conf->concentration);
    default:
        return 1;
    }
}

/* A parameter of another law is a mistake, not a silence. */
static void refuse_others_keys(struct law_source *source, struct node *table, const char *owner,
                               int32_t law)
{
    const gyre_param *params = grammar_law.params;
    for (int i = GRAMMAR_UNIFORM + 1; i < GRAMMAR_LAWS; i++)
        if (i != law && has_key(table, params[i].key))
            report_add(source->report, STATUS_DATA, node_find(table, params[i].key)->key_at,
                       "%s: %s goes with law = \"%s\", not \"%s\"", owner, params[i].key,
                       params->choices[i], params->choices[law]);
}

/* The law's name alone stands for `{ law = NAME }`. */
static struct node *law_table(struct law_source *source, struct node *node)
{
    if (node->kind != NODE_TEXT)
        return node;
    struct node *name = ARENA_NEW(source->arena, struct node);
    struct node *table = ARENA_NEW(source->arena, struct node);
    *name = *node;
    name->key = "law";
    name->next = NULL;
    *table = (struct node){.kind = NODE_TABLE, .at = node->at, .count = 1};
    table->first = table->last = name;
    return table;
}

static bool law_read(struct law_source *source, struct node *node, const char *owner,
                     struct grammar_law_conf *conf)
{
    int const before = report_count(source->report);
    struct node *table = law_table(source, node);
    if (table->kind != NODE_TABLE || !has_key(table, "law")) {
        report_add(source->report, STATUS_DATA, node->at,
                   "%s must be a law, an array or { file = .., column = .. }, not %s", owner,
                   node_show(source->arena, node));
        return false;
    }
    params_read(source->arena, grammar_law.params, grammar_law.param_count, owner, table, node->at,
                conf, source->report);
    node_refuse_unknown(table, owner, grammar_keys(source->arena, &grammar_law), source->report);
    refuse_others_keys(source, table, owner, conf->law);
    return report_count(source->report) == before;
}

static double *law_fill(struct law_source *source, const struct grammar_law_conf *conf,
                        const char *name, const struct space *space)
{
    double *out = ARENA_ARRAY(source->arena, double, space->states);
    uint64_t const key = random_key(source->seed, 0, name);
    for (int64_t c = 0; c < space->contexts; c++)
        for (int64_t z = space->context[c]; z < space->context[c + 1]; z++)
            out[z] = law_weight(conf, key, z, z - space->context[c] + 1);
    return out;
}

double *law_distribution(struct law_source *source, struct node *node, const char *owner,
                         const char *name, const struct space *space)
{
    struct law_values values;
    struct grammar_law_conf conf;
    double *out = NULL;
    if (law_is_values(node)) {
        if (!law_values(source, node, owner, &values) ||
            !values_check(source, &values, owner, 0, GRAMMAR_MOST, space->states, "states"))
            return NULL;
        out = values.value;
    } else {
        if (!law_read(source, node, owner, &conf))
            return NULL;
        out = law_fill(source, &conf, name, space);
    }
    double *copy = ARENA_ARRAY(source->arena, double, space->states);
    memcpy(copy, out, sizeof *copy * (size_t)space->states);
    int64_t const empty = space_normalise(1, space->contexts, space->context, copy);
    if (empty < 0)
        return copy;
    if (space->contexts == 1)
        report_add(source->report, STATUS_DATA, node->at, "%s: every value is 0", owner);
    else
        report_add(source->report, STATUS_DATA, node->at, "%s: every value of context %lld is 0",
                   owner, (long long)empty);
    return NULL;
}
