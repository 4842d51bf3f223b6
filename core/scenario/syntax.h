/* scenario/syntax.h - TOML to a tree, or the one mistake in it, said so that it can be found. */
#ifndef SCENARIO_SYNTAX_H
#define SCENARIO_SYNTAX_H

#include "scenario/document.h"

enum { SYNTAX_DEPTH = 100 }; /* of tables and arrays within each other */

struct syntax_fault {
    enum status status;
    struct place at;
    const char *sentence;
};

/* The root table of `text`, of `size` bytes and then a NUL; NULL with a fault. */
struct node *syntax_parse(struct arena *arena, const char *file, const char *text, size_t size,
                          struct syntax_fault *fault);

#endif
