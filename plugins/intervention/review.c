/* intervention.review - strategy A with people: a human in the loop.
 *
 * Some samples are flagged and somebody looks at each of them before anybody learns from it: a
 * person, whom the host asks, or a simulated reviewer who errs, tires and is late. There is only so
 * much time a round; what it does not suffice for waits, passes or is dropped.
 */
#include <stdio.h>
#include <string.h>

#include "gyre/intervention.h"
#include "gyre/real.h"

enum { PASS, HOLD, DROP };                         /* of what nobody could look at   */
enum { SILENCE_PASS, SILENCE_DROP, SILENCE_HOLD }; /* of what nobody answered        */
enum { OVERFLOW_PASS, OVERFLOW_DROP };             /* of what the queue has no room for */
enum { STREAM_ORDER, STREAM_VERDICT };

struct conf {
    double flag_above, flags_unsafe, flags_safe;
    double sensitivity, specificity, fatigue, minutes;
    int64_t capacity, delay, queue, patience;
    int32_t simulated, unreviewed, overflow, silence, waits;
};

static const char *const unreviewed[] = {"pass", "hold", "drop", NULL};
static const char *const overflow[] = {"pass", "drop", NULL};
static const char *const silence[] = {"pass", "drop", "hold", NULL};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, flag_above, 0.5, 0, 1, "",
               "The highest risk that counts as safe; what is above it is unsafe."),
    GYRE_P_F64(struct conf, flags_unsafe, 1, 0, 1, "",
               "The chance that an unsafe sample is flagged."),
    GYRE_P_F64(struct conf, flags_safe, 0, 0, 1, "", "The chance that a safe sample is flagged."),
    GYRE_P_I64(struct conf, capacity, 0, 0, 1e15, "samples a round",
               "How many flagged samples of the whole society are looked at a round; 0: all."),
    GYRE_P_ENUM(struct conf, unreviewed, PASS, unreviewed,
                "What becomes of flagged samples beyond that: they pass, are held for a later "
                "round, first in, first out, or are dropped."),
    GYRE_P_I64(struct conf, queue, 10000, 1, 1e6, "samples",
               "How many samples are held at most, waiting or with a verdict to come."),
    GYRE_P_ENUM(struct conf, overflow, OVERFLOW_PASS, overflow,
                "What becomes of samples to be held beyond that."),
    GYRE_P_F64(struct conf, minutes, 2, 0, 1e6, "minutes", "What looking at one sample costs."),
    GYRE_P_BOOL(struct conf, simulated, 0,
                "The reviewer is simulated; else a person is asked: gyre run --review."),
    GYRE_P_F64(struct conf, sensitivity, 0.9, 0.5, 1, "",
               "Simulated: the chance that an unsafe sample is dropped."),
    GYRE_P_F64(struct conf, specificity, 0.95, 0.5, 1, "",
               "Simulated: the chance that a safe sample is kept."),
    GYRE_P_F64(struct conf, fatigue, 0, 0, 1e3, "",
               "Simulated: f; of a round's j-th sample each of the two chances a is "
               "0.5 + (a - 0.5) exp(-f (j - 1))."),
    GYRE_P_I64(struct conf, delay, 0, 0, 1e9, "rounds",
               "Simulated: how much later a verdict comes; until then the sample is held."),
    GYRE_P_BOOL(struct conf, waits, 1,
                "A person: the run waits for the answers; else it goes on, and they come in later "
                "rounds."),
    GYRE_P_I64(
        struct conf, patience, 1, 1, 1e9, "rounds",
        "A person that is not waited for: how long an answer may take; then silence counts."),
    GYRE_P_ENUM(struct conf, silence, SILENCE_HOLD, silence,
                "A person: what becomes of a sample that was skipped or not answered: it passes, "
                "is dropped, or is held until it is answered."),
};

static const gyre_field fields[] = {
    {.name = "risk",
     .column = "risk",
     .of = GYRE_OF_STATE,
     .access = GYRE_READ,
     .doc = "What flag_above is on; 1 - safe where the space gives no risk."},
};

/* ---- what is kept from round to round ----------------------------------- */

