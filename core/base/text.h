/* base/text.h - words: how near, how shown, how numbers are written. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* The candidate (a list that ends with NULL) nearest to `word`, or NULL when none is near
 * enough to be what was meant: edit distance with swaps, at most a third of the length. */
const char *text_nearest(const char *word, const char *const *candidates);

/* A decimal that reads back as x, the shortest one where 15 digits are enough: "0.1", "1e-300",
 * "inf", "-inf", "nan". Never depends on the locale. */
enum { TEXT_REAL = 32 };
const char *text_real(char out[TEXT_REAL], double x);

/* Reads a whole decimal number, independent of the locale; false when it is not one. */
bool text_to_real(const char *text, double *out);

/* Bytes in a unit that a person reads: "512 bytes", "1.5 GB" (powers of 1000). */
const char *text_bytes(char out[TEXT_REAL], double bytes);

/* A copy that fits into a line: a line break as \\n, other control bytes as \\x1b. */
const char *text_escape(struct arena *arena, const char *text);

/* Is it [a-z][a-z0-9_]* ? and the same, words joined by dots: at least two. */
bool text_is_key(const char *text);
bool text_is_id(const char *text);

#endif
