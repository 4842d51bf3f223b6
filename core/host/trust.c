#include "host/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"

#define SYMBOL      "gyre_module_1"
#define SYMBOL_STEM "gyre_module_"

/* What a library may weigh; a real one has a few hundred kilobytes. */
#define SIZE_MAX_BYTES ((off_t)1 << 30)

/* The file as read: what is checked and digested is one and the same. */
struct image {
    char *bytes;
    size_t size;
};

/* ---- whose it is --------------------------------------------------------------------------- */

static bool is_trusted_owner(uid_t owner)
{
    return owner == 0 || owner == geteuid();
}

static const char *check_folder(struct arena *arena, const char *path)
{
    const char *const slash = strrchr(path, '/');
    const char *const folder = !slash ? "."
                               : slash == path
                                   ? "/"
                                   : arena_format(arena, "%.*s", (int)(slash - path), path);
    struct stat about;
    if (stat(folder, &about) != 0)
        return arena_format(arena, "its folder cannot be looked at: %s", strerror(errno));
    if (!is_trusted_owner(about.st_uid))
        return arena_format(arena,
                            "its folder %s belongs to user %u, who can replace it; copy it to a "
                            "folder of your own",
                            folder, (unsigned)about.st_uid);
    if (about.st_mode & S_IWOTH)
        return arena_format(arena, "anyone can write to its folder; chmod o-w %s", folder);
    return NULL;
}

static const char *check_owner(struct arena *arena, const char *path, const struct stat *about)
{
    if (!S_ISREG(about->st_mode))
        return S_ISDIR(about->st_mode) ? "it is a folder and no file" : "it is no regular file";
    if (!is_trusted_owner(about->st_uid))
        return arena_format(arena,
                            "it belongs to user %u, neither to you nor to root; make a copy of "
                            "your own if you trust it",
                            (unsigned)about->st_uid);
    if (about->st_mode & S_IWOTH)
        return arena_format(arena, "anyone can write to it; chmod o-w %s", path);
    return NULL;
}

/* ---- what it is ---------------------------------------------------------------------------- */

static const char *machine_name(struct arena *arena, const GElf_Ehdr *head)
{
    static const struct {
        int machine;
        const char *name;
    } known[] = {
        {EM_X86_64, "32-bit x86-64 (x32)"},
        {EM_386, "32-bit x86"},
        {EM_AARCH64, "AArch64 (ARM64)"},
        {EM_ARM, "32-bit ARM"},
        {EM_RISCV, "RISC-V"},
        {EM_PPC64, "PowerPC64"},
        {EM_S390, "IBM Z"},
        {EM_LOONGARCH, "LoongArch"},
        {EM_MIPS, "MIPS"},
        {EM_SPARCV9, "SPARC64"},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (known[i].machine == head->e_machine)
            return known[i].name;
    return arena_format(arena, "another machine (ELF number %d)", head->e_machine);
}

static const char *check_head(struct arena *arena, const GElf_Ehdr *head)
{
    bool const little_64 =
        head->e_ident[EI_CLASS] == ELFCLASS64 && head->e_ident[EI_DATA] == ELFDATA2LSB;
    if (head->e_machine != EM_X86_64 || !little_64)
        return arena_format(arena,
                            "it is built for %s, and this machine is x86-64; compile it here",
                            machine_name(arena, head));
    if (head->e_type != ET_DYN)
        return "it is an ELF file but no shared library; link it with -shared";
    return NULL;
}

static bool is_within(uint64_t offset, uint64_t length, size_t size)
{
    return offset <= size && length <= size - offset;
}

/* A library whose end is missing opens, and then kills the process at the first page that is not
 * there: every loaded part and the table of sections, which stands last, must be in the file. */
static bool is_whole(Elf *elf, const GElf_Ehdr *head, size_t size)
{
    uint64_t const sections = (uint64_t)head->e_shnum * head->e_shentsize;
    size_t count;
    if (!is_within(head->e_shoff, sections, size) || elf_getphdrnum(elf, &count) != 0)
        return false;
    if (count == 0 || !is_within(head->e_phoff, (uint64_t)count * head->e_phentsize, size))
        return false;
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr part;
        if (!gelf_getphdr(elf, (int)i, &part))
            return false;
        if (part.p_type != PT_NULL && !is_within(part.p_offset, part.p_filesz, size))
            return false;
    }
    return true;
}

static bool is_defined_data(const GElf_Sym *symbol)
{
    int const bind = GELF_ST_BIND(symbol->st_info);
    return symbol->st_shndx != SHN_UNDEF && GELF_ST_TYPE(symbol->st_info) == STT_OBJECT &&
           (bind == STB_GLOBAL || bind == STB_WEAK);
}

