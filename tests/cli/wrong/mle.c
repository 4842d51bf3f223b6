/* An update.mle that learns half of what it says it does: the mean is right, and what drifts is
 * not. gyre theory has to see it. */
#include "gyre/update.h"

struct conf {
    double rate;
};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, rate, 1, 0, 1, "", "Said, and not done."),
};

static gyre_status update(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data)
{
    (void)round;
    gyre_examples const examples = {.size = sizeof examples,
                                    .count = data->count,
                                    .state = data->state,
                                    .weight = data->weight,
                                    .total = data->total};
    return ctx->host->learn(ctx, data, &examples, ((const struct conf *)ctx->conf)->rate / 2);
}

static const gyre_update_ops ops = {.size = sizeof ops, .update = update};

static const gyre_component mle = {
    .size = sizeof mle,
    .kind = GYRE_KIND_UPDATE,
    .id = "update.mle",
    .version = "0.0.1",
    .summary = "Learns half of what it says.",
    .doc = "Of tests alone.\n",
    GYRE_PARAMS(params),
    .conf_size = sizeof(struct conf),
    .ops = &ops,
};

GYRE_MODULE("org.gyre.test.wrong", "0.0.1", "MIT", &mle);
