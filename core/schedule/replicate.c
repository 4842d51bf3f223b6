#include "schedule/replicate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/census.h"
#include "schedule/count.h"
#include "schedule/law.h"
#include "schedule/oversee.h"
#include "schedule/profile.h"
#include "schedule/review.h"
#include "world/invert.h"
#include "world/random.h"
#include "world/sweep.h"

/* ---- memory ------------------------------------------------------------- */

/* What is asked for from here on is held for this. */
static void hold(struct replicate *r, enum profile_phase phase, int part)
{
    r->owner = &r->bytes[(int)phase * profile_columns(r->plan) + part];
}

/* Large pieces are asked for one by one, so that a lack of memory is an answer, not an end. */
static void *large(struct replicate *r, int64_t count, size_t size)
{
    void *memory = memory_try((size_t)count, size);
    r->large[r->large_count++] = memory;
    *r->owner += memory ? count * (int64_t)size : 0;
    return memory;
}

static void make_sum(struct replicate *r, struct gyre_sum *sum, int64_t count)
{
    int64_t *memory = large(r, 2 * count, sizeof *memory);
    if (memory)
        sum_init(sum, count, memory);
}

static void make_lists(struct replicate *r, struct bench *bench)
{
    void *memory = large(r, tally_size(r->plan->shape.states), 1);
    if (memory)
        tally_init(&bench->lists, r->plan->shape.states, memory);
    bench->said = large(r, BATCH_MOST, sizeof *bench->said);
}

static void make_spectrum(struct replicate *r, struct spectrum *spectrum)
{
    const struct plan *plan = r->plan;
    int64_t const states = plan->shape.states, samples = plan->shape.samples;
    int64_t least[plan->carriers + 1];
    struct carriers *carriers = large(r, plan->carriers, sizeof *carriers);
    void *memory = large(r, spectrum_size(states, samples, plan->carriers), 1);
    for (int i = 0; i < plan->metric_count; i++)
        if (plan->metrics[i].carriers >= 0)
            least[plan->metrics[i].carriers] = plan->metrics[i].least;
    if (memory && carriers)
        spectrum_init(spectrum, states, samples, least, carriers, plan->carriers, memory);
}

static void make_apart(struct replicate *r, struct distinct *apart)
{
    int64_t const room = plan_list_most(r->plan) + 16;
    apart->count = large(r, r->plan->shape.states, sizeof *apart->count);
    apart->state = large(r, room, sizeof *apart->state);
    apart->times = large(r, room, sizeof *apart->times);
    apart->share = large(r, room, sizeof *apart->share);
}

static void make_alias(struct replicate *r, struct alias *alias)
{
    int64_t const columns = r->plan->shape.states + 1;
    void *memory = large(r, alias_size(columns), 1);
    if (memory)
        alias_init(alias, columns, memory);
}

static bool prunes(const struct plan *plan)
{
    bool any = false;
    for (int i = 0; i < plan->intervention_count; i++)
        any = any || plan->interventions[i].ops->prune;
    return any;
}

/* Sums over agents, and what metrics gather. */
static void make_census(struct replicate *r, struct bench *bench)
{
    const struct plan *plan = r->plan;
    hold(r, PROFILE_EXPRESS, PROFILE_CORE);
    make_sum(r, &bench->mixture, plan->shape.states);
    make_sum(r, &bench->start, 1);
    make_sum(r, &bench->forgotten, 1);
    if (plan->own > 0)
        make_lists(r, bench);
    if (plan->own > 0 || !plan->shape.replaces || prunes(plan))
        bench->spread = large(r, plan->shape.states, sizeof *bench->spread);
    hold(r, PROFILE_MEASURE, PROFILE_CORE);
    make_sum(r, &bench->slots, plan->slot_count);
    bench->slot = large(r, plan->slot_count, sizeof *bench->slot);
    if (plan->own == 1 && plan->slot_count > 0)
        make_apart(r, &bench->apart);
    if (plan->spectra > 0)
        make_spectrum(r, &bench->spectrum);
}

