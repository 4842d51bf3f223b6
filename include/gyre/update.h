/* gyre/update.h - how agents learn from a dataset. */
#ifndef GYRE_UPDATE_H
#define GYRE_UPDATE_H

#include "gyre/component.h"
#include "gyre/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One dataset as it reaches its agents: after verifiers dropped or redrew.
 * Either a list of samples, in no order that means anything; or, where the host
 * counted them, how often each state is among them; or (shape->samples is 0) the
 * distribution they would be from. */
struct gyre_data {
    uint32_t size;
    uint32_t reserved;
    int64_t dataset;       /* [0, shape->datasets)                            */
    int64_t count;         /* of `state`; 0 where there is `weight`            */
    const uint32_t *state; /* [count]                                          */
    const double *weight;  /* [states]: counts, whole numbers, or expected mass,
                            * which sums to at most 1; NULL: a list            */
    const double *total;   /* [contexts]: samples, or expected mass, of each
                            * context; 0: it teaches nothing                  */
};

typedef struct gyre_update_ops {
    uint32_t size;
    uint32_t reserved;
    /* Makes examples of one dataset and has its agents learn them, through
     * host->learn. Not called for a dataset that was left empty. [task] */
    gyre_status (*update)(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data);
    /* Optional: not 0 when, as configured, it does nothing but have each dataset
     * learnt, as it came, at rate 1. Absent: 0. Comes after open. [setup] */
    int32_t (*replaces)(gyre_ctx *ctx);
} gyre_update_ops;

#ifdef __cplusplus
}
#endif
#endif
