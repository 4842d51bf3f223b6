/* The command: a verb and its arguments. */
#include <locale.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/browse.h"
#include "cli/cli.h"
#include "cli/version.h"
#include "host/call.h"

static const char help[] =
    "gyre simulates societies of learning agents and asks what keeps them safe.\n"
    "\n"
    "  gyre run SCENARIO     run a scenario, show a table, store every round\n"
    "  gyre check SCENARIO   say all that is wrong with it, and what it will need\n"
    "  gyre theory SCENARIO  closed forms beside what replicates measure\n"
    "  gyre list             what components there are\n"
    "  gyre describe ID      one component: parameters, columns, outputs, law\n"
    "  gyre runs             what has been run\n"
    "  gyre show RUN         a run again: its table, and plots in the terminal\n"
    "  gyre plot RUN         a run as an SVG file\n"
    "  gyre export RUN       a run as CSV or JSON\n"
    "  gyre review DB        answer what a run asks people\n"
    "  gyre schema           a JSON Schema of scenarios, for editors\n"
    "\n"
    "  gyre VERB --help      a verb's options and an example\n"
    "  gyre --version        versions of gyre and of what it stands on\n"
    "\n"
    "example: gyre run scenarios/moltbook/words.toml\n";

struct verb {
    const char *name;
    int (*main)(int argc, char **argv);
};

static const struct verb verbs[] = {
    {"run", run_main},           {"check", check_main},     {"list", list_main},
    {"describe", describe_main}, {"inspect", inspect_main}, {"schema", schema_main},
    {"runs", runs_main},         {"show", show_main},       {"plot", plot_main},
    {"export", export_main},     {"review", review_main},   {"theory", theory_main},
};

static const char *const shown[] = {"run",  "check", "theory", "list",   "describe", "runs",
                                    "show", "plot",  "export", "review", "schema",   NULL};

/* The first signal ends the round and keeps what there is; the second ends at once. */
static void on_signal(int signal)
{
    if (call_stopping())
        _exit(128 + signal);
    call_stop_all();
}

static void set_signals(void)
{
    /* A row that is on its way to a slow reader is written to its end. */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    /* A closed pipe and a file that may not grow are errors of a write, not the end. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

static int refuse_verb(const char *word)
{
    struct arena *arena = arena_create();
    const char *near = text_nearest(word, shown);
    fprintf(stderr, "gyre: no verb \"%s\"%s%s%s; see gyre --help\n", text_escape(arena, word),
            near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    arena_destroy(arena);
    return STATUS_USAGE;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "--help";
    setlocale(LC_CTYPE, "");
    set_signals();
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(word, verbs[i].name) == 0)
            return verbs[i].main(argc - 1, argv + 1);
    if (strcmp(word, "--version") == 0)
        version_print(stdout);
    else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        fputs(help, stdout);
    else
        return refuse_verb(word);
    return argc > 1 ? (int)browse_end(NULL) : STATUS_USAGE;
}
