/* Where time goes: nothing twice, nothing of those who wait, and no number is another for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>
#include <math.h>
#include <string.h>

#include "base/machine.h"
#include "planned.h"
#include "schedule/profile.h"
#include "schedule/run.h"

#undef fail /* of CMocka: a member of gyre_host has this name */

#define SOCIETY                                                                                    \
    "gyre = 1\n"                                                                                   \
    "space = { states = 50, reference = \"zipf\", safe = { share = 0.8 } }\n"                      \
    "society = { agents = 90 }\n"                                                                  \
    "metric = [{ use = \"metric.safety\" }, { use = \"metric.consensus\" }]\n"                     \
    "intervention = [{ use = \"intervention.verify\", act = \"redraw\" }]\n"
/* Else it is not called: it would have each dataset learnt as it came. */
#define CALLED "update.rate = 0.9\n"
#define RUNS   "scenario = { rounds = 6, replicates = 5 }\n"
#define ONE    "scenario = { rounds = 6 }\n"
#define OWN    "sampling = { samples = 20, dataset = \"per_agent\", mixing = 0.5 }\n"
#define SHARED "sampling = { samples = 20000 }\n"

/* ---- a society whose calls are made by hand ------------------------------ */

struct timed {
    struct planned planned;
    struct replicate *r;
    struct profile *profile;
    const struct result_profile *result;
};

static struct timed time_begin(int workers)
{
    struct timed t = {.planned = planned_well(SOCIETY OWN ONE)};
    t.r = replicate_create(t.planned.plan, workers);
    assert_non_null(t.r);
    t.profile = profile_create(t.planned.arena, t.planned.plan);
    profile_attach(t.profile, t.r);
    profile_begin(t.profile);
    return t;
}

static void time_end(struct timed *t)
{
    profile_out(t->r);
    profile_end(t->profile);
    profile_collect(t->profile, t->r);
    t->result = profile_read(t->profile, t->r->workers);
    assert_non_null(t->result);
}

static void time_drop(struct timed *t)
{
    replicate_destroy(t->r);
    planned_drop(&t->planned);
}

/* Works for that long; how long it was, since others may have had the processor. */
static double spin(double seconds)
{
    double const from = machine_seconds();
    while (machine_seconds() - from < seconds)
        ;
    return machine_seconds() - from;
}

static void begin(const struct timed *t, const struct instance *instance, int worker)
{
    call_begin(replicate_call(t->r, instance, worker), 1);
}

static void end(const struct timed *t, const struct instance *instance, int worker)
{
    assert_true(
        bench_accept(&t->r->bench[worker], 0, replicate_call(t->r, instance, worker), GYRE_OK));
}

static const struct result_cost *cost_of(const struct result_profile *result, const char *phase,
                                         const char *component)
{
    for (int64_t i = 0; i < result->count; i++)
        if (strcmp(result->cost[i].phase, phase) == 0 &&
            strcmp(result->cost[i].component, component) == 0)
            return &result->cost[i];
    return NULL;
}

/* Within a millisecond, which others can take between two looks at a clock: hence the tries. */
static bool is_near(const struct timed *t, const char *phase, const char *component, double seconds)
{
    const struct result_cost *cost = cost_of(t->result, phase, component);
    return cost && fabs(cost->seconds - seconds) <= 1e-3;
}

/* On a busy machine it may go wrong by chance, but not each time. */
static void expect_once(bool (*works)(void))
{
    enum { TRIES = 25 };
    int tries = 0;
    while (tries < TRIES && !works())
        tries++;
    assert_true(tries < TRIES);
}

static bool nested_calls_are_apart(void)
{
    struct timed t = time_begin(1);
    const struct plan *plan = t.planned.plan;
    profile_in(t.r, PROFILE_TEACH);
    profile_at(t.r, 0, PROFILE_LEARN);
    double const before = spin(0.003);
    begin(&t, plan->update, 0);
    double update = spin(0.004);
    begin(&t, plan->policy, 0);
    double const learn = spin(0.02);
    end(&t, plan->policy, 0);
    update += spin(0.005);
    end(&t, plan->update, 0);
    double const after = spin(0.006);
    time_end(&t);
    assert_int_equal(cost_of(t.result, "teach", "update.mle")->calls, 1);
    assert_int_equal(cost_of(t.result, "teach", "policy.categorical")->calls, 1);
    assert_true(t.result->seconds <= t.result->wall);
    bool const good = is_near(&t, "teach", "update.mle", update) &&
                      is_near(&t, "teach", "policy.categorical", learn) &&
                      is_near(&t, "teach", "core.learn", before + after) &&
                      fabs(t.result->seconds - (before + update + learn + after)) < 1e-3;
    time_drop(&t);
    return good;
}

