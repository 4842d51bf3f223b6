/* What the README promises: shipped scenarios run, and what a terminal, a file or a pipe gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <glob.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "folder.h"
#include "recorded.h"

enum { SCREEN = 80, LINE = 1024 };

static struct folder folder;

static void expect_pattern(const char *text, const char *pattern)
{
    regex_t compiled;
    assert_int_equal(regcomp(&compiled, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB), 0);
    bool const found = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    if (!found)
        print_error("no line like \"%s\" in:\n%s", pattern, text);
    assert_true(found);
}

static struct outcome run(const char *line)
{
    struct outcome outcome = command_run(folder.path, line);
    outcome_expect(&outcome, 0);
    return outcome;
}

/* ---- shipped scenarios -------------------------------------------------- */

static int columns_of(const char *line, size_t length)
{
    int columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)line[i] & 0xc0) != 0x80;
    return columns;
}

static void expect_narrow(const char *text)
{
    for (size_t length; *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        if (columns_of(text, length) > SCREEN)
            print_error("wider than %d columns: %.*s\n", SCREEN, (int)length, text);
        assert_true(columns_of(text, length) <= SCREEN);
    }
}

/* A head, a numbered row for round 0 to the last, a curve a metric, and where it all is. */
static void expect_table(const char *text, int rounds)
{
    char pattern[LINE];
    expect_narrow(text);
    expect_pattern(text, "^round +[a-z_0-9]+( +[a-z_0-9]+)*$");
    for (int round = 0; round <= rounds; round++) {
        snprintf(pattern, sizeof pattern, "^ +%d  +[-0-9.e∞± ]+$", round);
        expect_pattern(text, pattern);
    }
    expect_pattern(text, "^[a-z]+[.][a-z_0-9]+ .* → ");
    expect_pattern(text,
                   "^run [0-9]+ in gyre.db, seed 1, digest [0-9a-f]{32}, [0-9]+[.][0-9]{3} s$");
    assert_null(strstr(text, "nan"));
    assert_null(strchr(text, '\33'));
    assert_null(strchr(text, '\r'));
}

