#include "cli/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/columns.h"
#include "cli/costs.h"
#include "cli/progress.h"
#include "cli/trend.h"

enum { ALL_ROUNDS = 25, SOME_ROUNDS = 20 };

struct table {
    struct result_sink sink;
    struct view view;
    struct report *report;
    struct progress progress;
    struct columns columns;
    int64_t *tally;        /* [tally_count]: of all rows                             */
    int64_t step, printed; /* rounds: between printed rows, the last printed */
};

/* ---- the terminal ------------------------------------------------------- */

/* "" for what is not set. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

static bool is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (*variable(names[i]))
            return strcasestr(variable(names[i]), "utf-8") ||
                   strcasestr(variable(names[i]), "utf8");
    return false;
}

static int terminal_width(void)
{
    struct winsize size = {0};
    bool const known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col;
    return !known ? 80 : size.ws_col < 40 ? 40 : size.ws_col;
}

struct table_style table_style_find(bool quiet)
{
    bool const dumb = !*variable("TERM") || strcmp(variable("TERM"), "dumb") == 0;
    return (struct table_style){
        .width = terminal_width(),
        .colour = isatty(STDOUT_FILENO) && !*variable("NO_COLOR") && !dumb,
        .unicode = is_utf8(),
        .progress = !quiet && isatty(STDERR_FILENO) ? stderr : NULL,
    };
}

static enum status check_written(struct table *table)
{
    if (fflush(table->view.out) == 0 && !ferror(table->view.out))
        return STATUS_OK;
    return report_add(table->report, STATUS_IO, (struct place){0},
                      "the output could not be written: %s", strerror(errno));
}

/* ---- head --------------------------------------------------------------- */

/* A tidy distance that makes at most about 20 rows. */
static int64_t step_of(int64_t rounds)
{
    static int const tidy[] = {1, 2, 3, 4, 5, 6, 8};
    size_t const count = sizeof tidy / sizeof *tidy;
    int64_t const least = (rounds + SOME_ROUNDS - 1) / SOME_ROUNDS;
    int64_t power = 1;
    size_t i = 0;
    if (rounds <= ALL_ROUNDS)
        return 1;
    while (tidy[i] * power < least) {
        i = (i + 1) % count;
        power *= i ? 1 : 10;
    }
    return tidy[i] * power;
}

static const char *paragraph(const struct view *view, const char *text)
{
    return text ? ink_text(view->arena, text) : "";
}

/* What the society depends on beside itself. */
static const char *isolation_of(const struct view *view)
{
    const struct result_run *run = view->run;
    bool const through = run->through && *run->through;
    return arena_format(view->arena, "isolation: %s%s%s", run->isolation,
                        through ? ", through " : "", through ? paragraph(view, run->through) : "");
}

static void print_title(const struct view *view)
{
    const struct result_run *run = view->run;
    const char *const title = run->title && *run->title ? run->title : run->scenario;
    view_ink(view, INK_BOLD);
    ink_wrap(view->out, paragraph(view, title), view->style.width);
    view_ink(view, INK_PLAIN);
    if (run->question && *run->question)
        ink_wrap(view->out, paragraph(view, run->question), view->style.width);
    view_ink(view, INK_DIM);
    fprintf(view->out, "%" PRId64 " round%s, seed %" PRIu64, run->rounds,
            run->rounds == 1 ? "" : "s", run->seed);
    if (view_is_many(view))
        fprintf(view->out, ", %" PRId64 " replicates: mean %s standard error", run->replicates,
                view->style.unicode ? "±" : "+/-");
    fputc('\n', view->out);
    if (run->setting)
        ink_wrap(view->out, paragraph(view, run->setting), view->style.width);
    if (run->isolation)
        ink_wrap(view->out, isolation_of(view), view->style.width);
    view_ink(view, INK_PLAIN);
    fputc('\n', view->out);
}

static enum status table_begin(struct result_sink *sink, const struct result_run *run)
{
    struct table *table = (struct table *)sink;
    table->view.run = run;
    table->step = step_of(run->rounds);
    table->tally = ARENA_ARRAY(table->view.arena, int64_t, run->tally_count);
    progress_begin(&table->progress, table->view.style.progress);
    print_title(&table->view);
    return check_written(table);
}

/* ---- rows --------------------------------------------------------------- */

/* Which outputs are missing is known with row 0. */
static void print_head(struct table *table)
{
    table->columns = columns_choose(&table->view, table->step);
    columns_print(&table->view, &table->columns);
}

