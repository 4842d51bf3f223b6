#include "cli/trace.h"

#include <math.h>

#include "cli/svg.h"

enum { MARK = 4 /* half a triangle's width */, MARK_GAP = 9 /* between two of them */ };

double trace_x(const struct trace *trace, double round)
{
    return trace->x + scale_place(&trace->rounds, round) * trace->width;
}

double trace_y(const struct trace *trace, double value)
{
    return trace->y + (1 - scale_place(&trace->values, value)) * trace->height;
}

const char *trace_colour(int line)
{
    static const char *const colour[PANEL_LINES] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                    "#56B4E9", "#E69F00", "#000000", "#7A7A00"};
    return colour[line % PANEL_LINES];
}

const char *trace_dashes(int line)
{
    static const char *const dashes[PANEL_LINES] = {
        "",
        " stroke-dasharray=\"7 5\"",
        " stroke-dasharray=\"0.1 4\"",
        " stroke-dasharray=\"9 4 0.1 4\"",
        " stroke-dasharray=\"14 5\"",
        " stroke-dasharray=\"3 4\"",
        " stroke-dasharray=\"9 4 0.1 4 0.1 4\"",
        " stroke-dasharray=\"14 4 3 4\"",
    };
    return dashes[line % PANEL_LINES];
}

static bool has_place(const struct trace *trace, double value)
{
    return isfinite(value) && !isnan(scale_place(&trace->values, value));
}

/* ---- lines -------------------------------------------------------------------------------------
 */

/* A line is the mean (replicate -1) or one replicate. */
struct source {
    int64_t output, replicate;
};

static double value_of(const struct trace *trace, struct source source, int64_t round)
{
    const struct series *const series = trace->panels->series;
    if (source.replicate < 0)
        return panel_point(trace->panels, round, source.output).mean;
    return round < series_rounds(series, source.replicate)
               ? series_value(series, source.replicate, round, source.output)
               : result_missing();
}

/* With more rounds than can be told apart, neighbours are drawn as their smallest and largest. */
static int64_t bucket_size(const struct trace *trace)
{
    int64_t const most = (int64_t)trace->width;
    return trace->panels->rounds > 2 * most ? (trace->panels->rounds + most - 1) / most : 1;
}

struct path {
    const struct trace *trace;
    bool drawing, alone; /* alone: a subpath of one point so far */
};

static void path_break(struct path *path)
{
    /* A ring so small that its stroke fills it: a dot. */
    if (path->drawing && path->alone)
        fputs("m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0", path->trace->out);
    path->drawing = false;
}

static void path_to(struct path *path, int64_t round, double value)
{
    FILE *const out = path->trace->out;
    if (!has_place(path->trace, value)) {
        path_break(path);
        return;
    }
    fputc(path->drawing ? 'L' : 'M', out);
    svg_number(out, trace_x(path->trace, (double)round));
    fputc(' ', out);
    svg_number(out, trace_y(path->trace, value));
    path->alone = !path->drawing;
    path->drawing = true;
}

static void path_bucket(struct path *path, struct source source, int64_t first, int64_t end)
{
    int64_t low = first, high = first;
    double least = NAN, most = NAN;
    for (int64_t round = first; round < end; round++) {
        double const value = value_of(path->trace, source, round);
        bool const here = has_place(path->trace, value);
        if (here && !(value >= least)) {
            least = value;
            low = round;
        }
        if (here && !(value <= most)) {
            most = value;
            high = round;
        }
    }
    path_to(path, low < high ? low : high, low < high ? least : most);
    if (low != high)
        path_to(path, low < high ? high : low, low < high ? most : least);
}

static void print_line(const struct trace *trace, struct source source)
{
    int64_t const size = bucket_size(trace), rounds = trace->panels->rounds;
    struct path path = {.trace = trace};
    fputs("<path d=\"", trace->out);
    for (int64_t first = 0; first < rounds; first += size)
        path_bucket(&path, source, first, first + size < rounds ? first + size : rounds);
    path_break(&path);
    fputs("\"/>\n", trace->out);
}

