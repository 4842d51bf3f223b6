#include "cli/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void svg_number(FILE *out, double x)
{
    long long const scaled = llround(x * 100), size = llabs(scaled);
    fprintf(out, "%s%lld", scaled < 0 ? "-" : "", size / 100);
    if (size % 10)
        fprintf(out, ".%02lld", size % 100);
    else if (size % 100)
        fprintf(out, ".%lld", size % 100 / 10);
}

/* ---- characters --------------------------------------------------------------------------------
 */

enum { NO_CHARACTER = 0xfffd };

/* The character that begins here and how many bytes it takes; NO_CHARACTER for what is no UTF-8. */
static unsigned decode(const unsigned char *text, int *bytes)
{
    static unsigned const least[] = {0, 0, 0x80, 0x800, 0x10000};
    int const length = *text < 0x80    ? 1
                       : *text >= 0xf8 ? 0
                       : *text >= 0xf0 ? 4
                       : *text >= 0xe0 ? 3
                       : *text >= 0xc0 ? 2
                                       : 0;
    unsigned code = length > 1 ? *text & (0x7fU >> length) : *text;
    *bytes = 1;
    if (!length)
        return NO_CHARACTER;
    for (int i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return NO_CHARACTER;
        code = code << 6 | (text[i] & 0x3f);
    }
    if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return NO_CHARACTER;
    *bytes = length;
    return code;
}

static bool is_control(unsigned code)
{
    return code < 32 || (code >= 127 && code < 160);
}

static void escape_one(FILE *out, unsigned code, const char *text, int bytes)
{
    if (is_control(code))
        fputc(' ', out);
    else if (code == NO_CHARACTER || (code & 0xfffe) == 0xfffe)
        fputs("\xef\xbf\xbd", out);
    else if (code == '&')
        fputs("&amp;", out);
    else if (code == '<')
        fputs("&lt;", out);
    else if (code == '>')
        fputs("&gt;", out);
    else if (code == '"')
        fputs("&quot;", out);
    else if (code == '\'')
        fputs("&#39;", out);
    else
        fwrite(text, 1, (size_t)bytes, out);
}

void svg_escape(FILE *out, const char *text)
{
    for (int bytes = 1; *text; text += bytes) {
        unsigned const code = decode((const unsigned char *)text, &bytes);
        escape_one(out, code, text, bytes);
    }
}

/* ---- text --------------------------------------------------------------------------------------
 */

static void begin_text(FILE *out, double x, double y, struct svg_font font)
{
    static const char *const anchor[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    fputs("<text x=\"", out);
    svg_number(out, x);
    fputs("\" y=\"", out);
    svg_number(out, y);
    fputs("\" font-size=\"", out);
    svg_number(out, font.size);
    fprintf(out, "\" fill=\"%s\"%s%s>", font.fill, anchor[font.anchor],
            font.bold ? " font-weight=\"bold\"" : "");
}

void svg_text(FILE *out, double x, double y, struct svg_font font, const char *text)
{
    begin_text(out, x, y, font);
    svg_escape(out, text);
    fputs("</text>\n", out);
}

void svg_pair(FILE *out, double x, double y, struct svg_font font, const char *text,
              const char *behind, const char *fill)
{
    begin_text(out, x, y, font);
    svg_escape(out, text);
    fprintf(out, "<tspan dx=\"6\" font-weight=\"normal\" fill=\"%s\">", fill);
    svg_escape(out, behind);
    fputs("</tspan></text>\n", out);
}

/* In ems, of a wide sans serif. */
static double width_of(unsigned code)
{
    if (code >= 0x2e80)
        return 1;
    if (code >= 128)
        return 0.7;
    if (code && strchr("mwMW@%", (int)code))
        return 0.95;
    if (code && strchr(" ijlft.,:;'|!()[]-", (int)code))
        return 0.38;
    return code >= 'A' && code <= 'Z' ? 0.72 : 0.62;
}

static double width_between(const char *text, const char *end, double size)
{
    double width = 0;
    for (int bytes = 1; text < end; text += bytes)
        width += width_of(decode((const unsigned char *)text, &bytes));
    return width * size;
}

double svg_width(const char *text, double size)
{
    return width_between(text, text + strlen(text), size);
}

/* As much of one word as fits, at least one character. */
static const char *break_word(const char *text, const char *end, double size, double width)
{
    int bytes = 1;
    double used = 0;
    const char *at = text;
    while (at < end) {
        used += size * width_of(decode((const unsigned char *)at, &bytes));
        if (used > width && at > text)
            break;
        at += bytes;
    }
    return at;
}

/* Where the line that begins at `text` ends. */
static const char *line_end(const char *text, double size, double width)
{
    const char *end = text;
    while (*end) {
        const char *const word = end + strspn(end, " ");
        const char *const next = word + strcspn(word, " ");
        if (width_between(text, next, size) > width)
            break;
        end = next;
    }
    return end > text ? end : break_word(text, text + strcspn(text, " "), size, width);
}

const char **svg_wrap(struct arena *arena, const char *text, double size, double width)
{
    const char **const lines = ARENA_ARRAY(arena, const char *, strlen(text) + 1);
    int count = 0;
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        const char *const end = line_end(text, size, width);
        lines[count++] = arena_format(arena, "%.*s", (int)(end - text), text);
        text = end;
    }
    return lines;
}

/* ---- labels ------------------------------------------------------------------------------------
 */

static const char *raised(struct arena *arena, const char *digits)
{
    static const char *const sign[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    const char *text = "";
    for (; *digits; digits++)
        text = arena_format(arena, "%s%s", text, *digits == '-' ? "⁻" : sign[*digits - '0']);
    return text;
}

const char *svg_label(struct arena *arena, const char *label)
{
    const char *const minus = *label == '-' ? "−" : "";
    const char *const digits = label + (*label == '-');
    const char *const e = strchr(digits, 'e');
    if (!e)
        return arena_format(arena, "%s%s", minus, digits);
    bool const one = e == digits + 1 && *digits == '1';
    return arena_format(arena, "%s%.*s%s10%s", minus, one ? 0 : (int)(e - digits), digits,
                        one ? "" : "×", raised(arena, e + 1));
}
