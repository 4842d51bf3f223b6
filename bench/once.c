/* once - runs one process and writes what it took.
 *
 * usage: once FILE COMMAND ARGUMENT ...
 *
 * FILE gets "SECONDS PEAK_KB CPU_SECONDS". A process inherits the peak of whoever starts it: a
 * child of Python never has less than Python's own, so this program of 1.5 MB stands between.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "once: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return fail("usage", "once FILE COMMAND ARGUMENT ...");
    FILE *const out = fopen(argv[1], "w");
    if (!out)
        return fail(argv[1], "cannot be written");
    double const began = now();
    pid_t child;
    int const error = posix_spawnp(&child, argv[2], NULL, NULL, argv + 2, environ);
    if (error)
        return fail(argv[2], strerror(error));
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child)
        return fail(argv[2], "was lost");
    fprintf(out, "%.9f %ld %.6f\n", now() - began, usage.ru_maxrss,
            seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
    if (fclose(out))
        return fail(argv[1], "cannot be written");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
