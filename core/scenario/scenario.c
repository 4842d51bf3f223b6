#include "scenario/scenario.h"

#include <string.h>

#include "base/machine.h"
#include "base/text.h"
#include "scenario/grammar.h"
#include "scenario/sections.h"
#include "scenario/space_read.h"

/* What reading shares. */
struct reader {
    struct arena *arena;
    struct report *report;
    struct node *root;
    struct scenario *scenario;
    struct law_source source;
};

static struct place start_of(const struct reader *reader)
{
    return (struct place){reader->scenario->path, 1, 1};
}

/* A section, which must be a table; *at gets where to complain of what is missing in it. False: it
 * is none, and nothing more need be said of it. */
static bool section(struct reader *reader, const char *key, struct node **table, struct place *at)
{
    struct node *node = node_find(reader->root, key);
    *at = node ? node->key_at : start_of(reader);
    *table = node;
    if (!node || node->kind == NODE_TABLE)
        return true;
    report_add(reader->report, STATUS_DATA, node->at, "%s must be a table [%s], not %s", key, key,
               node_show(reader->arena, node));
    return false;
}

static const char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ".";
    char *folder = arena_text(arena, path);
    folder[slash == path ? 1 : slash - path] = '\0';
    return folder;
}

static void read_format(struct reader *reader)
{
    struct node *node = node_find(reader->root, "gyre");
    if (!node)
        report_add(reader->report, STATUS_DATA, start_of(reader),
                   "needs the line `gyre = %d`, the version of the scenario format",
                   SCENARIO_FORMAT);
    else if (node->kind != NODE_INTEGER || node->integer != SCENARIO_FORMAT)
        report_add(reader->report, STATUS_DATA, node->at,
                   "gyre = %s: this gyre reads format %d of scenarios",
                   node_show(reader->arena, node), SCENARIO_FORMAT);
}

static void read_scenario(struct reader *reader)
{
    struct grammar_scenario_conf conf;
    struct place at;
    struct node *table;
    struct scenario *s = reader->scenario;
    reader->source =
        (struct law_source){.arena = reader->arena, .report = reader->report, .folder = s->folder};
    if (!section(reader, "scenario", &table, &at))
        return;
    section_read(reader->arena, &grammar_scenario, table, at, &conf, reader->report);
    s->title = conf.title;
    s->question = conf.question;
    s->rounds = conf.rounds;
    s->seed = (uint64_t)conf.seed;
    s->replicates = conf.replicates;
    reader->source = (struct law_source){
        .arena = reader->arena, .report = reader->report, .folder = s->folder, .seed = s->seed};
}

/* ---- society ------------------------------------------------------------ */

static void read_weights(struct reader *reader, struct node *node)
{
    struct scenario *s = reader->scenario;
    int64_t const whole[2] = {0, s->agents};
    double *weight = NULL;
    s->equal_weights = !node;
    if (node) {
        weight = law_attribute(&reader->source, node, "society: weights", 0, GRAMMAR_MOST,
                               s->agents, "agents");
    } else {
        weight = ARENA_ARRAY(reader->arena, double, s->agents);
        for (int64_t m = 0; m < s->agents; m++)
            weight[m] = 1;
    }
    if (weight && space_normalise(1, 1, whole, weight) >= 0)
        report_add(reader->report, STATUS_DATA, node ? node->at : start_of(reader),
                   "society: weights: every weight is 0");
    s->weight = weight;
}

/* Is it the text that stands for something else than a value? */
static bool is_word(const struct node *node, const struct grammar_form *form)
{
    return node->kind == NODE_TEXT && strcmp(node->text, form->word) == 0;
}

static void read_start(struct reader *reader, struct node *node)
{
    struct scenario *s = reader->scenario;
    const struct column *reference = column_find(&s->space.columns, GYRE_OF_STATE, SPACE_REFERENCE);
    bool const as_reference = !node || is_word(node, grammar_get(&grammar_society, "start"));
    if (!reference)
        return;
    s->start = as_reference ? reference->data
                            : law_distribution(&reader->source, node, "society: start",
                                               "core.world.start", &s->space);
    if (s->start)
        column_add(&s->space.columns, reader->arena, GYRE_OF_STATE, SPACE_START, s->start,
                   s->space.states);
}

