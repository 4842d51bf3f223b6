#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rude.h"

enum { TEXT = 4096 };

struct folder rude_folder;

static bool is(const struct rude *rude, const char *kind)
{
    return strcmp(rude->kind, kind) == 0;
}

/* "[[metric]]" */
static const char *header_of(const struct rude *rude)
{
    static char text[64];
    bool const many = is(rude, "metric") || is(rude, "intervention");
    snprintf(text, sizeof text, "%s%s%s%s", many ? "[[" : "[", is(rude, "policy") ? "society." : "",
             rude->kind, many ? "]]" : "]");
    return text;
}

void rude_write(const struct rude *rude)
{
    char text[TEXT];
    snprintf(text, sizeof text,
             "gyre = 1\n"
             "scenario = { rounds = 3, replicates = 10 }\n"
             "society.agents = 200\n"
             "sampling = { %s }\n"
             "space = { states = 4, reference = \"uniform\" }\n"
             "%s\n"
             "  use = \"%s.rude\"\n"
             "  mode = \"%s\"\n"
             "%s",
             rude->sampling, header_of(rude), rude->kind, rude->mode,
             is(rude, "metric") ? "" : "[[metric]]\n  use = \"metric.diversity\"\n");
    folder_write(&rude_folder, "rude.toml", text);
}

struct outcome rude_run(const char *options)
{
    char line[TEXT];
    snprintf(line, sizeof line,
             "GYRE_PLUGIN_PATH='%s:%s' gyre run rude.toml --db runs.db --quiet %s", PLUGINS,
             RUDE_DIR, options);
    return command_run(rude_folder.path, line);
}

/* "rude.toml:7:9: policy.rude, after round 0 of replicate 0: it is wrong" */
static const char *reason_of(const struct rude *rude)
{
    static char text[TEXT];
    char when[64] = "";
    if (rude->round >= 0)
        snprintf(when, sizeof when, ", after round %d of replicate %d", rude->round,
                 rude->replicate);
    int const line = strchr(rude->sampling, '\n') ? 8 : 7;
    snprintf(text, sizeof text, "rude.toml:%d:9: %s.rude%s: %s", line, rude->kind, when,
             rude->sentence);
    return text;
}

void rude_expect_text(const char *query, const char *expected)
{
    char *found = recorded_text(&rude_folder, "runs.db", query);
    assert_non_null(found);
    assert_string_equal(found, expected);
    free(found);
}

/* Sanitizers say on stderr that they had no memory to give; gyre's own words come behind. */
static void leave_out_sanitizers(char *text)
{
    while (strncmp(text, "==", 2) == 0 && strchr(text, '\n')) {
        const char *rest = strchr(text, '\n') + 1;
        memmove(text, rest, strlen(rest) + 1);
    }
}

void rude_expect_failure(const struct rude *rude, const char *options)
{
    char expected[TEXT + 1];
    struct outcome outcome = rude_run(options);
    leave_out_sanitizers(outcome.err);
    snprintf(expected, sizeof expected, "%s\n", reason_of(rude));
    if (strcmp(outcome.err, expected) != 0 || outcome.code != rude->code)
        print_error("%s.rude, mode %s %s: exit code %d (signal %d)\n", rude->kind, rude->mode,
                    options, outcome.code, outcome.signal);
    assert_string_equal(outcome.err, expected);
    assert_int_equal(outcome.code, rude->code);
    outcome_free(&outcome);
    if (rude->round < 0)
        return;
    rude_expect_text("SELECT status " LAST, "failed");
    rude_expect_text("SELECT reason " LAST, reason_of(rude));
    assert_int_equal(
        recorded_count(&rude_folder, "runs.db", "SELECT coalesce(digest, '') = '' " LAST), 1);
}

void rude_expect_good_run(const struct rude *rude)
{
    char options[64];
    bool const many = is(rude, "metric") || is(rude, "intervention");
    snprintf(options, sizeof options, "--set %s%s%s.mode=well",
             is(rude, "policy") ? "society." : "", rude->kind, many ? ".rude" : "");
    struct outcome outcome = rude_run(options);
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "");
    outcome_free(&outcome);
    rude_expect_text("SELECT status " LAST, "done");
    assert_int_equal(recorded_count(&rude_folder, "runs.db",
                                    "SELECT count(DISTINCT replicate) FROM value "
                                    "WHERE run = (SELECT max(id) FROM run)"),
                     10);
    rude_expect_text("PRAGMA integrity_check", "ok");
}

void rude_expect(const struct rude *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rude_write(&all[i]);
        rude_expect_failure(&all[i], "--threads 2");
        if (i == 0 || strcmp(all[i].kind, all[i - 1].kind) != 0 ||
            strcmp(all[i].sampling, all[i - 1].sampling) != 0)
            rude_expect_good_run(&all[i]);
    }
}

void rude_expect_harmless(const char *kind, const char *mode, const char *sampling)
{
    rude_write(&(struct rude){.kind = kind, .mode = mode, .sampling = sampling});
    struct outcome outcome = rude_run("");
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "");
    outcome_free(&outcome);
    rude_expect_text("SELECT status " LAST, "done");
}

int rude_make_folder(void **state)
{
    (void)state;
    folder_create(&rude_folder);
    return 0;
}

int rude_drop_folder(void **state)
{
    (void)state;
    folder_remove(&rude_folder);
    return 0;
}
