/* Its constructor prints, even something that looks like a description. */
#define ID "metric.noisy"
#include "../plain_component.h"

#include <stdio.h>

__attribute__((constructor)) static void print(void)
{
    puts("{\"components\": []}");
    fflush(stdout);
}

PLAIN_MODULE(&plain);
