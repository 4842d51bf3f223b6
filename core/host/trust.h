/* host/trust.h - what a file must be before it is opened as a module, for opening runs its code. */
#ifndef HOST_TRUST_H
#define HOST_TRUST_H

#include "base/arena.h"
#include "base/status.h"

struct trust {
    const char *path;   /* without links, as it is to be opened        */
    const char *digest; /* XXH3-128 of the bytes, 32 hexadecimal digits */
};

/* A regular file of root's or the user's, which others can neither write nor replace; a whole ELF
 * library for x86-64 that defines gyre_module_1. Else STATUS_MISSING or STATUS_REFUSED, and *why
 * is one sentence that says what is wrong with "it", and what to do. Runs nothing of the file. */
enum status trust_check(struct arena *arena, const char *path, struct trust *out, const char **why);

#endif
