/* Two parameters in one place. */
#include "gyre/component.h"

typedef struct {
    double rate;
} conf;

static const gyre_param params[] = {
    GYRE_P_F64(conf, rate, 0.5, 0, 1, "", "A rate."),
    {.key = "on", .type = GYRE_BOOL, .offset = 4, .max = 1, .unit = "", .doc = "A switch."}};

#define ID "metric.overlap"
#include "../plain_params.h"