/* M in memory takes at least its weight and its row's number. */
static bool agents_fit(struct reader *reader, const struct node *table, struct place at)
{
    char need[TEXT_REAL], has[TEXT_REAL];
    double const bytes = (double)reader->scenario->agents * 16, memory = machine_memory();
    const struct node *n = table ? table->first : NULL;
    while (n && strcmp(n->key, "agents") != 0)
        n = n->next;
    if (bytes <= memory && reader->scenario->agents < UINT32_MAX)
        return true;
    report_add(reader->report, STATUS_LIMIT, n ? n->at : at,
               "agents = %lld needs at least %s of memory, and this machine has %s free",
               (long long)reader->scenario->agents, text_bytes(need, bytes),
               text_bytes(has, memory));
    return false;
}

static void read_society(struct reader *reader)
{
    struct grammar_society_conf conf;
    struct place at;
    struct node *table;
    if (!section(reader, "society", &table, &at))
        return;
    struct node *start = node_find(table, "start"), *weights = node_find(table, "weights");
    struct node *attributes = node_find(table, "attributes");
    node_find(table, "policy");
    int const before = report_count(reader->report);
    section_read(reader->arena, &grammar_society, table, at, &conf, reader->report);
    reader->scenario->agents = conf.agents;
    if (report_count(reader->report) == before && agents_fit(reader, table, at)) {
        read_weights(reader, weights);
        space_read_attributes(&reader->source, attributes, GYRE_OF_AGENT, conf.agents,
                              &reader->scenario->space.columns);
    }
    read_start(reader, start);
}

/* ---- sampling ----------------------------------------------------------- */

static void read_samples(struct reader *reader, struct node *node, struct place at)
{
    const struct grammar_form *form = grammar_get(&grammar_sampling, "samples");
    bool const expected = node && is_word(node, form);
    bool const number = node && node->kind == NODE_INTEGER && (double)node->integer >= form->min;
    if (!node)
        report_add(reader->report, STATUS_DATA, at,
                   "sampling: needs samples, a number or \"expected\"");
    else if (!expected && !number)
        report_add(reader->report, STATUS_DATA, node->at,
                   "sampling: samples = %s is neither a whole number of at least 1 nor "
                   "\"expected\"",
                   node_show(reader->arena, node));
    else if (number && (double)node->integer > form->max)
        report_add(reader->report, STATUS_LIMIT, node->at, "sampling: samples = %lld is above %lld",
                   (long long)node->integer, (long long)form->max);
    reader->scenario->samples = number ? node->integer : 0;
}

static void read_sampling(struct reader *reader)
{
    struct grammar_sampling_conf conf;
    struct place at;
    struct node *table;
    if (!section(reader, "sampling", &table, &at))
        return;
    struct node *samples = node_find(table, "samples"), *mixing = node_find(table, "mixing");
    section_read(reader->arena, &grammar_sampling, table, at, &conf, reader->report);
    read_samples(reader, samples, at);
    /* One agent is its own mixture, and its dataset is everybody's. */
    bool const alone = reader->scenario->agents == 1;
    reader->scenario->shared = conf.dataset == 0 || alone;
    reader->scenario->mixing = alone ? 1 : conf.mixing;
    if (conf.dataset == 0 && conf.mixing < 1)
        report_add(reader->report, STATUS_DATA, mixing ? mixing->at : at,
                   "sampling: mixing below 1 needs dataset = \"per_agent\": one shared dataset "
                   "cannot follow every agent's own distribution");
}

/* ---- components --------------------------------------------------------- */

/* A use: `{ use = "metric.safety", .. }`, or the id alone. NULL node: the default id. */
static struct use read_use(struct reader *reader, struct node *node, const char *section_name,
                           const struct grammar_form *form)
{
    const char *default_id = form->word;
    struct use use = {.id = default_id, .at = node ? node->key_at : start_of(reader)};
    if (node && node->kind == NODE_TEXT)
        return (struct use){.id = node->text, .at = node->at};
    if (node && node->kind != NODE_TABLE) {
        report_add(reader->report, STATUS_DATA, node->at, "%s must be a table, not %s",
                   section_name, node_show(reader->arena, node));
        return use;
    }
    use.table = node;
    struct node *id = node_find(node, "use");
    if (id && id->kind == NODE_TEXT) {
        use.id = id->text;
        use.at = id->at;
    } else if (id) {
        report_add(reader->report, STATUS_DATA, id->at,
                   "%s: use must be a string, the id of a component, not %s", section_name,
                   node_show(reader->arena, id));
        use.id = NULL;
    } else if (!default_id) {
        report_add(reader->report, STATUS_DATA, use.at, "%s: needs `use`, the id of a component",
                   section_name);
    }
    return use;
}

