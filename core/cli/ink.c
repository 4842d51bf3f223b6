#include "cli/ink.h"

#include <string.h>

void ink_set(FILE *out, bool colour, enum ink ink)
{
    static const char *const code[] = {"0", "1", "2", "31", "32"};
    if (colour)
        fprintf(out, "\033[%sm", code[ink]);
}

/* U+0080 to U+009F are control characters too, and UTF-8 writes them with a first byte 0xc2. */
static bool is_high_control(const unsigned char *c)
{
    return c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
}

const char *ink_text(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, 4 * strlen(text) + 1), *to = out;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '\n' || *c == '\t' || *c == '\r')
            *to++ = ' ';
        else if (*c < 32 || *c == 127)
            to += sprintf(to, "\\x%02x", *c);
        else if (is_high_control(c))
            to += sprintf(to, "\\x%02x", *++c);
        else
            *to++ = (char)*c;
    }
    return out;
}

static bool starts_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

static int columns_of(const char *text, size_t bytes)
{
    int columns = 0;
    for (size_t i = 0; i < bytes; i++)
        columns += starts_character(text[i]);
    return columns;
}

int ink_columns(const char *text)
{
    return columns_of(text, strlen(text));
}

void ink_pad(FILE *out, const char *text, int width)
{
    int const blanks = (width < 0 ? -width : width) - ink_columns(text);
    fprintf(out, "%*s%s%*s", width > 0 && blanks > 0 ? blanks : 0, "", text,
            width < 0 && blanks > 0 ? blanks : 0, "");
}

const char *ink_cut(struct arena *arena, const char *text, int width, const char *mark)
{
    if (ink_columns(text) <= width)
        return text;
    int const room = width - ink_columns(mark);
    size_t bytes = 0;
    for (int columns = 0; text[bytes]; bytes++) {
        columns += starts_character(text[bytes]);
        if (columns > room)
            break;
    }
    return arena_format(arena, "%.*s%s", (int)bytes, text, mark);
}

void ink_wrap(FILE *out, const char *text, int width)
{
    int at = 0;
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t const bytes = strcspn(text, " ");
        int const columns = columns_of(text, bytes);
        bool const breaks = at && at + 1 + columns > width;
        fprintf(out, "%s%.*s", breaks ? "\n" : at ? " " : "", (int)bytes, text);
        at = columns + (at && !breaks ? at + 1 : 0);
        text += bytes;
    }
    fputc('\n', out);
}
