/* scenario/sections.h - the plain keys of a scenario's sections, as parameter tables. */
#ifndef SCENARIO_SECTIONS_H
#define SCENARIO_SECTIONS_H

#include "scenario/document.h"
#include "scenario/scenario.h"

struct section_scenario {
    const char *title, *question;
    int64_t rounds, seed, replicates;
};

struct section_society {
    int64_t agents;
};

struct section_sampling {
    double mixing;
    int32_t dataset; /* 0 shared, 1 per_agent */
    int32_t reserved;
};

/* Each reads its section (may be NULL), and refuses keys that are neither in its table nor in
 * `also` (ends with NULL, may be NULL). */
void section_scenario_read(struct arena *arena, struct node *table, struct place at,
                           struct section_scenario *out, struct report *report);
void section_society_read(struct arena *arena, struct node *table, struct place at,
                          const char *const *also, struct section_society *out,
                          struct report *report);
void section_sampling_read(struct arena *arena, struct node *table, struct place at,
                           const char *const *also, struct section_sampling *out,
                           struct report *report);

#endif
