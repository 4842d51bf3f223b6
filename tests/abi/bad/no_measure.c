/* A metric that does not measure. */
#include "../plain.h"

static const gyre_metric_ops ops = {.size = sizeof(ops), GYRE_OUTPUTS(plain_outputs)};
static const gyre_component component = {
    .size = sizeof(component), PLAIN_ABOUT, .id = "metric.no_measure", .ops = &ops};

PLAIN_MODULE(&component);