/* The symbol's name if it is one of ours, of whatever version; else NULL. */
static const char *module_symbol(Elf *elf, const GElf_Shdr *table, Elf_Data *data, size_t i)
{
    GElf_Sym symbol;
    if (!gelf_getsym(data, (int)i, &symbol) || !is_defined_data(&symbol))
        return NULL;
    const char *const name = elf_strptr(elf, table->sh_link, symbol.st_name);
    return name && strncmp(name, SYMBOL_STEM, strlen(SYMBOL_STEM)) == 0 ? name : NULL;
}

/* gyre_module_1 if it is there, else one of another version, else NULL. */
static const char *find_symbol(Elf *elf, Elf_Scn *section, const GElf_Shdr *table)
{
    const char *found = NULL;
    Elf_Data *const data = elf_getdata(section, NULL);
    size_t const entry = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
    for (size_t i = 0; data && entry && i < data->d_size / entry && i < INT32_MAX; i++) {
        const char *const name = module_symbol(elf, table, data, i);
        if (name)
            found = name;
        if (name && strcmp(name, SYMBOL) == 0)
            return name;
    }
    return found;
}

static const char *check_symbol(Elf *elf)
{
    const char *found = NULL;
    Elf_Scn *section = NULL;
    while (!found && (section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr table;
        if (gelf_getshdr(section, &table) && table.sh_type == SHT_DYNSYM)
            found = find_symbol(elf, section, &table);
    }
    if (!found)
        return "it is no module of gyre: it has no symbol " SYMBOL
               "; end its source with GYRE_MODULE(...)";
    if (strcmp(found, SYMBOL) != 0)
        return "it has no symbol " SYMBOL " but one of another version; it needs a newer gyre";
    return NULL;
}

static const char *check_elf(struct arena *arena, Elf *elf, size_t size)
{
    GElf_Ehdr head;
    if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &head))
        return "it is a damaged ELF file; build it again";
    const char *why = check_head(arena, &head);
    if (!why && !is_whole(elf, &head, size))
        why = "it is cut off: parts that its ELF header announces are missing; build it again";
    return why ? why : check_symbol(elf);
}

static bool is_text(const struct image *image)
{
    for (size_t i = 0; i < image->size && i < 256; i++) {
        unsigned char const byte = (unsigned char)image->bytes[i];
        if (byte == 0x7f || (byte < ' ' && !strchr("\t\n\r", byte)) || byte == '\0')
            return false;
    }
    return true;
}

static const char *check_image(struct arena *arena, const struct image *image)
{
    if (image->size == 0)
        return "it is empty";
    if (image->size < SELFMAG || memcmp(image->bytes, ELFMAG, SELFMAG) != 0)
        return is_text(image) ? "it is text and no compiled library; compile it with -shared -fPIC"
                              : "it is no ELF file, so no library of this system";
    elf_version(EV_CURRENT);
    Elf *const elf = elf_memory(image->bytes, image->size);
    const char *const why = check_elf(arena, elf, image->size);
    elf_end(elf);
    return why;
}

/* ---- the file ------------------------------------------------------------------------------ */

static bool read_all(int file, struct image *image)
{
    size_t done = 0;
    while (done < image->size) {
        ssize_t const got = read(file, image->bytes + done, image->size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static const char *check_bytes(struct arena *arena, int file, off_t size, struct trust *out)
{
    if (size > SIZE_MAX_BYTES)
        return "it has over a gigabyte: no module is that large";
    struct image image = {.size = (size_t)size};
    image.bytes = memory_try(image.size + 1, 1);
    if (!image.bytes)
        return "there is no memory to read it";
    const char *why = "it cannot be read to its end";
    if (read_all(file, &image))
        why = check_image(arena, &image);
    char digest[DIGEST_TEXT];
    out->digest = arena_text(arena, digest_format(digest, digest_bytes(image.bytes, image.size)));
    free(image.bytes);
    return why;
}

static const char *check_file(struct arena *arena, const char *path, int file, struct trust *out)
{
    struct stat about;
    if (fstat(file, &about) != 0)
        return strerror(errno);
    const char *why = check_owner(arena, out->path, &about);
    if (!why)
        why = check_folder(arena, out->path);
    /* Who can write where a link stands can have it lead to another module. */
    if (!why)
        why = check_folder(arena, path);
    return why ? why : check_bytes(arena, file, about.st_size, out);
}

enum status trust_check(struct arena *arena, const char *path, struct trust *out, const char **why)
{
    char *const real = realpath(path, NULL);
    out->path = arena_text(arena, real ? real : path);
    free(real);
    /* Opening a pipe would wait for a writer: O_NONBLOCK. */
    int const file = open(out->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        bool const missing = errno == ENOENT || errno == ENOTDIR;
        *why = missing ? "there is no such file"
                       : arena_format(arena, "it cannot be opened: %s", strerror(errno));
        return missing ? STATUS_MISSING : STATUS_REFUSED;
    }
    *why = check_file(arena, path, file, out);
    close(file);
    return *why ? STATUS_REFUSED : STATUS_OK;
}
