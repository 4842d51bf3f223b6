/* world/distinct.h - a list of states as distinct states and how often each is listed. */
#ifndef WORLD_DISTINCT_H
#define WORLD_DISTINCT_H

#include <stdint.h>

/* Room for a list taken apart; each of the outputs has 16 entries more than there can be distinct
 * states. */
struct distinct {
    uint32_t *count; /* [states], all 0 before and after */
    uint32_t *state; /* the distinct states              */
    uint32_t *times; /* how often each is listed         */
    double *share;   /* times x each                     */
};

/* Takes list[n] apart: states ascend, or stand in the order of their first listing, as whichever
 * technique suits n and `states` leaves them (a choice by those two alone). Returns how many there
 * are: at most min(n, states). */
int64_t distinct_find(const struct distinct *distinct, const uint32_t *list, int64_t n,
                      int64_t states, double each);

#endif
