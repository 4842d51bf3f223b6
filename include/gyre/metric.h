/* gyre/metric.h - what is measured. A metric reads the world, never writes it. */
#ifndef GYRE_METRIC_H
#define GYRE_METRIC_H

#include "gyre/component.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What one agent says, P_m(z|c), all of it: states that are not listed have
 * probability 0. Read only, the host's, ends with the call. */
typedef struct gyre_agent {
    uint32_t size;
    uint32_t reserved;
    int64_t count;         /* of p; [states] when there is no list             */
    const uint32_t *state; /* [count], distinct, in any order; NULL: state i is
                            * i. Never there with more than one context        */
    const double *p;       /* [count]; above 0 where there is a list           */
    const uint32_t *times; /* [count]: p is times / samples, so that what depends on
                            * p alone can be looked up; NULL: no such ratio    */
    int64_t samples;       /* at most shape->samples where there are times     */
    double weight;         /* w_m. Agents that are equal are gathered once: then
                            * sum of w_m^2 over sum of w_m                      */
} gyre_agent;

/* How many agents list what how often: of agents that are lists of N states each, all of one
 * weight. What metrics sum over agents and states is often a function of how often a state is
 * listed alone; then these agents are counted, which costs next to nothing, and not gathered. In
 * population genetics it is the frequency spectrum. */
struct gyre_spectrum {
    uint32_t size;
    uint32_t reserved;
    int64_t samples;        /* N: shape->samples                               */
    double weight;          /* of these agents together, in (0, 1]             */
    const double *times;    /* [N + 1]: times[n] is the sum over these agents of w_m and of how many
                             * states each lists n times; times[0] is 0        */
    const double *carriers; /* [states]: the weight of those of them that list a state
                             * as often as the metric's `spectrum` said, or more; NULL: that
                             * is more often than a list is long                 */
};

typedef struct gyre_metric_ops {
    uint32_t size;
    uint32_t reserved;
    const gyre_output *outputs;
    uint32_t output_count, output_size;

    /* Optional, with gather: how many numbers this configuration wants summed
     * over agents; 0: gather is not called. A metric that costs much for each agent
     * has a parameter `agents`, false for 0: gyre names it where that would help. [setup] */
    uint32_t (*slots)(gyre_ctx *ctx);
    /* Writes slots[] of one agent, of what it says alone; the host sums them over
     * agents, weighted by w_m, exactly: each must be below 4,096 in size. Called as
     * soon as the agent has learned, before it is known what others say. [task] */
    gyre_status (*gather)(gyre_ctx *ctx, const gyre_agent *agent, double *slots);

    /* Writes out[output_count] from the world and the summed slots. What it
     * leaves untouched counts as missing; a NaN is refused, infinity is not. [phase] */
    gyre_status (*measure)(gyre_ctx *ctx, const gyre_round *round, const double *slots,
                           double *out);

    /* Optional, with gather: not 0 when, as configured, measure makes of round->spectrum what
     * gather would have made of the agents in it. An agent is then either there or in the
     * slots. Returns how often a state must be listed for an agent to be among its carriers;
     * more than shape->samples: carriers are not asked for. [setup] */
    int64_t (*spectrum)(gyre_ctx *ctx);
} gyre_metric_ops;

/* ---- sugar: nothing below is part of the binary contract ---------------- */

/* Of which law a metric is, by a parameter `of`: P_t costs time where it is not the
 * mixture's, and is handed out only where it is asked for. */
enum { GYRE_OF_MIXTURE = 0, GYRE_OF_TRAINING = 1 };

#define GYRE_OF_CHOICES                                                                            \
    {                                                                                              \
        "mixture", "training", NULL                                                                \
    }
#define GYRE_OF_DOC "Of P_t, what the society would learn from next, or of what it says, Pbar."
#define GYRE_OF_FIELD                                                                              \
    {                                                                                              \
        .name = "distribution", .column = "distribution", .when = "of=training",                   \
        .of = GYRE_OF_STATE, .access = GYRE_READ, .doc = "P_t, where that is measured."            \
    }

/* How a metric weighs contexts: nu(c), the same for both sides of a divergence. */
enum {
    GYRE_NU_MET = 0,     /* mu, as often as the society meets them */
    GYRE_NU_UNIFORM = 1, /* all alike                              */
    GYRE_NU_PROBES = 2   /* alike those that it never meets        */
};

#define GYRE_NU_CHOICES                                                                            \
    {                                                                                              \
        "met", "uniform", "probes", NULL                                                           \
    }

/* Writes nu[contexts], which sums to 1; returns 0 when there are no probes to weigh. */
static inline int gyre_nu(const gyre_shape *shape, int32_t choice, double *nu)
{
    int64_t counted = 0;
    for (int64_t c = 0; c < shape->contexts; c++)
        counted += choice == GYRE_NU_UNIFORM || shape->met[c] == 0 ? 1 : 0;
    for (int64_t c = 0; c < shape->contexts; c++) {
        if (choice == GYRE_NU_MET)
            nu[c] = shape->met[c];
        else if (choice == GYRE_NU_UNIFORM || shape->met[c] == 0)
            nu[c] = 1.0 / (double)counted;
        else
            nu[c] = 0;
    }
    return choice == GYRE_NU_MET || counted > 0;
}

#ifdef __cplusplus
}
#endif
#endif
