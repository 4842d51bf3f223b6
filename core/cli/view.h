/* cli/view.h - a run's numbers as the parts of its table see them: one replicate's own, or the
 * mean of several. */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include "cli/cell.h"
#include "cli/ink.h"
#include "cli/table.h"

struct view {
    struct arena *arena;
    FILE *out;
    struct table_style style;
    const struct series *series;
    const struct result_run *run;
};

bool view_is_many(const struct view *view);

/* How many rounds some replicate has reached, round 0 among them. */
int64_t view_rounds(const struct view *view);

struct cell view_cell(const struct view *view, int64_t round, int64_t output);

/* What stands for an output in a sparkline: infinite when it is so in any replicate. */
double view_middle(const struct view *view, int64_t round, int64_t output);

/* Has a table or a sparkline a place for it: a headline output, or any where no metric has one,
 * and not one that this scenario leaves missing. Row 0 must be there. */
bool view_is_shown(const struct view *view, int64_t output);
bool view_is_missing(const struct view *view, int64_t output);

/* "safety.kl", safe to print. */
const char *view_name(const struct view *view, int64_t output);

/* ink_set and ink_cut in this view's style. */
void view_ink(const struct view *view, enum ink ink);
const char *view_cut(const struct view *view, const char *text, int width);

#endif
