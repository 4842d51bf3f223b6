/* A key that every intervention has from gyre. */
#include "gyre/component.h"

typedef struct {
    int64_t every;
} conf;

static const gyre_param params[] = {
    GYRE_P_I64(conf, every, 1, 1, 100, "rounds", "How often it measures.")};

#define ID "metric.own_key"
#include "../plain_params.h"
