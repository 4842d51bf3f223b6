#include "record/lines.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "record/store.h"

struct lines {
    struct result_sink sink;
    struct arena *arena;
    FILE *out;
    const struct result_sink *store;
    int64_t number; /* without a store; 0: null */
    struct report *report;
    const struct series *series;
    const struct result_run *run;
    const char **output, **tally; /* their names, quoted */
};

/* ---- words of JSON ------------------------------------------------------ */

/* Names are quoted once, not in every row. */
static const char **quoted_outputs(struct arena *arena, const struct result_run *run)
{
    const char **quoted = ARENA_ARRAY(arena, const char *, run->output_count);
    for (int64_t i = 0; i < run->output_count; i++)
        quoted[i] = utf8_quoted(arena, run->outputs[i].name);
    return quoted;
}

static const char **quoted_tallies(struct arena *arena, const struct result_run *run)
{
    const char **quoted = ARENA_ARRAY(arena, const char *, run->tally_count);
    for (int64_t i = 0; i < run->tally_count; i++)
        quoted[i] = utf8_quoted(arena, run->tallies[i]);
    return quoted;
}

/* JSON has no infinity, hence the strings; jansson would write 0.41 with 17 digits. */
static void write_real(FILE *out, double x)
{
    char text[TEXT_REAL];
    fprintf(out, isinf(x) ? "\"%s\"" : "%s", text_real(text, x));
}

/* `,"name":x` without the comma when it is the first; nothing when there is no number. */
static void write_member(FILE *out, const char **comma, const char *quoted, double x)
{
    if (isnan(x))
        return;
    fprintf(out, "%s%s:", *comma, quoted);
    write_real(out, x);
    *comma = ",";
}

/* Each line is sent at once: a reader may be watching. */
static enum status finish_line(struct lines *lines)
{
    fputc('\n', lines->out);
    if (fflush(lines->out) == 0 && !ferror(lines->out))
        return STATUS_OK;
    return report_add(lines->report, STATUS_IO, (struct place){0},
                      "the output could not be written: %s", strerror(errno));
}

/* ---- the sink ----------------------------------------------------------- */

static enum status lines_begin(struct result_sink *sink, const struct result_run *run)
{
    struct lines *lines = (struct lines *)sink;
    lines->run = run;
    lines->output = quoted_outputs(lines->arena, run);
    lines->tally = quoted_tallies(lines->arena, run);
    return STATUS_OK;
}

static enum status lines_row(struct result_sink *sink, const struct result_row *row)
{
    struct lines *lines = (struct lines *)sink;
    FILE *out = lines->out;
    fprintf(out, "{\"replicate\":%" PRId64 ",\"round\":%" PRId64 ",\"metrics\":{", row->replicate,
            row->round);
    const char *comma = "";
    for (int64_t i = 0; i < lines->run->output_count; i++)
        write_member(out, &comma, lines->output[i], row->value[i]);
    fputs("},\"tallies\":{", out);
    for (int64_t i = 0; i < lines->run->tally_count; i++)
        fprintf(out, "%s%s:%" PRId64, i ? "," : "", lines->tally[i], row->tally[i]);
    fputs("}}", out);
    return finish_line(lines);
}

static void write_summary(FILE *out, const struct result_summary *summary)
{
    const char *comma = ",";
    fprintf(out, "{\"n\":%" PRId64, summary->count);
    write_member(out, &comma, "\"mean\"", summary->mean);
    write_member(out, &comma, "\"sd\"", summary->sd);
    write_member(out, &comma, "\"se\"", summary->se);
    write_member(out, &comma, "\"infinite\"", summary->infinite);
    fputc('}', out);
}

static void write_round(const struct lines *lines, int64_t round)
{
    const char *comma = "";
    fprintf(lines->out, "{\"round\":%" PRId64 ",\"metrics\":{", round);
    for (int64_t i = 0; i < lines->run->output_count; i++) {
        struct result_summary const summary = series_summary(lines->series, round, i);
        if (!summary.count)
            continue;
        fprintf(lines->out, "%s%s:", comma, lines->output[i]);
        write_summary(lines->out, &summary);
        comma = ",";
    }
    fputs("}}", lines->out);
}

