/* cli/ink.h - words on a terminal: escaped, measured, padded, wrapped, coloured. */
#ifndef CLI_INK_H
#define CLI_INK_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_RED, INK_GREEN };

/* What follows is in this ink, until INK_PLAIN; nothing without colour. */
void ink_set(FILE *out, bool colour, enum ink ink);

/* A copy that a terminal cannot obey: line breaks and tabs as spaces, other control characters
 * as \x1b. */
const char *ink_text(struct arena *arena, const char *text);

/* Terminal columns that UTF-8 text takes, at one a character. */
int ink_columns(const char *text);

/* At least `width` columns, flush right, or flush left when width is negative. */
void ink_pad(FILE *out, const char *text, int width);

/* As many columns of the text as `width` holds; `mark` stands for what was cut. */
const char *ink_cut(struct arena *arena, const char *text, int width, const char *mark);

/* The text's words in lines of at most `width` columns, the last one ended too. */
void ink_wrap(FILE *out, const char *text, int width);

#endif
