/* schedule/law.h - what data are drawn from, and by which technique.
 *
 * Agent m's data are from Q_m(z|c), proportional to a(z) [(1 - g) P_m(z|c) + g Pbar(z|c)], as
 * interventions leave it. Techniques, for what they are taken to cost when one is chosen (law.c;
 * draws cost less since they take half words: docs/costs.md):
 *
 *   one table     all agents draw from one law: g = 1, or all agents are equal. 2 ns a draw, and
 *                 5 ns a state once a round.
 *   composition   agents are lists: the rest, (1 - own) of the start and g of the mixture, is one
 *                 table for all; a listed state is accepted with a/a_max. 1.7 ns a proposal.
 *   a table each  5 ns a state for each agent, and 2 ns a draw; of few draws prefix sums are
 *                 searched instead, which costs what world/invert.h says, and of
 *                 few states what world/few.h does.
 *   counts        many samples a state: see count.h.
 */
#ifndef SCHEDULE_LAW_H
#define SCHEDULE_LAW_H

#include "schedule/replicate.h"

/* What one dataset is drawn from: own NULL, all of `table`; where datasets are counted all of p. */
struct source {
    const double *p;           /* [states + 1]; one context: [states] */
    const struct alias *table; /* NULL: one of those below */
    const uint64_t *steps;     /* see world/invert.h; NULL: not these */
    const struct few *few;     /* see world/few.h; NULL: one of the above */
    const uint32_t *own;       /* its list, or NULL */
    const struct compose *composed;
    int64_t agent;
    bool given_up; /* a list was, and this is the table in its place */
};

/* Takes in the round's weights: a Pbar into law.p, and its sum. False: some weight is negative,
 * infinite or no number. */
bool law_weigh(struct replicate *replicate);

/* The same where all weights are 1: a Pbar is the mixture, which is not copied before somebody
 * changes it. */
void law_weigh_even(struct replicate *replicate);

/* Then, with mixing < 1: what the laws of all rows share. */
void law_weigh_rows(struct replicate *replicate);

/* Are tables of single agents prefix sums, and those of few states? By sizes alone. */
bool law_inverts(const struct plan *plan);
bool law_has_few(const struct plan *plan);

/* Chooses the technique of round `round` and makes what all agents share; what suppliers bring is
 * known. Failures are noted in the replicate. */
void law_prepare(struct replicate *replicate, int64_t round);

/* What agent m's data are drawn from in this round; false: a failure of m was noted. Without
 * sampling, bench->p is Q_m itself instead: [states + 1], as law.p. */
bool law_of_agent(struct replicate *replicate, int worker, int64_t round, int64_t agent,
                  struct source *source);

/* A table of the agent that source->agent is, for `source`, whatever it was; the same returned. */
bool law_tabulate(struct replicate *replicate, int worker, int64_t round, struct source *source);

/* Makes of a composed law what lists of `count` states have in common: bench->composed. */
void law_compose(const struct replicate *replicate, int worker, int64_t count);

/* Behind the states stands what contexts without mass give; one context has some. */
int64_t law_columns(const struct plan *plan);

/* Makes of Q_m(z|c), p[states], what is drawn from in round `round`: interventions change it, and
 * contexts are met: p[states + 1] is then mu_c Q_m(z|c), and last the mass of contexts that have
 * none. False: a failure of `item` was noted. */
bool law_finish(struct replicate *replicate, int worker, int64_t item, int64_t round, double *p);

/* mu_c times P(z|c), in place; behind the states stands the mass of contexts that have none to
 * give: a draw that falls there teaches nothing. */
void law_flatten(const struct replicate *replicate, double *p);

/* Q_m(z|c) of a row before interventions, into p[states], after law_prepare or law_weigh_rows;
 * false: a failure of `item` was noted. Of one context in a scale of its own, in which it adds to
 * *mass; of several each is normalised, or left as zeros when it has no mass. */
bool law_of_row(struct replicate *replicate, int worker, int64_t item, int64_t row, double *p,
                double *mass);

#endif
