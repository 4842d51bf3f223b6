#include "world/column.h"

#include <string.h>

void column_add(struct columns *columns, struct arena *arena, uint32_t of, const char *name,
                const double *data, int64_t count)
{
    struct column *column = ARENA_NEW(arena, struct column);
    *column = (struct column){name, of, count, data, columns->first};
    columns->first = column;
}

const struct column *column_find(const struct columns *columns, uint32_t of, const char *name)
{
    const struct column *c = columns->first;
    while (c && (c->of != of || strcmp(c->name, name) != 0))
        c = c->next;
    return c;
}

const char *const *column_names(const struct columns *columns, struct arena *arena, uint32_t of)
{
    int count = 0;
    for (const struct column *c = columns->first; c; c = c->next)
        count += c->of == of;
    const char **names = ARENA_ARRAY(arena, const char *, count + 1);
    for (const struct column *c = columns->first; c; c = c->next)
        if (c->of == of)
            names[--count] = c->name;
    return names;
}

const char *column_of_word(uint32_t of)
{
    return of == GYRE_OF_STATE ? "state" : of == GYRE_OF_AGENT ? "agent" : "context";
}
