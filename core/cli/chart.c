#include "cli/chart.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cli/braille.h"
#include "cli/ink.h"
#include "cli/scale.h"

enum { WIDEST = 160, LABEL = 5 /* "round" */, ROWS_A_TICK = 3, COLUMNS_A_TICK = 10 };

static const char letters[] = "abcdefgh", alone[] = "*";

struct chart {
    const struct panels *panels;
    const struct panel *panel;
    FILE *out;
    struct arena *arena;
    struct table_style style;
    struct scale x, y;
    struct braille canvas;
    int left;           /* width of the axis' labels                               */
    char *above;        /* [columns]: not 0 where something is infinite; and below */
    char *below;        /* zero                                                    */
    char *keys;         /* [rows]: the letter of the line that ends there, or 0    */
    bool up, down, log; /* is there anything in above and below?                   */
};

static void dim(const struct chart *chart, bool on)
{
    ink_set(chart->out, chart->style.colour, on ? INK_DIM : INK_PLAIN);
}

static const char *pick(const struct chart *chart, const char *unicode, const char *ascii)
{
    return chart->style.unicode ? unicode : ascii;
}

/* ---- the canvas --------------------------------------------------------------------------------
 */

static int dot_x(const struct chart *chart, int64_t round)
{
    return (int)lrint(scale_place(&chart->x, (double)round) * (chart->canvas.width - 1));
}

static int dot_y(const struct chart *chart, double value)
{
    return (int)lrint(scale_place(&chart->y, value) * (chart->canvas.height - 1));
}

static bool has_place(const struct chart *chart, double value)
{
    return isfinite(value) && !isnan(scale_place(&chart->y, value));
}

static int column_of(const struct chart *chart, int64_t round)
{
    return dot_x(chart, round) * chart->canvas.columns / chart->canvas.width;
}

/* Lowest and highest replicate as dots; an infinite one lies at the edge. */
struct reach {
    bool any;
    int low, high;
};

static struct reach reach_of(const struct chart *chart, const struct panel_point *point)
{
    bool const low = point->below || (chart->log && point->low <= 0);
    return (struct reach){
        .any = has_place(chart, point->high),
        .low = low                 ? 0
               : isnan(point->low) ? 0
                                   : dot_y(chart, point->low),
        .high = point->above         ? chart->canvas.height - 1
                : isnan(point->high) ? 0
                                     : dot_y(chart, fmax(point->high, chart->y.lo)),
    };
}

static void shade_between(struct chart *chart, int x0, struct reach a, int x1, struct reach b)
{
    int const width = x1 - x0;
    for (int i = 0; i <= width; i++) {
        int const low = width ? a.low + (b.low - a.low) * i / width : a.low;
        int const high = width ? a.high + (b.high - a.high) * i / width : a.high;
        braille_shade(&chart->canvas, x0 + i, low, high);
    }
}

static void draw_shade(struct chart *chart, int64_t output)
{
    struct reach before = {.any = false};
    for (int64_t round = 0; round < chart->panels->rounds; round++) {
        struct panel_point const point = panel_point(chart->panels, round, output);
        struct reach const now = reach_of(chart, &point);
        int const x = dot_x(chart, round);
        if (now.any && before.any)
            shade_between(chart, dot_x(chart, round - 1), before, x, now);
        else if (now.any)
            shade_between(chart, x, now, x, now);
        before = now;
    }
}

static void mark_infinite(struct chart *chart, int64_t round, const struct panel_point *point,
                          int line)
{
    int const column = column_of(chart, round);
    if (point->above)
        chart->above[column] = (char)(line + 1);
    if (point->below)
        chart->below[column] = (char)(line + 1);
    chart->up = chart->up || point->above;
    chart->down = chart->down || point->below;
}

/* The nearest row without a letter: there are more rows than lines. */
static void put_key(struct chart *chart, int y, int line)
{
    int const rows = chart->canvas.rows;
    int const row = rows - 1 - y * rows / chart->canvas.height;
    for (int i = 0; i < 2 * rows; i++) {
        int const at = row + (i % 2 ? -(i + 1) / 2 : i / 2);
        if (at < 0 || at >= rows || chart->keys[at])
            continue;
        chart->keys[at] = (char)(line + 1);
        return;
    }
}

