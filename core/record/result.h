/* record/result.h - what a run is and yields, and who is told of it. */
#ifndef RECORD_RESULT_H
#define RECORD_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/report.h"
#include "gyre/component.h"

/* One component as the run used it. */
struct result_component {
    const char *name;    /* the instance: "safety", "verify#2" or its `as` */
    const char *id;      /* "metric.safety"                                */
    const char *version; /* of the component                               */
    const char *module;  /* the module's id                                */
    const char *file;    /* the .so                                        */
    const char *digest;  /* XXH3-128 of that file                          */
};

/* One measured number: `name` is "safety.kl". */
struct result_output {
    const char *name;
    const gyre_output *about;
};

/* Everything about a run that is known before its first row. */
struct result_run {
    const char *scenario; /* path as given                                       */
    const char *title, *question;
    const char *setting;     /* agents, states, data and components in a sentence; or NULL */
    const char *isolation;   /* "closed", "anchored" or "open"                */
    const char *through;     /* by which components and columns; "" if closed */
    const char *text;        /* the scenario file's bytes                     */
    const char *const *sets; /* --set arguments, ends with NULL               */
    uint64_t seed;
    int64_t replicates, rounds;
    int threads;
    const struct result_component *components;
    int64_t component_count;
    const struct result_output *outputs;
    int64_t output_count;
    const char *const *tallies; /* "verify.checked", "sampling.starved"          */
    int64_t tally_count;
};

/* One row: the world after `round` updates. A missing output is the NaN result_missing(). */
struct result_row {
    int64_t replicate, round;
    const double *value;  /* [output_count] */
    const int64_t *tally; /* [tally_count]: of this round alone; all 0 in row 0 */
};

/* Mean, standard deviation (n - 1) and standard error over replicates. A replicate in which the
 * output is missing does not count; when any is infinite mean, sd and se are NaN and `infinite` is
 * their share. */
struct result_summary {
    int64_t count;
    double mean, sd, se, infinite;
};

/* What one component, or a part of the core's own, took in one phase of a run, all replicates
 * together. */
struct result_cost {
    const char *phase;     /* "teach"                                        */
    const char *component; /* "policy.categorical", "core", "core.draw"      */
    double seconds, share; /* threads' seconds added up; of those of the run */
    int64_t calls;         /* of its callbacks                               */
    int64_t bytes;         /* held, told once: with the phase that they are for */
};

/* Where the time and the memory of a run went. */
struct result_profile {
    int threads;
    double wall;      /* of the loop, by the clock on the wall; with the measuring  */
    double seconds;   /* of all costs                                               */
    double measuring; /* threads' seconds that looking at the clock took beside     */
    int64_t bytes;
    const struct result_cost *cost; /* the largest seconds first */
    int64_t count;
};

/* How the run ended. */
struct result_end {
    enum status status;
    const char *digest; /* of the final worlds; NULL when it did not finish */
    const char *reason; /* one sentence when it did not finish, else NULL   */
    double seconds;
    const struct result_profile *profile; /* NULL: nobody asked */
};

double result_missing(void);
bool result_is_missing(double value);

/* Somebody who is told. Called by one thread at a time, rows in (replicate, round) order. A status
 * other than OK ends the run; the sink has said why in the report it was created with. */
struct result_sink {
    enum status (*begin)(struct result_sink *sink, const struct result_run *run);
    enum status (*row)(struct result_sink *sink, const struct result_row *row);
    /* series: every row, for summaries and sparklines. Called even when the run failed. */
    enum status (*end)(struct result_sink *sink, const struct result_end *end);
};

/* All rows of a run, and the order in which they leave. Any thread may add, each replicate's rows
 * in order of rounds; sinks are told in (replicate, round) order, under a lock. `run` and `sinks`
 * must outlive it. */
struct series;

/* NULL when there is no memory for it: series_size bytes. */
struct series *series_create(const struct result_run *run, struct result_sink *const *sinks,
                             int sink_count);
double series_size(const struct result_run *run);
void series_destroy(struct series *series);

enum status series_begin(struct series *series);
/* Copies the row; tells sinks what is next in order. Sticky: the first failure of a sink is
 * returned from then on. STATUS_BUG: not the replicate's next row. [any thread] */
enum status series_add(struct series *series, const struct result_row *row);
/* Tells what has arrived but still waited for an earlier row, then the end, to every sink whose
 * begin went well; when one of them failed, later ones are not told that all is done. */
enum status series_end(struct series *series, const struct result_end *end);

/* What follows takes no lock: for sinks while they are told, and for anybody after series_end.
 *
 * The rows that have arrived of one replicate: [0, series_rounds(...)). */
int64_t series_rounds(const struct series *series, int64_t replicate);
double series_value(const struct series *series, int64_t replicate, int64_t round, int64_t output);
/* Over the replicates that have reached the round. */
struct result_summary series_summary(const struct series *series, int64_t round, int64_t output);

#endif
