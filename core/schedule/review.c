#include "schedule/review.h"

#include <stdlib.h>
#include <string.h>

#include "schedule/judge.h"
#include "schedule/timing.h"
#include "world/random.h"

/* One sample that is to be looked at, or that comes late: then index is its turn. */
struct sighting {
    int64_t dataset, index;
    uint32_t state;
};

/* Of one thread. */
struct notes {
    struct sighting *seen;
    int64_t count, room;
    uint32_t *joined; /* [samples + late]: a dataset with what comes late */
};

struct review {
    bool acts, looks;
    uint64_t key;
    int workers;
    double *flag;        /* [states] */
    struct notes *notes; /* [workers] */
    struct sighting *seen;
    int64_t count, room;   /* of seen, and of what the intervention is shown of it */
    uint32_t *state;       /* [room] */
    int64_t *dataset;      /* [room] */
    uint8_t *stays;        /* [room] */
    struct sighting *late; /* [REVIEW_LATE], in the order of datasets */
    int64_t late_count, joined;
    uint32_t *late_state;  /* [REVIEW_LATE] */
    int64_t *late_dataset; /* [REVIEW_LATE] */
};

/* ---- the plan's --------------------------------------------------------- */

static bool asks(const struct plan *plan, const struct plan_intervention *by)
{
    struct call call;
    call_init(&call, by->instance, &plan->shape);
    bool const does = by->ops->asks && by->ops->asks(call_begin(&call, 0)) != 0;
    call_fini(&call);
    return does;
}

static void check(const struct plan *plan, const struct plan_intervention *by,
                  struct report *report)
{
    const struct instance *instance = by->instance;
    if (plan->shape.samples == 0)
        report_add(report, STATUS_DATA, instance->at,
                   "%s: looks at samples one by one, and samples = \"expected\" gives none",
                   instance->label);
    if (instance->asks && plan->scenario->replicates > 1)
        report_add(report, STATUS_DATA, instance->at,
                   "%s: a person can look after one replicate, not %lld; say simulated = true or "
                   "replicates = 1",
                   instance->label, (long long)plan->scenario->replicates);
}

void review_find(struct plan *plan, struct report *report)
{
    for (int i = 0; i < plan->intervention_count; i++) {
        const struct plan_intervention *by = &plan->interventions[i];
        if (!by->ops->review || !by->instance->open)
            continue;
        by->instance->asks = asks(plan, by);
        if (plan->review)
            report_add(report, STATUS_DATA, by->instance->at,
                       "%s: there is a review already, %s, and a society has one at most",
                       by->instance->label, plan->review->instance->label);
        else
            plan->review = by;
        check(plan, by, report);
    }
}

/* ---- memory ------------------------------------------------------------- */

struct review *review_create(const struct plan *plan, int workers)
{
    struct review *review = memory_try(1, sizeof *review);
    if (!review)
        return NULL;
    review->workers = workers;
    review->flag = memory_try((size_t)plan->shape.states, sizeof *review->flag);
    review->notes = memory_try((size_t)workers, sizeof *review->notes);
    review->late = memory_try(REVIEW_LATE, sizeof *review->late);
    review->late_state = memory_try(REVIEW_LATE, sizeof *review->late_state);
    review->late_dataset = memory_try(REVIEW_LATE, sizeof *review->late_dataset);
    if (review->flag && review->notes && review->late && review->late_state && review->late_dataset)
        return review;
    review_destroy(review);
    return NULL;
}

static void drop_seen(struct review *review)
{
    free(review->seen);
    free(review->state);
    free(review->dataset);
    free(review->stays);
    review->seen = NULL;
    review->state = NULL;
    review->dataset = NULL;
    review->stays = NULL;
    review->room = 0;
}

void review_destroy(struct review *review)
{
    if (!review)
        return;
    for (int w = 0; review->notes && w < review->workers; w++) {
        free(review->notes[w].seen);
        free(review->notes[w].joined);
    }
    drop_seen(review);
    free(review->notes);
    free(review->flag);
    free(review->late);
    free(review->late_state);
    free(review->late_dataset);
    free(review);
}

/* Every sample may be flagged. A list that grows may have twice the room that it needs. */
double review_need(const struct plan *plan, double workers)
{
    if (!plan->review)
        return 0;
    double const samples = (double)plan->shape.datasets * (double)plan->shape.samples;
    double const one = 3 * sizeof(struct sighting) + sizeof(uint32_t) + sizeof(int64_t) + 1;
    double const late = sizeof(struct sighting) + sizeof(uint32_t) + sizeof(int64_t);
    double const benches = plan->shape.datasets == 1 ? 1 : workers;
    return one * samples + late * REVIEW_LATE + sizeof(double) * (double)plan->shape.states +
           benches * sizeof(uint32_t) * ((double)plan->shape.samples + REVIEW_LATE);
}

