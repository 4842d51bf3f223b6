/* The size of its callbacks was forgotten. */
#include "../plain.h"

static const gyre_metric_ops ops = {PLAIN_OPS};
static const gyre_component component = {
    .size = sizeof(component), PLAIN_ABOUT, .id = "metric.ops_short", .ops = &ops};

PLAIN_MODULE(&component);