/* The rounds that some replicate has reached. */
static int64_t rounds_reached(const struct lines *lines)
{
    int64_t reached = 0;
    for (int64_t r = 0; r < lines->run->replicates; r++)
        if (series_rounds(lines->series, r) > reached)
            reached = series_rounds(lines->series, r);
    return reached;
}

static void write_summaries(const struct lines *lines)
{
    int64_t const rounds = rounds_reached(lines);
    fputs(",\"summary\":[", lines->out);
    for (int64_t round = 0; round < rounds; round++) {
        fputs(round ? "," : "", lines->out);
        write_round(lines, round);
    }
    fputc(']', lines->out);
}

static void write_text(struct lines *lines, const char *key, const char *text)
{
    fprintf(lines->out, ",\"%s\":%s", key, text ? utf8_quoted(lines->arena, text) : "null");
}

static void write_number(FILE *out, const char *key, double x)
{
    fprintf(out, ",\"%s\":", key);
    write_real(out, x);
}

static void write_cost(struct lines *lines, const struct result_cost *cost)
{
    fprintf(lines->out, "{\"phase\":%s", utf8_quoted(lines->arena, cost->phase));
    write_text(lines, "component", cost->component);
    write_number(lines->out, "seconds", cost->seconds);
    write_number(lines->out, "share", cost->share);
    fprintf(lines->out, ",\"bytes\":%" PRId64 ",\"calls\":%" PRId64 "}", cost->bytes, cost->calls);
}

static enum status write_profile(struct lines *lines, const struct result_profile *profile)
{
    fprintf(lines->out, "{\"profile\":{\"threads\":%d", profile->threads);
    write_number(lines->out, "wall", profile->wall);
    write_number(lines->out, "seconds", profile->seconds);
    write_number(lines->out, "measuring", profile->measuring);
    fprintf(lines->out, ",\"bytes\":%" PRId64 ",\"costs\":[", profile->bytes);
    for (int64_t i = 0; i < profile->count; i++) {
        fputs(i ? "," : "", lines->out);
        write_cost(lines, &profile->cost[i]);
    }
    fputs("]}}", lines->out);
    return finish_line(lines);
}

static enum status lines_end(struct result_sink *sink, const struct result_end *end)
{
    struct lines *lines = (struct lines *)sink;
    enum status const told = end->profile ? write_profile(lines, end->profile) : STATUS_OK;
    if (told != STATUS_OK)
        return told;
    int64_t const run = lines->store ? store_run(lines->store) : lines->number;
    if (run)
        fprintf(lines->out, "{\"run\":%" PRId64, run);
    else
        fputs("{\"run\":null", lines->out);
    write_text(lines, "digest", end->digest);
    write_text(lines, "isolation", lines->run->isolation);
    write_text(lines, "through", lines->run->through);
    fputs(",\"seconds\":", lines->out);
    write_real(lines->out, round(end->seconds * 1e6) / 1e6);
    if (end->status != STATUS_OK)
        write_text(lines, "error", end->reason ? end->reason : "the run failed");
    if (lines->series && lines->run->replicates > 1)
        write_summaries(lines);
    fputc('}', lines->out);
    return finish_line(lines);
}

struct result_sink *lines_create(struct arena *arena, FILE *out, const struct result_sink *store,
                                 struct report *report)
{
    struct lines *lines = ARENA_NEW(arena, struct lines);
    *lines = (struct lines){
        .sink = {.begin = lines_begin, .row = lines_row, .end = lines_end},
        .arena = arena,
        .out = out,
        .store = store,
        .report = report,
    };
    return &lines->sink;
}

void lines_attach(struct result_sink *sink, const struct series *series)
{
    ((struct lines *)sink)->series = series;
}

void lines_number(struct result_sink *sink, int64_t run)
{
    ((struct lines *)sink)->number = run;
}
