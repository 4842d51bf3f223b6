/* cli/svg.h - the pieces of an SVG file: numbers, escaped text, and how wide it will be. */
#ifndef CLI_SVG_H
#define CLI_SVG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"

/* With two decimals at most, whatever the locale. */
void svg_number(FILE *out, double x);

/* Text as XML 1.0 takes it, in content and between quotes: control characters are blanks, and what
 * is no character is U+FFFD. */
void svg_escape(FILE *out, const char *text);

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

struct svg_font {
    double size;
    const char *fill;
    enum svg_anchor anchor;
    bool bold;
};

/* One line of text whose baseline lies at y. */
void svg_text(FILE *out, double x, double y, struct svg_font font, const char *text);

/* The same with a paler word behind it, wherever the reader's font lets it end. */
void svg_pair(FILE *out, double x, double y, struct svg_font font, const char *text,
              const char *behind, const char *fill);

/* About how wide text is: nobody knows the reader's fonts, so it is that of a wide one. */
double svg_width(const char *text, double size);

/* The text in lines that fit, ends with NULL. A word that is too long by itself is broken. */
const char **svg_wrap(struct arena *arena, const char *text, double size, double width);

/* "2e-6" as 2 x 10 to the power of -6, with the signs of print. */
const char *svg_label(struct arena *arena, const char *label);

#endif
