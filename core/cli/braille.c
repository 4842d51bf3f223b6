#include "cli/braille.h"

#include <stdlib.h>

enum { ACROSS = 2, DOWN = 4 }; /* dots of a Braille cell */

struct braille braille_create(struct arena *arena, int columns, int rows, bool unicode, bool colour)
{
    struct braille canvas = {
        .columns = columns,
        .rows = rows,
        .width = unicode ? ACROSS * columns : columns,
        .height = unicode ? DOWN * rows : rows,
        .unicode = unicode,
        .colour = colour,
    };
    canvas.shade = ARENA_ARRAY(arena, unsigned char, canvas.width *canvas.height);
    canvas.pen = ARENA_ARRAY(arena, unsigned char, canvas.width *canvas.height);
    return canvas;
}

static bool is_within(const struct braille *canvas, int x, int y)
{
    return x >= 0 && x < canvas->width && y >= 0 && y < canvas->height;
}

void braille_line(struct braille *canvas, int x0, int y0, int x1, int y1, int pen)
{
    int const across = abs(x1 - x0), up = abs(y1 - y0), steps = across > up ? across : up;
    for (int i = 0; i <= steps; i++) {
        int const half = steps / 2;
        int const x = x0 + (steps ? ((x1 - x0) * i + (x1 < x0 ? -half : half)) / steps : 0);
        int const y = y0 + (steps ? ((y1 - y0) * i + (y1 < y0 ? -half : half)) / steps : 0);
        if (is_within(canvas, x, y))
            canvas->pen[y * canvas->width + x] = (unsigned char)(pen + 1);
    }
}

/* Every fourth dot of a column, so that a shade is lighter than any line. */
static bool is_sparse(int x, int y)
{
    return y % 4 == (x % 2 ? 2 : 0);
}

void braille_shade(struct braille *canvas, int x, int y0, int y1)
{
    for (int y = y0; y <= y1; y++)
        if (is_within(canvas, x, y) && (!canvas->unicode || is_sparse(x, y)))
            canvas->shade[y * canvas->width + x] = 1;
}

/* ---- printing ----------------------------------------------------------------------------------
 */

static int pen_at(const struct braille *canvas, int x, int y)
{
    return is_within(canvas, x, y) ? canvas->pen[y * canvas->width + x] : 0;
}

static bool is_rim(const struct braille *canvas, int x, int y)
{
    return pen_at(canvas, x, y + 1) || pen_at(canvas, x, y - 1) || pen_at(canvas, x - 1, y) ||
           pen_at(canvas, x + 1, y);
}

static bool is_shaded(const struct braille *canvas, int x, int y)
{
    return canvas->shade[y * canvas->width + x] && (!canvas->unicode || !is_rim(canvas, x, y));
}

/* Bits of U+2800 and on, by dot: the lowest row was added to Braille last. */
static unsigned bit_of(int x, int from_top)
{
    static unsigned char const bit[DOWN][ACROSS] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    return bit[from_top][x];
}

struct cell_dots {
    unsigned bits;
    int pen; /* 0: shade only */
};

static struct cell_dots dots_of(const struct braille *canvas, int column, int row)
{
    struct cell_dots dots = {0, 0};
    for (int i = 0; i < DOWN; i++)
        for (int j = 0; j < ACROSS; j++) {
            int const x = column * ACROSS + j, y = canvas->height - 1 - (row * DOWN + i);
            int const pen = pen_at(canvas, x, y);
            if (pen || is_shaded(canvas, x, y))
                dots.bits |= bit_of(j, i);
            dots.pen = pen ? pen : dots.pen;
        }
    return dots;
}

static void put_braille(FILE *out, unsigned bits)
{
    unsigned const code = 0x2800 + bits;
    if (bits)
        fprintf(out, "%c%c%c", (int)(0xe0 | code >> 12), (int)(0x80 | (code >> 6 & 0x3f)),
                (int)(0x80 | (code & 0x3f)));
    else
        fputc(' ', out);
}

void braille_ink(const struct braille *canvas, FILE *out, int pen)
{
    /* Blue, red, green, magenta, yellow, cyan, and two bright ones: readable on black and white. */
    static int const code[BRAILLE_PENS] = {34, 31, 32, 35, 33, 36, 94, 91};
    if (canvas->colour)
        fprintf(out, "\033[%dm", pen < 0 ? 0 : code[pen % BRAILLE_PENS]);
}

static void print_dots(const struct braille *canvas, FILE *out, struct cell_dots dots, int *before)
{
    int const pen = dots.bits && dots.pen ? dots.pen : -1;
    if (dots.bits && pen != *before) {
        braille_ink(canvas, out, pen < 0 ? -1 : pen - 1);
        *before = pen;
    }
    put_braille(out, dots.bits);
}

static char sign_of(const struct braille *canvas, int x, int y, const char *letters)
{
    int const pen = pen_at(canvas, x, y);
    return pen ? letters[pen - 1] : is_shaded(canvas, x, y) ? '.' : ' ';
}

void braille_print(const struct braille *canvas, FILE *out, int row, const char *letters)
{
    int before = -1;
    for (int column = 0; column < canvas->columns; column++) {
        if (canvas->unicode)
            print_dots(canvas, out, dots_of(canvas, column, row), &before);
        else
            fputc(sign_of(canvas, column, canvas->height - 1 - row, letters), out);
    }
    if (before != -1)
        braille_ink(canvas, out, -1);
}
