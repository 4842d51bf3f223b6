/* schedule/judge.h - samples drawn and judged, a part of a dataset at a time. */
#ifndef SCHEDULE_JUDGE_H
#define SCHEDULE_JUDGE_H

#include "schedule/law.h"

enum { JUDGE_TRIES = 1000 };   /* draws for one slot, then it is given up and stays empty */
#define SAMPLE_NONE UINT32_MAX /* a slot that holds no sample */

/* The core's purposes of random words. */
enum {
    STREAM_SAMPLE = 0,
    STREAM_PLACE = 1,
    STREAM_BLOCKS = 2,
    STREAM_LEAVES = 3,
    STREAM_TABLE = 4,
    STREAM_SHUFFLE = 5,
    STREAM_MORE = 6,       /* of draws that half a word leaves open */
    STREAM_MORE_STEPS = 7, /* of those that a quarter does          */
    STREAM_MORE_TABLE = 8, /* of STREAM_TABLE's                     */
    STREAM_REST = 9,       /* beside quarters: see world/compose.h  */
    STREAM_OUTSIDE = 65533,
    STREAM_SOURCE = 65534,
    STREAM_COIN = 65535
};

/* One dataset being filled. */
struct filling {
    struct replicate *replicate;
    int worker;
    int64_t round, dataset;
    struct source *source;
    const uint16_t
        *place; /* [samples]: which exact source has a slot, from 1; NULL: none has any */
};

/* Writes what becomes of each state's samples, when the round's judges are known. */
void judge_prepare(struct replicate *replicate);

/* Gives exact numbers of samples from outside their slots, any choice of slots as likely as any
 * other. False: there are none, and `place` is not written. */
bool judge_place(const struct filling *filling, uint16_t *place);

/* Judges slots [begin, begin + n) of a dataset, n <= REPLICATE_CHUNK, in place: `state` holds what
 * was drawn for them, and has room for COMPOSE_SLACK more. Returns how many samples stay, in front;
 * -1: a failure was noted. Without limited budgets parts of one dataset may be judged at once. */
int64_t judge_part(const struct filling *filling, int64_t begin, int64_t n, uint32_t *state);

/* Draws and judges a dataset in one go; the same returned. */
int64_t judge_dataset(struct filling *filling, uint32_t *state);

/* All n samples were looked at by every judge, all was sure, and so many were kept. [task] */
void judge_tell(const struct replicate *replicate, int worker, int64_t n, int64_t kept);

/* Judges samples that were counted, weight[begin .. end - 1], where all is sure. Returns how many
 * stay. [task] */
int64_t judge_counts(const struct replicate *replicate, int worker, int64_t begin, int64_t end,
                     double *weight);

/* Which part of all datasets' slots [begin, ...) of this one are. */
uint64_t judge_number(const struct filling *filling, int64_t begin);

/* Does some judge of this round have a limit? Then a dataset is filled in one go. */
bool judge_is_limited(const struct replicate *replicate);

/* Gives the bench this dataset's share of every budget. */
void judge_budget(const struct filling *filling);

#endif
