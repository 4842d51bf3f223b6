/* record/questions.h - what a run asks people, and what they answered: a table of its database. */
#ifndef RECORD_QUESTIONS_H
#define RECORD_QUESTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/report.h"
#include "record/archive.h"

struct question {
    int64_t round, number;
    const char *intervention; /* the instance: "review"                         */
    int64_t agent;            /* whose data; -1: the one dataset that all share */
    int64_t context, state;
    const char *name;       /* the state's; NULL: it has none                 */
    const char *attributes; /* of the state: a JSON object                    */
    const char *why;        /* it was flagged                                 */
    const char *asked;      /* when, ISO 8601, UTC; made by questions_add     */
    const char *answer;     /* "keep", "drop" or "skip"; NULL: not yet        */
    const char *who;        /* answered; "silence": nobody did                */
    const char *answered;   /* when                                           */
};

struct questions;

/* To read and to write. NULL with a sentence. */
struct questions *questions_open(struct arena *arena, const char *path, struct report *report);
/* To read of what an archive shows; a database of before there were questions has none. */
struct questions *questions_of(struct arena *arena, struct archive *archive, struct report *report);
void questions_close(struct questions *questions);

/* All of them or none. Failures leave a sentence. */
enum status questions_add(struct questions *questions, int64_t run, const struct question *question,
                          int64_t count);

/* *taken: it was open, and is answered now. */
enum status questions_answer(struct questions *questions, int64_t run, int64_t number,
                             const char *answer, const char *who, bool *taken);

/* The answer of one question as GYRE_ANSWER_* has it; -1 with a sentence. */
int questions_look(struct questions *questions, int64_t run, int64_t number);

/* Those of a run, or the open ones alone, in order; at most `most`. NULL with a sentence. */
struct question *questions_list(struct questions *questions, struct arena *arena, int64_t run,
                                bool open, int64_t most, int64_t *count);

/* How many are open. Negative with a sentence. */
int64_t questions_open_count(struct questions *questions, int64_t run);

/* The newest run that asked anything, one under way before others; 0: there is none, negative with
 * a sentence. */
int64_t questions_newest_run(struct questions *questions);

/* Is the run under way, as far as the database knows? Negative with a sentence. */
int questions_run_goes_on(struct questions *questions, int64_t run);

#endif
