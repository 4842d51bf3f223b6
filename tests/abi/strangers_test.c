/* list and describe look into strangers' modules in a child, so that nothing that a constructor
 * does reaches them. This program is that child, too, when its first argument is `inspect`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/inspect.h"
#include "folder.h"

static void expect_reason(const char *fixture, double seconds, const char *sentence)
{
    struct arena *const arena = arena_create();
    char path[FOLDER_PATH];
    enum status status;
    const char *why;
    snprintf(path, sizeof(path), "%s/%s.gyre.so", ABI_DIR, fixture);
    assert_null(inspect_file(arena, path, seconds, &status, &why));
    assert_string_equal(why, sentence);
    assert_int_equal(status, STATUS_REFUSED);
    arena_destroy(arena);
}

static void crash_in_a_constructor_is_one_sentence(void **state)
{
    (void)state;
    expect_reason("crash", 10, "it crashes while it is loaded (SIGILL)");
}

/* TSan finds a process that ends within dlopen strange, and ends it with a code of its own. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define EXIT_CODE "66"
#endif
#endif
#ifndef EXIT_CODE
#define EXIT_CODE "0"
#endif

static void exit_in_a_constructor_is_one_sentence(void **state)
{
    (void)state;
    expect_reason("exit", 10, "it ends the process while it is loaded (exit code " EXIT_CODE ")");
}

static void hang_in_a_constructor_is_stopped(void **state)
{
    (void)state;
    expect_reason("hang", 1, "it does not load within 1 s");
}

static void garbage_is_no_description(void **state)
{
    (void)state;
    expect_reason("garble", 10, "what it says while it is loaded is no description of a module");
}

static void refusals_of_the_child_are_ours(void **state)
{
    (void)state;
    expect_reason("own_key", 10,
                  "metric.own_key: parameter every has the name of a key of gyre's own");
}

static void printing_constructor_does_no_harm(void **state)
{
    (void)state;
    struct arena *const arena = arena_create();
    enum status status;
    const char *why;
    json_t *const all = inspect_file(arena, ABI_DIR "/noisy.gyre.so", 10, &status, &why);
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(json_array_size(all), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(all, 0), "id")),
                        "metric.noisy");
    json_decref(all);
    arena_destroy(arena);
}

/* ---- the verbs ----------------------------------------------------------------------------- */

/* Runs a verb with its stdout into a file, and gives back what it wrote. */
static char *capture(int verb(int, char **), int argc, char **argv, int *code)
{
    char *const text = calloc(1, 1 << 16);
    FILE *const file = tmpfile();
    assert_non_null(text);
    assert_non_null(file);
    fflush(stdout);
    int const real = dup(STDOUT_FILENO);
    dup2(fileno(file), STDOUT_FILENO);
    *code = verb(argc, argv);
    fflush(stdout);
    dup2(real, STDOUT_FILENO);
    close(real);
    rewind(file);
    assert_true(fread(text, 1, (1 << 16) - 1, file) < (1 << 16) - 1);
    fclose(file);
    return text;
}

static void list_goes_on_after_a_plugin_that_crashes(void **state)
{
    (void)state;
    struct folder folder;
    char *arguments[] = {(char *)"list", (char *)"--json", NULL};
    int code;
    folder_create(&folder);
    folder_add(&folder, "crash", "metric.crash.gyre.so");
    folder_add(&folder, "sound", "metric.sound.gyre.so");
    setenv("GYRE_PLUGIN_PATH", folder.path, 1);
    char *const text = capture(list_main, 2, arguments, &code);
    json_t *const all = json_loads(text, 0, NULL);
    const char *id, *file, *reason;
    assert_int_equal(code, STATUS_OK);
    assert_int_equal(json_array_size(json_object_get(all, "components")), 1);
    assert_int_equal(json_unpack(all, "{s:[{s:s}], s:[{s:s, s:s}]}", "components", "id", &id,
                                 "unusable", "file", &file, "reason", &reason),
                     0);
    assert_string_equal(id, "metric.sound");
    assert_string_equal(file, folder_path(&folder, "metric.crash.gyre.so"));
    assert_string_equal(reason, "it crashes while it is loaded (SIGILL)");
    json_decref(all);
    free(text);
    folder_remove(&folder);
}

