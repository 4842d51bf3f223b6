#include "scenario/grammar.h"

#include <float.h>
#include <string.h>

#include "world/space.h"

/* What no machine can hold is for the check of what a run needs to say, with the figure. */
#define BEYOND 1e15

#define PARAMS(a) .params = (a), .param_count = GYRE_COUNT(a)
#define FORMS(a)  .forms = (a), .form_count = GYRE_COUNT(a)

#define TEXT(T, member, flags_, doc_)                                                              \
    {                                                                                              \
        .key = #member, .type = GYRE_TEXT, .flags = (flags_),                                      \
        .offset = GYRE_AT(T, member, const char *), .text_def = "", .unit = "", .doc = (doc_)      \
    }

/* ---- numbers from laws, files and shares ------------------------------------------------------
 */

static const char *const laws[] = {"uniform", "zipf", "dirichlet", NULL};

static const gyre_param law_params[GRAMMAR_LAWS] = {
    {.key = "law",
     .type = GYRE_ENUM,
     .flags = GYRE_PARAM_REQUIRED,
     .offset = GYRE_AT(struct grammar_law_conf, law, int32_t),
     .max = GRAMMAR_LAWS - 1,
     .choices = laws,
     .unit = "",
     .doc = "The law."},
    GYRE_P_F64(struct grammar_law_conf, exponent, 1, 0, 100, "",
               "zipf: the k-th state has mass in proportion to k^-exponent."),
    GYRE_P_F64(struct grammar_law_conf, concentration, 1, 1e-3, 1e9, "",
               "dirichlet: the parameter of every state."),
};

const struct grammar_table grammar_law = {.name = "law", PARAMS(law_params)};

static const gyre_param column_params[] = {
    TEXT(struct grammar_column_conf, file, 0, "A CSV file in the scenario's folder."),
    TEXT(struct grammar_column_conf, column, GYRE_PARAM_REQUIRED, "A column of it."),
};

const struct grammar_table grammar_column = {.name = "column", PARAMS(column_params)};

static const char *const share_ofs[] = {"mass", "states", NULL};
static const char *const share_unsafes[] = {"random", "rarest", "commonest", NULL};

static const gyre_param share_params[] = {
    {.key = "share",
     .type = GYRE_F64,
     .flags = GYRE_PARAM_REQUIRED,
     .offset = GYRE_AT(struct grammar_share_conf, share, double),
     .min = 0,
     .max = 1,
     .unit = "",
     .doc = "How much is safe, in each context by itself."},
    GYRE_P_ENUM(struct grammar_share_conf, of, GRAMMAR_OF_MASS, share_ofs,
                "What the share is of: the reference's mass, or the states."),
    GYRE_P_ENUM(struct grammar_share_conf, unsafe, GRAMMAR_RANDOM, share_unsafes,
                "Which states are unsafe: as many as fit."),
};

const struct grammar_table grammar_share = {.name = "safe", PARAMS(share_params)};

#define DISTRIBUTION (GRAMMAR_LAW | GRAMMAR_ARRAY | GRAMMAR_COLUMN)
#define VALUES       (GRAMMAR_NUMBER | GRAMMAR_ARRAY | GRAMMAR_COLUMN)

/* ---- sections ---------------------------------------------------------------------------------
 */

static const gyre_param scenario_params[] = {
    TEXT(struct grammar_scenario_conf, title, 0,
         "One line that names the scenario; shown and stored with every run."),
    TEXT(struct grammar_scenario_conf, question, 0,
         "The question that it answers; shown and stored with every run."),
    {.key = "rounds",
     .type = GYRE_I64,
     .flags = GYRE_PARAM_REQUIRED,
     .offset = GYRE_AT(struct grammar_scenario_conf, rounds, int64_t),
     .min = 1,
     .max = BEYOND,
     .unit = "rounds",
     .doc = "How many times agents learn, at most 4,294,967,295; row 0 is the start."},
    GYRE_P_I64(struct grammar_scenario_conf, seed, 1, 0, INT64_MAX, "", "Names the random words."),
    GYRE_P_I64(struct grammar_scenario_conf, replicates, 1, 1, 1000000, "societies",
               "Societies that differ in nothing but their random words."),
};

const struct grammar_table grammar_scenario = {.name = "scenario", PARAMS(scenario_params)};

