/* gyre/selection.h - a(z): what of the expressed gets into the data.
 *
 * An agent's data are drawn from Q_m(z|c), which is proportional to
 * a(z) [(1 - g) P_m(z|c) + g Pbar(z|c)], with g the scenario's `mixing`.
 */
#ifndef GYRE_SELECTION_H
#define GYRE_SELECTION_H

#include "gyre/component.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gyre_selection_ops {
    uint32_t size;
    uint32_t reserved;
    /* Writes weight[states], each finite and >= 0, some positive where the
     * mixture is. Only ratios within a context matter. [phase] */
    gyre_status (*weigh)(gyre_ctx *ctx, const gyre_round *round, double *weight);
    /* Optional: not 0 when, as configured, all weights are 1 in every round: then
     * weigh is not called. Absent: 0. Comes after open. [setup] */
    int32_t (*even)(gyre_ctx *ctx);
} gyre_selection_ops;

#ifdef __cplusplus
}
#endif
#endif
