/* The order in which rows leave, who is told of an end, and what replicates say together. */
#include "unit/record/sample.h"

#include <pthread.h>

/* A sink that writes down what it is told, and fails where it is asked to. */
struct witness {
    struct result_sink sink;
    char said[1024];
    int fail_begin, fail_row, fail_end; /* fail_row: the how-manieth */
    int rows;
    enum status ended;
    const char *reason;
};

static enum status witness_begin(struct result_sink *sink, const struct result_run *run)
{
    struct witness *w = (struct witness *)sink;
    assert_non_null(run);
    strcat(w->said, "(");
    return w->fail_begin ? STATUS_IO : STATUS_OK;
}

static enum status witness_row(struct result_sink *sink, const struct result_row *row)
{
    struct witness *w = (struct witness *)sink;
    size_t const length = strlen(w->said);
    assert_int_equal(row->tally[0], 10 * row->round);
    snprintf(w->said + length, sizeof w->said - length, "%d.%d ", (int)row->replicate,
             (int)row->round);
    return ++w->rows == w->fail_row ? STATUS_IO : STATUS_OK;
}

static enum status witness_end(struct result_sink *sink, const struct result_end *end)
{
    struct witness *w = (struct witness *)sink;
    strcat(w->said, ")");
    w->ended = end->status;
    w->reason = end->reason;
    return w->fail_end ? STATUS_IO : STATUS_OK;
}

static struct witness witness(void)
{
    return (struct witness){.sink = {witness_begin, witness_row, witness_end}};
}

static void rows_leave_in_order_whatever_finishes_first(void **state)
{
    (void)state;
    struct sample s;
    struct witness w = witness();
    struct result_sink *sinks[] = {&w.sink};
    sample_init(&s, 2, 1);
    struct series *series = series_create(&s.run, sinks, 1);
    assert_int_equal(series_begin(series), STATUS_OK);
    assert_int_equal(sample_add(series, 1, 0, 1, 1), STATUS_OK);
    assert_int_equal(sample_add(series, 0, 0, 1, 1), STATUS_OK);
    assert_string_equal(w.said, "(0.0 ");
    assert_int_equal(sample_add(series, 1, 1, 1, 1), STATUS_OK);
    assert_int_equal(sample_add(series, 0, 1, 1, 1), STATUS_OK);
    assert_string_equal(w.said, "(0.0 0.1 1.0 1.1 ");
    assert_int_equal(sample_end(series, STATUS_OK, NULL), STATUS_OK);
    assert_string_equal(w.said, "(0.0 0.1 1.0 1.1 )");
    series_destroy(series);
    sample_fini(&s);
}

static void rows_that_wait_are_told_at_the_end(void **state)
{
    (void)state;
    struct sample s;
    struct witness w = witness();
    struct result_sink *sinks[] = {&w.sink};
    sample_init(&s, 3, 2);
    struct series *series = series_create(&s.run, sinks, 1);
    series_begin(series);
    sample_add(series, 2, 0, 1, 1);
    sample_add(series, 0, 0, 1, 1);
    sample_add(series, 2, 1, 1, 1);
    assert_int_equal(sample_end(series, STATUS_FAILED, "broke"), STATUS_OK);
    assert_string_equal(w.said, "(0.0 2.0 2.1 )");
    assert_int_equal(w.ended, STATUS_FAILED);
    assert_string_equal(w.reason, "broke");
    assert_int_equal(series_rounds(series, 0), 1);
    assert_int_equal(series_rounds(series, 1), 0);
    assert_int_equal(series_rounds(series, 2), 2);
    series_destroy(series);
    sample_fini(&s);
}

static void a_sink_that_fails_ends_the_run_for_good(void **state)
{
    (void)state;
    struct sample s;
    struct witness first = witness(), second = witness();
    struct result_sink *sinks[] = {&first.sink, &second.sink};
    first.fail_row = 2;
    sample_init(&s, 1, 3);
    struct series *series = series_create(&s.run, sinks, 2);
    series_begin(series);
    assert_int_equal(sample_add(series, 0, 0, 1, 1), STATUS_OK);
    assert_int_equal(sample_add(series, 0, 1, 1, 1), STATUS_IO);
    assert_int_equal(sample_add(series, 0, 2, 1, 1), STATUS_IO);
    assert_int_equal(sample_end(series, STATUS_IO, "a sink failed"), STATUS_IO);
    assert_string_equal(first.said, "(0.0 0.1 )");
    assert_string_equal(second.said, "(0.0 )");
    series_destroy(series);
    sample_fini(&s);
}

static void a_failed_end_is_not_called_done_to_later_sinks(void **state)
{
    (void)state;
    struct sample s;
    struct witness first = witness(), second = witness();
    struct result_sink *sinks[] = {&first.sink, &second.sink};
    first.fail_end = 1;
    sample_init(&s, 1, 0);
    struct series *series = series_create(&s.run, sinks, 2);
    series_begin(series);
    sample_add(series, 0, 0, 1, 1);
    assert_int_equal(sample_end(series, STATUS_OK, NULL), STATUS_IO);
    assert_int_equal(first.ended, STATUS_OK);
    assert_int_equal(second.ended, STATUS_IO);
    assert_non_null(second.reason);
    series_destroy(series);
    sample_fini(&s);
}