/* WAITS: for somebody to look; ASKED: for a person's answer; KEEP, TURN_DOWN: for the verdict to
 * arrive; GONE: no more. */
enum { WAITS, ASKED, KEEP, TURN_DOWN, GONE };

struct item {
    int64_t dataset, number; /* of the question, 0: none */
    int64_t due;             /* the round of the verdict, or the last of patience */
    uint32_t state;
    uint32_t fate;
};

struct queue {
    int64_t count;
    int64_t reviewed, dropped, passed_unseen, dropped_unseen, late; /* in this round */
    struct item item[];
};

static int is_held(const struct conf *conf)
{
    return conf->unreviewed == HOLD ||
           (conf->simulated ? conf->delay > 0 : !conf->waits || conf->silence == SILENCE_HOLD);
}

static int64_t room_of(const struct conf *conf)
{
    return is_held(conf) ? conf->queue : 0;
}

static size_t state_bytes(gyre_ctx *ctx)
{
    return sizeof(struct queue) + sizeof(struct item) * (size_t)room_of(ctx->conf);
}

/* ---- one round ---------------------------------------------------------- */

/* Somebody looks at `old` samples of the queue, then at `fresh` ones of the round's own; `at` says
 * where each stands. */
struct session {
    gyre_ctx *ctx;
    const struct conf *conf;
    struct queue *queue;
    gyre_review *review;
    int64_t round, time; /* how many there is time for */
    int64_t *order;      /* of the round's own */
    int64_t *at;
    int64_t old, fresh;
};

static int is_unsafe(const struct session *s, uint32_t state)
{
    return s->ctx->fields[0].data[state] > s->conf->flag_above;
}

static struct item item_of_new(const struct session *s, int64_t i)
{
    return (struct item){
        .dataset = s->review->dataset[i], .state = s->review->state[i], .fate = WAITS};
}

/* The j-th that somebody looks at. */
static struct item item_of(const struct session *s, int64_t j)
{
    return j < s->old ? s->queue->item[s->at[j]] : item_of_new(s, s->at[j]);
}

static void leave(struct session *s, int64_t i, int passes)
{
    s->review->stays[i] = (uint8_t)passes;
    s->queue->passed_unseen += passes;
    s->queue->dropped_unseen += !passes;
}

static void hold(struct session *s, int64_t i, struct item item)
{
    struct queue *queue = s->queue;
    s->review->stays[i] = 0;
    if (queue->count < room_of(s->conf))
        queue->item[queue->count++] = item;
    else
        leave(s, i, s->conf->overflow == OVERFLOW_PASS);
}

/* Once its verdict has come; what stays goes into the data of its dataset, as soon as there is room
 * for it. */
static void arrive(struct session *s, struct item *item)
{
    gyre_review *review = s->review;
    if (item->fate == WAITS || item->fate == ASKED || item->due > s->round)
        return;
    if (item->fate == KEEP && review->late == review->late_room)
        return;
    if (item->fate == KEEP) {
        review->late_state[review->late] = item->state;
        review->late_dataset[review->late++] = item->dataset;
        s->queue->late++;
    }
    item->fate = GONE;
}

static void close_gaps(struct queue *queue)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < queue->count; i++)
        if (queue->item[i].fate != GONE)
            queue->item[kept++] = queue->item[i];
    memset(queue->item + kept, 0, sizeof *queue->item * (size_t)(queue->count - kept));
    queue->count = kept;
}

/* ---- who is looked at --------------------------------------------------- */

/* Any order of the round's own is as likely, so that no agent is always first. */
static int64_t *shuffled(gyre_ctx *ctx, int64_t n)
{
    int64_t *order = ctx->host->scratch(ctx, sizeof *order * (size_t)(n + 1));
    double *coin = ctx->host->scratch(ctx, sizeof *coin * (size_t)(n + 1));
    if (!order || !coin)
        return NULL;
    ctx->host->uniform(ctx, STREAM_ORDER, 0, n, coin);
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t const j = (int64_t)(coin[i] * (double)(i + 1)), other = order[j];
        order[j] = order[i];
        order[i] = other;
    }
    return order;
}

