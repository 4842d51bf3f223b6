/* selection.neutral - a(z) = 1: everything that is said gets into the data alike. */
#include "gyre/selection.h"

static void fill(void *argument, int64_t begin, int64_t end)
{
    double *weight = argument;
    for (int64_t z = begin; z < end; z++)
        weight[z] = 1;
}

static gyre_status weigh(gyre_ctx *ctx, const gyre_round *round, double *weight)
{
    (void)round;
    ctx->host->each(ctx, ctx->shape->states, fill, weight);
    return GYRE_OK;
}

static int32_t even(gyre_ctx *ctx)
{
    (void)ctx;
    return 1;
}

static const gyre_selection_ops ops = {.size = sizeof ops, .weigh = weigh, .even = even};

static const gyre_component neutral = {
    .size = sizeof neutral,
    .kind = GYRE_KIND_SELECTION,
    .id = "selection.neutral",
    .version = "1.0.0",
    .summary = "Everything that is said gets into the data alike.",
    .doc = "a(z) = 1. What is left is drift: the noise of finite samples.\n",
    .ops = &ops,
};

GYRE_MODULE("org.gyre.selection.neutral", "1.0.0", "MIT", &neutral);
