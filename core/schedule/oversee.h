/* schedule/oversee.h - the society as a whole, kept and brought back: rollback, reset, the end. */
#ifndef SCHEDULE_OVERSEE_H
#define SCHEDULE_OVERSEE_H

#include "schedule/replicate.h"

/* One row's society: agents, the states of components that go back with them, live columns. */
struct snapshot {
    int64_t round, lived; /* of replicate->lived                     */
    int64_t rows;         /* how many rows the agents were held in   */
    char *memory;         /* oversee_snapshot_size bytes             */
};

/* What one intervention has kept. */
struct overseer {
    struct snapshot *snapshots; /* [room]; the first `kept`, the newest first, count */
    int64_t *round;             /* [room]: theirs, as it is told */
    int64_t room, kept;
};

/* Asks every intervention that oversees how many snapshots it keeps at most. */
void oversee_ask(struct plan *plan, struct report *report);

/* Does the state of this instance go back with the agents? Metrics look on, and what oversees
 * stands outside: else it would forget that it acted. */
bool oversee_takes_back(const struct plan *plan, int instance);

size_t oversee_snapshot_size(const struct plan *plan);
/* Bytes of all snapshots in one society. */
double oversee_size(const struct plan *plan);

/* Cuts `memory` into `room` snapshots; none is kept yet. */
void oversee_init(struct overseer *overseer, const struct plan *plan, int64_t room,
                  struct snapshot *snapshots, int64_t *round, char *memory);

#endif
