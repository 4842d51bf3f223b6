#include "cli/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/machine.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "host/describe.h"
#include "host/load.h"

/* What the child may say: a module of a thousand components has about a megabyte. */
enum { ANSWER_LIMIT = 1 << 24 };

/* ---- the child ----------------------------------------------------------------------------- */

/* A crash is expected here and leaves no core file, and no child outlives who waits for it. */
static void confine(void)
{
    struct rlimit const none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* What constructors print goes nowhere: the description alone gets the real stdout. */
static int take_stdout(void)
{
    int const real = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    int const nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0)
        dup2(nowhere, STDOUT_FILENO);
    return real;
}

static json_t *answer(struct arena *arena, const char *path, enum status *status)
{
    const char *why;
    const struct component *component = load_module(arena, path, status, &why);
    if (!component)
        return json_pack("{s:s, s:i}", "refused", utf8_text(arena, why), "status", (int)*status);
    json_t *const all = json_array();
    for (; component; component = component->next)
        json_array_append_new(all, describe_component(arena, component));
    return json_pack("{s:o}", "components", all);
}

int inspect_main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("gyre: inspect takes one module: gyre inspect FILE\n", stderr);
        return STATUS_USAGE;
    }
    confine();
    int const out = take_stdout();
    enum status status = STATUS_OK;
    json_t *const said = answer(arena_create(), argv[1], &status);
    if (json_dumpfd(said, out, JSON_COMPACT) != 0)
        status = STATUS_IO;
    /* No exit handlers and no destructors: they would be the stranger's. */
    _exit((int)status);
}

/* ---- the parent ---------------------------------------------------------------------------- */

struct child {
    pid_t pid;
    int out;         /* the end of its stdout that is ours */
    double deadline; /* in machine_seconds                 */
    char *answer;
    size_t length;
};

static bool spawn(struct child *child, int out, const char *path)
{
    char *const arguments[] = {(char *)"gyre", (char *)"inspect", (char *)path, NULL};
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int const failed =
        posix_spawn(&child->pid, "/proc/self/exe", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0;
}

static bool start(struct child *child, const char *path, double seconds)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    child->deadline = machine_seconds() + seconds;
    child->out = ends[0];
    bool const running = spawn(child, ends[1], path);
    close(ends[1]);
    if (!running)
        close(ends[0]);
    return running;
}

/* True when there is something to read, or the end, before the deadline. */
static bool await(const struct child *child)
{
    for (;;) {
        double const left = child->deadline - machine_seconds();
        struct pollfd ready = {.fd = child->out, .events = POLLIN};
        int const count = left > 0 ? poll(&ready, 1, (int)(left * 1000) + 1) : 0;
        if (count >= 0 || errno != EINTR)
            return count > 0;
    }
}

static bool read_answer(struct child *child, FILE *to)
{
    char piece[1 << 16];
    for (size_t total = 0; total < ANSWER_LIMIT;) {
        if (!await(child))
            return false;
        ssize_t const got = read(child->out, piece, sizeof(piece));
        if (got <= 0)
            return got == 0;
        fwrite(piece, 1, (size_t)got, to);
        total += (size_t)got;
    }
    return false;
}

/* The child may have closed its stdout and go on: it is waited for until the deadline too. */
static bool await_end(const struct child *child, int *ended)
{
    struct timespec const pause = {.tv_nsec = 1000000};
    while (machine_seconds() < child->deadline) {
        if (waitpid(child->pid, ended, WNOHANG) == child->pid)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static void stop(const struct child *child)
{
    kill(child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* False when it had to be stopped. */
static bool finish(struct child *child, int *ended)
{
    FILE *const to = open_memstream(&child->answer, &child->length);
    bool const in_time = to && read_answer(child, to) && await_end(child, ended);
    if (!in_time)
        stop(child);
    if (to)
        fclose(to);
    close(child->out);
    return in_time;
}

static bool is_component(const json_t *one)
{
    static const char *const needed[] = {"id", "kind", "version", "summary", NULL};
    for (const char *const *key = needed; *key; key++)
        if (!json_is_string(json_object_get(one, *key)))
            return false;
    return true;
}

static json_t *take_components(json_t *said)
{
    json_t *const all = json_object_get(said, "components");
    for (size_t i = 0; i < json_array_size(all); i++)
        if (!is_component(json_array_get(all, i)))
            return NULL;
    return json_array_size(all) ? json_incref(all) : NULL;
}

/* What the child's end and words mean: its components, or why there are none. */
static json_t *judge(struct arena *arena, const struct child *child, int ended, enum status *status,
                     const char **why)
{
    if (WIFSIGNALED(ended)) {
        const char *const name = sigabbrev_np(WTERMSIG(ended));
        *why = arena_format(arena, "it crashes while it is loaded (SIG%s)", name ? name : "?");
        return NULL;
    }
    json_t *const said = json_loadb(child->answer, child->length, 0, NULL);
    json_t *const all = take_components(said);
    json_t *const refused = json_object_get(said, "refused");
    if (all)
        *status = STATUS_OK;
    else if (json_is_string(refused)) {
        *why = arena_text(arena, json_string_value(refused));
        if (json_integer_value(json_object_get(said, "status")) == STATUS_MISSING)
            *status = STATUS_MISSING;
    } else
        *why = child->length
                   ? "what it says while it is loaded is no description of a module"
                   : arena_format(arena, "it ends the process while it is loaded (exit code %d)",
                                  WEXITSTATUS(ended));
    json_decref(said);
    return all;
}

json_t *inspect_file(struct arena *arena, const char *path, double seconds, enum status *status,
                     const char **why)
{
    struct child child = {.length = 0};
    int ended = 0;
    *status = STATUS_REFUSED;
    *why = NULL;
    if (!start(&child, path, seconds)) {
        *status = STATUS_LIMIT;
        *why = "no process could be started to look into it";
        return NULL;
    }
    json_t *all = NULL;
    if (finish(&child, &ended))
        all = judge(arena, &child, ended, status, why);
    else
        *why = arena_format(arena, "it does not load within %.0f s", seconds);
    free(child.answer);
    return all;
}
