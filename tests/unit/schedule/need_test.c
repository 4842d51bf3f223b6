#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>
#include <math.h>
#include <string.h>

#include "planned.h"
#include "schedule/replicate.h"

static struct planned plan_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

static struct planned plan_of(const char *format, ...)
{
    char text[1024], all[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(all, sizeof all, "gyre = 1\nmetric = [{ use = \"metric.safety\" }]\n%s", text);
    return planned_well(all);
}

struct size {
    long long agents, states, samples, rounds, replicates;
    const char *dataset;
};

static struct planned plan_of_size(const struct size *s)
{
    /* Half of what was said stays: rows are tables. */
    return plan_of("update = { use = \"update.mle\", rate = 0.5 }\nscenario = { rounds = %lld, replicates = %lld }\nsociety = { agents = %lld }\n"
                   "sampling = { samples = %lld, dataset = \"%s\" }\n"
                   "space = { states = %lld, reference = \"uniform\" }\n",
                   s->rounds, s->replicates, s->agents, s->samples, s->dataset, s->states);
}

static struct plan_need need_of(const struct size *size, int threads)
{
    struct planned planned = plan_of_size(size);
    struct plan_need const need = plan_need(planned.plan, threads);
    planned_drop(&planned);
    assert_true(need.total == need.rows + need.states + need.series);
    assert_true(need.rows > 0 && need.states > 0 && need.series > 0);
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
        .agents = 100, .states = 64, .samples = 100, .rounds = 10, .replicates = 4,                \
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
    EXPECT_LINE(states, states);
    EXPECT_LINE(states, samples);
    EXPECT_LINE(series, rounds);
    EXPECT_LINE(series, replicates);
}

/* With a replicate a thread each has a world; with fewer there is one world for all. */
static void threads_with_replicates_of_their_own_need_more(void **state)
{
    (void)state;
    struct size const many = PLAIN;
    assert_true(need_of(&many, 2).rows == 2 * need_of(&many, 1).rows);
    assert_true(need_of(&many, 4).rows == 4 * need_of(&many, 1).rows);
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

/* Sanitizers have a heap of their own, of which mallinfo2 knows nothing. */
static double taken(void)
{
    struct mallinfo2 const info = mallinfo2();
    return (double)info.uordblks + (double)info.hblkhd;
}

/* All that a society takes but what does not grow: 16 kB of words a thread, chunks of arenas. */
static void society_takes_no_more_than_was_said(void **state)
{
    (void)state;
    struct size const sizes[] = {
        {1000, 1024, 100, 1, 1, "per_agent"},
        {2, 1025, 100000, 1, 1, "per_agent"},
        {2, 100000, 10, 1, 1, "shared"},
        {100000, 3, 10, 1, 1, "per_agent"},
    };
    if (taken() == 0)
        skip();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct planned planned = plan_of_size(&sizes[i]);
        struct plan_need const need = plan_need(planned.plan, 1);
        double const before = taken();
        struct replicate *replicate = replicate_create(planned.plan, 1);
        double const found = taken() - before;
        if (found > need.rows + need.states + 1e6)
            print_error("size %zu: %g bytes were said, %g are taken\n", i, need.total, found);
        assert_true(found > 0 && found <= need.rows + need.states + 1e6);
        replicate_destroy(replicate);
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

static void what_is_beyond_the_machine_is_refused_with_advice(void **state)
{
    (void)state;
    expect_refusal(&(struct size){100000000, 100000, 10, 1, 1, "per_agent"},
                   "fewer agents or states would make it fit");
    expect_refusal(&(struct size){2, 4, 4000000000, 1, 1000, "shared"},
                   "fewer states or samples would make it fit");
    expect_refusal(&(struct size){2, 4, 10, 1000000000, 1000000, "shared"},
                   "fewer rounds, replicates or metrics would make it fit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(need_grows_in_proportion),
        cmocka_unit_test(threads_with_replicates_of_their_own_need_more),
        cmocka_unit_test(shared_dataset_needs_no_row_for_each_agent),
        cmocka_unit_test(society_takes_no_more_than_was_said),
        cmocka_unit_test(what_fits_is_run),
        cmocka_unit_test(what_is_beyond_the_machine_is_refused_with_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
