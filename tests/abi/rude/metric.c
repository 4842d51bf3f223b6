/* metric.rude - measures what its outputs cannot be. */
#include "rude.h"

#include <stdio.h>

#include "gyre/metric.h"

enum { WELL, UNDEFINED, ABOVE, BELOW, INFINITE, SLOT, SLOT_UNDEFINED, GATHER, UNTOUCHED };

static const char *const choices[] = {"well", "undefined",      "above",  "below",     "infinite",
                                      "slot", "slot_undefined", "gather", "untouched", NULL};

RUDE_PARAMS(choices);

static const gyre_output outputs[] = {{"half", "", "Always 0.5.", 0, 1, 0, 1},
                                      {"open", "", "Always 1.", -INFINITY, INFINITY, 0, 1}};

static uint32_t slots(gyre_ctx *ctx)
{
    (void)ctx;
    return 2;
}

static gyre_status gather(gyre_ctx *ctx, const gyre_agent *agent, double *slot)
{
    (void)agent;
    slot[0] = 1;
    slot[1] = mode_of(ctx) == SLOT ? 5000 : mode_of(ctx) == SLOT_UNDEFINED ? (double)NAN : -1;
    if (mode_of(ctx) == GATHER)
        return ctx->host->fail(ctx, GYRE_E_INVALID, "nobody wants to be gathered");
    return GYRE_OK;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *slot, double *out)
{
    (void)round, (void)slot;
    if (mode_of(ctx) == UNTOUCHED)
        return GYRE_OK;
    out[0] = 0.5;
    out[1] = 1;
    if (mode_of(ctx) == UNDEFINED)
        out[1] = (double)NAN;
    if (mode_of(ctx) == ABOVE)
        out[0] = 1.25;
    if (mode_of(ctx) == BELOW)
        out[0] = -3;
    if (mode_of(ctx) == INFINITE)
        out[0] = out[1] = (double)INFINITY;
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops,
                                    GYRE_OUTPUTS(outputs),
                                    .slots = slots,
                                    .gather = gather,
                                    .measure = measure};

static const gyre_component rude = {
    .size = sizeof rude, RUDE_ABOUT(GYRE_KIND_METRIC, "metric.rude"), .ops = &ops};

GYRE_MODULE("org.example.rude", "1.0.0", "CC0-1.0", &rude);
