/* Its constructor crashes, by a signal that sanitizers leave alone. */
#define ID "metric.crash"
#include "../plain_component.h"

__attribute__((constructor)) static void crash(void)
{
    __builtin_trap();
}

PLAIN_MODULE(&plain);
