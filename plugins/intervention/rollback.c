/* intervention.rollback - strategy B, thermodynamic cooling: what went wrong is undone.
 *
 * Either snapshots of rows that count as good are kept, and the society goes back to one of them;
 * or it goes back to its start. When is said by `every` (a periodic reset) or by `when` (a metric
 * that passes a limit).
 */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "gyre/intervention.h"
#include "gyre/metric.h"

enum { TO_SNAPSHOT = 0, TO_START = 1 };

struct conf {
    int32_t to;
    int64_t back, keep, snapshot_every, min_gap, give_up;
    const char *verified;
    double at_least, at_most;
};

static const char *const places[] = {"snapshot", "start", NULL};

#define TEXT(member_, doc_)                                                                        \
    {                                                                                              \
        .key = #member_, .type = GYRE_TEXT, .offset = offsetof(struct conf, member_),              \
        .text_def = "", .doc = (doc_)                                                              \
    }

static const gyre_param params[] = {
    GYRE_P_ENUM(struct conf, to, TO_SNAPSHOT, places,
                "Where the society goes back to: a snapshot that was kept, or its start."),
    GYRE_P_I64(struct conf, back, 1, 1, 1000, "",
               "Which snapshot: the n-th newest, or the oldest where fewer are kept. Newer ones "
               "are dropped."),
    GYRE_P_I64(struct conf, keep, 3, 1, 1000, "", "How many snapshots are kept at most."),
    GYRE_P_I64(struct conf, snapshot_every, 1, 1, 1e15, "rounds",
               "A row may count as good only if its number is a multiple of this."),
    TEXT(verified, "An output, as in safety.mass, by which a row counts as good; empty: every row "
                   "does in which the rollback is not to act."),
    GYRE_P_F64(struct conf, at_least, -DBL_MAX, -DBL_MAX, DBL_MAX, "",
               "With verified: a row counts as good when the output is not below this."),
    GYRE_P_F64(struct conf, at_most, DBL_MAX, -DBL_MAX, DBL_MAX, "",
               "With verified: a row counts as good when the output is not above this."),
    GYRE_P_I64(struct conf, min_gap, 0, 0, 1e15, "rounds",
               "So many rounds after a rollback no other is done."),
    GYRE_P_I64(struct conf, give_up, 0, 0, 1e15, "rollbacks",
               "Ends the run when a rollback is due and so many in a row were done without a good "
               "row since; 0: never."),
};

enum { UNDONE, ROLLBACKS, KEPT };

#define OUTPUT(name_, unit_, hi_, direction_, headline_, doc_)                                     \
    {                                                                                              \
        .name = (name_), .unit = (unit_), .lo = 0, .hi = (hi_), .direction = (direction_),         \
        .headline = (headline_), .doc = (doc_)                                                     \
    }

static const gyre_output outputs[] = {
    [UNDONE] = OUTPUT("undone", "rounds", INFINITY, 1, 1,
                      "Rounds of learning that were undone after this row; none counts twice."),
    [ROLLBACKS] = OUTPUT("rollbacks", "", 1, 1, 0, "1 where the society was taken back, else 0."),
    [KEPT] = OUTPUT("kept", "snapshots", INFINITY, 0, 0, "Snapshots that are kept now."),
};

struct cache {
    int32_t verified; /* an output's number */
};

/* Of rollbacks since the last good row: how many, and when the first was. */
struct state {
    int64_t last, in_vain, since;
    int64_t kept, rolled;
    char sentence[300];
};

/* ---- before the run ----------------------------------------------------- */

static gyre_status check(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    int const limits = (conf->at_least > -DBL_MAX) + (conf->at_most < DBL_MAX);
    int const snapshots = conf->to == TO_SNAPSHOT;
    char sentence[200] = "";
    if (*conf->verified && limits != 1)
        snprintf(sentence, sizeof sentence,
                 "verified needs one limit, at_least or at_most, and has %s",
                 limits ? "both" : "none");
    else if (!*conf->verified && limits)
        snprintf(sentence, sizeof sentence,
                 "%s is a limit of nothing: verified names the output that it is on",
                 conf->at_most < DBL_MAX ? "at_most" : "at_least");
    else if (snapshots && conf->back > conf->keep)
        snprintf(sentence, sizeof sentence,
                 "back = %lld is beyond the keep = %lld snapshots that are kept",
                 (long long)conf->back, (long long)conf->keep);
    else if (!snapshots && conf->back > 1)
        snprintf(sentence, sizeof sentence,
                 "back chooses among snapshots, and to = \"start\" needs none");
    return *sentence ? ctx->host->fail(ctx, GYRE_E_INVALID, sentence) : GYRE_OK;
}

static gyre_status open(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    struct cache *cache = ctx->host->alloc(ctx, sizeof *cache, 64);
    if (!cache)
        return GYRE_E_NOMEM;
    ctx->cache = cache;
    if (*conf->verified)
        cache->verified = ctx->host->output(ctx, conf->verified);
    return cache->verified < 0 ? GYRE_E_INVALID : GYRE_OK;
}

static int64_t snapshots(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    return conf->to == TO_SNAPSHOT ? conf->keep : 0;
}

/* ---- after a row -------------------------------------------------------- */

