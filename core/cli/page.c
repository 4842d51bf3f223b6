#include "cli/page.h"

#include <stdlib.h>
#include <string.h>

#include "cli/ink.h"

/* Of a piece of UTF-8: bytes 10xxxxxx go on with a character. */
static int columns(const char *text, size_t length)
{
    int count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

void page_heading(FILE *out, bool colour, const char *text)
{
    ink_set(out, colour, INK_BOLD);
    fputs(text, out);
    ink_set(out, colour, INK_PLAIN);
    fputc('\n', out);
}

void page_text(FILE *out, int at, int indent, const char *text)
{
    bool begun = false;
    for (text += strspn(text, " \n\t"); *text; text += strspn(text, " \n\t")) {
        size_t const length = strcspn(text, " \n\t");
        int const wide = columns(text, length);
        if (begun && at + 1 + wide > PAGE_WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
        } else if (begun) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, length, out);
        at += wide;
        text += length;
        begun = true;
    }
    fputc('\n', out);
}

/* ---- Markdown ------------------------------------------------------------------------------ */

/* A paragraph or an item as its lines are gathered. */
struct block {
    FILE *out;
    int indent;
    int hang;   /* further lines of an item stand this far in */
    char *text; /* NULL: no block is open                      */
    size_t length;
    FILE *gather;
    bool code;
    bool blank; /* an empty line is due before what comes next */
    bool begun;
};

static void flush_block(struct block *b)
{
    if (!b->gather)
        return;
    fclose(b->gather);
    fprintf(b->out, "%*s", b->indent, "");
    page_text(b->out, b->indent, b->indent + b->hang, b->text);
    free(b->text);
    b->gather = NULL;
    b->text = NULL;
}

static void part(struct block *b)
{
    if (b->blank && b->begun)
        fputc('\n', b->out);
    b->blank = false;
    b->begun = true;
}

static void print_line(struct block *b, const char *line, size_t length)
{
    flush_block(b);
    part(b);
    fprintf(b->out, "%*s%.*s\n", b->indent, "", (int)length, line);
}

/* Bold's ** is taken away; a single * may be a product. */
static void gather_line(struct block *b, const char *line, size_t length, int hang)
{
    if (!b->gather) {
        part(b);
        b->gather = open_memstream(&b->text, &b->length);
        b->hang = hang;
    }
    if (!b->gather)
        return;
    for (size_t i = 0; i < length; i++) {
        if (i + 1 < length && line[i] == '*' && line[i + 1] == '*')
            i++;
        else
            fputc(line[i], b->gather);
    }
    fputc(' ', b->gather);
}

/* Columns of the mark that begins an item ("- ", "* ", "12. "), 0 when none does. */
static size_t item_mark(const char *line, size_t length)
{
    size_t digits = 0;
    if (length > 1 && (line[0] == '-' || line[0] == '*') && line[1] == ' ')
        return 2;
    while (digits < length && line[digits] >= '0' && line[digits] <= '9')
        digits++;
    return digits && digits + 1 < length && line[digits] == '.' && line[digits + 1] == ' '
               ? digits + 2
               : 0;
}

static void add_words(struct block *b, const char *line, size_t length)
{
    size_t const mark = item_mark(line, length);
    if (mark)
        flush_block(b);
    gather_line(b, line, length, (int)mark);
}

static void add_line(struct block *b, const char *line, size_t length)
{
    size_t spaces = 0;
    while (spaces < length && line[spaces] == ' ')
        spaces++;
    const char *const words = line + spaces;
    bool const fence = length - spaces >= 3 && strncmp(words, "```", 3) == 0;
    if (fence) {
        flush_block(b);
        b->code = !b->code;
        b->blank = true;
    } else if (b->code || (spaces >= 4 && spaces < length && !b->gather)) {
        print_line(b, line, length);
    } else if (spaces == length) {
        flush_block(b);
        b->blank = true;
    } else if (*words == '#') {
        size_t const mark = strspn(words, "# ");
        b->blank = true;
        print_line(b, words + mark, length - spaces > mark ? length - spaces - mark : 0);
    } else
        add_words(b, words, length - spaces);
}

void page_markdown(FILE *out, int indent, const char *text)
{
    struct block block = {.out = out, .indent = indent};
    while (*text) {
        size_t const length = strcspn(text, "\n");
        add_line(&block, text, length);
        text += length + (text[length] == '\n');
    }
    flush_block(&block);
}