static void draw_line(struct chart *chart, int line)
{
    double before = NAN;
    for (int64_t round = 0; round < chart->panels->rounds; round++) {
        struct panel_point const point =
            panel_point(chart->panels, round, chart->panel->output[line]);
        int const x = dot_x(chart, round);
        mark_infinite(chart, round, &point, line);
        if (has_place(chart, point.mean)) {
            bool const joined = has_place(chart, before);
            int const y = dot_y(chart, point.mean);
            braille_line(&chart->canvas, joined ? dot_x(chart, round - 1) : x,
                         joined ? dot_y(chart, before) : y, x, y, line);
        }
        before = point.mean;
    }
    if (has_place(chart, before) && chart->panel->count > 1)
        put_key(chart, dot_y(chart, before), line);
}

static void draw(struct chart *chart)
{
    int64_t const replicates = chart->panels->run->replicates;
    for (int i = 0; i < chart->panel->count && replicates > 1; i++)
        draw_shade(chart, chart->panel->output[i]);
    for (int i = 0; i < chart->panel->count; i++)
        draw_line(chart, i);
}

/* ---- head --------------------------------------------------------------------------------------
 */

static const char *unit_of(const struct chart *chart)
{
    const char *const unit = ink_text(chart->arena, chart->panel->unit);
    return *unit ? arena_format(chart->arena, ", %s", unit) : "";
}

static void print_key(const struct chart *chart, int line)
{
    braille_ink(&chart->canvas, chart->out, line);
    fputc(letters[line], chart->out);
    braille_ink(&chart->canvas, chart->out, -1);
    fprintf(chart->out, " %s", panel_name(chart->panels, chart->panel->output[line]));
}

/* "a safety.kl   b safety.kl_floored, nats" */
static void print_keys(const struct chart *chart)
{
    int at = 0;
    for (int i = 0; i < chart->panel->count; i++) {
        const char *const name = panel_name(chart->panels, chart->panel->output[i]);
        int const columns = 2 + ink_columns(name);
        bool const breaks = at && at + 3 + columns > chart->style.width;
        fputs(breaks ? "\n" : at ? "   " : "", chart->out);
        print_key(chart, i);
        at = columns + (at && !breaks ? at + 3 : 0);
    }
    fprintf(chart->out, "%s\n", unit_of(chart));
}

static void print_name(const struct chart *chart)
{
    ink_set(chart->out, chart->style.colour, INK_BOLD);
    fputs(panel_name(chart->panels, chart->panel->output[0]), chart->out);
    ink_set(chart->out, chart->style.colour, INK_PLAIN);
    fprintf(chart->out, "%s\n", unit_of(chart));
}

static void print_notes(const struct chart *chart)
{
    for (int i = 0; i < chart->panel->count; i++) {
        int64_t const output = chart->panel->output[i];
        const char *note = panel_note(chart->panels, output, chart->log);
        if (!note)
            continue;
        if (chart->panel->count > 1)
            note = arena_format(chart->arena, "%s: %s", panel_name(chart->panels, output), note);
        dim(chart, true);
        ink_wrap(chart->out, note, chart->style.width);
        dim(chart, false);
    }
}

/* ---- axes --------------------------------------------------------------------------------------
 */

static void print_axis(const struct chart *chart, const char *label, const char *sign)
{
    ink_pad(chart->out, label, chart->left);
    dim(chart, true);
    fprintf(chart->out, " %s", sign);
    dim(chart, false);
}

static const char *label_of_row(const struct chart *chart, int row)
{
    for (int i = 0; i < chart->y.count; i++) {
        int const y = dot_y(chart, chart->y.tick[i].at);
        if (chart->canvas.rows - 1 - y * chart->canvas.rows / chart->canvas.height == row)
            return chart->y.tick[i].label;
    }
    return NULL;
}

static void print_row(const struct chart *chart, int row)
{
    const char *const label = label_of_row(chart, row);
    const char *const signs = chart->panel->count > 1 ? letters : alone;
    print_axis(chart, label ? label : "", label ? pick(chart, "┤", "+") : pick(chart, "│", "|"));
    braille_print(&chart->canvas, chart->out, row, signs);
    if (chart->keys[row]) {
        int const line = chart->keys[row] - 1;
        fputc(' ', chart->out);
        braille_ink(&chart->canvas, chart->out, line);
        fputc(letters[line], chart->out);
        braille_ink(&chart->canvas, chart->out, -1);
    }
    fputc('\n', chart->out);
}

/* Where something is infinite: a row beyond the axis. Several lines are told apart by letters. */
static void print_infinite(const struct chart *chart, const char *columns, const char *label,
                           const char *sign)
{
    bool const several = chart->panel->count > 1;
    print_axis(chart, label, pick(chart, "┤", "+"));
    for (int i = 0; i < chart->canvas.columns; i++)
        if (columns[i] && several)
            fputc(letters[columns[i] - 1], chart->out);
        else
            fputs(columns[i] ? sign : " ", chart->out);
    fputc('\n', chart->out);
}

