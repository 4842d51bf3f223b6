/* Interventions that look at the society after a row was measured: they keep what it is, bring it
 * back to what it was, or end the run. Rounds go on counting: a society that was brought back meets
 * other random words than the first time, or the same rounds would come again for ever. */
#include "schedule/oversee.h"

#include <string.h>

#include "base/workers.h"
#include "schedule/phases.h"
#include "schedule/profile.h"
#include "schedule/timing.h"

enum { SNAPSHOTS_MOST = 1000000, ALIGN = 64 };

/* ---- how many, and how large -------------------------------------------- */

void oversee_ask(struct plan *plan, struct report *report)
{
    for (int i = 0; i < plan->intervention_count; i++) {
        struct plan_intervention *by = &plan->interventions[i];
        struct call call;
        if (!by->ops->oversee)
            continue;
        call_init(&call, by->instance, &plan->shape);
        by->snapshots = by->ops->snapshots(call_begin(&call, 0));
        call_fini(&call);
        if (by->snapshots >= 0 && by->snapshots <= SNAPSHOTS_MOST)
            continue;
        report_add(report, STATUS_BUG, by->instance->at, "%s: asks for %lld snapshots, not 0 to %d",
                   by->instance->label, (long long)by->snapshots, SNAPSHOTS_MOST);
        by->snapshots = 0;
    }
}

bool oversee_takes_back(const struct plan *plan, int instance)
{
    const struct component *component = plan->instances[instance].component;
    return component->about.kind == GYRE_KIND_INTERVENTION
               ? !component->ops.intervention.oversee
               : component->about.kind != GYRE_KIND_METRIC;
}

