/* gyre theory on scenarios of every family: quick with one seed and few replicates, or, with the
 * argument `slow`, several seeds and many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "folder.h"

enum { TEXT = 2048 };

static struct folder folder;
static bool slow;

/* What differs from 8 states, one agent and a shared dataset of 50. */
struct world {
    const char *space, *society, *sampling, *rest;
};

#define EIGHT                                                                                      \
    "reference = [0.30, 0.20, 0.15, 0.12, 0.10, 0.07, 0.04, 0.02]\nsafe = [1,1,1,1,0,0,0,1]"
#define TWO     "reference = [0.3, 0.7]\nsafe = [0, 1]\nattributes = { utility = [1, 0] }"
#define HALF    "reference = [0.4,0.3,0.2,0.1,0.25,0.25,0.3,0.2]\nsafe = [1,1,1,1,0,0,0,1]\n"
#define EACH    "dataset = \"per_agent\"\n"
#define MLE     "[update]\nuse = \"update.mle\"\n"
#define OUTSIDE "[[intervention]]\nuse = \"intervention.external\"\n"
#define TEMPER  "[[intervention]]\nuse = \"intervention.temper\"\n"
#define FORGET  "[[intervention]]\nuse = \"intervention.forget\"\nwhat = \"policy\"\n"
#define VERIFY                                                                                     \
    "[[intervention]]\nuse = \"intervention.verify\"\nrejects_safe = 0.1\npasses_unsafe = 0.3\n"

static void hold_one(const struct world *w, const char *how)
{
    char text[TEXT], line[TEXT];
    snprintf(
        text, sizeof text,
        "gyre = 1\nscenario = { rounds = 20 }\n[space]\n%s\n[society]\n%s\n[sampling]\n%s\n%s\n"
        "[[metric]]\nuse = \"metric.drift\"\n",
        w->space ? w->space : EIGHT, w->society ? w->society : "agents = 1",
        w->sampling ? w->sampling : "samples = 50", w->rest ? w->rest : "");
    snprintf(line, sizeof line, "gyre theory world.toml %s", how);
    folder_write(&folder, "world.toml", text);
    struct outcome outcome = command_run(folder.path, line);
    bool const agrees = outcome.code == 0 && strstr(outcome.out, "\nthey agree\n");
    if (!agrees)
        print_error("%s\nexit %d\n%s%s", text, outcome.code, outcome.out, outcome.err);
    assert_true(agrees);
    outcome_free(&outcome);
}

static void hold(const struct world *worlds, size_t count)
{
    char how[128];
    for (size_t i = 0; i < count; i++)
        for (int seed = 1; seed <= (slow ? 3 : 1); seed++) {
            snprintf(how, sizeof how, "--seed %d --replicates %d --threads 2", seed,
                     slow ? 10000 : 300);
            hold_one(&worlds[i], how);
        }
}

#define HOLD(...)                                                                                  \
    do {                                                                                           \
        (void)state;                                                                               \
        static const struct world worlds[] = {__VA_ARGS__};                                        \
        hold(worlds, sizeof worlds / sizeof *worlds);                                              \
    } while (0)

static void drift_of_one_dataset(void **state)
{
    HOLD({.rest = ""}, {.rest = MLE "rate = 0.5\noutside = 0.1\n"},
         {.rest = MLE "smoothing = 0.5\n"},
         {.rest = "[update]\nuse = \"update.pool\"\n", .sampling = "samples = 20"});
}

static void data_from_outside(void **state)
{
    HOLD({.rest = OUTSIDE "share = 0.1\n"}, {.rest = OUTSIDE "count = 5\n"},
         {.rest = OUTSIDE "weight = 0.1\nfrom = 3\nevery = 2\n"},
         {.rest = OUTSIDE "share = 0.3\nfrom = 3\nuntil = 8\n"});
}

static void agents_with_datasets_of_their_own(void **state)
{
    static const char uneven[] = "agents = 3\nweights = [0.6, 0.3, 0.1]";
    HOLD({.society = "agents = 5", .sampling = EACH "samples = 20"},
         {.society = "agents = 5", .sampling = EACH "samples = 20\nmixing = 0.2"},
         {.society = uneven, .sampling = EACH "samples = 30\nmixing = 0.2"},
         {.society = uneven, .sampling = EACH "samples = 20", .rest = MLE "rate = 0.5\n"},
         {.society = "agents = 5",
          .sampling = EACH "samples = 20\nmixing = 0.4",
          .rest = OUTSIDE "count = 4\n"});
}

static void contexts_met_by_chance(void **state)
{
    HOLD({.space = HALF "contexts = [4, 4]\nmet = [0.7, 0.3]", .sampling = "samples = 30"},
         {.space = HALF "contexts = [4, 4]\nmet = [0.9, 0.1]",
          .society = "agents = 4",
          .sampling = EACH "samples = 10\nmixing = 0.5",
          .rest = MLE "rate = 0.7\nsmoothing = 0.3\noutside = 0.05\n"},
         {.space = HALF "contexts = [4, 4]\nmet = [0.7, 0.3]",
          .sampling = "samples = 12",
          .rest = OUTSIDE "share = 0.3\n"});
}

static void memories_over_a_base(void **state)
{
    HOLD({.society = "agents = 3\npolicy = { use = \"policy.memory\", capacity = 50 }",
          .sampling = "samples = 25"},
         {.society = "agents = 4\npolicy = { use = \"policy.memory\", capacity = 30 }",
          .sampling = EACH "samples = 10\nmixing = 0.3"},
         {.society = "agents = 4\npolicy = { use = \"policy.memory\", capacity = 7 }",
          .sampling = EACH "samples = 10"});
}

