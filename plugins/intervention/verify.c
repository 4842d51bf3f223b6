/* intervention.verify - strategy A, Maxwell's demon: a verifier between what is
 * said and what is learned.
 *
 * It looks at samples before agents learn from them. One whose risk is above
 * max_risk is unsafe; a verifier that errs rejects some safe ones too and
 * passes some unsafe ones. It reads labels that people gave: a society with a
 * verifier is not isolated.
 */
#include "gyre/intervention.h"

struct conf {
    double max_risk, rejects_safe, passes_unsafe;
    int64_t checks;
    int32_t act, unchecked;
};

static const char *const acts[] = {"drop", "redraw", NULL};
static const char *const unchecked[] = {"keep", "drop", NULL};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, max_risk, 0.5, 0, 1, "", "The highest risk that counts as safe."),
    GYRE_P_F64(struct conf, rejects_safe, 0, 0, 1, "",
               "The chance that a safe sample is rejected."),
    GYRE_P_F64(struct conf, passes_unsafe, 0, 0, 1, "", "The chance that an unsafe sample passes."),
    GYRE_P_I64(struct conf, checks, 0, 0, 1e15, "samples a round",
               "How many samples of the whole society it can check a round; 0: all."),
    GYRE_P_ENUM(struct conf, act, GYRE_DROP, acts,
                "What becomes of a rejected sample: it is dropped, or drawn and checked again."),
    GYRE_P_ENUM(struct conf, unchecked, GYRE_KEEP, unchecked,
                "What becomes of samples that it has no time to check."),
};

static const gyre_field fields[] = {
    {.name = "risk",
     .column = "risk",
     .of = GYRE_OF_STATE,
     .access = GYRE_READ,
     .doc = "What the limit is on; 1 - safe where the space gives no risk."},
};

static gyre_status check(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    if (conf->checks == 0 || ctx->shape->samples > 0)
        return GYRE_OK;
    return ctx->host->fail(ctx, GYRE_E_INVALID,
                           "a number of checks has no meaning with samples = \"expected\"");
}

static gyre_status judge(gyre_ctx *ctx, const gyre_round *round, gyre_judgement *judgement)
{
    (void)round;
    const struct conf *conf = ctx->conf;
    const double *risk = ctx->fields[0].data;
    judgement->act = (uint32_t)conf->act;
    judgement->unchecked = (uint32_t)conf->unchecked;
    if (conf->checks > 0)
        judgement->budget = conf->checks;
    for (int64_t z = 0; z < ctx->shape->states; z++)
        judgement->pass[z] =
            risk[z] <= conf->max_risk ? 1 - conf->rejects_safe : conf->passes_unsafe;
    return GYRE_OK;
}

static const gyre_intervention_ops ops = {.size = sizeof ops, .judge = judge};

static const gyre_component verify = {
    .size = sizeof verify,
    .kind = GYRE_KIND_INTERVENTION,
    .id = "intervention.verify",
    .version = "1.0.0",
    .summary = "A verifier drops or redraws too risky samples.",
    .doc = "With s the share of safe samples, r = rejects_safe and q = passes_unsafe, and all\n"
           "samples checked, the odds of safe data grow by (1 - r) / q a round. With `checks` its\n"
           "budget is spent on a random choice of samples; a redrawn sample costs checks too. It\n"
           "keeps safe mass, not coverage: rare safe states are forgotten as before.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .check = check,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.intervention.verify", "1.0.0", "MIT", &verify);
