/* Two components in one module. */
#define ID "metric.first"
#include "../plain_component.h"

static const gyre_component second = {
    .size = sizeof(second), PLAIN_ABOUT, .id = "metric.second", .ops = &plain_ops};

PLAIN_MODULE(&plain, &second);
