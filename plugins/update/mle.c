/* update.mle - agents take the frequencies of their dataset for the truth.
 *
 * P' = a P + b x/n + c pi*, within each context that the dataset touches, with
 * b = rate, c = outside, a = 1 - b - c what is remembered; x/n the frequencies
 * of its samples. The paper's loop is b = 1.
 */
#include <string.h>

#include "gyre/update.h"

struct conf {
    double rate, outside, smoothing;
};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, rate, 1, 0, 1, "", "b, the weight of the round's data."),
    GYRE_P_F64(struct conf, outside, 0, 0, 1, "",
               "c, the weight of the reference itself: data from outside."),
    GYRE_P_F64(struct conf, smoothing, 0, 0, 1e9, "samples",
               "What is added to the count of every state; refused with expected data."),
};

enum { REFERENCE };

static const gyre_field fields[] = {
    [REFERENCE] = {.name = "reference",
                   .column = "reference",
                   .when = "outside",
                   .of = GYRE_OF_STATE,
                   .access = GYRE_READ,
                   .doc = "Where data from outside come from."},
};

static gyre_status check(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    if (conf->smoothing > 0 && ctx->shape->samples == 0)
        return ctx->host->fail(ctx, GYRE_E_INVALID,
                               "smoothing has no meaning with samples = \"expected\"");
    if (conf->rate + conf->outside <= 1)
        return GYRE_OK;
    return ctx->host->fail(ctx, GYRE_E_INVALID, "rate and outside add to more than 1");
}

/* Weights beside the samples, which count 1 each. With n samples of k states smoothed by alpha, one
 * sample is b / (n + alpha k) of the new row: in that unit the reference weighs c (n + alpha k) /
 * b, and without samples (b = 0) simply 1. */
static double *make_weights(gyre_ctx *ctx, const gyre_data *data)
{
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    const double *reference = ctx->fields[REFERENCE].data;
    double *weight = ctx->host->scratch(ctx, sizeof *weight * (size_t)shape->states);
    for (int64_t c = 0; weight && c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], end = shape->context[c + 1];
        int const touched = data->total[c] > 0;
        double const alpha = touched && conf->rate > 0 ? conf->smoothing : 0;
        double const unit = data->total[c] + alpha * (double)(end - begin);
        double const outside = conf->rate > 0 ? conf->outside * unit / conf->rate : 1;
        for (int64_t z = begin; z < end; z++) {
            weight[z] = alpha;
            if (reference && touched)
                weight[z] += outside * reference[z];
            if (data->weight && conf->rate > 0)
                weight[z] += data->weight[z];
        }
    }
    return weight;
}

static gyre_status update(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data)
{
    (void)round;
    const struct conf *conf = ctx->conf;
    gyre_examples examples = {
        .size = sizeof examples, .weight = data->weight, .total = data->total};
    if (conf->outside > 0 || conf->smoothing > 0) {
        examples.weight = make_weights(ctx, data);
        examples.total = NULL;
        if (!examples.weight)
            return GYRE_E_NOMEM;
    }
    if (conf->rate > 0) {
        examples.count = data->count;
        examples.state = data->state;
    }
    return ctx->host->learn(ctx, data, &examples, conf->rate + conf->outside);
}

static int32_t replaces(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    return conf->rate == 1 && conf->outside == 0 && conf->smoothing == 0;
}

static const gyre_update_ops ops = {.size = sizeof ops, .update = update, .replaces = replaces};

static const gyre_component mle = {
    .size = sizeof mle,
    .kind = GYRE_KIND_UPDATE,
    .id = "update.mle",
    .version = "1.0.0",
    .summary = "Maximum likelihood; memory, outside, smoothing.",
    .doc =
        "P' = a P + b x/n + c pi*, with b = rate, c = outside and a = 1 - b - c. With c = 0 the\n"
        "expected diversity is multiplied by 1 - b^2/N each round; with c > 0 the squared distance "
        "from\n"
        "pi* settles at (b^2/N) H(pi*) / (1 - (1-c)^2 + b^2/N), where H(p) = 1 - sum p^2.\n"
        "Smoothing by alpha a state is the same with b = N/(N + alpha K), c = 1 - b, and the\n"
        "uniform distribution in place of pi*.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .check = check,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.update.mle", "1.0.0", "MIT", &mle);
