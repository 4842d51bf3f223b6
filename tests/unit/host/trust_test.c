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

#include "base/digest.h"
#include "host/trust.h"

/* ---- the smallest library there is --------------------------------------------------------- */

/* Parts in the order in which linkers lay them, the table of sections last. */
struct library {
    Elf64_Ehdr head;
    Elf64_Phdr part;
    Elf64_Sym symbol[2];
    char names[32];
    Elf64_Shdr section[3];
};

static struct library library_make(void)
{
    struct library const library = {
        .head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                             EV_CURRENT},
                 .e_type = ET_DYN,
                 .e_machine = EM_X86_64,
                 .e_version = EV_CURRENT,
                 .e_phoff = offsetof(struct library, part),
                 .e_shoff = offsetof(struct library, section),
                 .e_ehsize = sizeof(Elf64_Ehdr),
                 .e_phentsize = sizeof(Elf64_Phdr),
                 .e_phnum = 1,
                 .e_shentsize = sizeof(Elf64_Shdr),
                 .e_shnum = 3},
        .part = {.p_type = PT_LOAD, .p_filesz = sizeof(struct library)},
        .symbol = {{0},
                   {.st_name = 1,
                    .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
                    .st_shndx = 1,
                    .st_size = 40}},
        .names = "\0gyre_module_1",
        .section = {{0},
                    {.sh_type = SHT_DYNSYM,
                     .sh_offset = offsetof(struct library, symbol),
                     .sh_size = 2 * sizeof(Elf64_Sym),
                     .sh_link = 2,
                     .sh_entsize = sizeof(Elf64_Sym)},
                    {.sh_type = SHT_STRTAB,
                     .sh_offset = offsetof(struct library, names),
                     .sh_size = 32}},
    };
    return library;
}

/* ---- a file to hold it --------------------------------------------------------------------- */

struct scene {
    struct arena *arena;
    char folder[64];
    char path[128];
};

