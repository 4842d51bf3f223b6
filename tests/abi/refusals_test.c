/* Each deliberately bad plugin is opened as a scenario would open it, and refused in one sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "host/registry.h"

/* ---- what gyre says ------------------------------------------------------------------------ */

struct said {
    struct arena *arena;
    struct report *report;
    char *text;
    size_t length;
};

static struct said said_create(void)
{
    struct said said = {.arena = arena_create()};
    said.report = report_create(said.arena);
    return said;
}

static const char *said_text(struct said *said)
{
    FILE *const out = open_memstream(&said->text, &said->length);
    report_print(said->report, out);
    fclose(out);
    return said->text;
}

static void said_destroy(struct said *said)
{
    free(said->text);
    arena_destroy(said->arena);
}

/* Opens the file as --plugin does. */
static void expect_refusal(const char *path, enum status status, const char *sentence)
{
    struct said said = said_create();
    const char *const plugins[] = {path, NULL};
    char expected[2048];
    snprintf(expected, sizeof(expected), "%s: %s\n", path, sentence);
    registry_create(said.arena, plugins, said.report);
    assert_string_equal(said_text(&said), expected);
    assert_int_equal(report_status(said.report), status);
    said_destroy(&said);
}

static void expect_fixture(const char *fixture, const char *sentence)
{
    char path[FOLDER_PATH];
    snprintf(path, sizeof(path), "%s/%s.gyre.so", ABI_DIR, fixture);
    expect_refusal(path, STATUS_REFUSED, sentence);
}

/* ---- the contract -------------------------------------------------------------------------- */

static void unknown_tail_is_refused(void **state)
{
    (void)state;
    expect_fixture("module_tail", "its gyre_module uses members that this gyre does not know; it "
                                  "needs a newer gyre");
    expect_fixture("component_tail", "metric.component_tail: its gyre_component uses members that "
                                     "this gyre does not know; it needs a newer gyre");
    expect_fixture("ops_tail", "metric.ops_tail: its gyre_metric_ops uses members that this gyre "
                               "does not know; it needs a newer gyre");
    expect_fixture("row_tail", "metric.row_tail: row 1 of its table of parameters uses members "
                               "that this gyre does not know; it needs a newer gyre");
}

static void too_short_struct_is_refused(void **state)
{
    (void)state;
    expect_fixture("module_short", "its gyre_module has 8 bytes, fewer than the 40 of gyre 1.0; "
                                   "set its size with sizeof");
    expect_fixture("component_short", "its gyre_component has 64 bytes, fewer than the 144 of gyre "
                                      "1.0; set its size with sizeof");
    expect_fixture("ops_short", "metric.ops_short: its gyre_metric_ops has 0 bytes, fewer than the "
                                "56 of gyre 1.0; set its size with sizeof");
}

static void wrong_identity_is_refused(void **state)
{
    (void)state;
    expect_fixture("kind_prefix", "policy.kind_prefix: its id does not begin with its kind; call "
                                  "it \"metric.kind_prefix\"");
    expect_fixture("high_flag", "metric.high_flag: it has a flag that this gyre does not know; it "
                                "needs a newer gyre");
    expect_fixture("twice", "it has component metric.twice twice");
}

static void wrong_parameter_table_is_refused(void **state)
{
    (void)state;
    expect_fixture("bad_key", "metric.bad_key: the name of parameter 1, \"Rate-1\", is not made of "
                              "a-z, 0-9 and _, beginning with a letter");
    expect_fixture("own_key", "metric.own_key: parameter every has the name of a key of gyre's "
                              "own");
    expect_fixture("offset_beyond", "metric.offset_beyond: parameter rate at offset 0 is not "
                                    "within the configuration of 4 bytes (conf_size)");
    expect_fixture("overlap", "metric.overlap: parameters rate and on overlap in the "
                              "configuration");
    expect_fixture("default_beyond", "metric.default_beyond: parameter rate: its default 1.5 is "
                                     "above its maximum 1");
}

static void missing_callback_is_refused(void **state)
{
    (void)state;
    expect_fixture("no_measure", "metric.no_measure: its gyre_metric_ops has no measure");
}

/* ---- the symbol ---------------------------------------------------------------------------- */

static void library_without_the_symbol_is_refused(void **state)
{
    (void)state;
    const char *const sentence = "it is no module of gyre: it has no symbol gyre_module_1; end its "
                                 "source with GYRE_MODULE(...)";
    expect_fixture("no_symbol", sentence);
    expect_fixture("function_symbol", sentence);
    expect_fixture("newer_symbol", "it has no symbol gyre_module_1 but one of another version; it "
                                   "needs a newer gyre");
}