static void an_update_s_time_is_without_the_learning_that_it_calls(void **state)
{
    (void)state;
    expect_once(nested_calls_are_apart);
}

static bool phases_are_apart(void)
{
    struct timed t = time_begin(1);
    const struct instance *policy = t.planned.plan->policy;
    double took[2];
    for (int i = 0; i < 2; i++) {
        profile_in(t.r, i ? PROFILE_EXPRESS : PROFILE_INSTRUCT);
        begin(&t, policy, 0);
        took[i] = spin(i ? 0.01 : 0.004);
        end(&t, policy, 0);
    }
    time_end(&t);
    bool const good = is_near(&t, "instruct", "policy.categorical", took[0]) &&
                      is_near(&t, "express", "policy.categorical", took[1]);
    time_drop(&t);
    return good;
}

static void the_same_component_is_told_apart_by_phase(void **state)
{
    (void)state;
    expect_once(phases_are_apart);
}

static bool threads_are_added_up(void)
{
    enum { WORKERS = 3 };
    struct timed t = time_begin(WORKERS);
    const struct instance *selection = t.planned.plan->selection;
    double sum = 0;
    profile_in(t.r, PROFILE_SELECT);
    for (int w = 0; w < WORKERS; w++) {
        begin(&t, selection, w);
        sum += spin(0.004 * (w + 1));
        end(&t, selection, w);
        call_turn(&t.r->clocks[w], NULL);
    }
    time_end(&t);
    assert_int_equal(cost_of(t.result, "select", "selection.neutral")->calls, WORKERS);
    assert_int_equal(t.result->threads, WORKERS);
    bool const good = is_near(&t, "select", "selection.neutral", sum);
    time_drop(&t);
    return good;
}

static void seconds_are_those_of_all_threads(void **state)
{
    (void)state;
    expect_once(threads_are_added_up);
}

static bool waiting_is_nothing(void)
{
    struct timed t = time_begin(2);
    profile_in(t.r, PROFILE_TEACH);
    call_turn(t.r->clocks, NULL);
    spin(0.005);
    profile_at(t.r, 1, PROFILE_JUDGE);
    double const judged = spin(0.004);
    call_turn(&t.r->clocks[1], NULL);
    spin(0.007);
    profile_in(t.r, PROFILE_EXPRESS);
    double const expressed = spin(0.003);
    profile_at(t.r, 1, PROFILE_CORE);
    call_turn(&t.r->clocks[1], NULL);
    time_end(&t);
    bool const good = is_near(&t, "teach", "core.judge", judged) &&
                      is_near(&t, "teach", "core", 0) && is_near(&t, "express", "core", expressed);
    time_drop(&t);
    return good;
}

static void who_waits_takes_no_time(void **state)
{
    (void)state;
    expect_once(waiting_is_nothing);
}

/* Of parts in which nothing happens more than half is looking at the clock. */
static bool empty_parts_take_little(void)
{
    enum { TURNS = 20000 };
    struct timed t = time_begin(1);
    profile_in(t.r, PROFILE_TEACH);
    struct call_clock *clock = t.r->clocks;
    struct call_part *const part = clock->row + PROFILE_DRAW;
    for (int i = 0; i < TURNS; i++)
        call_turn(clock, &part[i % 2]);
    time_end(&t);
    assert_true(t.result->measuring > 0);
    bool const good = t.result->seconds < t.result->measuring / 2 &&
                      t.result->seconds + t.result->measuring <= 1.01 * t.result->wall;
    time_drop(&t);
    return good;
}

static void looking_at_the_clock_is_told_apart(void **state)
{
    (void)state;
    expect_once(empty_parts_take_little);
}

static void of_what_was_never_run_there_is_no_profile(void **state)
{
    (void)state;
    struct planned planned = planned_well(SOCIETY OWN ONE);
    assert_null(profile_read(profile_create(planned.arena, planned.plan), 1));
    planned_drop(&planned);
}

/* ---- bytes --------------------------------------------------------------- */

static int64_t bytes_of(const struct timed *t, const char *phase, const char *component)
{
    const struct result_cost *cost = cost_of(t->result, phase, component);
    return cost ? cost->bytes : 0;
}

