/* With as many replicates as threads each thread runs whole ones; with fewer, all threads work on
 * one after the other. Which it is changes no bit. */
#include "schedule/run.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/workers.h"
#include "schedule/round.h"

/* What the replicates of a run share. */
struct crowd {
    const struct plan *plan;
    struct series *series;
    struct replicate **lane; /* [lanes]: reused from replicate to replicate */
    struct digest *digest;   /* [replicates] */
    struct failure *failure; /* [replicates] */
    int64_t *failed_round;   /* [replicates] */
    atomic_llong failed;     /* the lowest that failed: those behind it need not begin */
};

static enum status tell(void *argument, const struct replicate *r)
{
    struct result_row const row = {r->index, r->round, r->value, r->tally};
    return series_add(argument, &row);
}

static void note_failure(struct crowd *crowd, const struct replicate *r, enum status status)
{
    int64_t const index = r->index;
    crowd->failure[index] = r->failure;
    crowd->failure[index].status = status;
    crowd->failed_round[index] = r->round;
    long long lowest = atomic_load(&crowd->failed);
    while (index < lowest && !atomic_compare_exchange_weak(&crowd->failed, &lowest, index))
        ;
}

static void run_one(void *argument, int64_t index, int worker)
{
    struct crowd *crowd = argument;
    struct replicate *r = crowd->lane[worker];
    struct round_watch const watch = {tell, crowd->series};
    if (index > atomic_load(&crowd->failed))
        return;
    enum status status = replicate_reset(profile_in(r, PROFILE_START), index);
    if (status == STATUS_OK)
        status = round_run(r, &watch);
    if (status == STATUS_OK)
        crowd->digest[index] = replicate_digest(profile_in(r, PROFILE_DIGEST));
    else
        note_failure(crowd, r, status);
    profile_out(r);
}

/* Told of is the lowest replicate that failed, whoever was first. */
static enum status outcome(const struct crowd *crowd, struct digest *digest, struct report *report)
{
    const struct scenario *s = crowd->plan->scenario;
    struct digest whole = crowd->digest[0];
    for (int64_t i = 0; i < s->replicates; i++) {
        const struct failure *failure = &crowd->failure[i];
        if (failure->status == STATUS_OK) {
            whole = i ? digest_join(whole, crowd->digest[i]) : whole;
            continue;
        }
        if (failure->instance && failure->status != STATUS_STOPPED)
            report_add(report, failure->status, failure->instance->at,
                       "%s, after round %lld of replicate %lld: %s", failure->instance->label,
                       (long long)crowd->failed_round[i], (long long)i, failure->sentence);
        return failure->status;
    }
    *digest = whole;
    return STATUS_OK;
}

static bool make_lanes(struct crowd *crowd, int lanes, int workers)
{
    crowd->lane = calloc((size_t)lanes, sizeof(struct replicate *));
    size_t const replicates = (size_t)crowd->plan->scenario->replicates;
    crowd->digest = calloc(replicates, sizeof *crowd->digest);
    crowd->failure = calloc(replicates, sizeof *crowd->failure);
    crowd->failed_round = calloc(replicates, sizeof *crowd->failed_round);
    bool good = crowd->lane && crowd->digest && crowd->failure && crowd->failed_round;
    for (int i = 0; good && i < lanes; i++) {
        crowd->lane[i] = replicate_create(crowd->plan, workers);
        good = crowd->lane[i] != NULL;
    }
    return good;
}

static void free_lanes(struct crowd *crowd, int lanes)
{
    for (int i = 0; crowd->lane && i < lanes; i++)
        replicate_destroy(crowd->lane[i]);
    free(crowd->lane);
    free(crowd->digest);
    free(crowd->failure);
    free(crowd->failed_round);
}

/* Clocks are read before the first replicate and after the last. */
static void run_lanes(struct crowd *crowd, int lanes, struct profile *profile)
{
    for (int i = 0; profile && i < lanes; i++)
        profile_attach(profile, crowd->lane[i]);
    if (profile)
        profile_begin(profile);
    workers_run(lanes, crowd->plan->scenario->replicates, run_one, crowd);
    if (profile)
        profile_end(profile);
    for (int i = 0; profile && i < lanes; i++)
        profile_collect(profile, crowd->lane[i]);
}

enum status run_all(const struct plan *plan, struct series *series, int threads,
                    struct profile *profile, struct digest *digest, struct report *report)
{
    bool const apart = plan->scenario->replicates >= threads;
    int const lanes = apart ? threads : 1;
    struct crowd crowd = {.plan = plan, .series = series, .failed = INT64_MAX};
    enum status status = STATUS_LIMIT;
    if (make_lanes(&crowd, lanes, apart ? 1 : threads)) {
        run_lanes(&crowd, lanes, profile);
        status = outcome(&crowd, digest, report);
    } else {
        report_add(report, STATUS_LIMIT, (struct place){plan->scenario->path, 0, 0},
                   "this machine has no memory left for the society");
    }
    free_lanes(&crowd, lanes);
    return status;
}
