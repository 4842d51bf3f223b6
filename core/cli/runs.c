/* gyre runs: what has been run. */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/utf8.h"
#include "cli/browse.h"
#include "cli/cell.h"
#include "cli/cli.h"
#include "cli/flags.h"
#include "cli/ink.h"
#include "cli/table.h"
#include "record/archive.h"

static const char help[] =
    "usage: gyre runs [options]\n"
    "\n"
    "Lists the runs in a database, the newest first: number, when it was started, title\n"
    "or scenario, how it ended, replicates x rounds, its digest's first 8 digits and\n"
    "seconds. Equal digests are equal results.\n"
    "\n"
    "  --db FILE         the database (gyre.db)\n"
    "  --scenario TEXT   whose title or file has this in it, capitals or not\n"
    "  --status WORD     done, failed, stopped or running\n"
    "  --digest START    whose digest begins so\n"
    "  --since DATE      started then or later: 2026-03-04 or \"2026-03-04 15:30\", local\n"
    "                    time; with a Z at its end, UTC\n"
    "  --last N          the newest N (20)\n"
    "  --json            for programs: all that is known of each, times in UTC\n"
    "\n"
    "example: gyre runs --scenario isolated --status done\n"
    "\n"
    "exit codes: 0 done, 2 usage, 65 no database of gyre, 66 not there, 74 input/output\n";

enum { USUAL = 20, MOST = 1000000000 };

static const char *const statuses[] = {"done", "failed", "stopped", "running", NULL};

struct runs {
    struct arena *arena;
    const char *database, *last, *since;
    struct archive_filter filter;
    bool json, help;
    const struct archive_entry *entry;
    int64_t count;
    bool more; /* than are shown, for nobody said how many */
};

/* ---- arguments ---------------------------------------------------------- */

