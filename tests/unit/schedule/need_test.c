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
#include "schedule/replicate.h"
#include "schedule/round.h"

static struct planned plan_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

static struct planned plan_of(const char *format, ...)
{
    char text[1024], all[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(all, sizeof all, "gyre = 1\n%s%s",
             strstr(text, "scenario =") ? "" : "scenario = { rounds = 1 }\n", text);
    return planned_well(all);
}

struct size {
    long long agents, states, samples, rounds, replicates;
    const char *dataset;
};

static struct planned plan_of_size(const struct size *s)
{
    /* Half of what was said stays: rows are tables. */
    return plan_of(
        "metric = [{ use = \"metric.safety\" }]\nupdate = { use = \"update.mle\", rate = 0.5 "
        "}\nscenario = { rounds = %lld, replicates = %lld }\nsociety = { agents = %lld }\n"
        "sampling = { samples = %lld, dataset = \"%s\" }\n"
        "space = { states = %lld, reference = \"uniform\" }\n",
        s->rounds, s->replicates, s->agents, s->samples, s->dataset, s->states);
}

static struct plan_need need_of(const struct size *size, int threads)
{
    struct planned planned = plan_of_size(size);
    struct plan_need const need = plan_need(planned.plan, threads);
    planned_drop(&planned);
    assert_true(need.total == need.rows + need.states + need.datasets + need.series);
    assert_true(need.rows > 0 && need.states > 0 && need.datasets > 0 && need.series > 0);
    return need;
}

/* f(3n) - f(2n) = f(2n) - f(n) > 0 */
static void expect_line(double one, double two, double three)
{
    assert_true(two > one);
    assert_true(fabs((three - two) - (two - one)) < 1e-9 * three);
}

#define PLAIN                                                                                      \
    {                                                                                              \
        .agents = 100, .states = 64, .samples = 10000, .rounds = 10, .replicates = 4,              \
        .dataset = "per_agent"                                                                     \
    }

#define EXPECT_LINE(part, member)                                                                  \
    do {                                                                                           \
        struct size n = PLAIN, n2 = PLAIN, n3 = PLAIN;                                             \
        n2.member = 2 * n.member;                                                                  \
        n3.member = 3 * n.member;                                                                  \
        expect_line(need_of(&n, 2).part, need_of(&n2, 2).part, need_of(&n3, 2).part);              \
    } while (0)

static void need_grows_in_proportion(void **state)
{
    (void)state;
    EXPECT_LINE(rows, agents);
    EXPECT_LINE(rows, states);
    EXPECT_LINE(datasets, samples);
    EXPECT_LINE(series, rounds);
    EXPECT_LINE(series, replicates);
}

/* With a replicate a thread each has a world; with fewer there is one world for all. */
static void threads_with_replicates_of_their_own_need_more(void **state)
{
    (void)state;
    struct size const many = PLAIN;
    double const weights = 8.0 * (double)many.agents, one = need_of(&many, 1).rows - weights;
    assert_true(need_of(&many, 2).rows - weights == 2 * one);
    assert_true(need_of(&many, 4).rows - weights == 4 * one);
    assert_true(need_of(&many, 5).rows == need_of(&many, 1).rows);
    assert_true(need_of(&many, 5).states > need_of(&many, 1).states);
}

static void shared_dataset_needs_no_row_for_each_agent(void **state)
{
    (void)state;
    struct size shared = PLAIN, own = PLAIN;
    shared.dataset = "shared";
    assert_true(need_of(&own, 1).rows > 10 * need_of(&shared, 1).rows);
}

/* ---- what is taken ------------------------------------------------------ */

/* Sanitizers have a heap of their own, of which mallinfo2 knows nothing. */
static double taken(void)
{
    struct mallinfo2 const info = mallinfo2();
    return (double)info.uordblks + (double)info.hblkhd;
}

static enum status look_away(void *argument, const struct replicate *replicate)
{
    (void)argument;
    (void)replicate;
    return STATUS_OK;
}

/* What plan and societies hold after some rounds, when components have had their scratch memory. */
static double taken_by(const char *scenario, int lanes, int workers, struct plan_need *need)
{
    struct round_watch const watch = {look_away, NULL};
    struct replicate *replicate[8];
    double const before = taken();
    struct planned planned = planned_well(scenario);
    *need = plan_need(planned.plan, lanes * workers);
    for (int i = 0; i < lanes; i++) {
        replicate[i] = replicate_create(planned.plan, workers);
        assert_non_null(replicate[i]);
        assert_int_equal(replicate_reset(replicate[i], i), STATUS_OK);
        assert_int_equal(round_run(replicate[i], &watch), STATUS_OK);
    }
    double const found = taken() - before;
    for (int i = 0; i < lanes; i++)
        replicate_destroy(replicate[i]);
    planned_drop(&planned);
    return found;
}

#define SAFETY "{ use = \"metric.safety\", agents = false }"
#define EVERY                                                                                      \
    "metric = [{ use = \"metric.safety\" }, { use = \"metric.consensus\" }, "                      \
    "{ use = \"metric.diversity\" }, { use = \"metric.drift\" }]\n"
#define COUNTED                                                                                    \
    "metric = [{ use = \"metric.safety\", agent_kl = false }, "                                    \
    "{ use = \"metric.consensus\", modes = false }]\n"
#define HALF   "update = { use = \"update.mle\", rate = 0.5 }\n"
#define RECALL "update = { use = \"update.recall\", utility = 0 }\n"
#define VERIFY                                                                                     \
    "intervention = [{ use = \"intervention.verify\", max_risk = 0.5 }, "                          \
    "{ use = \"intervention.external\", share = 0.1 }]\n"
#define KEPT            "intervention = [{ use = \"intervention.rollback\", keep = 2 }]\n"
#define CHECKED         "intervention = [{ use = \"intervention.verify\", max_risk = 0.5 }]\n"
#define ONE(m)          "metric = [" m "]\n"
#define SPACE(k)        "space = { states = " k ", reference = \"uniform\", safe = { share = 0.9 } }\n"
#define SAMPLES(how, n) "sampling = { dataset = \"" how "\", samples = " n ", mixing = 1 }\n"
#define MIXED(n)        "sampling = { dataset = \"per_agent\", samples = " n ", mixing = 0.1 }\n"
#define AGENTS(m)       "society = { agents = " m " }\n"
#define MEMORY(m, recall)                                                                          \
    "society = { agents = " m ", policy = { use = \"policy.memory\", recall = " recall " } }\n"

static const char *const societies[] = {
    /* tables, one an agent */
    AGENTS("1000") SPACE("1024") SAMPLES("per_agent", "100") HALF EVERY,
    AGENTS("20") SPACE("20001") MIXED("100") HALF EVERY VERIFY,
    AGENTS("2") SPACE("1025") SAMPLES("per_agent", "100000") HALF ONE(SAFETY) VERIFY,
    AGENTS("100000") SPACE("3") SAMPLES("per_agent", "10") HALF ONE(SAFETY),
    AGENTS("10") SPACE("20000") SAMPLES("per_agent", "\"expected\"") ONE(SAFETY),
    /* tables, one for all */
    AGENTS("2") SPACE("100000") SAMPLES("shared", "10") EVERY,
    AGENTS("1000000") SPACE("100") SAMPLES("shared", "1000000") ONE(SAFETY) VERIFY,
    /* lists: 4 (N + 1) bytes */
    AGENTS("50000") SPACE("256") MIXED("100") EVERY,
    AGENTS("50000") SPACE("256") SAMPLES("per_agent", "30") ONE(SAFETY) CHECKED,
    /* lists that are counted */
    AGENTS("50000") SPACE("256") MIXED("100") COUNTED,
    AGENTS("200") SPACE("100000") MIXED("1000") COUNTED,
    /* memories: 4 B bytes */
    MEMORY("200000", "0.9") SPACE("4096") SAMPLES("per_agent", "32") ONE(SAFETY) CHECKED,
    MEMORY("100000", "0.9") SPACE("4096") MIXED("32") ONE(SAFETY),
    MEMORY("50000", "1.0") SPACE("1000") SAMPLES("per_agent", "32") EVERY,
    /* snapshots */
    AGENTS("1000") SPACE("1024") SAMPLES("per_agent", "100") HALF ONE(SAFETY) KEPT,
    MEMORY("200000", "0.9") SPACE("4096") SAMPLES("per_agent", "32") ONE(SAFETY) KEPT,
    AGENTS("2") SPACE("100000") SAMPLES("shared", "10") HALF ONE(SAFETY) KEPT,
    MEMORY("20000", "0.9, capacity = 400, prior = 0.5") SPACE("1000") SAMPLES("shared", "200")
        RECALL ONE(SAFETY),
    /* counts */
    AGENTS("1") SPACE("300000") SAMPLES("shared", "300000") ONE(SAFETY),
    AGENTS("1") SPACE("300000") SAMPLES("shared", "300000") EVERY,
    AGENTS("300") SPACE("4100") SAMPLES("per_agent", "200000") HALF ONE(SAFETY),
};

/* Not below, and above by no more than a quarter and what an empty society takes. */
static bool is_near(const char *society, int lanes, int workers)
{
    char scenario[2048];
    struct plan_need need;
    snprintf(scenario, sizeof scenario, "gyre = 1\nscenario = { rounds = 2, replicates = %d }\n%s",
             lanes, society);
    double const found = taken_by(scenario, lanes, workers, &need), said = need.total - need.series;
    bool const good = found > 0 && found <= said && said <= 1.25 * found + 2e6;
    if (!good)
        print_error("%d x %d threads: %.4g MB were said, %.4g are taken:\n%s\n", lanes, workers,
                    1e-6 * said, 1e-6 * found, society);
    return good;
}

static void expect_all_near(int lanes, int workers)
{
    int far = 0;
    if (taken() == 0)
        skip();
    for (size_t i = 0; i < sizeof societies / sizeof *societies; i++)
        far += !is_near(societies[i], lanes, workers);
    assert_int_equal(far, 0);
}

static void what_is_said_is_what_is_taken(void **state)
{
    (void)state;
    expect_all_near(1, 1);
}

static void threads_on_one_society_are_said_too(void **state)
{
    (void)state;
    expect_all_near(1, 4);
}

static void societies_side_by_side_are_said_too(void **state)
{
    (void)state;
    expect_all_near(3, 1);
}

/* The bytes an agent that docs/costs.md gives. */
static void an_agent_takes_the_bytes_of_its_policy(void **state)
{
    (void)state;
    struct {
        const char *society;
        double bytes;
    } const known[] = {
        {AGENTS("9") SPACE("1000") MIXED("30") HALF ONE(SAFETY), 8000 + 20},
        {AGENTS("9") SPACE("1000") MIXED("30") ONE(SAFETY), 128 + 20},
        {MEMORY("9", "0.9") SPACE("1000") MIXED("30") ONE(SAFETY), 128 + 20},
        {MEMORY("9", "0.9, capacity = 100") SPACE("1000") MIXED("30") ONE(SAFETY), 448 + 20},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct planned planned = plan_of("%s", known[i].society);
        assert_true(plan_need(planned.plan, 1).agent == known[i].bytes);
        planned_drop(&planned);
    }
}

/* ---- refusals ----------------------------------------------------------- */

static void expect_refusal(const struct size *size, const char *advice)
{
    struct planned planned = plan_of_size(size);
    assert_false(plan_fits(planned.plan, 1000, planned.report));
    assert_int_equal(report_status(planned.report), STATUS_LIMIT);
    const char *sentence = report_first(planned.report);
    if (!strstr(sentence, advice))
        print_error("%s\n", sentence);
    assert_non_null(strstr(sentence, advice));
    planned_drop(&planned);
}

static void what_fits_is_run(void **state)
{
    (void)state;
    struct size const small = PLAIN;
    struct planned planned = plan_of_size(&small);
    assert_true(plan_fits(planned.plan, 2, planned.report));
    assert_int_equal(report_count(planned.report), 0);
    planned_drop(&planned);
}

/* A society at a thousand times the size of Moltbook's: its lists have no states in them. */
static void agents_are_what_makes_memories_large(void **state)
{
    (void)state;
    struct planned planned = plan_of("%s", MEMORY("20000", "0.9, capacity = 1000000") SPACE("65536")
                                               MIXED("32") ONE(SAFETY));
    double const rows = plan_need(planned.plan, 1).rows;
    assert_true(rows > 20000 * 4e6 && rows < 20001 * 4e6);
    if (!plan_fits(planned.plan, 1, planned.report))
        assert_non_null(strstr(report_first(planned.report), "; fewer agents would make it fit"));
    else
        assert_true(machine_memory() >= rows);
    planned_drop(&planned);
}

static void what_is_beyond_the_machine_is_refused_with_advice(void **state)
{
    (void)state;
    expect_refusal(&(struct size){100000000, 100000, 10, 1, 1, "per_agent"},
                   "fewer agents or states would make it fit");
    expect_refusal(&(struct size){2, 4, 4000000000, 1, 1000, "shared"},
                   "fewer samples would make it fit");
    expect_refusal(&(struct size){2, 4, 10, 1000000000, 1000000, "shared"},
                   "fewer rounds, replicates or metrics would make it fit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(need_grows_in_proportion),
        cmocka_unit_test(threads_with_replicates_of_their_own_need_more),
        cmocka_unit_test(shared_dataset_needs_no_row_for_each_agent),
        cmocka_unit_test(what_is_said_is_what_is_taken),
        cmocka_unit_test(threads_on_one_society_are_said_too),
        cmocka_unit_test(societies_side_by_side_are_said_too),
        cmocka_unit_test(an_agent_takes_the_bytes_of_its_policy),
        cmocka_unit_test(what_fits_is_run),
        cmocka_unit_test(agents_are_what_makes_memories_large),
        cmocka_unit_test(what_is_beyond_the_machine_is_refused_with_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
