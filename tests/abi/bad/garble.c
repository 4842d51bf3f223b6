/* Its constructor writes into every file that it finds open, and leaves. */
#define ID "metric.garble"
#include "../plain_component.h"

#include <unistd.h>

__attribute__((constructor)) static void garble(void)
{
    ssize_t written = 0;
    for (int file = 3; file < 64; file++)
        written += write(file, "[1, 2", 5);
    _exit(written > 0 ? 0 : 1);
}

PLAIN_MODULE(&plain);
