/* scenario/toml.h - the C face of toml++: a text to nodes. No exception leaves it. */
#ifndef SCENARIO_TOML_H
#define SCENARIO_TOML_H

#include <stdbool.h>

#include "scenario/document.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toml_fault {
    int line, column;
    const char *words; /* as the library puts it */
    bool memory;       /* there is none left: no fault of the text */
};

/* The root table, or NULL and what was wrong. The text must be UTF-8, without a byte order mark
 * and nested no deeper than syntax.h allows: the library recurses. */
struct node *toml_parse(struct arena *arena, const char *file, const char *text,
                        struct toml_fault *fault);

#ifdef __cplusplus
}
#endif
#endif