static void bytes_are_those_that_were_asked_for(void **state)
{
    (void)state;
    struct timed t = time_begin(2);
    const struct plan *plan = t.planned.plan;
    int64_t const states = plan->shape.states, agents = plan->shape.agents;
    const struct call *call = replicate_call(t.r, plan->update, 1);
    time_end(&t);
    int64_t const row = ((int64_t)plan->row_size + 63) / 64 * 64;
    assert_int_equal(bytes_of(&t, "start", "core.rows"), agents * (row + 8 + 4));
    assert_int_equal(bytes_of(&t, "select", "core"),
                     8 * states * (1 + plan->needs[SPACE_DISTRIBUTION]));
    assert_int_equal(bytes_of(&t, "start", "update.mle"),
                     (int64_t)(plan->update->component->about.conf_size + plan->update->state_size +
                               arena_size(plan->update->memory) + 2 * arena_size(call->scratch)));
    assert_int_equal(bytes_of(&t, "record", "core"), (int64_t)plan_need(plan, 1).series);
    int64_t all = 0;
    for (int64_t i = 0; i < t.result->count; i++)
        all += t.result->cost[i].bytes;
    assert_int_equal(all, t.result->bytes);
    time_drop(&t);
}

/* Sanitizers have a heap of their own, of which mallinfo2 knows nothing. */
static double taken(void)
{
    struct mallinfo2 const info = mallinfo2();
    return (double)info.uordblks + (double)info.hblkhd;
}

/* All but heads and arenas, which do not grow with it. */
static void all_that_a_society_takes_is_told(void **state)
{
    (void)state;
    static const char text[] =
        "gyre = 1\nscenario = { rounds = 1 }\nsociety = { agents = 30 }\n"
        "space = { states = 100000, reference = \"uniform\", safe = { share = 0.5 } }\n"
        "sampling = { samples = 5000, dataset = \"per_agent\", mixing = 0.5 }\n"
        "metric = [{ use = \"metric.safety\" }, { use = \"metric.consensus\" }]\n"
        "intervention = [{ use = \"intervention.verify\" }]\n";
    if (taken() <= 0)
        skip();
    struct planned planned = planned_well(text);
    double const before = taken();
    struct replicate *r = replicate_create(planned.plan, 2);
    double const found = taken() - before;
    double told = 0;
    for (int i = 0; i < PROFILE_PHASES * profile_columns(planned.plan); i++)
        told += (double)r->bytes[i];
    assert_true(found > 1e7 && told <= found && told >= found - 1.5e6);
    replicate_destroy(r);
    planned_drop(&planned);
}

/* ---- whole runs ---------------------------------------------------------- */

struct ran {
    struct planned planned;
    struct series *series;
    struct digest digest;
    enum status status;
    const struct result_profile *result;
};

static struct ran run_plan(struct planned planned, int threads, bool profiled)
{
    struct ran ran = {.planned = planned};
    struct result_run *run = ARENA_NEW(planned.arena, struct result_run);
    struct profile *profile = profiled ? profile_create(planned.arena, planned.plan) : NULL;
    *run = plan_describe(planned.plan, NULL, threads);
    ran.series = series_create(run, NULL, 0);
    assert_non_null(ran.series);
    assert_int_equal(series_begin(ran.series), STATUS_OK);
    ran.status = run_all(planned.plan, ran.series, threads, profile, &ran.digest, planned.report);
    ran.result = profiled ? profile_read(profile, threads) : NULL;
    return ran;
}

static void ran_drop(struct ran *ran)
{
    struct result_end const end_of_run = {.status = ran->status, .reason = "none"};
    series_end(ran->series, &end_of_run);
    series_destroy(ran->series);
    planned_drop(&ran->planned);
}

static void expect_same_rows(const struct ran *a, const struct ran *b)
{
    const struct scenario *s = a->planned.plan->scenario;
    for (int64_t r = 0; r < s->replicates; r++)
        for (int64_t t = 0; t <= s->rounds; t++)
            for (int o = 0; o < a->planned.plan->output_count; o++) {
                double const x = series_value(a->series, r, t, o);
                double const y = series_value(b->series, r, t, o);
                assert_memory_equal(&x, &y, sizeof x);
            }
}

static const char *const texts[] = {SOCIETY OWN RUNS, SOCIETY SHARED RUNS, SOCIETY OWN ONE,
                                    SOCIETY SHARED ONE};
static const int threads[] = {1, 3, 5};
enum { TEXTS = sizeof texts / sizeof *texts, THREADS = sizeof threads / sizeof *threads };