static bool make_room(struct review *review, int64_t count)
{
    if (count <= review->room)
        return true;
    drop_seen(review);
    review->seen = memory_try((size_t)count, sizeof *review->seen);
    review->state = memory_try((size_t)count, sizeof *review->state);
    review->dataset = memory_try((size_t)count, sizeof *review->dataset);
    review->stays = memory_try((size_t)count, sizeof *review->stays);
    bool const good = review->seen && review->state && review->dataset && review->stays;
    review->room = good ? count : 0;
    return good;
}

static bool grow(struct notes *notes)
{
    int64_t const room = notes->room ? 2 * notes->room : 256;
    struct sighting *seen = realloc(notes->seen, sizeof *seen * (size_t)room);
    if (!seen)
        return false;
    notes->seen = seen;
    notes->room = room;
    return true;
}

static void fail_for_memory(struct bench *bench, int64_t item, const struct instance *by)
{
    bench_fail(bench, item, STATUS_LIMIT, by, "found no memory for the samples to be looked at");
}

/* ---- which are to be looked at ------------------------------------------ */

static bool flags_are_chances(struct replicate *r, const struct instance *by)
{
    const double *flag = r->review->flag;
    for (int64_t z = 0; z < r->plan->shape.states; z++)
        if (!(flag[z] >= 0 && flag[z] <= 1)) {
            bench_fail(&r->bench[0], 0, STATUS_BUG, by,
                       "flags state %lld with chance %g, which is not in [0, 1]", (long long)z,
                       flag[z]);
            return false;
        }
    return true;
}

void review_prepare(struct replicate *r, int64_t round)
{
    const struct plan_intervention *by = r->plan->review;
    struct review *review = r->review;
    if (!review)
        return;
    review->acts = review->looks = false;
    if (!timing_acts(&by->instance->timing, round, r->value))
        return;
    struct call *call = replicate_call(r, by->instance, 0);
    gyre_round const view = replicate_view(r);
    memset(review->flag, 0, sizeof *review->flag * (size_t)r->plan->shape.states);
    review->key = call->key;
    review->acts = bench_accept(&r->bench[0], 0, call,
                                by->ops->flag(call_begin(call, round), &view, review->flag)) &&
                   flags_are_chances(r, by->instance);
}

bool review_acts(const struct replicate *r)
{
    return r->review && r->review->acts;
}

bool review_looks(const struct replicate *r)
{
    return r->review && r->review->looks;
}

void review_look(struct replicate *r)
{
    r->review->looks = true;
    for (int w = 0; w < r->workers; w++)
        r->review->notes[w].count = 0;
}

/* Judges toss their coins with this purpose too, and never get as far as this attempt. The coin is
 * tossed only where it can fall both ways. */
static bool is_flagged(const struct review *review, int64_t round, uint64_t slot, uint32_t state)
{
    double const flag = review->flag[state];
    if (flag <= 0 || flag >= 1)
        return flag >= 1;
    return random_unit(random_word(review->key, (uint32_t)round,
                                   random_stream(STREAM_COIN, JUDGE_TRIES), slot)) < flag;
}

void review_note(struct replicate *r, int worker, int64_t round, int64_t dataset,
                 const uint32_t *state, int64_t count)
{
    struct notes *notes = &r->review->notes[worker];
    uint64_t const first = (uint64_t)(dataset * r->plan->shape.samples);
    for (int64_t i = 0; i < count; i++) {
        if (!is_flagged(r->review, round, first + (uint64_t)i, state[i]))
            continue;
        if (notes->count == notes->room && !grow(notes)) {
            fail_for_memory(&r->bench[worker], dataset, r->plan->review->instance);
            return;
        }
        notes->seen[notes->count++] = (struct sighting){dataset, i, state[i]};
    }
}

/* ---- what becomes of them ----------------------------------------------- */