static size_t whole(size_t size)
{
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

size_t oversee_snapshot_size(const struct plan *plan)
{
    size_t const agents = (size_t)plan->shape.agents, rows = plan->parts ? agents : 1;
    size_t size = rows * whole(plan->row_size) + whole(rows * sizeof(double)) +
                  whole(agents * sizeof(uint32_t));
    for (int i = 0; i < plan->instance_count; i++)
        size += oversee_takes_back(plan, i) ? whole(plan->instances[i].state_size) : 0;
    for (int i = 0; i < SPACE_LIVES; i++)
        size += plan->needs[i] ? whole((size_t)plan->shape.states * sizeof(double)) : 0;
    return size;
}

double oversee_size(const struct plan *plan)
{
    double const beside = sizeof(struct snapshot) + sizeof(int64_t);
    double size = 0;
    for (int i = 0; i < plan->intervention_count; i++)
        size += (double)plan->interventions[i].snapshots *
                ((double)oversee_snapshot_size(plan) + beside);
    return size;
}

void oversee_init(struct overseer *overseer, const struct plan *plan, int64_t room,
                  struct snapshot *snapshots, int64_t *round, char *memory)
{
    size_t const size = oversee_snapshot_size(plan);
    *overseer = (struct overseer){.snapshots = snapshots, .round = round, .room = room};
    for (int64_t i = 0; i < room; i++)
        snapshots[i].memory = memory + (size_t)i * size;
}

/* ---- into a snapshot and back ------------------------------------------- */

/* One piece of the world and its place in a snapshot. */
struct piece {
    char *to;
    const char *from;
};

static void copy_part(void *argument, int64_t begin, int64_t end)
{
    const struct piece *piece = argument;
    memcpy(piece->to + begin, piece->from + begin, (size_t)(end - begin));
}

/* Returns where the next piece has its place. */
static char *carry_piece(const struct replicate *r, char *place, void *world, size_t size,
                         bool back)
{
    struct piece piece = {back ? world : place, back ? place : world};
    if (size > 0)
        workers_each(r->workers, (int64_t)size, copy_part, &piece);
    return place + whole(size);
}

/* All pieces, in the same order into the snapshot as out of it. */
static void carry(struct replicate *r, char *place, bool back)
{
    const struct plan *plan = r->plan;
    struct rows *rows = &r->rows;
    size_t const count = (size_t)rows->count;
    place = carry_piece(r, place, rows->data, count * rows->stride, back);
    place = carry_piece(r, place, rows->share, count * sizeof *rows->share, back);
    place = carry_piece(r, place, rows->row_of, (size_t)rows->agents * sizeof *rows->row_of, back);
    for (int i = 0; i < plan->instance_count; i++)
        if (oversee_takes_back(plan, i))
            place = carry_piece(r, place, r->state[i], plan->instances[i].state_size, back);
    for (int i = 0; i < SPACE_LIVES; i++)
        if (r->live[i])
            place = carry_piece(r, place, r->live[i], (size_t)plan->shape.states * sizeof(double),
                                back);
}

/* The oldest makes room. */
static void keep(struct replicate *r, struct overseer *overseer)
{
    int64_t const newer = overseer->kept < overseer->room ? overseer->kept++ : overseer->room - 1;
    struct snapshot snapshot = overseer->snapshots[newer];
    memmove(overseer->snapshots + 1, overseer->snapshots, (size_t)newer * sizeof snapshot);
    snapshot.round = r->round;
    snapshot.lived = r->lived;
    snapshot.rows = r->rows.count;
    carry(r, snapshot.memory, false);
    overseer->snapshots[0] = snapshot;
}

/* Drops the newest so many; their memory waits behind what is kept. */
static void drop(struct overseer *overseer, int64_t count)
{
    int64_t const rest = overseer->kept - count;
    for (int64_t i = 0; i < rest; i++) {
        struct snapshot const dropped = overseer->snapshots[i];
        overseer->snapshots[i] = overseer->snapshots[i + count];
        overseer->snapshots[i + count] = dropped;
    }
    overseer->kept = rest;
}

/* ---- going back --------------------------------------------------------- */

/* How many rounds of what agents have learned are undone. What another intervention has undone is
 * not undone again; to bring it back is to undo nothing. */
static void count_undone(struct replicate *r, int intervention, int64_t lived)
{
    r->deeds[intervention].undone += r->lived > lived ? r->lived - lived : 0;
    r->lived = lived;
}

static void go_back(struct replicate *r, int intervention, int64_t back)
{
    struct overseer *overseer = &r->overseers[intervention];
    drop(overseer, back - 1);
    const struct snapshot *snapshot = &overseer->snapshots[0];
    r->rows.count = snapshot->rows;
    carry(r, snapshot->memory, true);
    count_undone(r, intervention, snapshot->lived);
}

/* A snapshot of row 0 is of the start too, all others are newer. */
static void go_to_start(struct replicate *r, int intervention)
{
    struct overseer *overseer = &r->overseers[intervention];
    int64_t newer = 0;
    while (newer < overseer->kept && overseer->snapshots[newer].round > 0)
        newer++;
    drop(overseer, newer);
    replicate_restart(r);
    count_undone(r, intervention, 0);
}

/* ---- what an intervention wants ----------------------------------------- */

static const char *refusal(const struct overseer *overseer, const gyre_oversight *wish, bool acts)
{
    bool const leaves = wish->start || wish->back;
    return leaves && !acts               ? "goes back in a round in which it is not to act"
           : wish->start && wish->back   ? "goes back to the start and to a snapshot at once"
           : wish->back < 0              ? "goes back to a snapshot that is yet to come"
           : wish->back > overseer->kept ? "goes back to a snapshot that is not kept"
           : wish->keep && !leaves && overseer->room == 0
               ? "keeps a snapshot, and asked for room for none"
               : NULL;
}

/* Its sentence may be in memory that ends with the next call. */
static void end_run(struct replicate *r, const struct plan_intervention *by, const char *sentence)
{
    r->ending = (struct failure){.status = STATUS_FAILED, .instance = by->instance};
    strncpy(r->ending.sentence, sentence, sizeof r->ending.sentence - 1);
}

static gyre_oversight ask(struct replicate *r, int intervention, bool acts)
{
    const struct plan_intervention *by = &r->plan->interventions[intervention];
    struct overseer *overseer = &r->overseers[intervention];
    struct call *call = replicate_call(r, by->instance, 0);
    gyre_round const view = replicate_view(r);
    for (int64_t i = 0; i < overseer->kept; i++)
        overseer->round[i] = overseer->snapshots[i].round;
    gyre_oversight wish = {
        .size = sizeof wish, .acts = acts, .kept = overseer->kept, .round = overseer->round};
    if (!bench_accept(&r->bench[0], intervention, call,
                      by->ops->oversee(call_begin(call, r->round), &view, &wish)))
        return (gyre_oversight){0};
    const char *wrong = refusal(overseer, &wish, acts);
    if (!wrong)
        return wish;
    bench_fail(&r->bench[0], intervention, STATUS_BUG, by->instance, "%s", wrong);
    return (gyre_oversight){0};
}

/* Is the society another now? */
static bool oversee(struct replicate *r, int intervention)
{
    const struct plan_intervention *by = &r->plan->interventions[intervention];
    bool const acts = r->round > 0 && timing_acts(&by->instance->timing, r->round, r->value);
    gyre_oversight const wish = ask(r, intervention, acts);
    if (wish.stop)
        end_run(r, by, wish.stop);
    else if (wish.start)
        go_to_start(r, intervention);
    else if (wish.back > 0)
        go_back(r, intervention, wish.back);
    else if (wish.keep)
        keep(r, &r->overseers[intervention]);
    return !wish.stop && (wish.start || wish.back > 0);
}

enum status phase_oversee(struct replicate *r)
{
    bool other = false;
    r->lived += r->round > 0;
    for (int i = 0; i < r->plan->intervention_count && r->ending.status == STATUS_OK; i++)
        if (r->plan->interventions[i].ops->oversee)
            other = oversee(r, i) || other;
    if (!other || replicate_join_failures(r) != STATUS_OK)
        return replicate_join_failures(r);
    /* What the next round learns from; row t keeps what was measured. */
    r->counted = false;
    return phase_express(profile_in(r, PROFILE_EXPRESS))
               ? r->failure.status
               : phase_select(profile_in(r, PROFILE_SELECT));
}

enum status phase_end(struct replicate *r)
{
    if (r->ending.status != STATUS_OK)
        r->failure = r->ending;
    return r->ending.status;
}
