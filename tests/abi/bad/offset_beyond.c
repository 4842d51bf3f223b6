/* An offset outside the struct: conf_size is of another one. */
#include "gyre/component.h"

typedef struct {
    int32_t small;
} conf;

static const gyre_param params[] = {
    {.key = "rate", .type = GYRE_F64, .max = 1, .unit = "", .doc = "A rate."}};

#define ID "metric.offset_beyond"
#include "../plain_params.h"
