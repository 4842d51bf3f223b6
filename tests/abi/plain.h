/* plain.h - the sound parts that the fixtures share, so that each shows only what it is about. */
#ifndef ABI_PLAIN_H
#define ABI_PLAIN_H

#include <math.h>

#include "gyre/metric.h"

__attribute__((unused)) static gyre_status plain_measure(gyre_ctx *ctx, const gyre_round *round,
                                                         const double *slots, double *out)
{
    (void)ctx, (void)round, (void)slots;
    out[0] = 1;
    return GYRE_OK;
}

static const gyre_output plain_outputs[] = {{"one", "", "Always 1.", 0, INFINITY, 0, 1}};

#define PLAIN_OPS         GYRE_OUTPUTS(plain_outputs), .measure = plain_measure
#define PLAIN_ABOUT       .kind = GYRE_KIND_METRIC, .version = "1.0.0", .summary = "Always 1."
#define PLAIN_MODULE(...) GYRE_MODULE("org.example.abi", "1.0.0", "CC0-1.0", __VA_ARGS__)

#endif
