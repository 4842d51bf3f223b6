/* plain_component.h - a whole sound metric named ID, for fixtures that are bad elsewhere. */
#include "plain.h"

static const gyre_metric_ops plain_ops = {.size = sizeof(plain_ops), PLAIN_OPS};
static const gyre_component plain = {
    .size = sizeof(plain), PLAIN_ABOUT, .id = ID, .ops = &plain_ops};
