/* gyre/intervention.h - what acts on the loop: strategies A to D of
 * arXiv 2602.09877, and whatever its users invent. Any of the hooks.
 *
 * `every`, `from`, `until` and `when` are the host's and go with every
 * intervention: hooks are called only in the rounds that they allow.
 */
#ifndef GYRE_INTERVENTION_H
#define GYRE_INTERVENTION_H

#include "gyre/component.h"
#include "gyre/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { GYRE_DROP = 0, GYRE_REDRAW = 1 };  /* what becomes of a rejected sample  */
enum { GYRE_KEEP = 0, GYRE_DISCARD = 1 }; /* what becomes of an unchecked one  */

/* How the samples of this round are judged. The host tosses the coins, keeps
 * the budget, draws again and counts; with expected data it uses pass itself. */
typedef struct gyre_judgement {
    uint32_t size;
    uint32_t act;       /* GYRE_DROP or GYRE_REDRAW: a redrawn one is judged again */
    uint32_t unchecked; /* GYRE_KEEP or GYRE_DISCARD: those beyond the budget  */
    uint32_t reserved;
    int64_t budget; /* checks this round, for the whole society; below 0: no
                     * limit. A shared dataset spends it whole, datasets of
                     * agents spend equal shares, rotated by round             */
    double *pass;   /* [states], to be filled: the chance, in [0, 1], that a
                     * checked sample of a state stays                         */
} gyre_judgement;

/* Samples from outside the society. They stand in slots of the datasets like
 * others, and are judged like others. */
typedef struct gyre_supply {
    uint32_t size;
    uint32_t reserved;
    int64_t count; /* exactly so many samples of each dataset; 0 at first     */
    double share;  /* the chance of every other sample, in [0, 1]; 0 at first */
    double *p;     /* [states], to be filled: P(z|c) of the source; the host
                    * normalises each context                                  */
} gyre_supply;

/* Samples that are looked at one by one before anybody learns from them, by people or by who
 * stands for them. Those of this round come in the order of datasets and, within each, of no
 * meaning. */
typedef struct gyre_review {
    uint32_t size;
    uint32_t reserved;
    int64_t count;          /* flagged in this round                           */
    const uint32_t *state;  /* [count]                                         */
    const int64_t *dataset; /* [count]                                         */
    uint8_t *stays;         /* [count], preset 1: to be filled                 */
    /* Samples of earlier rounds that join the data of this one, decided late. */
    int64_t late_room;     /* how many there is room for                      */
    int64_t late;          /* to be filled: how many there are                */
    uint32_t *late_state;  /* [late_room]                                     */
    int64_t *late_dataset; /* [late_room]                                     */
} gyre_review;

/* What is asked of a person, and what the answer was. */
enum { GYRE_ANSWER_NONE = 0, GYRE_ANSWER_KEEP = 1, GYRE_ANSWER_DROP = 2, GYRE_ANSWER_SKIP = 3 };

struct gyre_question {
    uint32_t size;
    uint32_t answer; /* GYRE_ANSWER_*; NONE: not yet; filled in                */
    int64_t number;  /* 0: it is new, and gets its number in this replicate, from 1;
                      * else that, to be asked for its answer again            */
    int64_t dataset;
    uint32_t state;
    uint32_t silence; /* what counts as its answer when none has come by the end of
                       * the call; NONE: it stays open                         */
    const char *why;  /* why the sample was flagged, one line                  */
};

/* What is done about the society as a whole, after row t was measured. Snapshots hold what agents
 * are and what other components remember, but metrics and interventions that oversee; never the
 * round or the random words. Of interventions' own reports oversee sees those of the row before. */
typedef struct gyre_oversight {
    uint32_t size;
    uint32_t acts;        /* 1: every, from, until and when allow it to act; else it
                           * may only keep                                     */
    int64_t kept;         /* snapshots, at most as many as snapshots() said    */
    const int64_t *round; /* [kept]: of which round each is, the newest first  */
    int32_t keep;         /* to be filled, 1: keep a snapshot of row t, unless it goes
                           * back; the oldest makes room                       */
    int32_t start;        /* 1: back to the start of the run; newer snapshots are
                           * dropped                                           */
    int64_t back;         /* n > 0: back to the n-th newest of those that are kept;
                           * newer ones are dropped                            */
    const char *stop;     /* not NULL: the run ends with row t and this sentence,
                           * which the host copies                             */
} gyre_oversight;

/* What the host did for an intervention in this round. */
typedef struct gyre_deeds {
    uint32_t size;
    uint32_t reserved;
    int64_t checked, rejected, redrawn; /* of samples that were judged         */
    int64_t outside;                    /* samples that it supplied            */
    int64_t flagged;                    /* samples that were to be reviewed    */
    int64_t pruned;                     /* memories                            */
    int64_t undone;                     /* rounds of learning; each only once  */
    double forgotten; /* what on_policy, on_agent and prune did: the sum over agents of w_m,
                       * and over contexts of mu, of the total variation
                       * between what was said before and after          */
} gyre_deeds;

