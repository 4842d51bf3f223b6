/* People who are asked: at the run's terminal, through a pipe, from another process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "folder.h"
#include "recorded.h"

enum { LINE = 512, STOPPED = 75 };

static struct folder folder;

/* Two states, one of them risky; every risky sample of the 10 of a round is asked about. */
#define SCENARIO                                                                                   \
    "gyre = 1\nscenario = { rounds = 2, seed = 5 }\n"                                              \
    "space = { reference = [0.5, 0.5], safe = [1, 0], attributes = { harm = [0.25, 1.5] } }\n"     \
    "society = { agents = 3 }\nsampling = { samples = 10 }\n"                                      \
    "metric = [{ use = \"metric.safety\" }]\n[[intervention]]\nuse = \"intervention.review\"\n"

static void begin(const char *keys)
{
    char text[2 * LINE];
    static const char *const files[] = {"gyre.db", "gyre.db-wal", "gyre.db-shm"};
    for (int i = 0; i < 3; i++)
        unlink(folder_path(&folder, files[i]));
    snprintf(text, sizeof text, SCENARIO "%s\n", keys);
    folder_write(&folder, "people.toml", text);
}

static void wait_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

/* Runs with these lines on its stdin, and then its end. */
static struct outcome run_with(const char *command, const char *typed)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], typed, strlen(typed)), (ssize_t)strlen(typed));
    close(ends[1]);
    struct running running = command_start_in(folder.path, command, ends[0], -1);
    close(ends[0]);
    return command_end(&running);
}

static int64_t count(const char *query)
{
    return recorded_count(&folder, "gyre.db", query);
}

static void expect_text(const char *query, const char *expected)
{
    char *text = recorded_text(&folder, "gyre.db", query);
    if (expected)
        assert_string_equal(text, expected);
    else
        assert_null(text);
    free(text);
}

/* The value of an output in a round, of the last run. */
static double value_of(const char *name, int round)
{
    char query[LINE];
    snprintf(query, sizeof query,
             "SELECT value FROM metrics WHERE name = '%s' AND round = %d AND run = (SELECT max(id) "
             "FROM run)",
             name, round);
    char *text = recorded_text(&folder, "gyre.db", query);
    assert_non_null(text);
    double const value = strtod(text, NULL);
    free(text);
    return value;
}

static void expect_output(const char *name, int round, double expected)
{
    double const value = value_of(name, round);
    if (!(fabs(value - expected) < 1e-12))
        fail_msg("%s in round %d is %.17g, not %.17g", name, round, value, expected);
}

/* Until the run under way has asked so much. A database that is not made yet has no such table. */
static void await_questions(int64_t questions)
{
    double const until = now_seconds() + 20;
    bool there = false;
    while (!there && now_seconds() < until) {
        wait_a_little();
        there = folder_has(&folder, "gyre.db") &&
                count("SELECT count(*) FROM sqlite_schema WHERE name = 'question'") == 1 &&
                count("SELECT count(*) FROM question") >= questions;
    }
    assert_true(there);
}

static void expect_said(const struct outcome *outcome, const char *words)
{
    if (!strstr(outcome->err, words))
        fail_msg("\"%s\" was not said, but: %s", words, outcome->err);
}

/* ---- at the terminal ---------------------------------------------------- */

static void an_answer_decides_about_its_sample(void **state)
{
    (void)state;
    begin("");
    char keep[256] = "", drop[256] = "";
    for (int i = 0; i < 30; i++) {
        strcat(keep, "keep\n");
        strcat(drop, "d\n");
    }
    struct outcome outcome = run_with("gyre run people.toml --review", drop);
    outcome_expect(&outcome, 0);
    assert_non_null(strstr(outcome.out, "run 1 in gyre.db"));
    assert_non_null(
        strstr(outcome.out, "isolation: open, through intervention.review (risk, people)\n"));
    outcome_free(&outcome);
    int64_t const asked = count("SELECT count(*) FROM question");
    assert_true(asked > 0 && asked <= 10);
    assert_int_equal(count("SELECT count(*) FROM question WHERE answer = 'drop'"), asked);
    expect_output("safety.mass", 1, 1);
    expect_output("review.dropped", 1, (double)asked);
    expect_output("review.minutes", 1, 2 * (double)asked);
    expect_output("review.flagged", 2, 0);

    begin("");
    outcome = run_with("gyre run people.toml --review", keep);
    outcome_expect(&outcome, 0);
    outcome_free(&outcome);
    expect_output("safety.mass", 1, 1 - (double)asked / 10);
    expect_output("review.dropped", 1, 0);
}

