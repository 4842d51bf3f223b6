/* intervention.temper - strategy C, diversity by temperature: p^(1/T), normalised. */
#include "gyre/intervention.h"
#include "gyre/real.h"

struct conf {
    double temperature;
};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, temperature, 1.25, 0.1, 10, "",
               "T: above 1 flattens what data are drawn from, below 1 sharpens it."),
};

/* In ratios to the likeliest state nothing overflows; a state that is lost stays lost. */
static void temper(double *p, double power, int64_t n)
{
    double most = 0;
    for (int64_t z = 0; z < n; z++)
        most = p[z] > most ? p[z] : most;
    for (int64_t z = 0; z < n && most > 0; z++)
        p[z] = p[z] > 0 ? gyre_pow(p[z] / most, power) : 0;
}

static gyre_status on_distribution(gyre_ctx *ctx, const gyre_round *round, double *p)
{
    (void)round;
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    for (int64_t c = 0; c < shape->contexts; c++)
        temper(p + shape->context[c], 1 / conf->temperature,
               shape->context[c + 1] - shape->context[c]);
    return GYRE_OK;
}

static const gyre_intervention_ops ops = {.size = sizeof ops, .on_distribution = on_distribution};

static const gyre_component temper_ = {
    .size = sizeof temper_,
    .kind = GYRE_KIND_INTERVENTION,
    .id = "intervention.temper",
    .version = "1.0.0",
    .summary = "Data are drawn at a temperature.",
    .doc =
        "Data are drawn from p^(1/T), normalised within each context. Without sampling noise the\n"
        "log-odds of two states are divided by T each round. It delays the loss of rare states\n"
        "and never restores one; it flattens what is unsafe as well as what is safe.\n",
    GYRE_PARAMS(params),
    .conf_size = sizeof(struct conf),
    .ops = &ops,
};

GYRE_MODULE("org.gyre.intervention.temper", "1.0.0", "MIT", &temper_);
