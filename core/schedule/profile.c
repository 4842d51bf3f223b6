#include "schedule/profile.h"

#include <math.h>
#include <stdlib.h>

#include "base/machine.h"

static const char *const phases[PROFILE_PHASES] = {
    [PROFILE_START] = "start",       [PROFILE_INTERVENE] = "intervene", [PROFILE_TEACH] = "teach",
    [PROFILE_INSTRUCT] = "instruct", [PROFILE_EXPRESS] = "express",     [PROFILE_SELECT] = "select",
    [PROFILE_MEASURE] = "measure",   [PROFILE_OVERSEE] = "oversee",     [PROFILE_RECORD] = "record",
    [PROFILE_DIGEST] = "digest",
};

static const char *const parts[PROFILE_PARTS] = {
    [PROFILE_CORE] = "core",        [PROFILE_ROWS] = "core.rows",   [PROFILE_DRAW] = "core.draw",
    [PROFILE_JUDGE] = "core.judge", [PROFILE_LEARN] = "core.learn", [PROFILE_COUNT] = "core.count",
};

struct profile {
    struct arena *arena;
    const struct plan *plan;
    double began, wall;
    uint64_t from, ticks;   /* of the loop */
    struct call_part *part; /* [phases][parts and instances], of all threads */
    int64_t *bytes;         /* the same */
};

static struct call_part *make_parts(const struct profile *profile)
{
    return ARENA_ARRAY(profile->arena, struct call_part,
                       PROFILE_PHASES * profile_columns(profile->plan));
}

struct profile *profile_create(struct arena *arena, const struct plan *plan)
{
    struct profile *profile = ARENA_NEW(arena, struct profile);
    *profile = (struct profile){.arena = arena, .plan = plan};
    profile->part = make_parts(profile);
    profile->bytes = ARENA_ARRAY(arena, int64_t, PROFILE_PHASES * profile_columns(plan));
    return profile;
}

void profile_begin(struct profile *profile)
{
    profile->began = machine_seconds();
    profile->from = __builtin_ia32_rdtsc();
}

void profile_end(struct profile *profile)
{
    profile->ticks = __builtin_ia32_rdtsc() - profile->from;
    profile->wall = machine_seconds() - profile->began;
}

/* ---- a society's clocks ------------------------------------------------- */

static void split(void *argument)
{
    struct replicate *r = argument;
    r->at = (int)(r->clocks->now - r->clocks->row);
    call_turn(r->clocks, NULL);
}

static void begin_item(void *argument, int worker)
{
    struct replicate *r = argument;
    call_turn(&r->clocks[worker], r->clocks[worker].row + r->at);
}

static void end_item(void *argument, int worker)
{
    const struct replicate *r = argument;
    call_turn(&r->clocks[worker], NULL);
}

static void unite(void *argument)
{
    struct replicate *r = argument;
    call_turn(r->clocks, r->clocks->row + r->at);
}

void profile_attach(struct profile *profile, struct replicate *r)
{
    r->watch = (struct workers_watch){split, begin_item, end_item, unite, r};
    r->clocks = ARENA_ARRAY(profile->arena, struct call_clock, r->workers);
    for (int w = 0; w < r->workers; w++) {
        r->clocks[w].first = r->clocks[w].row = make_parts(profile);
        for (int i = 0; i < profile->plan->instance_count; i++) {
            r->bench[w].calls[i].clock = &r->clocks[w];
            r->bench[w].calls[i].part = PROFILE_PARTS + i;
        }
    }
}

void profile_enter(struct replicate *r, enum profile_phase phase)
{
    int const columns = profile_columns(r->plan);
    for (int w = 0; w < r->workers; w++) {
        struct call_clock *clock = &r->clocks[w];
        clock->row = clock->first + (int)phase * columns;
    }
    call_turn(r->clocks, r->clocks->row);
    workers_watch(&r->watch);
}

void profile_out(struct replicate *r)
{
    if (!r->clocks)
        return;
    call_turn(r->clocks, NULL);
    workers_watch(NULL);
}

/* The scratch of a component's calls on each thread; what it took itself is shared_bytes'. */
static void collect_instances(struct profile *profile, const struct replicate *r)
{
    int64_t *bytes = profile->bytes + PROFILE_START * profile_columns(profile->plan);
    for (int w = 0; w < r->workers; w++)
        for (int i = 0; i < profile->plan->instance_count; i++)
            bytes[PROFILE_PARTS + i] += (int64_t)arena_size(r->bench[w].calls[i].scratch);
}

