#include "cli/view.h"

#include <math.h>

bool view_is_many(const struct view *view)
{
    return view->run->replicates > 1;
}

int64_t view_rounds(const struct view *view)
{
    int64_t reached = 0;
    for (int64_t r = 0; r < view->run->replicates; r++)
        if (series_rounds(view->series, r) > reached)
            reached = series_rounds(view->series, r);
    return reached;
}

bool view_is_missing(const struct view *view, int64_t output)
{
    return result_is_missing(series_value(view->series, 0, 0, output));
}

bool view_is_shown(const struct view *view, int64_t output)
{
    bool headlines = false;
    for (int64_t i = 0; i < view->run->output_count; i++)
        headlines = headlines || view->run->outputs[i].about->headline;
    return (!headlines || view->run->outputs[output].about->headline) &&
           !view_is_missing(view, output);
}

struct cell view_cell(const struct view *view, int64_t round, int64_t output)
{
    if (!view_is_many(view))
        return cell_number(series_value(view->series, 0, round, output), view->style.unicode);
    struct result_summary const summary = series_summary(view->series, round, output);
    return cell_summary(&summary, view->style.unicode);
}

double view_middle(const struct view *view, int64_t round, int64_t output)
{
    if (!view_is_many(view))
        return series_value(view->series, 0, round, output);
    struct result_summary const summary = series_summary(view->series, round, output);
    return summary.infinite > 0 ? (double)INFINITY : summary.mean;
}

const char *view_name(const struct view *view, int64_t output)
{
    return ink_text(view->arena, view->run->outputs[output].name);
}

void view_ink(const struct view *view, enum ink ink)
{
    ink_set(view->out, view->style.colour, ink);
}

const char *view_cut(const struct view *view, const char *text, int width)
{
    return ink_cut(view->arena, text, width, view->style.unicode ? "…" : "~");
}