static void print_round(struct table *table, int64_t round)
{
    FILE *out = table->view.out;
    fprintf(out, "%*" PRId64, table->columns.round, round);
    for (int64_t i = 0; i < table->columns.count; i++) {
        const struct column *column = &table->columns.column[i];
        struct cell const cell = view_cell(&table->view, round, column->output);
        fprintf(out, "%*s", COLUMNS_GAP, "");
        ink_pad(out, cell.left, column->left);
        if (!column->right)
            continue;
        bool const last = i + 1 == table->columns.count;
        fputc(' ', out);
        ink_pad(out, cell.right, last ? 0 : 1 - column->right);
    }
    fputc('\n', out);
    table->printed = round;
}

/* Rows that are here, told or not: replicates do not finish in order. */
static double share_done(const struct table *table)
{
    const struct result_run *run = table->view.run;
    double done = 0;
    for (int64_t r = 0; r < run->replicates; r++)
        done += (double)series_rounds(table->view.series, r);
    return done / ((double)run->replicates * ((double)run->rounds + 1));
}

static enum status table_row(struct result_sink *sink, const struct result_row *row)
{
    struct table *table = (struct table *)sink;
    const struct result_run *run = table->view.run;
    bool const due = row->round % table->step == 0 || row->round == run->rounds;
    enum status status = STATUS_OK;
    for (int64_t i = 0; i < run->tally_count; i++)
        table->tally[i] += row->tally[i];
    if (due && !view_is_many(&table->view)) {
        progress_clear(&table->progress);
        if (row->round == 0)
            print_head(table);
        print_round(table, row->round);
        status = check_written(table);
    }
    if (progress_is_due(&table->progress))
        progress_show(&table->progress, run, row, share_done(table));
    return status;
}

/* ---- end ---------------------------------------------------------------- */

/* All rows of several replicates; of one the last, when it ended before its time. */
static void print_rest(struct table *table, int64_t rounds)
{
    if (view_is_many(&table->view)) {
        print_head(table);
        for (int64_t round = 0; round < rounds; round += table->step)
            print_round(table, round);
    }
    if (table->printed != rounds - 1)
        print_round(table, rounds - 1);
}

static void print_tallies(const struct table *table)
{
    const struct view *view = &table->view;
    const char *text = view_is_many(view) ? "Counted in all replicates:" : "Counted:";
    const char *separator = " ";
    for (int64_t i = 0; i < view->run->tally_count; i++) {
        if (!table->tally[i])
            continue;
        text = arena_format(view->arena, "%s%s%s %" PRId64, text, separator,
                            paragraph(view, view->run->tallies[i]), table->tally[i]);
        separator = ", ";
    }
    if (*separator != ' ')
        ink_wrap(view->out, text, view->style.width);
}

static void print_left_out(const struct table *table)
{
    const struct view *view = &table->view;
    const char *text = "Measured too:";
    const char *separator = " ";
    for (int64_t i = 0; i < view->run->output_count; i++) {
        if (view_is_shown(view, i) || view_is_missing(view, i))
            continue;
        text = arena_format(view->arena, "%s%s%s", text, separator, view_name(view, i));
        separator = ", ";
    }
    if (*separator != ' ')
        ink_wrap(view->out, text, view->style.width);
}

static enum status table_end(struct result_sink *sink, const struct result_end *end)
{
    struct table *table = (struct table *)sink;
    const struct view *view = &table->view;
    int64_t const rounds = view_rounds(view);
    progress_clear(&table->progress);
    if (rounds) {
        print_rest(table, rounds);
        fputc('\n', view->out);
        trend_print(view);
        fputc('\n', view->out);
        print_tallies(table);
        view_ink(view, INK_DIM);
        print_left_out(table);
        view_ink(view, INK_PLAIN);
    }
    if (end->profile && rounds)
        fputc('\n', view->out);
    if (end->profile)
        costs_print(view, end->profile);
    return check_written(table);
}

struct result_sink *table_create(struct arena *arena, FILE *out, struct table_style style,
                                 struct report *report)
{
    struct table *table = ARENA_NEW(arena, struct table);
    *table = (struct table){
        .sink = {.begin = table_begin, .row = table_row, .end = table_end},
        .view = {.arena = arena, .out = out, .style = style},
        .report = report,
        .printed = -1,
    };
    return &table->sink;
}

void table_attach(struct result_sink *sink, const struct series *series)
{
    ((struct table *)sink)->view.series = series;
}
