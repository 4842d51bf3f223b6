#include "cli/prompt.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/ink.h"

static const char *const words[] = {
    [PROMPT_KEEP] = "keep", [PROMPT_DROP] = "drop", [PROMPT_SKIP] = "skip", [PROMPT_END] = "quit"};

static const char choice[] = "k(eep), d(rop), s(kip) or q(uit)? ";

/* ---- words -------------------------------------------------------------- */

const char *prompt_answer(enum prompt_word word)
{
    return word == PROMPT_NONE || word == PROMPT_END ? NULL : words[word];
}

enum prompt_word prompt_find(const char *word)
{
    for (int i = PROMPT_KEEP; i <= PROMPT_END; i++) {
        char const letter[] = {words[i][0], 0};
        if (strcasecmp(word, words[i]) == 0 || strcasecmp(word, letter) == 0)
            return (enum prompt_word)i;
    }
    return PROMPT_NONE;
}

const char *prompt_user(void)
{
    const struct passwd *user = getpwuid(geteuid());
    return user && user->pw_name && *user->pw_name ? user->pw_name : "somebody";
}

/* ---- what is asked ------------------------------------------------------ */

/* The JSON object as `risk 0.8, safe 0`. */
static void print_attributes(FILE *out, const char *json)
{
    for (const char *c = json; *c; c++)
        if (!strchr("{}\":", *c))
            fputc(*c, out);
}

void prompt_show(const struct prompt *prompt, const struct question *q, int64_t open)
{
    struct arena *arena = arena_create();
    fprintf(prompt->out, "\nquestion %" PRId64 ", round %" PRId64, q->number, q->round);
    if (q->agent >= 0)
        fprintf(prompt->out, ", agent %" PRId64, q->agent);
    if (open > 1)
        fprintf(prompt->out, ", %" PRId64 " wait", open);
    fprintf(prompt->out, "\n  state %" PRId64, q->state);
    if (q->name)
        fprintf(prompt->out, " \"%s\"", ink_text(arena, q->name));
    fprintf(prompt->out, " of context %" PRId64 ": ", q->context);
    print_attributes(prompt->out, ink_text(arena, q->attributes ? q->attributes : ""));
    fprintf(prompt->out, "\n  flagged: %s\n%s", ink_text(arena, q->why ? q->why : ""), choice);
    fflush(prompt->out);
    arena_destroy(arena);
}

/* ---- what is typed ------------------------------------------------------ */

/* Blanks around it do not count. */
static enum prompt_word find_line(char *line)
{
    line += strspn(line, " \t\r");
    size_t length = strlen(line);
    while (length > 0 && strchr(" \t\r", line[length - 1]))
        line[--length] = 0;
    return prompt_find(line);
}

/* The first line that is held. What fills the buffer without an end is no answer. */
static bool take_line(struct prompt *prompt, char line[PROMPT_LINE])
{
    char *end = memchr(prompt->buffer, '\n', prompt->held);
    if (!end && prompt->held == sizeof prompt->buffer - 1) {
        prompt->long_line = true;
        prompt->held = 0;
    }
    if (!end)
        return false;
    size_t const length = (size_t)(end - prompt->buffer);
    memcpy(line, prompt->buffer, length);
    line[prompt->long_line ? 0 : length] = 0;
    prompt->long_line = false;
    prompt->held -= length + 1;
    memmove(prompt->buffer, end + 1, prompt->held);
    return true;
}

/* At the end of the input what stands there counts as a line. */
static bool end_line(struct prompt *prompt, char line[PROMPT_LINE])
{
    size_t const length = prompt->held;
    memcpy(line, prompt->buffer, length);
    line[length] = 0;
    prompt->held = 0;
    prompt->over = true;
    return length > 0 && !prompt->long_line;
}

/* False: there is no whole line yet. */
static bool read_line(struct prompt *prompt, int milliseconds, char line[PROMPT_LINE])
{
    struct pollfd polled = {.fd = prompt->in, .events = POLLIN};
    if (take_line(prompt, line))
        return true;
    if (poll(&polled, 1, milliseconds) <= 0)
        return false;
    ssize_t const got =
        read(prompt->in, prompt->buffer + prompt->held, sizeof prompt->buffer - 1 - prompt->held);
    if (got > 0) {
        prompt->held += (size_t)got;
        return take_line(prompt, line);
    }
    bool const again = got < 0 && (errno == EINTR || errno == EAGAIN);
    return !again && end_line(prompt, line);
}

enum prompt_word prompt_wait(struct prompt *prompt, int milliseconds)
{
    char line[PROMPT_LINE];
    if (!read_line(prompt, milliseconds, line))
        return prompt->over ? PROMPT_END : PROMPT_NONE;
    enum prompt_word const word = find_line(line);
    if (word == PROMPT_END)
        prompt->over = true;
    if (word == PROMPT_NONE) {
        fputs(choice, prompt->out);
        fflush(prompt->out);
    }
    return word;
}