/* A missing output is NaN, of which nothing is at least or at most. */
static int is_good(gyre_ctx *ctx, const gyre_round *round)
{
    const struct conf *conf = ctx->conf;
    const struct cache *cache = ctx->cache;
    if (round->round % conf->snapshot_every != 0)
        return 0;
    if (!*conf->verified)
        return 1;
    double const value = ctx->host->value(ctx, cache->verified);
    return value >= conf->at_least && value <= conf->at_most;
}

/* "with safety.mass at least 0.9" */
static void describe_good(const struct conf *conf, char *out, size_t size)
{
    int const least = conf->at_least > -DBL_MAX;
    if (*conf->verified)
        snprintf(out, size, "with %.80s %s %g", conf->verified, least ? "at least" : "at most",
                 least ? conf->at_least : conf->at_most);
    else
        snprintf(out, size, "that needed none");
}

static gyre_status lack_snapshot(gyre_ctx *ctx)
{
    char good[120], sentence[300];
    describe_good(ctx->conf, good, sizeof good);
    snprintf(
        sentence, sizeof sentence,
        "is to roll back, and has no snapshot yet: no row so far was one %s; loosen that, begin "
        "later with `from`, or go back to the start with to = \"start\"",
        good);
    return ctx->host->fail(ctx, GYRE_E_INVALID, sentence);
}

static void give_up(gyre_ctx *ctx, gyre_oversight *oversight)
{
    struct state *state = ctx->state;
    char good[120];
    describe_good(ctx->conf, good, sizeof good);
    snprintf(state->sentence, sizeof state->sentence,
             "gives up: %lld rollback%s since round %lld led to no row %s, and the next would go "
             "round in a circle",
             (long long)state->in_vain, state->in_vain == 1 ? "" : "s", (long long)state->since,
             good);
    oversight->stop = state->sentence;
}

static void roll_back(gyre_ctx *ctx, const gyre_round *round, gyre_oversight *oversight)
{
    const struct conf *conf = ctx->conf;
    struct state *state = ctx->state;
    if (state->in_vain == 0)
        state->since = round->round;
    state->in_vain++;
    state->last = round->round;
    state->rolled = 1;
    oversight->start = conf->to == TO_START;
    if (conf->to == TO_SNAPSHOT)
        oversight->back = conf->back < oversight->kept ? conf->back : oversight->kept;
    state->kept = oversight->start ? 0 : oversight->kept - (oversight->back - 1);
}

static void look_on(gyre_ctx *ctx, const gyre_round *round, gyre_oversight *oversight)
{
    const struct conf *conf = ctx->conf;
    struct state *state = ctx->state;
    if (!is_good(ctx, round))
        return;
    state->in_vain = 0;
    oversight->keep = conf->to == TO_SNAPSHOT;
    state->kept += oversight->keep && state->kept < conf->keep;
}

static gyre_status oversee(gyre_ctx *ctx, const gyre_round *round, gyre_oversight *oversight)
{
    const struct conf *conf = ctx->conf;
    struct state *state = ctx->state;
    int const rests = state->last > 0 && round->round - state->last <= conf->min_gap;
    state->rolled = 0;
    if (!oversight->acts)
        look_on(ctx, round, oversight);
    else if (rests)
        return GYRE_OK;
    else if (conf->to == TO_SNAPSHOT && oversight->kept == 0)
        return lack_snapshot(ctx);
    else if (conf->give_up > 0 && state->in_vain >= conf->give_up)
        give_up(ctx, oversight);
    else
        roll_back(ctx, round, oversight);
    return GYRE_OK;
}

static gyre_status account(gyre_ctx *ctx, const gyre_deeds *deeds, double *out)
{
    const struct state *state = ctx->state;
    out[UNDONE] = (double)deeds->undone;
    out[ROLLBACKS] = (double)state->rolled;
    out[KEPT] = (double)state->kept;
    return GYRE_OK;
}

static const gyre_intervention_ops ops = {
    .size = sizeof ops,
    .oversee = oversee,
    .snapshots = snapshots,
    GYRE_OUTPUTS(outputs),
    .account = account,
};

static const gyre_component rollback = {
    .size = sizeof rollback,
    .kind = GYRE_KIND_INTERVENTION,
    .id = "intervention.rollback",
    .version = "1.0.0",
    .summary = "The society goes back to its start, or to a snapshot that was good.",
    .doc =
        "Acts after a row was measured: `when` looks at that very row, which keeps what was\n"
        "measured; the next round learns from agents as they were then. Agents go back, and with\n"
        "them what the policy, selection, update and other interventions remember; rounds and\n"
        "random words go on, so the same rounds do not come again.\n\n"
        "Rows in which it is to act are never kept. A snapshot is the run's own past: the society\n"
        "is at best anchored, and open where a trigger or `verified` reads a metric of labels.\n\n"
        "Reset to the start every T rounds (`every` and `from` = T), with one shared dataset of N\n"
        "that replaces what was: the diversity H = 1 - sum P^2 has E[H_t] =\n"
        "H_0 (1 - 1/N)^(1 + ((t-1) mod T)). With a trigger it selects: what went wrong by chance\n"
        "is undone and what went well by chance stays, so the mean of the metric rises.\n",
    GYRE_PARAMS(params),
    .conf_size = sizeof(struct conf),
    .state_size = sizeof(struct state),
    .check = check,
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.intervention.rollback", "1.0.0", "MIT", &rollback);