static void undefined_symbol_is_refused_at_once(void **state)
{
    (void)state;
    expect_fixture("undefined_symbol", "it cannot be loaded: undefined symbol: nobody_has_this; "
                                       "define it, or link the library that does");
}

/* ---- the file ------------------------------------------------------------------------------ */

static void text_file_is_refused(void **state)
{
    (void)state;
    struct folder folder;
    folder_create(&folder);
    const char *const path = folder_add(&folder, "sound", "metric.sound.gyre.so");
    assert_int_equal(truncate(path, 0), 0);
    expect_refusal(path, STATUS_REFUSED, "it is empty");
    folder_patch(path, 0, "#include <gyre/metric.h>\n", 25);
    expect_refusal(path, STATUS_REFUSED,
                   "it is text and no compiled library; compile it with -shared -fPIC");
    folder_patch(path, 0, "\0\1\2", 3);
    expect_refusal(path, STATUS_REFUSED, "it is no ELF file, so no library of this system");
    folder_remove(&folder);
}

static void cut_off_library_is_refused_at_any_length(void **state)
{
    (void)state;
    struct folder folder;
    struct stat about;
    folder_create(&folder);
    const char *const path = folder_add(&folder, "sound", "metric.sound.gyre.so");
    assert_int_equal(stat(path, &about), 0);
    for (off_t length = about.st_size - 1; length >= (off_t)sizeof(Elf64_Ehdr); length -= 997) {
        assert_int_equal(truncate(path, length), 0);
        expect_refusal(path, STATUS_REFUSED,
                       "it is cut off: parts that its ELF header announces are missing; build it "
                       "again");
    }
    assert_int_equal(truncate(path, sizeof(Elf64_Ehdr) - 1), 0);
    expect_refusal(path, STATUS_REFUSED, "it is a damaged ELF file; build it again");
    folder_remove(&folder);
}

static void another_architecture_is_named(void **state)
{
    (void)state;
    struct folder folder;
    folder_create(&folder);
    const char *const path = folder_add(&folder, "sound", "metric.sound.gyre.so");
    uint16_t machine = EM_AARCH64;
    folder_patch(path, offsetof(Elf64_Ehdr, e_machine), &machine, sizeof(machine));
    expect_refusal(path, STATUS_REFUSED,
                   "it is built for AArch64 (ARM64), and this machine is x86-64; compile it here");
    machine = 4711;
    folder_patch(path, offsetof(Elf64_Ehdr, e_machine), &machine, sizeof(machine));
    expect_refusal(path, STATUS_REFUSED,
                   "it is built for another machine (ELF number 4711), and this machine is x86-64; "
                   "compile it here");
    folder_remove(&folder);
}

static void world_writable_file_is_refused(void **state)
{
    (void)state;
    struct folder folder;
    char sentence[FOLDER_PATH + 64];
    folder_create(&folder);
    const char *const path = folder_add(&folder, "sound", "metric.sound.gyre.so");
    assert_int_equal(chmod(path, 0666), 0);
    snprintf(sentence, sizeof(sentence), "anyone can write to it; chmod o-w %s", path);
    expect_refusal(path, STATUS_REFUSED, sentence);
    folder_remove(&folder);
}

static void world_writable_folder_is_refused(void **state)
{
    (void)state;
    struct folder folder;
    char sentence[FOLDER_PATH + 64];
    folder_create(&folder);
    const char *const path = folder_add(&folder, "sound", "metric.sound.gyre.so");
    assert_int_equal(chmod(folder.path, 0777), 0);
    snprintf(sentence, sizeof(sentence), "anyone can write to its folder; chmod o-w %s",
             folder.path);
    expect_refusal(path, STATUS_REFUSED, sentence);
    folder_remove(&folder);
}

static void file_that_is_not_there_is_missing(void **state)
{
    (void)state;
    expect_refusal("/nowhere/metric.sound.gyre.so", STATUS_MISSING, "there is no such file");
}

/* ---- by id --------------------------------------------------------------------------------- */