void profile_collect(struct profile *profile, const struct replicate *r)
{
    int const count = PROFILE_PHASES * profile_columns(profile->plan);
    for (int w = 0; w < r->workers; w++)
        for (int i = 0; i < count; i++) {
            const struct call_part *part = &r->clocks[w].first[i];
            profile->part[i].ticks += part->ticks;
            profile->part[i].turns += part->turns;
            profile->part[i].calls += part->calls;
        }
    for (int i = 0; i < count; i++)
        profile->bytes[i] += r->bytes[i];
    collect_instances(profile, r);
}

/* ---- what it comes to --------------------------------------------------- */

/* Ticks of one turn of a clock, which are in every part as often as it was turned to: where a
 * callback takes 20 ns they are a third of what was measured. */
static double ticks_of_turn(struct arena *arena)
{
    enum { TRIES = 16, TURNS = 256 };
    struct call_part *part = ARENA_ARRAY(arena, struct call_part, 2);
    struct call_clock *clock = ARENA_NEW(arena, struct call_clock);
    double least = INFINITY;
    for (int i = 0; i < TRIES; i++) {
        uint64_t const from = __builtin_ia32_rdtsc();
        for (int j = 0; j < TURNS; j++)
            call_turn(clock, &part[j % 2]);
        least = fmin(least, (double)(clock->since - from) / TURNS);
    }
    return least;
}

static double seconds_of(const struct call_part *part, double each, double rate)
{
    return fmax(0, (double)part->ticks - each * (double)part->turns) / rate;
}

/* What is there once, however many societies: the space's columns, configurations, the rows that
 * wait until the end. */
static int64_t shared_bytes(const struct plan *plan, int phase, int part)
{
    int64_t bytes = 0;
    if (phase == PROFILE_START && part >= PROFILE_PARTS)
        bytes = (int64_t)(plan->instances[part - PROFILE_PARTS].component->about.conf_size +
                          arena_size(plan->instances[part - PROFILE_PARTS].memory));
    if (phase == PROFILE_START && part == PROFILE_CORE)
        for (const struct column *column = plan->scenario->space.columns.first; column;
             column = column->next)
            bytes += column->count * (int64_t)sizeof *column->data;
    if (phase == PROFILE_RECORD && part == PROFILE_CORE)
        bytes = (int64_t)plan_need(plan, 1).series;
    return bytes;
}

/* Parts of which there is nothing to say are left out. */
static int64_t list_costs(const struct profile *profile, double each, struct result_cost *cost)
{
    const struct plan *plan = profile->plan;
    int const columns = profile_columns(plan);
    double const rate = (double)profile->ticks / profile->wall;
    int64_t count = 0;
    for (int i = 0; i < PROFILE_PHASES * columns; i++) {
        int const phase = i / columns, part = i % columns;
        const struct call_part *spent = &profile->part[i];
        int64_t const bytes = profile->bytes[i] + shared_bytes(plan, phase, part);
        if (!spent->turns && !bytes)
            continue;
        cost[count++] = (struct result_cost){
            .phase = phases[phase],
            .component =
                part < PROFILE_PARTS ? parts[part] : plan->instances[part - PROFILE_PARTS].label,
            .seconds = seconds_of(spent, each, rate),
            .calls = spent->calls,
            .bytes = bytes,
        };
    }
    return count;
}

/* Largest first; what takes no time by what it holds. */
static int compare(const void *left, const void *right)
{
    const struct result_cost *a = left, *b = right;
    if (a->seconds < b->seconds || a->seconds > b->seconds)
        return a->seconds < b->seconds ? 1 : -1;
    return (a->bytes < b->bytes) - (a->bytes > b->bytes);
}

static double measuring(const struct profile *profile, double each)
{
    double turns = 0;
    for (int i = 0; i < PROFILE_PHASES * profile_columns(profile->plan); i++)
        turns += (double)profile->part[i].turns;
    return turns * each * profile->wall / (double)profile->ticks;
}

const struct result_profile *profile_read(const struct profile *profile, int threads)
{
    if (!profile->ticks)
        return NULL;
    int const most = PROFILE_PHASES * profile_columns(profile->plan);
    struct result_cost *cost = ARENA_ARRAY(profile->arena, struct result_cost, most);
    struct result_profile *result = ARENA_NEW(profile->arena, struct result_profile);
    double const each = ticks_of_turn(profile->arena);
    *result = (struct result_profile){.threads = threads,
                                      .wall = profile->wall,
                                      .measuring = measuring(profile, each),
                                      .cost = cost,
                                      .count = list_costs(profile, each, cost)};
    for (int64_t i = 0; i < result->count; i++) {
        result->seconds += cost[i].seconds;
        result->bytes += cost[i].bytes;
    }
    for (int64_t i = 0; i < result->count; i++)
        cost[i].share = result->seconds > 0 ? cost[i].seconds / result->seconds : 0;
    qsort(cost, (size_t)result->count, sizeof *cost, compare);
    return result;
}
