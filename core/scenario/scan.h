/* scenario/scan.h - just enough of TOML's words to guard against depth and to point at mistakes.
 *
 * The TOML library recurses without a limit over dotted keys, and places many mistakes behind the
 * word that is wrong; a scan over the same text knows both better.
 */
#ifndef SCENARIO_SCAN_H
#define SCENARIO_SCAN_H

#include <stdbool.h>

#include "scenario/syntax.h"

/* The text itself, or a bracket that is open. */
struct scan_frame {
    const char *open; /* the bracket                                     */
    const char *key;  /* where the key began, NULL before it             */
    bool value;       /* behind the =; always in an array                */
    int dots;         /* in the key: each is a table more                */
};

struct scan {
    const char *c;      /* the byte to come                              */
    const char *word;   /* where the run of plain bytes before c began   */
    const char *string; /* the opening quote while c is within a string  */
    bool header;        /* within [a.b]                                  */
    int named;          /* names in the last header                      */
    int depth;
    int open; /* brackets */
    struct scan_frame frame[SYNTAX_DEPTH + 2];
};

/* Scans until `stop`, the text's end, or what is deeper than SYNTAX_DEPTH: true. */
bool scan_is_deep(struct scan *scan, const char *text, const char *stop);

/* A place (line and column from 1, in characters) as a pointer, and back. */
const char *scan_find(const char *text, int line, int column);
void scan_place(const char *text, const char *at, struct place *place);

#endif
