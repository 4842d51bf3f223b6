/* selection.bias - a(z) = exp(beta x(z)): what has more of an attribute gets more attention. */
#include <math.h>

#include "gyre/selection.h"

struct conf {
    double beta;
};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, beta, 1, -1000, 1000, "",
               "How strongly: a state with one unit more weighs e^beta times as much."),
};

static const gyre_field fields[] = {
    {.name = "attribute",
     .column = "utility",
     .of = GYRE_OF_STATE,
     .access = GYRE_READ,
     .doc = "What is favoured (beta above 0) or avoided (below 0)."},
};

/* The most favoured of what anybody says. Weights are in ratios to it: exp cannot overflow, and the
 * difference is rounded before it is multiplied, not after. */
static double favourite(const double *x, const double *said, double beta, int64_t begin,
                        int64_t end)
{
    double best = beta > 0 ? -INFINITY : INFINITY;
    for (int64_t z = begin; z < end; z++)
        if (said[z] > 0 && (beta > 0 ? x[z] > best : x[z] < best))
            best = x[z];
    return best;
}

static gyre_status weigh(gyre_ctx *ctx, const gyre_round *round, double *weight)
{
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    const double *x = ctx->fields[0].data, *said = round->mixture;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], end = shape->context[c + 1];
        double const best = favourite(x, said, conf->beta, begin, end);
        for (int64_t z = begin; z < end; z++)
            weight[z] = said[z] > 0 ? conf->beta * (x[z] - best) : 0;
    }
    ctx->host->exp(ctx, weight, shape->states, weight);
    for (int64_t z = 0; z < shape->states; z++)
        weight[z] = said[z] > 0 ? weight[z] : 0;
    return GYRE_OK;
}

static const gyre_selection_ops ops = {.size = sizeof ops, .weigh = weigh};

static const gyre_component bias = {
    .size = sizeof bias,
    .kind = GYRE_KIND_SELECTION,
    .id = "selection.bias",
    .version = "1.0.0",
    .summary = "What has more of an attribute gets more attention.",
    .doc =
        "a(z) = exp(beta x(z)), x a column of the states. Without sampling noise the odds of two\n"
        "states change by exp(beta (x1 - x2)) a round, so P_t is proportional to\n"
        "P_0 exp(t beta x).\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .ops = &ops,
};

GYRE_MODULE("org.gyre.selection.bias", "1.0.0", "MIT", &bias);
