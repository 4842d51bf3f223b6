/* selection.popularity - what many held in the last round gets more attention in this one. */
#include "gyre/real.h"
#include "gyre/selection.h"

struct conf {
    double power;
};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, power, 1, -10, 10, "", "k: how strongly popularity counts."),
};

static const gyre_field fields[] = {
    {.name = "held",
     .column = "held",
     .of = GYRE_OF_STATE,
     .access = GYRE_READ,
     .doc = "The share of last round's datasets, or samples, that held a state."},
};

/* Before there was a round nothing is popular. */
static gyre_status weigh(gyre_ctx *ctx, const gyre_round *round, double *weight)
{
    const struct conf *conf = ctx->conf;
    const double *held = ctx->fields[0].data;
    double const floor = 1 / (double)ctx->shape->agents;
    for (int64_t z = 0; z < ctx->shape->states; z++)
        weight[z] = round->round == 0 ? 1 : gyre_pow(floor + held[z], conf->power);
    return GYRE_OK;
}

static const gyre_selection_ops ops = {.size = sizeof ops, .weigh = weigh};

static const gyre_component popularity = {
    .size = sizeof popularity,
    .kind = GYRE_KIND_SELECTION,
    .id = "selection.popularity",
    .version = "1.0.0",
    .summary = "What many held last round gets more attention.",
    .doc =
        "a(z) = (1/M + v(z))^k, v the share of last round's datasets that held z, or of its "
        "samples\n"
        "where the dataset is shared; a = 1 for the data of round 1. It is no power of Pbar: two\n"
        "states of equal Pbar differ when one of them happened to be drawn, and with a dataset an\n"
        "agent v saturates at 1. For a power of Pbar see selection.sharpen.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .ops = &ops,
};

GYRE_MODULE("org.gyre.selection.popularity", "1.0.0", "MIT", &popularity);
