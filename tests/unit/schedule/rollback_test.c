/* intervention.rollback: which rows are kept, when it goes back and to what, and when it gives up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "rolled.h"

#define WORLD(rounds)                                                                              \
    "gyre = 1\nscenario = { rounds = " rounds " }\n"                                               \
    "space = { reference = [0.5, 0.5], safe = [1, 0] }\nsociety = { agents = 3 }\n"                \
    "sampling = { samples = 50 }\nmetric = [{ use = \"metric.safety\" }, "                         \
    "{ use = \"metric.drift\" }, { use = \"metric.diversity\" }]\n"
#define ROLLBACK(keys) "{ use = \"intervention.rollback\", " keys " }"
#define ONE(keys)      "intervention = [" ROLLBACK(keys) "]\n"
#define ALWAYS         "when = { metric = \"diversity.entropy\", above = -1 }"

static struct rolled run(const char *scenario)
{
    return rolled_run(planned_well(scenario), 1);
}

static struct rolled run_well(const char *scenario)
{
    struct rolled rolled = run(scenario);
    if (rolled.status != STATUS_OK)
        print_error("%s\n", rolled.r->failure.sentence);
    assert_int_equal(rolled.status, STATUS_OK);
    return rolled;
}

static void expect_rows(const struct rolled *rolled, const char *name, const double *expected,
                        int rows)
{
    assert_int_equal(rolled->rows, rows);
    for (int t = 0; t < rows; t++)
        if (!(rolled_value(rolled, name, t) == expected[t]))
            fail_msg("%s is %g in row %d, not %g", name, rolled_value(rolled, name, t), t,
                     expected[t]);
}

static void expect_sentence(const char *scenario, enum status status, int rows,
                            const char *sentence)
{
    struct rolled rolled = run(scenario);
    assert_int_equal(rolled.status, status);
    assert_int_equal(rolled.rows, rows);
    assert_string_equal(rolled.r->failure.sentence, sentence);
    assert_string_equal(rolled.r->failure.instance->label, "intervention.rollback");
    rolled_drop(&rolled);
}

/* ---- when, and to what -------------------------------------------------- */

/* The same snapshot again and again: agents are the same each time, what they live is not. */
static void the_same_rounds_do_not_come_again(void **state)
{
    (void)state;
    struct rolled rolled = run_well(WORLD("12") ONE(ALWAYS));
    int others = 0;
    for (int t = 1; t < rolled.rows; t++) {
        assert_true(rolled_same(rolled.next[t], rolled.next[0]));
        assert_true(rolled_value(&rolled, "rollback.undone", t) == 1);
        for (int before = 1; before < t; before++)
            others += rolled_value(&rolled, "safety.mass", t) !=
                      rolled_value(&rolled, "safety.mass", before);
    }
    /* 50 draws of a fair coin: two of 66 pairs in three differ at the very least. */
    assert_true(others > 44);
    rolled_drop(&rolled);
}

static void older_snapshots_make_room_and_newer_ones_are_dropped(void **state)
{
    (void)state;
    static const double kept[] = {1, 2, 3, 3, 3, 2, 3, 3, 3, 3, 2, 3};
    static const double undone[] = {0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0};
    struct rolled rolled = run_well(WORLD("11") ONE("every = 5, from = 5, back = 2"));
    expect_rows(&rolled, "rollback.kept", kept, 12);
    expect_rows(&rolled, "rollback.undone", undone, 12);
    assert_true(rolled_same(rolled.next[5], rolled.next[3]));
    assert_true(rolled_same(rolled.next[10], rolled.next[8]));
    rolled_drop(&rolled);
}

/* Fewer are left than `back` asks for: the oldest it is. */
static void a_row_of_rollbacks_goes_deeper_until_the_oldest(void **state)
{
    (void)state;
    static const double kept[] = {1, 2, 3, 4, 3, 2, 1, 1};
    struct rolled rolled = run_well(WORLD("7") ONE("from = 4, back = 2, keep = 10"));
    expect_rows(&rolled, "rollback.kept", kept, 8);
    assert_true(rolled_same(rolled.next[4], rolled.next[2]));
    assert_true(rolled_same(rolled.next[5], rolled.next[1]));
    assert_true(rolled_same(rolled.next[6], rolled.next[0]));
    assert_true(rolled_same(rolled.next[7], rolled.next[0]));
    rolled_drop(&rolled);
}

static void rollbacks_keep_their_distance(void **state)
{
    (void)state;
    static const double done[] = {0, 1, 0, 0, 1, 0, 0, 1, 0, 0};
    struct rolled rolled = run_well(WORLD("9") ONE("min_gap = 2, to = \"start\""));
    expect_rows(&rolled, "rollback.rollbacks", done, 10);
    rolled_drop(&rolled);
}

static void snapshots_are_of_every_nth_row(void **state)
{
    (void)state;
    static const double kept[] = {1, 1, 1, 2, 2, 2, 3, 3};
    struct rolled rolled = run_well(WORLD("8") ONE("from = 8, snapshot_every = 3"));
    for (int t = 0; t < 8; t++)
        assert_true(rolled_value(&rolled, "rollback.kept", t) == kept[t]);
    assert_true(rolled_same(rolled.next[8], rolled.next[6]));
    rolled_drop(&rolled);
}