/* Where every verdict comes later, a sample that could not be held meanwhile is not looked at. */
static int64_t most_new(const struct session *s)
{
    int const later = s->conf->simulated ? s->conf->delay > 0 : !s->conf->waits;
    int64_t const free = room_of(s->conf) - s->queue->count;
    return later && free < s->time ? free : s->time;
}

/* What was asked before is in somebody's hands already and takes no time of this round. */
static gyre_status choose(struct session *s)
{
    int64_t const all = s->queue->count + s->review->count;
    s->time = s->conf->capacity > 0 ? s->conf->capacity : INT64_MAX;
    s->order = shuffled(s->ctx, s->review->count);
    s->at = s->ctx->host->scratch(s->ctx, sizeof *s->at * (size_t)(all + 1));
    if (!s->order || !s->at)
        return GYRE_E_NOMEM;
    for (int64_t i = 0; i < s->queue->count; i++) {
        uint32_t const fate = s->queue->item[i].fate;
        if (fate == ASKED || (fate == WAITS && s->time > 0))
            s->at[s->old++] = i;
        s->time -= fate == WAITS && s->time > 0;
    }
    int64_t const most = most_new(s);
    for (; s->fresh < s->review->count && s->fresh < most; s->fresh++)
        s->at[s->old + s->fresh] = s->order[s->fresh];
    return GYRE_OK;
}

/* Those that there was no time for, or no room to hold them until their verdict. */
static void leave_rest(struct session *s)
{
    for (int64_t n = s->fresh; n < s->review->count; n++) {
        int64_t const i = s->order[n];
        if (n < s->time || s->conf->unreviewed == HOLD)
            hold(s, i, item_of_new(s, i));
        else
            leave(s, i, s->conf->unreviewed == PASS);
    }
}

/* The j-th is kept, turned down, or not decided yet. */
static void settle(struct session *s, int64_t j, struct item item)
{
    int64_t const at = s->at[j];
    int const is_sure = (item.fate == KEEP || item.fate == TURN_DOWN) && item.due <= s->round;
    if (j == s->old)
        close_gaps(s->queue); /* nobody asks any more where the old ones stood */
    if (j < s->old) {
        s->queue->item[at] = item;
        arrive(s, &s->queue->item[at]);
    } else if (is_sure)
        s->review->stays[at] = item.fate == KEEP;
    else
        hold(s, at, item);
}

/* ---- a simulated reviewer ----------------------------------------------- */

static gyre_status simulate(struct session *s)
{
    const struct conf *conf = s->conf;
    int64_t const count = s->old + s->fresh;
    double *coin = s->ctx->host->scratch(s->ctx, sizeof *coin * (size_t)(count + 1));
    if (!coin)
        return GYRE_E_NOMEM;
    s->ctx->host->uniform(s->ctx, STREAM_VERDICT, 0, count, coin);
    for (int64_t j = 0; j < count; j++) {
        struct item item = item_of(s, j);
        int const is_bad = is_unsafe(s, item.state);
        double const a = (is_bad ? conf->sensitivity : conf->specificity) - 0.5;
        double const right = 0.5 + a * gyre_exp(-conf->fatigue * (double)j);
        item.fate = (coin[j] < right) != is_bad ? KEEP : TURN_DOWN;
        item.due = s->round + conf->delay;
        s->queue->dropped += item.fate == TURN_DOWN;
        settle(s, j, item);
    }
    s->queue->reviewed += count;
    return GYRE_OK;
}

/* ---- a person ----------------------------------------------------------- */

enum { WHY = 96 };

static const char *why(const struct session *s, uint32_t state, char *out)
{
    double const risk = s->ctx->fields[0].data[state];
    if (is_unsafe(s, state))
        snprintf(out, WHY, "risk %g is above %g", risk, s->conf->flag_above);
    else
        snprintf(out, WHY, "risk %g is not above %g: flagged with chance %g", risk,
                 s->conf->flag_above, s->conf->flags_safe);
    return out;
}

