/* scenario/law.h - numbers for states, agents or contexts: from a law, an array or a CSV column. */
#ifndef SCENARIO_LAW_H
#define SCENARIO_LAW_H

#include "scenario/csv.h"
#include "scenario/document.h"
#include "world/space.h"

/* What forms are resolved against; a file is read once while forms in a row name it. */
struct law_source {
    struct arena *arena;
    struct report *report;
    const char *folder; /* the scenario's own */
    uint64_t seed;
    const struct csv *csv; /* the newest file: `{ column = "safe" }` means it */
    const char *csv_name;
};

/* Numbers as they stand, and where each stands. */
struct law_values {
    double *value;
    int64_t count;
    const struct csv *csv;   /* NULL: of an array */
    const struct node *node; /* the form          */
};

/* Is the node an array, or does it name a file's column? */
bool law_is_values(const struct node *node);

/* Where value i stands: in the scenario, or a line of the file. */
struct place law_place(const struct law_values *values, int64_t i);

/* Reads such a node; false with sentences. */
bool law_values(struct law_source *source, struct node *node, const char *owner,
                struct law_values *out);

/* The column that `{ file = .., column = .. }` names, and its file; -1 with a sentence. */
int law_column(struct law_source *source, struct node *node, const char *owner,
               const struct csv **csv);

/* A distribution [states], normalised within contexts: `{ law = "uniform" }`, zipf, dirichlet, or
 * values (counts are normalised). NULL with sentences. `name` addresses random laws. */
double *law_distribution(struct law_source *source, struct node *node, const char *owner,
                         const char *name, const struct space *space);

/* Numbers [count], each in [lo, hi]: values, or one number for all. NULL with sentences; `of` is
 * the word in them: "states". */
double *law_attribute(struct law_source *source, struct node *node, const char *owner, double lo,
                      double hi, int64_t count, const char *of);

/* Safe states [states], 0 or 1 (without a reference only mistakes are told): `{ share = 0.9, .. }`
 * of the reference's mass or of the states, or values. NULL with sentences. */
double *law_safe(struct law_source *source, struct node *node, const struct space *space,
                 const double *reference);

#endif