static void a_profile_changes_no_number(void **state)
{
    (void)state;
    for (int i = 0; i < TEXTS; i++) {
        struct ran plain = run_plan(planned_well(texts[i]), 1, false);
        assert_int_equal(plain.status, STATUS_OK);
        for (int j = 0; j < THREADS; j++) {
            struct ran timed = run_plan(planned_well(texts[i]), threads[j], true);
            assert_int_equal(timed.status, STATUS_OK);
            assert_memory_equal(&timed.digest, &plain.digest, sizeof plain.digest);
            expect_same_rows(&timed, &plain);
            ran_drop(&timed);
        }
        ran_drop(&plain);
    }
}

static void expect_sums(const struct result_profile *result)
{
    double seconds = 0, share = 0, before = INFINITY;
    for (int64_t i = 0; i < result->count; i++) {
        const struct result_cost *cost = &result->cost[i];
        assert_true(cost->seconds >= 0 && cost->seconds <= before);
        assert_true(cost->calls >= 0 && cost->bytes >= 0);
        seconds += cost->seconds;
        share += cost->share;
        before = cost->seconds;
    }
    assert_true(fabs(share - 1) < 1e-9);
    assert_true(fabs(seconds - result->seconds) < 1e-9 * seconds);
    assert_true(seconds > 0 && seconds <= result->threads * result->wall);
    assert_true(result->bytes > 0);
}

static void shares_add_to_one_and_seconds_to_no_more_than_threads_have(void **state)
{
    (void)state;
    for (int i = 0; i < TEXTS; i++)
        for (int j = 0; j < THREADS; j++) {
            struct ran ran = run_plan(planned_well(texts[i]), threads[j], true);
            expect_sums(ran.result);
            ran_drop(&ran);
        }
}

/* 6 rounds of 90 agents in 5 replicates, on any number of threads. */
static void calls_are_counted_whoever_makes_them(void **state)
{
    (void)state;
    for (int j = 0; j < THREADS; j++) {
        struct ran ran = run_plan(planned_well(CALLED SOCIETY OWN RUNS), threads[j], true);
        assert_int_equal(cost_of(ran.result, "start", "policy.categorical")->calls, 5);
        assert_int_equal(cost_of(ran.result, "teach", "update.mle")->calls, 5 * 6 * 90);
        assert_int_equal(cost_of(ran.result, "intervene", "intervention.verify")->calls, 5 * 6);
        assert_null(cost_of(ran.result, "select", "selection.neutral")); /* it is even */
        assert_int_equal(cost_of(ran.result, "measure", "metric.safety")->calls, 5 * 7);
        ran_drop(&ran);
    }
}

static gyre_status weigh(gyre_ctx *ctx, const gyre_round *round, double *weight)
{
    for (int64_t z = 0; z < ctx->shape->states; z++)
        weight[z] = 1;
    return round->round < 3 ? GYRE_OK : ctx->host->fail(ctx, GYRE_E_INVALID, "no more");
}

static void a_run_that_fails_says_what_it_took(void **state)
{
    (void)state;
    struct planned const planned = planned_well(CALLED SOCIETY OWN ONE);
    struct component *component = ARENA_NEW(planned.arena, struct component);
    *component = *planned.plan->selection->component;
    component->ops.selection.weigh = weigh;
    planned.plan->selection->component = component;
    planned.plan->even = false;
    struct ran ran = run_plan(planned, 2, true);
    assert_int_equal(ran.status, STATUS_DATA);
    expect_sums(ran.result);
    assert_int_equal(cost_of(ran.result, "select", "selection.neutral")->calls, 4);
    assert_int_equal(cost_of(ran.result, "teach", "update.mle")->calls, 3 * 90);
    assert_null(cost_of(ran.result, "digest", "core"));
    ran_drop(&ran);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_s_time_is_without_the_learning_that_it_calls),
        cmocka_unit_test(the_same_component_is_told_apart_by_phase),
        cmocka_unit_test(seconds_are_those_of_all_threads),
        cmocka_unit_test(who_waits_takes_no_time),
        cmocka_unit_test(looking_at_the_clock_is_told_apart),
        cmocka_unit_test(of_what_was_never_run_there_is_no_profile),
        cmocka_unit_test(bytes_are_those_that_were_asked_for),
        cmocka_unit_test(all_that_a_society_takes_is_told),
        cmocka_unit_test(a_profile_changes_no_number),
        cmocka_unit_test(shares_add_to_one_and_seconds_to_no_more_than_threads_have),
        cmocka_unit_test(calls_are_counted_whoever_makes_them),
        cmocka_unit_test(a_run_that_fails_says_what_it_took),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