static void make_count(struct replicate *r, struct bench *bench, bool draws)
{
    void *memory = large(r, count_room(r->plan), 1);
    if (memory)
        count_init(&bench->counting, r->plan, memory);
    bench->weight = large(r, draws ? r->plan->shape.states : 0, sizeof(double));
}

/* Where agents differ in what they draw from. */
static void make_own_law(struct replicate *r, struct bench *bench)
{
    make_alias(r, &bench->alias);
    if (law_has_few(r->plan)) {
        bench->few = large(r, 1, sizeof *bench->few);
        bench->open = large(r, REPLICATE_CHUNK, sizeof *bench->open);
        bench->ahead.word = large(r, REPLICATE_CHUNK / FEW_IN_A_WORD, sizeof *bench->ahead.word);
    } else if (law_inverts(r->plan)) {
        bench->steps = large(r, invert_room(r->plan->shape.states + 1), sizeof *bench->steps);
    }
}

/* Laws and datasets; `draws`: whole ones. */
static void make_draw(struct replicate *r, struct bench *bench, bool draws)
{
    const struct plan *plan = r->plan;
    const gyre_shape *shape = &plan->shape;
    int64_t const most = shape->samples > REPLICATE_CHUNK ? shape->samples : REPLICATE_CHUNK;
    hold(r, PROFILE_TEACH, PROFILE_DRAW);
    bench->p = large(r, shape->states + 1, sizeof *bench->p);
    bench->word = large(r, REPLICATE_CHUNK, sizeof *bench->word);
    bench->state = large(r, draws ? most + COMPOSE_SLACK : 0, sizeof *bench->state);
    if (plan->scenario->mixing < 1 && shape->samples > 0)
        make_own_law(r, bench);
    if (count_may(plan))
        make_count(r, bench, draws);
    hold(r, PROFILE_TEACH, PROFILE_JUDGE);
    bench->again = large(r, REPLICATE_CHUNK, sizeof *bench->again);
    bench->fresh = large(r, REPLICATE_CHUNK + COMPOSE_SLACK, sizeof *bench->fresh);
    bench->budget = large(r, plan->intervention_count, sizeof *bench->budget);
    if (plan->intervention_count > 0)
        bench->place = large(r, draws ? shape->samples : 0, sizeof *bench->place);
}

static void make_bench(struct replicate *r, struct bench *bench, bool first)
{
    const struct plan *plan = r->plan;
    const gyre_shape *shape = &plan->shape;
    make_census(r, bench);
    make_draw(r, bench, first || shape->datasets > 1);
    hold(r, PROFILE_TEACH, PROFILE_LEARN);
    bench->total = large(r, shape->contexts, sizeof *bench->total);
    bench->tally = large(r, plan->tally_count, sizeof *bench->tally);
    if (plan->needs[SPACE_HELD]) {
        bench->held = large(r, shape->states, sizeof *bench->held);
        bench->seen = large(r, shape->states, sizeof *bench->seen);
    }
    bench->calls = ARENA_ARRAY(r->arena, struct call, plan->instance_count);
    for (int i = 0; i < plan->instance_count; i++) {
        call_init(&bench->calls[i], &plan->instances[i], shape);
        bench->calls[i].workers = first ? r->workers : 1;
        bench->calls[i].value = r->value;
    }
    call_init(&bench->lesson, plan->update, shape);
}

/* What the society's data are drawn from, and their fate. */
static void make_law(struct replicate *r)
{
    const struct plan *plan = r->plan;
    int64_t const states = plan->shape.states;
    hold(r, PROFILE_TEACH, PROFILE_DRAW);
    r->law.p = large(r, states + 1, sizeof(double));
    if (plan->scenario->mixing < 1) {
        r->law.own = large(r, states, sizeof(double));
        r->law.rest_of_rows = large(r, states + 1, sizeof(double));
    }
    if (plan->own > 0) {
        r->law.accept = large(r, states, sizeof(double));
        r->law.chance = large(r, states + 1, sizeof *r->law.chance);
    }
    if (plan->shape.samples > 0)
        make_alias(r, &r->law.alias);
    hold(r, PROFILE_TEACH, PROFILE_JUDGE);
    r->fate = large(r, states + 1, sizeof *r->fate);
    r->stays = large(r, states / 32 + 1, sizeof *r->stays);
    r->kept = large(r, plan->shape.samples / REPLICATE_CHUNK + 1, sizeof *r->kept);
}

