/* record/archive.h - runs read back from the store, as the sinks of a run would have seen them. */
#ifndef RECORD_ARCHIVE_H
#define RECORD_ARCHIVE_H

#include "record/result.h"

struct archive;

/* Opens a database to read; it may be written by runs meanwhile, but what is read is all of the
 * moment of opening. NULL with one sentence: not
 * there (STATUS_MISSING), no database of gyre or of another version (STATUS_DATA), unreadable
 * (STATUS_IO). Closed by archive_close; all else lives in arena. */
struct archive *archive_open(struct arena *arena, const char *path, struct report *report);
void archive_close(struct archive *archive);

/* One run in a list. */
struct archive_entry {
    int64_t run;
    const char *started; /* ISO 8601, UTC */
    const char *scenario, *title;
    const char *status; /* "done", "failed", "stopped", "running" */
    const char *reason; /* NULL when it is done */
    const char *digest; /* NULL when it did not finish */
    uint64_t seed;
    int64_t replicates, rounds;
    double seconds; /* NaN while it runs */
};

/* Which runs: members that are NULL or 0 choose nothing. */
struct archive_filter {
    const char *scenario; /* part of its path or title, letters of any case */
    const char *status;
    const char *digest; /* how it begins */
    const char *since;  /* ISO 8601: a date or a date and time, UTC */
    int64_t last;       /* the newest so many */
};

/* Newest first; *count gets how many. NULL with a sentence. */
struct archive_entry *archive_list(struct archive *archive, const struct archive_filter *filter,
                                   int64_t *count, struct report *report);

/* The number of the run that `text` means: a number, "last", or the beginning (at least 4 digits)
 * of a digest that only one run has. 0 with a sentence (STATUS_MISSING) and what is there. */
int64_t archive_find(struct archive *archive, const char *text, struct report *report);

/* The run as its sinks were told of it, but for the order of its components: by id, then name. NULL
 * with a sentence. */
const struct result_run *archive_run(struct archive *archive, int64_t run, struct report *report);

/* Adds every stored row to `series`, in (replicate, round) order; a value that is not stored is
 * missing. A run that did not finish yields what there is. */
enum status archive_feed(struct archive *archive, int64_t run, struct series *series,
                         struct report *report);

/* How it ended, for series_end. One that has not ended is a failure of 0 seconds, with that reason.
 */
struct result_end archive_end(struct archive *archive, int64_t run);

#endif
