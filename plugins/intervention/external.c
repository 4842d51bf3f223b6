/* intervention.external - strategy C, diversity from outside the society.
 *
 * Three laws that are easily taken for one another: each sample from outside
 * with a probability; an exact number of samples; the source itself as a
 * weight in every policy.
 */
#include <string.h>

#include "gyre/intervention.h"

struct conf {
    double share, weight, to;
    int64_t count, over;
};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, share, 0, 0, 1, "",
               "alpha: the chance that a sample is drawn from outside."),
    GYRE_P_I64(struct conf, count, 0, 0, 1e15, "samples",
               "How many samples of each dataset are drawn from outside, exactly."),
    GYRE_P_F64(struct conf, weight, 0, 0, 1, "",
               "c: what every agent takes over from the source itself, after its data."),
    GYRE_P_F64(struct conf, to, 0, 0, 1e15, "",
               "Where share, count or weight goes in a straight line, from the first round in "
               "which it acts."),
    GYRE_P_I64(struct conf, over, 0, 0, 1e15, "rounds",
               "In how many rounds it gets there, and then stays; 0: it stays as it is."),
};

static const gyre_field fields[] = {
    {.name = "source",
     .column = "reference",
     .of = GYRE_OF_STATE,
     .access = GYRE_READ,
     .doc = "The law outside: weights of states, normalised within each context."},
};

static gyre_status check_schedule(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    double const most = conf->count > 0 ? (double)ctx->shape->samples : 1;
    if (conf->over == 0 && conf->to > 0)
        return ctx->host->fail(ctx, GYRE_E_INVALID,
                               "`to` means nothing with over = 0: say in how many rounds");
    if (conf->to <= most)
        return GYRE_OK;
    return ctx->host->fail(ctx, GYRE_E_INVALID,
                           conf->count > 0 ? "`to` is more than a dataset's samples"
                                           : "`to` is above 1, and is a share or a weight");
}

static gyre_status check(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    const double *source = ctx->fields[0].data;
    int const used = (conf->share > 0) + (conf->count > 0) + (conf->weight > 0);
    for (int64_t z = 0; z < ctx->shape->states; z++)
        if (source[z] < 0)
            return ctx->host->fail(ctx, GYRE_E_INVALID, "the source has a negative weight");
    if (conf->count > 0 && ctx->shape->samples == 0)
        return ctx->host->fail(ctx, GYRE_E_INVALID,
                               "count means nothing with samples = \"expected\"; use share");
    if (ctx->shape->samples > 0 && conf->count > ctx->shape->samples)
        return ctx->host->fail(ctx, GYRE_E_INVALID, "count is more than a dataset's samples");
    if (used != 1)
        return ctx->host->fail(
            ctx, GYRE_E_INVALID,
            "needs exactly one of share, count and weight: they are different laws");
    return check_schedule(ctx);
}

static gyre_status supply(gyre_ctx *ctx, const gyre_round *round, gyre_supply *supply)
{
    const struct conf *conf = ctx->conf;
    if (conf->count > 0) /* the nearest whole number, halves up */
        supply->count =
            (int64_t)(gyre_ramp(round, (double)conf->count, conf->to, conf->over) + 0.5);
    else
        supply->share = gyre_ramp(round, conf->share, conf->to, conf->over);
    memcpy(supply->p, ctx->fields[0].data, sizeof(double) * (size_t)ctx->shape->states);
    return GYRE_OK;
}

static gyre_status on_policy(gyre_ctx *ctx, const gyre_round *round, double *weight, double *rate)
{
    const struct conf *conf = ctx->conf;
    *rate = gyre_ramp(round, conf->weight, conf->to, conf->over);
    memcpy(weight, ctx->fields[0].data, sizeof(double) * (size_t)ctx->shape->states);
    return GYRE_OK;
}

static uint32_t hooks(gyre_ctx *ctx)
{
    return ((const struct conf *)ctx->conf)->weight > 0 ? GYRE_HOOK_POLICY : GYRE_HOOK_SUPPLY;
}

static const gyre_intervention_ops ops = {
    .size = sizeof ops, .supply = supply, .on_policy = on_policy, .hooks = hooks};

static const gyre_component external = {
    .size = sizeof external,
    .kind = GYRE_KIND_INTERVENTION,
    .id = "intervention.external",
    .version = "1.1.0",
    .summary = "Data from outside: by chance, by number, by weight.",
    .doc =
        "In a society that starts at the source pi and replaces its policy (rate 1) by one shared\n"
        "dataset of N, the squared distance from pi settles, with H = 1 - sum pi^2, at\n\n"
        "- share: (H/N) / (1 - (1-alpha)^2 (1 - 1/N))\n"
        "- count = alpha N: (H/N) / (1 - (1-alpha)^2 + (1-alpha)/N)\n"
        "- weight c, after learning at rate 1: ((1-c)^2/N) H / (1 - (1-c)^2 + (1-c)^2/N)\n\n"
        "`outside` counts the samples that were drawn from outside. A society that takes data\n"
        "from outside is not isolated. On a schedule the number is x + (to - x) min(1, r/over),\n"
        "r rounds after it first acted, whether or not it acts in all of them; of a count the\n"
        "nearest whole number.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .check = check,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.intervention.external", "1.1.0", "MIT", &external);
