/* intervention.rude - hooks, each of which can go wrong. */
#include "rude.h"

#include "gyre/intervention.h"

enum {
    WELL,
    LAW_UNDEFINED,
    LAW_NEGATIVE,
    LAW_NOTHING,
    LAW_REFUSED,
    PASS_ABOVE,
    PASS_UNDEFINED,
    PASS_NEGATIVE,
    ACT,
    UNCHECKED,
    BUDGET,
    SHARE,
    SHARE_UNDEFINED,
    COUNT,
    COUNT_NEGATIVE,
    ONE_OUTSIDE,
    NO_MASS,
    SUPPLY_UNDEFINED,
    RATE,
    RATE_UNDEFINED,
    WEIGHT_UNDEFINED,
    WEIGHT_NEGATIVE,
    STEALS,
    AGENT_UNDEFINED,
    AGENT_NEGATIVE,
    AGENT_MUTE,
    AGENT_REFUSED,
    PRUNE_SHARE,
    PRUNE_UNDEFINED,
    PRUNE_ORDER,
    PRUNE_RANK,
    PRUNE_REFUSED
};

static const char *const choices[] = {"well",
                                      "law_undefined",
                                      "law_negative",
                                      "law_nothing",
                                      "law_refused",
                                      "pass_above",
                                      "pass_undefined",
                                      "pass_negative",
                                      "act",
                                      "unchecked",
                                      "budget",
                                      "share",
                                      "share_undefined",
                                      "count",
                                      "count_negative",
                                      "one_outside",
                                      "no_mass",
                                      "supply_undefined",
                                      "rate",
                                      "rate_undefined",
                                      "weight_undefined",
                                      "weight_negative",
                                      "steals",
                                      "agent_undefined",
                                      "agent_negative",
                                      "agent_mute",
                                      "agent_refused",
                                      "prune_share",
                                      "prune_undefined",
                                      "prune_order",
                                      "prune_rank",
                                      "prune_refused",
                                      NULL};

RUDE_PARAMS(choices);

static gyre_status on_distribution(gyre_ctx *ctx, const gyre_round *round, double *p)
{
    (void)round;
    switch (mode_of(ctx)) {
    case LAW_UNDEFINED:
        p[1] = (double)NAN;
        return GYRE_OK;
    case LAW_NEGATIVE:
        p[1] = -p[1];
        return GYRE_OK;
    case LAW_NOTHING:
        memset(p, 0, sizeof *p * (size_t)ctx->shape->states);
        return GYRE_OK;
    case LAW_REFUSED:
        return ctx->host->fail(ctx, GYRE_E_INVALID, "this law is as it should be");
    default:
        return GYRE_OK;
    }
}

/* Not to be written to. */
static const double steals[4];

static gyre_status judge(gyre_ctx *ctx, const gyre_round *round, gyre_judgement *judgement)
{
    (void)round;
    switch (mode_of(ctx)) {
    case PASS_ABOVE:
        judgement->pass[1] = 1.5;
        break;
    case PASS_UNDEFINED:
        judgement->pass[2] = (double)NAN;
        break;
    case PASS_NEGATIVE:
        judgement->pass[3] = -0.125;
        break;
    case ACT:
        judgement->act = 2;
        break;
    case UNCHECKED:
        judgement->unchecked = 7;
        break;
    case STEALS:
        judgement->pass = (double *)(void *)steals;
        break;
    case BUDGET:
        judgement->budget = 5;
        break;
    default:
        break;
    }
    return GYRE_OK;
}

static gyre_status supply(gyre_ctx *ctx, const gyre_round *round, gyre_supply *out)
{
    (void)round;
    int32_t const mode = mode_of(ctx);
    if (mode < SHARE || mode > SUPPLY_UNDEFINED)
        return GYRE_OK;
    for (int64_t z = 0; z < ctx->shape->states && mode != NO_MASS; z++)
        out->p[z] = mode == SUPPLY_UNDEFINED ? (double)NAN : 1;
    out->share = mode == SHARE ? 2 : mode == SHARE_UNDEFINED ? (double)NAN : 0;
    out->count = mode == COUNT ? ctx->shape->samples + 1 : mode == COUNT_NEGATIVE ? -1 : 0;
    if (mode >= ONE_OUTSIDE)
        out->count = 1;
    return GYRE_OK;
}

static gyre_status on_policy(gyre_ctx *ctx, const gyre_round *round, double *weight, double *rate)
{
    (void)round;
    int32_t const mode = mode_of(ctx);
    if (mode < RATE || mode >= STEALS)
        return GYRE_OK;
    *rate = mode == RATE ? 2 : mode == RATE_UNDEFINED ? (double)NAN : 0.5;
    weight[0] = 1;
    if (mode == WEIGHT_UNDEFINED)
        weight[1] = (double)NAN;
    if (mode == WEIGHT_NEGATIVE)
        weight[1] = -1;
    return GYRE_OK;
}

static gyre_status on_agent(gyre_ctx *ctx, const gyre_round *round, double *p)
{
    (void)round;
    switch (mode_of(ctx)) {
    case AGENT_UNDEFINED:
        p[1] = (double)NAN;
        return GYRE_OK;
    case AGENT_NEGATIVE:
        p[1] = -1;
        return GYRE_OK;
    case AGENT_MUTE:
        memset(p, 0, sizeof *p * (size_t)ctx->shape->states);
        return GYRE_OK;
    default:
        return ctx->host->fail(ctx, GYRE_E_INVALID, "this agent is as it should be");
    }
}

static gyre_status prune(gyre_ctx *ctx, const gyre_round *round, gyre_pruning *pruning,
                         double *rank)
{
    (void)round;
    int32_t const mode = mode_of(ctx);
    pruning->share = mode == PRUNE_SHARE ? 1.5 : mode == PRUNE_UNDEFINED ? (double)NAN : 0.5;
    pruning->first = mode == PRUNE_ORDER ? 3 : GYRE_FIRST_RANKED;
    rank[1] = mode == PRUNE_RANK ? (double)INFINITY : 0;
    if (mode == PRUNE_REFUSED)
        return ctx->host->fail(ctx, GYRE_E_INVALID, "nothing may be forgotten");
    return GYRE_OK;
}

/* Agents are changed by those that are rude in it alone: not every policy goes along. */
static uint32_t hooks(gyre_ctx *ctx)
{
    int32_t const mode = mode_of(ctx);
    if (mode >= PRUNE_SHARE)
        return GYRE_HOOK_PRUNE;
    if (mode >= AGENT_UNDEFINED)
        return GYRE_HOOK_AGENT;
    return GYRE_HOOK_DISTRIBUTION | GYRE_HOOK_JUDGE | GYRE_HOOK_SUPPLY |
           (mode == WELL ? 0 : GYRE_HOOK_POLICY);
}

static const gyre_intervention_ops ops = {.size = sizeof ops,
                                          .on_distribution = on_distribution,
                                          .judge = judge,
                                          .supply = supply,
                                          .on_policy = on_policy,
                                          .on_agent = on_agent,
                                          .prune = prune,
                                          .hooks = hooks};

static const gyre_component rude = {
    .size = sizeof rude, RUDE_ABOUT(GYRE_KIND_INTERVENTION, "intervention.rude"), .ops = &ops};

GYRE_MODULE("org.example.rude", "1.0.0", "CC0-1.0", &rude);