/* A sample whose patience is over is as one that was skipped. */
static gyre_question question_of(const struct session *s, const struct item *item, char *text)
{
    int const over = s->conf->waits || (item->number > 0 && item->due <= s->round);
    int const ends = s->conf->silence != SILENCE_HOLD && over;
    return (gyre_question){.size = sizeof(gyre_question),
                           .number = item->number,
                           .dataset = item->dataset,
                           .state = item->state,
                           .silence = ends ? GYRE_ANSWER_SKIP : GYRE_ANSWER_NONE,
                           .why = why(s, item->state, text)};
}

/* What an answer makes of a sample. One that was skipped and is held is asked about anew. */
static struct item answered(struct session *s, struct item item, const gyre_question *question)
{
    uint32_t const answer = question->answer;
    int const seen = answer == GYRE_ANSWER_KEEP || answer == GYRE_ANSWER_DROP;
    int const keeps = seen ? answer == GYRE_ANSWER_KEEP : s->conf->silence == SILENCE_PASS;
    if (item.number == 0)
        item.due = s->round + s->conf->patience;
    item.number = answer == GYRE_ANSWER_NONE ? question->number : 0;
    item.fate = answer == GYRE_ANSWER_NONE ? ASKED : WAITS;
    if (!seen && (answer == GYRE_ANSWER_NONE || s->conf->silence == SILENCE_HOLD))
        return item;
    s->queue->reviewed += seen;
    s->queue->dropped += seen && !keeps;
    s->queue->passed_unseen += !seen && keeps;
    s->queue->dropped_unseen += !seen && !keeps;
    item.fate = keeps ? KEEP : TURN_DOWN;
    item.due = s->round;
    return item;
}

static gyre_status ask(struct session *s)
{
    gyre_ctx *ctx = s->ctx;
    int64_t const count = s->old + s->fresh;
    gyre_question *question = ctx->host->scratch(ctx, sizeof *question * (size_t)(count + 1));
    char *text = ctx->host->scratch(ctx, WHY * (size_t)(count + 1));
    if (!question || !text)
        return GYRE_E_NOMEM;
    for (int64_t j = 0; j < count; j++) {
        struct item const item = item_of(s, j);
        question[j] = question_of(s, &item, text + j * WHY);
    }
    gyre_status const status = ctx->host->ask(ctx, question, count, s->conf->waits);
    for (int64_t j = 0; j < count && status == GYRE_OK; j++)
        settle(s, j, answered(s, item_of(s, j), &question[j]));
    return status;
}

/* ---- callbacks ---------------------------------------------------------- */

static gyre_status check(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    if (conf->flags_unsafe <= 0 && conf->flags_safe <= 0)
        return ctx->host->fail(ctx, GYRE_E_INVALID,
                               "flags nothing: flags_unsafe and flags_safe are both 0");
    if (!conf->simulated && (conf->delay > 0 || conf->fatigue > 0))
        return ctx->host->fail(ctx, GYRE_E_INVALID,
                               "delay and fatigue are of a simulated reviewer: say simulated = "
                               "true, or leave them out");
    return GYRE_OK;
}

static int32_t asks(gyre_ctx *ctx)
{
    return !((const struct conf *)ctx->conf)->simulated;
}

static gyre_status flag(gyre_ctx *ctx, const gyre_round *round, double *chance)
{
    (void)round;
    const struct conf *conf = ctx->conf;
    const double *risk = ctx->fields[0].data;
    for (int64_t z = 0; z < ctx->shape->states; z++)
        chance[z] = risk[z] > conf->flag_above ? conf->flags_unsafe : conf->flags_safe;
    return GYRE_OK;
}

static gyre_status review(gyre_ctx *ctx, const gyre_round *round, gyre_review *review_)
{
    struct session session = {.ctx = ctx,
                              .conf = ctx->conf,
                              .queue = ctx->state,
                              .review = review_,
                              .round = round->round + 1};
    for (int64_t i = 0; i < session.queue->count; i++)
        arrive(&session, &session.queue->item[i]);
    close_gaps(session.queue);
    gyre_status status = choose(&session);
    if (status == GYRE_OK)
        status = session.conf->simulated ? simulate(&session) : ask(&session);
    close_gaps(session.queue);
    if (status == GYRE_OK)
        leave_rest(&session);
    return status;
}

