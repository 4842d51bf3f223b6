/* world/distinct.h - a list of states as distinct states and how often each is listed. */
#ifndef WORLD_DISTINCT_H
#define WORLD_DISTINCT_H

#include <stdint.h>

/* Writes the distinct states of list[n] and how often each is listed, times[i] for state[i]:
 * ascending where states <= 4 n, else in the order of their first listing, as the faster technique
 * leaves them. Returns how many, at most min(n, states); both have room for that and 16 more.
 * count[states] is scratch, all 0 before and after. */
int64_t distinct_find(const uint32_t *list, int64_t n, int64_t states, uint32_t *count,
                      uint32_t *state, uint32_t *times);

#endif
