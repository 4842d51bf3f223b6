/* A run and its rows, read back from the database that they left. */
#include "unit/record/reopen.h"

/* ---- a sink that writes down what it is told ---------------------------- */

struct told {
    struct result_sink sink;
    const struct result_run *run;
    FILE *out;
    char *text;
    size_t size;
};

static enum status told_begin(struct result_sink *sink, const struct result_run *run)
{
    ((struct told *)sink)->run = run;
    return STATUS_OK;
}

static void write_value(FILE *out, double x)
{
    if (result_is_missing(x))
        fputs(" -", out);
    else
        fprintf(out, " %a", x);
}

static enum status told_row(struct result_sink *sink, const struct result_row *row)
{
    struct told *told = (struct told *)sink;
    fprintf(told->out, "%d.%d", (int)row->replicate, (int)row->round);
    for (int64_t i = 0; i < told->run->output_count; i++)
        write_value(told->out, row->value[i]);
    for (int64_t i = 0; i < told->run->tally_count; i++)
        fprintf(told->out, " %d", (int)row->tally[i]);
    fputc('\n', told->out);
    return STATUS_OK;
}

static enum status told_end(struct result_sink *sink, const struct result_end *end)
{
    fprintf(((struct told *)sink)->out, "%d %s %s %g\n", (int)end->status,
            end->digest ? end->digest : "-", end->reason ? end->reason : "-", end->seconds);
    return STATUS_OK;
}

/* All that a run's sink hears; for free(). */
static char *retold(struct opened *o, int64_t run)
{
    struct told told = {.sink = {told_begin, told_row, told_end}};
    struct result_sink *sinks[] = {&told.sink};
    told.out = open_memstream(&told.text, &told.size);
    const struct result_run *about = archive_run(o->archive, run, o->report);
    assert_non_null(about);
    struct series *series = series_create(about, sinks, 1);
    struct result_end const end = archive_end(o->archive, run);
    assert_int_equal(series_begin(series), STATUS_OK);
    if (archive_feed(o->archive, run, series, o->report) == STATUS_OK)
        assert_int_equal(series_end(series, &end), STATUS_OK);
    series_destroy(series);
    fclose(told.out);
    return told.text;
}

static void assert_retold(const char *path, int64_t run, const char *expected)
{
    struct opened o = reopen(path);
    assert_non_null(o.archive);
    char *text = retold(&o, run);
    assert_string_equal(text, expected);
    free(text);
    leave(&o);
}

/* ---- a run -------------------------------------------------------------- */

static void a_run_comes_back_as_it_was_told(void **state)
{
    (void)state;
    struct kept k;
    assert_true(keep_open(&k, "all.db", 3, 7));
    k.s.run.seed = UINT64_MAX;
    k.s.run.setting = "Ten agents.";
    k.s.run.isolation = "open";
    k.s.run.through = "verify (risk)";
    series_begin(k.series);
    keep_close(&k);
    struct opened o = reopen("all.db");
    const struct result_run *run = archive_run(o.archive, 1, o.report);
    assert_non_null(run);
    assert_string_equal(run->scenario, "dir/x.toml");
    assert_string_equal(run->title, "A title");
    assert_string_equal(run->question, "Is it?");
    assert_string_equal(run->setting, "Ten agents.");
    assert_string_equal(run->isolation, "open");
    assert_string_equal(run->through, "verify (risk)");
    assert_string_equal(run->text, "gyre = 1\n");
    assert_string_equal(run->sets[0], "update.rate=0.5");
    assert_string_equal(run->sets[1], "title=\"a \xc3\xa9\"");
    assert_null(run->sets[2]);
    assert_true(run->seed == UINT64_MAX);
    assert_int_equal(run->replicates, 3);
    assert_int_equal(run->rounds, 7);
    assert_int_equal(run->threads, 2);
    leave(&o);
}

