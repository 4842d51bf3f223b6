/* schedule/profile.h - where the time and the memory of a run go: `gyre run --profile`.
 *
 * Every thread has a clock that is always at one part: a component's callback, or what the core
 * does around callbacks in a phase of the round. Turning it to the next part ends the one before,
 * so parts never overlap. Nobody asks: no clock is there, and each turn is one branch.
 * What a thread does for another (an item of workers_run) is at first what that one was at; who
 * waits is at nothing.
 */
#ifndef SCHEDULE_PROFILE_H
#define SCHEDULE_PROFILE_H

#include "record/result.h"
#include "schedule/replicate.h"

/* Those of phases.h in between a replicate's reset, its rows told and its digest. */
enum profile_phase {
    PROFILE_START,
    PROFILE_INTERVENE,
    PROFILE_TEACH,
    PROFILE_INSTRUCT,
    PROFILE_EXPRESS,
    PROFILE_SELECT,
    PROFILE_MEASURE,
    PROFILE_OVERSEE,
    PROFILE_RECORD,
    PROFILE_DIGEST,
    PROFILE_PHASES
};

/* What the core does itself; behind these come the plan's instances. */
enum profile_part {
    PROFILE_CORE,  /* all that is none of the others         */
    PROFILE_ROWS,  /* what agents are: held, never timed     */
    PROFILE_DRAW,  /* laws, tables and samples               */
    PROFILE_JUDGE, /* samples looked at; see teach.c         */
    PROFILE_LEARN, /* lessons, around update and policy      */
    PROFILE_COUNT, /* rows into sums, as agents have learned */
    PROFILE_PARTS
};

struct profile;

/* Of a run of `plan`; lives in the arena. */
struct profile *profile_create(struct arena *arena, const struct plan *plan);

/* Around all of a run: the seconds of its loop are those between. */
void profile_begin(struct profile *profile);
void profile_end(struct profile *profile);

/* Gives a society's threads clocks, and takes up what they and its arrays say. */
void profile_attach(struct profile *profile, struct replicate *replicate);
void profile_collect(struct profile *profile, const struct replicate *replicate);

/* What it all comes to, the largest seconds first; NULL when nothing was run. */
const struct result_profile *profile_read(const struct profile *profile, int threads);

/* The first thread comes to this phase, the others wait. */
void profile_enter(struct replicate *replicate, enum profile_phase phase);

/* The replicate, in that phase from now on. */
static inline struct replicate *profile_in(struct replicate *replicate, enum profile_phase phase)
{
    if (replicate->clocks)
        profile_enter(replicate, phase);
    return replicate;
}

/* Its last phase is over. */
void profile_out(struct replicate *replicate);

/* A thread comes to a part of the core's own in this phase. */
static inline void profile_at(const struct replicate *replicate, int worker, enum profile_part part)
{
    if (replicate->clocks)
        call_turn(&replicate->clocks[worker], replicate->clocks[worker].row + part);
}

/* Columns of a phase: parts and instances. */
static inline int profile_columns(const struct plan *plan)
{
    return PROFILE_PARTS + plan->instance_count;
}

#endif