static int compare_sightings(const void *a, const void *b)
{
    const struct sighting *x = a, *y = b;
    if (x->dataset != y->dataset)
        return x->dataset < y->dataset ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Threads share datasets as they come; their order is by number. */
static bool gather(struct review *review)
{
    int64_t count = 0;
    for (int w = 0; w < review->workers; w++)
        count += review->notes[w].count;
    if (!make_room(review, count))
        return false;
    review->count = 0;
    for (int w = 0; w < review->workers; w++) {
        const struct notes *notes = &review->notes[w];
        if (notes->count)
            memcpy(review->seen + review->count, notes->seen,
                   sizeof *notes->seen * (size_t)notes->count);
        review->count += notes->count;
    }
    bool sorted = true;
    for (int64_t i = 1; i < count && sorted; i++)
        sorted = compare_sightings(&review->seen[i - 1], &review->seen[i]) < 0;
    if (!sorted)
        qsort(review->seen, (size_t)count, sizeof *review->seen, compare_sightings);
    return true;
}

static gyre_review show(struct review *review)
{
    for (int64_t i = 0; i < review->count; i++) {
        review->state[i] = review->seen[i].state;
        review->dataset[i] = review->seen[i].dataset;
        review->stays[i] = 1;
    }
    return (gyre_review){.size = sizeof(gyre_review),
                         .count = review->count,
                         .state = review->state,
                         .dataset = review->dataset,
                         .stays = review->stays,
                         .late_room = REVIEW_LATE,
                         .late_state = review->late_state,
                         .late_dataset = review->late_dataset};
}

/* Of a dataset or a state that is not there. */
static bool late_is_there(struct replicate *r, int64_t count)
{
    const struct review *review = r->review;
    const gyre_shape *shape = &r->plan->shape;
    bool good = count >= 0 && count <= REVIEW_LATE;
    for (int64_t i = 0; good && i < count; i++)
        good = review->late_state[i] < shape->states && review->late_dataset[i] >= 0 &&
               review->late_dataset[i] < shape->datasets;
    if (!good)
        bench_fail(&r->bench[0], 0, STATUS_BUG, r->plan->review->instance,
                   "brings more late samples than there is room for, or of a state or dataset that "
                   "is not there");
    return good;
}

/* Room for datasets that become longer. */
static bool make_joined(struct replicate *r)
{
    struct review *review = r->review;
    int const benches = r->plan->shape.datasets == 1 ? 1 : r->workers;
    for (int w = 0; w < benches && review->late_count > review->joined; w++) {
        free(review->notes[w].joined);
        review->notes[w].joined =
            memory_try((size_t)(r->plan->shape.samples + review->late_count), sizeof(uint32_t));
        if (!review->notes[w].joined)
            return false;
    }
    if (review->late_count > review->joined)
        review->joined = review->late_count;
    return true;
}

static bool take_late(struct replicate *r, int64_t count)
{
    struct review *review = r->review;
    if (!late_is_there(r, count))
        return false;
    for (int64_t i = 0; i < count; i++)
        review->late[i] = (struct sighting){review->late_dataset[i], i, review->late_state[i]};
    qsort(review->late, (size_t)count, sizeof *review->late, compare_sightings);
    review->late_count = count;
    if (!make_joined(r)) {
        fail_for_memory(&r->bench[0], 0, r->plan->review->instance);
        return false;
    }
    return true;
}

bool review_decide(struct replicate *r, int64_t round)
{
    const struct plan_intervention *by = r->plan->review;
    struct review *review = r->review;
    struct call *call = replicate_call(r, by->instance, 0);
    gyre_round const view = replicate_view(r);
    review->looks = false;
    if (replicate_join_failures(r) != STATUS_OK)
        return false;
    if (!gather(review)) {
        fail_for_memory(&r->bench[0], 0, by->instance);
        return false;
    }
    gyre_review shown = show(review);
    r->deeds[by - r->plan->interventions].flagged = review->count;
    call->desk = r->desk;
    gyre_status const status = by->ops->review(call_begin(call, round), &view, &shown);
    call->desk = NULL;
    return bench_accept(&r->bench[0], 0, call, status) && take_late(r, shown.late);
}

/* ---- the second time ---------------------------------------------------- */

/* The first of the dataset or of one behind it. */
static int64_t first_of(const struct sighting *all, int64_t count, int64_t dataset)
{
    int64_t low = 0, high = count;
    while (low < high) {
        int64_t const middle = low + (high - low) / 2;
        if (all[middle].dataset < dataset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t take_away(const struct review *review, int64_t dataset, uint32_t *state,
                         int64_t count)
{
    int64_t at = first_of(review->seen, review->count, dataset), kept = 0;
    for (int64_t i = 0; i < count; i++) {
        bool const seen = at < review->count && review->seen[at].dataset == dataset &&
                          review->seen[at].index == i;
        bool const stays = !seen || review->stays[at];
        at += seen;
        state[kept] = state[i];
        kept += stays;
    }
    return kept;
}

const uint32_t *review_settle(const struct replicate *r, int worker, int64_t dataset,
                              uint32_t *state, int64_t *count)
{
    const struct review *review = r->review;
    uint32_t *const joined = review->notes[worker].joined;
    int64_t at = first_of(review->late, review->late_count, dataset);
    *count = take_away(review, dataset, state, *count);
    if (at == review->late_count || review->late[at].dataset != dataset)
        return state;
    memcpy(joined, state, sizeof *state * (size_t)*count);
    for (; at < review->late_count && review->late[at].dataset == dataset; at++)
        joined[(*count)++] = review->late[at].state;
    return joined;
}