/* Hooks, where a configuration needs some of them only. */
enum {
    GYRE_HOOK_DISTRIBUTION = 1u << 0, /* on_distribution */
    GYRE_HOOK_JUDGE = 1u << 1,
    GYRE_HOOK_SUPPLY = 1u << 2,
    GYRE_HOOK_POLICY = 1u << 3, /* on_policy */
    GYRE_HOOK_AGENT = 1u << 4,  /* on_agent  */
    GYRE_HOOK_PRUNE = 1u << 5,
    GYRE_HOOK_REVIEW = 1u << 6, /* flag and review       */
    GYRE_HOOK_OVERSEE = 1u << 7 /* oversee and snapshots */
};

typedef struct gyre_intervention_ops {
    uint32_t size;
    uint32_t reserved;
    /* Changes what data are drawn from: p[states] is Q_m(z|c), with mixing = 1
     * the one P_t. Leave it >= 0, finite, with some mass; the host normalises
     * each context. [task] */
    gyre_status (*on_distribution)(gyre_ctx *ctx, const gyre_round *round, double *p);
    /* Judges samples by their state. All members but pass are preset: drop,
     * keep, no limit. [phase] */
    gyre_status (*judge)(gyre_ctx *ctx, const gyre_round *round, gyre_judgement *judgement);
    /* Brings in samples from outside. With expected data `share` mixes the laws
     * and `count` is refused. [phase] */
    gyre_status (*supply)(gyre_ctx *ctx, const gyre_round *round, gyre_supply *supply);
    /* What every agent learns after its dataset: weight[states] >= 0, zeros at
     * first, and at which rate, 0 at first: as policy.h's examples. [phase] */
    gyre_status (*on_policy)(gyre_ctx *ctx, const gyre_round *round, double *weight, double *rate);
    /* Changes what one agent says after its lessons: p[states] is P_m(z|c). Leave it
     * >= 0, finite, with some mass in each context; the host normalises each. Refused
     * where policies are limited (policy.h) or remember. [task] */
    gyre_status (*on_agent)(gyre_ctx *ctx, const gyre_round *round, double *p);
    /* Has every agent forget, after its lessons; share and the rest are preset to 0.
     * rank, where it is needed, is [states] to be filled. Refused where policies
     * remember nothing (policy.h: prune). [phase] */
    gyre_status (*prune)(gyre_ctx *ctx, const gyre_round *round, gyre_pruning *pruning,
                         double *rank);
    /* Both or none: which samples are to be looked at, flag[states] the chance of each in
     * [0, 1], zeros at first; then what becomes of them. After all judges. [phase] */
    gyre_status (*flag)(gyre_ctx *ctx, const gyre_round *round, double *flag);
    gyre_status (*review)(gyre_ctx *ctx, const gyre_round *round, gyre_review *review);
    /* Optional: not 0 when, as configured, review asks people (host->ask): then a run needs
     * somebody to ask, and a society with one is open. Absent: nobody is there. Comes after
     * open. [setup] */
    int32_t (*asks)(gyre_ctx *ctx);
    /* Both or none: looks at row t after it was measured, in every round from 0 on; and how
     * many snapshots are kept at most. [phase] [setup] */
    gyre_status (*oversee)(gyre_ctx *ctx, const gyre_round *round, gyre_oversight *oversight);
    int64_t (*snapshots)(gyre_ctx *ctx);

    /* Optional, with account: what it reports of itself each round, such as its costs.
     * `when` and host->output find them as they find a metric's. */
    const gyre_output *outputs;
    uint32_t output_count, output_size;
    /* Writes out[output_count] of this round, after all its other hooks and whether or not
     * they were called. What it leaves untouched counts as missing. Row 0 has no
     * deeds. [phase] */
    gyre_status (*account)(gyre_ctx *ctx, const gyre_deeds *deeds, double *out);
    /* Optional: which of its hooks it needs as configured, GYRE_HOOK_*; the others are as if
     * they were not there. Absent: all. Comes after open. [setup] */
    uint32_t (*hooks)(gyre_ctx *ctx);
} gyre_intervention_ops;

/* Of a number that goes from `from` to `to` in `over` rounds, the value in the round that comes
 * after `round`: `from` in the first one in which the intervention acts. */
static inline double gyre_ramp(const gyre_round *round, double from, double to, int64_t over)
{
    int64_t const passed = round->round + 1 - round->since;
    if (over <= 0 || passed <= 0)
        return from;
    return passed >= over ? to : from + (to - from) * ((double)passed / (double)over);
}

/* Item i's exact share of a budget among n items: sums to budget over i in
 * [0, n), for budget >= 0 and 0 <= i < n. */
static inline int64_t gyre_quota(int64_t budget, int64_t i, int64_t n)
{
    int64_t const rest = budget % n;
    return budget / n + (i + 1 <= rest ? 1 : 0);
}

#ifdef __cplusplus
}
#endif
#endif