static void its_parts_come_back(void **state)
{
    (void)state;
    keep_run("parts.db", 1, 0);
    struct opened o = reopen("parts.db");
    const struct result_run *run = archive_run(o.archive, 1, o.report);
    assert_int_equal(run->component_count, 1);
    assert_string_equal(run->components[0].name, "safety");
    assert_string_equal(run->components[0].id, "metric.safety");
    assert_string_equal(run->components[0].version, "1.2.3");
    assert_string_equal(run->components[0].module, "org.gyre.metric");
    assert_string_equal(run->components[0].file, "/lib/safety.so");
    assert_string_equal(run->components[0].digest, "00ff");
    assert_int_equal(run->output_count, 2);
    assert_string_equal(run->outputs[0].name, "safety.kl");
    const gyre_output *about = run->outputs[0].about;
    assert_string_equal(about->name, "kl");
    assert_string_equal(about->unit, "nats");
    assert_string_equal(about->doc, "How far from the reference.");
    assert_true(same(about->lo, 0) && same(about->hi, INFINITY));
    assert_int_equal(about->direction, 1);
    assert_int_equal(about->headline, 1);
    assert_int_equal(run->outputs[1].about->direction, -1);
    assert_int_equal(run->tally_count, 2);
    assert_string_equal(run->tallies[0], "verify.checked");
    assert_string_equal(run->tallies[1], "sampling.starved");
    leave(&o);
}

static void a_run_that_is_not_there_is_said(void **state)
{
    (void)state;
    keep_run("one.db", 1, 0);
    struct opened o = reopen("one.db");
    assert_null(archive_run(o.archive, 2, o.report));
    assert_string_equal(said(o.arena, o.report), "one.db: there is no run 2\n");
    assert_int_equal(archive_end(o.archive, 2).status, STATUS_IO);
    leave(&o);
}

/* ---- its rows ----------------------------------------------------------- */

static void every_row_comes_back_to_the_bit(void **state)
{
    (void)state;
    struct kept k;
    assert_true(keep_open(&k, "bits.db", 2, 1));
    series_begin(k.series);
    sample_add(k.series, 0, 0, 0.1 + 0.2, 0x1p-1074);
    sample_add(k.series, 0, 1, INFINITY, -INFINITY);
    sample_add(k.series, 1, 0, 0x1.fffffffffffffp+1023, 1.0 / 3);
    sample_add(k.series, 1, 1, 4096, result_missing());
    sample_end(k.series, STATUS_OK, NULL);
    keep_close(&k);
    assert_retold("bits.db", 1,
                  "0.0 0x1.3333333333334p-2 0x0.0000000000001p-1022 0 0\n"
                  "0.1 inf -inf 10 0\n"
                  "1.0 0x1.fffffffffffffp+1023 0x1.5555555555555p-2 0 0\n"
                  "1.1 0x1p+12 - 10 0\n"
                  "0 cafe - 0.25\n");
}

static void rows_without_a_number_come_back_too(void **state)
{
    (void)state;
    struct kept k;
    double const none = result_missing();
    assert_true(keep_open(&k, "gaps.db", 2, 3));
    k.s.run.tally_count = 0;
    series_begin(k.series);
    for (int t = 0; t <= 3; t++)
        sample_add(k.series, 0, t, t == 1 ? 1 : none, none);
    for (int t = 0; t <= 3; t++)
        sample_add(k.series, 1, t, none, t == 2 ? 1 : none);
    sample_end(k.series, STATUS_OK, NULL);
    keep_close(&k);
    assert_retold("gaps.db", 1,
                  "0.0 - -\n0.1 0x1p+0 -\n0.2 - -\n0.3 - -\n"
                  "1.0 - -\n1.1 - -\n1.2 - 0x1p+0\n1.3 - -\n0 cafe - 0.25\n");
}

static void a_row_with_counts_alone_comes_back(void **state)
{
    (void)state;
    struct kept k;
    double const none = result_missing();
    assert_true(keep_open(&k, "counts.db", 1, 2));
    series_begin(k.series);
    for (int t = 0; t <= 2; t++)
        sample_add(k.series, 0, t, t ? none : 1, none);
    sample_end(k.series, STATUS_STOPPED, "told to");
    keep_close(&k);
    assert_retold("counts.db", 1,
                  "0.0 0x1p+0 - 0 0\n0.1 - - 10 0\n0.2 - - 20 0\n75 - told to 0.25\n");
}

