#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/status.h"

enum { ALIGN = 64, CHUNK = 64 * 1024 };
enum { PAGE = 4096, FEW_PAGES = 4 * PAGE };
enum { LARGE_PAGE = 2 * 1024 * 1024, LARGE = 2 * LARGE_PAGE };

struct chunk {
    struct chunk *next;
    size_t size, used; /* of the bytes behind this head, which takes ALIGN bytes itself */
};

struct arena {
    struct chunk *first, *current;
};

static size_t round_up(size_t size)
{
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

static void exhausted(void)
{
    fputs("gyre: this machine has no memory left\n", stderr);
    exit(STATUS_LIMIT);
}

/* Asks for pages of 2 MB, of which the system may have some: agents' rows are read once a round,
 * and with pages of 4 kB each is looked up anew. Of 20 MB of rows a round of 8.2 ms takes 7.9. */
static void ask_for_large_pages(char *memory, size_t bytes)
{
    size_t const before = (LARGE_PAGE - (uintptr_t)memory % LARGE_PAGE) % LARGE_PAGE;
    if (bytes >= LARGE)
        madvise(memory + before, (bytes - before) / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
}

/* Asks for the pages of it in one call: a page takes .5 us there, and where it is written first
 * .25 us to, on virtual machines, 10. Linux before 5.14 refuses, and it is as it was. */
static void ask_for_pages(char *memory, size_t bytes)
{
    size_t const before = (PAGE - (uintptr_t)memory % PAGE) % PAGE;
    ask_for_large_pages(memory, bytes);
    if (bytes >= FEW_PAGES)
        madvise(memory + before, (bytes - before) / PAGE * PAGE, MADV_POPULATE_WRITE);
}

void *memory_try(size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return NULL;
    bytes = round_up(bytes ? bytes : 1);
    void *memory = aligned_alloc(ALIGN, bytes);
    if (!memory)
        return NULL;
    ask_for_pages(memory, bytes);
    return memset(memory, 0, bytes);
}

static struct chunk *chunk_create(size_t size)
{
    size_t const room = size > CHUNK ? size : CHUNK;
    struct chunk *chunk = aligned_alloc(ALIGN, ALIGN + round_up(room));
    if (!chunk)
        return NULL;
    ask_for_pages((char *)chunk, ALIGN + round_up(room));
    *chunk = (struct chunk){.size = round_up(room)};
    return chunk;
}

struct arena *arena_create(void)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena || !(arena->first = arena->current = chunk_create(CHUNK)))
        exhausted();
    return arena;
}

void arena_destroy(struct arena *arena)
{
    if (!arena)
        return;
    for (struct chunk *chunk = arena->first, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(arena);
}

/* The first chunk from the current one on that has room, or NULL; those passed over stay unused
 * until the next reset. */
static struct chunk *chunk_with_room(struct arena *arena, size_t size)
{
    struct chunk *chunk = arena->current;
    while (chunk->size - chunk->used < size) {
        if (!chunk->next && !(chunk->next = chunk_create(size)))
            return NULL;
        chunk = chunk->next;
    }
    return arena->current = chunk;
}

void *arena_try(struct arena *arena, size_t size)
{
    size_t const room = round_up(size ? size : 1);
    struct chunk *chunk = size > SIZE_MAX / 2 ? NULL : chunk_with_room(arena, room);
    if (!chunk)
        return NULL;
    char *memory = (char *)chunk + ALIGN + chunk->used;
    chunk->used += room;
    return memory;
}

void *arena_take(struct arena *arena, size_t size)
{
    void *memory = arena_try(arena, size);
    if (!memory)
        exhausted();
    return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_take(arena, size), 0, size);
}

size_t arena_size(const struct arena *arena)
{
    size_t size = 0;
    for (const struct chunk *chunk = arena->first; chunk; chunk = chunk->next)
        size += ALIGN + chunk->size;
    return size;
}

void arena_reset(struct arena *arena)
{
    /* Those behind the current one are unused. */
    for (struct chunk *chunk = arena->first; chunk != arena->current->next; chunk = chunk->next)
        chunk->used = 0;
    arena->current = arena->first;
}

char *arena_text(struct arena *arena, const char *text)
{
    size_t const size = strlen(text) + 1;
    return memcpy(arena_alloc(arena, size), text, size);
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int const length = vsnprintf(NULL, 0, format, arguments);
    size_t const size = length < 0 ? 1 : (size_t)length + 1;
    char *text = arena_alloc(arena, size);
    vsnprintf(text, size, format, again);
    va_end(again);
    va_end(arguments);
    return text;
}
