/* intervention.patient - works until it is told to stop. */
#include "gyre/intervention.h"

static gyre_status on_distribution(gyre_ctx *ctx, const gyre_round *round, double *p)
{
    (void)round;
    uint64_t words[1024];
    double const mass = p[0];
    for (uint64_t i = 0; !ctx->host->should_stop(ctx); i++) {
        ctx->host->bits(ctx, 0, 1024 * i, 1024, words);
        p[0] = mass + (double)(words[0] >> 63) * mass;
    }
    return GYRE_E_STOPPED;
}

static const gyre_intervention_ops ops = {.size = sizeof ops, .on_distribution = on_distribution};

static const gyre_component patient = {.size = sizeof patient,
                                       .kind = GYRE_KIND_INTERVENTION,
                                       .id = "intervention.patient",
                                       .version = "1.0.0",
                                       .summary = "Works until told to stop.",
                                       .doc = "Patient.\n",
                                       .ops = &ops};

GYRE_MODULE("org.example.patient", "1.0.0", "CC0-1.0", &patient);
