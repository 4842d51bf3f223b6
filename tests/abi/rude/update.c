/* update.rude - examples and rates that are none; those that say `replaces` or GYRE_STATES and
 * teach otherwise; and agents that all fail at once. */
#include "rude.h"

#include <stdbool.h>
#include <stdio.h>

#include "gyre/update.h"

enum {
    WELL,
    FAST,
    BACKWARD,
    NO_RATE,
    BEYOND,
    NEGATIVE_COUNT,
    NO_STATES,
    UNDEFINED,
    NEGATIVE,
    IGNORES,
    MORE,
    OTHER_DATA,
    HALF,
    WEIGHS,
    COPIES,
    AS_SAID,
    STATES_HALF,
    STATES_WEIGHED,
    CROWD,
    CROWD_LATE
};

static const char *const choices[] = {
    "well",      "fast",       "backward", "no_rate", "beyond",      "negative_count",
    "no_states", "undefined",  "negative", "ignores", "more",        "other_data",
    "half",      "weighs",     "copies",   "as_said", "states_half", "states_weighed",
    "crowd",     "crowd_late", NULL};

RUDE_PARAMS(choices);

static double rate_of(const gyre_ctx *ctx)
{
    switch (mode_of(ctx)) {
    case FAST:
    case IGNORES:
        return 2;
    case BACKWARD:
        return -0.5;
    case HALF:
    case STATES_HALF:
        return 0.5;
    case NO_RATE:
        return (double)NAN;
    default:
        return 1;
    }
}

static gyre_status spoil(gyre_ctx *ctx, gyre_examples *examples)
{
    uint32_t *state = ctx->host->scratch(ctx, sizeof *state);
    size_t const states = (size_t)ctx->shape->states;
    double *weight = ctx->host->scratch(ctx, sizeof *weight * states);
    if (!state || !weight)
        return GYRE_E_NOMEM;
    *state = (uint32_t)states;
    memset(weight, 0, sizeof *weight * states);
    weight[states - 1] = mode_of(ctx) == NEGATIVE ? -1 : (double)NAN;
    if (mode_of(ctx) == BEYOND)
        *examples = (gyre_examples){.size = sizeof *examples, .count = 1, .state = state};
    if (mode_of(ctx) == NEGATIVE_COUNT)
        examples->count = -1;
    if (mode_of(ctx) == NO_STATES)
        examples->state = NULL;
    if (mode_of(ctx) == UNDEFINED || mode_of(ctx) == NEGATIVE)
        examples->weight = weight;
    return GYRE_OK;
}

/* Sound examples, but not those that replaces spoke of: the same samples elsewhere, or weights
 * beside them. */
static gyre_status teach_otherwise(gyre_ctx *ctx, const gyre_data *data, gyre_examples *examples)
{
    size_t const states = (size_t)ctx->shape->states, count = (size_t)data->count;
    double *weight = ctx->host->scratch(ctx, sizeof *weight * states);
    uint32_t *state = ctx->host->scratch(ctx, sizeof *state * count);
    if (!weight || !state)
        return GYRE_E_NOMEM;
    memset(weight, 0, sizeof *weight * states);
    memcpy(state, data->state, sizeof *state * count);
    if (mode_of(ctx) != COPIES)
        examples->weight = weight;
    if (mode_of(ctx) == COPIES)
        examples->state = state;
    return GYRE_OK;
}

/* From the sixth dataset on all fail, each in its own words; the later ones are done sooner. */
static gyre_status fail_in_a_crowd(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data)
{
    char sentence[64];
    double noise[64];
    if (data->dataset < 5 || (mode_of(ctx) == CROWD_LATE && round->round < 2))
        return GYRE_OK;
    for (int64_t i = data->dataset; i < 400; i++)
        ctx->host->uniform(ctx, 0, 0, 64, noise);
    snprintf(sentence, sizeof sentence, "dataset %lld is too hard", (long long)data->dataset);
    return ctx->host->fail(ctx, GYRE_E_INVALID, sentence);
}

static gyre_status update(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data)
{
    gyre_examples examples = {.size = sizeof examples, .count = data->count, .state = data->state};
    if (mode_of(ctx) >= CROWD)
        return fail_in_a_crowd(ctx, round, data);
    gyre_data const other = {.size = sizeof other, .dataset = data->dataset + (1 << 30)};
    if (mode_of(ctx) == MORE)
        examples.count = data->count + (1 << 30);
    if (mode_of(ctx) == OTHER_DATA)
        return ctx->host->learn(ctx, &other, &examples, 1);
    bool const otherwise =
        mode_of(ctx) == WEIGHS || mode_of(ctx) == COPIES || mode_of(ctx) == STATES_WEIGHED;
    gyre_status status = otherwise ? teach_otherwise(ctx, data, &examples) : spoil(ctx, &examples);
    if (status == GYRE_OK)
        status = ctx->host->learn(ctx, data, &examples, rate_of(ctx));
    return mode_of(ctx) == IGNORES ? GYRE_OK : status;
}

static int32_t replaces(gyre_ctx *ctx)
{
    return mode_of(ctx) >= HALF && mode_of(ctx) <= AS_SAID;
}

static uint32_t ways(gyre_ctx *ctx)
{
    return mode_of(ctx) == STATES_HALF || mode_of(ctx) == STATES_WEIGHED ? GYRE_STATES : 0;
}

static const gyre_update_ops ops = {
    .size = sizeof ops, .update = update, .replaces = replaces, .ways = ways};

static const gyre_component rude = {
    .size = sizeof rude, RUDE_ABOUT(GYRE_KIND_UPDATE, "update.rude"), .ops = &ops};

GYRE_MODULE("org.example.rude", "1.0.0", "CC0-1.0", &rude);
