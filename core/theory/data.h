/* theory/data.h - what data are drawn from, given what is said: selection, temperatures and
 * verifiers, in the order of the loop. */
#ifndef THEORY_DATA_H
#define THEORY_DATA_H

#include "theory/setting.h"

/* Q and what a sample of it becomes: `out` is the law of samples that pass every verifier of the
 * round, `drawn` (may be NULL) that before them, over the states of one context. Returns the chance
 * to pass; 0: nothing does, and out is all 0. */
double data_law(const struct setting *setting, int64_t context, int64_t round, const double *said,
                double *drawn, double *out);

#endif
