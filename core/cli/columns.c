#include "cli/columns.h"

#include <inttypes.h>
#include <string.h>

/* NUMBER: the width of numbers that are not known yet; LABEL: what a name may take at most. */
enum { ROUND = 5, NUMBER = 7, LABEL = 16 };

static int larger(int a, int b)
{
    return a > b ? a : b;
}

int columns_width(const struct column *column)
{
    return column->left + column->right;
}

/* ---- choosing ----------------------------------------------------------- */

/* "safety.kl" is kl of safety; an instance's own name may have dots. */
static struct column column_named(const struct view *view, int64_t output)
{
    const char *const name = view_name(view, output);
    const char *const dot = strrchr(name, '.');
    const char *const label = view_cut(view, dot ? dot + 1 : name, LABEL);
    const char *const group = dot ? arena_format(view->arena, "%.*s", (int)(dot - name), name) : "";
    return (struct column){.output = output, .group = group, .label = label, .left = NUMBER};
}

/* A table of several replicates is printed at the end, when all its cells are known. */
static void measure(const struct view *view, int64_t step, struct column *column)
{
    int64_t const rounds = view_rounds(view);
    column->left = 1;
    for (int64_t round = 0; round < rounds; round += step) {
        struct cell const cell = view_cell(view, round, column->output);
        column->left = larger(column->left, ink_columns(cell.left));
        column->right = larger(column->right, *cell.right ? 1 + ink_columns(cell.right) : 0);
    }
}

static struct column column_of(const struct view *view, int64_t step, int64_t output)
{
    struct column column = column_named(view, output);
    if (view_is_many(view))
        measure(view, step, &column);
    column.left = larger(column.left, ink_columns(column.label) - column.right);
    return column;
}

struct columns columns_choose(const struct view *view, int64_t step)
{
    const struct result_run *run = view->run;
    int const digits = snprintf(NULL, 0, "%" PRId64, run->rounds);
    struct columns columns = {.round = larger(ROUND, digits)};
    int room = view->style.width - columns.round;
    columns.column = ARENA_ARRAY(view->arena, struct column, run->output_count);
    for (int64_t i = 0; i < run->output_count && room > COLUMNS_GAP; i++) {
        if (!view_is_shown(view, i))
            continue;
        struct column const column = column_of(view, step, i);
        if (COLUMNS_GAP + columns_width(&column) > room)
            continue;
        columns.column[columns.count++] = column;
        room -= COLUMNS_GAP + columns_width(&column);
    }
    return columns;
}

/* ---- head --------------------------------------------------------------- */

/* One past the last of the columns that share a group with the first. */
static int64_t group_end(const struct columns *columns, int64_t first)
{
    int64_t end = first + 1;
    while (end < columns->count &&
           strcmp(columns->column[end].group, columns->column[first].group) == 0)
        end++;
    return end;
}

/* The component's name, and a rule as far as its columns reach. */
static void print_group(const struct view *view, const struct columns *columns, int64_t first,
                        int64_t end)
{
    int width = -COLUMNS_GAP;
    for (int64_t i = first; i < end; i++)
        width += COLUMNS_GAP + columns_width(&columns->column[i]);
    const char *const name = view_cut(view, columns->column[first].group, width);
    fprintf(view->out, "%*s%s", COLUMNS_GAP, "", name);
    for (int i = ink_columns(name); i < width; i++)
        fputs(i == ink_columns(name) ? " " : view->style.unicode ? "─" : "-", view->out);
}

void columns_print(const struct view *view, const struct columns *columns)
{
    view_ink(view, INK_DIM);
    fprintf(view->out, "%*s", columns->round, "");
    for (int64_t i = 0, end = 0; i < columns->count; i = end) {
        end = group_end(columns, i);
        print_group(view, columns, i, end);
    }
    fprintf(view->out, "\n%*s", columns->round, "round");
    for (int64_t i = 0; i < columns->count; i++) {
        fprintf(view->out, "%*s", COLUMNS_GAP, "");
        ink_pad(view->out, columns->column[i].label, columns_width(&columns->column[i]));
    }
    view_ink(view, INK_PLAIN);
    fputc('\n', view->out);
}
