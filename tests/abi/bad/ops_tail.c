/* A callback that we do not know. */
#include "../plain.h"

struct later {
    gyre_metric_ops known;
    const void *more;
};

static const struct later ops = {.known = {.size = sizeof(ops), PLAIN_OPS}, .more = &ops};
static const gyre_component component = {
    .size = sizeof(component), PLAIN_ABOUT, .id = "metric.ops_tail", .ops = &ops};

PLAIN_MODULE(&component);
