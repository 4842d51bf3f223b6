#include "record/result.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct series {
    const struct result_run *run;
    struct result_sink *const *sinks;
    int sink_count, begun;
    pthread_mutex_t lock;
    double *value;            /* [replicates][rounds + 1][outputs]      */
    int64_t *tally;           /* [replicates][rounds + 1][tallies]      */
    int64_t *rounds;          /* [replicates]: how many rows are here   */
    int64_t replicate, round; /* the row that the sinks wait for */
    enum status failure;      /* the first of a sink             */
};

static double rows_of(const struct result_run *run)
{
    return (double)run->replicates * ((double)run->rounds + 1);
}

double series_size(const struct result_run *run)
{
    double const values = (double)run->output_count * sizeof(double);
    double const tallies = (double)run->tally_count * sizeof(int64_t);
    return rows_of(run) * (values + tallies) + (double)run->replicates * sizeof(int64_t);
}

/* rows x columns numbers of 8 bytes, NULL when that is more than there is. */
static void *grid(const struct result_run *run, int64_t columns)
{
    return rows_of(run) > 0x1p62 ? NULL
                                 : memory_try((size_t)(run->replicates * (run->rounds + 1)),
                                              sizeof(int64_t) * (size_t)columns);
}

struct series *series_create(const struct result_run *run, struct result_sink *const *sinks,
                             int sink_count)
{
    struct series *series = memory_try(1, sizeof *series);
    if (!series)
        return NULL;
    series->run = run;
    series->sinks = sinks;
    series->sink_count = sink_count;
    pthread_mutex_init(&series->lock, NULL);
    if ((series->value = grid(run, run->output_count)) &&
        (series->tally = grid(run, run->tally_count)) &&
        (series->rounds = memory_try((size_t)run->replicates, sizeof *series->rounds)))
        return series;
    series_destroy(series);
    return NULL;
}

void series_destroy(struct series *series)
{
    if (!series)
        return;
    pthread_mutex_destroy(&series->lock);
    free(series->value);
    free(series->tally);
    free(series->rounds);
    free(series);
}

/* ---- telling the sinks -------------------------------------------------- */

enum status series_begin(struct series *series)
{
    while (series->begun < series->sink_count && series->failure == STATUS_OK) {
        struct result_sink *sink = series->sinks[series->begun];
        series->failure = sink->begin(sink, series->run);
        series->begun += series->failure == STATUS_OK;
    }
    return series->failure;
}

static int64_t row_at(const struct series *series, int64_t replicate, int64_t round)
{
    return replicate * (series->run->rounds + 1) + round;
}

static void tell(struct series *series, int64_t replicate, int64_t round)
{
    int64_t const at = row_at(series, replicate, round);
    struct result_row const row = {
        .replicate = replicate,
        .round = round,
        .value = series->value + at * series->run->output_count,
        .tally = series->tally + at * series->run->tally_count,
    };
    for (int i = 0; i < series->begun && series->failure == STATUS_OK; i++)
        series->failure = series->sinks[i]->row(series->sinks[i], &row);
}

/* Tells what is next in order and has arrived. At the end, rows that never came are passed over. */
static void tell_arrived(struct series *series, bool at_end)
{
    const struct result_run *run = series->run;
    while (series->replicate < run->replicates && series->failure == STATUS_OK) {
        if (series->round < series->rounds[series->replicate]) {
            tell(series, series->replicate, series->round++);
        } else if (at_end || series->round > run->rounds) {
            series->replicate++;
            series->round = 0;
        } else {
            break;
        }
    }
}

/* A replicate's rows come in order; anything else is a mistake of the caller. */
static bool is_expected(const struct series *series, const struct result_row *row)
{
    return row->replicate >= 0 && row->replicate < series->run->replicates &&
           row->round <= series->run->rounds && row->round == series->rounds[row->replicate];
}

