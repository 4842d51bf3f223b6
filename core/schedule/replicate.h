/* schedule/replicate.h - one society under way: its world, and its threads' working memory. */
#ifndef SCHEDULE_REPLICATE_H
#define SCHEDULE_REPLICATE_H

#include "base/digest.h"
#include "base/workers.h"
#include "host/call.h"
#include "schedule/plan.h"
#include "world/compose.h"
#include "world/distinct.h"
#include "world/few.h"
#include "world/guide.h"
#include "world/rows.h"
#include "world/spectrum.h"
#include "world/split.h"
#include "world/sum.h"
#include "world/tally.h"

/* Why it cannot go on. Of several at once that of the lowest item counts. */
struct failure {
    enum status status;
    int64_t item;
    const struct instance *instance; /* NULL: the core */
    char sentence[400];
};

enum { REPLICATE_CHUNK = 8192 }; /* slots that are drawn and judged at once */

/* Room for datasets that are counted: see count.h. */
struct counting {
    struct split blocks; /* a tree over blocks of states                   */
    double *sum;         /* [blocks]                                       */
    int64_t *share;      /* [blocks]: samples that fall on each            */
    void *room;          /* for a tree over a block's states               */
    int64_t *count;      /* [SPLIT_BLOCK]                                  */
    struct guide guide;  /* over a block's states                          */
};

/* Words of few draws, made for some agents at once: see draw.c. */
struct ahead {
    uint64_t *word; /* [REPLICATE_CHUNK / FEW_IN_A_WORD]: `each` of agents from `first` on */
    uint64_t key, first;
    int64_t agents, each;
    uint32_t round;
};

enum { BATCH_MOST = 256 }; /* agents that are taught and counted at a time: see batch.h, census.h */

