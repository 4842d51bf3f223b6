/* cli/prompt.h - one question after another on a terminal, or through a pipe. */
#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include <stdbool.h>
#include <stdio.h>

#include "record/questions.h"

/* What was typed. The first four are as gyre/intervention.h has answers; END: no more will be. */
enum prompt_word { PROMPT_NONE, PROMPT_KEEP, PROMPT_DROP, PROMPT_SKIP, PROMPT_END };

enum { PROMPT_LINE = 64 };

struct prompt {
    int in; /* a file descriptor */
    FILE *out;
    bool over; /* q, or the end of the input */
    char buffer[PROMPT_LINE];
    size_t held; /* bytes of it that no line has used yet */
    bool long_line;
};

/* The sample and why it was flagged; `open` questions wait, this one among them. */
void prompt_show(const struct prompt *prompt, const struct question *question, int64_t open);

/* Waits at most so long for a line. What is no answer is asked for again. A signal ends it. */
enum prompt_word prompt_wait(struct prompt *prompt, int milliseconds);

/* "keep", "drop", "skip"; NULL for others. */
const char *prompt_answer(enum prompt_word word);

/* Of a whole word or its first letter; PROMPT_NONE: it is none. */
enum prompt_word prompt_find(const char *word);

/* Who sits here, for the record. */
const char *prompt_user(void);

#endif
