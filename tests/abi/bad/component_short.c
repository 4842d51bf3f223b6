/* Its gyre_component says to be shorter than the shortest there is. */
#include "../plain.h"

static const gyre_metric_ops ops = {.size = sizeof(ops), PLAIN_OPS};
static const gyre_component component = {
    .size = 64, PLAIN_ABOUT, .id = "metric.component_short", .ops = &ops};

PLAIN_MODULE(&component);
