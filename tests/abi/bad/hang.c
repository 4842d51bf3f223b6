/* Its constructor does not end. */
#define ID "metric.hang"
#include "../plain_component.h"

#include <unistd.h>

__attribute__((constructor)) static void hang(void)
{
    for (;;)
        pause();
}

PLAIN_MODULE(&plain);
