#include "cli/trend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/sparkline.h"

/* Widths: of a number, of "  better", of a name and a unit at most, of the line. More than LONGEST
 * blocks are harder to read, not better. */
enum { NUMBER = 7, VERDICT = 8, NAME = 30, UNIT = 12, SHORTEST = 8, LONGEST = 60 };

struct trend {
    const struct view *view;
    int64_t rounds;
    int name, columns, end; /* widths of name, line, and last value with its unit */
    double *value;          /* [rounds] */
    char *line;
};

/* Two standard errors of the difference; what is within them may be chance. */
static double noise_of(const struct trend *trend, int64_t output)
{
    const struct series *series = trend->view->series;
    struct result_summary const first = series_summary(series, 0, output);
    struct result_summary const last = series_summary(series, trend->rounds - 1, output);
    double const noise = 2 * sqrt(first.se * first.se + last.se * last.se);
    return isfinite(noise) ? noise : 0;
}

/* +1 worse, -1 better, 0 neither as far as one can see. */
static int verdict_of(const struct trend *trend, int64_t output)
{
    double const first = trend->value[0], last = trend->value[trend->rounds - 1];
    struct cell const before = cell_number(first, false), after = cell_number(last, false);
    bool const same = strcmp(before.left, after.left) == 0;
    if (same || isnan(first) || isnan(last) || fabs(last - first) <= noise_of(trend, output))
        return 0;
    int const direction = trend->view->run->outputs[output].about->direction;
    return last > first ? direction : -direction;
}

static void print_end(const struct trend *trend, int64_t output)
{
    const struct view *view = trend->view;
    const char *const unit = view->run->outputs[output].about->unit;
    struct cell const last = cell_number(trend->value[trend->rounds - 1], view->style.unicode);
    const char *const text = arena_format(view->arena, "%s%s%s", last.left, *unit ? " " : "", unit);
    int const verdict = verdict_of(trend, output);
    ink_pad(view->out, text, verdict ? -trend->end : 0);
    if (!verdict)
        return;
    view_ink(view, verdict > 0 ? INK_RED : INK_GREEN);
    fputs(verdict > 0 ? "  worse" : "  better", view->out);
    view_ink(view, INK_PLAIN);
}

static void print_line(const struct trend *trend, int64_t output)
{
    const struct view *view = trend->view;
    bool const unicode = view->style.unicode;
    for (int64_t round = 0; round < trend->rounds; round++)
        trend->value[round] = view_middle(view, round, output);
    sparkline_format(trend->line, trend->value, trend->rounds, trend->columns, unicode);
    ink_pad(view->out, view_cut(view, view_name(view, output), trend->name), -trend->name);
    fprintf(view->out, "  ");
    ink_pad(view->out, trend->line, -trend->columns);
    fprintf(view->out, " ");
    ink_pad(view->out, cell_number(trend->value[0], unicode).left, NUMBER);
    fputs(unicode ? " → " : " -> ", view->out);
    print_end(trend, output);
    fputc('\n', view->out);
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static void fit(struct trend *trend)
{
    const struct result_run *run = trend->view->run;
    int name = 0, unit = 0;
    for (int64_t i = 0; i < run->output_count; i++) {
        int const own = ink_columns(view_name(trend->view, i));
        int const its = ink_columns(run->outputs[i].about->unit);
        name = view_is_shown(trend->view, i) && own > name ? own : name;
        unit = view_is_shown(trend->view, i) && its > unit ? its : unit;
    }
    trend->name = smaller(name, NAME);
    trend->end = NUMBER + (unit ? 1 + smaller(unit, UNIT) : 0);
    int const rest = trend->name + 2 + 1 + NUMBER + 4 + trend->end + VERDICT;
    int const room = trend->view->style.width - rest;
    int const columns_at_most = room < SHORTEST ? SHORTEST : smaller(room, LONGEST);
    trend->columns = trend->rounds < columns_at_most ? (int)trend->rounds : columns_at_most;
}

void trend_print(const struct view *view)
{
    struct trend trend = {.view = view, .rounds = view_rounds(view)};
    fit(&trend);
    trend.value = memory_try((size_t)trend.rounds, sizeof *trend.value);
    trend.line = arena_alloc(view->arena, (size_t)SPARKLINE_BYTES(trend.columns));
    for (int64_t i = 0; i < view->run->output_count && trend.value; i++)
        if (view_is_shown(view, i))
            print_line(&trend, i);
    free(trend.value);
}