/* What interventions say of it. */
static void make_acts(struct replicate *r)
{
    const struct plan *plan = r->plan;
    int64_t const states = plan->shape.states;
    hold(r, PROFILE_INTERVENE, PROFILE_CORE);
    r->judges = ARENA_ARRAY(r->arena, struct judge, plan->intervention_count);
    r->suppliers = ARENA_ARRAY(r->arena, struct supplier, plan->intervention_count);
    for (int i = 0; i < plan->intervention_count; i++) {
        r->judges[i].verdict.pass = large(r, states, sizeof(double));
        r->suppliers[i].law = large(r, states + 1, sizeof(double));
        make_alias(r, &r->suppliers[i].alias);
    }
}

/* Room for what they keep, which is taken up as it is kept. */
static void make_overseers(struct replicate *r)
{
    const struct plan *plan = r->plan;
    r->overseers = ARENA_ARRAY(r->arena, struct overseer, plan->intervention_count);
    for (int i = 0; i < plan->intervention_count; i++) {
        int64_t const room = plan->interventions[i].snapshots;
        if (room == 0)
            continue;
        hold(r, PROFILE_OVERSEE,
             PROFILE_PARTS + (int)(plan->interventions[i].instance - plan->instances));
        struct snapshot *snapshots = large(r, room, sizeof *snapshots);
        int64_t *round = large(r, room, sizeof *round);
        char *memory = large(r, room, oversee_snapshot_size(plan));
        if (snapshots && round && memory)
            oversee_init(&r->overseers[i], plan, room, snapshots, round, memory);
    }
}

static void make_world(struct replicate *r)
{
    static enum profile_phase const live[SPACE_LIVES] = {
        [SPACE_HELD] = PROFILE_TEACH, [SPACE_DISTRIBUTION] = PROFILE_SELECT};
    const struct plan *plan = r->plan;
    int64_t const states = plan->shape.states;
    hold(r, PROFILE_EXPRESS, PROFILE_CORE);
    r->mixture = r->mixed = large(r, states, sizeof *r->mixed);
    r->sums = large(r, (states - 1) / SWEEP_BLOCK + 1, sizeof *r->sums);
    hold(r, PROFILE_SELECT, PROFILE_CORE);
    r->weight = large(r, states, sizeof *r->weight);
    for (int64_t z = 0; r->weight && z < states; z++)
        r->weight[z] = 1;
    for (int i = 0; i < SPACE_LIVES; i++) {
        hold(r, live[i], PROFILE_CORE);
        r->live[i] = plan->needs[i] ? large(r, states, sizeof(double)) : NULL;
    }
    hold(r, PROFILE_MEASURE, PROFILE_CORE);
    if (plan->spectra > 0) {
        r->times = large(r, plan->shape.samples + 1, sizeof *r->times);
        r->carriers = large(r, plan->carriers * states, sizeof *r->carriers);
    }
    r->value = large(r, plan->output_count, sizeof *r->value);
    r->tally = large(r, plan->tally_count, sizeof *r->tally);
    r->deeds = ARENA_ARRAY(r->arena, gyre_deeds, plan->intervention_count);
    r->since = ARENA_ARRAY(r->arena, int64_t, plan->intervention_count);
    r->state = ARENA_ARRAY(r->arena, void *, plan->instance_count);
    for (int i = 0; i < plan->instance_count; i++) {
        hold(r, PROFILE_START, PROFILE_PARTS + i);
        r->state[i] = large(r, 1, plan->instances[i].state_size);
    }
    make_law(r);
    make_acts(r);
    make_overseers(r);
}

