/* What gyre says of itself, and what a terminal gets that nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <unistd.h>

#include "command.h"
#include "folder.h"

enum { VERBS = 32, LINE = 1024 };

static struct folder folder;

static char *verbs[VERBS]; /* as gyre --help lists them; ends with NULL */

static char *output(const char *line, int code)
{
    struct outcome outcome = command_run(folder.path, line);
    outcome_expect(&outcome, code);
    assert_string_equal(outcome.err, "");
    char *text = strdup(outcome.out);
    outcome_free(&outcome);
    return text;
}

static void find_verbs(void)
{
    int count = 0;
    char *text = output("gyre --help", 0);
    for (const char *at = text; (at = strstr(at, "\n  gyre ")) && count < VERBS - 1;) {
        at += strlen("\n  gyre ");
        size_t const length = strspn(at, "abcdefghijklmnopqrstuvwxyz");
        if (length)
            verbs[count++] = strndup(at, length);
    }
    free(text);
}

/* ---- help --------------------------------------------------------------- */

static void help_is_the_same_in_every_way_of_asking(void **state)
{
    (void)state;
    char *help = output("gyre --help", 0), *letter = output("gyre -h", 0);
    char *word = output("gyre help", 0), *nothing = output("gyre", 2);
    assert_string_equal(letter, help);
    assert_string_equal(word, help);
    assert_string_equal(nothing, help);
    free(help);
    free(letter);
    free(word);
    free(nothing);
}

static void version_names_what_it_stands_on(void **state)
{
    (void)state;
    char *text = output("gyre --version", 0);
    assert_int_equal(strncmp(text, "gyre ", 5), 0);
    assert_non_null(strstr(text, "\nsqlite "));
    free(text);
}

static void there_are_the_verbs_of_the_design(void **state)
{
    (void)state;
    static const char *const known[] = {"run", "check", "list", "describe", "schema"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char **verb = verbs;
        while (*verb && strcmp(*verb, known[i]) != 0)
            verb++;
        assert_non_null(*verb);
    }
}

static void every_verb_has_help_with_an_example_that_runs(void **state)
{
    (void)state;
    char line[LINE], usage[64];
    for (char **verb = verbs; *verb; verb++) {
        snprintf(line, sizeof line, "gyre %s --help", *verb);
        char *text = output(line, 0);
        snprintf(usage, sizeof usage, "usage: gyre %s ", *verb);
        assert_int_equal(strncmp(text, usage, strlen(usage)), 0);
        snprintf(line, sizeof line, "gyre %s -h", *verb);
        char *letter = output(line, 0);
        assert_string_equal(letter, text);
        const char *example = strstr(text, "\nexample: gyre ");
        assert_non_null(example);
        example += strlen("\nexample: ");
        snprintf(line, sizeof line, "%.*s", (int)strcspn(example, "\n"), example);
        struct outcome outcome = command_run(folder.path, line);
        outcome_expect(&outcome, 0);
        outcome_free(&outcome);
        free(text);
        free(letter);
    }
}

/* Every line of help fits a terminal. */
static void help_is_narrow(void **state)
{
    (void)state;
    char line[LINE];
    for (char **verb = verbs; *verb; verb++) {
        snprintf(line, sizeof line, "gyre %s --help", *verb);
        char *text = output(line, 0);
        for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
            if (strcspn(at, "\n") > 90)
                fail_msg("too wide: %.*s", (int)strcspn(at, "\n"), at);
        free(text);
    }
}

static void every_verb_names_the_option_that_was_meant(void **state)
{
    (void)state;
    char line[LINE];
    for (char **verb = verbs; *verb; verb++) {
        snprintf(line, sizeof line, "gyre %s --hlep", *verb);
        struct outcome outcome = command_run(folder.path, line);
        outcome_expect(&outcome, 2);
        assert_string_equal(outcome.out, "");
        assert_non_null(strstr(outcome.err, "unknown option --hlep; did you mean --help?"));
        outcome_free(&outcome);
    }
}

/* ---- terminals ---------------------------------------------------------- */

/* What a terminal of 72 columns gets. To be freed. A bare root folder may have no pseudo terminals
 * at all: then there is nothing to test. */
static char *on_a_terminal(const char *line)
{
    struct winsize const size = {.ws_row = 24, .ws_col = 72};
    int const master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0)
        skip();
    assert_true(grantpt(master) == 0 && unlockpt(master) == 0);
    int const slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(slave >= 0 && ioctl(slave, TIOCSWINSZ, &size) == 0);
    struct running running = command_start(folder.path, line, slave);
    close(slave);
    running.out = master;
    struct outcome outcome = command_end(&running);
    outcome_expect(&outcome, 0);
    assert_string_equal(outcome.err, "");
    char *text = strdup(outcome.out);
    outcome_free(&outcome);
    return text;
}

static void colours_are_for_terminals_that_want_them(void **state)
{
    (void)state;
    static const char *const commands[] = {"gyre run scenarios/tutorial/first.toml --no-db",
                                           "gyre list", "gyre describe metric.safety"};
    static const char *const refusals[] = {"NO_COLOR=1", "TERM=dumb", "TERM="};
    char line[LINE];
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char *text = on_a_terminal(commands[i]);
        assert_non_null(strchr(text, '\33'));
        free(text);
        for (size_t j = 0; j < sizeof refusals / sizeof *refusals; j++) {
            snprintf(line, sizeof line, "%s %s", refusals[j], commands[i]);
            text = on_a_terminal(line);
            assert_null(strchr(text, '\33'));
            free(text);
        }
    }
}

static void json_is_never_coloured(void **state)
{
    (void)state;
    char *text = on_a_terminal("gyre run scenarios/tutorial/first.toml --no-db --json");
    assert_null(strchr(text, '\33'));
    free(text);
}

static void the_table_is_as_wide_as_the_terminal(void **state)
{
    (void)state;
    char *text = on_a_terminal("NO_COLOR=1 gyre run scenarios/tutorial/first.toml --no-db");
    for (const char *at = text; *at;) {
        size_t const length = strcspn(at, "\r\n");
        int columns = 0;
        for (size_t i = 0; i < length; i++)
            columns += ((unsigned char)at[i] & 0xc0) != 0x80;
        if (columns > 72)
            fail_msg("%d columns: %.*s", columns, (int)length, at);
        at += length + strspn(at + length, "\r\n");
    }
    free(text);
}

/* ---- setup -------------------------------------------------------------- */

static int prepare(void **state)
{
    (void)state;
    folder_create(&folder);
    folder_copy(&folder, "scenarios", "scenarios");
    find_verbs();
    return 0;
}

static int clear(void **state)
{
    (void)state;
    for (char **verb = verbs; *verb; verb++)
        free(*verb);
    folder_remove(&folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_is_the_same_in_every_way_of_asking),
        cmocka_unit_test(version_names_what_it_stands_on),
        cmocka_unit_test(there_are_the_verbs_of_the_design),
        cmocka_unit_test(every_verb_has_help_with_an_example_that_runs),
        cmocka_unit_test(help_is_narrow),
        cmocka_unit_test(every_verb_names_the_option_that_was_meant),
        cmocka_unit_test(colours_are_for_terminals_that_want_them),
        cmocka_unit_test(json_is_never_coloured),
        cmocka_unit_test(the_table_is_as_wide_as_the_terminal),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
