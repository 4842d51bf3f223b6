#include "cli/tidy.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "host/call.h"

struct tidy {
    struct result_sink sink;
    struct arena *arena;
    FILE *out;
    int64_t run;
    const bool *chosen;
    struct report *report;
    const struct result_run *about;
    const char **name, **unit; /* cells */
};

static bool is_formula(const char *text)
{
    return *text && strchr("=+-@\t\r", *text);
}

const char *tidy_cell(struct arena *arena, const char *text)
{
    text = utf8_text(arena, text);
    const char *const mark = is_formula(text) ? "'" : "";
    if (!text[strcspn(text, ",\"\r\n")])
        return arena_format(arena, "%s%s", mark, text);
    char *const cell = arena_alloc(arena, 2 * strlen(text) + 4), *to = cell;
    to += sprintf(to, "\"%s", mark);
    for (; *text; text++) {
        if (*text == '"')
            *to++ = '"';
        *to++ = *text;
    }
    *to = '"';
    return cell;
}

static enum status check_written(struct tidy *tidy)
{
    if (!ferror(tidy->out))
        return STATUS_OK;
    return report_add(tidy->report, STATUS_IO, (struct place){0},
                      "the output could not be written: %s", strerror(errno));
}

static enum status tidy_begin(struct result_sink *sink, const struct result_run *run)
{
    struct tidy *tidy = (struct tidy *)sink;
    tidy->about = run;
    tidy->name = ARENA_ARRAY(tidy->arena, const char *, run->output_count);
    tidy->unit = ARENA_ARRAY(tidy->arena, const char *, run->output_count);
    for (int64_t i = 0; i < run->output_count; i++) {
        tidy->name[i] = tidy_cell(tidy->arena, run->outputs[i].name);
        tidy->unit[i] = tidy_cell(tidy->arena, run->outputs[i].about->unit);
    }
    fputs("run,replicate,round,metric,value,unit\r\n", tidy->out);
    return check_written(tidy);
}

static enum status tidy_row(struct result_sink *sink, const struct result_row *row)
{
    struct tidy *tidy = (struct tidy *)sink;
    char text[TEXT_REAL];
    if (call_stopping())
        return report_add(tidy->report, STATUS_STOPPED, (struct place){0},
                          "stopped before all rows were written");
    for (int64_t i = 0; i < tidy->about->output_count; i++) {
        if (!tidy->chosen[i] || isnan(row->value[i]))
            continue;
        fprintf(tidy->out, "%" PRId64 ",%" PRId64 ",%" PRId64 ",%s,%s,%s\r\n", tidy->run,
                row->replicate, row->round, tidy->name[i], text_real(text, row->value[i]),
                tidy->unit[i]);
    }
    return check_written(tidy);
}

static enum status tidy_end(struct result_sink *sink, const struct result_end *end)
{
    (void)end;
    return check_written((struct tidy *)sink);
}

struct result_sink *tidy_create(struct arena *arena, FILE *out, int64_t run, const bool *chosen,
                                struct report *report)
{
    struct tidy *tidy = ARENA_NEW(arena, struct tidy);
    *tidy = (struct tidy){
        .sink = {.begin = tidy_begin, .row = tidy_row, .end = tidy_end},
        .arena = arena,
        .out = out,
        .run = run,
        .chosen = chosen,
        .report = report,
    };
    return &tidy->sink;
}
