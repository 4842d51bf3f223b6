/* theory/linear.h - one context of a society whose learning is linear in what its data are drawn
 * from: what moments.h needs to know of it, round by round. */
#ifndef THEORY_LINEAR_H
#define THEORY_LINEAR_H

#include "theory/moments.h"
#include "theory/setting.h"

/* The fixed laws; those of acts follow in their order. */
enum { LINEAR_START, LINEAR_REFERENCE, LINEAR_UNIFORM, LINEAR_DATA, LINEAR_OF_ACTS };

/* Of all states of a context, or of its safe ones taken together. */
struct linear {
    const struct setting *setting;
    int64_t context;
    const double *data; /* [states]: all data are drawn from it; NULL: from what is said */
    double hit;         /* the chance that one of N samples falls on the context and is kept */
    struct moments_laws laws;
    struct moments *moments;
    struct moments_lesson *lesson; /* [lessons] */
    double *size;                  /* [lessons]: chances of 0 .. N samples; NULL: N, for sure */
    int64_t lessons;
};

/* Why the setting's learning is not linear in its data; NULL: it is. */
const char *linear_refuses(const struct setting *setting);

/* hit and data are the caller's; false: no memory. */
bool linear_create(struct linear *linear, struct arena *arena, bool safe);

/* Calls tell for rows 0 to `rounds`. */
void linear_live(struct linear *linear, int64_t rounds,
                 void (*tell)(const struct linear *linear, int64_t round, void *argument),
                 void *argument);

/* What is expected of the sum of of[z] P(z|c) over the context; of: [states]. */
double linear_mean(const struct linear *linear, const double *of);

#endif
