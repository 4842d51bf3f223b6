/* cli/outfile.h - `-o FILE`: a file that is there as a whole or not at all. */
#ifndef CLI_OUTFILE_H
#define CLI_OUTFILE_H

#include <stdio.h>

#include "base/report.h"

struct outfile {
    FILE *stream;
    const char *name;   /* as given; NULL: stdout                                       */
    const char *target; /* what the name means in the end                               */
    const char *beside; /* where it is written until it is whole; NULL: written at once */
};

/* Refuses (STATUS_USAGE) a name that means the file `kept`, which is being read. */
enum status outfile_spare(const char *name, const char *kept, struct report *report);

/* NULL and "-" are stdout; a device or a pipe is written as it comes, and stays what it is. */
enum status outfile_open(struct arena *arena, const char *name, struct outfile *out,
                         struct report *report);

/* Makes it what stands under its name, all bytes on the disk. */
enum status outfile_keep(struct outfile *out, struct report *report);

/* As if it had never been opened. */
void outfile_drop(struct outfile *out);

#endif