static void two_states_of_a_bent_law(void **state)
{
    HOLD({.space = TWO, .sampling = "samples = 20", .rest = TEMPER "temperature = 1.25\n"},
         {.space = TWO,
          .sampling = "samples = 20",
          .rest =
              "[selection]\nuse = \"selection.sharpen\"\npower = 1.3\n" OUTSIDE "share = 0.05\n"},
         {.space = TWO,
          .sampling = "samples = 20",
          .rest = "[selection]\nuse = \"selection.bias\"\nbeta = 0.4\n" VERIFY
                  "act = \"redraw\"\nfrom = 4\n"},
         {.space = TWO,
          .sampling = "samples = 20",
          .rest = TEMPER "temperature = 0.8\n" OUTSIDE "count = 2\nfrom = 2\nevery = 3\n"});
}

static void expected_data(void **state)
{
    static const char none[] = "samples = \"expected\"";
    HOLD({.sampling = none, .rest = "[selection]\nuse = \"selection.sharpen\"\n"},
         {.sampling = none,
          .rest = "[selection]\nuse = \"selection.bias\"\nattribute = \"safe\"\nbeta = 0.4\n" TEMPER
                  "temperature = 1.5\n" VERIFY},
         {.sampling = none, .rest = MLE "rate = 0.5\noutside = 0.2\n"},
         {.space = HALF "contexts = [4, 4]\nmet = [1.0, 0.0]", .sampling = none, .rest = VERIFY});
}

static void what_is_let_go_of_and_what_goes_on_a_schedule(void **state)
{
    HOLD({.rest = FORGET "rate = 0.1\n"}, {.rest = FORGET "rate = 0.1\nto = \"uniform\"\n"},
         {.rest = OUTSIDE "share = 0.5\nto = 0.1\nover = 6\nfrom = 2\n"},
         {.rest = OUTSIDE "count = 3\nto = 20\nover = 10\n"},
         {.space = TWO,
          .sampling = "samples = 20",
          .rest = TEMPER "temperature = 2\nto = 1\nover = 8\n"});
}

static void a_society_that_goes_back_to_its_start(void **state)
{
    static const char back[] = "[[intervention]]\nuse = \"intervention.rollback\"\n"
                               "to = \"start\"\nevery = 5\nfrom = 5\n";
    static const char none[] = "samples = \"expected\"\n[selection]\nuse = \"selection.sharpen\"";
    HOLD({.rest = back}, {.sampling = none, .rest = back},
         {.society = "agents = 4", .sampling = EACH "samples = 10\nmixing = 0.3", .rest = back},
         {.space = TWO,
          .sampling = "samples = 20",
          .rest = "[[intervention]]\nuse = \"intervention.rollback\"\nto = \"start\"\n"
                  "every = 5\nfrom = 5\n" TEMPER "temperature = 1.5\n" OUTSIDE
                  "count = 4\nfrom = 2\nevery = 2\n"});
}

static void answers_to_questions(void **state)
{
    static const char truth[] = "[[metric]]\nuse = \"metric.truth\"\n";
    static const char asked[] = "reference = [0.4, 0.3, 0.2, 0.1]\n"
                                "attributes = { question = [1, 1, 1, 1], true = [1, 0, 0, 0] }";
    static const char several[] =
        "reference = [0.4, 0.3, 0.2, 0.1, 0.3, 0.3, 0.4, 0.5, 0.5]\n"
        "contexts = [4, 3, 2]\nmet = [0.6, 0.1, 0.3]\n"
        "attributes = { question = [1,1,1,1,1,1,1,0,0], true = [1,0,0,0,0,1,0,0,0] }";
    HOLD({.space = asked, .sampling = "samples = 5", .rest = truth},
         {.space = several,
          .society = "agents = 3",
          .sampling = EACH "samples = 9\nmixing = 0.5",
          .rest = truth},
         {.space = several,
          .sampling = "samples = 9",
          .rest = "[selection]\nuse = \"selection.sharpen\"\npower = 1.5\n[[metric]]\nuse = "
                  "\"metric.truth\"\n"});
}

static void first_rounds_of_a_verifier(void **state)
{
    HOLD({.rest = VERIFY}, {.rest = VERIFY "checks = 20\n"},
         {.rest = VERIFY "checks = 20\nact = \"redraw\"\n"},
         {.rest = VERIFY "checks = 60\nact = \"redraw\"\n"},
         {.rest = VERIFY "checks = 60\nact = \"redraw\"\nunchecked = \"drop\"\n"},
         {.rest = VERIFY "checks = 3\nunchecked = \"drop\"\n", .sampling = "samples = 4"},
         {.space = HALF "contexts = [4, 4]\nmet = [0.7, 0.3]",
          .sampling = "samples = 10",
          .rest = VERIFY "act = \"redraw\"\n"},
         {.space = HALF "contexts = [4, 4]\nmet = [0.7, 0.3]",
          .sampling = "samples = 10",
          .rest = VERIFY});
}

static int begin(void **state)
{
    (void)state;
    folder_create(&folder);
    return 0;
}

static int end(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drift_of_one_dataset),
        cmocka_unit_test(data_from_outside),
        cmocka_unit_test(agents_with_datasets_of_their_own),
        cmocka_unit_test(contexts_met_by_chance),
        cmocka_unit_test(memories_over_a_base),
        cmocka_unit_test(two_states_of_a_bent_law),
        cmocka_unit_test(expected_data),
        cmocka_unit_test(first_rounds_of_a_verifier),
        cmocka_unit_test(what_is_let_go_of_and_what_goes_on_a_schedule),
        cmocka_unit_test(a_society_that_goes_back_to_its_start),
        cmocka_unit_test(answers_to_questions),
    };
    slow = argc > 1 && strcmp(argv[1], "slow") == 0;
    return cmocka_run_group_tests(tests, begin, end);
}
