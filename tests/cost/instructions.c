#include "instructions.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SSE2, since valgrind knows no AVX-512, and AVX2 is not everywhere. */
static FILE *begin(const char *line)
{
    char command[4096];
    snprintf(command, sizeof command,
             "env -i PATH=\"$PATH\" LC_ALL=C GYRE_VECTOR=sse2 valgrind --tool=callgrind "
             "--callgrind-out-file=/dev/null '%s' %s 2>&1 >/dev/null",
             GYRE_BINARY, line);
    return popen(command, "r");
}

/* clang 14 writes debugging information that valgrind 3.19 gives up on. */
static bool is_read(void)
{
    char text[65536];
    FILE *const out = begin("list");
    size_t const length = out ? fread(text, 1, sizeof text - 1, out) : 0;
    text[length] = '\0';
    return out && (pclose(out) == 0 || !strstr(text, "debuginfo reader"));
}

const char *instructions_missing(void)
{
    if (*GYRE_SANITIZE)
        return "sanitizers and valgrind do not go together";
    if (strcmp(GYRE_BUILD, "Debug") == 0)
        return "what is not optimised has other costs";
    if (system("valgrind --version >/dev/null 2>&1") != 0)
        return "valgrind is not installed: apt-get install valgrind";
    return is_read() ? NULL : "valgrind cannot read this compiler's debugging information";
}

/* Reads to the end what callgrind says, for its line "Collected : 123". */
static double end(FILE *out)
{
    char text[65536];
    size_t length = 0, got = 0;
    while (out && (got = fread(text + length, 1, sizeof text - 1 - length, out)) > 0)
        length += got;
    text[length] = '\0';
    const char *const found = strstr(text, "Collected : ");
    if (out && pclose(out) == 0 && found)
        return strtod(found + strlen("Collected : "), NULL);
    fputs(text, stderr);
    return 0;
}

void instructions_count(char *const *line, int n, double *count)
{
    for (int i = 0; i < n; i += 2) {
        FILE *const one = begin(line[i]), *const other = i + 1 < n ? begin(line[i + 1]) : NULL;
        count[i] = end(one);
        if (i + 1 < n)
            count[i + 1] = end(other);
    }
}
