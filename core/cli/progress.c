#include "cli/progress.h"

#include <inttypes.h>
#include <string.h>

#include "base/machine.h"

static double const interval = 0.1;

enum { LINE = 160 };

void progress_begin(struct progress *progress, FILE *out)
{
    double const now = machine_seconds();
    *progress = (struct progress){.out = out, .began = now, .drawn = now};
}

bool progress_is_due(const struct progress *progress)
{
    return progress->out && machine_seconds() - progress->drawn >= interval;
}

static int format_left(char *out, size_t size, double seconds)
{
    long const left = seconds < 1e8 ? (long)(seconds + 0.5) : 100000000;
    long const hours = left / 3600, minutes = left / 60 % 60;
    if (hours)
        return snprintf(out, size, ", %ld:%02ld:%02ld left", hours, minutes, left % 60);
    return snprintf(out, size, ", %02ld:%02ld left", minutes, left % 60);
}

static int format_line(char out[LINE], const struct result_run *run, const struct result_row *row,
                       double left)
{
    int at = snprintf(out, LINE, "round %" PRId64 " of %" PRId64, row->round, run->rounds);
    if (run->replicates > 1)
        at += snprintf(out + at, (size_t)(LINE - at), ", replicate %" PRId64 " of %" PRId64,
                       row->replicate + 1, run->replicates);
    return at + format_left(out + at, (size_t)(LINE - at), left);
}

void progress_show(struct progress *progress, const struct result_run *run,
                   const struct result_row *row, double share)
{
    char line[LINE];
    double const now = machine_seconds();
    double const left = (now - progress->began) * (1 - share) / share;
    int const columns = format_line(line, run, row, left);
    int const leftover = progress->columns > columns ? progress->columns - columns : 0;
    fprintf(progress->out, "\r%s%*s", line, leftover, "");
    fflush(progress->out);
    progress->columns = columns;
    progress->drawn = now;
}

void progress_clear(struct progress *progress)
{
    if (!progress->out || !progress->columns)
        return;
    fprintf(progress->out, "\r%*s\r", progress->columns, "");
    fflush(progress->out);
    progress->columns = 0;
}
