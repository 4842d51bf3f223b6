/* How often contexts are met may stand in a file with a row a state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "folder.h"
#include "recorded.h"

static struct folder folder;

#define REST                                                                                       \
    "society = { agents = 3 }\nsampling = { samples = 50 }\n"                                      \
    "metric = [{ use = \"metric.diversity\", weigh = \"met\" }]\n"
#define SPACE                                                                                      \
    "gyre = 1\nscenario = { rounds = 4 }\n"                                                        \
    "space = { reference = { file = \"w.csv\", column = \"p\" }, contexts = { column = \"c\" }, "

static char *digest_of(const char *text)
{
    folder_write(&folder, "s.toml", text);
    struct outcome outcome = command_run(folder.path, "gyre run s.toml --no-db --json");
    outcome_expect(&outcome, 0);
    json_t *lines = recorded_lines(&outcome);
    char *digest = strdup(recorded_digest(lines));
    json_decref(lines);
    outcome_free(&outcome);
    return digest;
}

static void expect_same(const char *one, const char *other, bool same)
{
    char *a = digest_of(one), *b = digest_of(other);
    assert_int_equal(strcmp(a, b) == 0, same);
    free(a);
    free(b);
}

static void a_row_a_state_says_what_an_array_of_contexts_says(void **unused)
{
    (void)unused;
    folder_write(&folder, "w.csv",
                 "c,state,p,often,never\na,u,3,6,1\na,v,2,6,1\nb,x,1,2,0\nb,y,1,2,0\nb,z,4,2,0\n");
    const char *column = SPACE "met = { column = \"often\" } }\n" REST;
    expect_same(column, SPACE "met = [3, 1] }\n" REST, true);
    expect_same(column, SPACE "met = [1, 3] }\n" REST, false);
    expect_same(SPACE "met = { column = \"never\" } }\n" REST, SPACE "met = [1, 0] }\n" REST, true);
}

static void a_file_with_a_row_a_context_still_does(void **unused)
{
    (void)unused;
    folder_write(&folder, "w.csv", "c,state,p\na,u,3\na,v,2\nb,x,1\nb,y,1\nb,z,4\n");
    folder_write(&folder, "m.csv", "often\n3\n1\n");
    expect_same(SPACE "met = { file = \"m.csv\", column = \"often\" } }\n" REST,
                SPACE "met = [3, 1] }\n" REST, true);
}

static int setup(void **unused)
{
    (void)unused;
    folder_create(&folder);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_a_state_says_what_an_array_of_contexts_says),
        cmocka_unit_test(a_file_with_a_row_a_context_still_does),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
