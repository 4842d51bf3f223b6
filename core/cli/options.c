#include "cli/options.h"

#include <string.h>

#include "base/text.h"
#include "base/workers.h"
#include "cli/browse.h"
#include "cli/flags.h"

enum { MOST_THREADS = 1024 };

static enum status read_threads(const char *verb, const char *value, int *threads)
{
    double number = 0;
    if (!text_to_real(value, &number) || number < 1 || number > MOST_THREADS ||
        number != (int)number)
        return browse_fail(verb, STATUS_USAGE, "--threads = %s is no whole number from 1 to %d",
                           value, MOST_THREADS);
    *threads = (int)number;
    return STATUS_OK;
}

enum status options_read(struct arena *arena, int argc, char **argv, const char *const *known,
                         struct options *out)
{
    const char *threads = NULL, *database = NULL;
    bool no_database = false;
    *out = (struct options){.threads = workers_default()};
    struct flag const flag[] = {
        {.name = "--set", .texts = &out->sets},   {.name = "--plugin", .texts = &out->plugins},
        {.name = "--db", .text = &database},      {.name = "--threads", .text = &threads},
        {.name = "--no-db", .on = &no_database},  {.name = "--json", .on = &out->json},
        {.name = "--quiet", .on = &out->quiet},   {.name = "--profile", .on = &out->profile},
        {.name = "--review", .on = &out->review}, {.name = "--desk", .on = &out->desk},
        {.name = "--help", .on = &out->help},     {.name = NULL},
    };
    struct flags const flags = {.verb = argv[0],
                                .flag = flag,
                                .known = known,
                                .word = &out->scenario,
                                .words = "takes one scenario, and there is also"};
    enum status status = flags_read(arena, argc, argv, &flags);
    if (status == STATUS_OK && threads)
        status = read_threads(argv[0], threads, &out->threads);
    if (status == STATUS_OK && no_database && database)
        status = browse_fail(argv[0], STATUS_USAGE, "--db and --no-db are opposites: say one");
    if (status == STATUS_OK && out->review && out->desk)
        status = browse_fail(argv[0], STATUS_USAGE,
                             "--review and --desk: --review takes answers of gyre review too");
    if (status == STATUS_OK && no_database && (out->review || out->desk))
        status = browse_fail(argv[0], STATUS_USAGE,
                             "%s keeps its questions in the database: leave out --no-db",
                             out->review ? "--review" : "--desk");
    out->database = no_database ? NULL : database ? database : "gyre.db";
    if (status == STATUS_OK && !out->help && !out->scenario)
        status =
            browse_fail(argv[0], STATUS_USAGE,
                        "which scenario? as in gyre %s scenarios/tutorial/first.toml", argv[0]);
    return status;
}

struct plan *options_plan(struct arena *arena, const struct options *options, struct report *report)
{
    struct registry *registry = registry_create(arena, options->plugins, report);
    struct scenario *scenario = scenario_load(arena, options->scenario, options->sets, report);
    if (!scenario)
        return NULL;
    struct plan *plan = plan_create(arena, scenario, registry, report);
    if (!plan || plan_fits(plan, options->threads, report))
        return plan;
    plan_destroy(plan);
    return NULL;
}
