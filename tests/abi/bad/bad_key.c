/* A key that no scenario can write. */
#include "gyre/component.h"

typedef struct {
    double rate;
} conf;

static const gyre_param params[] = {
    {.key = "Rate-1", .type = GYRE_F64, .max = 1, .unit = "", .doc = "A rate."}};

#define ID "metric.bad_key"
#include "../plain_params.h"
