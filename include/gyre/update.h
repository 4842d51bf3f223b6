/* gyre/update.h - how agents learn from a dataset. */
#ifndef GYRE_UPDATE_H
#define GYRE_UPDATE_H

#include "gyre/component.h"
#include "gyre/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One dataset as it reaches its agents: after verifiers dropped or redrew.
 * Either samples, or (shape->samples is 0) the distribution they would be from. */
struct gyre_data {
    uint32_t size;
    uint32_t reserved;
    int64_t dataset;        /* [0, shape->datasets)                            */
    int64_t count;          /* samples; 0 with expected data                   */
    const uint32_t *state;  /* [count]                                         */
    const double *expected; /* [states], sums to at most 1; NULL with samples  */
    const double *total;    /* [contexts]: samples, or expected mass, of each
                             * context; 0: it teaches nothing                  */
};

typedef struct gyre_update_ops {
    uint32_t size;
    uint32_t reserved;
    /* Makes examples of one dataset and has its agents learn them, through
     * host->learn. Not called for a dataset that was left empty. [task] */
    gyre_status (*update)(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data);
} gyre_update_ops;

#ifdef __cplusplus
}
#endif
#endif
