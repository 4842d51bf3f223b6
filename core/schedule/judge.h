/* schedule/judge.h - samples drawn and judged, one slot of a dataset at a time. */
#ifndef SCHEDULE_JUDGE_H
#define SCHEDULE_JUDGE_H

#include "schedule/replicate.h"

enum { JUDGE_TRIES = 1000 };   /* draws for one slot, then it is given up and stays empty */
#define SAMPLE_NONE UINT32_MAX /* a slot that holds no sample */

/* The core's purposes of random words. */
enum { STREAM_SAMPLE = 0, STREAM_PLACE = 1, STREAM_SOURCE = 65534, STREAM_COIN = 65535 };

/* One dataset being filled. */
struct filling {
    const struct replicate *replicate;
    const struct alias *alias;
    struct bench *bench;
    int64_t round, dataset;
    int64_t *budget; /* [judge_count], what is left of this dataset's checks; below 0: no limit */
    int64_t *tally;  /* [tally_count], added to */
    const uint16_t
        *place; /* [samples]: which exact source has a slot, from 1; NULL: none has any */
};

/* Gives exact numbers of samples from outside their slots, any choice of slots as likely as any
 * other. False: there are none, and `place` is not written. */
bool judge_place(const struct filling *filling, uint16_t *place);

/* Fills slots [begin, end) of `state`; a slot whose sample was dropped gets SAMPLE_NONE. Without
 * limited budgets parts of one dataset may be filled at once, each with a tally of its own. */
void judge_fill(const struct filling *filling, int64_t begin, int64_t end, uint32_t *state);

/* Does some judge of this round have a limit? Then a dataset is filled in one go. */
bool judge_is_limited(const struct replicate *replicate);

/* This dataset's share of every budget. */
void judge_budget(const struct replicate *replicate, int64_t round, int64_t dataset,
                  int64_t *budget);

#endif
