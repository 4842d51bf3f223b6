/* command.h - the gyre binary, run in a folder as a shell would run it. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stddef.h>
#include <sys/types.h>

/* How a command ended and what it said. */
struct outcome {
    int code;       /* of its exit; -1 when a signal ended it or time ran out */
    int signal;     /* that ended it, 0: none                                 */
    double seconds; /* it took                                                */
    char *out, *err;
    size_t out_length;
};

/* A command under way. */
struct running {
    pid_t pid;
    int out, err; /* our ends of its pipes; -1: it has none */
    double began;
};

/* `[NAME=VALUE ..] gyre WORD ..`: words are parted by blanks, within '..' they hold together, and
 * \n is a line break. The environment is small and the same everywhere, but for the names given
 * in the line. The command is ended after 30 seconds. */
struct outcome command_run(const char *folder, const char *line);

/* stdout goes to a file descriptor of the caller's; `out` in the outcome is then empty. */
struct outcome command_run_to(const char *folder, const char *line, int out);

struct running command_start(const char *folder, const char *line, int out);
/* Its stdin is that file descriptor. */
struct running command_start_in(const char *folder, const char *line, int in, int out);
struct outcome command_end(struct running *running);

/* Reads its stdout up to and with the next line break. */
void command_await_line(struct running *running);

/* Closes our end of its stdout, as `| head -1` does. */
void command_stop_reading(struct running *running);

/* The line's words, ending with NULL; free with words_free. */
char **words_split(const char *line);
void words_free(char **words);

void outcome_free(struct outcome *outcome);

/* The binary's run with its last words when it did not end with this code. */
void outcome_expect(const struct outcome *outcome, int code);

double now_seconds(void);

#endif
