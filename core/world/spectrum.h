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

/* Longer lists would overflow the 16 bits of a count. Arrays of states have room for whole blocks.
 * So many lists are added at once where their counts are small enough to stay in the first cache.
 */
enum {
    SPECTRUM_SAMPLES = UINT16_MAX,
    SPECTRUM_LANES = 4,
    SPECTRUM_BLOCK = 64,
    SPECTRUM_ABREAST = 16
};

/* The agents that list each state `least` times or more. Numbers that are added to are as short as
 * they can be, since agents are many and states too; they are folded into long ones in time. */
struct carriers {
    int64_t least; /* >= 1                            */
    uint8_t *near; /* [states], since they were folded */
    uint32_t *all; /* [states], before that            */
};

struct spectrum {
    int64_t states, samples, agents;
    int64_t abreast; /* lists at once                                                       */
    int64_t stride;  /* from one's counts to the next one's                                 */
    int64_t near;    /* agents since carriers were folded                                   */
    int64_t most;    /* no state was listed more often than this since listings were folded */
    int64_t highest; /* no agent lists a state more often than this                         */
    uint8_t *low;    /* [abreast][stride]: agents' counts, 0 but while they are added       */
    uint8_t *high;   /* [states]: where a count needs more than a byte, the upper one       */
    uint32_t *full;  /* [samples / 256]: which these are                                    */
    uint8_t *listed; /* [states]: listings since they were folded, the last 8 bits          */
    uint32_t *hoard; /* [states]: the bits above them                                       */
    int64_t *times;  /* [lanes][samples + 1]: how often an agent lists a state n times; of 0
                      * it means nothing                                                    */
    struct carriers *carriers; /* [carriers_count]                                           */
    int carriers_count;
};

/* The lane of times for the i-th that is added. */
static inline int64_t *spectrum_lane(const struct spectrum *spectrum, int64_t i)
{
    return spectrum->times + i % SPECTRUM_LANES * (spectrum->samples + 1);
}

/* Bytes that so many carriers need, and an empty spectrum made of such memory: the caller's,
 * 64-byte aligned and all zero. least[carriers]; `carriers` is the caller's too. 1 <= samples <=
 * SPECTRUM_SAMPLES. */
int64_t spectrum_size(int64_t states, int64_t samples, int carriers);
void spectrum_init(struct spectrum *spectrum, int64_t states, int64_t samples, const int64_t *least,
                   struct carriers *carriers, int count, void *memory);
void spectrum_clear(struct spectrum *spectrum);

/* Adds lists of `samples` states, an agent's each; each listing weighs `each` in the tally, to
 * which listings come sooner or later: by spectrum_fold the last of them. */
void spectrum_add(struct spectrum *spectrum, const uint32_t *const *list, int64_t lists,
                  double each, struct tally *tally);
void spectrum_fold(struct spectrum *spectrum, double each, struct tally *tally);

/* Adds another of the same make; both are folded. */
void spectrum_join(struct spectrum *into, const struct spectrum *from);

/* Of a folded one: times[n] for n <= samples, how often some agent lists some state n times (0 for
 * n = 0), times `unit`; and carriers i's agents, times `unit`. */
void spectrum_times(const struct spectrum *spectrum, double unit, double *times);
void spectrum_carriers(const struct spectrum *spectrum, int i, double unit, double *carriers);

#endif
