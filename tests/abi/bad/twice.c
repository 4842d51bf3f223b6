/* One id, two components. */
#define ID "metric.twice"
#include "../plain_component.h"

static const gyre_component again = {
    .size = sizeof(again), PLAIN_ABOUT, .id = ID, .ops = &plain_ops};

PLAIN_MODULE(&plain, &again);
