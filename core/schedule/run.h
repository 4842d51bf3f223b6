/* schedule/run.h - all replicates of a plan, on all threads. */
#ifndef SCHEDULE_RUN_H
#define SCHEDULE_RUN_H

#include "base/digest.h"
#include "record/result.h"
#include "schedule/plan.h"
#include "schedule/profile.h"

/* Runs them and adds every row to `series`. Mistakes of components go to `report`, with component,
 * replicate and round. *digest is that of the final worlds, when all finished. What it took, even
 * when it failed, goes to `profile`; NULL: nobody asks. */
enum status run_all(const struct plan *plan, struct series *series, int threads,
                    struct profile *profile, struct digest *digest, struct report *report);

#endif