static const struct grammar_form space_forms[] = {
    {.key = "states",
     .forms = GRAMMAR_NUMBER | GRAMMAR_WHOLE,
     .min = 1,
     .max = SPACE_STATES_MOST,
     .otherwise = "as many as `reference` has values",
     .doc = "K, how many states there are; may be left out when `reference` is an array or a "
            "file's column."},
    {.key = "reference",
     .forms = DISTRIBUTION,
     .required = true,
     .max = GRAMMAR_MOST,
     .of = "state",
     .doc = "pi*(z given c), the human distribution. A file with a column `state` names the "
            "states, each once."},
    {.key = "safe",
     .forms = GRAMMAR_TABLE | VALUES | GRAMMAR_WHOLE,
     .max = 1,
     .of = "state",
     .table = &grammar_share,
     .otherwise = "nothing is safe or unsafe, and what would say so is missing",
     .doc = "The safe set S: by its share, or 1 for a state that is safe and 0 for one that is "
            "not."},
    {.key = "contexts",
     .forms = VALUES | GRAMMAR_WHOLE,
     .min = 1,
     .max = SPACE_STATES_MOST,
     .of = "context",
     .otherwise = "1",
     .doc = "How many contexts, of equal size; the size of each; or a column such as { column = "
            "\"context\" }, whose rows of one context stand together."},
    {.key = "met",
     .forms = DISTRIBUTION,
     .max = GRAMMAR_MOST,
     .of = "context",
     .otherwise = "all alike",
     .doc = "mu, how often the society meets each context; 0 makes a probe that is never met. A "
            "file has a row a context or, all of a context alike, a row a state."},
    {.key = "attributes",
     .forms = GRAMMAR_NAMED | VALUES,
     .min = -GRAMMAR_MOST,
     .max = GRAMMAR_MOST,
     .of = "state",
     .doc = "Further numbers of states, by name. `risk` is 1 - safe unless it is given here."},
};

const struct grammar_table grammar_space = {.name = "space", FORMS(space_forms)};

static const gyre_param society_params[] = {
    {.key = "agents",
     .type = GYRE_I64,
     .flags = GYRE_PARAM_REQUIRED,
     .offset = GYRE_AT(struct grammar_society_conf, agents, int64_t),
     .min = 1,
     .max = BEYOND,
     .unit = "agents",
     .doc = "M, how many agents there are."},
};

static const struct grammar_form society_forms[] = {
    {.key = "policy",
     .forms = GRAMMAR_USE,
     .kind = GYRE_KIND_POLICY,
     .word = "policy.categorical",
     .doc = "How a distribution is held."},
    {.key = "start",
     .forms = GRAMMAR_WORD | DISTRIBUTION,
     .max = GRAMMAR_MOST,
     .word = "reference",
     .of = "state",
     .otherwise = "`\"reference\"`",
     .doc = "What every agent says in row 0."},
    {.key = "weights",
     .forms = VALUES,
     .max = GRAMMAR_MOST,
     .of = "agent",
     .otherwise = "all alike",
     .doc = "w_m, the share of each agent in the mixture; normalised."},
    {.key = "attributes",
     .forms = GRAMMAR_NAMED | VALUES,
     .min = -GRAMMAR_MOST,
     .max = GRAMMAR_MOST,
     .of = "agent",
     .doc = "Numbers of agents, by name."},
};

const struct grammar_table grammar_society = {
    .name = "society", PARAMS(society_params), FORMS(society_forms)};

static const char *const datasets[] = {"shared", "per_agent", NULL};

static const gyre_param sampling_params[] = {
    GYRE_P_ENUM(struct grammar_sampling_conf, dataset, 0, datasets,
                "One dataset that all agents learn from, or one for each."),
    GYRE_P_F64(struct grammar_sampling_conf, mixing, 1, 0, 1, "",
               "g, the share of the mixture in what an agent learns from: its data are drawn from "
               "a(z) [(1 - g) P_m + g Pbar]. Below 1 needs `per_agent`."),
};

static const struct grammar_form sampling_forms[] = {
    {.key = "samples",
     .forms = GRAMMAR_NUMBER | GRAMMAR_WHOLE | GRAMMAR_WORD,
     .required = true,
     .min = 1,
     .max = UINT32_MAX,
     .word = "expected",
     .doc = "N, how many samples one dataset holds; expected: the distribution itself, without "
            "sampling noise."},
};

const struct grammar_table grammar_sampling = {
    .name = "sampling", PARAMS(sampling_params), FORMS(sampling_forms)};

/* ---- components: the host's keys --------------------------------------------------------------
 */

