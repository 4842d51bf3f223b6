/* The command: a verb and its arguments. */
#include <locale.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/version.h"
#include "host/call.h"

static const char help[] =
    "gyre simulates societies of learning agents and asks what keeps them safe.\n"
    "\n"
    "  gyre run SCENARIO     run a scenario, show a table, store every round\n"
    "  gyre check SCENARIO   say all that is wrong with it, and what it will need\n"
    "  gyre list             what components there are\n"
    "  gyre describe ID      one component: parameters, columns, outputs, law\n"
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
    {"describe", describe_main}, {"inspect", inspect_main},
};

static const char *const shown[] = {"run", "check", "list", "describe", NULL};

/* The first signal ends the round and keeps what there is; the second ends at once. */
static void on_signal(int signal)
{
    if (call_stopping())
        _exit(128 + signal);
    call_stop_all();
}

static void set_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
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
        return version_print(stdout);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        return fputs(help, stdout) < 0 || fflush(stdout) != 0 ? STATUS_IO
               : argc > 1                                     ? 0
                                                              : STATUS_USAGE;
    const char *near = text_nearest(word, shown);
    fprintf(stderr, "gyre: no verb \"%s\"%s%s%s; see gyre --help\n", word,
            near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return STATUS_USAGE;
}
