/* world/space.h - what agents can say or do: states, in contexts, with attributes. */
#ifndef WORLD_SPACE_H
#define WORLD_SPACE_H

#include "world/alias.h"
#include "world/column.h"

/* More states have no table to draw from, with one column for what is none of them. */
#define SPACE_STATES_MOST (ALIAS_STATES - 1)

/* The columns that the core itself makes. */
#define SPACE_REFERENCE "reference" /* of states: pi*(z|c)             */
#define SPACE_SAFE      "safe"      /* of states: 1 in S, else 0        */
#define SPACE_RISK      "risk"      /* of states: 1 - safe when not given */
#define SPACE_START     "start"     /* of states: row 0 of every agent */

/* Live columns of states, see component.h: the core makes them anew each round. */
enum space_live { SPACE_HELD, SPACE_DISTRIBUTION, SPACE_LIVES };

/* Which live column has that name, or -1. */
int space_live_find(const char *name);

struct space {
    int64_t states, contexts;
    const int64_t *context;   /* [contexts + 1]: where each begins              */
    const double *met;        /* [contexts]: mu                                 */
    const char *const *names; /* [states], or NULL                              */
    struct columns columns;
};

/* Divides p by its sum within each context (the sums of sweep.h); what adds to 1 within 2^-44
 * already is left as it is, so that doing it again moves no bit. Returns the first context without
 * mass, which is left as zeros, or -1: all have some. */
int64_t space_normalise(int workers, int64_t contexts, const int64_t *context, double *p);

#endif
