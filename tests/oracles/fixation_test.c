/* oracles.md, section 2: how the paper's loop ends. One state is left, and which, and when. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "battery.h"
#include "forms.h"
#include "society.h"

enum { EVER = 1000000 };

static const char body[] = "[space]\nreference = %s\n"
                           "[society]\nagents = 2\n"
                           "[sampling]\nsamples = %d\n"
                           "[[metric]]\nuse = \"metric.diversity\"\n";

struct ending {
    int64_t round;
    int64_t survivor;
};

/* Until one state has everything. */
static bool note_end(void *argument, const struct replicate *r)
{
    struct ending *ending = argument;
    ending->round = r->round;
    for (int64_t z = 0; z < r->plan->shape.states; z++)
        if (r->live[SPACE_DISTRIBUTION][z] == 1) {
            ending->survivor = z;
            return false;
        }
    return true;
}

static void survivors_are_drawn_from_the_start(void **state)
{
    (void)state;
    static const double p[] = {.4, .25, .2, .1, .05};
    char name[64];
    int64_t survived[5] = {0};
    struct society *s = society_create(EVER, body, society_array(p, 5), 20);
    int64_t const replicates = battery_replicates(6000);
    for (int64_t i = 0; i < replicates; i++) {
        struct ending ending = {0};
        society_run(s, battery_fresh(), note_end, &ending);
        survived[ending.survivor]++;
    }
    society_destroy(s);
    for (int z = 0; z < 5; z++) {
        snprintf(name, sizeof name, "P(survivor) = p_i(0), N 20, state %d", z);
        battery_share(name, p[z], survived[z], replicates);
    }
}

static void measure_rounds(const char *name, int copies, int64_t quick, const char *page)
{
    double const p[] = {copies / 50.0, 1 - copies / 50.0},
                 formula = forms_rounds_to_one(50, copies);
    struct sample rounds = {0};
    struct society *s = society_create(EVER, body, society_array(p, 2), 50);
    int64_t const replicates = battery_replicates(quick);
    for (int64_t i = 0; i < replicates; i++) {
        struct ending ending = {0};
        society_run(s, battery_fresh(), note_end, &ending);
        sample_add(&rounds, (double)ending.round);
    }
    society_destroy(s);
    battery_printed(formula, page);
    battery_mean(name, formula, &rounds);
}

static void rounds_to_one_state_solve_the_chain(void **state)
{
    (void)state;
    measure_rounds("mean rounds to one state, N 50, from 25 copies", 25, 4000, "67.5172");
    measure_rounds("mean rounds to one state, N 50, from 1 copy", 1, 16000, "9.1268");
}

/* ---- a rare state ------------------------------------------------------- */

static bool note_loss(void *argument, const struct replicate *r)
{
    bool *lost = argument;
    *lost = r->live[SPACE_DISTRIBUTION][0] <= 0;
    return !*lost;
}

static void few_copies_are_soon_lost(void **state)
{
    (void)state;
    enum { COPIES = 5, LARGE = 100, ROUNDS = 16 };
    static const double p[] = {.05, .95};
    double law[LARGE + 1];
    int64_t hits = 0;
    struct society *s = society_create(ROUNDS, body, society_array(p, 2), LARGE);
    int64_t const replicates = battery_replicates(10000);
    for (int64_t i = 0; i < replicates; i++) {
        bool lost = false;
        society_run(s, battery_fresh(), note_loss, &lost);
        hits += lost;
    }
    society_destroy(s);
    forms_drift_from(LARGE, COPIES, ROUNDS, law);
    battery_printed(law[0], ".55439");
    assert_true(1 - law[0] >= 1 - exp(-(double)COPIES / ROUNDS));
    battery_share("P(5 of 100 copies lost by round 16)", law[0], hits, replicates);
    assert_true(1 - (double)hits / (double)replicates >= 1 - exp(-(double)COPIES / ROUNDS));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survivors_are_drawn_from_the_start),
        cmocka_unit_test(rounds_to_one_state_solve_the_chain),
        cmocka_unit_test(few_copies_are_soon_lost),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
