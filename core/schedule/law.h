/* schedule/law.h - what data are drawn from, and by which technique.
 *
 * Agent m's data are from Q_m(z|c), proportional to a(z) [(1 - g) P_m(z|c) + g Pbar(z|c)], as
 * interventions leave it. Techniques, for what they cost a draw (Xeon, 2.6 GHz, AVX-512):
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
    const struct alias *table; /* NULL: steps */
    const uint64_t *steps;     /* see world/invert.h */
    const struct few *few;     /* see world/few.h; NULL: one of the above */
    const uint32_t *own;       /* its list, or NULL */
    const struct compose *composed;
    int64_t agent;
    bool given_up; /* a list was, and this is the table in its place */
};

/* Takes in the round's weights: a Pbar into law.p, its sum, and what the laws of all rows share.
 * False: some weight is negative, infinite or no number. */
bool law_weigh(struct replicate *replicate);

/* The same where all weights are 1: a Pbar is the mixture, which is not copied before somebody
 * changes it. */
void law_weigh_even(struct replicate *replicate);

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

/* Draws n <= REPLICATE_CHUNK samples of part `part` (parts of all datasets are numbered through;
 * each has 2^32 words an attempt); out has room for COMPOSE_SLACK more. A source whose list accepts
 * nothing becomes a table. False: a failure was noted. */
bool law_draw(struct replicate *replicate, int worker, int64_t round, struct source *source,
              uint64_t part, uint32_t attempt, int64_t n, uint32_t *out);

/* The same, attempt 0, for `parts` datasets of n samples each that have one part and draw from the
 * common table: n * parts <= REPLICATE_CHUNK. kept NULL: the table's marks are not looked at; else
 * of each dataset those that are not marked are left in front, kept[i] of them. */
void law_draw_parts(struct replicate *replicate, int worker, int64_t round, uint64_t part,
                    int64_t n, int64_t parts, uint32_t *out, uint32_t *kept);

/* The same, attempt 0, for the datasets of agents [begin, begin + n), n <= BATCH_MOST, that are
 * lists, each from what it draws from: agent begin + i's samples from out + i samples on, all of
 * them, drawn[i], or none where a failure was noted. */
void law_draw_lists(struct replicate *replicate, int worker, int64_t round, int64_t begin,
                    int64_t n, uint32_t *out, uint32_t *drawn);

/* Makes of Q_m(z|c), p[states], what is drawn from in round `round`: interventions change it, and
 * contexts are met: p[states + 1] is then mu_c Q_m(z|c), and last the mass of contexts that have
 * none. False: a failure of `item` was noted. */
bool law_finish(struct replicate *replicate, int worker, int64_t item, int64_t round, double *p);

/* mu_c times P(z|c), in place; behind the states stands the mass of contexts that have none to
 * give: a draw that falls there teaches nothing. */
void law_flatten(const struct replicate *replicate, double *p);

/* Q_m(z|c) of a row before interventions, into p[states]; false: a failure of `item` was noted. Of
 * one context in a scale of its own, in which it adds to *mass; of several each is normalised, or
 * left as zeros when it has no mass. */
bool law_of_row(struct replicate *replicate, int worker, int64_t item, int64_t row, double *p,
                double *mass);

#endif
