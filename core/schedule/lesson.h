/* schedule/lesson.h - datasets learned from, and what is counted of them. */
#ifndef SCHEDULE_LESSON_H
#define SCHEDULE_LESSON_H

#include "schedule/replicate.h"

/* Before the first lesson of a round, and after its last: what starved, what was held. */
void lesson_begin(struct replicate *replicate);
void lesson_end(struct replicate *replicate);

/* Has the agents of a dataset learn what was kept of its samples, and what a review leaves of that:
 * `state` may be changed. While a review looks it only notes. Failures are noted as the dataset's.
 * [task] */
void lesson_samples(struct replicate *replicate, int worker, int64_t round, int64_t dataset,
                    uint32_t *state, int64_t count);

/* The same of `n` agents, each with a list of its own, where batch.h says so: agent begin + i
 * learns list i. */
void lesson_lists(struct replicate *replicate, int worker, int64_t round, int64_t begin, int64_t n,
                  const gyre_lists *lists);

/* The same of samples that were counted, weight[states], `count` in all. */
void lesson_counts(struct replicate *replicate, int worker, int64_t round, int64_t dataset,
                   const double *weight, int64_t count);

/* The same with expected data: p[states], which judges have not seen yet, is changed. */
void lesson_expected(struct replicate *replicate, int worker, int64_t round, int64_t dataset,
                     double *p);

#endif
