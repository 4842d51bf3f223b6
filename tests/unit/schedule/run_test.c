#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "planned.h"
#include "record/result.h"
#include "schedule/run.h"

#undef fail /* of CMocka: a member of gyre_host has this name */

enum { ROUNDS = 6 };

#define REST                                                                                       \
    "society = { agents = 90 }\n"                                                                  \
    "space = { states = 8, contexts = [5, 3], reference = \"uniform\", "                           \
    "safe = { share = 0.7 } }\n"                                                                   \
    "metric = [{ use = \"metric.safety\" }, { use = \"metric.diversity\" }]\n"

#define TEN  "gyre = 1\nscenario = { rounds = 6, replicates = 10 }\n" REST
#define ONE  "gyre = 1\nscenario = { rounds = 6, replicates = 1 }\n" REST
#define OWN  "sampling = { samples = 20, dataset = \"per_agent\", mixing = 0.5 }\n"
#define ALL  "sampling = { samples = 20000 }\n"
#define SURE "sampling = { samples = \"expected\" }\n"
#define WATCHED                                                                                    \
    "intervention = [{ use = \"intervention.verify\", act = \"redraw\" },\n"                       \
    "                { use = \"intervention.external\", weight = 0.1 }]\n"

/* A run and what it left. */
struct ran {
    struct planned planned;
    struct series *series;
    enum status status;
    struct digest digest;
};

static struct ran run_plan(struct planned planned, int threads)
{
    struct ran ran = {.planned = planned};
    struct result_run *run = ARENA_NEW(planned.arena, struct result_run);
    *run = plan_describe(planned.plan, NULL, threads);
    ran.series = series_create(run, NULL, 0);
    assert_non_null(ran.series);
    assert_int_equal(series_begin(ran.series), STATUS_OK);
    ran.status = run_all(planned.plan, ran.series, threads, NULL, &ran.digest, planned.report);
    return ran;
}

static void ran_drop(struct ran *ran)
{
    struct result_end const end = {.status = ran->status, .reason = "none"};
    series_end(ran->series, &end);
    series_destroy(ran->series);
    planned_drop(&ran->planned);
}

static void expect_same_rows(const struct ran *a, const struct ran *b)
{
    int64_t const replicates = a->planned.plan->scenario->replicates;
    for (int64_t r = 0; r < replicates; r++) {
        assert_int_equal(series_rounds(a->series, r), ROUNDS + 1);
        assert_int_equal(series_rounds(b->series, r), ROUNDS + 1);
        for (int64_t t = 0; t <= ROUNDS; t++)
            for (int o = 0; o < a->planned.plan->output_count; o++) {
                double const x = series_value(a->series, r, t, o);
                double const y = series_value(b->series, r, t, o);
                assert_memory_equal(&x, &y, sizeof x);
            }
    }
}

static void expect_same(const char *text)
{
    static const int threads[] = {2, 3, 10, 11, 16};
    struct ran one = run_plan(planned_well(text), 1);
    assert_int_equal(one.status, STATUS_OK);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        struct ran many = run_plan(planned_well(text), threads[i]);
        assert_int_equal(many.status, STATUS_OK);
        expect_same_rows(&one, &many);
        assert_memory_equal(&one.digest, &many.digest, sizeof one.digest);
        ran_drop(&many);
    }
    ran_drop(&one);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    expect_same(TEN OWN);
    expect_same(TEN ALL);
    expect_same(TEN SURE);
    expect_same(ONE OWN);
    expect_same(ONE ALL);
    expect_same(TEN OWN WATCHED);
    expect_same(ONE ALL WATCHED);
}

#define LINE(states, samples)                                                                      \
    "gyre = 1\nscenario = { rounds = 6, replicates = 1 }\nsociety = { agents = 3 }\n"              \
    "space = { states = " states ", reference = \"zipf\" }\n"                                      \
    "metric = [{ use = \"metric.diversity\" }, { use = \"metric.diversity\", as = \"said\", "      \
    "of = \"mixture\" }]\nsampling = { samples = " samples " }\n"
#define TEMPERED "intervention = [{ use = \"intervention.temper\", from = 2 }]\n"

/* Not asked, because it said beforehand that all weights are 1, and asked. */
static void expect_same_asked(const char *text)
{
    struct ran even = run_plan(planned_well(text), 2);
    struct planned planned = planned_well(text);
    assert_true(planned.plan->even);
    planned.plan->even = false;
    struct ran asked = run_plan(planned, 2);
    assert_int_equal(even.status, STATUS_OK);
    expect_same_rows(&even, &asked);
    assert_memory_equal(&even.digest, &asked.digest, sizeof even.digest);
    ran_drop(&even);
    ran_drop(&asked);
}

