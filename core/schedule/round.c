/* The closed loop of arXiv 2602.09877. Row t is the world after t updates; row 0 the start.
 *
 *   express select measure oversee                                      -> row 0
 *   for t = 1 .. rounds
 *       intervene   on_distribution; judges say what they would pass, suppliers what they bring
 *       teach       draw N samples a dataset, judge them, learn from them
 *       instruct    on_policy, on_agent, prune: what interventions do to agents themselves
 *       express     policies -> mixture Pbar
 *       select      selection weighs the states -> P_t
 *       measure     metrics read the world                              -> row t
 *       oversee     keep the society, roll it back, end the run; back in time it is expressed and
 *                   selected again, for round t + 1
 *
 * Interventions of round t, and their triggers, see row t - 1; those that oversee, row t. Nothing
 * here knows a component by name, a thread or a random word: components come from the plan, threads
 * from workers.c, words by address from (seed, replicate, name, round).
 */
#include "schedule/round.h"

#include "schedule/phases.h"
#include "schedule/profile.h"

/* What the agents are now, seen and told. */
static enum status show(struct replicate *r, int64_t round, const struct round_watch *watch)
{
    r->round = round;
    if (phase_express(profile_in(r, PROFILE_EXPRESS)) ||
        phase_select(profile_in(r, PROFILE_SELECT)) ||
        phase_measure(profile_in(r, PROFILE_MEASURE)) ||
        phase_oversee(profile_in(r, PROFILE_OVERSEE)) ||
        phase_account(profile_in(r, PROFILE_MEASURE)))
        return r->failure.status;
    enum status const status = watch->row(watch->argument, profile_in(r, PROFILE_RECORD));
    return status != STATUS_OK ? status : phase_end(r);
}

/* One generation: the society learns from what it says. */
static enum status live(struct replicate *r, int64_t round)
{
    if (phase_intervene(profile_in(r, PROFILE_INTERVENE), round) ||
        phase_teach(profile_in(r, PROFILE_TEACH), round) ||
        phase_instruct(profile_in(r, PROFILE_INSTRUCT), round) || phase_settle(r, round))
        return r->failure.status;
    return STATUS_OK;
}

enum status round_run(struct replicate *r, const struct round_watch *watch)
{
    enum status status = show(r, 0, watch);
    for (int64_t t = 1; status == STATUS_OK && t <= r->plan->shape.rounds; t++) {
        status = call_stopping() ? STATUS_STOPPED : live(r, t);
        if (status == STATUS_OK)
            status = show(r, t, watch);
    }
    return status;
}
