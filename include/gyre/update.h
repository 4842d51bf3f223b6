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
 * counted them (never with GYRE_STATES), how often each state is among them; or
 * (shape->samples is 0) the distribution they would be from. */
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

/* What an agent learns from its lesson: either examples or a climb. */
typedef struct gyre_lesson {
    uint32_t size;
    uint32_t reserved;
    int64_t agent;          /* who learns: [0, shape->agents); of a class that is
                             * alike the first of those that say the same          */
    const double *p;        /* [states], what it says, P_m(z|c); NULL in a class that is deaf */
    gyre_examples examples; /* to be filled; preset: none                          */
    const double *climb;    /* [states] of policy.h's climb, in place of examples; NULL: none */
    double rate;            /* to be filled; 0, the preset: nothing is learned. Of examples
                             * in [0, 1]                                           */
} gyre_lesson;

/* A dataset's agents, to be taught one by one. */
struct gyre_class {
    uint32_t size;
    uint32_t alike; /* 1: what is learned depends on what an agent says, not on who it is */
    /* Fills in what one agent learns, until the next lesson in the callback's scratch.
     * ctx is one of the same instance, not the update's own. [task] */
    gyre_status (*lesson)(gyre_ctx *ctx, const void *notes, gyre_lesson *lesson);
    const void *notes; /* handed on                                           */
    uint32_t deaf;     /* 1: lessons need not know what agents say, and get no p */
    uint32_t reserved;
};

/* What lessons can do beside host->learn, by ways below. */
enum {
    GYRE_CLIMBS = 1u << 0, /* lessons may climb: the policy must have climb    */
    GYRE_PARTS = 1u << 1,  /* agents that read one dataset come to differ: its classes
                            * are not alike                                    */
    GYRE_STATES = 1u << 2  /* all examples are states without weights, at rate 1; its data
                            * are lists                                        */
};

typedef struct gyre_update_ops {
    uint32_t size;
    uint32_t reserved;
    /* Makes examples of one dataset and has its agents learn them, through
     * host->learn. Not called for a dataset that was left empty. [task] */
    gyre_status (*update)(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data);
    /* Optional: not 0 when, as configured, it does nothing but have each dataset
     * learnt, as it came, at rate 1: the host may do so itself, without a call.
     * Absent: 0. Comes after open. [setup] */
    int32_t (*replaces)(gyre_ctx *ctx);
    /* Optional: GYRE_CLIMBS and the like, as configured. Comes after open. [setup] */
    uint32_t (*ways)(gyre_ctx *ctx);
} gyre_update_ops;

#ifdef __cplusplus
}
#endif
#endif
