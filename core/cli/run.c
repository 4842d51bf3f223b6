/* gyre run: a scenario from its file to a table on the terminal and rows in the database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "cli/browse.h"
#include "cli/cli.h"
#include "cli/inquiry.h"
#include "cli/options.h"
#include "cli/summary.h"
#include "cli/table.h"
#include "record/lines.h"
#include "record/store.h"
#include "schedule/run.h"

static const char *const known[] = {"--set",     "--db",    "--no-db",   "--json",
                                    "--threads", "--quiet", "--profile", "--plugin",
                                    "--review",  "--desk",  "--help",    NULL};

static const char help[] =
    "usage: gyre run SCENARIO [options]\n"
    "\n"
    "Runs a scenario, shows a table with a row a printed round, and stores every round\n"
    "of every replicate in a database.\n"
    "\n"
    "  --set KEY=VALUE   change a key: update.rate=0.5, scenario.seed=2,\n"
    "                    intervention.verify.max_risk=0.4 (verify#2: the second one)\n"
    "  --db FILE         the database (gyre.db)\n"
    "  --no-db           store nothing\n"
    "  --json            one JSON object a round and replicate on stdout, and a last one\n"
    "  --threads N       how many threads (OMP_NUM_THREADS, else all): never changes a bit\n"
    "  --plugin FILE     a component from this file, before all others\n"
    "  --quiet           no progress line\n"
    "  --review          you are the person whom an intervention.review asks: k(eep),\n"
    "                    d(rop), s(kip), q(uit); gyre review can answer, too\n"
    "  --desk            the same, but gyre review alone answers, in another terminal\n"
    "  --profile         seconds, calls and bytes by phase and component, at the end and in\n"
    "                    the database\n"
    "\n"
    "example: gyre run scenarios/paper/isolated.toml --set scenario.replicates=20\n"
    "\n"
    "exit codes: 0 done, 1 ended by an intervention, 2 usage, 65 bad scenario or\n"
    "data, 66 not there, 70 a bug or a component's fault, 71 beyond the machine,\n"
    "74 input/output, 75 stopped, 77 refused\n";

/* A run and all who are told of it. */
struct session {
    struct arena *arena;
    struct report *report;
    const struct options *options;
    struct plan *plan;
    struct result_run run;
    struct profile *profile;            /* NULL: nobody asked */
    struct result_sink *store, *screen; /* store may be NULL; screen: the table, or JSON lines */
    struct result_sink *sinks[2];
    struct series *series;
    struct inquiry *inquiry; /* NULL: nobody is asked */
};

static bool open_sinks(struct session *s)
{
    const struct options *o = s->options;
    if (o->database) {
        s->store = store_open(s->arena, o->database, s->report);
        if (!s->store)
            return false;
    }
    if (o->json)
        s->screen = lines_create(s->arena, stdout, s->store, s->report);
    else
        s->screen = table_create(s->arena, stdout,
                                 table_style_find(o->quiet || o->review || o->desk), s->report);
    s->sinks[0] = s->screen;
    s->sinks[1] = s->store;
    s->series = series_create(&s->run, s->sinks, s->store ? 2 : 1);
    if (!s->series) {
        report_add(s->report, STATUS_LIMIT, (struct place){o->scenario, 0, 0},
                   "this machine has no memory for every round's numbers; ask for fewer rounds or "
                   "replicates");
        return false;
    }
    if (o->json)
        lines_attach(s->screen, s->series);
    else
        table_attach(s->screen, s->series);
    if (s->store)
        store_attach(s->store, s->series);
    return true;
}

/* Does somebody sit at a run that asks people, and at no other? */
static bool check_people(const struct session *s)
{
    const struct plan_intervention *review = s->plan->review;
    bool const asks = review && review->instance->asks;
    const char *option = s->options->review ? "--review" : s->options->desk ? "--desk" : NULL;
    if (asks && !option)
        report_add(s->report, STATUS_DATA, review->instance->at,
                   "%s: asks a person, and nobody sits at this run: say gyre run --review, or "
                   "simulated = true",
                   review->instance->label);
    else if (!asks && option)
        report_add(s->report, STATUS_DATA, (struct place){s->options->scenario, 0, 0},
                   "nothing here asks a person: leave out %s, or add an intervention.review "
                   "without simulated = true",
                   option);
    return asks == (option != NULL);
}

static bool open_inquiry(struct session *s)
{
    if (!s->options->review && !s->options->desk)
        return true;
    s->inquiry = inquiry_create(s->arena, s->plan, s->store, s->options->database,
                                s->options->review, s->report);
    if (s->inquiry)
        s->plan->desk = inquiry_desk(s->inquiry);
    return s->inquiry != NULL;
}

/* The sentence that the record keeps of a run that did not finish. */
static const char *reason_of(struct session *s, enum status status)
{
    if (status == STATUS_OK)
        return NULL;
    return status == STATUS_STOPPED ? "stopped by the user" : report_first(s->report);
}

static void say_where(const struct session *s, const struct result_end *end)
{
    FILE *out = stdout;
    if (end->status == STATUS_STOPPED)
        fprintf(out, "stopped; every finished round is kept\n");
    if (s->store)
        fprintf(out, "run %lld in %s", (long long)store_run(s->store), s->options->database);
    else
        fprintf(out, "not stored");
    fprintf(out, ", seed %llu", (unsigned long long)s->run.seed);
    if (end->digest)
        fprintf(out, ", digest %s", end->digest);
    fprintf(out, ", %.3f s\n", end->seconds);
}

static enum status execute(struct session *s)
{
    char text[DIGEST_TEXT];
    struct digest digest = {0, 0};
    double const began = machine_seconds();
    enum status status = series_begin(s->series);
    if (status == STATUS_OK)
        status = run_all(s->plan, s->series, s->options->threads, s->profile, &digest, s->report);
    struct result_end const end = {
        .status = status,
        .digest = status == STATUS_OK ? digest_format(text, digest) : NULL,
        .reason = reason_of(s, status),
        .seconds = machine_seconds() - began,
        .profile = s->profile ? profile_read(s->profile, s->options->threads) : NULL,
    };
    enum status const last = series_end(s->series, &end);
    if (!s->options->json &&
        (status == STATUS_OK || status == STATUS_STOPPED || status == STATUS_FAILED))
        say_where(s, &end);
    return status == STATUS_OK ? last : status;
}

static enum status run(struct session *s)
{
    enum status status = STATUS_OK;
    s->plan = options_plan(s->arena, s->options, s->report);
    if (s->plan && check_people(s)) {
        s->run = plan_describe(s->plan, (const char *const *)s->options->sets, s->options->threads);
        s->run.setting = summary_format(s->plan);
        summary_warn(s->plan, stderr);
        if (s->options->profile)
            s->profile = profile_create(s->arena, s->plan);
        if (open_sinks(s) && open_inquiry(s))
            status = execute(s);
    }
    if (status == STATUS_OK)
        status = report_status(s->report);
    report_print(s->report, stderr);
    inquiry_destroy(s->inquiry);
    if (s->store)
        store_close(s->store);
    series_destroy(s->series);
    plan_destroy(s->plan);
    return status;
}

int run_main(int argc, char **argv)
{
    struct arena *arena = arena_create();
    struct options options;
    enum status status = options_read(arena, argc, argv, known, &options);
    struct session session = {.arena = arena, .options = &options, .report = report_create(arena)};
    if (status == STATUS_OK && options.help)
        fputs(help, stdout);
    else if (status == STATUS_OK)
        status = run(&session);
    arena_destroy(arena);
    return (int)(status == STATUS_OK ? browse_end("run") : status);
}