static void print_foot(const struct chart *chart)
{
    char *const ticks = arena_alloc(chart->arena, (size_t)chart->canvas.columns + 1);
    for (int i = 0; i < chart->x.count; i++)
        ticks[column_of(chart, (int64_t)chart->x.tick[i].at)] = 1;
    dim(chart, true);
    fprintf(chart->out, "%*s %s", chart->left, "", pick(chart, "└", "+"));
    for (int i = 0; i < chart->canvas.columns; i++)
        fputs(ticks[i] ? pick(chart, "┬", "+") : pick(chart, "─", "-"), chart->out);
    dim(chart, false);
    fputc('\n', chart->out);
}

/* Each label below its tick's middle, none beyond the end. */
static void print_rounds(const struct chart *chart)
{
    int at = 0;
    fprintf(chart->out, "%*s  ", chart->left, "round");
    for (int i = 0; i < chart->x.count; i++) {
        const char *const label = chart->x.tick[i].label;
        int const columns = (int)strlen(label), most = chart->canvas.columns - columns;
        int const middle = column_of(chart, (int64_t)chart->x.tick[i].at) - (columns - 1) / 2;
        int const due = middle > most ? most : middle;
        if (due < at)
            continue;
        fprintf(chart->out, "%*s%s", due - at, "", label);
        at = due + columns;
    }
    fputc('\n', chart->out);
}

/* ---- a panel -----------------------------------------------------------------------------------
 */

static int rows_of(const struct panels *panels)
{
    return panels->count == 1 ? 16 : panels->count == 2 ? 12 : 9;
}

static int label_width(const struct chart *chart)
{
    int width = LABEL;
    for (int i = 0; i < chart->y.count; i++)
        if ((int)strlen(chart->y.tick[i].label) > width)
            width = (int)strlen(chart->y.tick[i].label);
    return width;
}

static void fit(struct chart *chart, struct panel_range range)
{
    int const rows = rows_of(chart->panels);
    int const width = chart->style.width < WIDEST ? chart->style.width : WIDEST;
    int const keys = chart->panel->count > 1 ? 2 : 0;
    int const most = (rows - 1) / ROWS_A_TICK;
    chart->y = chart->log && range.lo > 0 ? scale_log(range.lo, range.hi, most)
                                          : scale_linear(range.lo, range.hi, most);
    chart->left = label_width(chart);
    int const columns = width - chart->left - 2 - keys;
    chart->x = scale_rounds(chart->panels->rounds - 1, columns / COLUMNS_A_TICK);
    chart->canvas =
        braille_create(chart->arena, columns, rows, chart->style.unicode, chart->style.colour);
    chart->above = arena_alloc(chart->arena, (size_t)columns);
    chart->below = arena_alloc(chart->arena, (size_t)columns);
    chart->keys = arena_alloc(chart->arena, (size_t)rows);
}

static void print_plot(struct chart *chart)
{
    draw(chart);
    if (chart->up)
        print_infinite(chart, chart->above, pick(chart, "∞", "inf"), pick(chart, "▲", "^"));
    for (int row = 0; row < chart->canvas.rows; row++)
        print_row(chart, row);
    if (chart->down)
        print_infinite(chart, chart->below, pick(chart, "-∞", "-inf"), pick(chart, "▼", "v"));
    print_foot(chart);
    print_rounds(chart);
}

static void print_panel(const struct panels *panels, const struct panel *panel,
                        struct chart_style style, FILE *out)
{
    struct chart chart = {
        .panels = panels,
        .panel = panel,
        .out = out,
        .arena = panels->arena,
        .style = style.terminal,
        .log = style.log,
    };
    fit(&chart, panel_range(panels, panel, PANEL_REPLICATES, style.log));
    fputc('\n', out);
    if (panel->count > 1)
        print_keys(&chart);
    else
        print_name(&chart);
    print_notes(&chart);
    print_plot(&chart);
}

void chart_print(const struct panels *panels, struct chart_style style, FILE *out)
{
    const char *const words =
        arena_format(panels->arena,
                     "Line: mean of %" PRId64 " replicates; dots: from the smallest to the largest",
                     panels->run->replicates);
    ink_set(out, style.terminal.colour, INK_DIM);
    if (panels->run->replicates > 1 && panels->count)
        ink_wrap(out, words, style.terminal.width);
    ink_set(out, style.terminal.colour, INK_PLAIN);
    for (int64_t i = 0; i < panels->count; i++)
        print_panel(panels, &panels->panel[i], style, out);
}