static const char *word_of_id(const char *id)
{
    const char *dot = strchr(id, '.');
    return dot ? dot + 1 : id;
}

/* `as`, or the id's word, with #2 for the second use of one id. */
static void name_use(struct reader *reader, struct use *uses, int i)
{
    struct use *use = &uses[i];
    struct node *as = node_find(use->table, "as");
    int nth = 1;
    for (int j = 0; j < i; j++)
        nth += uses[j].id && use->id && strcmp(uses[j].id, use->id) == 0;
    const char *word = word_of_id(use->id ? use->id : "");
    use->name = nth == 1 ? word : arena_format(reader->arena, "%s#%d", word, nth);
    if (as && (as->kind != NODE_TEXT || !text_is_key(as->text)))
        report_add(reader->report, STATUS_DATA, as->at,
                   "as = %s is no name: small letters, digits and _ only",
                   node_show(reader->arena, as));
    else if (as)
        use->name = as->text;
    for (int j = 0; j < i; j++)
        if (strcmp(uses[j].name, use->name) == 0)
            report_add(reader->report, STATUS_DATA, as ? as->at : use->at,
                       "the name \"%s\" is taken by another one; give it another with `as`",
                       use->name);
}

static struct use *read_uses(struct reader *reader, const char *key, int *count)
{
    struct node *node = node_find(reader->root, key);
    *count = 0;
    if (node && node->kind != NODE_ARRAY) {
        report_add(reader->report, STATUS_DATA, node->key_at,
                   "%s is written [[%s]], with two brackets: there can be several", key, key);
        return NULL;
    }
    struct use *uses = ARENA_ARRAY(reader->arena, struct use, node ? node->count : 0);
    for (struct node *n = node ? node->first : NULL; n; n = n->next) {
        uses[*count] = read_use(reader, n, key, grammar_get(&grammar_root, key));
        name_use(reader, uses, *count);
        ++*count;
    }
    return uses;
}

static void read_components(struct reader *reader)
{
    struct scenario *s = reader->scenario;
    struct node *society = node_find(reader->root, "society");
    bool const table = society && society->kind == NODE_TABLE;
    s->policy = read_use(reader, table ? node_find(society, "policy") : NULL, "society: policy",
                         grammar_get(&grammar_society, "policy"));
    s->selection = read_use(reader, node_find(reader->root, "selection"), "selection",
                            grammar_get(&grammar_root, "selection"));
    s->update = read_use(reader, node_find(reader->root, "update"), "update",
                         grammar_get(&grammar_root, "update"));
    s->policy.name = word_of_id(s->policy.id ? s->policy.id : "");
    s->selection.name = word_of_id(s->selection.id ? s->selection.id : "");
    s->update.name = word_of_id(s->update.id ? s->update.id : "");
    s->metrics = read_uses(reader, "metric", &s->metric_count);
    s->interventions = read_uses(reader, "intervention", &s->intervention_count);
    const struct node *metric = node_find(reader->root, "metric");
    if (!metric || (metric->kind == NODE_ARRAY && metric->count == 0))
        report_add(reader->report, STATUS_DATA, start_of(reader),
                   "no [[metric]]: nothing would be measured");
}

static void refuse_unknown_sections(struct reader *reader)
{
    const char *const *keys = grammar_keys(reader->arena, &grammar_root);
    for (struct node *n = reader->root->first; n; n = n->next) {
        if (n->known)
            continue;
        const char *near = text_nearest(n->key, keys);
        report_add(reader->report, STATUS_DATA, n->key_at, "unknown section \"%s\"%s%s%s", n->key,
                   near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
}

static void read_all(struct reader *reader)
{
    struct place at;
    read_format(reader);
    read_scenario(reader);
    struct node *space;
    if (section(reader, "space", &space, &at))
        space_read(&reader->source, space, at, &reader->scenario->space);
    read_society(reader);
    read_sampling(reader);
    read_components(reader);
    refuse_unknown_sections(reader);
}

struct scenario *scenario_load(struct arena *arena, const char *path, const char *const *sets,
                               struct report *report)
{
    struct scenario *scenario = ARENA_NEW(arena, struct scenario);
    struct reader reader = {.arena = arena, .report = report, .scenario = scenario};
    scenario->path = path;
    scenario->folder = folder_of(arena, path);
    reader.root = document_load(arena, path, &scenario->text, report);
    if (!reader.root)
        return NULL;
    for (; sets && *sets; sets++)
        document_set(arena, reader.root, *sets, report);
    read_all(&reader);
    return scenario;
}