static int scene_open(void **state)
{
    struct scene *const scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    scene->arena = arena_create();
    strcpy(scene->folder, "/tmp/gyre-trust-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    snprintf(scene->path, sizeof(scene->path), "%s/metric.x.gyre.so", scene->folder);
    *state = scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *const scene = *state;
    unlink(scene->path);
    assert_int_equal(rmdir(scene->folder), 0);
    arena_destroy(scene->arena);
    free(scene);
    return 0;
}

static void scene_write(const struct scene *scene, const void *bytes, size_t size)
{
    FILE *const file = fopen(scene->path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    assert_int_equal(chmod(scene->path, 0644), 0);
}

static const char *scene_refusal(const struct scene *scene)
{
    struct trust trust;
    const char *why;
    enum status const status = trust_check(scene->arena, scene->path, &trust, &why);
    assert_int_equal(status, why ? STATUS_REFUSED : STATUS_OK);
    return why;
}

static const char *refusal_of(const struct scene *scene, const struct library *library)
{
    scene_write(scene, library, sizeof(*library));
    return scene_refusal(scene);
}

/* ---- what it is ---------------------------------------------------------------------------- */

static void whole_library_is_trusted_and_digested(void **state)
{
    const struct scene *const scene = *state;
    struct library const library = library_make();
    struct trust trust;
    const char *why;
    char digest[DIGEST_TEXT];
    scene_write(scene, &library, sizeof(library));
    assert_int_equal(trust_check(scene->arena, scene->path, &trust, &why), STATUS_OK);
    assert_null(why);
    assert_string_equal(trust.path, scene->path);
    digest_format(digest, digest_bytes(&library, sizeof(library)));
    assert_string_equal(trust.digest, digest);
}

static void every_cut_is_refused(void **state)
{
    const struct scene *const scene = *state;
    struct library const library = library_make();
    for (size_t size = 0; size < sizeof(library); size++) {
        scene_write(scene, &library, size);
        assert_non_null(scene_refusal(scene));
    }
}

/* Nothing that a header claims may lead outside the file: ASan watches. */
static void no_flipped_bit_harms_the_reader(void **state)
{
    const struct scene *const scene = *state;
    struct library library = library_make();
    int refused = 0;
    for (size_t bit = 0; bit < 8 * sizeof(library); bit++) {
        unsigned char *const byte = (unsigned char *)&library + bit / 8;
        *byte = (unsigned char)(*byte ^ 1u << bit % 8);
        refused += refusal_of(scene, &library) != NULL;
        *byte = (unsigned char)(*byte ^ 1u << bit % 8);
    }
    assert_in_range(refused, 100, 8 * sizeof(library) - 100);
}

static void huge_offsets_are_refused(void **state)
{
    const struct scene *const scene = *state;
    const char *const cut =
        "it is cut off: parts that its ELF header announces are missing; build it again";
    struct library library = library_make();
    library.part.p_offset = UINT64_MAX - 8;
    assert_string_equal(refusal_of(scene, &library), cut);
    library = library_make();
    library.part.p_filesz = UINT64_MAX;
    assert_string_equal(refusal_of(scene, &library), cut);
    library = library_make();
    library.head.e_shoff = UINT64_MAX - 3;
    assert_string_equal(refusal_of(scene, &library), cut);
    library = library_make();
    library.section[1].sh_offset = UINT64_MAX - 3;
    assert_non_null(refusal_of(scene, &library));
    library = library_make();
    library.symbol[1].st_name = UINT32_MAX;
    assert_non_null(refusal_of(scene, &library));
}

static void other_machines_are_named(void **state)
{
    const struct scene *const scene = *state;
    struct library library = library_make();
    library.head.e_machine = EM_RISCV;
    assert_string_equal(refusal_of(scene, &library), "it is built for RISC-V, and this machine is "
                                                     "x86-64; compile it here");
    library.head.e_machine = EM_X86_64;
    library.head.e_type = ET_REL;
    assert_string_equal(refusal_of(scene, &library),
                        "it is an ELF file but no shared library; link it with -shared");
}

static void symbol_must_be_defined_data_for_all(void **state)
{
    const struct scene *const scene = *state;
    const char *const none = "it is no module of gyre: it has no symbol gyre_module_1; end its "
                             "source with GYRE_MODULE(...)";
    struct library library = library_make();
    library.symbol[1].st_shndx = SHN_UNDEF;
    assert_string_equal(refusal_of(scene, &library), none);
    library = library_make();
    library.symbol[1].st_info = ELF64_ST_INFO(STB_LOCAL, STT_OBJECT);
    assert_string_equal(refusal_of(scene, &library), none);
    library = library_make();
    library.symbol[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    assert_string_equal(refusal_of(scene, &library), none);
    library = library_make();
    library.head.e_shnum = 0;
    library.head.e_shoff = 0;
    assert_string_equal(refusal_of(scene, &library), none);
    library = library_make();
    strcpy(library.names + 1, "gyre_module_2");
    assert_string_equal(refusal_of(scene, &library),
                        "it has no symbol gyre_module_1 but one of another version; it needs a "
                        "newer gyre");
}

/* ---- whose it is --------------------------------------------------------------------------- */

static void group_may_write_but_not_the_world(void **state)
{
    const struct scene *const scene = *state;
    struct library const library = library_make();
    assert_null(refusal_of(scene, &library));
    assert_int_equal(chmod(scene->path, 0664), 0);
    assert_int_equal(chmod(scene->folder, 0775), 0);
    assert_null(scene_refusal(scene));
    assert_int_equal(chmod(scene->path, 0646), 0);
    assert_string_equal(
        scene_refusal(scene),
        arena_format(scene->arena, "anyone can write to it; chmod o-w %s", scene->path));
    assert_int_equal(chmod(scene->path, 0644), 0);
    assert_int_equal(chmod(scene->folder, 0757), 0);
    assert_string_equal(
        scene_refusal(scene),
        arena_format(scene->arena, "anyone can write to its folder; chmod o-w %s", scene->folder));
}

/* Who may write where a link stands may have it lead anywhere. */
static void link_in_a_world_writable_folder_is_refused(void **state)
{
    const struct scene *const scene = *state;
    struct library const library = library_make();
    struct trust trust;
    const char *why;
    char folder[] = "/tmp/gyre-link-XXXXXX";
    char link[64];
    scene_write(scene, &library, sizeof(library));
    assert_non_null(mkdtemp(folder));
    snprintf(link, sizeof(link), "%s/x.gyre.so", folder);
    assert_int_equal(symlink(scene->path, link), 0);
    assert_int_equal(trust_check(scene->arena, link, &trust, &why), STATUS_OK);
    assert_string_equal(trust.path, scene->path);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(trust_check(scene->arena, link, &trust, &why), STATUS_REFUSED);
    unlink(link);
    rmdir(folder);
}

static void file_or_folder_of_another_user_is_refused(void **state)
{
    const struct scene *const scene = *state;
    struct library const library = library_make();
    if (geteuid() != 0)
        skip();
    scene_write(scene, &library, sizeof(library));
    assert_int_equal(chown(scene->path, 4242, 4242), 0);
    assert_string_equal(scene_refusal(scene), "it belongs to user 4242, neither to you nor to "
                                              "root; make a copy of your own if you trust it");
    assert_int_equal(chown(scene->path, 0, 0), 0);
    assert_int_equal(chown(scene->folder, 4242, 4242), 0);
    assert_string_equal(scene_refusal(scene),
                        arena_format(scene->arena,
                                     "its folder %s belongs to user 4242, who can replace it; "
                                     "copy it to a folder of your own",
                                     scene->folder));
}

static void only_regular_files_are_opened(void **state)
{
    const struct scene *const scene = *state;
    struct trust trust;
    const char *why;
    assert_int_equal(trust_check(scene->arena, scene->path, &trust, &why), STATUS_MISSING);
    assert_string_equal(why, "there is no such file");
    assert_int_equal(trust_check(scene->arena, scene->folder, &trust, &why), STATUS_REFUSED);
    assert_string_equal(why, "it is a folder and no file");
    assert_int_equal(mkfifo(scene->path, 0644), 0);
    assert_string_equal(scene_refusal(scene), "it is no regular file");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whole_library_is_trusted_and_digested),
        TEST(every_cut_is_refused),
        TEST(no_flipped_bit_harms_the_reader),
        TEST(huge_offsets_are_refused),
        TEST(other_machines_are_named),
        TEST(symbol_must_be_defined_data_for_all),
        TEST(group_may_write_but_not_the_world),
        TEST(link_in_a_world_writable_folder_is_refused),
        TEST(file_or_folder_of_another_user_is_refused),
        TEST(only_regular_files_are_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
