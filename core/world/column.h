/* world/column.h - named columns of numbers: attributes of states, agents and contexts. */
#ifndef WORLD_COLUMN_H
#define WORLD_COLUMN_H

#include "base/arena.h"
#include "gyre/component.h"

struct column {
    const char *name;
    uint32_t of; /* GYRE_OF_* */
    int64_t count;
    const double *data; /* 64-byte aligned, finite */
    const struct column *next;
};

/* The newest first; owned by an arena. */
struct columns {
    const struct column *first;
};

void column_add(struct columns *columns, struct arena *arena, uint32_t of, const char *name,
                const double *data, int64_t count);
const struct column *column_find(const struct columns *columns, uint32_t of, const char *name);

/* The names of all columns of that kind, oldest first; ends with NULL. */
const char *const *column_names(const struct columns *columns, struct arena *arena, uint32_t of);

/* "state", "agent" or "context". */
const char *column_of_word(uint32_t of);

#endif
