/* theory/data.h - what data are drawn from, given what is said: selection, temperatures and
 * verifiers, in the order of the loop. */
#ifndef THEORY_DATA_H
#define THEORY_DATA_H

#include "base/arena.h"
#include "theory/setting.h"

/* Q and what a sample of it becomes: `out` is the law of samples that pass every verifier of the
 * round, `drawn` (may be NULL) that before them, over the states of one context. Returns the chance
 * to pass; 0: nothing does, and out is all 0. */
double data_law(const struct setting *setting, int64_t context, int64_t round, const double *said,
                double *drawn, double *out);

/* What data of round 1 are drawn from, when everybody says the start. */
struct data_first {
    double *kept, *drawn; /* [states]: behind a verifier, and before it                  */
    double *hit;          /* [contexts]: the chance that a sample falls there and is kept; one
                           * that is redrawn may come back in another context           */
    double pass;          /* over all contexts                                          */
};

/* False: no memory. */
bool data_first(struct arena *arena, const struct setting *setting, struct data_first *out);

/* The verifier that acts in round 1, or NULL. */
const struct setting_act *data_verifier(const struct setting *setting);

#endif