static void a_run_that_did_not_finish_yields_what_there_is(void **state)
{
    (void)state;
    struct kept k;
    assert_true(keep_open(&k, "ends.db", 3, 9));
    series_begin(k.series);
    sample_add(k.series, 2, 0, 5, 5);
    sample_add(k.series, 0, 0, 1, 1);
    sample_add(k.series, 0, 1, 2, 2);
    sample_end(k.series, STATUS_DATA, "bad data");
    keep_close(&k);
    assert_retold("ends.db", 1,
                  "0.0 0x1p+0 0x1p+0 0 0\n0.1 0x1p+1 0x1p+1 10 0\n"
                  "2.0 0x1.4p+2 0x1.4p+2 0 0\n1 - bad data 0.25\n");
}

static void a_run_that_goes_on_is_read_as_of_one_moment(void **state)
{
    (void)state;
    struct kept k;
    assert_true(keep_open(&k, "live.db", 1, 2));
    series_begin(k.series);
    rest(0.25);
    sample_add(k.series, 0, 0, 1, 1);
    struct opened o = reopen("live.db");
    sample_add(k.series, 0, 1, 2, 2);
    sample_add(k.series, 0, 2, 3, 3);
    assert_int_equal(sample_end(k.series, STATUS_OK, NULL), STATUS_OK);
    char *text = retold(&o, 1);
    assert_string_equal(text, "0.0 0x1p+0 0x1p+0 0 0\n"
                              "1 - it has not ended: it goes on, or its process was killed 0\n");
    free(text);
    leave(&o);
    keep_close(&k);
}

/* Refused with one sentence after `sql` was done to a whole run. */
static void assert_damaged(const char *sql, const char *what)
{
    unlink("hurt.db");
    keep_run("hurt.db", 2, 2);
    run_sql("hurt.db", sql);
    struct opened o = reopen("hurt.db");
    const struct result_run *about = archive_run(o.archive, 1, o.report);
    struct series *series = about ? series_create(about, NULL, 0) : NULL;
    if (series)
        assert_int_equal(archive_feed(o.archive, 1, series, o.report), STATUS_DATA);
    assert_int_equal(report_status(o.report), STATUS_DATA);
    assert_string_equal(said(o.arena, o.report),
                        arena_format(o.arena, "hurt.db: run 1 is damaged: %s\n", what));
    series_destroy(series);
    leave(&o);
}

static void a_damaged_run_is_refused(void **state)
{
    (void)state;
    static const char strange[] = "it has numbers that cannot be its own";
    static const char uncounted[] = "its outputs or counters are not counted from 0";
    static const char sizes[] = "it has no replicate, or fewer than 0 rounds";
    assert_damaged("INSERT INTO value VALUES (1, 0, 0, 99, 1.0)", strange);
    assert_damaged("INSERT INTO value VALUES (1, 2, 0, 0, 1.0)", strange);
    assert_damaged("INSERT INTO value VALUES (1, 0, 3, 0, 1.0)", strange);
    assert_damaged("INSERT INTO value VALUES (1, -1, 0, 0, 1.0)", strange);
    assert_damaged("UPDATE value SET value = 'one' WHERE round = 1", strange);
    assert_damaged("INSERT INTO tally VALUES (1, 0, 0, 2, 1)", strange);
    assert_damaged("INSERT INTO tally VALUES (1, 1, 77, 0, 1)", strange);
    assert_damaged("UPDATE output SET id = 7 WHERE id = 1", uncounted);
    assert_damaged("UPDATE counter SET id = -1 WHERE id = 0", uncounted);
    assert_damaged("UPDATE run SET replicates = 0", sizes);
    assert_damaged("UPDATE run SET rounds = -1", sizes);
}

int main(void)
{
    struct CMUnitTest const tests[] = {
        cmocka_unit_test(a_run_comes_back_as_it_was_told),
        cmocka_unit_test(its_parts_come_back),
        cmocka_unit_test(a_run_that_is_not_there_is_said),
        cmocka_unit_test(every_row_comes_back_to_the_bit),
        cmocka_unit_test(rows_without_a_number_come_back_too),
        cmocka_unit_test(a_row_with_counts_alone_comes_back),
        cmocka_unit_test(a_run_that_did_not_finish_yields_what_there_is),
        cmocka_unit_test(a_run_that_goes_on_is_read_as_of_one_moment),
        cmocka_unit_test(a_damaged_run_is_refused),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
