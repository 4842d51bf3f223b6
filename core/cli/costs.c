#include "cli/costs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { PHASE, COMPONENT, SECONDS, SHARE, CALLS, BYTES, COLUMNS };

enum { GAP = 2, LEAST_COMPONENT = 8 }; /* columns */

static const char *const heads[COLUMNS] = {"phase", "component", "seconds",
                                           "share", "calls",     "bytes"};

/* The table's lines as they will stand there. */
struct costs {
    const struct view *view;
    const struct result_profile *profile;
    int width[COLUMNS];
    const char *(*cell)[COLUMNS]; /* head, costs, total */
    int64_t lines;
};

/* ---- cells -------------------------------------------------------------- */

/* Decimals for all alike, so that the eye can compare: four digits of the whole. Through integers,
 * because printf's decimal point is the locale's. */
static const char *seconds_cell(const struct costs *costs, double seconds)
{
    double const whole = costs->profile->seconds;
    int const decimals = whole >= 100 ? 2 : whole >= 1 ? 4 : 6;
    int64_t const power = decimals == 2 ? 100 : decimals == 4 ? 10000 : 1000000;
    int64_t const scaled = (int64_t)(seconds * (double)power + 0.5);
    return arena_format(costs->view->arena, "%" PRId64 ".%0*" PRId64, scaled / power, decimals,
                        scaled % power);
}

static const char *share_cell(const struct costs *costs, double share)
{
    int64_t const tenths = (int64_t)(1000 * share + 0.5);
    return arena_format(costs->view->arena, "%" PRId64 ".%" PRId64 " %%", tenths / 10, tenths % 10);
}

/* 12345 as 12,345. */
static const char *calls_cell(const struct costs *costs, int64_t calls)
{
    struct arena *arena = costs->view->arena;
    const char *text = "";
    for (; calls >= 1000; calls /= 1000)
        text = arena_format(arena, ",%03d%s", (int)(calls % 1000), text);
    return arena_format(arena, "%" PRId64 "%s", calls, text);
}

static const char *bytes_cell(const struct costs *costs, int64_t bytes)
{
    char text[TEXT_REAL];
    if (bytes < 1000)
        return arena_format(costs->view->arena, "%" PRId64 " B", bytes);
    return arena_text(costs->view->arena, text_bytes(text, (double)bytes));
}

/* What is not, is not shown: a part that is only held has no seconds, the core no callbacks. */
static void fill(const struct costs *costs, const char **cell, const struct result_cost *cost)
{
    cell[PHASE] = cost->phase;
    cell[COMPONENT] = ink_text(costs->view->arena, cost->component);
    cell[SECONDS] = cost->seconds > 0 ? seconds_cell(costs, cost->seconds) : "";
    cell[SHARE] = cost->seconds > 0 ? share_cell(costs, cost->share) : "";
    cell[CALLS] = cost->calls ? calls_cell(costs, cost->calls) : "";
    cell[BYTES] = cost->bytes ? bytes_cell(costs, cost->bytes) : "";
}

static void fill_all(struct costs *costs)
{
    const struct result_profile *profile = costs->profile;
    struct result_cost total = {.phase = "total",
                                .component = "",
                                .seconds = profile->seconds,
                                .share = 1,
                                .bytes = profile->bytes};
    costs->lines = profile->count + 2;
    costs->cell = arena_alloc(costs->view->arena, (size_t)costs->lines * sizeof *costs->cell);
    memcpy(costs->cell[0], heads, sizeof heads);
    for (int64_t i = 0; i < profile->count; i++) {
        fill(costs, costs->cell[i + 1], &profile->cost[i]);
        total.calls += profile->cost[i].calls;
    }
    fill(costs, costs->cell[costs->lines - 1], &total);
}

/* ---- lines -------------------------------------------------------------- */

