#include "unit/scenario/said.h"

#include "scenario/csv.h"

static struct arena *arena;
static struct report *report;
static const struct place here = {"s.toml", 4, 7};

static int begin(void **state)
{
    (void)state;
    arena = arena_create();
    report = report_create(arena);
    return mkdir("s", 0700) == 0 || access("s", X_OK) == 0 ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static const struct csv *load_bytes(const char *bytes, size_t size)
{
    report = report_create(arena);
    file_write("s/x.csv", bytes, size);
    return csv_load(arena, "s", "x.csv", here, report);
}

static const struct csv *load(const char *text)
{
    const struct csv *csv = load_bytes(text, strlen(text));
    assert_string_equal(said(arena, report), "");
    assert_non_null(csv);
    return csv;
}

/* The sentences, one a line, that a text leads to. */
static void refuses(const char *text, const char *sentences)
{
    assert_null(load_bytes(text, strlen(text)));
    assert_string_equal(said(arena, report), sentences);
    assert_int_equal(report_status(report), STATUS_DATA);
}

/* Rows as one text: cells between |, rows at their line. */
static const char *shown(const struct csv *csv)
{
    const char *text = "";
    for (int64_t row = 0; row < csv->rows; row++) {
        text = arena_format(arena, "%s%d:", text, csv->line[row]);
        for (int i = 0; i < csv->columns; i++)
            text = arena_format(arena, "%s%s|", text, csv->cell[row * csv->columns + i]);
    }
    return text;
}

/* ---- what is read ------------------------------------------------------- */

static void rows_and_header_are_read(void **state)
{
    (void)state;
    const struct csv *csv = load("state,count\nthe,10019\nto,4669\nnan,5\n");
    assert_string_equal(csv->path, "s/x.csv");
    assert_int_equal(csv->columns, 2);
    assert_int_equal(csv->rows, 3);
    assert_string_equal(csv->header[0], "state");
    assert_string_equal(csv->header[1], "count");
    assert_string_equal(shown(csv), "2:the|10019|3:to|4669|4:nan|5|");
}

static void line_ends_may_be_of_any_kind(void **state)
{
    (void)state;
    static const char *const expected = "2:1|2|3:3|4|";
    assert_string_equal(shown(load("a,b\r\n1,2\r\n3,4\r\n")), expected);
    assert_string_equal(shown(load("a,b\r1,2\r3,4\r")), expected);
    assert_string_equal(shown(load("a,b\n1,2\n3,4")), expected);
    assert_string_equal(shown(load("a,b\n1,2\n3,4\n\n \r\n\n")), expected);
}

static void a_byte_order_mark_is_no_name(void **state)
{
    (void)state;
    assert_string_equal(load("\xef\xbb\xbfstate,n\na,1\n")->header[0], "state");
    assert_string_equal(load("\xef\xbb\xbf\"state\",n\na,1\n")->header[0], "state");
}

static void quotes_hold_commas_lines_and_quotes(void **state)
{
    (void)state;
    const struct csv *csv = load("a,b\n\"x,\ny\n\nz\",1\r\n\"say \"\"hi\"\"\",2\n\"\", \" 3 \" \n");
    assert_string_equal(shown(csv), "2:x,\ny\n\nz|1|6:say \"hi\"|2|7:| 3 |");
}

static void blanks_around_cells_are_dropped(void **state)
{
    (void)state;
    const struct csv *csv = load(" state , \" count \"\n a b ,\t1 \n");
    assert_string_equal(csv->header[0], "state");
    assert_string_equal(csv->header[1], "count");
    assert_string_equal(shown(csv), "2:a b|1|");
}

static void empty_cells_are_cells(void **state)
{
    (void)state;
    assert_string_equal(shown(load(",b\n,\n,1\n\"\",2\n")), "2:||3:|1|4:|2|");
    assert_string_equal(shown(load("a\n\"\"\n")), "2:|");
}

static void many_rows_are_read(void **state)
{
    (void)state;
    enum { ROWS = 8929 };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fputs("state,count\n", out);
    for (int i = 0; i < ROWS; i++)
        fprintf(out, "w%d,%d\n", i, ROWS - i);
    fclose(out);
    const struct csv *csv = load_bytes(text, size);
    free(text);
    assert_non_null(csv);
    assert_int_equal(csv->rows, ROWS);
    const double *count = csv_numbers(arena, csv, 1, report);
    assert_true(count[0] == ROWS && count[ROWS - 1] == 1);
    assert_string_equal(csv->cell[2 * (ROWS - 1)], "w8928");
    assert_int_equal(csv->line[ROWS - 1], ROWS + 1);
}

/* ---- what is refused ---------------------------------------------------- */

static void empty_files_are_refused(void **state)
{
    (void)state;
    refuses("", "s/x.csv: an empty file\n");
    refuses("\xef\xbb\xbf\n\r\n", "s/x.csv: an empty file\n");
    refuses("state,count\n\n", "s/x.csv: a header without rows\n");
}

static void ragged_rows_are_refused(void **state)
{
    (void)state;
    refuses("a,b\n1,2,3\n4,5\n6\n", "s/x.csv:2: a row of 3 cells, where the header has 2\n"
                                    "s/x.csv:4: a row of 1 cell, where the header has 2\n");
    refuses("a,b\n1\n2\n3\n4\n5,5\n6\n7\n8\n",
            "s/x.csv:2: a row of 1 cell, where the header has 2\n"
            "s/x.csv:3: a row of 1 cell, where the header has 2\n"
            "s/x.csv:4: a row of 1 cell, where the header has 2\n"
            "s/x.csv:5: a row of 1 cell, where the header has 2\n"
            "s/x.csv:7: a row of 1 cell, where the header has 2\n"
            "s/x.csv:8: and 2 more like these from here on\n");
}

static void blank_lines_before_rows_are_refused(void **state)
{
    (void)state;
    refuses("count\n1\n\n3\n", "s/x.csv:3: a blank line before a row\n");
    refuses("\ncount\n1\n", "s/x.csv:1: a blank line before a row\n");
}

static void other_separators_are_refused(void **state)
{
    (void)state;
    refuses("a;b\n1,5;2\n3;4\n",
            "s/x.csv:1: the cells are separated by semicolons, not by commas\n");
    refuses("a\tb\n1\t2\n", "s/x.csv:1: the cells are separated by tabs, not by commas\n");
    assert_string_equal(load("a;b,c\n1;2,3\n")->header[0], "a;b");
}

static void columns_of_one_name_are_refused(void **state)
{
    (void)state;
    refuses("a,b, a\n1,2,3\n", "s/x.csv:1: two columns are called \"a\"\n");
    assert_int_equal(load(",,b\n1,2,3\n")->columns, 3);
}

static void broken_quotes_are_refused(void **state)
{
    (void)state;
    refuses("a,b\n1,2\n\"x,3\n4,5\n", "s/x.csv:3: a quoted cell is not closed\n");
    refuses("a,b\n1,x\"y\n3,4\n", "s/x.csv:2: a quote in the midst of a cell: quotes go around it, "
                                  "and are doubled within\n");
    refuses("a,b\n1,\"x\"y\n", "s/x.csv:2: a quote in the midst of a cell: quotes go around it, "
                               "and are doubled within\n");
}

static void what_is_no_text_is_refused(void **state)
{
    (void)state;
    assert_null(load_bytes("a,b\n1,\0\n", 8));
    assert_string_equal(said(arena, report), "s/x.csv:2:3: a NUL byte: this is no text file\n");
    refuses("a\nx\n\xe9t\xe9\n", "s/x.csv:3:1: not valid UTF-8 from here on\n");
    refuses("\xff\xfe"
            "a",
            "s/x.csv:1:1: not valid UTF-8 from here on\n");
}

/* ---- where it lies ------------------------------------------------------ */

static void refuses_file(const char *folder, const char *name, enum status status,
                         const char *sentence)
{
    report = report_create(arena);
    assert_null(csv_load(arena, folder, name, here, report));
    assert_int_equal(report_status(report), status);
    assert_string_equal(said(arena, report), arena_format(arena, "s.toml:4:7: %s\n", sentence));
}

static void files_outside_the_folder_are_refused(void **state)
{
    (void)state;
    const char *outside = " is outside the scenario's folder: data lies within it";
    file_write("out.csv", "a\n1\n", 4);
    file_write("s/in.csv", "a\n1\n", 4);
    assert_int_equal(mkdir("s2", 0700) + mkdir("s/data", 0700), 0);
    char path[128];
    assert_non_null(getcwd(path, 100));
    strcat(path, "/out.csv");
    file_write("s2/x.csv", "a\n1\n", 4);
    assert_int_equal(symlink("../out.csv", "s/link.csv"), 0);
    assert_int_equal(symlink("../s2", "s/folder"), 0);
    assert_int_equal(symlink("../in.csv", "s/data/ok.csv"), 0);
    refuses_file("s", "../out.csv", STATUS_DATA, arena_format(arena, "../out.csv%s", outside));
    refuses_file("s", "data/../in.csv", STATUS_DATA,
                 arena_format(arena, "data/../in.csv%s", outside));
    refuses_file("s", "data/..", STATUS_DATA, arena_format(arena, "data/..%s", outside));
    refuses_file("s", "link.csv", STATUS_DATA, arena_format(arena, "link.csv%s", outside));
    refuses_file("s", "folder/x.csv", STATUS_DATA, arena_format(arena, "folder/x.csv%s", outside));
    refuses_file("s", "/etc/passwd", STATUS_DATA,
                 "/etc/passwd is an absolute path: data lies in the scenario's own folder");
    refuses_file("s", "", STATUS_DATA, "a file's name is empty");
    assert_non_null(csv_load(arena, "s", "data/ok.csv", here, report));
    assert_non_null(csv_load(arena, "s", "./in.csv", here, report));
    assert_non_null(csv_load(arena, "/", path + 1, here, report));
}

static void paths_are_shown_as_the_user_would_open_them(void **state)
{
    (void)state;
    file_write("s/in.csv", "a\n1\n", 4);
    assert_string_equal(csv_load(arena, "s/", "in.csv", here, report)->path, "s/in.csv");
    assert_string_equal(csv_load(arena, "", "s/in.csv", here, report)->path, "s/in.csv");
    assert_string_equal(csv_load(arena, ".", "s/in.csv", here, report)->path, "s/in.csv");
    assert_string_equal(said(arena, report), "");
}

static void what_cannot_be_opened_is_said(void **state)
{
    (void)state;
    file_write("s/words.csv", "a\n1\n", 4);
    assert_int_equal(mkdir("s/d.csv", 0700), 0);
    assert_int_equal(mkfifo("s/pipe.csv", 0600), 0);
    refuses_file("s", "word.csv", STATUS_MISSING,
                 "s/word.csv: no such file; did you mean \"words.csv\"?");
    refuses_file("s", "no/such.csv", STATUS_MISSING, "s/no/such.csv: no such file");
    refuses_file("nowhere", "x.csv", STATUS_MISSING, "nowhere/x.csv: no such file");
    refuses_file("s", "d.csv", STATUS_DATA, "s/d.csv: is a folder, not a file");
    refuses_file("s", "pipe.csv", STATUS_DATA, "pipe.csv is not a plain file");
}

static void huge_files_are_refused(void **state)
{
    (void)state;
    file_write("s/huge.csv", "a\n", 2);
    assert_int_equal(truncate("s/huge.csv", 256000001), 0);
    refuses_file("s", "huge.csv", STATUS_DATA,
                 "s/huge.csv: is larger than 256 MB, the most that gyre reads");
    assert_int_equal(unlink("s/huge.csv"), 0);
}

/* ---- columns ------------------------------------------------------------ */

static void columns_are_found_by_name(void **state)
{
    (void)state;
    const struct csv *csv = load("state,count\na,1\n");
    assert_int_equal(csv_column(csv, "count", here, report), 1);
    assert_int_equal(csv_column(csv, "coutn", here, report), -1);
    assert_int_equal(csv_column(csv, "weight", here, report), -1);
    assert_string_equal(
        said(arena, report),
        "s.toml:4:7: s/x.csv has no column \"coutn\"; did you mean \"count\"?\n"
        "s.toml:4:7: s/x.csv has no column \"weight\"; it has \"state\", \"count\"\n");
}

static void numbers_are_read(void **state)
{
    (void)state;
    const struct csv *csv = load("n\n1\n -2.5 \n\" 3e-2\t\"\n+0\n.5\n");
    static const double expected[] = {1, -2.5, 0.03, 0, 0.5};
    const double *n = csv_numbers(arena, csv, 0, report);
    assert_non_null(n);
    for (int i = 0; i < 5; i++)
        assert_true(n[i] == expected[i]);
}

static void what_is_no_number_is_said_with_its_line(void **state)
{
    (void)state;
    const struct csv *csv = load("s,n\na,1\nb,x\nc,\nd,nan\ne,1e999\n\"f\n\",\" \"\ng,0x1\nh,1 2\n"
                                 "i,3\nj,-inf\n");
    assert_null(csv_numbers(arena, csv, 1, report));
    assert_string_equal(said(arena, report), "s/x.csv:3: n = \"x\" is not a number\n"
                                             "s/x.csv:4: n is empty\n"
                                             "s/x.csv:5: n = \"nan\" is not a number\n"
                                             "s/x.csv:6: n = \"1e999\" is beyond what a number can "
                                             "be\n"
                                             "s/x.csv:7: n is empty\n"
                                             "s/x.csv:9: and 3 more like these from here on\n");
    assert_int_equal(report_status(report), STATUS_DATA);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_and_header_are_read),
        TEST(line_ends_may_be_of_any_kind),
        TEST(a_byte_order_mark_is_no_name),
        TEST(quotes_hold_commas_lines_and_quotes),
        TEST(blanks_around_cells_are_dropped),
        TEST(empty_cells_are_cells),
        TEST(many_rows_are_read),
        TEST(empty_files_are_refused),
        TEST(ragged_rows_are_refused),
        TEST(blank_lines_before_rows_are_refused),
        TEST(other_separators_are_refused),
        TEST(columns_of_one_name_are_refused),
        TEST(broken_quotes_are_refused),
        TEST(what_is_no_text_is_refused),
        TEST(files_outside_the_folder_are_refused),
        TEST(paths_are_shown_as_the_user_would_open_them),
        TEST(what_cannot_be_opened_is_said),
        TEST(huge_files_are_refused),
        TEST(columns_are_found_by_name),
        TEST(numbers_are_read),
        TEST(what_is_no_number_is_said_with_its_line),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
