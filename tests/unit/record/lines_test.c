/* What --json writes, byte for byte, and that what it writes is JSON. */
#include "unit/record/sample.h"

#include <jansson.h>

#include "record/lines.h"
#include "record/store.h"

struct spoken {
    struct sample s;
    struct series *series;
    struct result_sink *sink;
    FILE *out;
    char *text;
    size_t size;
};

static void speak(struct spoken *spoken, int64_t replicates, int64_t rounds)
{
    sample_init(&spoken->s, replicates, rounds);
    spoken->out = open_memstream(&spoken->text, &spoken->size);
    spoken->sink = lines_create(spoken->s.arena, spoken->out, NULL, spoken->s.report);
    spoken->series = series_create(&spoken->s.run, &spoken->sink, 1);
    lines_attach(spoken->sink, spoken->series);
    assert_int_equal(series_begin(spoken->series), STATUS_OK);
}

static void hush(struct spoken *spoken)
{
    fclose(spoken->out);
    free(spoken->text);
    series_destroy(spoken->series);
    sample_fini(&spoken->s);
}

static void a_row_is_one_object_and_sent_at_once(void **state)
{
    (void)state;
    struct spoken l;
    speak(&l, 1, 1);
    sample_add(l.series, 0, 0, 0.41, 1);
    assert_string_equal(l.text, "{\"replicate\":0,\"round\":0,"
                                "\"metrics\":{\"safety.kl\":0.41,\"safety.mass\":1},"
                                "\"tallies\":{\"verify.checked\":0,\"sampling.starved\":0}}\n");
    hush(&l);
}

static void infinity_is_a_string_and_missing_has_no_key(void **state)
{
    (void)state;
    struct spoken l;
    speak(&l, 1, 2);
    sample_add(l.series, 0, 0, INFINITY, result_missing());
    assert_non_null(strstr(l.text, "\"metrics\":{\"safety.kl\":\"inf\"},"));
    sample_add(l.series, 0, 1, result_missing(), -INFINITY);
    assert_non_null(strstr(l.text, "\"metrics\":{\"safety.mass\":\"-inf\"},"));
    sample_add(l.series, 0, 2, result_missing(), result_missing());
    assert_non_null(strstr(l.text, "\"metrics\":{},"));
    hush(&l);
}

/* The object of the last line. */
static json_t *last_object(const struct spoken *spoken)
{
    const char *line = spoken->text + spoken->size - 1;
    while (line > spoken->text && line[-1] != '\n')
        line--;
    json_t *object = json_loads(line, 0, NULL);
    assert_non_null(object);
    return object;
}

static void numbers_read_back_to_the_same_bits(void **state)
{
    (void)state;
    static double const hard[] = {0.1,  1.0 / 3, 5e-324, 1.7976931348623157e308,
                                  1e23, 4096,    -2.5e-7};
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
        struct spoken l;
        speak(&l, 1, 0);
        sample_add(l.series, 0, 0, hard[i], 1);
        const char *at = strstr(l.text, "\"safety.kl\":") + strlen("\"safety.kl\":");
        assert_true(same(strtod(at, NULL), hard[i]));
        json_t *object = json_loads(l.text, 0, NULL);
        assert_non_null(object);
        json_decref(object);
        hush(&l);
    }
}

static void the_last_object_has_run_digest_and_seconds(void **state)
{
    (void)state;
    struct spoken l;
    speak(&l, 1, 0);
    sample_add(l.series, 0, 0, 1, 1);
    assert_int_equal(sample_end(l.series, STATUS_OK, NULL), STATUS_OK);
    assert_non_null(strstr(l.text, "\n{\"run\":null,\"digest\":\"cafe\",\"isolation\":\"open\","
                                   "\"through\":\"update.mle (reference)\",\"seconds\":0.25}\n"));
    hush(&l);
}

static void where_time_went_is_an_object_before_the_last(void **state)
{
    (void)state;
    struct spoken l;
    struct result_end const end = {.status = STATUS_DATA, .profile = sample_profile()};
    speak(&l, 1, 0);
    assert_int_equal(series_end(l.series, &end), STATUS_OK);
    assert_string_equal(
        l.text,
        "{\"profile\":{\"threads\":2,\"wall\":0.4,\"seconds\":0.75,\"measuring\":0.01,"
        "\"bytes\":4096,\"costs\":[{\"phase\":\"teach\",\"component\":\"policy.categorical\","
        "\"seconds\":0.6666666666666666,\"share\":0.8888888888888888,\"bytes\":0,\"calls\":20},"
        "{\"phase\":\"record\",\"component\":\"core\",\"seconds\":0.08333333333333333,"
        "\"share\":0.1111111111111111,\"bytes\":4096,\"calls\":0}]}}\n"
        "{\"run\":null,\"digest\":null,\"isolation\":\"open\","
        "\"through\":\"update.mle (reference)\",\"seconds\":0,\"error\":\"the run failed\"}\n");
    hush(&l);
}

