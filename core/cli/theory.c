/* gyre theory: what mathematics expects of a scenario beside what replicates of it measure. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/workers.h"
#include "cli/browse.h"
#include "cli/cli.h"
#include "cli/flags.h"
#include "cli/ledger.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "schedule/run.h"
#include "theory/recognise.h"

enum { REPLICATES = 1000, SURE_REPLICATES = 2 };

static const char help[] =
    "usage: gyre theory SCENARIO [options]\n"
    "\n"
    "Shows what closed forms expect of a scenario beside the mean, standard error and z\n"
    "of its replicates, round by round, where a closed form holds exactly (docs/theory.md).\n"
    "Metrics and the number of replicates are its own; nothing is stored.\n"
    "\n"
    "  --replicates R    how many (1000, or the scenario's if that is more)\n"
    "  --rounds T        how many rounds, in place of the scenario's\n"
    "  --seed N          in place of the scenario's\n"
    "  --set KEY=VALUE   change a key, as in gyre run\n"
    "  --threads N       how many threads: never changes a bit\n"
    "  --plugin FILE     a component from this file, before all others\n"
    "  --json            one JSON object a row on stdout, and a last one\n"
    "  --quiet           no progress line\n"
    "\n"
    "example: gyre theory scenarios/paper/isolated.toml --rounds 5\n"
    "\n"
    "exit codes: 0 they agree, or no closed form holds; 1 they differ: some |z| is 5 or\n"
    "more (4 for a single row); all others as in gyre run\n";

/* One comparison under way. */
struct trial {
    struct result_sink sink; /* first: it is told of the rows, for the progress line */
    struct arena *arena;
    struct report *report;
    struct options options;
    const char *replicates;
    struct scenario *scenario;
    struct registry *registry;
    struct setting setting;
    struct theories theories;
    struct plan *plan;
    struct result_run run;
    struct series *series;
    struct progress progress;
    double told;
};

/* ---- arguments ---------------------------------------------------------- */

static enum status read_threads(const char *text, int *threads)
{
    double number = 0;
    if (!text)
        return STATUS_OK;
    if (!text_to_real(text, &number) || number < 1 || number > 1024 || number != (int)number)
        return browse_fail("theory", STATUS_USAGE,
                           "--threads = %s is no whole number from 1 to 1024", text);
    *threads = (int)number;
    return STATUS_OK;
}

/* Keys of the scenario that have an option of their own come behind all --set. */
static void add_set(struct trial *t, const char *key, const char *value)
{
    int count = 0;
    while (t->options.sets[count])
        count++;
    const char **sets = ARENA_ARRAY(t->arena, const char *, count + 2);
    memcpy(sets, t->options.sets, sizeof *sets * (size_t)count);
    sets[count] = arena_format(t->arena, "%s=%s", key, value);
    t->options.sets = sets;
}

static enum status check_replicates(struct trial *t)
{
    double number = 0;
    if (!t->replicates || !text_to_real(t->replicates, &number) || number >= 2)
        return STATUS_OK;
    return browse_fail("theory", STATUS_USAGE,
                       "--replicates = %s leaves no standard error: at least 2 are needed",
                       t->replicates);
}

static enum status read_options(struct trial *t, int argc, char **argv)
{
    struct options *o = &t->options;
    const char *threads = NULL, *rounds = NULL, *seed = NULL;
    o->threads = workers_default();
    struct flag const flag[] = {
        {.name = "--replicates", .text = &t->replicates},
        {.name = "--rounds", .text = &rounds},
        {.name = "--seed", .text = &seed},
        {.name = "--set", .texts = &o->sets},
        {.name = "--plugin", .texts = &o->plugins},
        {.name = "--threads", .text = &threads},
        {.name = "--json", .on = &o->json},
        {.name = "--quiet", .on = &o->quiet},
        {.name = "--help", .on = &o->help},
        {.name = NULL},
    };
    struct flags const flags = {.verb = "theory",
                                .flag = flag,
                                .word = &o->scenario,
                                .words = "takes one scenario, and there is also"};
    enum status status = flags_read(t->arena, argc, argv, &flags);
    if (status == STATUS_OK)
        status = read_threads(threads, &o->threads);
    if (status == STATUS_OK)
        status = check_replicates(t);
    if (status == STATUS_OK && !o->help && !o->scenario)
        status = browse_fail("theory", STATUS_USAGE,
                             "which scenario? as in gyre theory scenarios/tutorial/first.toml");
    if (status == STATUS_OK && t->replicates)
        add_set(t, "scenario.replicates", t->replicates);
    if (status == STATUS_OK && rounds)
        add_set(t, "scenario.rounds", rounds);
    if (status == STATUS_OK && seed)
        add_set(t, "scenario.seed", seed);
    return status;
}

/* ---- what is expected --------------------------------------------------- */

/* NULL: something is expected. Else why not; or a mistake is in the report. */
static const char *expect(struct trial *t)
{
    const char *why = NULL;
    t->registry = registry_create(t->arena, t->options.plugins, t->report);
    t->scenario = scenario_load(t->arena, t->options.scenario, t->options.sets, t->report);
    struct plan *plan =
        t->scenario ? plan_create(t->arena, t->scenario, t->registry, t->report) : NULL;
    if (!plan)
        return NULL;
    why = recognise_plan(plan, &t->setting);
    if (!why && !theories_expect(&t->theories, t->arena, &t->setting, &why))
        report_add(t->report, STATUS_LIMIT, (struct place){t->options.scenario, 0, 0},
                   "this machine has no memory for what is expected of every round");
    plan_destroy(plan);
    return why;
}

