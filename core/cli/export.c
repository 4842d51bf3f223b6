/* gyre export: a stored run's rows as CSV or JSON. */
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/browse.h"
#include "cli/cli.h"
#include "cli/flags.h"
#include "cli/outfile.h"
#include "cli/tidy.h"
#include "host/call.h"
#include "record/archive.h"
#include "record/lines.h"

static const char help[] =
    "usage: gyre export RUN [options]\n"
    "\n"
    "Writes what a stored run measured. RUN is a number, \"last\", or the beginning of a\n"
    "digest; gyre runs lists them.\n"
    "\n"
    "  --csv           tidy CSV: run,replicate,round,metric,value,unit, a line for each\n"
    "                  replicate, round and metric; missing values have no line\n"
    "                  (so it is, unless --json is there)\n"
    "  --json          the lines that gyre run --json prints\n"
    "  --metric NAMES  outputs (safety.kl), components (safety) or patterns\n"
    "                  (\"*.entropy\"), with commas; may be given again (all)\n"
    "  --db FILE       the database (gyre.db)\n"
    "  -o FILE         write this file, as a whole or not at all\n"
    "\n"
    "example: gyre export last --metric safety -o safety.csv\n"
    "\n"
    "exit codes: 0 done, 2 usage, 65 no database of gyre, 66 no such run or metric,\n"
    "71 beyond the machine, 74 input/output, 75 stopped\n";

struct export
{
    struct arena *arena;
    struct report *report;
    const char *text, *database, *file; /* RUN, --db, -o */
    const char **metrics;
    bool csv, json, help;
    int64_t number;
    const struct result_run *run;
    bool *chosen; /* of each output */
    struct outfile out;
};

static enum status read_arguments(struct export *e, int argc, char **argv)
{
    struct flag const flag[] = {
        {"--csv", .on = &e->csv},
        {"--json", .on = &e->json},
        {"--metric", .texts = &e->metrics},
        {"--db", .text = &e->database},
        {"-o", .text = &e->file},
        {"--help", .on = &e->help},
        {"-h", .on = &e->help},
        {.name = NULL},
    };
    struct flags const flags = {.verb = "export",
                                .flag = flag,
                                .word = &e->text,
                                .words = "takes one run, and there is also"};
    enum status const status = flags_read(e->arena, argc, argv, &flags);
    if (status != STATUS_OK || e->help)
        return status;
    if (e->csv && e->json)
        return browse_fail("export", STATUS_USAGE, "--csv and --json: which of them?");
    if (!e->text)
        return browse_fail("export", STATUS_USAGE,
                           "which run? say gyre export last, or a number that gyre runs lists");
    return STATUS_OK;
}

/* ---- which metrics ------------------------------------------------------ */

static bool is_component(const char *word, const char *output)
{
    const char *const dot = strrchr(output, '.');
    size_t const length = strlen(word);
    return dot && (size_t)(dot - output) == length && strncmp(word, output, length) == 0;
}

/* All outputs that a word means; false when it means none. */
static bool choose_word(struct export *e, const char *word)
{
    bool met = false;
    for (int64_t i = 0; i < e->run->output_count; i++) {
        const char *const name = e->run->outputs[i].name;
        if (strcmp(word, name) != 0 && !is_component(word, name) && fnmatch(word, name, 0) != 0)
            continue;
        e->chosen[i] = true;
        met = true;
    }
    return met;
}

/* Components are candidates as well as outputs. */
static enum status say_unknown(struct export *e, const char *word)
{
    int64_t const count = e->run->output_count;
    const char **known = ARENA_ARRAY(e->arena, const char *, 2 * count + 1), **to = known;
    for (int64_t i = 0; i < count; i++) {
        const char *const name = e->run->outputs[i].name, *const dot = strrchr(name, '.');
        *to++ = name;
        if (dot)
            *to++ = arena_format(e->arena, "%.*s", (int)(dot - name), name);
    }
    const char *const near = text_nearest(word, known);
    return report_add(e->report, STATUS_MISSING, (struct place){0},
                      "--metric %s: this run has no such output or component%s%s%s", word,
                      near    ? "; did you mean "
                      : count ? ", such as "
                              : "; it measured nothing",
                      near    ? near
                      : count ? known[0]
                              : "",
                      near ? "?" : "");
}

/* Words with commas between. */
static enum status choose_list(struct export *e, const char *list)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && *list) {
        size_t const length = strcspn(list, ",");
        const char *const word = arena_format(e->arena, "%.*s", (int)length, list);
        if (!choose_word(e, word))
            status = say_unknown(e, word);
        list += length + (list[length] == ',');
    }
    return status;
}

static enum status choose(struct export *e)
{
    enum status status = STATUS_OK;
    e->chosen = ARENA_ARRAY(e->arena, bool, e->run->output_count);
    for (int64_t i = 0; i < e->run->output_count; i++)
        e->chosen[i] = !*e->metrics;
    for (const char **list = e->metrics; *list && status == STATUS_OK; list++)
        status = choose_list(e, *list);
    return status;
}

/* ---- the chosen outputs as a run of their own --------------------------- */

