#include "cli/figure.h"

#include <inttypes.h>
#include <math.h>

#include "base/utf8.h"
#include "cli/ink.h"
#include "cli/legend.h"
#include "cli/svg.h"
#include "cli/trace.h"
#include "gyre/version.h"

/* Pixels: around all, between panels, below a plot, beside it. */
enum { MARGIN = 28, GAP = 34, ROW_GAP = 26, FOOT = 36, LABEL_GAP = 8, HEAD_GAP = 10 };

enum { NARROWEST = 280, TITLE = 21, QUESTION = 13, TICK = 11, PRINT = 10 };

static double const leading = 1.4;

static const char dark[] = "#1a1a1a", grey[] = "#595959", pale[] = "#e3e3e3", line[] = "#7f7f7f";

struct figure {
    const struct panels *panels;
    struct figure_about about;
    struct figure_style style;
    FILE *out;
    struct arena *arena;
    int64_t columns;
    double panel, plot, left; /* width of a panel, height of a plot, width of its labels */
    struct scale *values;     /* [panels] */
};

/* ---- words -------------------------------------------------------------------------------------
 */

static const char *clean(const struct figure *figure, const char *text)
{
    return text ? utf8_text(figure->arena, ink_text(figure->arena, text)) : "";
}

static const char *title_of(const struct figure *figure)
{
    const struct result_run *const run = figure->panels->run;
    return clean(figure, run->title && *run->title ? run->title : run->scenario);
}

static const char *drawing_text(const struct figure *figure)
{
    int64_t const replicates = figure->panels->run->replicates;
    if (replicates < 2)
        return "";
    return arena_format(
        figure->arena, "Line: mean of %" PRId64 " replicates. Band: ± 1 standard deviation.%s",
        replicates, replicates <= TRACE_REPLICATES ? " Thin lines: single replicates." : "");
}

static const char *sets_text(const struct figure *figure)
{
    const char *text = "";
    for (const char *const *set = figure->panels->run->sets; set && *set; set++)
        text = arena_format(figure->arena, "%s · %s", text, clean(figure, *set));
    return text;
}

static const char *run_text(const struct figure *figure)
{
    const struct result_run *const run = figure->panels->run;
    const char *const digest = figure->about.end->digest;
    return arena_format(figure->arena,
                        "Run %" PRId64 " of %s%s · seed %" PRIu64 " · %" PRId64
                        "\u00a0replicate%s · %s%s · drawn by "
                        "gyre %s",
                        figure->about.number, clean(figure, run->scenario), sets_text(figure),
                        run->seed, run->replicates, run->replicates == 1 ? "" : "s",
                        digest ? "digest\u00a0" : "not finished", clean(figure, digest),
                        GYRE_VERSION);
}

/* One block of text from y on, as wide as the picture; returns where it ends. Nothing is written
 * without a file. */
static double print_block(const struct figure *figure, FILE *out, double y, struct svg_font font,
                          const char *text)
{
    double const wide = font.bold ? 1.15 : 1;
    const char *const *const lines =
        svg_wrap(figure->arena, text, font.size * wide, figure->style.width - 2 * MARGIN);
    for (int i = 0; lines[i]; i++, y += leading * font.size)
        if (out)
            svg_text(out, MARGIN, y + font.size, font, lines[i]);
    return y;
}

static double print_title(const struct figure *figure, FILE *out)
{
    struct svg_font const title = {.size = TITLE, .fill = dark, .bold = true};
    struct svg_font const question = {.size = QUESTION, .fill = grey};
    double const y = print_block(figure, out, MARGIN - 4, title, title_of(figure));
    return print_block(figure, out, y, question, clean(figure, figure->panels->run->question)) + 14;
}

static double print_small(const struct figure *figure, FILE *out, double y)
{
    struct svg_font const font = {.size = PRINT, .fill = grey};
    return print_block(figure, out, print_block(figure, out, y, font, drawing_text(figure)), font,
                       run_text(figure));
}

/* ---- measures ----------------------------------------------------------------------------------
 */

static int64_t columns_of(int64_t panels, int width)
{
    int64_t const best = panels < 2 ? 1 : panels == 2 || panels == 4 ? 2 : 3;
    int64_t const room = (width - 2 * MARGIN + GAP) / (NARROWEST + GAP);
    return best < room ? best : room < 1 ? 1 : room;
}

