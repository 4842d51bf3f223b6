/* gyre check: all that is wrong with a scenario, and what it will need. */
#include <stdio.h>

#include "base/text.h"
#include "cli/browse.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/summary.h"
#include "schedule/isolation.h"

static const char *const known[] = {"--set", "--threads", "--plugin", "--help", NULL};

static const char help[] =
    "usage: gyre check SCENARIO [options]\n"
    "\n"
    "Says all that is wrong with a scenario, and what it will need. Runs nothing.\n"
    "\n"
    "  --set KEY=VALUE   change a key, as in gyre run\n"
    "  --threads N       for how many threads\n"
    "  --plugin FILE     a component from this file, before all others\n"
    "\n"
    "example: gyre check scenarios/paper/verified.toml\n";

static void print_isolation(const struct plan *plan)
{
    const char *through;
    enum isolation const isolation = isolation_find(plan, &through);
    printf("  isolation: %s%s%s\n", isolation_word(isolation), *through ? ", through " : "",
           through);
}

static void print_need(const struct plan *plan, int threads)
{
    char total[TEXT_REAL], rows[TEXT_REAL], states[TEXT_REAL], series[TEXT_REAL];
    struct plan_need const need = plan_need(plan, threads);
    printf("  needs %s of memory with %d thread%s: agents %s, states and samples %s, results %s\n",
           text_bytes(total, need.total), threads, threads == 1 ? "" : "s",
           text_bytes(rows, need.rows), text_bytes(states, need.states),
           text_bytes(series, need.series));
    double const samples = (double)plan->shape.samples * (double)plan->shape.datasets;
    printf("  draws %.4g samples a round, for %lld round%s of %lld replicate%s\n", samples,
           (long long)plan->scenario->rounds, plan->scenario->rounds == 1 ? "" : "s",
           (long long)plan->scenario->replicates, plan->scenario->replicates == 1 ? "" : "s");
}

int check_main(int argc, char **argv)
{
    struct arena *arena = arena_create();
    struct report *report = report_create(arena);
    struct options options;
    enum status status = options_read(arena, argc, argv, known, &options);
    if (status == STATUS_OK && options.help) {
        fputs(help, stdout);
    } else if (status == STATUS_OK) {
        struct plan *plan = options_plan(arena, &options, report);
        if (plan) {
            printf("%s: good\n", options.scenario);
            printf("  %s\n", summary_format(plan));
            print_isolation(plan);
            print_need(plan, options.threads);
            summary_warn(plan, stderr);
        }
        report_print(report, stderr);
        status = report_status(report);
        plan_destroy(plan);
    }
    arena_destroy(arena);
    return (int)(status == STATUS_OK ? browse_end("check") : status);
}
