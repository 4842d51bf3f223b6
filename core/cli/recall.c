#include "cli/recall.h"

#include <inttypes.h>

#include "cli/browse.h"

enum status recall_read(struct arena *arena, int argc, char **argv, const struct flag *flag,
                        struct recall *recall)
{
    struct flags const flags = {.verb = recall->verb,
                                .flag = flag,
                                .word = &recall->run,
                                .words = "takes one run, and there is also"};
    recall->database = "gyre.db";
    enum status const status = flags_read(arena, argc, argv, &flags);
    if (status != STATUS_OK || recall->help || recall->run)
        return status;
    return browse_fail(recall->verb, STATUS_USAGE,
                       "which run? say gyre %s last, or a number that gyre runs lists",
                       recall->verb);
}

/* ---- a run -------------------------------------------------------------------------------------
 */

static enum status say_no_memory(struct report *report, const char *path)
{
    return report_add(report, STATUS_LIMIT, (struct place){path, 0, 0},
                      "this machine has no memory for all rows of the run");
}

static enum status feed(struct recalled *out, struct report *report)
{
    enum status status = series_begin(out->series);
    if (status == STATUS_OK)
        status = archive_feed(out->archive, out->number, out->series, report);
    enum status const last = series_end(out->series, &out->end);
    return status == STATUS_OK ? last : status;
}

enum status recall_open(struct arena *arena, const struct recall *recall, struct result_sink *sink,
                        void (*attach)(struct result_sink *, const struct series *),
                        struct recalled *out, struct report *report)
{
    *out = (struct recalled){.archive = archive_open(arena, recall->database, report)};
    if (!out->archive)
        return report_status(report);
    out->number = archive_find(out->archive, recall->run, report);
    out->run = out->number ? archive_run(out->archive, out->number, report) : NULL;
    if (!out->run)
        return report_status(report);
    out->end = archive_end(out->archive, out->number);
    struct result_sink **const sinks = ARENA_NEW(arena, struct result_sink *);
    *sinks = sink;
    out->series = series_create(out->run, sinks, sink ? 1 : 0);
    if (!out->series)
        return say_no_memory(report, recall->database);
    if (sink)
        attach(sink, out->series);
    return feed(out, report);
}

void recall_close(struct recalled *recalled)
{
    series_destroy(recalled->series);
    if (recalled->archive)
        archive_close(recalled->archive);
}

enum status recall_panels(struct arena *arena, const struct recall *recall,
                          const struct recalled *recalled, struct panels *out,
                          struct report *report)
{
    struct panel_choice const choice = {recall->choices, recall->together};
    enum status const status =
        panel_choose(arena, recalled->run, recalled->series, &choice, out, report);
    if (status == STATUS_OK && out->rounds == 0)
        return report_add(report, STATUS_MISSING, (struct place){recall->database, 0, 0},
                          "run %" PRId64 " has no round to draw: %s", recalled->number,
                          recalled->end.reason ? recalled->end.reason : "it is not there yet");
    return status;
}
