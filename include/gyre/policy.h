/* gyre/policy.h - how an agent's distribution is held.
 *
 * Agents are held as rows, and agents that are equal share one; the host keeps
 * which agent has which row. A row is row_size bytes without pointers. What a
 * row stands for is a conditional distribution: p(z|c) >= 0, and within each
 * context it sums to 1.
 */
#ifndef GYRE_POLICY_H
#define GYRE_POLICY_H

#include "gyre/component.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows [0, count), `stride` bytes apart, 64-byte aligned. */
typedef struct gyre_rows {
    uint32_t size;
    uint32_t reserved;
    int64_t count;
    size_t stride;
    void *row;
    const double *share; /* [count]: summed weight w_m of each row's agents; NULL
                          * where it has no meaning                             */
} gyre_rows;

/* What agents learn from: weighted states. Within each context the weights are
 * normalised; a context without weight teaches nothing. */
struct gyre_examples {
    uint32_t size;
    uint32_t reserved;
    int64_t count;         /* of `state`; each counts 1                         */
    const uint32_t *state; /* [count], NULL when count is 0                     */
    const double *weight;  /* [states], >= 0, added to those counts, or NULL    */
};

typedef struct gyre_policy_ops {
    uint32_t size;
    uint32_t reserved;
    /* Bytes a row takes. [setup] */
    size_t (*row_size)(gyre_ctx *ctx);
    /* Fills rows from p[states], the scenario's start. [task] */
    gyre_status (*start)(gyre_ctx *ctx, const gyre_rows *rows, const double *p);
    /* Adds share x p of every row to `sum`, through host->sum_row. [task] */
    gyre_status (*mix)(gyre_ctx *ctx, const gyre_rows *rows, gyre_sum *sum);
    /* Writes p(z|c), [states], of the first row. [task] */
    gyre_status (*weigh)(gyre_ctx *ctx, const gyre_rows *rows, double *p);
    /* Every row becomes (1 - rate) of itself plus rate times the examples, in
     * the contexts that they touch; 0 <= rate <= 1. [task] */
    gyre_status (*learn)(gyre_ctx *ctx, const gyre_rows *rows, const gyre_examples *examples,
                         double rate);
} gyre_policy_ops;

#ifdef __cplusplus
}
#endif
#endif
