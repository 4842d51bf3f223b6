/* selection.sharpen - what is common already gets more than its share: confidence. */
#include "gyre/real.h"
#include "gyre/selection.h"

struct conf {
    double power;
};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, power, 1.2, 0, 100, "",
               "kappa: the society learns from Pbar^kappa, normalised."),
};

/* a = Pbar^(kappa - 1), so that a Pbar is the power. In ratios to the commonest state, or a power
 * below 1 could overflow; a state that nobody says has no weight to overflow with. */
static void weigh_context(const double *said, double power, double *weight, int64_t n)
{
    double most = 0;
    for (int64_t z = 0; z < n; z++)
        most = said[z] > most ? said[z] : most;
    for (int64_t z = 0; z < n; z++) {
        double const ratio = gyre_pow(said[z] / most, power - 1);
        weight[z] = said[z] > 0 ? (ratio < 1e300 ? ratio : 1e300) : 0;
    }
}

static gyre_status weigh(gyre_ctx *ctx, const gyre_round *round, double *weight)
{
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c];
        weigh_context(round->mixture + begin, conf->power, weight + begin,
                      shape->context[c + 1] - begin);
    }
    return GYRE_OK;
}

static const gyre_selection_ops ops = {.size = sizeof ops, .weigh = weigh};

static const gyre_component sharpen = {
    .size = sizeof sharpen,
    .kind = GYRE_KIND_SELECTION,
    .id = "selection.sharpen",
    .version = "1.0.0",
    .summary = "What is common already gets more than its share.",
    .doc = "With mixing = 1 data are drawn from Pbar^kappa, normalised within each context. kappa\n"
           "above 1 sharpens, 1 is neutral, below 1 flattens. Without sampling noise P_t is\n"
           "proportional to P_0^(kappa^t). It never brings back a state that nobody says.\n",
    GYRE_PARAMS(params),
    .conf_size = sizeof(struct conf),
    .ops = &ops,
};

GYRE_MODULE("org.gyre.selection.sharpen", "1.0.0", "MIT", &sharpen);
