#include "scenario/say.h"

#include <string.h>

#include "base/text.h"

enum { SHORT = 60, LISTED = 10 };

const char *say_short(struct arena *arena, const char *text)
{
    size_t const length = strnlen(text, SHORT + 1);
    if (length <= SHORT)
        return text;
    size_t end = SHORT - 3;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    return arena_format(arena, "%.*s...", (int)end, text);
}

const char *say_list(struct arena *arena, const char *const *words)
{
    const char *list = "";
    int count = 0;
    for (; count < LISTED && words[count]; count++)
        list = arena_format(arena, "%s%s\"%s\"", list, count ? ", " : "",
                            say_short(arena, words[count]));
    int more = 0;
    while (words[count + more])
        more++;
    return more ? arena_format(arena, "%s and %d more", list, more) : list;
}

const char *say_nearest(struct arena *arena, const char *word, const char *const *words)
{
    const char *nearest = text_nearest(word, words);
    return nearest ? arena_format(arena, "; did you mean \"%s\"?", nearest) : "";
}

const char *say_real(struct arena *arena, double real)
{
    char text[TEXT_REAL];
    return arena_text(arena, text_real(text, real));
}