static void the_question_says_what_and_why(void **state)
{
    (void)state;
    begin("capacity = 1\nsilence = \"pass\"");
    struct outcome outcome = run_with("gyre run people.toml --review", "what?\nSkip\n");
    outcome_expect(&outcome, 0);
    char *user = recorded_text(&folder, "gyre.db", "SELECT who FROM question WHERE number = 1");
    assert_true(user && *user);
    free(user);
    expect_said(&outcome,
                "\nquestion 1, round 1\n  state 1 of context 0: safe 0, harm 1.5, risk 1\n"
                "  flagged: risk 1 is above 0.5\nk(eep), d(rop), s(kip) or q(uit)? "
                "k(eep), d(rop), s(kip) or q(uit)? \nquestion 2, round 2\n");
    assert_null(strstr(outcome.out, "question"));
    outcome_free(&outcome);
    expect_text("SELECT answer FROM question WHERE number = 1", "skip");
    expect_text("SELECT group_concat(round || ' ' || state || ' ' || context || ' ' || "
                "coalesce(agent, 'all') || ' ' || intervention || ' ' || why) FROM question WHERE "
                "number = 1",
                "1 1 0 all review risk 1 is above 0.5");
    expect_text("SELECT attributes FROM question WHERE number = 1",
                "{\"safe\": 0, \"harm\": 1.5, \"risk\": 1}");
    expect_output("review.reviewed", 1, 0);
    expect_output("review.passed_unseen", 1, value_of("review.flagged", 1));
}

/* The end of the input is silence, as q is. */
static void silence_has_a_policy(void **state)
{
    (void)state;
    static const char *const typed[] = {"", "q\n", "k\nquit\nk\n", "k"};
    for (int i = 0; i < 4; i++) {
        begin("silence = \"drop\"");
        struct outcome outcome = run_with("gyre run people.toml --review", typed[i]);
        outcome_expect(&outcome, 0);
        expect_said(&outcome, "\nnobody is asked any more in this run\n");
        outcome_free(&outcome);
        int64_t const asked = count("SELECT count(*) FROM question WHERE round = 1");
        int64_t const kept = count("SELECT count(*) FROM question WHERE answer = 'keep'");
        assert_int_equal(kept, *typed[i] == 'k');
        assert_int_equal(count("SELECT count(*) FROM question WHERE who = 'silence' AND answer = "
                               "'skip' AND round = 1"),
                         asked - kept);
        expect_output("review.dropped_unseen", 1, (double)(asked - kept));
        expect_output("review.waiting", 2, 0);
    }
    begin("silence = \"hold\"");
    struct outcome outcome = run_with("gyre run people.toml --review", "");
    outcome_expect(&outcome, 0);
    outcome_free(&outcome);
    expect_output("review.waiting", 1, (double)count("SELECT count(*) FROM question"));
    assert_int_equal(count("SELECT count(*) FROM question WHERE answer IS NOT NULL"), 0);
    expect_output("safety.mass", 1, 1);
}

/* A line that is longer than any answer is none. */
static void long_lines_are_no_answers(void **state)
{
    (void)state;
    char typed[400];
    begin("silence = \"pass\"\ncapacity = 1");
    memset(typed, 'k', sizeof typed);
    memcpy(typed + 300, "\nd\n", 4);
    struct outcome outcome = run_with("gyre run people.toml --review", typed);
    outcome_expect(&outcome, 0);
    outcome_free(&outcome);
    expect_text("SELECT answer FROM question WHERE number = 1", "drop");
}

static void a_terminal_is_asked_as_a_pipe_is(void **state)
{
    (void)state;
    begin("capacity = 1\nsilence = \"pass\"");
    int const master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    int const slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(slave >= 0);
    struct running running =
        command_start_in(folder.path, "gyre run people.toml --review", slave, -1);
    assert_int_equal(write(master, "k\nd\n", 4), 4);
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, 0);
    outcome_free(&outcome);
    close(slave);
    close(master);
    expect_text("SELECT group_concat(answer) FROM question", "keep,drop");
}

/* ---- from another process ----------------------------------------------- */

static void answer_all(const char *word)
{
    char line[LINE] = "gyre review", *at = line + strlen(line);
    int64_t const asked = count("SELECT count(*) FROM question WHERE answer IS NULL");
    int64_t const first = count("SELECT min(number) FROM question WHERE answer IS NULL");
    assert_true(asked > 0 && asked <= 10);
    for (int64_t i = 0; i < asked; i++)
        at += sprintf(at, " --answer %d=%s", (int)(first + i), word);
    struct outcome outcome = command_run(folder.path, line);
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "");
    outcome_free(&outcome);
}

