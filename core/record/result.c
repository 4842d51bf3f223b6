#include "record/result.h"

#include <string.h>

/* A quiet NaN with a payload of its own, so that a metric's own NaN is told from "not there". */
static uint64_t const missing_bits = 0x7ff80000006d6973;

double result_missing(void)
{
    double value;
    memcpy(&value, &missing_bits, sizeof value);
    return value;
}

bool result_is_missing(double value)
{
    return memcmp(&value, &missing_bits, sizeof value) == 0;
}
