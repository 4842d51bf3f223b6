/* A default that the scenario could not write. */
#include "gyre/component.h"

typedef struct {
    double rate;
} conf;

static const gyre_param params[] = {GYRE_P_F64(conf, rate, 1.5, 0, 1, "", "A rate.")};

#define ID "metric.default_beyond"
#include "../plain_params.h"
