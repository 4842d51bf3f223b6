#include "cli/legend.h"

#include <string.h>

#include "cli/ink.h"
#include "cli/svg.h"
#include "cli/trace.h"

enum {
    NAME = 14,
    ENTRY = 12,
    NOTE = 11,
    SWATCH = 26,
    SWATCH_GAP = 6,
    ITEM_GAP = 14,
    MARK_ROOM = 13
};

static double const name_line = 20, note_line = 16;

static const char dark[] = "#1a1a1a", grey[] = "#595959";

/* The names and the unit, flowing from line to line. */
struct item {
    const char *text;
    double x;
    int row;
};

enum { ITEMS = PANEL_LINES + 1 };

static bool has_swatches(const struct legend *legend)
{
    return legend->panel->count > 1;
}

static const char *unit_of(const struct legend *legend)
{
    return ink_text(legend->panels->arena, legend->panel->unit);
}

/* The unit comes last. */
static const char *text_of(const struct legend *legend, int item)
{
    const char *const unit = unit_of(legend);
    if (item < legend->panel->count)
        return panel_name(legend->panels, legend->panel->output[item]);
    return *unit ? arena_format(legend->panels->arena, "(%s)", unit) : "";
}

/* Returns how many rows they take. */
static int place_items(const struct legend *legend, struct item item[ITEMS])
{
    double at = 0;
    int row = 0;
    for (int i = 0; i <= legend->panel->count; i++) {
        double const swatch = i < legend->panel->count ? SWATCH + SWATCH_GAP : 0;
        const char *const text = text_of(legend, i);
        double const width = swatch + svg_width(text, ENTRY);
        bool const breaks = at > 0 && at + width > legend->width;
        row += breaks;
        at = breaks ? 0 : at;
        item[i] = (struct item){text, at + swatch, row};
        at += width + ITEM_GAP;
    }
    return row + 1;
}

static int count_rows(const struct legend *legend)
{
    struct item item[ITEMS];
    return has_swatches(legend) ? place_items(legend, item) : 1;
}

/* ---- notes -------------------------------------------------------------------------------------
 */

struct note {
    const char **lines; /* NULL: nothing to say */
    bool marked;
};

static struct note note_of(const struct legend *legend, int line)
{
    int64_t const output = legend->panel->output[line];
    struct arena *const arena = legend->panels->arena;
    const char *text = panel_note(legend->panels, output, legend->log);
    if (!text)
        return (struct note){NULL, false};
    bool const marked = strncmp(text, "infinite", 8) == 0;
    if (has_swatches(legend))
        text = arena_format(arena, "%s: %s", panel_name(legend->panels, output), text);
    return (struct note){svg_wrap(arena, text, NOTE, legend->width - MARK_ROOM), marked};
}

static int count_lines(const char *const *lines)
{
    int count = 0;
    while (lines && lines[count])
        count++;
    return count;
}

static double print_note(const struct legend *legend, int line, double x, double y, FILE *out)
{
    struct svg_font const font = {.size = NOTE, .fill = grey};
    struct note const note = note_of(legend, line);
    if (note.marked)
        trace_mark(out, x + 4, y - 4, true, trace_colour(line));
    for (int i = 0; i < count_lines(note.lines); i++, y += note_line)
        svg_text(out, x + (note.marked ? MARK_ROOM : 0), y, font, note.lines[i]);
    return y;
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

double legend_height(const struct legend *legend)
{
    double height = name_line * count_rows(legend);
    for (int i = 0; i < legend->panel->count; i++)
        height += note_line * count_lines(note_of(legend, i).lines);
    return height;
}

static void print_swatch(double x, double y, int line, FILE *out)
{
    fprintf(out,
            "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s stroke-linecap=\"round\" "
            "d=\"M",
            trace_colour(line), trace_dashes(line));
    svg_number(out, x + 1);
    fputc(' ', out);
    svg_number(out, y - 4.5);
    fprintf(out, "h%d\"/>\n", SWATCH - 2);
}

static void print_items(const struct legend *legend, double x, double y, FILE *out)
{
    struct item item[ITEMS];
    int const count = legend->panel->count;
    place_items(legend, item);
    for (int i = 0; i <= count; i++) {
        double const base = y + name_line * item[i].row;
        struct svg_font const font = {.size = ENTRY, .fill = i < count ? dark : grey};
        if (i < count)
            print_swatch(x + item[i].x - SWATCH - SWATCH_GAP, base, i, out);
        if (*item[i].text)
            svg_text(out, x + item[i].x, base, font, item[i].text);
    }
}

void legend_print(const struct legend *legend, double x, double y, FILE *out)
{
    struct svg_font const font = {.size = NAME, .fill = dark, .bold = true};
    if (has_swatches(legend))
        print_items(legend, x, y + NAME, out);
    else
        svg_pair(out, x, y + NAME, font, panel_name(legend->panels, legend->panel->output[0]),
                 unit_of(legend), grey);
    y += name_line * count_rows(legend) + NOTE;
    for (int i = 0; i < legend->panel->count; i++)
        y = print_note(legend, i, x, y, out);
}