static void first_folder_wins_and_list_shows_the_loser(void **state)
{
    (void)state;
    struct folder one, two;
    char both[2 * FOLDER_PATH + 2];
    char *arguments[] = {(char *)"list", (char *)"--json", NULL};
    int code;
    folder_create(&one);
    folder_create(&two);
    folder_add(&one, "sound", "metric.sound.gyre.so");
    folder_add(&two, "sound", "metric.sound.gyre.so");
    snprintf(both, sizeof(both), "%s::%s", one.path, two.path);
    setenv("GYRE_PLUGIN_PATH", both, 1);
    char *const text = capture(list_main, 2, arguments, &code);
    json_t *const all = json_loads(text, 0, NULL);
    const char *file, *by;
    assert_int_equal(json_array_size(json_object_get(all, "components")), 1);
    assert_int_equal(json_unpack(all, "{s:[{s:s, s:s}]}", "shadowed", "file", &file, "by", &by), 0);
    assert_string_equal(file, folder_path(&two, "metric.sound.gyre.so"));
    assert_string_equal(by, folder_path(&one, "metric.sound.gyre.so"));
    json_decref(all);
    free(text);
    folder_remove(&one);
    folder_remove(&two);
}

static void describe_shows_a_stranger(void **state)
{
    (void)state;
    struct folder folder;
    char *arguments[] = {(char *)"describe", (char *)"metric.sound", NULL};
    int code;
    folder_create(&folder);
    folder_add(&folder, "sound", "metric.sound.gyre.so");
    setenv("GYRE_PLUGIN_PATH", folder.path, 1);
    char *const text = capture(describe_main, 2, arguments, &code);
    const char *const expected = "metric.sound 1.0.0\n"
                                 "  Always 1.\n"
                                 "\n"
                                 "outputs\n"
                                 "  sound.one  >= 0\n"
                                 "      Always 1.\n"
                                 "\n"
                                 "in a scenario\n"
                                 "  [[metric]]\n"
                                 "  use = \"metric.sound\"\n"
                                 "\n"
                                 "source\n";
    assert_int_equal(code, STATUS_OK);
    assert_memory_equal(text, expected, strlen(expected));
    free(text);
    folder_remove(&folder);
}

static void describe_of_an_unknown_id_is_missing(void **state)
{
    (void)state;
    char *arguments[] = {(char *)"describe", (char *)"metric.nobody", NULL};
    int code;
    setenv("GYRE_PLUGIN_PATH", ABI_DIR, 1);
    char *const text = capture(describe_main, 2, arguments, &code);
    assert_int_equal(code, STATUS_MISSING);
    assert_string_equal(text, "");
    free(text);
}

static void unknown_option_is_a_usage_error(void **state)
{
    (void)state;
    char *list[] = {(char *)"list", (char *)"--jsn", NULL};
    char *describe[] = {(char *)"describe", (char *)"--shadowed", NULL};
    int code;
    free(capture(list_main, 2, list, &code));
    assert_int_equal(code, STATUS_USAGE);
    free(capture(describe_main, 2, describe, &code));
    assert_int_equal(code, STATUS_USAGE);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crash_in_a_constructor_is_one_sentence),
        cmocka_unit_test(exit_in_a_constructor_is_one_sentence),
        cmocka_unit_test(hang_in_a_constructor_is_stopped),
        cmocka_unit_test(garbage_is_no_description),
        cmocka_unit_test(refusals_of_the_child_are_ours),
        cmocka_unit_test(printing_constructor_does_no_harm),
        cmocka_unit_test(list_goes_on_after_a_plugin_that_crashes),
        cmocka_unit_test(first_folder_wins_and_list_shows_the_loser),
        cmocka_unit_test(describe_shows_a_stranger),
        cmocka_unit_test(describe_of_an_unknown_id_is_missing),
        cmocka_unit_test(unknown_option_is_a_usage_error),
    };
    if (argc > 1 && strcmp(argv[1], "inspect") == 0)
        return inspect_main(argc - 1, argv + 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
