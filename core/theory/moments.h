/* theory/moments.h - E<P_m, P_n> of all pairs of agents, round by round, where what is learned is
 * linear in what is said: P' = a P + b x/n + a mean of fixed laws, x multinomial.
 *
 * Laws are never written out: what is needed of them are their sums and products, and so the same
 * recursion gives the diversity of all states and the variance of one set's mass.
 */
#ifndef THEORY_MOMENTS_H
#define THEORY_MOMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { MOMENTS_LAWS = 24, MOMENTS_CLASSES = 512 };

/* Fixed laws: the first is what all agents say at the start. */
struct moments_laws {
    int count;
    double sum[MOMENTS_LAWS], product[MOMENTS_LAWS][MOMENTS_LAWS];
};

/* What learning does with the chance `chance`: P' = keep P + learn x/n + sum of fixed[i] law i;
 * inverse is 1/n, 0 without sampling noise. */
struct moments_lesson {
    double chance, keep, learn, inverse;
    double fixed[MOMENTS_LAWS];
};

/* Where data come from: each sample from law `source` with the chance `share`; or, when `exact`,
 * just that share of all samples. */
struct moments_data {
    double share;
    int source;
    bool exact;
};

struct moments;

/* classes of agents of one weight each: how many, and which weight (they add to 1 over all). NULL
 * when there is no memory. */
struct moments *moments_create(struct arena *arena, const struct moments_laws *laws, int classes,
                               const double *agents, const double *weight, double mixing);

/* Everybody says what was said at the start. */
void moments_begin(struct moments *moments);

/* One round: lessons are independent between agents, and their chances add to 1. */
void moments_live(struct moments *moments, const struct moments_lesson *lesson, int64_t lessons,
                  const struct moments_data *data);

/* E<Pbar, Pbar>, the mean of E<P_m, P_m>, and E P as a mean of the fixed laws, [MOMENTS_LAWS]. */
double moments_together(const struct moments *moments);
double moments_each(const struct moments *moments);
const double *moments_mean(const struct moments *moments);

#endif