/* What one thread works with. */
struct bench {
    struct call *calls; /* [instance_count] */
    struct gyre_sum mixture, slots;
    struct gyre_sum start;    /* one entry: how much of the start is in the mixture, beside lists */
    struct tally lists;       /* where rows are lists */
    gyre_said *said;          /* [BATCH_MOST], where rows are lists */
    struct spectrum spectrum; /* where the plan has spectra */
    struct distinct apart;    /* where rows are lists and metrics gather: [plan_list_most + 16] */
    double *p;                /* [states + 1] */
    double *total;            /* [contexts] */
    double *slot;             /* [slot_count] */
    uint64_t *word;           /* [REPLICATE_CHUNK] */
    struct compose_cells cells; /* of lists as long as the last one; count 0: of none yet */
    struct compose composed;    /* the same: of this round */
    uint32_t *again;            /* [REPLICATE_CHUNK]: slots to be drawn again */
    uint32_t *fresh;            /* [REPLICATE_CHUNK + COMPOSE_SLACK]: what is drawn for them */
    uint32_t *state;            /* [samples, or REPLICATE_CHUNK if that is more, + COMPOSE_SLACK] */
    int64_t *budget;            /* [intervention_count] */
    int64_t *tally;             /* [tally_count] */
    uint16_t *place;            /* [samples], where an intervention can supply */
    int64_t *held;              /* [states]: datasets (or samples of the one) that held each */
    uint64_t *seen;             /* [states]: which dataset did last */
    struct alias alias;         /* where agents differ in what they draw from */
    uint64_t *steps;            /* the same, where inversion is cheaper */
    struct few *few;            /* and where there are few states, too */
    uint32_t *open;             /* [REPLICATE_CHUNK], beside few: draws that need another word */
    struct ahead ahead;         /* and theirs of agents to come */
    struct counting counting;   /* where datasets may be counted */
    double *weight;             /* [states]: one as counted */
    double *spread;             /* [states]: where rows are lists, one as a table */
    struct call lesson;         /* the update's, while it teaches one by one */
    /* What interventions do to agents: one entry, and memories. */
    struct gyre_sum forgotten;
    int64_t pruned;
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

/* How samples are to be looked at: not at all, by the fate of their state, or each by itself. */
enum judging { JUDGING_NONE, JUDGING_SURE, JUDGING_EACH };

/* What data are drawn from: see law.h. */
struct law {
    double *p;          /* [states + 1]: mu_c times what all draw from; last the mass of contexts
                         * that have none to give */
    const double *from; /* a Pbar, as it was selected, and what all draw from where they do: p, or
                         * the mixture itself while nothing has been done to it */
    struct alias alias; /* its table */
    double *own, *rest_of_rows; /* [states], [states + 1]: with mixing < 1, a row's law is own p +
                                 * rest_of_rows; scratch before they are */
    bool common;                /* all agents draw from it */
    bool composed;              /* agents draw from their lists, and for the rest from it */
    bool weighed;               /* own and rest_of_rows are those of rows */
    bool changed;               /* by interventions that act */
    bool counted;               /* datasets are counted: no table is needed */
    double *accept;             /* [states]: of a composed law, a / a_max */
    uint16_t *chance;           /* [states + 1]: its first bits, for world/compose.h */
    bool even;                  /* all of them are 1 */
    double accepted;            /* of all proposals, the share that is */
    double rest; /* the table's mass, in units of that of a whole list with a = a_max */
};

struct overseer; /* see oversee.h */

struct replicate {
    const struct plan *plan;
    int64_t index, round;
    int workers;
    struct rows rows;
    const double *mixture;      /* [states], of row `round`: `mixed`, or the only row itself */
    double *mixed;              /* [states] */
    double *sums;               /* what each SWEEP_BLOCK of the mixture adds to, where `summed` */
    bool summed;                /* they are known */
    double *weight;             /* [states], of row `round` */
    double *live[SPACE_LIVES];  /* [states] each: live columns; NULL: no component reads it */
    double said;                /* what the mixture adds to; 0: not known */
    double empty;               /* the share of agents whose lists are      */
    int64_t counted_agents;     /* that are in the spectrum of row `round`, and not in slots */
    double *times, *carriers;   /* that spectrum's: [samples + 1], [plan->carriers][states] */
    double appeal;              /* what a Pbar adds to */
    double *value;              /* [output_count], of row `round` */
    int64_t *tally;             /* [tally_count], of row `round` */
    gyre_deeds *deeds;          /* [intervention_count], of row `round`, beside tallies */
    int64_t *since;             /* [intervention_count]: when each acted first, or 0 */
    struct overseer *overseers; /* [intervention_count] */
    int64_t lived;              /* rounds that agents have learned in, less those undone */
    struct failure ending;      /* an intervention ends the run after this row */
    const struct desk *desk;    /* who answers interventions' questions; NULL: nobody */
    void **state;               /* [instance_count] */
    struct bench *bench;        /* [workers] */
    bool counted;               /* the benches' sums are of the rows as they are */
    struct law law;             /* what is drawn from in this round */
    uint8_t *fate;              /* [states + 1], see judge.c */
    uint32_t *stays;            /* a bit a state: its samples stay, for sure */
    enum judging judging;
    int64_t *kept;         /* [chunks of a shared dataset]: samples that stay */
    struct review *review; /* NULL: nobody looks at samples one by one; see review.h */
    struct judge *judges;  /* [intervention_count] */
    int judge_count;
    struct supplier *suppliers; /* [intervention_count] */
    int supplier_count;
    uint64_t sampling_key;
    struct failure failure;
    struct workers_watch watch;
    int at;                    /* the part that the first thread was at when others joined in */
    struct call_clock *clocks; /* [workers], NULL: nobody asks where time goes; see profile.h */
    int64_t *bytes;            /* [phases][parts]: what is held and for what; see profile.h */
    int64_t *owner;            /* one of them: whose what is asked for next is */
    struct arena *arena;       /* of all but the rows */
    void **large;              /* freed one by one */
    int large_count;
};

/* NULL when there is no memory. */
struct replicate *replicate_create(const struct plan *plan, int workers);
void replicate_destroy(struct replicate *replicate);

/* Back to the start, as replicate `index`. */
enum status replicate_reset(struct replicate *replicate, int64_t index);

/* Agents, and what components remember that goes back with them, as at the start; the round goes
 * on. */
void replicate_restart(struct replicate *replicate);

/* No intervention has done anything yet in this round. */
void replicate_clear_deeds(struct replicate *replicate);

/* The call of an instance on a worker's bench. */
static inline struct call *replicate_call(const struct replicate *replicate,
                                          const struct instance *instance, int worker)
{
    return &replicate->bench[worker].calls[instance - replicate->plan->instances];
}

/* The world as components see it, and as an intervention does that acts. */
gyre_round replicate_view(const struct replicate *replicate);
gyre_round replicate_view_of(const struct replicate *replicate, const struct plan_intervention *by);

/* Notes a failure of item `item`; instance NULL: of the core. */
void bench_fail(struct bench *bench, int64_t item, enum status status,
                const struct instance *instance, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Notes what a callback failed with; false. */
bool bench_refuse(struct bench *bench, int64_t item, const struct call *call, gyre_status status);

/* A callback's end and status; true when it is GYRE_OK. */
static inline bool bench_accept(struct bench *bench, int64_t item, const struct call *call,
                                gyre_status status)
{
    call_end(call);
    return status == GYRE_OK || bench_refuse(bench, item, call, status);
}

/* Takes the benches' failures together: the lowest item's, or STATUS_OK. */
enum status replicate_join_failures(struct replicate *replicate);

/* Of all agents' distributions and all components' states. */
struct digest replicate_digest(struct replicate *replicate);

#endif
