/* intervention.temper - strategy C, diversity by temperature: p^(1/T), normalised. */
#include "gyre/intervention.h"
#include "gyre/real.h"

enum { OF_DATA, OF_POLICIES };

struct conf {
    double temperature, to;
    int64_t over;
    int32_t of;
};

static const char *const of[] = {"data", "policies", NULL};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, temperature, 1.25, 0.1, 10, "",
               "T: above 1 flattens what is tempered, below 1 sharpens it."),
    GYRE_P_F64(struct conf, to, 1, 0.1, 10, "",
               "Where T goes in a straight line, from the first round in which it acts."),
    GYRE_P_I64(struct conf, over, 0, 0, 1e15, "rounds",
               "In how many rounds it gets there, and then stays; 0: T stays as it is."),
    GYRE_P_ENUM(struct conf, of, OF_DATA, of,
                "What is tempered: what data are drawn from, or what every agent says."),
};

static gyre_status check(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    if (conf->over > 0 || conf->to == 1)
        return GYRE_OK;
    return ctx->host->fail(ctx, GYRE_E_INVALID,
                           "`to` means nothing with over = 0: say in how many rounds");
}

/* In ratios to the likeliest state nothing overflows; a state that is lost stays lost. */
static void temper(double *p, double power, int64_t n)
{
    double most = 0;
    for (int64_t z = 0; z < n; z++)
        most = p[z] > most ? p[z] : most;
    for (int64_t z = 0; z < n && most > 0; z++)
        p[z] = p[z] > 0 ? gyre_pow(p[z] / most, power) : 0;
}

/* On either hook, as on_distribution and as on_agent. */
static gyre_status temper_all(gyre_ctx *ctx, const gyre_round *round, double *p)
{
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    double const power = 1 / gyre_ramp(round, conf->temperature, conf->to, conf->over);
    for (int64_t c = 0; c < shape->contexts; c++)
        temper(p + shape->context[c], power, shape->context[c + 1] - shape->context[c]);
    return GYRE_OK;
}

static uint32_t hooks(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    return conf->of == OF_DATA ? GYRE_HOOK_DISTRIBUTION : GYRE_HOOK_AGENT;
}

static const gyre_intervention_ops ops = {
    .size = sizeof ops,
    .on_distribution = temper_all,
    .on_agent = temper_all,
    .hooks = hooks,
};

static const gyre_component temper_ = {
    .size = sizeof temper_,
    .kind = GYRE_KIND_INTERVENTION,
    .id = "intervention.temper",
    .version = "1.1.0",
    .summary = "Data are drawn at a temperature, or agents speak at one.",
    .doc =
        "Data are drawn from p^(1/T), normalised within each context; or every agent says\n"
        "p^(1/T) from then on, after its lessons. Without sampling noise the log-odds of two\n"
        "states are divided by T each round. It delays the loss of rare states and never restores\n"
        "one; it flattens what is unsafe as well as what is safe. On a schedule T is\n"
        "temperature + (to - temperature) min(1, r/over), r rounds after it first acted, whether\n"
        "or not it acts in all of them.\n",
    GYRE_PARAMS(params),
    .conf_size = sizeof(struct conf),
    .check = check,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.intervention.temper", "1.1.0", "MIT", &temper_);