/* As many rows as agents can come to differ. */
static bool make_rows(struct replicate *r)
{
    const gyre_shape *shape = &r->plan->shape;
    int64_t const capacity = r->plan->parts ? shape->agents : 1;
    if (!rows_init(&r->rows, shape->agents, capacity, r->plan->row_size, r->plan->scenario->weight))
        return false;
    hold(r, PROFILE_START, PROFILE_ROWS);
    *r->owner = capacity * (int64_t)(r->rows.stride + sizeof *r->rows.share) +
                shape->agents * (int64_t)sizeof *r->rows.row_of;
    return true;
}

struct replicate *replicate_create(const struct plan *plan, int workers)
{
    struct arena *arena = arena_create();
    struct replicate *r = ARENA_NEW(arena, struct replicate);
    r->arena = arena;
    r->plan = plan;
    r->workers = workers;
    r->large = ARENA_ARRAY(arena, void *,
                           26 + 6 * plan->intervention_count + plan->instance_count + 34 * workers);
    r->bench = ARENA_ARRAY(arena, struct bench, workers);
    r->bytes = ARENA_ARRAY(arena, int64_t, PROFILE_PHASES * profile_columns(plan));
    r->desk = plan->desk;
    bool good = make_rows(r);
    r->review = good && plan->review ? review_create(plan, workers) : NULL;
    good = good && (r->review || !plan->review);
    make_world(r);
    for (int w = 0; w < workers; w++)
        make_bench(r, &r->bench[w], w == 0);
    for (int i = 0; i < r->large_count; i++)
        good = good && r->large[i];
    if (good)
        return r;
    replicate_destroy(r);
    return NULL;
}

void replicate_destroy(struct replicate *r)
{
    if (!r)
        return;
    for (int w = 0; w < r->workers; w++)
        for (int i = 0; i <= r->plan->instance_count; i++)
            call_fini(i < r->plan->instance_count ? &r->bench[w].calls[i] : &r->bench[w].lesson);
    for (int i = 0; i < r->large_count; i++)
        free(r->large[i]);
    rows_fini(&r->rows);
    review_destroy(r->review);
    arena_destroy(r->arena);
}

/* ---- failures ----------------------------------------------------------- */

void bench_fail(struct bench *bench, int64_t item, enum status status,
                const struct instance *instance, const char *format, ...)
{
    struct failure *failure = &bench->failure;
    if (failure->status != STATUS_OK && failure->item <= item)
        return;
    *failure = (struct failure){.status = status, .item = item, .instance = instance};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure->sentence, sizeof failure->sentence, format, arguments);
    va_end(arguments);
}

bool bench_refuse(struct bench *bench, int64_t item, const struct call *call, gyre_status status)
{
    bench_fail(bench, item, call_status(status), call->instance, "%s", call_sentence(call, status));
    return false;
}

enum status replicate_join_failures(struct replicate *r)
{
    for (int w = 0; w < r->workers; w++) {
        const struct failure *one = &r->bench[w].failure;
        if (one->status == STATUS_OK)
            continue;
        if (r->failure.status == STATUS_OK || one->item < r->failure.item)
            r->failure = *one;
    }
    return r->failure.status;
}

/* ---- calls -------------------------------------------------------------- */

gyre_round replicate_view(const struct replicate *r)
{
    return (gyre_round){
        .size = sizeof(gyre_round),
        .round = r->round,
        .mixture = r->mixture,
        .weight = r->weight,
    };
}

gyre_round replicate_view_of(const struct replicate *r, const struct plan_intervention *by)
{
    gyre_round view = replicate_view(r);
    view.since = r->since[by - r->plan->interventions];
    return view;
}

/* ---- the start ---------------------------------------------------------- */

static void bind_calls(struct replicate *r)
{
    for (int w = 0; w < r->workers; w++) {
        r->bench[w].failure = (struct failure){.status = STATUS_OK};
        for (int i = 0; i < r->plan->instance_count; i++)
            call_bind(&r->bench[w].calls[i], r->plan->scenario->seed, (uint32_t)r->index,
                      r->state[i], r->live);
        call_bind(&r->bench[w].lesson, r->plan->scenario->seed, (uint32_t)r->index,
                  r->state[r->plan->update - r->plan->instances], r->live);
    }
}