/* Names give way where all together are too wide. */
static void find_widths(struct costs *costs)
{
    int whole = 0;
    for (int column = 0; column < COLUMNS; column++) {
        int *const width = &costs->width[column];
        for (int64_t i = 0; i < costs->lines; i++) {
            int const columns = ink_columns(costs->cell[i][column]);
            *width = columns > *width ? columns : *width;
        }
        whole += *width + (column ? GAP : 0);
    }
    int const less = whole - costs->view->style.width;
    if (less > 0)
        costs->width[COMPONENT] -= less;
    if (costs->width[COMPONENT] < LEAST_COMPONENT)
        costs->width[COMPONENT] = LEAST_COMPONENT;
}

/* Numbers stand flush right; a line ends with its last word. */
static void print_line(const struct costs *costs, const char *const *cell)
{
    FILE *out = costs->view->out;
    int last = COLUMNS - 1, behind = 0;
    while (!*cell[last])
        last--;
    for (int column = 0; column <= last; column++) {
        bool const name = column <= COMPONENT;
        const char *text = column == COMPONENT
                               ? view_cut(costs->view, cell[column], costs->width[column])
                               : cell[column];
        if (!*text) {
            behind += costs->width[column] + GAP;
            continue;
        }
        fprintf(out, "%*s", behind, "");
        ink_pad(out, text, name ? 0 : costs->width[column]);
        behind = GAP + (name ? costs->width[column] - ink_columns(text) : 0);
    }
    fputc('\n', out);
}

static void print_title(const struct costs *costs)
{
    const struct result_profile *profile = costs->profile;
    struct arena *arena = costs->view->arena;
    const char *text = "Where the time went:";
    if (profile->threads > 1)
        text = arena_format(
            arena, "Where the time went, seconds of %d threads added up:", profile->threads);
    text = arena_format(arena,
                        "%s the loop took %s s. %s s went into looking at the clock, and are in no "
                        "line.",
                        text, seconds_cell(costs, profile->wall),
                        seconds_cell(costs, profile->measuring));
    ink_wrap(costs->view->out, text, costs->view->style.width);
    fputc('\n', costs->view->out);
}

/* The costs of one phase together; of each the first stands for it. */
static struct result_cost *add_phases(const struct costs *costs, int64_t *count)
{
    const struct result_profile *profile = costs->profile;
    struct result_cost *phase =
        ARENA_ARRAY(costs->view->arena, struct result_cost, profile->count + 1);
    *count = 0;
    for (int64_t i = 0; i < profile->count; i++) {
        int64_t at = 0;
        while (at < *count && strcmp(phase[at].phase, profile->cost[i].phase) != 0)
            at++;
        if (at == *count)
            phase[(*count)++].phase = profile->cost[i].phase;
        phase[at].share += profile->cost[i].share;
    }
    return phase;
}

static int compare_shares(const void *left, const void *right)
{
    const struct result_cost *a = left, *b = right;
    return (a->share < b->share) - (a->share > b->share);
}

static void print_phases(const struct costs *costs)
{
    int64_t count = 0;
    struct result_cost *phase = add_phases(costs, &count);
    const char *text = "By phase:";
    qsort(phase, (size_t)count, sizeof *phase, compare_shares);
    for (int64_t i = 0; i < count; i++)
        text = arena_format(costs->view->arena, "%s%s %s %s", text, i ? "," : "", phase[i].phase,
                            share_cell(costs, phase[i].share));
    ink_wrap(costs->view->out, text, costs->view->style.width);
}

void costs_print(const struct view *view, const struct result_profile *profile)
{
    struct costs costs = {.view = view, .profile = profile};
    fill_all(&costs);
    find_widths(&costs);
    print_title(&costs);
    view_ink(view, INK_DIM);
    print_line(&costs, costs.cell[0]);
    view_ink(view, INK_PLAIN);
    for (int64_t i = 1; i < costs.lines; i++)
        print_line(&costs, costs.cell[i]);
    fputc('\n', view->out);
    print_phases(&costs);
    fputc('\n', view->out);
}
