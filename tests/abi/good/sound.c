/* Nothing is wrong with it. */
#define ID "metric.sound"
#include "../plain_component.h"

PLAIN_MODULE(&plain);
