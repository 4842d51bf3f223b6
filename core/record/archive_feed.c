/* The rows of a run, put together from the numbers that are stored. */
#include "record/archive.h"
#include "record/archive_file.h"

/* A query of numbers in (replicate, round) order: one column beside another. */
struct numbers {
    sqlite3_stmt *query;
    bool here; /* on a row */
    int64_t replicate, round;
};

struct feeding {
    const struct archive *archive;
    int64_t run;
    struct series *series;
    struct report *report;
    int64_t replicates, rounds, outputs, tallies;
    bool done;
    struct numbers values, counts;
    double *value; /* the row that is gathered */
    int64_t *tally;
    int64_t replicate, round; /* its place: all before it is in the series */
};

static void step(struct numbers *numbers)
{
    numbers->here = sqlite3_step(numbers->query) == SQLITE_ROW;
    if (!numbers->here)
        return;
    numbers->replicate = sqlite3_column_int64(numbers->query, 0);
    numbers->round = sqlite3_column_int64(numbers->query, 1);
}

static bool is_at(const struct numbers *numbers, int64_t replicate, int64_t round)
{
    return numbers->here && numbers->replicate == replicate && numbers->round == round;
}

static void clear_row(struct feeding *f)
{
    for (int64_t i = 0; i < f->outputs; i++)
        f->value[i] = result_missing();
    for (int64_t i = 0; i < f->tallies; i++)
        f->tally[i] = 0;
}

static enum status add_row(struct feeding *f)
{
    struct result_row const row = {f->replicate, f->round++, f->value, f->tally};
    enum status const status = series_add(f->series, &row);
    clear_row(f);
    return status;
}

/* Rows in which nothing was measured and nothing counted are not stored. Before a row that is they
 * are known to have been; after a replicate's last one, when the run was done. */
static enum status fill(struct feeding *f, int64_t replicate, int64_t round)
{
    enum status status = STATUS_OK;
    while (f->replicate < replicate && status == STATUS_OK) {
        while (f->done && f->round <= f->rounds && status == STATUS_OK)
            status = add_row(f);
        f->replicate++;
        f->round = 0;
    }
    while (f->round < round && status == STATUS_OK)
        status = add_row(f);
    return status;
}

static bool gather_value(struct feeding *f)
{
    int64_t const output = sqlite3_column_int64(f->values.query, 2);
    bool const right = output >= 0 && output < f->outputs &&
                       sqlite3_column_type(f->values.query, 3) == SQLITE_FLOAT;
    if (right)
        f->value[output] = sqlite3_column_double(f->values.query, 3);
    step(&f->values);
    return right;
}

static bool gather_count(struct feeding *f)
{
    int64_t const counter = sqlite3_column_int64(f->counts.query, 2);
    bool const right = counter >= 0 && counter < f->tallies;
    if (right)
        f->tally[counter] = sqlite3_column_int64(f->counts.query, 3);
    step(&f->counts);
    return right;
}

/* The place of the next stored row; false when it is outside the run. */
static bool find_next(const struct feeding *f, int64_t *replicate, int64_t *round)
{
    const struct numbers *a = &f->values, *b = &f->counts;
    bool const b_first = b->here && (!a->here || b->replicate < a->replicate ||
                                     (b->replicate == a->replicate && b->round < a->round));
    *replicate = b_first ? b->replicate : a->replicate;
    *round = b_first ? b->round : a->round;
    return *replicate >= 0 && *replicate < f->replicates && *round >= 0 && *round <= f->rounds;
}

static enum status feed_row(struct feeding *f)
{
    int64_t replicate = 0, round = 0;
    bool right = find_next(f, &replicate, &round);
    enum status const status = right ? fill(f, replicate, round) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    while (right && is_at(&f->values, replicate, round))
        right = gather_value(f);
    while (right && is_at(&f->counts, replicate, round))
        right = gather_count(f);
    return right ? add_row(f)
                 : archive_file_damaged(f->archive, f->run, "it has numbers that cannot be its own",
                                        f->report);
}

static enum status feed_rows(struct feeding *f)
{
    enum status status = STATUS_OK;
    step(&f->values);
    step(&f->counts);
    while ((f->values.here || f->counts.here) && status == STATUS_OK)
        status = feed_row(f);
    return status;
}

enum status archive_feed(struct archive *archive, int64_t run, struct series *series,
                         struct report *report)
{
    const struct result_run *about = archive_run(archive, run, report);
    struct feeding f = {.archive = archive, .run = run, .series = series, .report = report};
    if (!about)
        return report_status(report);
    f.replicates = about->replicates;
    f.rounds = about->rounds;
    f.done = archive_end(archive, run).status == STATUS_OK;
    f.outputs = about->output_count;
    f.tallies = about->tally_count;
    f.value = ARENA_ARRAY(archive->arena, double, f.outputs);
    f.tally = ARENA_ARRAY(archive->arena, int64_t, f.tallies);
    clear_row(&f);
    f.values.query = archive_file_ask(archive,
                                      "SELECT replicate, round, output, value FROM value"
                                      " WHERE run = ? ORDER BY replicate, round, output",
                                      run, report);
    f.counts.query = archive_file_ask(archive,
                                      "SELECT replicate, round, counter, count FROM tally"
                                      " WHERE run = ? ORDER BY replicate, round, counter",
                                      run, report);
    enum status status = f.values.query && f.counts.query ? feed_rows(&f) : report_status(report);
    enum status const values = archive_file_close(archive, f.values.query, report);
    enum status const counts = archive_file_close(archive, f.counts.query, report);
    if (status == STATUS_OK)
        status = values != STATUS_OK ? values : counts;
    return status == STATUS_OK && f.done ? fill(&f, f.replicates, 0) : status;
}
