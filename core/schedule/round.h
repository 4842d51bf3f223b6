/* schedule/round.h - the loop. */
#ifndef SCHEDULE_ROUND_H
#define SCHEDULE_ROUND_H

#include "schedule/replicate.h"

/* Told of every row; a status other than OK ends the loop. */
struct round_watch {
    enum status (*row)(void *argument, const struct replicate *replicate);
    void *argument;
};

/* Takes a replicate from its start through all rounds. STATUS_STOPPED when the user asked to stop.
 */
enum status round_run(struct replicate *replicate, const struct round_watch *watch);

#endif
