/* sample.h - a small run to record: two outputs, two tallies, as many rounds and replicates as the
 * test wants. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <math.h>
#include <stdbool.h>

#include "record/result.h"
#include "unit/scenario/said.h"

struct sample {
    struct arena *arena;
    struct report *report;
    struct result_run run;
    gyre_output about[2];
    struct result_output output[2];
    struct result_component component[1];
    const char *tally[2], *set[3];
};

static inline void sample_init(struct sample *s, int64_t replicates, int64_t rounds)
{
    s->arena = arena_create();
    s->report = report_create(s->arena);
    s->about[0] = (gyre_output){"kl", "nats", "How far from the reference.", 0, INFINITY, 1, 1};
    s->about[1] = (gyre_output){"mass", "", "Safe mass.", 0, 1, -1, 1};
    s->output[0] = (struct result_output){"safety.kl", &s->about[0]};
    s->output[1] = (struct result_output){"safety.mass", &s->about[1]};
    s->component[0] = (struct result_component){"safety",          "metric.safety",  "1.2.3",
                                                "org.gyre.metric", "/lib/safety.so", "00ff"};
    s->tally[0] = "verify.checked";
    s->tally[1] = "sampling.starved";
    s->set[0] = "update.rate=0.5";
    s->set[1] = "title=\"a \xc3\xa9\"";
    s->set[2] = NULL;
    s->run = (struct result_run){.scenario = "dir/x.toml",
                                 .title = "A title",
                                 .question = "Is it?",
                                 .isolation = "open",
                                 .through = "update.mle (reference)",
                                 .text = "gyre = 1\n",
                                 .sets = s->set,
                                 .seed = 1,
                                 .replicates = replicates,
                                 .rounds = rounds,
                                 .threads = 2,
                                 .components = s->component,
                                 .component_count = 1,
                                 .outputs = s->output,
                                 .output_count = 2,
                                 .tallies = s->tally,
                                 .tally_count = 2};
}

static inline void sample_fini(struct sample *s)
{
    arena_destroy(s->arena);
}

/* Row (replicate, round) with the values given. */
static inline enum status sample_add(struct series *series, int64_t replicate, int64_t round,
                                     double kl, double mass)
{
    double const value[2] = {kl, mass};
    int64_t const tally[2] = {10 * round, 0};
    struct result_row const row = {replicate, round, value, tally};
    return series_add(series, &row);
}

/* What two parts of a run took: numbers that need all their digits. */
static inline const struct result_profile *sample_profile(void)
{
    static const struct result_cost costs[] = {
        {"teach", "policy.categorical", 2.0 / 3, 8.0 / 9, 20, 0},
        {"record", "core", 1.0 / 12, 1.0 / 9, 0, 4096},
    };
    static struct result_profile const profile = {.threads = 2,
                                                  .wall = 0.4,
                                                  .seconds = 0.75,
                                                  .measuring = 0.01,
                                                  .bytes = 4096,
                                                  .cost = costs,
                                                  .count = 2};
    return &profile;
}

static inline enum status sample_end(struct series *series, enum status status, const char *reason)
{
    struct result_end const end = {
        .status = status, .digest = status ? NULL : "cafe", .reason = reason, .seconds = 0.25};
    return series_end(series, &end);
}

static inline bool same(double a, double b)
{
    return !(a < b) && !(a > b) && isnan(a) == isnan(b);
}

static inline bool near(double a, double b)
{
    return fabs(a - b) <= 1e-14 * fabs(b);
}

#endif
