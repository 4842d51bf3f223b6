/* Rows of parameters that say more than we know. */
#include "../plain.h"

struct row {
    gyre_param known;
    double more;
};

static const struct row rows[] = {
    {.known = {.key = "rate", .type = GYRE_F64, .max = 1, .unit = "", .doc = "A rate."},
     .more = 0.5}};
static const gyre_metric_ops ops = {.size = sizeof(ops), PLAIN_OPS};
static const gyre_component component = {.size = sizeof(component),
                                         PLAIN_ABOUT,
                                         .id = "metric.row_tail",
                                         .params = &rows[0].known,
                                         .param_count = 1,
                                         .param_size = sizeof(*rows),
                                         .conf_size = 8,
                                         .ops = &ops};

PLAIN_MODULE(&component);
