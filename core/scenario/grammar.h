/* scenario/grammar.h - every key that gyre itself reads in a scenario, written once: what reads
 * them, `gyre schema` and docs/scenario.md all look here. Components bring tables of their own. */
#ifndef SCENARIO_GRAMMAR_H
#define SCENARIO_GRAMMAR_H

#include <stdbool.h>

#include "base/arena.h"
#include "gyre/component.h"

/* What the value of a key can be: any one of these. */
enum {
    GRAMMAR_NUMBER = 1u << 0,  /* one number in [min, max]                     */
    GRAMMAR_WHOLE = 1u << 1,   /* numbers, here and in an array, have no fraction */
    GRAMMAR_ARRAY = 1u << 2,   /* such numbers, one for each of `of`           */
    GRAMMAR_COLUMN = 1u << 3,  /* grammar_column                               */
    GRAMMAR_LAW = 1u << 4,     /* grammar_law, or a law's name alone           */
    GRAMMAR_WORD = 1u << 5,    /* the text `word`                              */
    GRAMMAR_NAME = 1u << 6,    /* a text that text_is_key                      */
    GRAMMAR_TABLE = 1u << 7,   /* the keys of `table`                          */
    GRAMMAR_NAMED = 1u << 8,   /* a table: any name, and under it what the other bits say */
    GRAMMAR_USE = 1u << 9,     /* a component of `kind`; `word` is the id that is used else */
    GRAMMAR_SEVERAL = 1u << 10 /* an array of such uses                        */
};

/* No number of a scenario is larger. */
#define GRAMMAR_MOST 1e300

/* A key that is more than a parameter. */
struct grammar_form {
    const char *key;
    uint32_t forms;
    bool required;
    gyre_kind kind;
    double min, max;
    const char *word, *of;
    const struct grammar_table *table;
    const char *otherwise; /* what holds when it is left out, in words; NULL: nothing to say */
    const char *doc;
};

struct grammar_table {
    const char *name;
    const gyre_param *params;
    uint32_t param_count;
    uint32_t form_count;
    const struct grammar_form *forms;
    const char *const *one_of; /* exactly one of these keys has to be there; NULL: no such rule */
};

/* ---- tables, and what their parameters are written into ---------------------------------------
 */

extern const struct grammar_table grammar_root;

extern const struct grammar_table grammar_scenario;
struct grammar_scenario_conf {
    const char *title, *question;
    int64_t rounds, seed, replicates;
};

extern const struct grammar_table grammar_space;

extern const struct grammar_table grammar_society;
struct grammar_society_conf {
    int64_t agents;
};

extern const struct grammar_table grammar_sampling;
struct grammar_sampling_conf {
    double mixing;
    int32_t dataset; /* 0 shared, 1 per_agent */
    int32_t reserved;
};

/* Row 0 is the law's name, row i the parameter that law i alone has. */
enum { GRAMMAR_UNIFORM, GRAMMAR_ZIPF, GRAMMAR_DIRICHLET, GRAMMAR_LAWS };
extern const struct grammar_table grammar_law;
struct grammar_law_conf {
    int32_t law;
    int32_t reserved;
    double exponent, concentration;
};

extern const struct grammar_table grammar_column;
struct grammar_column_conf {
    const char *file, *column;
};

enum { GRAMMAR_OF_MASS, GRAMMAR_OF_STATES };
enum { GRAMMAR_RANDOM, GRAMMAR_RAREST, GRAMMAR_COMMONEST };
extern const struct grammar_table grammar_share;
struct grammar_share_conf {
    double share;
    int32_t of, unsafe;
};

/* What the host reads beside the component's own keys. */
extern const struct grammar_table grammar_metric, grammar_intervention;
struct grammar_intervention_conf {
    int64_t every, from, until; /* until 0: to the end */
};

/* A limit that nobody set stands at the far end of what it can be. */
extern const struct grammar_table grammar_when;
struct grammar_when_conf {
    const char *metric;
    double above, below;
};

/* The host's own keys of a component of that kind; NULL: none but `use`. */
const struct grammar_table *grammar_of_kind(gyre_kind kind);

/* The form of that key, which the table must have. */
const struct grammar_form *grammar_get(const struct grammar_table *table, const char *key);

/* All keys of a table, ends with NULL. */
const char *const *grammar_keys(struct arena *arena, const struct grammar_table *table);

#endif
