/* A flag that an older gyre may not pass over. */
#include "../plain.h"

static const gyre_metric_ops ops = {.size = sizeof(ops), PLAIN_OPS};
static const gyre_component component = {.size = sizeof(component),
                                         PLAIN_ABOUT,
                                         .flags = 1u << 16,
                                         .id = "metric.high_flag",
                                         .ops = &ops};

PLAIN_MODULE(&component);
