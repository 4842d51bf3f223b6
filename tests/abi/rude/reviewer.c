/* intervention.reviewer - flags everything and looks at it, and each of that can go wrong. */
#include "rude.h"

#include "gyre/intervention.h"

enum {
    WELL,
    FLAG_ABOVE,
    FLAG_UNDEFINED,
    FLAG_NEGATIVE,
    LATE_NEGATIVE,
    LATE_MANY,
    LATE_STATE,
    LATE_DATASET,
    REFUSES,
    STEALS,
    ASKS,
    ASKS_OF_A_STATE,
    ASKS_OF_A_NUMBER,
    ASKS_NEGATIVE
};

static const char *const choices[] = {
    "well",      "flag_above",      "flag_undefined",   "flag_negative", "late_negative",
    "late_many", "late_state",      "late_dataset",     "refuses",       "steals",
    "asks",      "asks_of_a_state", "asks_of_a_number", "asks_negative", NULL};

RUDE_PARAMS(choices);

static gyre_status flag(gyre_ctx *ctx, const gyre_round *round, double *chance)
{
    (void)round;
    for (int64_t z = 0; z < ctx->shape->states; z++)
        chance[z] = 1;
    chance[1] = mode_of(ctx) == FLAG_ABOVE       ? 1.5
                : mode_of(ctx) == FLAG_NEGATIVE  ? -1
                : mode_of(ctx) == FLAG_UNDEFINED ? (double)NAN
                                                 : 1;
    return GYRE_OK;
}

/* Some agent does not exist, and some state. */
static void bring(gyre_review *review, uint32_t state, int64_t dataset)
{
    review->late_state[0] = state;
    review->late_dataset[0] = dataset;
    review->late = 1;
}

static gyre_status ask(gyre_ctx *ctx)
{
    int32_t const mode = mode_of(ctx);
    gyre_question question = {.size = sizeof question,
                              .state = mode == ASKS_OF_A_STATE ? 77 : 0,
                              .number = mode == ASKS_OF_A_NUMBER ? 77 : 0,
                              .why = NULL};
    return ctx->host->ask(ctx, &question, mode == ASKS_NEGATIVE ? -1 : 1, 1);
}

static gyre_status review(gyre_ctx *ctx, const gyre_round *round, gyre_review *review_)
{
    static uint8_t nothing[64];
    (void)round;
    switch (mode_of(ctx)) {
    case LATE_NEGATIVE:
        review_->late = -1;
        return GYRE_OK;
    case LATE_MANY:
        review_->late = review_->late_room + 1;
        return GYRE_OK;
    case LATE_STATE:
        bring(review_, 4, 0);
        return GYRE_OK;
    case LATE_DATASET:
        bring(review_, 0, 5);
        return GYRE_OK;
    case REFUSES:
        return ctx->host->fail(ctx, GYRE_E_INVALID, "this is nobody's business");
    case STEALS:
        review_->stays = nothing;
        review_->state = NULL;
        return GYRE_OK;
    case WELL:
        return GYRE_OK;
    default:
        return ask(ctx);
    }
}

static int32_t asks(gyre_ctx *ctx)
{
    return mode_of(ctx) > ASKS;
}

static const gyre_intervention_ops ops = {
    .size = sizeof ops, .flag = flag, .review = review, .asks = asks};

static const gyre_component rude = {
    .size = sizeof rude, RUDE_ABOUT(GYRE_KIND_INTERVENTION, "intervention.reviewer"), .ops = &ops};

GYRE_MODULE("org.example.reviewer", "1.0.0", "CC0-1.0", &rude);
