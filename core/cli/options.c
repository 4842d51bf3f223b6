#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "schedule/workers.h"

enum { MOST_THREADS = 1024 };

/* The arguments while they are read. */
struct reading {
    struct arena *arena;
    struct options *out;
    const char *verb;
    char **at; /* the next one; ends with NULL */
    int sets, plugins;
    bool failed;
};

static void complain(struct reading *r, const char *what, const char *word, const char *near)
{
    fprintf(stderr, "gyre %s: %s %s%s%s%s; see gyre %s --help\n", r->verb, what,
            text_escape(r->arena, word), near ? "; did you mean " : "", near ? near : "",
            near ? "?" : "", r->verb);
    r->failed = true;
}

/* `--name value` or `--name=value`; NULL after a complaint. */
static const char *value_of(struct reading *r, const char *word)
{
    const char *equals = strchr(word, '=');
    if (equals)
        return equals + 1;
    if (*r->at)
        return *r->at++;
    complain(r, "needs a value:", word, NULL);
    return NULL;
}

static void read_threads(struct reading *r, const char *value)
{
    double threads = 0;
    if (!text_to_real(value, &threads) || threads < 1 || threads > MOST_THREADS ||
        threads != (int)threads)
        complain(r, "--threads takes a whole number from 1 to 1024, not", value, NULL);
    else
        r->out->threads = (int)threads;
}

static void read_value(struct reading *r, const char *name, const char *value)
{
    if (strcmp(name, "--set") == 0)
        r->out->sets[r->sets++] = value;
    else if (strcmp(name, "--plugin") == 0)
        r->out->plugins[r->plugins++] = value;
    else if (strcmp(name, "--db") == 0)
        r->out->database = value;
    else
        read_threads(r, value);
}

static bool read_flag(struct reading *r, const char *name)
{
    if (strcmp(name, "--json") == 0)
        r->out->json = true;
    else if (strcmp(name, "--quiet") == 0)
        r->out->quiet = true;
    else if (strcmp(name, "--help") == 0)
        r->out->help = true;
    else if (strcmp(name, "--no-db") == 0)
        r->out->database = NULL;
    else
        return false;
    return true;
}

static const char *find_option(const char *word, const char *const *known)
{
    size_t const length = strcspn(word, "=");
    for (; *known; known++)
        if (strlen(*known) == length && strncmp(*known, word, length) == 0)
            return *known;
    return NULL;
}

static void read_word(struct reading *r, const char *word, const char *const *known)
{
    const char *name = find_option(strcmp(word, "-h") == 0 ? "--help" : word, known);
    if (word[0] != '-' || !word[1]) {
        if (r->out->scenario)
            complain(r, "takes one scenario, and there is also", word, NULL);
        r->out->scenario = word;
    } else if (!name) {
        complain(r, "unknown option", word, text_nearest(word, known));
    } else if (read_flag(r, name)) {
        if (strchr(word, '='))
            complain(r, "takes no value:", name, NULL);
    } else {
        const char *value = value_of(r, word);
        if (value)
            read_value(r, name, value);
    }
}

enum status options_read(struct arena *arena, int argc, char **argv, const char *const *known,
                         struct options *out)
{
    *out = (struct options){.database = "gyre.db", .threads = workers_default()};
    out->sets = ARENA_ARRAY(arena, const char *, argc + 1);
    out->plugins = ARENA_ARRAY(arena, const char *, argc + 1);
    struct reading reading = {.arena = arena, .out = out, .verb = argv[0], .at = argv + 1};
    while (*reading.at && !reading.failed) {
        const char *word = *reading.at++;
        read_word(&reading, word, known);
    }
    if (!reading.failed && !out->help && !out->scenario)
        complain(&reading, "needs a scenario, as in", "scenarios/tutorial/first.toml", NULL);
    return reading.failed ? STATUS_USAGE : STATUS_OK;
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