static enum status check_status(struct arena *arena, const char *word)
{
    for (const char *const *known = statuses; *known; known++)
        if (strcmp(*known, word) == 0)
            return STATUS_OK;
    const char *const near = text_nearest(word, statuses);
    return browse_fail(
        "runs", STATUS_USAGE, "--status takes done, failed, stopped or running, not %s%s%s%s",
        text_escape(arena, word), near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static enum status read_last(struct runs *runs)
{
    double count = USUAL;
    if (runs->last &&
        (!text_to_real(runs->last, &count) || count < 1 || count > MOST || count != floor(count)))
        return browse_fail("runs", STATUS_USAGE, "--last takes a whole number from 1, not %s",
                           text_escape(runs->arena, runs->last));
    runs->filter.last = (int64_t)count + !runs->last;
    return STATUS_OK;
}

/* A day that there is: mktime makes the 3rd of March of a 31st of February. */
static bool is_day(const struct tm *said, bool utc)
{
    struct tm made = *said;
    time_t const when = utc ? timegm(&made) : mktime(&made);
    return when != -1 && made.tm_mday == said->tm_mday && made.tm_mon == said->tm_mon;
}

static bool parse_time(const char *text, struct tm *out, bool *utc)
{
    static const char *const formats[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M",
                                          "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        *out = (struct tm){.tm_isdst = -1};
        const char *const end = strptime(text, formats[i], out);
        *utc = end && strcmp(end, "Z") == 0;
        if (end && (*utc || !*end) && is_day(out, *utc))
            return true;
    }
    return false;
}

static enum status read_since(struct runs *runs)
{
    char text[32];
    struct tm said, utc;
    bool is_utc = false;
    if (!runs->since)
        return STATUS_OK;
    if (!parse_time(runs->since, &said, &is_utc))
        return browse_fail("runs", STATUS_USAGE,
                           "--since takes a date such as 2026-03-04 or \"2026-03-04 15:30\", "
                           "not %s",
                           text_escape(runs->arena, runs->since));
    time_t const when = is_utc ? timegm(&said) : mktime(&said);
    gmtime_r(&when, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    runs->filter.since = arena_text(runs->arena, text);
    return STATUS_OK;
}

static enum status read_arguments(struct runs *runs, int argc, char **argv)
{
    struct flag const flag[] = {
        {"--db", .text = &runs->database},
        {"--scenario", .text = &runs->filter.scenario},
        {"--status", .text = &runs->filter.status},
        {"--digest", .text = &runs->filter.digest},
        {"--since", .text = &runs->since},
        {"--last", .text = &runs->last},
        {"--json", .on = &runs->json},
        {"--help", .on = &runs->help},
        {"-h", .on = &runs->help},
        {.name = NULL},
    };
    struct flags const flags = {
        .verb = "runs", .flag = flag, .words = "takes options only, and there is also"};
    enum status status = flags_read(runs->arena, argc, argv, &flags);
    if (status == STATUS_OK && runs->filter.status)
        status = check_status(runs->arena, runs->filter.status);
    if (status == STATUS_OK)
        status = read_last(runs);
    return status == STATUS_OK ? read_since(runs) : status;
}

/* ---- the table ---------------------------------------------------------- */

enum { RUN, WHEN, TITLE, ENDED, SIZE, DIGEST, SECONDS, COLUMNS };

static const char *const heads[COLUMNS] = {"run",  "started", "title",  "status",
                                           "size", "digest",  "seconds"};

enum { GAP = 2, LEAST_TITLE = 10 };

struct line {
    const char *cell[COLUMNS];
};

/* Local time: hour and minute for the last half year, the year before that. */
static const char *when_text(struct arena *arena, const char *started)
{
    static double const half_a_year = 183 * 86400.0;
    char text[32];
    struct tm utc = {0}, local;
    const char *const end = started ? strptime(started, "%Y-%m-%dT%H:%M:%SZ", &utc) : NULL;
    if (!end || *end)
        return started ? ink_text(arena, started) : "";
    time_t const when = timegm(&utc);
    bool const recent = fabs(difftime(time(NULL), when)) < half_a_year;
    localtime_r(&when, &local);
    strftime(text, sizeof text, recent ? "%m-%d %H:%M" : "%Y-%m-%d", &local);
    return arena_text(arena, text);
}

static struct line line_of(struct arena *arena, const struct archive_entry *e, bool unicode)
{
    const char *const title = e->title && *e->title ? e->title : e->scenario ? e->scenario : "";
    struct cell const seconds = cell_number(e->seconds, unicode);
    const char *const digest = e->digest ? ink_text(arena, e->digest) : "-";
    return (struct line){{
        [RUN] = arena_format(arena, "%" PRId64, e->run),
        [WHEN] = when_text(arena, e->started),
        [TITLE] = ink_text(arena, title),
        [ENDED] = e->status ? ink_text(arena, e->status) : "",
        [SIZE] = arena_format(arena, "%" PRId64 " x %" PRId64, e->replicates, e->rounds),
        [DIGEST] = ink_cut(arena, digest, 8, ""),
        [SECONDS] = arena_text(arena, seconds.left),
    }};
}

/* Columns are as wide as what is in them; titles have what is left. */
static void measure(const struct line *line, int64_t count, int screen, int width[COLUMNS])
{
    int others = 0;
    for (int column = 0; column < COLUMNS; column++) {
        width[column] = ink_columns(heads[column]);
        for (int64_t i = 0; i < count; i++)
            if (ink_columns(line[i].cell[column]) > width[column])
                width[column] = ink_columns(line[i].cell[column]);
        others += column == TITLE ? 0 : width[column] + GAP;
    }
    int const left = screen - others < LEAST_TITLE ? LEAST_TITLE : screen - others;
    if (width[TITLE] > left)
        width[TITLE] = left;
}

static void print_line(struct arena *arena, const struct line *line, const int width[COLUMNS],
                       struct table_style style)
{
    for (int column = 0; column < COLUMNS; column++) {
        bool const right = column == RUN || column == SIZE || column == SECONDS;
        const char *const text = ink_cut(arena, line->cell[column], width[column],
                                         column != TITLE ? ""
                                         : style.unicode ? "…"
                                                         : "~");
        bool const red = column == ENDED && strcmp(text, "failed") == 0;
        ink_set(stdout, style.colour && red, INK_RED);
        ink_pad(stdout, text, right ? width[column] : -width[column]);
        ink_set(stdout, style.colour && red, INK_PLAIN);
        printf("%*s", column + 1 < COLUMNS ? GAP : 0, "");
    }
    putchar('\n');
}

static void print_table(const struct runs *runs)
{
    struct table_style const style = table_style_find(true);
    struct line head, *line = ARENA_ARRAY(runs->arena, struct line, runs->count);
    int width[COLUMNS];
    memcpy(head.cell, heads, sizeof heads);
    for (int64_t i = 0; i < runs->count; i++)
        line[i] = line_of(runs->arena, &runs->entry[i], style.unicode);
    measure(line, runs->count, style.width, width);
    ink_set(stdout, style.colour, INK_BOLD);
    print_line(runs->arena, &head, width, (struct table_style){.unicode = style.unicode});
    ink_set(stdout, style.colour, INK_PLAIN);
    for (int64_t i = 0; i < runs->count; i++)
        print_line(runs->arena, &line[i], width, style);
    if (runs->more)
        printf("the newest %d; --last N shows more\n", USUAL);
}

static bool is_filtered(const struct archive_filter *f)
{
    return f->scenario || f->status || f->digest || f->since;
}

static void print_none(const struct runs *runs)
{
    if (is_filtered(&runs->filter))
        printf("no such run in %s; gyre runs alone lists what there is\n",
               text_escape(runs->arena, runs->database));
    else
        printf("no run has been stored in %s yet\n", text_escape(runs->arena, runs->database));
}

/* ---- JSON --------------------------------------------------------------- */

static json_t *text_or_null(struct arena *arena, const char *text)
{
    return text ? json_string(utf8_text(arena, text)) : json_null();
}

static json_t *entry_json(struct arena *arena, const struct archive_entry *e)
{
    json_t *const seconds =
        !isfinite(e->seconds) ? json_null() : json_real(round(e->seconds * 1e6) / 1e6);
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o}", "run",
                     (json_int_t)e->run, "started", text_or_null(arena, e->started), "scenario",
                     text_or_null(arena, e->scenario), "title", text_or_null(arena, e->title),
                     "status", text_or_null(arena, e->status), "reason",
                     text_or_null(arena, e->reason), "digest", text_or_null(arena, e->digest),
                     "seed", (json_int_t)e->seed, "replicates", (json_int_t)e->replicates, "rounds",
                     (json_int_t)e->rounds, "seconds", seconds);
}

/* 15 digits: seconds need no more, and with 17 jansson writes 0.1 as 0.10000000000000001. */
static void print_json(const struct runs *runs)
{
    json_t *const list = json_array();
    for (int64_t i = 0; i < runs->count; i++)
        json_array_append_new(list, entry_json(runs->arena, &runs->entry[i]));
    json_t *const all = json_pack("{s:o}", "runs", list);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(all);
}

/* ---- the verb ----------------------------------------------------------- */

static enum status list(struct runs *runs, struct report *report)
{
    struct archive *const archive = archive_open(runs->arena, runs->database, report);
    if (!archive)
        return report_status(report);
    runs->entry = archive_list(archive, &runs->filter, &runs->count, report);
    archive_close(archive);
    runs->more = !runs->last && runs->count > USUAL;
    if (runs->more)
        runs->count = USUAL;
    if (!runs->entry)
        return report_status(report);
    if (runs->json)
        print_json(runs);
    else if (runs->count)
        print_table(runs);
    else
        print_none(runs);
    return STATUS_OK;
}

int runs_main(int argc, char **argv)
{
    struct arena *const arena = arena_create();
    struct report *const report = report_create(arena);
    struct runs runs = {.arena = arena, .database = "gyre.db"};
    enum status status = read_arguments(&runs, argc, argv);
    if (status == STATUS_OK && runs.help)
        fputs(help, stdout);
    else if (status == STATUS_OK)
        status = list(&runs, report);
    report_print(report, stderr);
    arena_destroy(arena);
    return (int)(status == STATUS_OK ? browse_end("runs") : status);
}