static void an_even_selection_need_not_be_asked(void **state)
{
    (void)state;
    expect_same_asked(ONE OWN WATCHED);
    expect_same_asked(ONE ALL WATCHED);
    expect_same_asked(ONE SURE);
    expect_same_asked(ONE ALL TEMPERED);
    expect_same_asked(LINE("70000", "70000"));
    expect_same_asked(LINE("500", "700"));
    expect_same_asked(LINE("500", "700") TEMPERED);
    expect_same_asked(LINE("500", "\"expected\""));
}

/* Whoever might look at the mixture late has it copied: that changes nothing. */
static void a_mixture_left_in_its_row_is_the_same(void **state)
{
    (void)state;
    static const char *const texts[] = {LINE("70000", "70000"), LINE("500", "700")};
    static const char *const ways[] = {"", "update.rate = 0.5\n"};
    for (int i = 0; i < 4; i++) {
        char alone[1024], watched[1200];
        snprintf(alone, sizeof alone, "%s%s", texts[i / 2], ways[i % 2]);
        snprintf(watched, sizeof watched,
                 "%sintervention = [{ use = \"intervention.temper\", from = 100 }]\n", alone);
        struct ran left = run_plan(planned_well(alone), 2);
        struct ran copied = run_plan(planned_well(watched), 2);
        assert_int_equal(left.status, STATUS_OK);
        assert_int_equal(copied.status, STATUS_OK);
        expect_same_rows(&left, &copied);
        assert_memory_equal(&left.digest, &copied.digest, sizeof left.digest);
        ran_drop(&left);
        ran_drop(&copied);
    }
}

/* ---- components of the test's own --------------------------------------- */

/* Fails after this round of every replicate from this one on. */
static int64_t bad_replicate, bad_round;
static gyre_status bad_status;

static gyre_status weigh(gyre_ctx *ctx, const gyre_round *round, double *weight)
{
    for (int64_t z = 0; z < ctx->shape->states; z++)
        weight[z] = 1;
    if (ctx->replicate < bad_replicate || round->round < bad_round)
        return GYRE_OK;
    char sentence[64];
    snprintf(sentence, sizeof sentence, "no more of %d", (int)ctx->replicate);
    return ctx->host->fail(ctx, bad_status, sentence);
}

/* The same plan, its selection replaced. */
static struct planned plan_with_bad_selection(const char *text)
{
    struct planned const planned = planned_well(text);
    struct component *component = ARENA_NEW(planned.arena, struct component);
    *component = *planned.plan->selection->component;
    component->ops.selection.weigh = weigh;
    planned.plan->selection->component = component;
    planned.plan->even = false;
    return planned;
}

static void expect_failure(int threads, const char *sentence, enum status status)
{
    struct ran ran = run_plan(plan_with_bad_selection(TEN OWN), threads);
    assert_int_equal(ran.status, status);
    assert_int_equal(report_count(ran.planned.report), 1);
    assert_int_equal(report_status(ran.planned.report), status);
    assert_non_null(strstr(report_first(ran.planned.report), sentence));
    for (int64_t r = 0; r < bad_replicate; r++)
        assert_int_equal(series_rounds(ran.series, r), ROUNDS + 1);
    assert_int_equal(series_rounds(ran.series, bad_replicate), bad_round);
    ran_drop(&ran);
}

static void lowest_replicate_that_fails_is_told_of(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 3, 7, 10, 11, 16};
    bad_replicate = 3;
    bad_round = 2;
    bad_status = GYRE_E_INVALID;
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++)
        expect_failure(threads[i], "selection.neutral, after round 2 of replicate 3: no more of 3",
                       STATUS_DATA);
}

static void status_of_a_failure_is_the_run_s(void **state)
{
    (void)state;
    bad_replicate = 0;
    bad_round = 0;
    bad_status = GYRE_E_NOMEM;
    expect_failure(2, "selection.neutral, after round 0 of replicate 0: no more of 0",
                   STATUS_LIMIT);
    bad_status = 12345;
    expect_failure(2, "selection.neutral, after round 0 of replicate 0: no more of 0", STATUS_BUG);
}

/* A lane's second replicate does not see what was left of its first. */
static void replicates_do_not_hang_on_those_before_them(void **state)
{
    (void)state;
    struct ran all = run_plan(planned_well(TEN OWN WATCHED), 1);
    struct ran alone = run_plan(planned_well(ONE OWN WATCHED), 1);
    struct ran again = run_plan(planned_well(TEN OWN WATCHED), 10);
    for (int64_t t = 0; t <= ROUNDS; t++) {
        double const x = series_value(all.series, 0, t, 0), y = series_value(alone.series, 0, t, 0);
        assert_memory_equal(&x, &y, sizeof x);
    }
    expect_same_rows(&all, &again);
    ran_drop(&all);
    ran_drop(&alone);
    ran_drop(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(an_even_selection_need_not_be_asked),
        cmocka_unit_test(a_mixture_left_in_its_row_is_the_same),
        cmocka_unit_test(lowest_replicate_that_fails_is_told_of),
        cmocka_unit_test(status_of_a_failure_is_the_run_s),
        cmocka_unit_test(replicates_do_not_hang_on_those_before_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
