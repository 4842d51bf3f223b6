/* Its gyre_component has a member that we do not know, and uses it. */
#include "../plain.h"

struct later {
    gyre_component known;
    const void *more;
};

static const gyre_metric_ops ops = {.size = sizeof(ops), PLAIN_OPS};
static const struct later later = {
    .known = {.size = sizeof(later), PLAIN_ABOUT, .id = "metric.component_tail", .ops = &ops},
    .more = &ops};

PLAIN_MODULE(&later.known);
