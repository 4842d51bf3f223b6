#include "scenario/scan.h"

#include <string.h>

/* ---- places ------------------------------------------------------------- */

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

const char *scan_find(const char *text, int line, int column)
{
    for (const char *end; line > 1 && (end = strchr(text, '\n')); line--)
        text = end + 1;
    while (column > 1 && *text && *text != '\n') {
        text++;
        column -= begins_character(*text);
    }
    return text;
}

void scan_place(const char *text, const char *at, struct place *place)
{
    place->line = place->column = 1;
    for (; text < at; text++) {
        place->line += *text == '\n';
        place->column = *text == '\n' ? 1 : place->column + begins_character(*text);
    }
}

/* ---- strings ------------------------------------------------------------ */

static bool is_triple(const char *c, char quote)
{
    return c[0] == quote && c[1] == quote && c[2] == quote;
}

static const char *long_string_end(const char *c, char quote, bool *closed)
{
    for (c += 3; *c; c++) {
        if (quote == '"' && *c == '\\' && c[1]) {
            c++;
        } else if (is_triple(c, quote)) {
            *closed = true;
            c += 3;
            for (int own = 0; own < 2 && *c == quote; own++)
                c++;
            return c;
        }
    }
    return c;
}

static const char *string_end(const char *c, bool *closed)
{
    char const quote = *c;
    *closed = false;
    if (is_triple(c, quote))
        return long_string_end(c, quote, closed);
    for (c++; *c && *c != '\n'; c++) {
        if (quote == '"' && *c == '\\' && c[1] && c[1] != '\n') {
            c++;
        } else if (*c == quote) {
            *closed = true;
            return c + 1;
        }
    }
    return c;
}

static void scan_string(struct scan *scan, const char *stop)
{
    bool closed = false;
    const char *end = string_end(scan->c, &closed);
    bool const within = end > stop || (end == stop && !closed);
    scan->string = within ? scan->c : NULL;
    scan->c = within ? stop : end;
    scan->word = NULL;
}

/* ---- brackets and keys -------------------------------------------------- */

static void frame_begin_key(struct scan *scan, struct scan_frame *frame)
{
    scan->depth -= frame->dots;
    *frame = (struct scan_frame){.open = frame->open};
}

static void scan_open(struct scan *scan)
{
    struct scan_frame *frame = &scan->frame[scan->open];
    if (*scan->c == '[' && scan->open == 0 && !frame->key) {
        scan->header = true;
        scan->depth += 1 - scan->named;
        scan->named = 1;
        frame->key = scan->c;
    } else if (!scan->header) {
        scan->open++;
        scan->depth++;
        frame[1] = (struct scan_frame){.open = scan->c, .value = *scan->c == '['};
    }
}

static void scan_close(struct scan *scan)
{
    if (scan->header || scan->open == 0)
        return;
    frame_begin_key(scan, &scan->frame[scan->open]);
    scan->open--;
    scan->depth--;
}

static void scan_dot(struct scan *scan)
{
    struct scan_frame *frame = &scan->frame[scan->open];
    if (!scan->header && frame->value)
        return;
    scan->depth++;
    if (scan->header)
        scan->named++;
    else
        frame->dots++;
}

static void scan_separator(struct scan *scan)
{
    struct scan_frame *frame = &scan->frame[scan->open];
    bool const array = scan->open > 0 && *frame->open == '[';
    if (*scan->c == '=')
        frame->value = true;
    else if (*scan->c == ',' && scan->open > 0 && !array)
        frame_begin_key(scan, frame);
    else if (*scan->c == '\n' && scan->open == 0) {
        frame_begin_key(scan, frame);
        scan->header = false;
    }
}

static void scan_byte(struct scan *scan)
{
    struct scan_frame *frame = &scan->frame[scan->open];
    char const c = *scan->c;
    if (!frame->value && !frame->key && !strchr(" \t\r\n,[]{}", c))
        frame->key = scan->c;
    if (c == '[' || c == '{')
        scan_open(scan);
    else if (c == ']' || c == '}')
        scan_close(scan);
    else if (c == '.')
        scan_dot(scan);
    else
        scan_separator(scan);
    if (strchr(" \t\r\n,[]{}=", c))
        scan->word = NULL;
    else if (!scan->word)
        scan->word = scan->c;
    scan->c++;
}

bool scan_is_deep(struct scan *scan, const char *text, const char *stop)
{
    *scan = (struct scan){.c = text};
    while (scan->c < stop && *scan->c && scan->depth <= SYNTAX_DEPTH) {
        if (*scan->c == '#') {
            size_t const rest = strcspn(scan->c, "\n");
            scan->c = (size_t)(stop - scan->c) < rest ? stop : scan->c + rest;
        } else if (*scan->c == '"' || *scan->c == '\'') {
            struct scan_frame *frame = &scan->frame[scan->open];
            if (!frame->value && !frame->key)
                frame->key = scan->c;
            scan_string(scan, stop);
        } else {
            scan_byte(scan);
        }
    }
    return scan->depth > SYNTAX_DEPTH;
}