static const gyre_param when_params[] = {
    TEXT(struct grammar_when_conf, metric, GYRE_PARAM_REQUIRED,
         "An output, as in safety.kl: of the row before; of that very row where it acts after it, "
         "as "
         "intervention.rollback does."),
    GYRE_P_F64(struct grammar_when_conf, above, DBL_MAX, -DBL_MAX, DBL_MAX, "",
               "Acts when the output is above this."),
    GYRE_P_F64(struct grammar_when_conf, below, -DBL_MAX, -DBL_MAX, DBL_MAX, "",
               "Acts when the output is below this."),
};

static const char *const limits[] = {"above", "below", NULL};

const struct grammar_table grammar_when = {.name = "when", PARAMS(when_params), .one_of = limits};

static const gyre_param timing_params[] = {
    GYRE_P_I64(struct grammar_intervention_conf, every, 1, 1, BEYOND, "rounds",
               "Acts in every n-th round."),
    GYRE_P_I64(struct grammar_intervention_conf, from, 1, 1, BEYOND, "rounds",
               "The first round it acts in."),
    GYRE_P_I64(struct grammar_intervention_conf, until, 0, 0, BEYOND, "rounds",
               "The last round it may act in; 0: the run's last."),
};

#define AS                                                                                         \
    {                                                                                              \
        .key = "as", .forms = GRAMMAR_NAME,                                                        \
        .otherwise = "the id's second word, with #2 for the second use",                           \
        .doc = "A name of its own, for its outputs and for --set."                                 \
    }

static const struct grammar_form metric_forms[] = {AS};

static const struct grammar_form intervention_forms[] = {
    AS,
    {.key = "when",
     .forms = GRAMMAR_TABLE,
     .table = &grammar_when,
     .otherwise = "acts whatever is measured",
     .doc = "Acts only while an output of the row before is above or below a limit."},
};

const struct grammar_table grammar_metric = {.name = "metric", FORMS(metric_forms)};
const struct grammar_table grammar_intervention = {
    .name = "intervention", PARAMS(timing_params), FORMS(intervention_forms)};

/* ---- all of it --------------------------------------------------------------------------------
 */

#define SECTION(key_, doc_)                                                                        \
    {                                                                                              \
        .key = #key_, .forms = GRAMMAR_TABLE, .required = true, .table = &grammar_##key_,          \
        .doc = (doc_)                                                                              \
    }

static const struct grammar_form root_forms[] = {
    {.key = "gyre",
     .forms = GRAMMAR_NUMBER | GRAMMAR_WHOLE,
     .required = true,
     .min = 1,
     .max = 1,
     .doc = "The version of the scenario format; always there."},
    SECTION(scenario, "What is run, and how often."),
    SECTION(space, "What agents can say or do: states, in contexts."),
    SECTION(society, "The agents."),
    SECTION(sampling, "What agents learn from."),
    {.key = "selection",
     .forms = GRAMMAR_USE,
     .kind = GYRE_KIND_SELECTION,
     .word = "selection.neutral",
     .doc = "a(z): what of the expressed gets into the data."},
    {.key = "update",
     .forms = GRAMMAR_USE,
     .kind = GYRE_KIND_UPDATE,
     .word = "update.mle",
     .doc = "What agents learn from, and how strongly."},
    {.key = "metric",
     .forms = GRAMMAR_USE | GRAMMAR_SEVERAL,
     .required = true,
     .kind = GYRE_KIND_METRIC,
     .doc = "What is measured."},
    {.key = "intervention",
     .forms = GRAMMAR_USE | GRAMMAR_SEVERAL,
     .kind = GYRE_KIND_INTERVENTION,
     .doc = "What acts on the loop, in the order of the file."},
};

const struct grammar_table grammar_root = {.name = "", FORMS(root_forms)};

const struct grammar_table *grammar_of_kind(gyre_kind kind)
{
    return kind == GYRE_KIND_METRIC         ? &grammar_metric
           : kind == GYRE_KIND_INTERVENTION ? &grammar_intervention
                                            : NULL;
}

const struct grammar_form *grammar_get(const struct grammar_table *table, const char *key)
{
    const struct grammar_form *form = table->forms;
    while (strcmp(form->key, key) != 0)
        form++;
    return form;
}

const char *const *grammar_keys(struct arena *arena, const struct grammar_table *table)
{
    const char **keys =
        ARENA_ARRAY(arena, const char *, table->param_count + table->form_count + 1);
    int count = 0;
    for (uint32_t i = 0; i < table->param_count; i++)
        keys[count++] = table->params[i].key;
    for (uint32_t i = 0; i < table->form_count; i++)
        keys[count++] = table->forms[i].key;
    return keys;
}
