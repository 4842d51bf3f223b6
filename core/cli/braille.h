/* cli/braille.h - a canvas of dots in a terminal: eight a cell in Unicode's Braille patterns, or
 * one character a cell in ASCII. A line keeps a rim of empty dots between itself and a shade. */
#ifndef CLI_BRAILLE_H
#define CLI_BRAILLE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"

struct braille {
    int columns, rows;    /* cells */
    int width, height;    /* dots  */
    bool unicode, colour; /* colour: each pen has its own */
    unsigned char *shade; /* [width * height]: 1 where a shade is       */
    unsigned char *pen;   /* [width * height]: 1 + the pen of a line, 0 */
};

enum { BRAILLE_PENS = 8 };

struct braille braille_create(struct arena *arena, int columns, int rows, bool unicode,
                              bool colour);

/* Row 0 of dots is the lowest. Dots beyond the canvas are cut. */
void braille_line(struct braille *canvas, int x0, int y0, int x1, int y1, int pen);

/* Sparse dots in a column from y0 up to y1. */
void braille_shade(struct braille *canvas, int x, int y0, int y1);

/* One row of cells, 0 the highest. `letters`: the mark of each pen where dots have none, in ASCII.
 */
void braille_print(const struct braille *canvas, FILE *out, int row, const char *letters);

/* What follows is in a pen's colour, until pen -1. */
void braille_ink(const struct braille *canvas, FILE *out, int pen);

#endif
