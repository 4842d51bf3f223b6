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

/* What policies put off while they were taught: only then what agents say is at hand. */
enum status phase_settle(struct replicate *replicate, int64_t round);

/* What the society says: the mixture Pbar. */
enum status phase_express(struct replicate *replicate);

/* What of it gets into the data: weight a and distribution P_t. */
enum status phase_select(struct replicate *replicate);

/* Every metric's outputs. */
enum status phase_measure(struct replicate *replicate);

/* Has interventions keep the society as it is, take it back to what it was, or end the run. */
enum status phase_oversee(struct replicate *replicate);

/* What interventions report of themselves in this row. */
enum status phase_account(struct replicate *replicate);

/* After the row was told: STATUS_FAILED where an intervention ended the run with it. */
enum status phase_end(struct replicate *replicate);

#endif