static void keep(struct series *series, const struct result_row *row)
{
    const struct result_run *run = series->run;
    int64_t const at = row_at(series, row->replicate, row->round);
    if (run->output_count)
        memcpy(series->value + at * run->output_count, row->value,
               sizeof(double) * (size_t)run->output_count);
    if (run->tally_count)
        memcpy(series->tally + at * run->tally_count, row->tally,
               sizeof(int64_t) * (size_t)run->tally_count);
    series->rounds[row->replicate]++;
}

enum status series_add(struct series *series, const struct result_row *row)
{
    pthread_mutex_lock(&series->lock);
    enum status status = series->failure;
    if (status == STATUS_OK && !is_expected(series, row)) {
        status = STATUS_BUG;
    } else if (status == STATUS_OK) {
        keep(series, row);
        tell_arrived(series, false);
        status = series->failure;
    }
    pthread_mutex_unlock(&series->lock);
    return status;
}

/* A sink that is told of the end after another one failed must not call the run done. */
static void tell_end(struct series *series, const struct result_end *end, int sink)
{
    struct result_end told = *end;
    if (told.status == STATUS_OK && series->failure != STATUS_OK) {
        told.status = series->failure;
        told.reason = "not all results could be written";
    }
    enum status const status = series->sinks[sink]->end(series->sinks[sink], &told);
    if (series->failure == STATUS_OK)
        series->failure = status;
}

enum status series_end(struct series *series, const struct result_end *end)
{
    pthread_mutex_lock(&series->lock);
    tell_arrived(series, true);
    for (int i = 0; i < series->begun; i++)
        tell_end(series, end, i);
    enum status const status = series->failure;
    pthread_mutex_unlock(&series->lock);
    return status;
}

/* ---- what has arrived --------------------------------------------------- */

int64_t series_rounds(const struct series *series, int64_t replicate)
{
    return series->rounds[replicate];
}

double series_value(const struct series *series, int64_t replicate, int64_t round, int64_t output)
{
    return series->value[row_at(series, replicate, round) * series->run->output_count + output];
}

/* The number of a replicate that has not reached the round is missing. */
static double reached(const struct series *series, int64_t replicate, int64_t round, int64_t output)
{
    bool const here = round < series->rounds[replicate];
    return here ? series_value(series, replicate, round, output) : result_missing();
}

/* What the replicates together say of one number of one round. Sums are taken from the first
 * value, so that equal values have exactly that mean and a standard deviation of 0. */
struct pool {
    int64_t count, infinite;
    double first, sum;
};

static struct pool pool_of(const struct series *series, int64_t round, int64_t output)
{
    struct pool pool = {0};
    for (int64_t r = 0; r < series->run->replicates; r++) {
        double const x = reached(series, r, round, output);
        if (isnan(x))
            continue;
        if (!pool.count++)
            pool.first = x;
        pool.infinite += isinf(x) ? 1 : 0;
        pool.sum += x - pool.first;
    }
    return pool;
}

/* The second pass, with the finite mean known: free of the cancellation of sum x^2 - n mean^2. */
static double squares_about(const struct series *series, int64_t round, int64_t output, double mean)
{
    double squares = 0;
    for (int64_t r = 0; r < series->run->replicates; r++) {
        double const x = reached(series, r, round, output);
        if (!isnan(x))
            squares += (x - mean) * (x - mean);
    }
    return squares;
}

struct result_summary series_summary(const struct series *series, int64_t round, int64_t output)
{
    struct pool const pool = pool_of(series, round, output);
    double const none = result_missing();
    struct result_summary summary = {.count = pool.count, .mean = none, .sd = none, .se = none};
    if (pool.count)
        summary.infinite = (double)pool.infinite / (double)pool.count;
    if (!pool.count || pool.infinite)
        return summary;
    summary.mean = pool.first + pool.sum / (double)pool.count;
    if (pool.count > 1) {
        double const squares = squares_about(series, round, output, summary.mean);
        summary.sd = sqrt(squares / (double)(pool.count - 1));
        summary.se = summary.sd / sqrt((double)pool.count);
    }
    return summary;
}
