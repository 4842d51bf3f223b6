/* world/spectrum.h - how many agents list what how often, of agents that list the same number of
 * states and weigh the same.
 *
 * In population genetics the frequency spectrum. Sums over agents and states of any function of how
 * often a state is listed need no more than it: agents need not be taken apart one by one. All are
 * whole numbers, so no order of adding changes them.
 */
#ifndef WORLD_SPECTRUM_H
#define WORLD_SPECTRUM_H

#include <stdint.h>

#include "world/tally.h"

/* Longer lists would overflow the 16 bits of a count. */
enum { SPECTRUM_SAMPLES = UINT16_MAX, SPECTRUM_LANES = 4 };

/* The agents that list each state `least` times or more. Numbers that are added to are as short as
 * they can be, since agents are many and states too; they are folded into long ones in time. */
struct carriers {
    int64_t least; /* >= 1                            */
    uint8_t *near; /* [states], since they were folded */
    int64_t *all;  /* [states], before that            */
};

struct spectrum {
    int64_t states, samples, agents;
    int64_t near, unfolded;    /* agents since carriers were folded, and since `listed` was */
    uint16_t *count;           /* [states], 0 but while an agent is added                   */
    uint16_t *listed;          /* [states]: listings since they were folded                 */
    int64_t *reached;          /* [lanes][samples]: how often a state was listed for the n-th time
                                * (from 0) by an agent; lanes, as the same one is often next */
    struct carriers *carriers; /* [carriers_count]                                       */
    int carriers_count;
};

/* Bytes that so many carriers need, and an empty spectrum made of such memory: the caller's,
 * 64-byte aligned and all zero. least[carriers]; `carriers` is the caller's too. 1 <= samples <=
 * SPECTRUM_SAMPLES. */
int64_t spectrum_size(int64_t states, int64_t samples, int carriers);
void spectrum_init(struct spectrum *spectrum, int64_t states, int64_t samples, const int64_t *least,
                   struct carriers *carriers, int count, void *memory);
void spectrum_clear(struct spectrum *spectrum);

/* Adds an agent's list of `samples` states; each listing weighs `each` in the tally, to which
 * listings come sooner or later: by spectrum_fold the last of them. */
void spectrum_add(struct spectrum *spectrum, const uint32_t *list, double each,
                  struct tally *tally);
void spectrum_fold(struct spectrum *spectrum, double each, struct tally *tally);

/* Adds another of the same make; both are folded. */
void spectrum_join(struct spectrum *into, const struct spectrum *from);

/* Of a folded one: times[n] for n <= samples, how often some agent lists some state n times (0 for
 * n = 0), times `unit`; and carriers i's agents, times `unit`. */
void spectrum_times(const struct spectrum *spectrum, double unit, double *times);
void spectrum_carriers(const struct spectrum *spectrum, int i, double unit, double *carriers);

#endif
