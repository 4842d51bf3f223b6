/* gyre/policy.h - how an agent's distribution is held.
 *
 * Agents are held as rows, and agents that are equal share one; the host keeps
 * which agent has which row. A row is row_size bytes without pointers. What a
 * row stands for is a conditional distribution: p(z|c) >= 0, and within each
 * context it sums to 1.
 *
 * A row that is a list of states is never spread out over all of them: the host
 * draws from the list, sums lists, and measures lists. So a policy that can say
 * its distribution as a list takes memory and time of its length alone.
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
    int64_t first; /* the number of row 0 among all: random words go by it       */
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
    const double *total;   /* [contexts]: what all of a context's adds to; NULL:
                            * to be summed up                                   */
};

/* A list of states for each of some rows. */
typedef struct gyre_lists {
    uint32_t size;
    uint32_t reserved;
    int64_t stride;        /* how far lists begin apart, in states              */
    const uint32_t *state; /* row i's: state[i stride .. i stride + count[i] - 1] */
    const uint32_t *count; /* [rows], each at most stride; 0: nothing is learned */
} gyre_lists;

/* What agents are to forget of what they remember. */
enum {
    GYRE_FIRST_OLDEST = 0,
    GYRE_FIRST_RANKED = 1, /* the highest rank first, of equals the oldest */
    GYRE_FIRST_ANY = 2     /* at random, each choice as likely             */
};

typedef struct gyre_pruning {
    uint32_t size;
    uint32_t first;     /* GYRE_FIRST_*                                        */
    double share;       /* in [0, 1], of what a row remembers; rounded to the nearest
                         * whole number of memories, halves up                 */
    const double *rank; /* [states]; GYRE_FIRST_RANKED only                    */
    uint32_t stream;    /* the host's: of random words that nothing else in this
                         * round has, for GYRE_FIRST_ANY                       */
    uint32_t reserved;
} gyre_pruning;

/* What one row says: either p, or a list. Of a list a draw in context c is, with
 * chance `own` (see gyre_policy_ops), one of the listed states of that context,
 * each listing as likely as another; else, and in a context of which nothing is
 * listed, it is from the scenario's start. A list is in the row; p may be in
 * `buffer` too. */
typedef struct gyre_said {
    uint32_t size;
    uint32_t reserved;
    double *buffer;        /* [states], the host's: for p, where the row does not hold it */
    const double *p;       /* [states], p(z|c); NULL: a list                   */
    const uint32_t *state; /* [count], in any order; a state may be listed often */
    int64_t count;         /* may be 0; below 2^20, and no more than a row holds */
} gyre_said;

typedef struct gyre_policy_ops {
    uint32_t size;
    uint32_t reserved;
    /* Bytes a row takes. [setup] */
    size_t (*row_size)(gyre_ctx *ctx);
    /* Fills rows from p[states], the scenario's start. [task] */
    gyre_status (*start)(gyre_ctx *ctx, const gyre_rows *rows, const double *p);
    /* Says what one row stands for. `said` is preset: an empty list. [task] */
    gyre_status (*say)(gyre_ctx *ctx, const void *row, gyre_said *said);
    /* Every row becomes (1 - rate) of itself plus rate times the examples, in
     * the contexts that they touch; 0 <= rate <= 1. [task] */
    gyre_status (*learn)(gyre_ctx *ctx, const gyre_rows *rows, const gyre_examples *examples,
                         double rate);
    /* Optional: the weight in (0, 1] of what a list holds, beside the start; 0, or
     * absent: rows are no lists. It is one for all rows and all rounds. Below 1 the
     * start stays for ever: such a policy must declare the column `start`. [setup] */
    double (*own)(gyre_ctx *ctx);
    /* Optional: moves every row's parameters by rate times the gradient, at the row
     * itself, of sum over z of weight[z] ln P(z|c(z)). weight[states] has any sign. [task] */
    gyre_status (*climb)(gyre_ctx *ctx, const gyre_rows *rows, const double *weight, double rate);
    /* Optional: 1 when, as configured, a row cannot hold every distribution: then what
     * it is taught brings it nearer, and interventions may not hand it one. [setup] */
    int32_t (*limited)(gyre_ctx *ctx);
    /* Optional: forgets; *pruned grows by how many memories went. No two agents share a
     * row then. [task] */
    gyre_status (*prune)(gyre_ctx *ctx, const gyre_rows *rows, const gyre_pruning *pruning,
                         int64_t *pruned);
    /* Optional: not 0 when, as configured, it learns states as they are: examples without
     * weights, at rate 1. Then nothing else teaches it, or the scenario is refused. [setup] */
    int32_t (*remembers)(gyre_ctx *ctx);
    /* Optional: does what learn and climb put off. Called when all was taught, and
     * before anybody asks what is said, which must not change by it. [task] */
    gyre_status (*settle)(gyre_ctx *ctx, const gyre_rows *rows);
    /* Optional: what learn does, without weights and at rate 1, for many rows at once,
     * each from a list of its own; the host may call it in place of learn where `own` is
     * above 0. Agents are millions, and a call for each takes as long as ten samples. [task] */
    gyre_status (*learn_each)(gyre_ctx *ctx, const gyre_rows *rows, const gyre_lists *lists);
    /* Optional: what say does, for many rows at once: said[rows->count], each preset.
     * Called only where `own` is above 0. [task] */
    gyre_status (*say_each)(gyre_ctx *ctx, const gyre_rows *rows, gyre_said *said);
} gyre_policy_ops;

#ifdef __cplusplus
}
#endif
#endif
