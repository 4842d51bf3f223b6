/* schedule/plan.h - a scenario bound to its components: all that a run needs and never changes. */
#ifndef SCHEDULE_PLAN_H
#define SCHEDULE_PLAN_H

#include "host/instance.h"
#include "record/result.h"

/* What the host counts for every judge, and for the data. Each is one tally of the run. */
enum { TALLY_CHECKED, TALLY_REJECTED, TALLY_REDRAWN, TALLY_GIVEN_UP, TALLIES_OF_JUDGE };
enum { TALLY_OUTSIDE, TALLIES_OF_SUPPLY };
enum { TALLY_STARVED, TALLY_STARVED_CONTEXTS, TALLIES_OF_SAMPLING };

/* Where an instance's outputs or tallies begin among the run's. */
struct plan_metric {
    struct instance *instance;
    const gyre_metric_ops *ops;
    int first_output;
    uint32_t first_slot, slots;
    int64_t least; /* of a spectrum's carriers; 0: all agents are gathered */
    int carriers;  /* which of the spectrum's; -1: none                   */
};

struct plan_intervention {
    struct instance *instance;
    const gyre_intervention_ops *ops; /* the hooks that it needs, see hooks.h */
    int first_output;
    int first_tally;   /* TALLIES_OF_JUDGE of them, where there is a judge */
    int supply_tally;  /* TALLIES_OF_SUPPLY of them, where it supplies     */
    int64_t snapshots; /* how many it keeps at most                       */
};

struct desk; /* host/call.h */

struct plan {
    struct arena *arena;
    const struct scenario *scenario;
    gyre_shape shape;
    const uint32_t *context_of; /* [states]; NULL with one context */
    size_t row_size;

    struct instance *instances; /* policy, selection, update, metrics, interventions */
    int instance_count;
    struct instance *policy, *selection, *update;
    struct plan_metric *metrics;
    int metric_count;
    struct plan_intervention *interventions;
    int intervention_count;
    const struct plan_intervention *review; /* the one that looks at samples one by one, or NULL */
    const struct desk *desk;                /* who answers its questions; NULL: nobody           */

    struct result_output *outputs;
    int output_count;
    const char **tallies;
    int tally_count;
    uint32_t slot_count;     /* of all metrics */
    bool needs[SPACE_LIVES]; /* some component reads that live column */
    bool weightless;         /* some agent's weight is 0 */
    int spectra;             /* metrics that take agents from a spectrum; 0: none is made */
    int carriers;            /* of them those that ask for carriers */
    bool even;               /* the selection weighs all states alike, and need not be asked */
    double own;              /* of policies that are lists, the weight of what is listed; else 0 */
    bool parts;              /* agents can come to differ */
    bool listed;             /* all that is ever learned are states one by one, at rate 1 */
    struct outputs known;    /* the names of `outputs` */
};

/* NULL when the report has sentences, the scenario's own among them: then too every key of every
 * component is looked at, so that all mistakes are told at once. */
struct plan *plan_create(struct arena *arena, const struct scenario *scenario,
                         struct registry *registry, struct report *report);
void plan_destroy(struct plan *plan);

/* Does it teach agents more than their data? */
bool plan_teaches(const struct plan_intervention *by);

/* Whose an output is. */
const struct instance *plan_owner(const struct plan *plan, int output);

/* How long a list a row can be. */
int64_t plan_list_most(const struct plan *plan);

/* Bytes that a run with so many threads takes at its most, and how they add up. */
struct plan_need {
    double total;
    double rows;      /* what agents are: M rows, or one            */
    double agent;     /* of one agent with a row of its own         */
    double states;    /* columns, laws, tables and sums over states */
    double datasets;  /* one a thread, or one                       */
    double snapshots; /* of the whole society, kept    */
    double series;    /* every measured number until the end        */
};
struct plan_need plan_need(const struct plan *plan, int threads);

/* Reports (STATUS_LIMIT) a run that this machine has no memory for. */
bool plan_fits(const struct plan *plan, int threads, struct report *report);

/* What the record keeps of it, isolation among it (its setting is the caller's). Texts live in the
 * plan's arena. */
struct result_run plan_describe(const struct plan *plan, const char *const *sets, int threads);

#endif