static void another_process_answers_while_the_run_waits(void **state)
{
    (void)state;
    begin("");
    struct running running = command_start(folder.path, "gyre run people.toml --desk", -1);
    await_questions(1);
    answer_all("drop");
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "questions wait: gyre review gyre.db --run 1\n");
    outcome_free(&outcome);
    expect_output("safety.mass", 1, 1);
    expect_text("SELECT status FROM run", "done");
}

static void one_question_after_another_from_another_terminal(void **state)
{
    (void)state;
    begin("capacity = 1");
    struct running running = command_start(folder.path, "gyre run people.toml --desk", -1);
    await_questions(1);
    struct outcome review = run_with("gyre review gyre.db --run 1", "drop\nk\n");
    outcome_expect(&review, 0);
    assert_non_null(strstr(review.out, "\nquestion 1, round 1\n  state 1 of context 0: "));
    outcome_free(&review);
    while (count("SELECT count(*) FROM question WHERE answer IS NULL AND run = (SELECT id FROM run "
                 "WHERE status = 'running')") > 0)
        answer_all("keep");
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, 0);
    outcome_free(&outcome);
    expect_text("SELECT answer FROM question WHERE number = 1", "drop");
}

static void an_answer_from_elsewhere_ends_the_prompt(void **state)
{
    (void)state;
    int ends[2];
    begin("");
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct running running =
        command_start_in(folder.path, "gyre run people.toml --review", ends[0], -1);
    await_questions(1);
    answer_all("drop");
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, 0);
    expect_said(&outcome, "\nquestion 1 was answered elsewhere: drop\n");
    outcome_free(&outcome);
    close(ends[0]);
    close(ends[1]);
}

/* Rounds of a fiftieth of a second; what was asked in the first is answered while later ones go. */
static void a_run_that_goes_on_takes_answers_later(void **state)
{
    (void)state;
    begin("waits = false\ncapacity = 1\nsilence = \"hold\"");
    struct running running = command_start(
        folder.path,
        "gyre run people.toml --desk --set scenario.rounds=100000 --set sampling.samples=500000",
        -1);
    await_questions(2);
    struct outcome answer = command_run(folder.path, "gyre review --answer 1=k --answer 2=d");
    outcome_expect(&answer, 0);
    outcome_free(&answer);
    double const until = now_seconds() + 20;
    while (count("SELECT count(*) FROM metrics WHERE name = 'review.late' AND value = 1") == 0 &&
           now_seconds() < until)
        wait_a_little();
    kill(running.pid, SIGINT);
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, STOPPED);
    outcome_free(&outcome);
    assert_int_equal(count("SELECT count(*) FROM metrics WHERE name = 'review.late' AND value = 1"),
                     1);
    assert_int_equal(count("SELECT sum(value) FROM metrics WHERE name = 'review.dropped'"), 1);
}

/* Nobody answers within a round: silence. */
static void patience_ends(void **state)
{
    (void)state;
    begin("waits = false\npatience = 1\nsilence = \"drop\"\nunreviewed = \"drop\"\ncapacity = 2");
    struct outcome outcome = run_with("gyre run people.toml --review", "");
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "questions wait: gyre review gyre.db --run 1\n");
    outcome_free(&outcome);
    expect_output("review.waiting", 1, 2);
    expect_text("SELECT group_concat(who) FROM question WHERE round = 1", "silence,silence");
    expect_text("SELECT group_concat(who) FROM question WHERE round = 2", NULL);
}

static void a_signal_ends_the_waiting(void **state)
{
    (void)state;
    begin("");
    struct running running = command_start(folder.path, "gyre run people.toml --desk", -1);
    await_questions(1);
    double const began = now_seconds();
    kill(running.pid, SIGINT);
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, STOPPED);
    assert_true(now_seconds() - began < 5);
    outcome_free(&outcome);
    expect_text("SELECT status FROM run", "stopped");
    assert_int_equal(count("SELECT count(DISTINCT round) FROM value"), 1);
    assert_int_equal(count("SELECT count(*) FROM question WHERE answer IS NOT NULL"), 0);
    outcome = command_run(folder.path, "gyre review --answer 1=keep");
    outcome_expect(&outcome, 65);
    assert_string_equal(outcome.err, "gyre.db: run 1 has ended and takes no more answers\n");
    outcome_free(&outcome);
}

/* ---- lists and mistakes ------------------------------------------------- */

