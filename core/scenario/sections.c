#include "scenario/sections.h"

#include "scenario/params.h"

/* What no machine can hold is for the check of what a run needs to say, with the figure. */
#define BEYOND 1e15

static const gyre_param scenario_params[] = {
    {.key = "title",
     .type = GYRE_TEXT,
     .offset = offsetof(struct section_scenario, title),
     .text_def = "",
     .unit = "",
     .doc = "One line that names the scenario."},
    {.key = "question",
     .type = GYRE_TEXT,
     .offset = offsetof(struct section_scenario, question),
     .text_def = "",
     .unit = "",
     .doc = "The question that it answers."},
    {.key = "rounds",
     .type = GYRE_I64,
     .flags = GYRE_PARAM_REQUIRED,
     .offset = GYRE_AT(struct section_scenario, rounds, int64_t),
     .min = 1,
     .max = BEYOND,
     .unit = "rounds",
     .doc = "How many times agents learn."},
    GYRE_P_I64(struct section_scenario, seed, 1, 0, INT64_MAX, "", "Names the random words."),
    GYRE_P_I64(struct section_scenario, replicates, 1, 1, 1000000, "societies",
               "Societies that differ in nothing but their random words."),
};

static const gyre_param society_params[] = {
    {.key = "agents",
     .type = GYRE_I64,
     .flags = GYRE_PARAM_REQUIRED,
     .offset = GYRE_AT(struct section_society, agents, int64_t),
     .min = 1,
     .max = BEYOND,
     .unit = "agents",
     .doc = "M, how many agents there are."},
};

static const char *const dataset_choices[] = {"shared", "per_agent", NULL};

static const gyre_param sampling_params[] = {
    GYRE_P_F64(struct section_sampling, mixing, 1, 0, 1, "",
               "g, the share of the mixture in what an agent learns from."),
    GYRE_P_ENUM(struct section_sampling, dataset, 0, dataset_choices,
                "One dataset that all agents learn from, or one for each."),
};

static void read_section(struct arena *arena, const gyre_param *params, uint32_t count,
                         const char *owner, struct node *table, struct place at,
                         const char *const *also, void *out, struct report *report)
{
    const char *keys[16];
    int known = 0;
    for (uint32_t i = 0; i < count; i++)
        keys[known++] = params[i].key;
    for (; also && *also && known < 15; also++)
        keys[known++] = *also;
    keys[known] = NULL;
    params_read(arena, params, count, owner, table, at, out, report);
    if (table)
        node_refuse_unknown(table, owner, keys, report);
}

void section_scenario_read(struct arena *arena, struct node *table, struct place at,
                           struct section_scenario *out, struct report *report)
{
    read_section(arena, scenario_params, GYRE_COUNT(scenario_params), "scenario", table, at, NULL,
                 out, report);
}

void section_society_read(struct arena *arena, struct node *table, struct place at,
                          const char *const *also, struct section_society *out,
                          struct report *report)
{
    read_section(arena, society_params, GYRE_COUNT(society_params), "society", table, at, also, out,
                 report);
}

void section_sampling_read(struct arena *arena, struct node *table, struct place at,
                           const char *const *also, struct section_sampling *out,
                           struct report *report)
{
    read_section(arena, sampling_params, GYRE_COUNT(sampling_params), "sampling", table, at, also,
                 out, report);
}
