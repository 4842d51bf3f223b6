#include "command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double const limit_seconds = 30;

double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- words -------------------------------------------------------------- */

/* One word from *line on, which is moved behind it. */
static char *take_word(const char **line)
{
    char *word = malloc(strlen(*line) + 1), *to = word;
    bool quoted = false;
    assert_non_null(word);
    const char *c = *line;
    for (; *c && (quoted || *c != ' '); c++) {
        if (*c == '\'')
            quoted = !quoted;
        else if (c[0] == '\\' && c[1] == 'n')
            *to++ = *++c == 'n' ? '\n' : *c;
        else
            *to++ = *c;
    }
    *to = 0;
    *line = c;
    return word;
}

char **words_split(const char *line)
{
    char **words = calloc(strlen(line) + 2, sizeof *words);
    assert_non_null(words);
    size_t count = 0;
    for (line += strspn(line, " "); *line; line += strspn(line, " "))
        words[count++] = take_word(&line);
    return words;
}

void words_free(char **words)
{
    for (char **word = words; *word; word++)
        free(*word);
    free(words);
}

/* ---- environment -------------------------------------------------------- */

/* What a coverage or sanitizer run tells its programs is passed on. */
static bool is_passed_on(const char *variable)
{
    static const char *const names[] = {"PATH=", "ASAN_", "UBSAN_", "LSAN_", "TSAN_", "LLVM_"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static size_t name_length(const char *variable)
{
    return strcspn(variable, "=") + 1;
}

static void set_variable(char **all, char *variable)
{
    while (*all && strncmp(*all, variable, name_length(variable)) != 0)
        all++;
    *all = variable;
}

/* Of the test's own, of ours, and the first words of the line. */
static char **make_environment(char *home, char **own)
{
    static char locale[] = "LC_ALL=C.UTF-8", terminal[] = "TERM=xterm", wait[] = "GYRE_DB_WAIT=10";
    char *const plain[] = {home, locale, terminal, wait};
    size_t room = sizeof plain / sizeof *plain + 1;
    for (char **v = environ; *v; v++)
        room++;
    for (char **v = own; *v; v++)
        room++;
    char **all = calloc(room, sizeof *all);
    assert_non_null(all);
    size_t count = 0;
    for (char **v = environ; *v; v++)
        if (is_passed_on(*v))
            all[count++] = *v;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        all[count++] = plain[i];
    for (; *own && strcmp(*own, "gyre") != 0; own++)
        set_variable(all, *own);
    return all;
}

/* ---- start -------------------------------------------------------------- */

/* Signals as a shell leaves them, whatever CMocka has done with ours. */
static void set_signals(posix_spawnattr_t *attributes)
{
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF);
}

static pid_t spawn(const char *folder, char **arguments, char **environment, int in, int out,
                   int err)
{
    pid_t pid;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    set_signals(&attributes);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (in < 0)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    assert_int_equal(posix_spawn(&pid, GYRE_BINARY, &actions, &attributes, arguments, environment),
                     0);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return pid;
}

struct running command_start_in(const char *folder, const char *line, int in, int out)
{
    int err_pipe[2], out_pipe[2] = {-1, -1};
    char home[512];
    char **words = words_split(line), **first = words;
    while (*first && strcmp(*first, "gyre") != 0)
        first++;
    assert_non_null(*first);
    snprintf(home, sizeof home, "HOME=%s", folder);
    char **environment = make_environment(home, words);
    assert_int_equal(pipe2(err_pipe, O_CLOEXEC), 0);
    if (out < 0)
        assert_int_equal(pipe2(out_pipe, O_CLOEXEC), 0);
    struct running running = {.out = out_pipe[0], .err = err_pipe[0], .began = now_seconds()};
    running.pid = spawn(folder, first, environment, in, out < 0 ? out_pipe[1] : out, err_pipe[1]);
    close(err_pipe[1]);
    if (out < 0)
        close(out_pipe[1]);
    free(environment);
    words_free(words);
    return running;
}

struct running command_start(const char *folder, const char *line, int out)
{
    return command_start_in(folder, line, -1, out);
}

/* ---- what it says ------------------------------------------------------- */

struct gathered {
    int *from;
    char *text;
    size_t length;
};

/* One piece; at its end the pipe is closed. */
static void gather(struct gathered *gathered)
{
    char piece[65536];
    ssize_t const got = read(*gathered->from, piece, sizeof piece);
    if (got > 0) {
        gathered->text = realloc(gathered->text, gathered->length + (size_t)got + 1);
        assert_non_null(gathered->text);
        memcpy(gathered->text + gathered->length, piece, (size_t)got);
        gathered->length += (size_t)got;
        gathered->text[gathered->length] = 0;
    } else if (got == 0 || errno != EINTR) {
        close(*gathered->from);
        *gathered->from = -1;
    }
}

/* Both pipes to their ends. False when the time ran out. */
static bool gather_all(struct gathered *out, struct gathered *err, double until)
{
    while (*out->from >= 0 || *err->from >= 0) {
        struct pollfd polled[2] = {{.fd = *out->from, .events = POLLIN},
                                   {.fd = *err->from, .events = POLLIN}};
        double const left = until - now_seconds();
        if (left <= 0 || poll(polled, 2, (int)(1000 * left) + 1) == 0)
            return false;
        if (polled[0].revents)
            gather(out);
        if (polled[1].revents)
            gather(err);
    }
    return true;
}

struct outcome command_end(struct running *running)
{
    struct gathered out = {&running->out, calloc(1, 1), 0}, err = {&running->err, calloc(1, 1), 0};
    bool const ended = gather_all(&out, &err, running->began + limit_seconds);
    int status = 0;
    if (!ended) {
        kill(running->pid, SIGKILL);
        print_error("gyre was still running after %.0f s\n", limit_seconds);
    }
    while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR)
        ;
    command_stop_reading(running);
    if (running->err >= 0)
        close(running->err);
    bool const exited = ended && WIFEXITED(status);
    return (struct outcome){
        .code = exited ? WEXITSTATUS(status) : -1,
        .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
        .seconds = now_seconds() - running->began,
        .out = out.text,
        .err = err.text,
        .out_length = out.length,
    };
}

void command_stop_reading(struct running *running)
{
    if (running->out >= 0)
        close(running->out);
    running->out = -1;
}

void command_await_line(struct running *running)
{
    struct pollfd polled = {.fd = running->out, .events = POLLIN};
    char c = 0;
    while (c != '\n') {
        assert_int_equal(poll(&polled, 1, (int)(1000 * limit_seconds)), 1);
        assert_int_equal(read(running->out, &c, 1), 1);
    }
}

struct outcome command_run_to(const char *folder, const char *line, int out)
{
    struct running running = command_start(folder, line, out);
    return command_end(&running);
}

struct outcome command_run(const char *folder, const char *line)
{
    return command_run_to(folder, line, -1);
}

void outcome_free(struct outcome *outcome)
{
    free(outcome->out);
    free(outcome->err);
    *outcome = (struct outcome){0};
}

void outcome_expect(const struct outcome *outcome, int code)
{
    if (outcome->code != code)
        print_error("exit code %d (signal %d) where %d was expected; stderr:\n%s", outcome->code,
                    outcome->signal, code, outcome->err);
    assert_int_equal(outcome->code, code);
}