static void name_that_is_not_the_id_is_refused(void **state)
{
    (void)state;
    struct folder folder;
    struct said said = said_create();
    char expected[2048];
    folder_create(&folder);
    const char *const path = folder_add(&folder, "sound", "metric.silent.gyre.so");
    setenv("GYRE_PLUGIN_PATH", folder.path, 1);
    struct registry *const registry = registry_create(said.arena, NULL, said.report);
    assert_null(registry_find(registry, "metric.silent", GYRE_KIND_METRIC,
                              (struct place){"a.toml", 3, 7}, said.report));
    snprintf(expected, sizeof(expected),
             "a.toml:3:7: metric.silent was refused, %s: it has no component of that id; name the "
             "file after one that it has\n",
             path);
    assert_string_equal(said_text(&said), expected);
    assert_int_equal(report_status(said.report), STATUS_REFUSED);
    said_destroy(&said);
    folder_remove(&folder);
}

/* ---- and what is sound --------------------------------------------------------------------- */

static void sound_plugin_is_found_by_its_id(void **state)
{
    (void)state;
    struct folder folder;
    struct said said = said_create();
    folder_create(&folder);
    const char *const path = folder_add(&folder, "sound", "metric.sound.gyre.so");
    setenv("GYRE_PLUGIN_PATH", folder.path, 1);
    struct registry *const registry = registry_create(said.arena, NULL, said.report);
    const struct component *const sound =
        registry_find(registry, "metric.sound", GYRE_KIND_METRIC, (struct place){0}, said.report);
    assert_string_equal(said_text(&said), "");
    assert_non_null(sound);
    assert_string_equal(sound->module->path, path);
    assert_int_equal(strlen(sound->module->digest), 32);
    assert_int_equal(sound->ops.metric.output_count, 1);
    assert_ptr_equal(registry_find(registry, "metric.sound", 0, (struct place){0}, said.report),
                     sound);
    said_destroy(&said);
    folder_remove(&folder);
}

/* What an id means may not depend on which ids were asked for before. */
static void second_component_is_found_only_by_its_own_name(void **state)
{
    (void)state;
    struct folder folder;
    struct said said = said_create();
    struct place const nowhere = {0};
    folder_create(&folder);
    folder_add(&folder, "pair", "metric.first.gyre.so");
    setenv("GYRE_PLUGIN_PATH", folder.path, 1);
    struct registry *const registry = registry_create(said.arena, NULL, said.report);
    assert_non_null(registry_find(registry, "metric.first", 0, nowhere, said.report));
    assert_null(registry_find(registry, "metric.second", 0, nowhere, said.report));
    assert_int_equal(symlink("metric.first.gyre.so", folder_path(&folder, "metric.second.gyre.so")),
                     0);
    assert_non_null(registry_find(registry, "metric.second", 0, nowhere, said.report));
    said_destroy(&said);
    folder_remove(&folder);
}

static void explicit_plugin_goes_before_all_folders(void **state)
{
    (void)state;
    struct folder folder;
    struct said said = said_create();
    const char *const plugins[] = {ABI_DIR "/pair.gyre.so", ABI_DIR "/zero_tail.gyre.so", NULL};
    folder_create(&folder);
    folder_add(&folder, "pair", "metric.second.gyre.so");
    setenv("GYRE_PLUGIN_PATH", folder.path, 1);
    struct registry *const registry = registry_create(said.arena, plugins, said.report);
    const struct component *const second =
        registry_find(registry, "metric.second", 0, (struct place){0}, said.report);
    assert_non_null(second);
    assert_non_null(strstr(second->module->path, "pair.gyre.so"));
    assert_non_null(registry_find(registry, "metric.zero_tail", 0, (struct place){0}, said.report));
    assert_string_equal(said_text(&said), "");
    said_destroy(&said);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_tail_is_refused),
        cmocka_unit_test(too_short_struct_is_refused),
        cmocka_unit_test(wrong_identity_is_refused),
        cmocka_unit_test(wrong_parameter_table_is_refused),
        cmocka_unit_test(missing_callback_is_refused),
        cmocka_unit_test(library_without_the_symbol_is_refused),
        cmocka_unit_test(undefined_symbol_is_refused_at_once),
        cmocka_unit_test(text_file_is_refused),
        cmocka_unit_test(cut_off_library_is_refused_at_any_length),
        cmocka_unit_test(another_architecture_is_named),
        cmocka_unit_test(world_writable_file_is_refused),
        cmocka_unit_test(world_writable_folder_is_refused),
        cmocka_unit_test(file_that_is_not_there_is_missing),
        cmocka_unit_test(name_that_is_not_the_id_is_refused),
        cmocka_unit_test(sound_plugin_is_found_by_its_id),
        cmocka_unit_test(second_component_is_found_only_by_its_own_name),
        cmocka_unit_test(explicit_plugin_goes_before_all_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