static void reset_state(struct replicate *r, int instance)
{
    const gyre_component *about = &r->plan->instances[instance].component->about;
    struct call *call = &r->bench[0].calls[instance];
    memset(r->state[instance], 0, r->plan->instances[instance].state_size);
    if (about->reset)
        bench_accept(&r->bench[0], instance, call, about->reset(call_begin(call, 0)));
}

void replicate_restart(struct replicate *r)
{
    const struct plan *plan = r->plan;
    const gyre_policy_ops *policy = &plan->policy->component->ops.policy;
    struct call *call = replicate_call(r, plan->policy, 0);
    for (int i = 0; i < SPACE_LIVES; i++)
        if (r->live[i])
            memset(r->live[i], 0, sizeof(double) * (size_t)plan->shape.states);
    for (int i = 0; i < plan->instance_count; i++)
        if (oversee_takes_back(plan, i))
            reset_state(r, i);
    r->counted = false;
    rows_unite(&r->rows);
    gyre_rows const rows = rows_view(&r->rows, 0, 1);
    bench_accept(&r->bench[0], plan->instance_count, call,
                 policy->start(call_begin(call, 0), &rows, plan->scenario->start));
}

void replicate_clear_deeds(struct replicate *r)
{
    for (int i = 0; i < r->plan->intervention_count; i++)
        r->deeds[i] = (gyre_deeds){.size = sizeof *r->deeds};
}

enum status replicate_reset(struct replicate *r, int64_t index)
{
    const struct plan *plan = r->plan;
    r->index = index;
    r->round = r->lived = 0;
    r->ending = (struct failure){.status = STATUS_OK};
    r->failure = (struct failure){.status = STATUS_OK};
    r->sampling_key = random_key(plan->scenario->seed, (uint32_t)index, "core.sampling");
    memset(r->tally, 0, sizeof *r->tally * (size_t)plan->tally_count);
    replicate_clear_deeds(r);
    memset(r->since, 0, sizeof *r->since * (size_t)plan->intervention_count);
    for (int i = 0; i < plan->output_count; i++)
        r->value[i] = result_missing();
    for (int i = 0; i < plan->intervention_count; i++)
        r->overseers[i].kept = 0;
    bind_calls(r);
    for (int i = 0; i < plan->instance_count; i++)
        if (!oversee_takes_back(plan, i))
            reset_state(r, i);
    replicate_restart(r);
    return replicate_join_failures(r);
}

/* ---- digest ------------------------------------------------------------- */

/* Of what one row says, a table or a list; what says nothing sound has been found out before. */
static struct digest digest_row(struct replicate *r, int64_t row)
{
    gyre_said said;
    if (!census_say(r, 0, row, row, &said))
        return digest_bytes("", 0);
    return said.p ? digest_bytes(said.p, sizeof *said.p * (size_t)r->plan->shape.states)
                  : digest_bytes(said.state, sizeof *said.state * (size_t)said.count);
}

/* Of what agents say: row by row, then agent by agent; then of what is kept by components that act.
 * Metrics look on, and leave no trace. */
struct digest replicate_digest(struct replicate *r)
{
    const struct plan *plan = r->plan;
    struct digest whole = digest_bytes("", 0), last = whole;
    int64_t at = -1;
    for (int64_t m = 0; m < r->rows.agents; m++) {
        if (r->rows.row_of[m] != at) {
            at = r->rows.row_of[m];
            last = digest_row(r, at);
        }
        whole = digest_join(whole, last);
    }
    for (int i = 0; i < plan->instance_count; i++)
        if (plan->instances[i].component->about.kind != GYRE_KIND_METRIC &&
            plan->instances[i].state_size > 0)
            whole = digest_join(whole, digest_bytes(r->state[i], plan->instances[i].state_size));
    return whole;
}