static enum status say_none(const struct trial *t, const char *why)
{
    if (t->options.json)
        printf("{\"rows\":0,\"closed_form\":false,\"why\":%s}\n", ledger_quoted(t->arena, why));
    else
        printf("no closed form here: %s\n", why);
    return STATUS_OK;
}

/* ---- what is measured --------------------------------------------------- */

/* The scenario's first metric.truth, with the columns that it reads. */
static struct use *find_truth(const struct scenario *s)
{
    for (int i = 0; i < s->metric_count; i++)
        if (strcmp(s->metrics[i].id, "metric.truth") == 0)
            return &s->metrics[i];
    return NULL;
}

/* Of what is said, not of what a selection makes of it; and only what is needed. Their names cannot
 * be those of the scenario's own. */
static void choose_metrics(struct trial *t)
{
    static const char *const names[] = {"safety", "diversity", "consensus"};
    struct scenario *s = t->scenario;
    char tau[TEXT_REAL];
    const char *text = arena_format(t->arena,
                                    "safety = { of = \"mixture\", agents = false, tau = %s }\n"
                                    "diversity = { of = \"mixture\" }\n"
                                    "consensus = { modes = false }\n",
                                    text_real(tau, t->setting.tau));
    struct node *root = document_parse(t->arena, "gyre theory", text, t->report);
    const struct use *truth = find_truth(s);
    s->metrics = ARENA_ARRAY(t->arena, struct use, 4);
    s->metric_count = 0;
    for (int i = 0; root && i < 3; i++)
        if (ledger_needs(&t->theories, names[i], s->replicates))
            s->metrics[s->metric_count++] =
                (struct use){.id = arena_format(t->arena, "metric.%s", names[i]),
                             .name = arena_format(t->arena, "theory.%s", names[i]),
                             .table = node_find(root, names[i]),
                             .at = {t->options.scenario, 0, 0}};
    if (truth && ledger_needs(&t->theories, "truth", s->replicates)) {
        s->metrics[s->metric_count] = *truth;
        s->metrics[s->metric_count++].name = "theory.truth";
    }
}

static bool plan_again(struct trial *t)
{
    int64_t const least = t->setting.samples > 0 ? REPLICATES : SURE_REPLICATES;
    if (!t->replicates && t->scenario->replicates < least)
        t->scenario->replicates = least;
    choose_metrics(t);
    t->plan = plan_create(t->arena, t->scenario, t->registry, t->report);
    return t->plan && plan_fits(t->plan, t->options.threads, t->report);
}

static enum status begin(struct result_sink *sink, const struct result_run *run)
{
    struct trial *t = (struct trial *)sink;
    (void)run;
    struct table_style const style = table_style_find(t->options.quiet);
    progress_begin(&t->progress, style.progress);
    return STATUS_OK;
}

static enum status row(struct result_sink *sink, const struct result_row *row)
{
    struct trial *t = (struct trial *)sink;
    double const all = (double)t->run.replicates * ((double)t->run.rounds + 1);
    t->told++;
    if (progress_is_due(&t->progress))
        progress_show(&t->progress, &t->run, row, t->told / all);
    return STATUS_OK;
}

static enum status end(struct result_sink *sink, const struct result_end *end)
{
    (void)end;
    progress_clear(&((struct trial *)sink)->progress);
    return STATUS_OK;
}

static enum status measure(struct trial *t)
{
    struct result_sink *const sinks[] = {&t->sink};
    struct digest digest;
    t->sink = (struct result_sink){begin, row, end};
    t->run = plan_describe(t->plan, t->options.sets, t->options.threads);
    t->series = series_create(&t->run, sinks, 1);
    if (!t->series)
        return report_add(t->report, STATUS_LIMIT, (struct place){t->options.scenario, 0, 0},
                          "this machine has no memory for every round's numbers; ask for fewer "
                          "rounds or replicates");
    enum status status = series_begin(t->series);
    if (status == STATUS_OK)
        status = run_all(t->plan, t->series, t->options.threads, NULL, &digest, t->report);
    series_end(t->series, &(struct result_end){.status = status});
    return status;
}

static enum status compare(struct trial *t)
{
    if (!plan_again(t))
        return report_status(t->report);
    enum status status = measure(t);
    if (status == STATUS_STOPPED)
        fputs("gyre: theory: stopped\n", stderr);
    if (status == STATUS_OK)
        status = ledger_print(t->arena, &t->theories, &t->run, t->series, t->options.json);
    return status;
}

static enum status try(struct trial *t)
{
    const char *why = expect(t);
    enum status status = report_status(t->report);
    if (status == STATUS_OK)
        status = why ? say_none(t, why) : compare(t);
    report_print(t->report, stderr);
    series_destroy(t->series);
    plan_destroy(t->plan);
    return status;
}

int theory_main(int argc, char **argv)
{
    struct arena *arena = arena_create();
    struct trial trial = {.arena = arena, .report = report_create(arena)};
    enum status status = read_options(&trial, argc, argv);
    if (status == STATUS_OK && trial.options.help)
        fputs(help, stdout);
    else if (status == STATUS_OK)
        status = try(&trial);
    arena_destroy(arena);
    return (int)(status == STATUS_OK ? browse_end("theory") : status);
}
