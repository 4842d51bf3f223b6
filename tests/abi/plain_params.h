/* plain_params.h - a sound metric named ID but for its table `params` and the struct `conf`. */
#include "plain.h"

static const gyre_metric_ops plain_ops = {.size = sizeof(plain_ops), PLAIN_OPS};
static const gyre_component plain = {.size = sizeof(plain),
                                     PLAIN_ABOUT,
                                     .id = ID,
                                     GYRE_PARAMS(params),
                                     .conf_size = sizeof(conf),
                                     .ops = &plain_ops};

PLAIN_MODULE(&plain);
