/* schedule/phases.h - the steps of a round, in the order in which round.c takes them.
 *
 * Each returns STATUS_OK, or has noted the failure in replicate->failure.
 */
#ifndef SCHEDULE_PHASES_H
#define SCHEDULE_PHASES_H

#include "schedule/replicate.h"

/* Asks the interventions that act in round `round` what they do to the distribution and the data,
 * and makes ready what data are drawn from. Sees row round - 1. */
enum status phase_intervene(struct replicate *replicate, int64_t round);

/* Draws every dataset, judges its samples and has its agents learn from it. */
enum status phase_teach(struct replicate *replicate, int64_t round);

/* What interventions teach every agent beside its data. */
enum status phase_instruct(struct replicate *replicate, int64_t round);

/* What the society says: the mixture Pbar. */
enum status phase_express(struct replicate *replicate);

/* What of it gets into the data: weight a and distribution P_t. */
enum status phase_select(struct replicate *replicate);

/* Every metric's outputs. */
enum status phase_measure(struct replicate *replicate);

/* What a row says, p[states], checked; false: a failure of `item` was noted. */
bool phase_weigh(struct replicate *replicate, int worker, int64_t item, int64_t row, double *p);

/* Q_m(z|c) of a row before interventions, conditional, into p[states]; false: a failure of `item`
 * was noted. A context without mass is left as zeros. */
bool phase_row_law(struct replicate *replicate, int worker, int64_t item, int64_t row, double *p);

/* Makes of such a p what is drawn from in round `round`: interventions change it, and contexts are
 * met: p[states + 1] is then mu_c Q_m(z|c), and last the mass of contexts that have none. */
bool phase_law(struct replicate *replicate, int worker, int64_t item, int64_t round, double *p);

#endif
