/* intervention.memory - checks one sample more each time it acts: what it does hangs on its state,
 * whose size it says itself. */
#include "gyre/intervention.h"

struct conf {
    int64_t begin;
};

static const gyre_param params[] = {
    GYRE_P_I64(struct conf, begin, 0, 0, 1000, "samples", "What the count begins with."),
};

static size_t state_bytes(gyre_ctx *ctx)
{
    return sizeof(int64_t) * (size_t)ctx->shape->states;
}

/* In the last number, so that too small a state shows. */
static int64_t *count_of(gyre_ctx *ctx)
{
    return (int64_t *)ctx->state + ctx->shape->states - 1;
}

static gyre_status reset(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    *count_of(ctx) = conf->begin;
    return GYRE_OK;
}

static gyre_status judge(gyre_ctx *ctx, const gyre_round *round, gyre_judgement *judgement)
{
    (void)round;
    judgement->budget = ++*count_of(ctx);
    return GYRE_OK;
}

static const gyre_intervention_ops ops = {.size = sizeof ops, .judge = judge};

static const gyre_component memory = {.size = sizeof memory,
                                      .kind = GYRE_KIND_INTERVENTION,
                                      .id = "intervention.memory",
                                      .version = "1.0.0",
                                      .summary = "Checks more and more.",
                                      .doc = "Memory.\n",
                                      GYRE_PARAMS(params),
                                      .conf_size = sizeof(struct conf),
                                      .reset = reset,
                                      .ops = &ops,
                                      .state_bytes = state_bytes};

GYRE_MODULE("org.example.memory", "1.0.0", "CC0-1.0", &memory);
