/* Questions in a run's database: kept, found, answered once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gyre/intervention.h"
#include "record/database.h"
#include "record/questions.h"

struct desk_of {
    struct arena *arena;
    struct report *report;
    char folder[32];
    const char *path;
    struct questions *here, *there; /* two connections, as of two processes */
};

static const struct question two[] = {
    {.round = 1,
     .number = 1,
     .intervention = "review",
     .agent = -1,
     .context = 2,
     .state = 7,
     .name = "it's \"it\"",
     .attributes = "{\"risk\": 0.5}",
     .why = "risk"},
    {.round = 3,
     .number = 2,
     .intervention = "review",
     .agent = 4,
     .context = 0,
     .state = 8,
     .attributes = "{}",
     .why = "chance"},
};

static void make_run(const char *path, struct report *report)
{
    sqlite3 *db = database_open(path, report);
    assert_non_null(db);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            sqlite3_exec(db,
                         "INSERT INTO run (scenario, sets, seed, replicates, rounds, threads, gyre,"
                         " libraries, started, status) VALUES ('a', '[]', 1, 1, 1, 1, '1', '{}',"
                         " '', 'running')",
                         NULL, NULL, NULL),
            SQLITE_OK);
    sqlite3_close(db);
}

static void begin(struct desk_of *d)
{
    *d = (struct desk_of){.arena = arena_create(), .folder = "/tmp/gyre-questions-XXXXXX"};
    assert_non_null(mkdtemp(d->folder));
    d->report = report_create(d->arena);
    d->path = arena_format(d->arena, "%s/gyre.db", d->folder);
    make_run(d->path, d->report);
    d->here = questions_open(d->arena, d->path, d->report);
    d->there = questions_open(d->arena, d->path, d->report);
    assert_true(d->here && d->there);
}

static void end(struct desk_of *d)
{
    report_print(d->report, stderr);
    assert_int_equal(report_count(d->report), 0);
    questions_close(d->here);
    questions_close(d->there);
    unlink(d->path);
    rmdir(d->folder);
    arena_destroy(d->arena);
}

static void what_was_asked_is_found_as_it_was(void **state)
{
    (void)state;
    struct desk_of d;
    int64_t count;
    begin(&d);
    assert_int_equal(questions_newest_run(d.there), 0);
    assert_int_equal(questions_add(d.here, 2, two, 2), STATUS_OK);
    assert_int_equal(questions_newest_run(d.there), 2);
    struct question *list = questions_list(d.there, d.arena, 2, false, 10, &count);
    assert_int_equal(count, 2);
    assert_string_equal(list[0].name, two[0].name);
    assert_string_equal(list[0].attributes, two[0].attributes);
    assert_int_equal(list[0].agent, -1);
    assert_int_equal(list[0].context, 2);
    assert_int_equal(list[1].agent, 4);
    assert_int_equal(list[1].state, 8);
    assert_int_equal(list[1].round, 3);
    assert_null(list[1].name);
    assert_null(list[1].answer);
    assert_int_equal(strlen(list[1].asked), strlen("2026-11-21T01:34:18Z"));
    questions_list(d.there, d.arena, 2, false, 1, &count);
    assert_int_equal(count, 1);
    questions_list(d.there, d.arena, 1, false, 10, &count);
    assert_int_equal(count, 0);
    end(&d);
}

static void of_two_answers_the_first_counts(void **state)
{
    (void)state;
    struct desk_of d;
    bool taken = false;
    int64_t count;
    begin(&d);
    assert_int_equal(questions_add(d.here, 2, two, 2), STATUS_OK);
    assert_int_equal(questions_open_count(d.there, 2), 2);
    assert_int_equal(questions_answer(d.there, 2, 1, "drop", "ada", &taken), STATUS_OK);
    assert_true(taken);
    assert_int_equal(questions_answer(d.here, 2, 1, "keep", "bob", &taken), STATUS_OK);
    assert_false(taken);
    assert_int_equal(questions_look(d.here, 2, 1), GYRE_ANSWER_DROP);
    assert_int_equal(questions_look(d.here, 2, 2), GYRE_ANSWER_NONE);
    assert_int_equal(questions_look(d.here, 2, 3), GYRE_ANSWER_NONE);
    assert_int_equal(questions_answer(d.here, 2, 9, "keep", "bob", &taken), STATUS_OK);
    assert_false(taken);
    struct question *open = questions_list(d.here, d.arena, 2, true, 10, &count);
    assert_int_equal(count, 1);
    assert_int_equal(open[0].number, 2);
    struct question *all = questions_list(d.here, d.arena, 2, false, 10, &count);
    assert_string_equal(all[0].who, "ada");
    assert_string_equal(all[0].answer, "drop");
    assert_int_equal(questions_open_count(d.there, 2), 1);
    end(&d);
}

static void the_newest_run_under_way_is_meant(void **state)
{
    (void)state;
    struct desk_of d;
    begin(&d);
    assert_int_equal(questions_add(d.here, 1, two, 1), STATUS_OK);
    assert_int_equal(questions_add(d.here, 2, two, 1), STATUS_OK);
    assert_int_equal(questions_newest_run(d.here), 2);
    assert_int_equal(questions_run_goes_on(d.here, 2), 1);
    sqlite3 *db = database_open(d.path, d.report);
    assert_int_equal(
        sqlite3_exec(db, "UPDATE run SET status = 'done' WHERE id = 2", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(questions_newest_run(d.here), 1);
    assert_int_equal(questions_run_goes_on(d.here, 2), 0);
    /* What is a run's goes with it. */
    sqlite3_exec(db, "PRAGMA foreign_keys = ON; DELETE FROM run WHERE id = 1", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_int_equal(questions_newest_run(d.here), 2);
    end(&d);
}

/* All of them or none: two of one number. */
static void questions_come_together_or_not_at_all(void **state)
{
    (void)state;
    struct desk_of d;
    struct question same[] = {two[0], two[0]};
    begin(&d);
    assert_true(questions_add(d.here, 2, same, 2) != STATUS_OK);
    assert_int_equal(questions_open_count(d.there, 2), 0);
    assert_int_equal(report_count(d.report), 1);
    d.report = report_create(d.arena);
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_is_found_as_it_was),
        cmocka_unit_test(of_two_answers_the_first_counts),
        cmocka_unit_test(the_newest_run_under_way_is_meant),
        cmocka_unit_test(questions_come_together_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