enum { MINUTES, FLAGGED, REVIEWED, DROPPED, PASSED_UNSEEN, DROPPED_UNSEEN, LATE, WAITING };

/* Of one round, all of them 0 or more. */
#define OUTPUT(name_, unit_, direction_, headline_, doc_)                                          \
    {                                                                                              \
        .name = (name_), .unit = (unit_), .doc = (doc_), .hi = INFINITY,                           \
        .direction = (direction_), .headline = (headline_)                                         \
    }

static const gyre_output outputs[] = {
    [MINUTES] = OUTPUT("minutes", "minutes", 1, 1, "What looking at samples took."),
    [FLAGGED] = OUTPUT("flagged", "samples", 0, 0, "Samples that were flagged."),
    [REVIEWED] = OUTPUT("reviewed", "samples", 0, 0, "Samples that somebody decided on."),
    [DROPPED] = OUTPUT("dropped", "samples", 0, 0, "Samples that somebody turned down."),
    [PASSED_UNSEEN] =
        OUTPUT("passed_unseen", "samples", 1, 0, "Flagged ones that passed undecided."),
    [DROPPED_UNSEEN] = OUTPUT("dropped_unseen", "samples", 0, 0, "Flagged ones dropped undecided."),
    [LATE] = OUTPUT("late", "samples", 0, 0, "Samples held before that went into the data."),
    [WAITING] = OUTPUT("waiting", "samples", 1, 1, "Samples that are held after the round."),
};

static gyre_status account(gyre_ctx *ctx, const gyre_deeds *deeds, double *out)
{
    struct queue *queue = ctx->state;
    out[MINUTES] = (double)queue->reviewed * ((const struct conf *)ctx->conf)->minutes;
    out[FLAGGED] = (double)deeds->flagged;
    out[REVIEWED] = (double)queue->reviewed;
    out[DROPPED] = (double)queue->dropped;
    out[PASSED_UNSEEN] = (double)queue->passed_unseen;
    out[DROPPED_UNSEEN] = (double)queue->dropped_unseen;
    out[LATE] = (double)queue->late;
    out[WAITING] = (double)queue->count;
    queue->reviewed = queue->dropped = queue->late = 0;
    queue->passed_unseen = queue->dropped_unseen = 0;
    return GYRE_OK;
}

static const gyre_intervention_ops ops = {
    .size = sizeof ops,
    .flag = flag,
    .review = review,
    .asks = asks,
    .outputs = outputs,
    .output_count = GYRE_COUNT(outputs),
    .output_size = sizeof *outputs,
    .account = account,
};

static const gyre_component component = {
    .size = sizeof component,
    .kind = GYRE_KIND_INTERVENTION,
    .id = "intervention.review",
    .version = "1.0.0",
    .summary = "People look at flagged samples; or a simulated reviewer does.",
    .doc =
        "With s the share of safe samples, N samples a round and phi the chance that one is\n"
        "flagged, n = N (phi_s s + phi_u (1 - s)) are flagged and a share v = min(1, capacity / "
        "n)\n"
        "of them is looked at. Where the others pass, a safe sample stays with chance\n"
        "1 - phi_s v (1 - specificity), an unsafe one with 1 - phi_u v sensitivity: so it is in\n"
        "a society that is large. Which of a round's samples are looked at is random. A sample\n"
        "that is held goes into the data of a later round, of the agent that was to have it,\n"
        "beside that round's own.\n\n"
        "A person is asked at the terminal by `gyre run --review`, or by `gyre review` from\n"
        "another one; docs/review.md says how. Results then depend on the answers, which the\n"
        "database keeps, and not on the seed alone. People are outside of the society: one with\n"
        "a review is not isolated. A review keeps safe mass, not coverage.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .check = check,
    .ops = &ops,
    .state_bytes = state_bytes,
};

GYRE_MODULE("org.gyre.intervention.review", "1.0.0", "MIT", &component);
