/* oracles/society.h - a society of gyre's, made from a scenario's text and looked at row by row. */
#ifndef ORACLES_SOCIETY_H
#define ORACLES_SOCIETY_H

#include <stdbool.h>

#include "schedule/replicate.h"

struct society {
    struct arena *arena;
    struct plan *plan;
    struct replicate *replicate;
};

/* A scenario of so many rounds with the battery's seed; the format makes all that follows
 * [scenario]. Fails the test with gyre's own sentences. */
struct society *society_create(int64_t rounds, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void society_destroy(struct society *society);

/* Numbers as a TOML array, each written so that it reads back as it is. The text is overwritten by
 * the fourth call after this one. */
const char *society_array(const double *x, int n);

/* Told of every row; false: that was the last one of interest. */
typedef bool (*society_row)(void *argument, const struct replicate *replicate);

/* The whole life of replicate `index`: society_begin and society_live. */
void society_run(struct society *society, int64_t index, society_row row, void *argument);

/* In two steps, so that agents can be told what to say before row 0: with a dataset an agent only,
 * as the policies are rows of policy.categorical. */
void society_begin(struct society *society, int64_t index);
void society_say(struct society *society, int64_t agent, const double *p);
void society_live(struct society *society, society_row row, void *argument);

/* What agent m says now: P_m(z|c), [states]. */
const double *society_policy(const struct replicate *replicate, int64_t agent);

/* Where an output or a tally stands in replicate->value or ->tally; fails when it is nowhere. */
int society_output(const struct society *society, const char *name);
int society_tally(const struct society *society, const char *name);

#endif