static struct scale scale_of(const struct figure *figure, const struct panel *panel)
{
    bool const many = figure->panels->run->replicates > 1;
    bool const each = figure->panels->run->replicates <= TRACE_REPLICATES;
    unsigned const parts = (many ? PANEL_BAND : 0u) | (many && each ? PANEL_REPLICATES : 0u);
    struct panel_range const range = panel_range(figure->panels, panel, parts, figure->style.log);
    int const most = figure->plot > 300 ? 6 : 5;
    return figure->style.log && range.lo > 0 ? scale_log(range.lo, range.hi, most)
                                             : scale_linear(range.lo, range.hi, most);
}

static const char *label_of(const struct figure *figure, const struct scale_tick *tick)
{
    return svg_label(figure->arena, tick->label);
}

static void measure(struct figure *figure)
{
    const struct panels *const panels = figure->panels;
    figure->columns = columns_of(panels->count, figure->style.width);
    double const room = figure->style.width - 2 * MARGIN - GAP * ((double)figure->columns - 1);
    figure->panel = room / (double)figure->columns;
    figure->plot = rint(figure->panel * (figure->columns == 1 ? 0.46 : 0.58));
    figure->values = ARENA_ARRAY(figure->arena, struct scale, panels->count);
    for (int64_t i = 0; i < panels->count; i++) {
        struct scale *const scale = &figure->values[i];
        *scale = scale_of(figure, &panels->panel[i]);
        for (int k = 0; k < scale->count; k++)
            figure->left = fmax(figure->left, svg_width(label_of(figure, &scale->tick[k]), TICK));
    }
    figure->left = ceil(figure->left) + LABEL_GAP;
}

static struct legend legend_of(const struct figure *figure, int64_t panel)
{
    return (struct legend){.panels = figure->panels,
                           .panel = &figure->panels->panel[panel],
                           .width = figure->panel,
                           .log = figure->style.log};
}

/* Plots of a row begin at one height, below the tallest of their heads. */
static double head_of_row(const struct figure *figure, int64_t first)
{
    double height = 0;
    for (int64_t i = first; i < first + figure->columns && i < figure->panels->count; i++) {
        struct legend const legend = legend_of(figure, i);
        height = fmax(height, legend_height(&legend));
    }
    return height + HEAD_GAP;
}

static double row_height(const struct figure *figure, int64_t first)
{
    return head_of_row(figure, first) + figure->plot + FOOT;
}

/* ---- axes --------------------------------------------------------------------------------------
 */

static void print_stroke(FILE *out, double x, double y, char command, double length)
{
    fputs("<path d=\"M", out);
    svg_number(out, x);
    fputc(' ', out);
    svg_number(out, y);
    fputc(command, out);
    svg_number(out, length);
    fputs("\"/>\n", out);
}

static void print_grid(const struct trace *trace)
{
    fprintf(trace->out, "<g fill=\"none\" stroke=\"%s\" stroke-width=\"1\">\n", pale);
    for (int i = 0; i < trace->values.count; i++)
        print_stroke(trace->out, trace->x, trace_y(trace, trace->values.tick[i].at), 'h',
                     trace->width);
    fputs("</g>\n", trace->out);
}

static void print_axes(const struct trace *trace)
{
    double const bottom = trace->y + trace->height;
    fprintf(trace->out, "<g fill=\"none\" stroke=\"%s\" stroke-width=\"1\">\n", line);
    print_stroke(trace->out, trace->x, trace->y, 'v', trace->height);
    print_stroke(trace->out, trace->x, bottom, 'h', trace->width);
    for (int i = 0; i < trace->values.count; i++)
        print_stroke(trace->out, trace->x, trace_y(trace, trace->values.tick[i].at), 'h', -4);
    for (int i = 0; i < trace->rounds.count; i++)
        print_stroke(trace->out, trace_x(trace, trace->rounds.tick[i].at), bottom, 'v', 4);
    fputs("</g>\n", trace->out);
}

