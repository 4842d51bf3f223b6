/* What the registry says of ids that it cannot give; tests/abi has what it can. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/find.h"
#include "host/registry.h"

/* A folder with two files that are named like modules; the scenario's place is a.toml:3:7. */
struct scene {
    struct arena *arena;
    struct report *report;
    char folder[64];
    char *said;
    size_t length;
};

static const char *const files[] = {"metric.safety.gyre.so", "policy.memory.gyre.so", NULL};

static int scene_open(void **state)
{
    struct scene *const scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    scene->arena = arena_create();
    scene->report = report_create(scene->arena);
    strcpy(scene->folder, "/tmp/gyre-registry-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    for (int i = 0; files[i]; i++) {
        FILE *const file = fopen(arena_format(scene->arena, "%s/%s", scene->folder, files[i]), "w");
        assert_non_null(file);
        fputs("no module\n", file);
        fclose(file);
    }
    setenv("GYRE_PLUGIN_PATH", scene->folder, 1);
    *state = scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *const scene = *state;
    for (int i = 0; files[i]; i++)
        unlink(arena_format(scene->arena, "%s/%s", scene->folder, files[i]));
    assert_int_equal(rmdir(scene->folder), 0);
    unsetenv("GYRE_PLUGIN_PATH");
    free(scene->said);
    arena_destroy(scene->arena);
    free(scene);
    return 0;
}

static void expect(struct scene *scene, const char *id, gyre_kind kind, enum status status,
                   const char *sentence)
{
    struct place const at = {"a.toml", 3, 7};
    struct registry *const registry = registry_create(scene->arena, NULL, scene->report);
    assert_null(registry_find(registry, id, kind, at, scene->report));
    FILE *const out = open_memstream(&scene->said, &scene->length);
    report_print(scene->report, out);
    fclose(out);
    assert_string_equal(scene->said, arena_format(scene->arena, "a.toml:3:7: %s\n", sentence));
    assert_int_equal(report_status(scene->report), status);
}

static void unknown_id_names_the_folders_and_the_nearest(void **state)
{
    struct scene *const scene = *state;
    expect(scene, "metric.saftey", GYRE_KIND_METRIC, STATUS_MISSING,
           arena_format(scene->arena,
                        "there is no component metric.saftey (no metric.saftey.gyre.so in %s); did "
                        "you mean \"metric.safety\"?",
                        scene->folder));
}

static void name_without_its_kind_is_understood(void **state)
{
    struct scene *const scene = *state;
    expect(scene, "safety", GYRE_KIND_METRIC, STATUS_MISSING,
           "\"safety\" is no component's id, such as \"metric.safety\"; did you mean "
           "\"metric.safety\"?");
}

static void nearest_is_of_the_kind_that_is_wanted(void **state)
{
    struct scene *const scene = *state;
    expect(scene, "memory", GYRE_KIND_METRIC, STATUS_MISSING,
           "\"memory\" is no component's id, such as \"metric.safety\"");
}

static void path_in_place_of_an_id_is_not_opened(void **state)
{
    struct scene *const scene = *state;
    expect(scene, "../metric.safety", GYRE_KIND_METRIC, STATUS_MISSING,
           "\"../metric.safety\" is no component's id, such as \"metric.safety\"; did you mean "
           "\"metric.safety\"?");
}

static void component_of_another_kind_is_refused(void **state)
{
    struct scene *const scene = *state;
    expect(scene, "policy.memory", GYRE_KIND_METRIC, STATUS_DATA,
           "policy.memory is no metric; one that is begins with \"metric.\"");
}

static void file_that_is_no_module_is_refused_by_name(void **state)
{
    struct scene *const scene = *state;
    expect(scene, "metric.safety", 0, STATUS_REFUSED,
           arena_format(scene->arena,
                        "metric.safety was refused, %s/metric.safety.gyre.so: it is text and no "
                        "compiled library; compile it with -shared -fPIC",
                        scene->folder));
}

static void refused_file_is_not_passed_over(void **state)
{
    struct scene *const scene = *state;
    char later[] = "/tmp/gyre-later-XXXXXX";
    assert_non_null(mkdtemp(later));
    const char *const second = arena_format(scene->arena, "%s/metric.safety.gyre.so", later);
    assert_int_equal(symlink("/nowhere", second), 0);
    setenv("GYRE_PLUGIN_PATH", arena_format(scene->arena, "%s:%s", scene->folder, later), 1);
    expect(scene, "metric.safety", 0, STATUS_REFUSED,
           arena_format(scene->arena,
                        "metric.safety was refused, %s/metric.safety.gyre.so: it is text and no "
                        "compiled library; compile it with -shared -fPIC",
                        scene->folder));
    unlink(second);
    rmdir(later);
}

static void missing_explicit_file_is_reported_at_the_file(void **state)
{
    struct scene *const scene = *state;
    const char *const plugins[] = {"/nowhere/x.gyre.so", NULL};
    assert_non_null(registry_create(scene->arena, plugins, scene->report));
    assert_int_equal(report_status(scene->report), STATUS_MISSING);
    assert_int_equal(report_count(scene->report), 1);
}

/* ---- folders ------------------------------------------------------------------------------- */

static void plugin_path_replaces_the_usual_folders(void **state)
{
    const struct scene *const scene = *state;
    setenv("GYRE_PLUGIN_PATH", ":/one::/two:", 1);
    const char *const *const folders = find_folders(scene->arena);
    assert_string_equal(folders[0], "/one");
    assert_string_equal(folders[1], "/two");
    assert_null(folders[2]);
}

static void own_folder_comes_last(void **state)
{
    const struct scene *const scene = *state;
    setenv("GYRE_PLUGIN_PATH", "", 1);
    setenv("XDG_DATA_HOME", "/data", 1);
    const char *const *folders = find_folders(scene->arena);
    assert_string_equal(folders[0], "/data/gyre/plugins");
    assert_string_equal(folders[1], find_own_folder(scene->arena));
    assert_null(folders[2]);
    setenv("XDG_DATA_HOME", "relative", 1);
    setenv("HOME", "/home/ada", 1);
    folders = find_folders(scene->arena);
    assert_string_equal(folders[0], "/home/ada/.local/share/gyre/plugins");
    unsetenv("XDG_DATA_HOME");
    assert_string_equal(find_folders(scene->arena)[0], "/home/ada/.local/share/gyre/plugins");
}

static void kinds_and_words_are_each_others(void **state)
{
    (void)state;
    for (gyre_kind kind = GYRE_KIND_POLICY; kind <= GYRE_KIND_INTERVENTION; kind++) {
        char id[64];
        snprintf(id, sizeof(id), "%s.x", kind_word(kind));
        assert_int_equal(kind_of_id(id), kind);
    }
    assert_string_equal(kind_word(0), "");
    assert_string_equal(kind_word(6), "");
    assert_int_equal(kind_of_id("metric"), 0);
    assert_int_equal(kind_of_id("metrics.x"), 0);
    assert_int_equal(kind_of_id(""), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(unknown_id_names_the_folders_and_the_nearest),
        TEST(name_without_its_kind_is_understood),
        TEST(nearest_is_of_the_kind_that_is_wanted),
        TEST(path_in_place_of_an_id_is_not_opened),
        TEST(component_of_another_kind_is_refused),
        TEST(file_that_is_no_module_is_refused_by_name),
        TEST(refused_file_is_not_passed_over),
        TEST(missing_explicit_file_is_reported_at_the_file),
        TEST(plugin_path_replaces_the_usual_folders),
        TEST(own_folder_comes_last),
        TEST(kinds_and_words_are_each_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
