/* gyre show: a stored run as a table and plots on the terminal. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/browse.h"
#include "cli/chart.h"
#include "cli/cli.h"
#include "cli/recall.h"

struct show {
    struct recall recall;
    bool ascii, no_table;
};

static const char help[] =
    "usage: gyre show RUN [options]\n"
    "\n"
    "Shows a stored run: its table again, and plots of its metrics over the rounds.\n"
    "RUN is a number, \"last\", or the beginning of a digest; gyre runs lists them.\n"
    "\n"
    "  --metric NAMES  what to plot: outputs (safety.kl), components (safety) or\n"
    "                  patterns (\"*.entropy\"), with commas; may be given again\n"
    "                  (the first 4 headline outputs)\n"
    "  --together      the outputs of one --metric share a panel, as far as they\n"
    "                  share a unit\n"
    "  --log           vertical axes of powers of ten\n"
    "  --ascii         no Braille, no box lines\n"
    "  --no-table      the plots only\n"
    "  --db FILE       the database (gyre.db)\n"
    "\n"
    "example: gyre show last --metric safety.mass,safety.coverage --together\n"
    "\n"
    "exit codes: 0 done, 2 usage, 65 no database of gyre, 66 no such run or metric,\n"
    "71 beyond the machine, 74 input/output\n";

static void say_end(const struct recall *recall, const struct recalled *recalled)
{
    const struct result_end *const end = &recalled->end;
    if (end->reason)
        printf("%s\n", end->reason);
    printf("run %" PRId64 " in %s, seed %" PRIu64, recalled->number, recall->database,
           recalled->run->seed);
    if (end->digest)
        printf(", digest %s", end->digest);
    putchar('\n');
}

static void show_plots(const struct show *show, const struct recalled *recalled,
                       const struct panels *panels, struct table_style style)
{
    if (!show->no_table)
        putchar('\n');
    chart_print(panels, (struct chart_style){style, show->recall.log}, stdout);
    putchar('\n');
    say_end(&show->recall, recalled);
}

/* The table waits in memory until it is known that there are such metrics to plot. */
static enum status show_run(struct arena *arena, const struct show *show, struct report *report)
{
    struct table_style style = table_style_find(true);
    struct recalled recalled;
    struct panels panels;
    char *text = NULL;
    size_t size = 0;
    FILE *const memory = open_memstream(&text, &size);
    if (!memory)
        return report_add(report, STATUS_LIMIT, (struct place){0},
                          "this machine has no memory left");
    style.unicode = style.unicode && !show->ascii;
    struct result_sink *const table =
        show->no_table ? NULL : table_create(arena, memory, style, report);
    enum status status = recall_open(arena, &show->recall, table, table_attach, &recalled, report);
    if (status == STATUS_OK)
        status = recall_panels(arena, &show->recall, &recalled, &panels, report);
    fclose(memory);
    if (status == STATUS_OK) {
        fwrite(text, 1, size, stdout);
        show_plots(show, &recalled, &panels, style);
    }
    free(text);
    recall_close(&recalled);
    return status;
}

static enum status read_arguments(struct arena *arena, int argc, char **argv, struct show *show)
{
    struct flag const flag[] = {
        {"--db", .text = &show->recall.database},
        {"--metric", .texts = &show->recall.choices},
        {"--together", .on = &show->recall.together},
        {"--log", .on = &show->recall.log},
        {"--ascii", .on = &show->ascii},
        {"--no-table", .on = &show->no_table},
        {"--help", .on = &show->recall.help},
        {"-h", .on = &show->recall.help},
        {.name = NULL},
    };
    return recall_read(arena, argc, argv, flag, &show->recall);
}

int show_main(int argc, char **argv)
{
    struct arena *const arena = arena_create();
    struct report *const report = report_create(arena);
    struct show show = {.recall.verb = "show"};
    enum status status = read_arguments(arena, argc, argv, &show);
    if (status == STATUS_OK && show.recall.help)
        fputs(help, stdout);
    else if (status == STATUS_OK)
        status = show_run(arena, &show, report);
    enum status const written = status == STATUS_OK ? browse_end("show") : STATUS_OK;
    report_print(report, stderr);
    arena_destroy(arena);
    return (int)(status == STATUS_OK ? written : status);
}