static void print_labels(const struct figure *figure, const struct trace *trace)
{
    struct svg_font const side = {.size = TICK, .fill = grey, .anchor = SVG_END};
    struct svg_font const below = {.size = TICK, .fill = grey, .anchor = SVG_MIDDLE};
    double const bottom = trace->y + trace->height;
    for (int i = 0; i < trace->values.count; i++)
        svg_text(trace->out, trace->x - LABEL_GAP, trace_y(trace, trace->values.tick[i].at) + 4,
                 side, label_of(figure, &trace->values.tick[i]));
    for (int i = 0; i < trace->rounds.count; i++)
        svg_text(trace->out, trace_x(trace, trace->rounds.tick[i].at), bottom + 17, below,
                 label_of(figure, &trace->rounds.tick[i]));
    svg_text(trace->out, trace->x + trace->width / 2, bottom + 32, below, "round");
}

/* ---- panels ------------------------------------------------------------------------------------
 */

/* What a screen reader says of a panel, and a browser beside the pointer. */
static void print_meaning(const struct figure *figure, const struct panel *panel)
{
    const char *text = "";
    for (int i = 0; i < panel->count; i++) {
        const gyre_output *const about = figure->panels->run->outputs[panel->output[i]].about;
        text =
            arena_format(figure->arena, "%s%s%s: %s", text, i ? " " : "",
                         panel_name(figure->panels, panel->output[i]), clean(figure, about->doc));
    }
    fputs("<title>", figure->out);
    svg_escape(figure->out, text);
    fputs("</title>\n", figure->out);
}

static void print_panel(const struct figure *figure, int64_t i, double x, double y, double head)
{
    const struct panel *const panel = &figure->panels->panel[i];
    struct legend const legend = legend_of(figure, i);
    struct trace const trace = {
        .out = figure->out,
        .panels = figure->panels,
        .x = x + figure->left,
        .y = y + head,
        .width = figure->panel - figure->left,
        .height = figure->plot,
        .rounds = scale_rounds(figure->panels->rounds - 1, (int)(figure->panel / 60)),
        .values = figure->values[i],
    };
    fputs("<g>\n", figure->out);
    print_meaning(figure, panel);
    legend_print(&legend, x, y, figure->out);
    print_grid(&trace);
    print_axes(&trace);
    for (int k = 0; k < panel->count; k++)
        trace_print(&trace, panel->output[k], k);
    print_labels(figure, &trace);
    fputs("</g>\n", figure->out);
}

/* Returns where the last row ends. */
static double print_panels(const struct figure *figure, double y)
{
    for (int64_t first = 0; first < figure->panels->count; first += figure->columns) {
        double const head = head_of_row(figure, first);
        for (int64_t k = 0; k < figure->columns && first + k < figure->panels->count; k++)
            print_panel(figure, first + k, MARGIN + (double)k * (figure->panel + GAP), y, head);
        y += row_height(figure, first) + ROW_GAP;
    }
    return y;
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

static double height_of(const struct figure *figure)
{
    double y = print_title(figure, NULL);
    for (int64_t first = 0; first < figure->panels->count; first += figure->columns)
        y += row_height(figure, first) + ROW_GAP;
    return ceil(print_small(figure, NULL, y)) + MARGIN - 8;
}

static const char *names_text(const struct figure *figure)
{
    const char *text = "";
    for (int64_t i = 0; i < figure->panels->count; i++)
        for (int k = 0; k < figure->panels->panel[i].count; k++)
            text = arena_format(figure->arena, "%s%s%s", text, i || k ? ", " : "",
                                panel_name(figure->panels, figure->panels->panel[i].output[k]));
    return text;
}

static void print_description(const struct figure *figure)
{
    fputs("<title id=\"gyre-title\">", figure->out);
    svg_escape(figure->out, title_of(figure));
    fputs("</title>\n<desc id=\"gyre-desc\">", figure->out);
    svg_escape(figure->out,
               arena_format(figure->arena, "%s over rounds 0 to %" PRId64 ". %s",
                            names_text(figure), figure->panels->rounds - 1, run_text(figure)));
    fputs("</desc>\n", figure->out);
}

void figure_print(const struct panels *panels, struct figure_about about, struct figure_style style,
                  FILE *out)
{
    struct figure figure = {
        .panels = panels, .about = about, .style = style, .out = out, .arena = panels->arena};
    measure(&figure);
    int const height = (int)height_of(&figure);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%d\" height=\"%d\" "
            "viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"gyre-title gyre-desc\" "
            "font-family=\"Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, "
            "sans-serif\">\n",
            style.width, height, style.width, height);
    print_description(&figure);
    fprintf(out, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", style.width, height);
    print_small(&figure, out, print_panels(&figure, print_title(&figure, out)));
    fputs("</svg>\n", out);
}