static void each_shipped_scenario_runs(void **state)
{
    (void)state;
    glob_t found;
    char line[LINE];
    assert_int_equal(glob(GYRE_SOURCE "/scenarios/*/*.toml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = found.gl_pathv[i] + strlen(GYRE_SOURCE "/");
        snprintf(line, sizeof line, "gyre run %s --set scenario.rounds=5", name);
        struct outcome outcome = run(line);
        expect_table(outcome.out, 5);
        assert_string_equal(outcome.err, "");
        outcome_free(&outcome);
        snprintf(line, sizeof line, "gyre check %s", name);
        outcome = run(line);
        snprintf(line, sizeof line, "^%s: good$", name);
        expect_pattern(outcome.out, line);
        assert_string_equal(outcome.err, "");
        outcome_free(&outcome);
    }
    assert_true(found.gl_pathc >= 4);
    globfree(&found);
}

static void the_readme_s_first_command_shows_rare_words_lost(void **state)
{
    (void)state;
    struct outcome outcome = run("gyre run scenarios/moltbook/words.toml");
    expect_table(outcome.out, 20);
    expect_pattern(outcome.out, "^diversity.states_0 .* 8929 → [0-9]+ states +worse$");
    outcome_free(&outcome);
}

static void replicates_are_shown_with_their_error(void **state)
{
    (void)state;
    struct outcome outcome =
        run("gyre run scenarios/paper/isolated.toml --set scenario.replicates=20");
    expect_narrow(outcome.out);
    expect_pattern(outcome.out, "20 replicates: mean ± standard error");
    expect_pattern(outcome.out, "^ +20 .* ± ");
    outcome_free(&outcome);
}

static void one_of_everything_runs(void **state)
{
    (void)state;
    struct outcome outcome =
        run("gyre run scenarios/tutorial/first.toml --set scenario.rounds=1 --set space.states=1"
            " --set society.agents=1 --set sampling.samples=1 --set scenario.replicates=1");
    expect_table(outcome.out, 1);
    outcome_free(&outcome);
}

static void a_mostly_unsafe_reference_is_warned_of(void **state)
{
    (void)state;
    struct outcome outcome =
        run("gyre run scenarios/tutorial/first.toml --set space.safe.share=0.3");
    expect_pattern(outcome.err, "^scenarios/tutorial/first.toml: warning: only 0[.]3[0-9]* of the "
                                "reference's mass is safe");
    outcome_free(&outcome);
}

/* ---- data as people have it --------------------------------------------- */

static void data_may_have_a_mark_quotes_and_the_line_ends_of_windows(void **state)
{
    (void)state;
    static const char scenario[] = "gyre = 1\nscenario = { rounds = 3 }\n"
                                   "society = { agents = 3 }\nsampling = { samples = 20 }\n"
                                   "space = { reference = { file = \"%s\", column = \"count\" } }\n"
                                   "metric = [{ use = \"metric.diversity\" }]\n";
    static const char *const data[] = {
        "state,count\nthe,40\n\"of, or\",30\n\"a \"\"word\"\"\",2\n",
        "state,count\r\nthe,40\r\n\"of, or\",30\r\n\"a \"\"word\"\"\",2\r\n",
        "\xef\xbb\xbfstate,count\nthe,40\n\"of, or\",30\n\"a \"\"word\"\"\",2\n\n",
    };
    char text[LINE], *digest = NULL;
    for (int i = 0; i < 3; i++) {
        folder_write(&folder, "table.csv", data[i]);
        snprintf(text, sizeof text, scenario, "table.csv");
        folder_write(&folder, "table.toml", text);
        struct outcome outcome = run("gyre run table.toml --json --no-db");
        json_t *lines = recorded_lines(&outcome);
        if (digest)
            assert_string_equal(recorded_digest(lines), digest);
        else
            digest = strdup(recorded_digest(lines));
        json_decref(lines);
        outcome_free(&outcome);
    }
    free(digest);
}

static void one_metric_may_be_used_twice(void **state)
{
    (void)state;
    folder_write(&folder, "twice.toml",
                 "gyre = 1\nscenario = { rounds = 3 }\nsociety = { agents = 3 }\n"
                 "sampling = { samples = 20 }\nspace = { states = 9, reference = \"zipf\" }\n"
                 "[[metric]]\nuse = \"metric.diversity\"\n[[metric]]\nuse = \"metric.diversity\"\n"
                 "[[metric]]\nuse = \"metric.diversity\"\nas = \"third\"\n");
    struct outcome outcome = run("gyre run twice.toml --json --no-db");
    json_t *lines = recorded_lines(&outcome);
    json_t *metrics = json_object_get(json_array_get(lines, 3), "metrics");
    double const first = recorded_number(json_object_get(metrics, "diversity.entropy"));
    double const second = recorded_number(json_object_get(metrics, "diversity#2.entropy"));
    double const third = recorded_number(json_object_get(metrics, "third.entropy"));
    assert_memory_equal(&first, &second, sizeof first);
    assert_memory_equal(&first, &third, sizeof first);
    json_decref(lines);
    outcome_free(&outcome);
}

/* ---- where words go ----------------------------------------------------- */

static char *run_into(const char *line, const char *file)
{
    int const out =
        open(folder_path(&folder, file), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(out >= 0);
    struct outcome outcome = command_run_to(folder.path, line, out);
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "");
    close(out);
    outcome_free(&outcome);
    return folder_read(&folder, file);
}

/* Up to the last line, which has the seconds. To be freed. */
static char *without_seconds(char *text)
{
    text[strlen(text) - 1] = 0;
    *strrchr(text, '\n') = 0;
    return text;
}

static void a_file_gets_no_escapes_and_no_progress(void **state)
{
    (void)state;
    char *text = run_into("gyre run scenarios/tutorial/first.toml", "table.txt");
    expect_table(text, 20);
    free(text);
    text = run_into("gyre list", "list.txt");
    assert_null(strchr(text, '\33'));
    free(text);
    text = run_into("gyre describe metric.safety", "sheet.txt");
    assert_null(strchr(text, '\33'));
    free(text);
}

static void no_database_leaves_no_file(void **state)
{
    (void)state;
    unlink(folder_path(&folder, "gyre.db"));
    struct outcome outcome = run("gyre run scenarios/tutorial/first.toml --no-db");
    expect_pattern(outcome.out, "^not stored, seed 1, digest [0-9a-f]{32}, ");
    assert_false(folder_has(&folder, "gyre.db"));
    assert_false(folder_has(&folder, "gyre.db-wal"));
    outcome_free(&outcome);
}

static void a_database_has_the_name_that_db_says(void **state)
{
    (void)state;
    unlink(folder_path(&folder, "gyre.db"));
    struct outcome outcome = run("gyre run scenarios/tutorial/first.toml --db other.db");
    expect_pattern(outcome.out, "^run 1 in other.db, ");
    assert_false(folder_has(&folder, "gyre.db"));
    assert_true(folder_has(&folder, "other.db"));
    assert_false(folder_has(&folder, "other.db-wal"));
    outcome_free(&outcome);
}

/* ---- locales ------------------------------------------------------------ */

/* A locale of commas as decimal points, made here; where it cannot be made its name alone is
 * tried, which says less. */
static void make_german_locale(void)
{
    char line[LINE];
    snprintf(line, sizeof line,
             "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 > /dev/null 2>&1 || true", folder.path);
    if (system(line) != 0 || !folder_has(&folder, "de_DE.UTF-8"))
        print_message("no German locale could be made\n");
}

static void numbers_are_numbers_in_any_locale(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "gyre run scenarios/paper/verified.toml --no-db",
        "gyre run scenarios/paper/verified.toml --no-db --json",
        "gyre run scenarios/paper/verified.toml --no-db --set update.rate=0.5",
        "gyre run scenarios/paper/isolated.toml --no-db --set scenario.replicates=3",
        "gyre run scenarios/moltbook/words.toml --no-db --set sampling.samples=1000",
    };
    char line[LINE];
    make_german_locale();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct outcome plain = run(commands[i]);
        snprintf(line, sizeof line,
                 "LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 LC_NUMERIC=de_DE.UTF-8 LOCPATH=%s %s",
                 folder.path, commands[i]);
        struct outcome german = run(line);
        assert_string_equal(without_seconds(german.out), without_seconds(plain.out));
        outcome_free(&plain);
        outcome_free(&german);
    }
}

