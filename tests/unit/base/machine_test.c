#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/machine.h"

static void memory_is_between_nothing_and_the_machine_s(void **state)
{
    (void)state;
    double const memory = machine_memory();
    double const machine = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    assert_true(isfinite(memory));
    assert_true(memory > 1e6);
    assert_true(memory <= machine);
}

/* In a child, so that this process keeps its own. */
static void limit_of_the_process_counts(void **state)
{
    (void)state;
    int status = 0;
    pid_t const child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit const limit = {50000000, 50000000};
        _exit(setrlimit(RLIMIT_AS, &limit) != 0 || machine_memory() > 50000000);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void seconds_go_forward(void **state)
{
    (void)state;
    double const before = machine_seconds();
    nanosleep(&(struct timespec){0, 20000000}, NULL);
    double const after = machine_seconds();
    assert_true(after - before >= 0.02);
    assert_true(after - before < 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_between_nothing_and_the_machine_s),
        cmocka_unit_test(limit_of_the_process_counts),
        cmocka_unit_test(seconds_go_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
