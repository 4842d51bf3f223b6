/* schedule/review.h - samples that are looked at one by one before anybody learns from them.
 *
 * Datasets are drawn twice: words are addressed, so that the second time gives the same. The first
 * time nobody learns; it is noted which samples are to be looked at. Then the intervention says
 * what becomes of them, and the second time agents learn what is left, and what comes late.
 */
#ifndef SCHEDULE_REVIEW_H
#define SCHEDULE_REVIEW_H

#include "schedule/replicate.h"

enum { REVIEW_LATE = 65536 }; /* samples of earlier rounds that may come in one */

/* Finds the plan's one review, and reports what cannot be: two of them, expected data, and a
 * person for several replicates. After all components were opened. */
void review_find(struct plan *plan, struct report *report);

/* Of a replicate whose plan has a review. NULL: no memory. */
struct review *review_create(const struct plan *plan, int workers);
void review_destroy(struct review *review);

/* Bytes that it takes at its most. */
double review_need(const struct plan *plan, double workers);

/* Asks what is to be looked at in round `round`, if that is one. After judges. */
void review_prepare(struct replicate *replicate, int64_t round);

/* Is this a round with a review, and is the first of its two times under way? */
bool review_acts(const struct replicate *replicate);
bool review_looks(const struct replicate *replicate);

/* Around the first time. `decide` has the intervention say what becomes of what was noted; false:
 * there was a failure. */
void review_look(struct replicate *replicate);
bool review_decide(struct replicate *replicate, int64_t round);

/* The first time: notes which of a dataset's samples are to be looked at. [task] */
void review_note(struct replicate *replicate, int worker, int64_t round, int64_t dataset,
                 const uint32_t *state, int64_t count);

/* The second time: takes away what does not stay and adds what comes late. Returns where the
 * samples then are, and changes *count. [task] */
const uint32_t *review_settle(const struct replicate *replicate, int worker, int64_t dataset,
                              uint32_t *state, int64_t *count);

#endif