static void print_lines(const struct trace *trace, int64_t output, int line)
{
    int64_t const replicates = trace->panels->run->replicates;
    if (replicates > 1 && replicates <= TRACE_REPLICATES) {
        fprintf(trace->out,
                "<g fill=\"none\" stroke=\"%s\" stroke-width=\"0.8\" stroke-opacity=\"0.5\" "
                "stroke-linecap=\"round\" stroke-linejoin=\"round\">\n",
                trace_colour(line));
        for (int64_t r = 0; r < replicates; r++)
            print_line(trace, (struct source){output, r});
        fputs("</g>\n", trace->out);
    }
    fprintf(trace->out,
            "<g fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s stroke-linecap=\"round\" "
            "stroke-linejoin=\"round\">\n",
            trace_colour(line), trace_dashes(line));
    print_line(trace, (struct source){output, -1});
    fputs("</g>\n", trace->out);
}

/* ---- bands -------------------------------------------------------------------------------------
 */

/* The widest band of neighbouring rounds; NaN where none of them has one. */
static struct panel_band band_of(const struct trace *trace, int64_t output, int64_t first,
                                 int64_t end)
{
    struct panel_band widest = {NAN, NAN};
    for (int64_t round = first; round < end; round++) {
        struct panel_point const point = panel_point(trace->panels, round, output);
        struct panel_band const band = panel_band(trace->panels, output, &point);
        widest.low = fmin(widest.low, band.low);
        widest.high = fmax(widest.high, band.high);
    }
    /* On an axis of powers what reaches to 0 reaches to the edge. */
    if (trace->values.log && widest.low <= 0)
        widest.low = trace->values.lo;
    return widest;
}

static void print_corner(const struct trace *trace, char command, int64_t round, double value)
{
    fputc(command, trace->out);
    svg_number(trace->out, trace_x(trace, (double)round));
    fputc(' ', trace->out);
    svg_number(trace->out, trace_y(trace, value));
}

/* Upper edges from one bucket to before another, and lower edges back. */
static void print_area(const struct trace *trace, const struct panel_band *band, int64_t from,
                       int64_t to, int64_t size)
{
    for (int64_t i = from; i < to; i++)
        print_corner(trace, i == from ? 'M' : 'L', i * size, band[i].high);
    for (int64_t i = to; i-- > from;)
        print_corner(trace, 'L', i * size, band[i].low);
    fputc('Z', trace->out);
}

static void print_band(const struct trace *trace, int64_t output, int line)
{
    int64_t const size = bucket_size(trace), rounds = trace->panels->rounds;
    int64_t const count = (rounds + size - 1) / size;
    struct panel_band *const band = ARENA_ARRAY(trace->panels->arena, struct panel_band, count);
    fprintf(trace->out, "<path fill=\"%s\" fill-opacity=\"0.2\" d=\"", trace_colour(line));
    for (int64_t i = 0; i < count; i++) {
        int64_t const end = (i + 1) * size < rounds ? (i + 1) * size : rounds;
        band[i] = band_of(trace, output, i * size, end);
    }
    for (int64_t from = 0, to = 0; from < count; from = to + 1) {
        for (to = from; to < count && has_place(trace, band[to].high);)
            to++;
        if (to > from)
            print_area(trace, band, from, to, size);
    }
    fputs("\"/>\n", trace->out);
}

/* ---- infinities --------------------------------------------------------------------------------
 */

void trace_mark(FILE *out, double x, double y, bool up, const char *colour)
{
    fprintf(out, "<path fill=\"%s\" d=\"M", colour);
    svg_number(out, x - MARK);
    fputc(' ', out);
    svg_number(out, y + (up ? MARK : -MARK) * 0.8);
    fprintf(out, "h%dl%d %sz\"/>\n", 2 * MARK, -MARK, up ? "-6.4" : "6.4");
}

static void print_marks(const struct trace *trace, int64_t output, int line)
{
    double above = -INFINITY, below = -INFINITY;
    for (int64_t round = 0; round < trace->panels->rounds; round++) {
        struct panel_point const point = panel_point(trace->panels, round, output);
        double const x = trace_x(trace, (double)round);
        if (point.above && x >= above + MARK_GAP) {
            trace_mark(trace->out, x, trace->y, true, trace_colour(line));
            above = x;
        }
        if (point.below && x >= below + MARK_GAP) {
            trace_mark(trace->out, x, trace->y + trace->height, false, trace_colour(line));
            below = x;
        }
    }
}

void trace_print(const struct trace *trace, int64_t output, int line)
{
    if (trace->panels->run->replicates > 1)
        print_band(trace, output, line);
    print_lines(trace, output, line);
    print_marks(trace, output, line);
}
