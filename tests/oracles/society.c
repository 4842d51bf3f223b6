#include "society.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "battery.h"
#include "schedule/census.h"
#include "schedule/round.h"

enum { ARRAYS = 4, ARRAY_TEXT = 8192, SAMPLES_MOST = 100000 };

/* ---- from text to a society --------------------------------------------- */

static void write_scenario(const char *path, int64_t rounds, const char *format, va_list arguments)
{
    FILE *file = fopen(path, "w");
    if (!file)
        fail_msg("cannot write %s", path);
    fprintf(file, "gyre = 1\n[scenario]\nrounds = %lld\nseed = %lld\n", (long long)rounds,
            (long long)battery_seed());
    vfprintf(file, format, arguments);
    fclose(file);
}

static struct plan *load(struct arena *arena, const char *path)
{
    struct report *report = report_create(arena);
    struct scenario *scenario = scenario_load(arena, path, NULL, report);
    struct plan *plan = NULL;
    if (scenario && report_count(report) == 0)
        plan = plan_create(arena, scenario, registry_create(arena, NULL, report), report);
    if (!plan || report_count(report) > 0) {
        report_print(report, stderr);
        fail_msg("the oracle's scenario was refused");
    }
    return plan;
}

struct society *society_create(int64_t rounds, const char *format, ...)
{
    char folder[] = "/tmp/gyre-oracle-XXXXXX";
    struct arena *arena = arena_create();
    struct society *society = ARENA_NEW(arena, struct society);
    society->arena = arena;
    if (!mkdtemp(folder))
        fail_msg("cannot make a temporary folder");
    const char *path = arena_format(arena, "%s/oracle.toml", folder);
    va_list arguments;
    va_start(arguments, format);
    write_scenario(path, rounds, format, arguments);
    va_end(arguments);
    setenv("GYRE_PLUGIN_PATH", ORACLES_PLUGINS, 1);
    society->plan = load(arena, path);
    unlink(path);
    rmdir(folder);
    society->replicate = replicate_create(society->plan, 1);
    assert_non_null(society->replicate);
    return society;
}

void society_destroy(struct society *society)
{
    replicate_destroy(society->replicate);
    plan_destroy(society->plan);
    arena_destroy(society->arena);
}

const char *society_array(const double *x, int n)
{
    static char texts[ARRAYS][ARRAY_TEXT];
    static int next;
    char *const text = texts[next++ % ARRAYS], number[TEXT_REAL];
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        at += (size_t)snprintf(text + at, ARRAY_TEXT - at, "%s%s", i ? ", " : "[",
                               text_real(number, x[i]));
        assert_true(at + 2 < ARRAY_TEXT);
    }
    memcpy(text + at, "]", 2);
    return text;
}

/* ---- its life ----------------------------------------------------------- */

struct watcher {
    society_row row;
    void *argument;
};

static enum status tell(void *argument, const struct replicate *replicate)
{
    const struct watcher *watcher = argument;
    return watcher->row(watcher->argument, replicate) ? STATUS_OK : STATUS_STOPPED;
}

void society_begin(struct society *society, int64_t index)
{
    assert_int_equal(replicate_reset(society->replicate, index), STATUS_OK);
}

void society_live(struct society *society, society_row row, void *argument)
{
    struct watcher watcher = {row, argument};
    struct round_watch const watch = {tell, &watcher};
    enum status const status = round_run(society->replicate, &watch);
    if (status != STATUS_OK && status != STATUS_STOPPED)
        fail_msg("the run failed: %s", society->replicate->failure.sentence);
}

void society_run(struct society *society, int64_t index, society_row row, void *argument)
{
    society_begin(society, index);
    society_live(society, row, argument);
}

/* ---- its parts ---------------------------------------------------------- */

/* Each agent has a place of its own, so that several can be held against each other. */
const double *society_policy(const struct replicate *replicate, int64_t agent)
{
    static double *said;
    static size_t room;
    size_t const states = (size_t)replicate->plan->shape.states;
    size_t const all = states * (size_t)replicate->plan->shape.agents;
    struct replicate *r = (struct replicate *)(uintptr_t)replicate;
    if (all > room) {
        free(said);
        said = calloc(all, sizeof *said);
        room = all;
    }
    double *const p = said + (size_t)agent * states;
    gyre_said row;
    assert_true(census_say(r, 0, agent, r->rows.row_of[agent], &row));
    if (row.p)
        memcpy(p, row.p, sizeof *p * states);
    else
        census_spread(r->plan, &row, p);
    return p;
}

/* A list says only whole numbers of samples. */
static void say_list(struct replicate *r, int64_t row, const double *p)
{
    static uint32_t state[SAMPLES_MOST];
    gyre_examples examples = {.size = sizeof examples, .state = state};
    double const samples = (double)r->plan->shape.samples;
    for (int64_t z = 0; z < r->plan->shape.states; z++)
        for (long n = lround(p[z] * samples); n > 0; n--)
            state[examples.count++] = (uint32_t)z;
    assert_int_equal(examples.count, r->plan->shape.samples);
    gyre_rows const rows = rows_view(&r->rows, row, row + 1);
    struct call *call = replicate_call(r, r->plan->policy, 0);
    assert_int_equal(
        r->plan->policy->component->ops.policy.learn(call_begin(call, 0), &rows, &examples, 1),
        GYRE_OK);
    const double *said = society_policy(r, row);
    for (int64_t z = 0; z < r->plan->shape.states; z++)
        assert_true(fabs(said[z] - p[z]) < 1e-12);
}

void society_say(struct society *society, int64_t agent, const double *p)
{
    struct replicate *r = society->replicate;
    assert_true(society->plan->shape.datasets == society->plan->shape.agents);
    if (r->rows.count < r->rows.agents)
        rows_part(&r->rows);
    if (society->plan->own > 0)
        say_list(r, agent, p);
    else
        memcpy(rows_at(&r->rows, agent), p, sizeof *p * (size_t)society->plan->shape.states);
}

int society_output(const struct society *society, const char *name)
{
    for (int i = 0; i < society->plan->output_count; i++)
        if (strcmp(society->plan->outputs[i].name, name) == 0)
            return i;
    fail_msg("there is no output %s", name);
    return -1;
}

int society_tally(const struct society *society, const char *name)
{
    for (int i = 0; i < society->plan->tally_count; i++)
        if (strcmp(society->plan->tallies[i], name) == 0)
            return i;
    fail_msg("there is no tally %s", name);
    return -1;
}
