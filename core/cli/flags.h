/* cli/flags.h - a verb's arguments, read after a table. */
#ifndef CLI_FLAGS_H
#define CLI_FLAGS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"

/* One option, and where it goes: just one of the three is there. */
struct flag {
    const char *name;    /* "--db"                                                        */
    bool *on;            /* takes no value                                                */
    const char **text;   /* takes one; of several the last counts                         */
    const char ***texts; /* may be given again: all of them, ends with NULL               */
};

struct flags {
    const char *verb;
    const struct flag *flag;  /* ends with one that has no name                            */
    const char *const *known; /* which of them the verb takes, ends with NULL; NULL: all   */
    const char **word;        /* the one word beside the options; NULL: takes none         */
    const char *words;        /* said before a word too many: "takes one run, and there is also" */
};

/* Reads argv[1] and on, -h as --help; STATUS_USAGE after a sentence on stderr. */
enum status flags_read(struct arena *arena, int argc, char **argv, const struct flags *flags);

#endif
