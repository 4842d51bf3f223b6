/* Calls a function that nobody has. */
#define ID "metric.undefined_symbol"
#include "../plain_component.h"

int nobody_has_this(void);
int (*call)(void) = nobody_has_this;

PLAIN_MODULE(&plain);