static void expect_refused(const char *line, int code, const char *sentence)
{
    struct outcome outcome = command_run(folder.path, line);
    outcome_expect(&outcome, code);
    assert_string_equal(outcome.err, sentence);
    outcome_free(&outcome);
}

static void questions_are_listed(void **state)
{
    (void)state;
    begin("capacity = 1\nsilence = \"drop\"");
    struct outcome outcome = run_with("gyre run people.toml --review", "k\n");
    outcome_expect(&outcome, 0);
    outcome_free(&outcome);
    outcome = command_run(folder.path, "gyre review --list");
    outcome_expect(&outcome, 0);
    assert_non_null(strstr(outcome.out, "run 1, 2 questions\n"
                                        "1  round 1, state 1: risk 1 is above 0.5: keep, by "));
    assert_non_null(
        strstr(outcome.out, "\n2  round 2, state 1: risk 1 is above 0.5: skip, by silence\n"));
    outcome_free(&outcome);
    outcome = command_run(folder.path, "gyre review gyre.db --json --run last");
    outcome_expect(&outcome, 0);
    json_t *all = json_loads(outcome.out, 0, NULL);
    const json_t *first = json_array_get(json_object_get(all, "questions"), 0);
    assert_int_equal(json_integer_value(json_object_get(all, "run")), 1);
    assert_string_equal(json_string_value(json_object_get(first, "answer")), "keep");
    assert_true(json_is_null(json_object_get(first, "agent")));
    assert_true(json_real_value(json_object_get(json_object_get(first, "attributes"), "harm")) >
                1.4);
    json_decref(all);
    outcome_free(&outcome);
}

static void what_cannot_be_answered_is_said(void **state)
{
    (void)state;
    begin("");
    expect_refused("gyre review", 66,
                   "gyre.db: there is no such database; gyre run makes one, and --db names "
                   "another\n");
    struct running running = command_start(folder.path, "gyre run people.toml --desk", -1);
    await_questions(1);
    expect_refused("gyre review --answer 99=keep", 66,
                   "gyre.db: run 1 has asked no question 99; --list shows what it has\n");
    expect_refused("gyre review --answer 1=keep", 0, "");
    expect_refused("gyre review --answer 1=drop", 65,
                   "gyre.db: question 1 of run 1 has been answered already: keep\n");
    expect_refused("gyre review --run 7", 66, "gyre.db: there is no run 7; the last is run 1\n");
    kill(running.pid, SIGTERM);
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, STOPPED);
    outcome_free(&outcome);
    folder_write(&folder, "people.toml", SCENARIO "simulated = true\n");
    outcome = command_run(folder.path, "gyre run people.toml --db other.db --quiet");
    outcome_expect(&outcome, 0);
    outcome_free(&outcome);
    expect_refused("gyre review other.db", 66, "other.db: no run has asked anything in it yet\n");
    outcome = command_run(folder.path, "gyre review other.db --list");
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.out, "no run has asked anything in other.db yet\n");
    outcome_free(&outcome);
}

/* A run of before there were questions. */
static void older_databases_have_no_questions(void **state)
{
    (void)state;
    begin("simulated = true");
    struct outcome outcome = command_run(folder.path, "gyre run people.toml");
    outcome_expect(&outcome, 0);
    outcome_free(&outcome);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(folder_path(&folder, "gyre.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DROP TABLE question", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    outcome = command_run(folder.path, "gyre review --list --run 1");
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.out, "run 1, 0 questions\n");
    outcome_free(&outcome);
}

/* ---- setup -------------------------------------------------------------- */

static int prepare(void **state)
{
    (void)state;
    folder_create(&folder);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_decides_about_its_sample),
        cmocka_unit_test(the_question_says_what_and_why),
        cmocka_unit_test(silence_has_a_policy),
        cmocka_unit_test(long_lines_are_no_answers),
        cmocka_unit_test(a_terminal_is_asked_as_a_pipe_is),
        cmocka_unit_test(another_process_answers_while_the_run_waits),
        cmocka_unit_test(one_question_after_another_from_another_terminal),
        cmocka_unit_test(an_answer_from_elsewhere_ends_the_prompt),
        cmocka_unit_test(a_run_that_goes_on_takes_answers_later),
        cmocka_unit_test(patience_ends),
        cmocka_unit_test(a_signal_ends_the_waiting),
        cmocka_unit_test(questions_are_listed),
        cmocka_unit_test(what_cannot_be_answered_is_said),
        cmocka_unit_test(older_databases_have_no_questions),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
