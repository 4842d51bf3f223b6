/* intervention.verify - strategy A, Maxwell's demon: a verifier between what is
 * said and what is learned.
 *
 * It looks at samples before agents learn from them. One whose risk is above
 * max_risk is unsafe; a verifier that errs rejects some safe ones too and
 * passes some unsafe ones. It reads labels that people gave: a society with a
 * verifier is not isolated, unless surprise is all that it goes by.
 */
#include <math.h>

#include "gyre/intervention.h"
#include "gyre/real.h"

/* A probability or a risk that is on its limit is not beyond it, whatever the last bits say. */
#define SLACK 0x1p-40

struct conf {
    double max_risk, rejects_safe, passes_unsafe, surprisal;
    int64_t checks;
    int32_t act, unchecked, relative, labels;
};

static const char *const acts[] = {"drop", "redraw", NULL};
static const char *const unchecked[] = {"keep", "drop", NULL};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, max_risk, 0.5, 0, 1, "", "The highest risk that counts as safe."),
    GYRE_P_BOOL(struct conf, relative, 0,
                "Whether max_risk is a margin above the mean risk of what is said in the row "
                "before, instead of the limit itself."),
    GYRE_P_F64(struct conf, surprisal, 0, 0, 1e3, "nats",
               "h: a sample of which -ln Pbar(z|c) is above it counts as unsafe too; 0: none "
               "does."),
    GYRE_P_BOOL(struct conf, labels, 1,
                "Whether it reads the risk of samples; if not, surprise is all that it goes by."),
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
     .when = "labels",
     .of = GYRE_OF_STATE,
     .access = GYRE_READ,
     .doc = "What the limit is on; 1 - safe where the space gives no risk."},
};

static gyre_status check(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    if (!conf->labels && (conf->relative || conf->surprisal <= 0))
        return ctx->host->fail(ctx, GYRE_E_INVALID,
                               conf->relative ? "relative is of risk, and labels = false reads none"
                                              : "labels = false leaves surprisal, and it is 0");
    if (conf->checks == 0 || ctx->shape->samples > 0)
        return GYRE_OK;
    return ctx->host->fail(ctx, GYRE_E_INVALID,
                           "a number of checks has no meaning with samples = \"expected\"");
}

/* sum of mu_c Pbar(z|c) risk(z). */
static double mean_risk(gyre_ctx *ctx, const double *said, const double *risk)
{
    const gyre_shape *shape = ctx->shape;
    double mean = 0;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        mean += shape->met[c] * ctx->host->dot(ctx, said + begin, risk + begin, n);
    }
    return mean;
}

static double risk_limit(gyre_ctx *ctx, const gyre_round *round, const double *risk)
{
    const struct conf *conf = ctx->conf;
    if (!conf->relative)
        return conf->max_risk;
    double const limit = mean_risk(ctx, round->mixture, risk) + conf->max_risk;
    return limit + SLACK * (limit < 0 ? -limit : limit);
}

static gyre_status judge(gyre_ctx *ctx, const gyre_round *round, gyre_judgement *judgement)
{
    const struct conf *conf = ctx->conf;
    const double *risk = ctx->fields[0].data;
    double const limit = risk ? risk_limit(ctx, round, risk) : 0;
    double const rare = conf->surprisal > 0 ? gyre_exp(-conf->surprisal) * (1 - SLACK) : 0;
    judgement->act = (uint32_t)conf->act;
    judgement->unchecked = (uint32_t)conf->unchecked;
    if (conf->checks > 0)
        judgement->budget = conf->checks;
    for (int64_t z = 0; z < ctx->shape->states; z++) {
        int const safe = !(risk && risk[z] > limit) && round->mixture[z] >= rare;
        judgement->pass[z] = safe ? 1 - conf->rejects_safe : conf->passes_unsafe;
    }
    return GYRE_OK;
}

static const gyre_output outputs[] = {
    {.name = "checks",
     .unit = "samples",
     .doc = "The cost: how many samples it looked at, redrawn ones too.",
     .hi = INFINITY,
     .direction = 1},
};

static gyre_status account(gyre_ctx *ctx, const gyre_deeds *deeds, double *out)
{
    (void)ctx;
    out[0] = (double)deeds->checked;
    return GYRE_OK;
}

static const gyre_intervention_ops ops = {
    .size = sizeof ops, .judge = judge, GYRE_OUTPUTS(outputs), .account = account};

static const gyre_component verify = {
    .size = sizeof verify,
    .kind = GYRE_KIND_INTERVENTION,
    .id = "intervention.verify",
    .version = "1.1.0",
    .summary = "A verifier drops or redraws too risky samples.",
    .doc = "With s the share of safe samples, r = rejects_safe and q = passes_unsafe, and all\n"
           "samples checked, the odds of safe data grow by (1 - r) / q a round. With `checks` its\n"
           "budget is spent on a random choice of samples; a redrawn sample costs checks too. It\n"
           "keeps safe mass, not coverage: rare safe states are forgotten as before. A relative\n"
           "limit moves with the society: mean risk may climb round by round while every sample\n"
           "stays within the margin. Surprise is measured by what the society says itself, and\n"
           "the rare is what it cuts: after one round without sampling noise the coverage is\n"
           "pi*{z: P(z|c) >= exp(-h)}. A demon against entropy is also one against coverage.\n"
           "With labels = false no label is read, and the society may still be closed. `checked`,\n"
           "`rejected`, `redrawn` and `given_up` are counted as tallies.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .check = check,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.intervention.verify", "1.1.0", "MIT", &verify);
