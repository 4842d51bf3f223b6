/* base/arena.h - memory that is freed all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena;

/* Small pieces: when the machine has no memory left these end the process with
 * one sentence and exit code 71. What can be large is asked for with memory_try. */
struct arena *arena_create(void);
void arena_destroy(struct arena *arena);

/* Zeroed, 64-byte aligned; the second one is not zeroed. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_take(struct arena *arena, size_t size);
/* As take, but NULL when there is no memory: for sizes that strangers ask for. */
void *arena_try(struct arena *arena, size_t size);
char *arena_text(struct arena *arena, const char *text);
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Bytes that it holds, used or not. */
size_t arena_size(const struct arena *arena);

/* Forgets all that was taken since, but keeps the memory for what comes. */
void arena_reset(struct arena *arena);

#define ARENA_NEW(arena, type)      ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc((arena), sizeof(type) * (size_t)(n)))

/* So many bytes in whole lines of 64, for what stands one behind the other. */
static inline int64_t memory_lines(int64_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

/* Zeroed, 64-byte aligned, given back with free(); NULL when there is none. */
void *memory_try(size_t count, size_t size);

#endif
