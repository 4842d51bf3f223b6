#include "base/machine.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* The number behind `name` in a file of "name: number" lines, or the first number when name is
 * "". Infinity where there is none. */
static double number_in(const char *path, const char *name)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return INFINITY;
    char line[256];
    double value = INFINITY;
    size_t const length = strlen(name);
    while (isinf(value) && fgets(line, sizeof line, file)) {
        unsigned long long number = 0;
        if (strncmp(line, name, length) == 0 && sscanf(line + length, "%llu", &number) == 1)
            value = (double)number;
    }
    fclose(file);
    return value;
}

double machine_memory(void)
{
    double const machine = 1024 * number_in("/proc/meminfo", "MemAvailable:");
    double const group = number_in("/sys/fs/cgroup/memory.max", "") -
                         fmin(number_in("/sys/fs/cgroup/memory.current", ""), 1e18);
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
    getrlimit(RLIMIT_AS, &limit);
    double const own = limit.rlim_cur == RLIM_INFINITY ? INFINITY : (double)limit.rlim_cur;
    return fmax(0, fmin(machine, fmin(group, own)));
}

double machine_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
