#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "planned.h"
#include "schedule/census.h"
#include "schedule/count.h"
#include "schedule/judge.h"
#include "schedule/phases.h"

/* A society of so many workers, in which round 1 is about to be taught. */
struct world {
    struct planned planned;
    struct replicate *r;
};

static struct world make(const char *text, int workers)
{
    struct world world = {.planned = planned_well(text)};
    world.r = replicate_create(world.planned.plan, workers);
    assert_non_null(world.r);
    assert_int_equal(replicate_reset(world.r, 0), STATUS_OK);
    assert_int_equal(phase_express(world.r), STATUS_OK);
    assert_int_equal(phase_select(world.r), STATUS_OK);
    assert_int_equal(phase_intervene(world.r, 1), STATUS_OK);
    return world;
}

static void drop(struct world *world)
{
    replicate_destroy(world->r);
    planned_drop(&world->planned);
}

static int64_t draw(const struct world *world, double *weight)
{
    struct replicate *r = world->r;
    for (int w = 0; w < r->workers; w++)
        memset(r->bench[w].tally, 0, sizeof(int64_t) * (size_t)r->plan->tally_count);
    return count_dataset(r, 0, 1, 0, r->law.from, weight);
}

#define TEXT(states, samples, rest)                                                                \
    "gyre = 1\nscenario = { rounds = 3 }\nsociety = { agents = 2 }\n"                              \
    "space = { states = " states ", reference = \"zipf\", safe = { share = 0.9 } }\n"              \
    "sampling = { samples = " samples " }\nmetric = [{ use = \"metric.diversity\" }]\n" rest

enum { LARGE = 70000 };

static double weight[LARGE], again[LARGE];

static void large_and_often_met_spaces_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool counted;
    } cases[] = {
        {TEXT("70000", "70000", ""), true},
        {TEXT("70000", "60000", ""), false},
        {TEXT("60000", "70000", ""), false},
        {TEXT("100", "2500", ""), true},
        {TEXT("100", "2499", ""), false},
        {TEXT("100", "2500", "intervention = [{ use = \"intervention.verify\" }]\n"), true},
        {TEXT("100", "2500",
              "intervention = [{ use = \"intervention.verify\", act = \"redraw\" }]\n"),
         false},
        {TEXT("100", "2500", "intervention = [{ use = \"intervention.verify\", checks = 10 }]\n"),
         false},
        {TEXT("100", "2500", "intervention = [{ use = \"intervention.external\", share = 0.1 }]\n"),
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world = make(cases[i].text, 1);
        assert_int_equal(world.r->law.counted, cases[i].counted);
        drop(&world);
    }
}

/* All samples, in whole numbers, none of what has no weight, and the same for any threads. */
static void counts_are_of_all_samples_for_any_threads(void **state)
{
    (void)state;
    static const char *const texts[] = {TEXT("70000", "100000", ""), TEXT("70000", "3000000", ""),
                                        TEXT("5000", "1000000", ""), TEXT("3", "1000", "")};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int workers = 1; workers <= 3; workers++) {
            struct world world = make(texts[i], workers);
            int64_t const states = world.r->plan->shape.states;
            double sum = 0;
            ((double *)world.r->law.from)[states / 2] = 0;
            assert_int_equal(draw(&world, weight), world.r->plan->shape.samples);
            for (int64_t z = 0; z < states; z++) {
                assert_true(weight[z] >= 0 && weight[z] == floor(weight[z]));
                sum += weight[z];
            }
            assert_true(sum == (double)world.r->plan->shape.samples);
            assert_true(weight[states / 2] == 0);
            if (workers == 1)
                memcpy(again, weight, sizeof again);
            assert_memory_equal(again, weight, sizeof(double) * (size_t)states);
            drop(&world);
        }
}

/* By blocks with a table each, by blocks with a tree each, and by one tree. */
static void counts_follow_the_law(void **state)
{
    (void)state;
    static const char *const texts[] = {TEXT("70000", "100000", ""), TEXT("70000", "3000000", ""),
                                        TEXT("500", "100000", "")};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct world world = make(texts[i], 1);
        int64_t const states = world.r->plan->shape.states, n = world.r->plan->shape.samples;
        double chi = 0, mass = 0;
        int64_t cells = -1;
        draw(&world, weight);
        for (int64_t z = 0; z < states; z++)
            mass += world.r->law.from[z];
        double mean = 0, found = 0;
        for (int64_t z = 0; z < states; z++) {
            mean += (double)n * world.r->law.from[z] / mass;
            found += weight[z];
            if (mean < 10 && z < states - 1)
                continue;
            chi += (found - mean) * (found - mean) / mean;
            cells++;
            mean = found = 0;
        }
        assert_true(cells > 100);
        if (fabs(chi - (double)cells) > 4 * sqrt(2 * (double)cells))
            fail_msg("case %zu: chi square %g of %lld cells", i, chi, (long long)cells);
        drop(&world);
    }
}

static void a_verifier_s_drops_are_told(void **state)
{
    (void)state;
    struct world world =
        make(TEXT("100", "100000", "intervention = [{ use = \"intervention.verify\" }]\n"), 2);
    struct replicate *r = world.r;
    const double *safe =
        column_find(&r->plan->scenario->space.columns, GYRE_OF_STATE, "safe")->data;
    int64_t const kept = draw(&world, weight);
    int64_t checked = 0, rejected = 0;
    for (int w = 0; w < r->workers; w++) {
        const int64_t *tally = r->bench[w].tally + r->plan->interventions[0].first_tally;
        checked += tally[TALLY_CHECKED];
        rejected += tally[TALLY_REJECTED];
    }
    assert_int_equal(checked, 100000);
    assert_int_equal(kept, 100000 - rejected);
    assert_true(fabs((double)rejected - 10000) < 2500); /* a tenth of the mass, in whole states */
    for (int z = 0; z < 100; z++)
        assert_true(safe[z] > 0 || weight[z] == 0);
    drop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_and_often_met_spaces_are_counted),
        cmocka_unit_test(counts_are_of_all_samples_for_any_threads),
        cmocka_unit_test(counts_follow_the_law),
        cmocka_unit_test(a_verifier_s_drops_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