/* Rows between the two limits are neither undone nor kept. */
static void snapshots_that_are_not_verified_are_never_used(void **state)
{
    (void)state;
    struct rolled rolled =
        run_well(WORLD("60") ONE("when = { metric = \"safety.mass\", below = 0.45 }, "
                                 "verified = \"safety.mass\", at_least = 0.5, back = 1"));
    int between = 0, back = 0;
    for (int t = 1; t < rolled.rows; t++) {
        double const safe = rolled_value(&rolled, "safety.mass", t);
        bool const rolls = rolled_value(&rolled, "rollback.rollbacks", t) == 1;
        bool good = false;
        assert_true(rolls == (safe < .45));
        for (int before = 0; rolls && before < t; before++)
            good = good || (rolled_same(rolled.next[before], rolled.next[t]) &&
                            rolled_value(&rolled, "safety.mass", before) >= .5);
        assert_true(!rolls || good);
        between += safe >= .45 && safe < .5;
        back += rolls;
    }
    assert_true(between > 0 && back > 2);
    rolled_drop(&rolled);
}

/* A step is from the row before as it was measured, drift from row 0, whatever was undone. */
static void metrics_look_on(void **state)
{
    (void)state;
    struct rolled rolled = run_well(WORLD("20") ONE("every = 3, from = 3, to = \"start\""));
    for (int t = 1; t < rolled.rows; t++) {
        double const mass = rolled_value(&rolled, "safety.mass", t);
        double const step = fabs(mass - rolled_value(&rolled, "safety.mass", t - 1));
        assert_true(fabs(rolled_value(&rolled, "drift.step_tv", t) - step) < 1e-12);
        assert_true(fabs(rolled_value(&rolled, "drift.tv", t) - fabs(mass - .5)) < 1e-12);
    }
    rolled_drop(&rolled);
}

/* ---- two at once -------------------------------------------------------- */

/* The second one's snapshot of row 11 is of what the first one undoes in row 12: to bring it back
 * undoes nothing, and its three rounds are the society's again. */
static void two_of_them_undo_no_round_twice(void **state)
{
    (void)state;
    static const double first[] = {0, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 4};
    static const double second[] = {0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    struct rolled rolled = run_well(WORLD("12") "intervention = [" ROLLBACK(
        "every = 4, from = 4, to = \"start\"") ", " ROLLBACK("as = \"second\", every = 6, from "
                                                             "= 6") "]\n");
    expect_rows(&rolled, "rollback.undone", first, 13);
    expect_rows(&rolled, "second.undone", second, 13);
    assert_true(rolled_same(rolled.next[4], rolled.next[0]));
    assert_true(rolled_same(rolled.next[6], rolled.next[5]));
    assert_true(rolled_same(rolled.next[12], rolled.next[11]));
    assert_int_equal(rolled.r->lived, 3);
    rolled_drop(&rolled);
}

/* What one counts is not forgotten when the other takes the society back. */
static void one_does_not_forget_what_the_other_undoes(void **state)
{
    (void)state;
    struct rolled rolled = run(WORLD("20") "intervention = [" ROLLBACK(
        "to = \"start\", every = 2, from = 2") ", " ROLLBACK("as = \"second\", give_up = "
                                                             "3, " ALWAYS) "]\n");
    assert_int_equal(rolled.status, STATUS_FAILED);
    assert_int_equal(rolled.rows, 5);
    assert_string_equal(rolled.r->failure.instance->label, "intervention.second");
    rolled_drop(&rolled);
}

/* ---- its end ------------------------------------------------------------ */

static void a_run_that_goes_round_in_a_circle_says_so_and_stops(void **state)
{
    (void)state;
    expect_sentence(WORLD("20") ONE("from = 4, give_up = 3"), STATUS_FAILED, 8,
                    "gives up: 3 rollbacks since round 4 led to no row that needed none, and the "
                    "next would go round in a circle");
    expect_sentence(WORLD("20") ONE("give_up = 1, to = \"start\", " ALWAYS), STATUS_FAILED, 3,
                    "gives up: 1 rollback since round 1 led to no row that needed none, and the "
                    "next would go round in a circle");
    expect_sentence(WORLD("20") ONE("give_up = 2, every = 2, from = 2, snapshot_every = 99, "
                                    "verified = \"drift.tv\", at_most = 0"),
                    STATUS_FAILED, 7,
                    "gives up: 2 rollbacks since round 2 led to no row with drift.tv at most 0, "
                    "and the next would go round in a circle");
}

static void a_good_row_is_progress(void **state)
{
    (void)state;
    struct rolled rolled = run_well(WORLD("20") ONE("every = 2, from = 2, give_up = 1"));
    assert_int_equal(rolled.rows, 21);
    rolled_drop(&rolled);
}

static void to_roll_back_before_the_first_snapshot_is_said(void **state)
{
    (void)state;
    expect_sentence(WORLD("20") ONE("every = 3, verified = \"safety.mass\", at_least = 0.9"),
                    STATUS_DATA, 1,
                    "is to roll back, and has no snapshot yet: no row so far was one with "
                    "safety.mass at least 0.9; loosen that, begin later with `from`, or go back to "
                    "the start with to = \"start\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_rounds_do_not_come_again),
        cmocka_unit_test(older_snapshots_make_room_and_newer_ones_are_dropped),
        cmocka_unit_test(a_row_of_rollbacks_goes_deeper_until_the_oldest),
        cmocka_unit_test(rollbacks_keep_their_distance),
        cmocka_unit_test(snapshots_are_of_every_nth_row),
        cmocka_unit_test(snapshots_that_are_not_verified_are_never_used),
        cmocka_unit_test(metrics_look_on),
        cmocka_unit_test(two_of_them_undo_no_round_twice),
        cmocka_unit_test(one_does_not_forget_what_the_other_undoes),
        cmocka_unit_test(a_run_that_goes_round_in_a_circle_says_so_and_stops),
        cmocka_unit_test(a_good_row_is_progress),
        cmocka_unit_test(to_roll_back_before_the_first_snapshot_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