static void a_sink_that_never_began_is_not_told_the_end(void **state)
{
    (void)state;
    struct sample s;
    struct witness first = witness(), second = witness(), third = witness();
    struct result_sink *sinks[] = {&first.sink, &second.sink, &third.sink};
    second.fail_begin = 1;
    sample_init(&s, 1, 0);
    struct series *series = series_create(&s.run, sinks, 3);
    assert_int_equal(series_begin(series), STATUS_IO);
    assert_int_equal(sample_add(series, 0, 0, 1, 1), STATUS_IO);
    assert_int_equal(sample_end(series, STATUS_IO, "no"), STATUS_IO);
    assert_string_equal(first.said, "()");
    assert_string_equal(second.said, "(");
    assert_string_equal(third.said, "");
    series_destroy(series);
    sample_fini(&s);
}

static void a_row_out_of_turn_is_a_bug(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s, 2, 1);
    struct series *series = series_create(&s.run, NULL, 0);
    series_begin(series);
    assert_int_equal(sample_add(series, 0, 1, 1, 1), STATUS_BUG);
    assert_int_equal(sample_add(series, 2, 0, 1, 1), STATUS_BUG);
    assert_int_equal(sample_add(series, -1, 0, 1, 1), STATUS_BUG);
    assert_int_equal(sample_add(series, 0, 0, 1, 1), STATUS_OK);
    assert_int_equal(sample_add(series, 0, 0, 1, 1), STATUS_BUG);
    assert_int_equal(sample_add(series, 0, 1, 1, 1), STATUS_OK);
    assert_int_equal(sample_add(series, 0, 2, 1, 1), STATUS_BUG);
    series_destroy(series);
    sample_fini(&s);
}

/* ---- threads ------------------------------------------------------------ */

enum { THREADS = 4, EACH = 8, ROUNDS = 20 };

struct worker {
    pthread_t thread;
    struct series *series;
    int64_t first;
};

static void *work(void *argument)
{
    const struct worker *worker = argument;
    for (int64_t r = worker->first; r < THREADS * EACH; r += THREADS)
        for (int64_t t = 0; t <= ROUNDS; t++)
            if (sample_add(worker->series, r, t, (double)r, (double)t) != STATUS_OK)
                return argument;
    return NULL;
}

struct order {
    struct result_sink sink;
    int64_t next;
    bool held;
};

static enum status order_begin(struct result_sink *sink, const struct result_run *run)
{
    (void)run;
    ((struct order *)sink)->held = true;
    return STATUS_OK;
}

static enum status order_row(struct result_sink *sink, const struct result_row *row)
{
    struct order *order = (struct order *)sink;
    order->held = order->held && row->replicate * (ROUNDS + 1) + row->round == order->next &&
                  same(row->value[0], (double)row->replicate) &&
                  same(row->value[1], (double)row->round);
    order->next++;
    return STATUS_OK;
}

static enum status order_end(struct result_sink *sink, const struct result_end *end)
{
    (void)sink;
    return end->status;
}

