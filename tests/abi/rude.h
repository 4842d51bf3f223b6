/* One case of a component that misbehaves: a scenario is written, run, and what is said held
 * against what is to be said. */
#ifndef RUDE_H
#define RUDE_H

#include <stddef.h>

#include "cli/command.h"
#include "cli/folder.h"
#include "cli/recorded.h"

#define SAMPLES  "samples = 10, dataset = \"per_agent\""
#define EXPECTED "samples = \"expected\""
/* Half of what was said stays: agents are tables. */
#define TABLES MIXED " }\nupdate = { use = \"update.mle\", rate = 0.5"
#define MIXED  "samples = 10, dataset = \"per_agent\", mixing = 0.5"

/* Agents remember samples. */
#define MEMORIES SAMPLES " }\nsociety.policy = { use = \"policy.memory\""

/* Exit codes. */
enum { DATA = 65, BUG = 70, LIMIT = 71 };

/* Where the scenario and its database are. */
extern struct folder rude_folder;

/* A component KIND.rude in a mode, and what is said of it: after a round of a replicate, or (round
 * below 0) before there is a run. */
struct rude {
    const char *kind, *mode, *sampling;
    int code, replicate, round;
    const char *sentence;
};

void rude_write(const struct rude *rude);
struct outcome rude_run(const char *options);

/* The one text that a query of the database gives. */
void rude_expect_text(const char *query, const char *expected);
#define LAST "FROM run ORDER BY id DESC LIMIT 1"

/* Of the scenario that was written. */
void rude_expect_failure(const struct rude *rude, const char *options);

/* The same scenario, the component behaving. */
void rude_expect_good_run(const struct rude *rude);

/* All of it, for each case. */
void rude_expect(const struct rude *all, size_t count);

/* A mode in which nothing is to be said. */
void rude_expect_harmless(const char *kind, const char *mode, const char *sampling);

/* Set-up and its end, of a group of tests. */
int rude_make_folder(void **state);
int rude_drop_folder(void **state);

#define EXPECT(...)                                                                                \
    do {                                                                                           \
        static const struct rude cases[] = {__VA_ARGS__};                                          \
        rude_expect(cases, sizeof cases / sizeof *cases);                                          \
    } while (0)

#endif
