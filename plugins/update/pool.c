/* update.pool - nothing is forgotten: agents learn from all data that they ever had.
 *
 * The policy is the mean of all samples so far, which a row need not keep: the
 * n-th sample moves it by 1/n. In round t, with equal datasets, the rate is 1/t.
 */
#include <string.h>

#include "gyre/update.h"

/* State: how many samples each dataset has given in each context so far. */
static size_t state_bytes(gyre_ctx *ctx)
{
    return sizeof(double) * (size_t)(ctx->shape->datasets * ctx->shape->contexts);
}

/* The samples of one context alone, behind each other. */
static int64_t pick(const gyre_data *data, int64_t begin, int64_t end, uint32_t *out)
{
    int64_t count = 0;
    for (int64_t i = 0; i < data->count; i++)
        if (data->state[i] >= begin && data->state[i] < end)
            out[count++] = data->state[i];
    return count;
}

/* Expected data stand for equally many samples in every round. */
static gyre_status learn_context(gyre_ctx *ctx, const gyre_data *data, int64_t context,
                                 double *pooled)
{
    const gyre_shape *shape = ctx->shape;
    int64_t const begin = shape->context[context], end = shape->context[context + 1];
    gyre_examples examples = {.size = sizeof examples};
    *pooled += data->total[context];
    if (data->weight) {
        double *weight = ctx->host->scratch(ctx, sizeof *weight * (size_t)shape->states);
        if (!weight)
            return GYRE_E_NOMEM;
        memset(weight, 0, sizeof *weight * (size_t)shape->states);
        memcpy(weight + begin, data->weight + begin, sizeof *weight * (size_t)(end - begin));
        examples.weight = weight;
    } else {
        uint32_t *state = ctx->host->scratch(ctx, sizeof *state * (size_t)data->count);
        if (!state)
            return GYRE_E_NOMEM;
        examples.state = state;
        examples.count = pick(data, begin, end, state);
    }
    return ctx->host->learn(ctx, data, &examples, data->total[context] / *pooled);
}

static gyre_status update(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data)
{
    (void)round;
    int64_t const contexts = ctx->shape->contexts;
    double *pooled = (double *)ctx->state + data->dataset * contexts;
    for (int64_t c = 0; c < contexts; c++) {
        if (data->total[c] <= 0)
            continue;
        gyre_status const status = learn_context(ctx, data, c, &pooled[c]);
        if (status != GYRE_OK)
            return status;
    }
    return GYRE_OK;
}

static const gyre_update_ops ops = {.size = sizeof ops, .update = update};

static const gyre_component pool = {
    .size = sizeof pool,
    .kind = GYRE_KIND_UPDATE,
    .id = "update.pool",
    .version = "1.0.0",
    .summary = "Nothing is forgotten: all data so far count alike.",
    .doc =
        "P_t is the mean of all samples of rounds 1 to t, context by context; what agents said at\n"
        "the start counts for nothing once there are samples. The expected diversity is\n"
        "multiplied by 1 - 1/(N t^2) in round t and settles at H_0 sin(pi/sqrt N) / (pi/sqrt N).\n",
    .state_bytes = state_bytes,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.update.pool", "1.0.0", "MIT", &pool);