static void a_failed_run_says_its_error(void **state)
{
    (void)state;
    struct spoken l;
    speak(&l, 1, 3);
    sample_end(l.series, STATUS_DATA, "metric \"x\" said\nNaN in caf\xe9");
    json_t *last = last_object(&l);
    assert_string_equal(json_string_value(json_object_get(last, "error")),
                        "metric \"x\" said\nNaN in caf?");
    assert_true(json_is_null(json_object_get(last, "digest")));
    json_decref(last);
    hush(&l);
}

static json_t *summary_of(json_t *last, size_t round, const char *output)
{
    json_t *object = json_array_get(json_object_get(last, "summary"), round);
    assert_int_equal(json_integer_value(json_object_get(object, "round")), (json_int_t)round);
    return json_object_get(json_object_get(object, "metrics"), output);
}

static void replicates_are_summarised_by_round(void **state)
{
    (void)state;
    struct spoken l;
    speak(&l, 2, 1);
    sample_add(l.series, 0, 0, 1, result_missing());
    sample_add(l.series, 0, 1, INFINITY, 0.5);
    sample_add(l.series, 1, 0, 3, result_missing());
    sample_add(l.series, 1, 1, 2, 0.5);
    sample_end(l.series, STATUS_OK, NULL);
    json_t *last = last_object(&l);
    json_t *start = summary_of(last, 0, "safety.kl"), *end = summary_of(last, 1, "safety.kl");
    assert_true(same(json_number_value(json_object_get(start, "mean")), 2));
    assert_true(near(json_number_value(json_object_get(start, "sd")), sqrt(2)));
    assert_true(near(json_number_value(json_object_get(start, "se")), 1));
    assert_true(same(json_number_value(json_object_get(start, "infinite")), 0));
    assert_int_equal(json_integer_value(json_object_get(start, "n")), 2);
    assert_null(json_object_get(end, "mean"));
    assert_true(same(json_real_value(json_object_get(end, "infinite")), 0.5));
    assert_null(summary_of(last, 0, "safety.mass"));
    assert_int_equal(json_array_size(json_object_get(last, "summary")), 2);
    json_decref(last);
    hush(&l);
}

static void a_full_output_is_said_and_ends_the_run(void **state)
{
    (void)state;
    struct sample s;
    FILE *full = fopen("/dev/full", "w");
    sample_init(&s, 1, 5);
    struct result_sink *sink = lines_create(s.arena, full, NULL, s.report);
    struct series *series = series_create(&s.run, &sink, 1);
    series_begin(series);
    assert_int_equal(sample_add(series, 0, 0, 1, 1), STATUS_IO);
    assert_string_equal(said(s.arena, s.report),
                        "gyre: the output could not be written: No space left on device\n");
    series_destroy(series);
    fclose(full);
    sample_fini(&s);
}

static void the_number_of_the_run_is_that_of_the_store(void **state)
{
    (void)state;
    struct sample s;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    sample_init(&s, 1, 0);
    struct result_sink *store = store_open(s.arena, "run.db", s.report);
    struct result_sink *sinks[] = {store, lines_create(s.arena, out, store, s.report)};
    struct series *series = series_create(&s.run, sinks, 2);
    series_begin(series);
    sample_end(series, STATUS_OK, NULL);
    assert_string_equal(text, "{\"run\":1,\"digest\":\"cafe\",\"isolation\":\"open\",\"through\":"
                              "\"update.mle (reference)\",\"seconds\":0.25}\n");
    store_close(store);
    series_destroy(series);
    fclose(out);
    free(text);
    sample_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_one_object_and_sent_at_once),
        cmocka_unit_test(infinity_is_a_string_and_missing_has_no_key),
        cmocka_unit_test(numbers_read_back_to_the_same_bits),
        cmocka_unit_test(the_last_object_has_run_digest_and_seconds),
        cmocka_unit_test(where_time_went_is_an_object_before_the_last),
        cmocka_unit_test(a_failed_run_says_its_error),
        cmocka_unit_test(replicates_are_summarised_by_round),
        cmocka_unit_test(a_full_output_is_said_and_ends_the_run),
        cmocka_unit_test(the_number_of_the_run_is_that_of_the_store),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
