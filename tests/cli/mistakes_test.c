/* Every file of mistakes/ makes one mistake. Its first lines say the command, the exit code and,
 * word by word, what stands on stderr:
 *
 *   # $ gyre run {}
 *   # exit 65
 *   # {}:9:9: intervention.verify: max_risk = 1.4 is above its maximum 1
 *
 * {} is the file's own path; `...` is anything, for what depends on the machine. Nothing may stand
 * on stdout, and no database may be left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "folder.h"

static struct folder folder;

/* ---- what is expected --------------------------------------------------- */

struct expected {
    char *command, *err;
    int code;
};

/* The text with the file's path for every {}, to be freed. */
static char *fill_in(const char *text, const char *path)
{
    char *out = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&out, &length);
    assert_non_null(to);
    for (const char *c = text; *c; c++) {
        if (c[0] == '{' && c[1] == '}') {
            fputs(path, to);
            c++;
        } else
            fputc(*c, to);
    }
    fclose(to);
    return out;
}

/* The line after its "# ", without the line break; NULL when it does not begin so. Moves *text. */
static char *take_line(const char **text, const char *lead)
{
    if (strncmp(*text, lead, strlen(lead)) != 0)
        return NULL;
    const char *from = *text + strlen(lead);
    size_t const length = strcspn(from, "\n");
    *text = from + length + (from[length] == '\n');
    return strndup(from, length);
}

static struct expected read_expected(const char *path)
{
    struct expected expected = {0};
    char *const all = folder_read(&folder, path);
    const char *text = all;
    char *err = NULL, *command = take_line(&text, "# $ "), *code = take_line(&text, "# exit ");
    size_t length = 0;
    FILE *to = open_memstream(&err, &length);
    assert_true(command && code && to);
    for (char *line; (line = take_line(&text, "# ")); free(line))
        fprintf(to, "%s\n", line);
    fclose(to);
    expected.command = fill_in(command, path);
    expected.err = fill_in(err, path);
    expected.code = atoi(code);
    free(command);
    free(code);
    free(err);
    free(all);
    return expected;
}

/* ---- held against what is said ------------------------------------------ */

/* `...` stands for any characters of one line. */
static bool is_match(const char *pattern, const char *text)
{
    for (; *pattern; pattern++, text++) {
        if (strncmp(pattern, "...", 3) == 0) {
            for (const char *rest = text;; rest++) {
                if (is_match(pattern + 3, rest))
                    return true;
                if (!*rest || *rest == '\n')
                    return false;
            }
        }
        if (*pattern != *text)
            return false;
    }
    return !*text;
}

static void print_lines(char mark, const char *text)
{
    for (size_t length; *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        print_error("  %c %.*s\n", mark, (int)length, text);
    }
}

static bool check(const char *what, const char *expected, const char *actual)
{
    if (is_match(expected, actual))
        return true;
    print_error("%s, - as expected, + as it is:\n", what);
    print_lines('-', expected);
    print_lines('+', actual);
    return false;
}

static bool check_code(const struct outcome *outcome, int expected)
{
    if (outcome->code == expected)
        return true;
    print_error("exit code %d (signal %d), and %d was expected\n", outcome->code, outcome->signal,
                expected);
    return false;
}

static void said_as_the_file_says(void **state)
{
    const char *path = *state;
    struct expected expected = read_expected(path);
    struct outcome outcome = command_run(folder.path, expected.command);
    bool good = check_code(&outcome, expected.code);
    good = check("stderr", expected.err, outcome.err) && good;
    good = check("stdout", "", outcome.out) && good;
    if (folder_has(&folder, "gyre.db")) {
        print_error("a database was left behind\n");
        unlink(folder_path(&folder, "gyre.db"));
        good = false;
    }
    if (!good)
        print_error("of tests/cli/%s: %s\n", path, expected.command);
    outcome_free(&outcome);
    free(expected.command);
    free(expected.err);
    assert_true(good);
}

/* ---- the catalogue ------------------------------------------------------ */

/* What no repository holds well: links, pipes, a gigabyte, a name of two lines. */
static void furnish(void)
{
    folder_copy(&folder, "tests/cli/mistakes", "mistakes");
    folder_write(&folder, "outside.csv", "state,count\na,1\n");
    folder_write(&folder, "mistakes/data/two\nlines.toml", "gyre = 1\n");
    folder_write(&folder, "mistakes/data/huge.csv", "state,count\n");
    assert_int_equal(truncate(folder_path(&folder, "mistakes/data/huge.csv"), 1 << 30), 0);
    assert_int_equal(mkfifo(folder_path(&folder, "mistakes/data/pipe"), 0600), 0);
    assert_int_equal(
        symlink("../../outside.csv", folder_path(&folder, "mistakes/data/elsewhere.csv")), 0);
}

static int is_mistake(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && (strcmp(dot, ".toml") == 0 || strcmp(dot, ".txt") == 0);
}

int main(void)
{
    struct dirent **files;
    folder_create(&folder);
    furnish();
    int const count = scandir(folder_path(&folder, "mistakes"), &files, is_mistake, alphasort);
    if (count <= 0)
        return EXIT_FAILURE;
    struct CMUnitTest *tests = calloc((size_t)count, sizeof *tests);
    for (int i = 0; i < count && tests; i++) {
        char *path = NULL;
        if (asprintf(&path, "mistakes/%s", files[i]->d_name) < 0)
            return EXIT_FAILURE;
        tests[i] = (struct CMUnitTest){path, said_as_the_file_says, NULL, NULL, path};
        free(files[i]);
    }
    int const failed = _cmocka_run_group_tests("mistakes", tests, (size_t)count, NULL, NULL);
    for (int i = 0; i < count && tests; i++)
        free(tests[i].initial_state);
    free(tests);
    free(files);
    folder_remove(&folder);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS; /* a count of 256 would be none */
}