struct pick {
    struct result_sink sink;
    const struct export *export;
    struct result_run run;
    double *value; /* of the chosen outputs, in one row */
    struct series *to;
};

static enum status pick_begin(struct result_sink *sink, const struct result_run *run)
{
    (void)run;
    return series_begin(((struct pick *)sink)->to);
}

static enum status pick_row(struct result_sink *sink, const struct result_row *row)
{
    struct pick *pick = (struct pick *)sink;
    struct result_row picked = *row;
    int64_t count = 0;
    if (call_stopping())
        return report_add(pick->export->report, STATUS_STOPPED, (struct place){0},
                          "stopped before all rows were written");
    for (int64_t i = 0; i < pick->export->run->output_count; i++)
        if (pick->export->chosen[i])
            pick->value[count++] = row->value[i];
    picked.value = pick->value;
    return series_add(pick->to, &picked);
}

static enum status pick_end(struct result_sink *sink, const struct result_end *end)
{
    return series_end(((struct pick *)sink)->to, end);
}

static struct pick *pick_create(const struct export *e)
{
    struct pick *pick = ARENA_NEW(e->arena, struct pick);
    struct result_output *output =
        ARENA_ARRAY(e->arena, struct result_output, e->run->output_count);
    *pick = (struct pick){
        .sink = {.begin = pick_begin, .row = pick_row, .end = pick_end},
        .export = e,
        .run = *e->run,
        .value = ARENA_ARRAY(e->arena, double, e->run->output_count),
    };
    pick->run.outputs = output;
    pick->run.output_count = 0;
    for (int64_t i = 0; i < e->run->output_count; i++)
        if (e->chosen[i])
            output[pick->run.output_count++] = e->run->outputs[i];
    return pick;
}

/* ---- telling ------------------------------------------------------------ */

/* That a run is not whole is said beside the data, which may well be of use. */
static void warn_unfinished(const struct export *e, const struct result_end *end)
{
    if (end->status != STATUS_OK)
        fprintf(stderr, "gyre: export: run %" PRId64 " did not finish: %s\n", e->number,
                text_escape(e->arena, end->reason ? end->reason : "nothing says why"));
}

static enum status feed(struct export *e, struct archive *archive, struct series *series)
{
    struct result_end const end = archive_end(archive, e->number);
    enum status status = series_begin(series);
    if (status == STATUS_OK)
        status = archive_feed(archive, e->number, series, e->report);
    if (status == STATUS_OK)
        status = series_end(series, &end);
    if (status == STATUS_OK)
        warn_unfinished(e, &end);
    return status;
}

static enum status say_no_memory(const struct export *e)
{
    return report_add(e->report, STATUS_LIMIT, (struct place){.file = e->database},
                      "this machine has no memory for all rows of the run");
}

static enum status tell_csv(struct export *e, struct archive *archive)
{
    struct result_sink *sink =
        tidy_create(e->arena, e->out.stream, e->number, e->chosen, e->report);
    struct series *series = series_create(e->run, &sink, 1);
    enum status const status = series ? feed(e, archive, series) : say_no_memory(e);
    series_destroy(series);
    return status;
}

static enum status tell_json(struct export *e, struct archive *archive)
{
    struct result_sink *sink = lines_create(e->arena, e->out.stream, NULL, e->report);
    struct pick *pick = pick_create(e);
    struct result_sink *const first = &pick->sink;
    struct series *series = series_create(e->run, &first, 1);
    pick->to = series_create(&pick->run, &sink, 1);
    lines_attach(sink, pick->to);
    lines_number(sink, e->number);
    enum status const status = series && pick->to ? feed(e, archive, series) : say_no_memory(e);
    series_destroy(series);
    series_destroy(pick->to);
    return status;
}

static enum status tell(struct export *e, struct archive *archive)
{
    enum status status = outfile_spare(e->file, e->database, e->report);
    if (status == STATUS_OK)
        status = outfile_open(e->arena, e->file, &e->out, e->report);
    if (status != STATUS_OK)
        return status;
    status = e->json ? tell_json(e, archive) : tell_csv(e, archive);
    if (status == STATUS_OK)
        return outfile_keep(&e->out, e->report);
    outfile_drop(&e->out);
    return status;
}

static enum status export(struct export *e) {
    struct archive *archive = archive_open(e->arena, e->database, e->report);
    if (!archive) return report_status(e->report);
    e->number = archive_find(archive, e->text, e->report);
    e->run = e->number ? archive_run(archive, e->number, e->report) : NULL;
    enum status status = e->run ? choose(e) : report_status(e->report);
    if (status == STATUS_OK) status = tell(e, archive);
    archive_close(archive);
    return status;
}

int export_main(int argc, char **argv)
{
    struct arena *const arena = arena_create();
    struct export e = {.arena = arena, .report = report_create(arena), .database = "gyre.db"};
    enum status status = read_arguments(&e, argc, argv);
    if (status == STATUS_OK && e.help) {
        fputs(help, stdout);
        status = browse_end("export");
    } else if (status == STATUS_OK)
        status = export(&e);
    report_print(e.report, stderr);
    arena_destroy(arena);
    return (int)status;
}