static void order_holds_when_many_threads_add(void **state)
{
    (void)state;
    struct sample s;
    struct worker worker[THREADS];
    struct order order = {.sink = {order_begin, order_row, order_end}};
    struct result_sink *sinks[] = {&order.sink};
    sample_init(&s, THREADS * EACH, ROUNDS);
    struct series *series = series_create(&s.run, sinks, 1);
    series_begin(series);
    for (int i = 0; i < THREADS; i++) {
        worker[i] = (struct worker){.series = series, .first = i};
        assert_int_equal(pthread_create(&worker[i].thread, NULL, work, &worker[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *failed = NULL;
        pthread_join(worker[i].thread, &failed);
        assert_null(failed);
    }
    assert_int_equal(sample_end(series, STATUS_OK, NULL), STATUS_OK);
    assert_true(order.held);
    assert_int_equal(order.next, THREADS * EACH * (ROUNDS + 1));
    series_destroy(series);
    sample_fini(&s);
}

/* ---- summaries ---------------------------------------------------------- */

/* The summary of round 0 of one output that has these values. */
static struct result_summary summary_of(const double *value, int64_t count)
{
    struct sample s;
    sample_init(&s, count, 0);
    struct series *series = series_create(&s.run, NULL, 0);
    series_begin(series);
    for (int64_t r = 0; r < count; r++)
        sample_add(series, r, 0, 0, value[r]);
    struct result_summary const summary = series_summary(series, 0, 1);
    series_destroy(series);
    sample_fini(&s);
    return summary;
}

static void a_summary_is_mean_sd_and_standard_error(void **state)
{
    (void)state;
    struct result_summary const s = summary_of((double[]){1, 2, 4}, 3);
    assert_int_equal(s.count, 3);
    assert_true(near(s.mean, 7.0 / 3));
    assert_true(near(s.sd, sqrt(7.0 / 3)));
    assert_true(near(s.se, sqrt(7.0 / 9)));
    assert_true(same(s.infinite, 0));
}

static void a_spread_far_from_zero_is_not_lost(void **state)
{
    (void)state;
    struct result_summary const s = summary_of((double[]){1e9 + 1, 1e9 + 2, 1e9 + 3}, 3);
    assert_true(same(s.mean, 1e9 + 2));
    assert_true(same(s.sd, 1));
}

static void equal_values_have_exactly_no_spread(void **state)
{
    (void)state;
    double value[1000];
    for (int i = 0; i < 1000; i++)
        value[i] = 0.1;
    struct result_summary const s = summary_of(value, 1000);
    assert_true(same(s.mean, 0.1));
    assert_true(same(s.sd, 0) && same(s.se, 0));
}

static void a_missing_value_does_not_count(void **state)
{
    (void)state;
    struct result_summary const some = summary_of((double[]){result_missing(), 1, 3}, 3);
    assert_int_equal(some.count, 2);
    assert_true(same(some.mean, 2));
    assert_true(near(some.se, 1));
    struct result_summary const none = summary_of((double[]){result_missing()}, 1);
    assert_int_equal(none.count, 0);
    assert_true(result_is_missing(none.mean) && same(none.infinite, 0));
}

static void one_value_has_a_mean_and_no_spread(void **state)
{
    (void)state;
    struct result_summary const s = summary_of((double[]){5}, 1);
    assert_true(same(s.mean, 5));
    assert_true(result_is_missing(s.sd) && result_is_missing(s.se));
}

static void an_infinite_value_leaves_only_its_share(void **state)
{
    (void)state;
    double const value[] = {1, INFINITY, 2, result_missing(), -INFINITY};
    struct result_summary const s = summary_of(value, 5);
    assert_int_equal(s.count, 4);
    assert_true(same(s.infinite, 0.5));
    assert_true(isnan(s.mean) && isnan(s.sd) && isnan(s.se));
}

static void a_replicate_that_stopped_early_does_not_count_later(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s, 2, 1);
    struct series *series = series_create(&s.run, NULL, 0);
    series_begin(series);
    sample_add(series, 0, 0, 1, 1);
    sample_add(series, 1, 0, 3, 1);
    sample_add(series, 1, 1, 7, 1);
    assert_int_equal(series_summary(series, 0, 0).count, 2);
    assert_int_equal(series_summary(series, 1, 0).count, 1);
    assert_true(same(series_summary(series, 1, 0).mean, 7));
    assert_true(same(series_value(series, 1, 0, 0), 3));
    series_destroy(series);
    sample_fini(&s);
}

/* ---- size and missing --------------------------------------------------- */

static void a_series_beyond_the_machine_is_refused(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s, 10, 4);
    assert_true(same(series_size(&s.run), 10 * 5 * 4 * 8 + 10 * 8));
    s.run.replicates = s.run.rounds = (int64_t)1 << 40;
    assert_null(series_create(&s.run, NULL, 0));
    assert_true(series_size(&s.run) > 1e24);
    s.run.replicates = (int64_t)1 << 30;
    s.run.rounds = ((int64_t)1 << 30) - 1;
    assert_null(series_create(&s.run, NULL, 0));
    sample_fini(&s);
}

static void missing_is_a_nan_of_its_own(void **state)
{
    (void)state;
    assert_true(isnan(result_missing()));
    assert_true(result_is_missing(result_missing()));
    assert_false(result_is_missing((double)NAN));
    assert_false(result_is_missing(-(double)NAN));
    assert_false(result_is_missing(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_leave_in_order_whatever_finishes_first),
        cmocka_unit_test(rows_that_wait_are_told_at_the_end),
        cmocka_unit_test(a_sink_that_fails_ends_the_run_for_good),
        cmocka_unit_test(a_failed_end_is_not_called_done_to_later_sinks),
        cmocka_unit_test(a_sink_that_never_began_is_not_told_the_end),
        cmocka_unit_test(a_row_out_of_turn_is_a_bug),
        cmocka_unit_test(order_holds_when_many_threads_add),
        cmocka_unit_test(a_summary_is_mean_sd_and_standard_error),
        cmocka_unit_test(a_spread_far_from_zero_is_not_lost),
        cmocka_unit_test(equal_values_have_exactly_no_spread),
        cmocka_unit_test(a_missing_value_does_not_count),
        cmocka_unit_test(one_value_has_a_mean_and_no_spread),
        cmocka_unit_test(an_infinite_value_leaves_only_its_share),
        cmocka_unit_test(a_replicate_that_stopped_early_does_not_count_later),
        cmocka_unit_test(a_series_beyond_the_machine_is_refused),
        cmocka_unit_test(missing_is_a_nan_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
