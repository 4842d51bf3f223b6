/* cli/version.h - `gyre --version`. */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#include <stdio.h>

/* Prints the versions of gyre and its libraries, and the vector code in use. */
void version_print(FILE *out);

#endif
