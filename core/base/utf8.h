/* base/utf8.h - text as JSON and SQLite's readers want it. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/arena.h"

/* The text itself when it is UTF-8; else a copy in which every byte above 127 is a `?`. */
const char *utf8_text(struct arena *arena, const char *text);

/* The text between quotes, as JSON has it. */
const char *utf8_quoted(struct arena *arena, const char *text);

#endif
