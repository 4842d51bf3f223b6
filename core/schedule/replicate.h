/* schedule/replicate.h - one society under way: its world, and its threads' working memory. */
#ifndef SCHEDULE_REPLICATE_H
#define SCHEDULE_REPLICATE_H

#include "base/digest.h"
#include "host/call.h"
#include "schedule/plan.h"
#include "world/alias.h"
#include "world/rows.h"
#include "world/sum.h"

/* Why it cannot go on. Of several at once that of the lowest item counts. */
struct failure {
    enum status status;
    int64_t item;
    const struct instance *instance; /* NULL: the core */
    char sentence[400];
};

/* What one thread works with. */
struct bench {
    struct call *calls; /* [instance_count] */
    struct gyre_sum mixture, slots;
    double *p;          /* [states + 1] */
    double *total;      /* [contexts] */
    double *slot;       /* [slot_count] */
    uint64_t *word;     /* [REPLICATE_CHUNK] */
    uint32_t *state;    /* [samples]: a dataset */
    int64_t *budget;    /* [intervention_count] */
    int64_t *tally;     /* [tally_count] */
    uint16_t *place;    /* [samples], where an intervention can supply */
    int64_t *held;      /* [states]: datasets (or samples of the one) that held each */
    uint64_t *seen;     /* [states]: which dataset did last */
    struct alias alias; /* where agents differ in what they draw from */
    struct failure failure;
};

/* A verifier at work in this round. */
struct judge {
    const struct plan_intervention *by;
    uint64_t key;
    gyre_judgement verdict;
};

/* A source outside, at work in this round. */
struct supplier {
    const struct plan_intervention *by;
    uint64_t key;
    gyre_supply supply;
    double *law; /* [states + 1]: mu_c p(z|c) */
    struct alias alias;
};

enum { REPLICATE_CHUNK = 8192 };

struct replicate {
    const struct plan *plan;
    int64_t index, round;
    int workers;
    struct rows rows;
    double *mixture, *weight, *distribution; /* [states] each, of row `round` */
    double *value;                           /* [output_count], of row `round` */
    int64_t *tally;                          /* [tally_count], of row `round` */
    void **state;                            /* [instance_count] */
    struct bench *bench;                     /* [workers] */
    double *law;                             /* [states + 1]: what all draw from, mixing = 1 */
    struct alias alias;
    struct judge *judges; /* [intervention_count] */
    int judge_count;
    struct supplier *suppliers; /* [intervention_count] */
    int supplier_count;
    double *held; /* [states]; NULL where no component reads it */
    uint64_t sampling_key;
    struct failure failure;
    struct arena *arena; /* of all but the rows */
    void **large;        /* freed one by one */
    int large_count;
};

/* NULL when there is no memory. */
struct replicate *replicate_create(const struct plan *plan, int workers);
void replicate_destroy(struct replicate *replicate);

/* Back to the start, as replicate `index`. */
enum status replicate_reset(struct replicate *replicate, int64_t index);

/* The call of an instance on a worker's bench. */
struct call *replicate_call(const struct replicate *replicate, const struct instance *instance,
                            int worker);

/* The world as components see it. */
gyre_round replicate_view(const struct replicate *replicate);

/* Notes a failure of item `item`; instance NULL: of the core. */
void bench_fail(struct bench *bench, int64_t item, enum status status,
                const struct instance *instance, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Notes a callback's status; true when it is GYRE_OK. */
bool bench_accept(struct bench *bench, int64_t item, const struct call *call, gyre_status status);

/* Takes the benches' failures together: the lowest item's, or STATUS_OK. */
enum status replicate_join_failures(struct replicate *replicate);

/* Of all agents' distributions and all components' states. */
struct digest replicate_digest(struct replicate *replicate);

#endif
