/* gyre/intervention.h - what acts on the loop: strategies A to D of
 * arXiv 2602.09877, and whatever its users invent. Any of the hooks.
 *
 * `every`, `from`, `until` and `when` are the host's and go with every
 * intervention: hooks are called only in the rounds that they allow.
 */
#ifndef GYRE_INTERVENTION_H
#define GYRE_INTERVENTION_H

#include "gyre/component.h"

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
} gyre_intervention_ops;

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
