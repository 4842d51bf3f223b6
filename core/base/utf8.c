#include "base/utf8.h"

#include <jansson.h>
#include <stdlib.h>

const char *utf8_text(struct arena *arena, const char *text)
{
    json_t *string = json_string(text);
    if (string) {
        json_decref(string);
        return text;
    }
    char *copy = arena_text(arena, text);
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c > 127)
            *c = '?';
    return copy;
}

const char *utf8_quoted(struct arena *arena, const char *text)
{
    json_t *string = json_string(utf8_text(arena, text));
    char *dumped = json_dumps(string, JSON_ENCODE_ANY);
    const char *quoted = arena_text(arena, dumped ? dumped : "\"\"");
    free(dumped);
    json_decref(string);
    return quoted;
}
