/* gyre check: all that is wrong with a scenario, and what it will need. */
#include <stdio.h>

#include "base/text.h"
#include "cli/browse.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/summary.h"
#include "schedule/isolation.h"
#include "schedule/work.h"

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

static void print_part(const char *name, double bytes)
{
    char text[TEXT_REAL];
    printf("    %-9s %s", name, text_bytes(text, bytes));
}

static void print_need(const struct plan *plan, int threads)
{
    char total[TEXT_REAL];
    struct plan_need const need = plan_need(plan, threads);
    bool const each = plan->parts;
    printf("  needs %s of memory with %d thread%s:\n", text_bytes(total, need.total), threads,
           threads == 1 ? "" : "s");
    print_part("agents", need.rows);
    printf(each ? ", %.0f bytes each\n" : ", all equal\n", need.agent);
    print_part("states", need.states);
    putchar('\n');
    print_part("datasets", need.datasets);
    putchar('\n');
    if (need.snapshots > 0) {
        print_part("snapshots", need.snapshots);
        printf(", when all are kept\n");
    }
    print_part("results", need.series);
    putchar('\n');
}

/* Seconds that nobody takes for exact. */
static const char *about(char out[TEXT_REAL], double seconds)
{
    double const scale = seconds < 1e-3 ? 1e6 : seconds < 1 ? 1e3 : seconds < 7200 ? 1 : 1.0 / 3600;
    const char *unit = seconds < 1e-3 ? "us" : seconds < 1 ? "ms" : seconds < 7200 ? "s" : "h";
    snprintf(out, TEXT_REAL, "%.*f %s", scale * seconds < 9.95, scale * seconds, unit);
    return out;
}

static void print_work(const struct plan *plan, const struct work *work)
{
    char round[TEXT_REAL], total[TEXT_REAL];
    const struct scenario *s = plan->scenario;
    if (work->draws > 0)
        printf("  draws %.4g samples a round, by %s\n", work->draws, work->technique);
    printf("  takes about %s a round, about %s for %lld round%s", about(round, work->round),
           about(total, work->total), (long long)s->rounds, s->rounds == 1 ? "" : "s");
    if (s->replicates > 1)
        printf(" of %lld replicates", (long long)s->replicates);
    puts(", as a Xeon of 2.6 GHz would (docs/costs.md)");
}

/* What one key would spare is worth a sentence. */
static void warn_of_work(const struct plan *plan, const struct work *work)
{
    if (!work->large)
        return;
    fprintf(
        stderr,
        "%s: warning: %s looks at agents one by one, and each of %s says every state, since the "
        "start is among what it says: %.2g numbers a round; %s would spare them\n",
        text_escape(plan->arena, plan->scenario->path), work->large->instance->label,
        plan->policy->label, (double)plan->shape.agents * (double)plan->shape.states,
        work_is_spared(work->large) ? "agents = false" : "leaving it out");
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
            if (plan->review && plan->review->instance->asks)
                puts("  asks a person: gyre run --review");
            print_need(plan, options.threads);
            struct work const work = work_estimate(plan, options.threads);
            print_work(plan, &work);
            warn_of_work(plan, &work);
            summary_warn(plan, stderr);
        }
        report_print(report, stderr);
        status = report_status(report);
        plan_destroy(plan);
    }
    arena_destroy(arena);
    return (int)(status == STATUS_OK ? browse_end("check") : status);
}