static void without_utf8_all_is_ascii(void **state)
{
    (void)state;
    struct outcome outcome = run("LC_ALL=C gyre run scenarios/paper/isolated.toml --no-db");
    for (const char *c = outcome.out; *c; c++)
        assert_true((*c >= 32 && *c < 127) || *c == '\n');
    expect_pattern(outcome.out, "^ +20  +inf ");
    outcome_free(&outcome);
}

/* ---- setup -------------------------------------------------------------- */

static int prepare(void **state)
{
    (void)state;
    folder_create(&folder);
    folder_copy(&folder, "scenarios", "scenarios");
    return 0;
}

static int clear(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

static void an_intervention_that_never_acts_is_warned_of(void **state)
{
    (void)state;
    struct outcome outcome = command_run(
        folder.path, "gyre check scenarios/paper/verified.toml --set scenario.rounds=4");
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "scenarios/paper/verified.toml: warning: intervention.verify "
                                     "begins in round 5, and the last one is 4: it never acts\n");
    outcome_free(&outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_intervention_that_never_acts_is_warned_of),
        cmocka_unit_test(each_shipped_scenario_runs),
        cmocka_unit_test(the_readme_s_first_command_shows_rare_words_lost),
        cmocka_unit_test(replicates_are_shown_with_their_error),
        cmocka_unit_test(one_of_everything_runs),
        cmocka_unit_test(a_mostly_unsafe_reference_is_warned_of),
        cmocka_unit_test(data_may_have_a_mark_quotes_and_the_line_ends_of_windows),
        cmocka_unit_test(one_metric_may_be_used_twice),
        cmocka_unit_test(a_file_gets_no_escapes_and_no_progress),
        cmocka_unit_test(no_database_leaves_no_file),
        cmocka_unit_test(a_database_has_the_name_that_db_says),
        cmocka_unit_test(numbers_are_numbers_in_any_locale),
        cmocka_unit_test(without_utf8_all_is_ascii),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
