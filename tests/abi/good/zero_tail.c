/* As built with a later gyre whose new member it does not use. */
#include "../plain.h"

struct later {
    gyre_component known;
    const void *more;
};

static const gyre_metric_ops ops = {.size = sizeof(ops), PLAIN_OPS};
static const struct later later = {
    .known = {.size = sizeof(later), PLAIN_ABOUT, .id = "metric.zero_tail", .ops = &ops}};

PLAIN_MODULE(&later.known);
