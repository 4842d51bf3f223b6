/* gyre plot: a stored run as a picture in a file. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cli/browse.h"
#include "cli/cli.h"
#include "cli/figure.h"
#include "cli/outfile.h"
#include "cli/recall.h"

enum { NARROWEST = 320, WIDEST = 10000, WIDTH = 960 };

struct plot {
    struct recall recall;
    const char *file, *width_text; /* -o, --width */
    int width;
};

static const char help[] =
    "usage: gyre plot RUN -o FILE.svg [options]\n"
    "\n"
    "Draws a stored run's metrics over the rounds: a panel for each, the mean over\n"
    "replicates as a line with a band of one standard deviation.\n"
    "RUN is a number, \"last\", or the beginning of a digest; gyre runs lists them.\n"
    "\n"
    "  -o FILE         where to; - is stdout\n"
    "  --metric NAMES  what to plot: outputs (safety.kl), components (safety) or\n"
    "                  patterns (\"*.entropy\"), with commas; may be given again\n"
    "                  (the first 4 headline outputs)\n"
    "  --together      the outputs of one --metric share a panel, as far as they\n"
    "                  share a unit\n"
    "  --log           vertical axes of powers of ten\n"
    "  --width N       pixels, 320 to 10000 (960)\n"
    "  --db FILE       the database (gyre.db)\n"
    "\n"
    "example: gyre plot last -o run.svg --metric safety.kl_floored --metric diversity\n"
    "\n"
    "exit codes: 0 done, 2 usage, 65 no database of gyre, 66 no such run or metric,\n"
    "71 beyond the machine, 74 input/output\n";

static enum status draw(struct arena *arena, const struct plot *plot,
                        const struct recalled *recalled, struct report *report)
{
    struct figure_about const about = {recalled->number, &recalled->end};
    struct outfile out;
    struct panels panels;
    enum status status = recall_panels(arena, &plot->recall, recalled, &panels, report);
    if (status == STATUS_OK)
        status = outfile_spare(plot->file, plot->recall.database, report);
    if (status == STATUS_OK)
        status = outfile_open(arena, plot->file, &out, report);
    if (status != STATUS_OK)
        return status;
    figure_print(&panels, about, (struct figure_style){plot->width, plot->recall.log}, out.stream);
    status = outfile_keep(&out, report);
    if (status == STATUS_OK && strcmp(plot->file, "-") != 0)
        printf("run %" PRId64 " of %s is drawn in %s\n", recalled->number, plot->recall.database,
               plot->file);
    return status;
}

static enum status plot_run(struct arena *arena, const struct plot *plot, struct report *report)
{
    struct recalled recalled;
    enum status status = recall_open(arena, &plot->recall, NULL, NULL, &recalled, report);
    if (status == STATUS_OK)
        status = draw(arena, plot, &recalled, report);
    recall_close(&recalled);
    return status;
}

/* ---- arguments ---------------------------------------------------------------------------------
 */

/* A picture of another kind is not what would be in the file. */
static enum status check_file(const char *file)
{
    static const char *const other[] = {".png", ".pdf", ".jpg", ".jpeg", ".eps", ".ps", ".gif"};
    if (!file)
        return browse_fail("plot", STATUS_USAGE, "where to? say -o FILE.svg, or -o - for stdout");
    const char *const dot = strrchr(file, '.');
    for (size_t i = 0; dot && i < sizeof other / sizeof *other; i++)
        if (strcasecmp(dot, other[i]) == 0)
            return browse_fail("plot", STATUS_USAGE,
                               "-o %s: gyre draws SVG; name it .svg, and rsvg-convert or a browser "
                               "makes other kinds of it",
                               file);
    return STATUS_OK;
}

static enum status read_width(struct plot *plot)
{
    double width = WIDTH;
    if (plot->width_text && !text_to_real(plot->width_text, &width))
        width = 0;
    if (width < NARROWEST || width > WIDEST || width != (int)width)
        return browse_fail("plot", STATUS_USAGE,
                           "--width takes a whole number from 320 to 10000, not %s",
                           plot->width_text);
    plot->width = (int)width;
    return STATUS_OK;
}

static enum status read_arguments(struct arena *arena, int argc, char **argv, struct plot *plot)
{
    struct flag const flag[] = {
        {"-o", .text = &plot->file},
        {"--db", .text = &plot->recall.database},
        {"--metric", .texts = &plot->recall.choices},
        {"--together", .on = &plot->recall.together},
        {"--log", .on = &plot->recall.log},
        {"--width", .text = &plot->width_text},
        {"--help", .on = &plot->recall.help},
        {"-h", .on = &plot->recall.help},
        {.name = NULL},
    };
    enum status status = recall_read(arena, argc, argv, flag, &plot->recall);
    if (status == STATUS_OK && !plot->recall.help)
        status = check_file(plot->file);
    if (status == STATUS_OK)
        status = read_width(plot);
    return status;
}

int plot_main(int argc, char **argv)
{
    struct arena *const arena = arena_create();
    struct report *const report = report_create(arena);
    struct plot plot = {.recall.verb = "plot"};
    enum status status = read_arguments(arena, argc, argv, &plot);
    if (status == STATUS_OK && plot.recall.help)
        fputs(help, stdout);
    else if (status == STATUS_OK)
        status = plot_run(arena, &plot, report);
    enum status const written = status == STATUS_OK ? browse_end("plot") : STATUS_OK;
    report_print(report, stderr);
    arena_destroy(arena);
    return (int)(status == STATUS_OK ? written : status);
}
