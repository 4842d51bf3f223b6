/* Its constructor ends the process, as if all were well. */
#define ID "metric.exit"
#include "../plain_component.h"

#include <stdlib.h>

__attribute__((constructor)) static void leave(void)
{
    exit(0);
}

PLAIN_MODULE(&plain);
