/* What interventions that oversee can have done: all that agents are and components remember comes
 * back, bit by bit, whoever holds it and however many threads copy it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rolled.h"

#define START                                                                                      \
    "gyre = 1\nscenario = { rounds = 9 }\n"                                                        \
    "space = { states = 96, contexts = [50, 46], reference = \"zipf\", safe = { share = 0.8 } }\n" \
    "metric = [{ use = \"metric.safety\" }, { use = \"metric.consensus\" }]\n"
#define TABLES  "society = { agents = 300 }\n"
#define MEMORY  "society = { agents = 300, policy = { use = \"policy.memory\", capacity = 60 } }\n"
#define SHARED  "sampling = { samples = 20000 }\n"
#define EACH    "sampling = { samples = 40, dataset = \"per_agent\", mixing = 0.3 }\n"
#define POOL    "update = { use = \"update.pool\" }\n"
#define POPULAR "selection = { use = \"selection.popularity\" }\n"
#define TWO                                                                                        \
    "intervention = [{ use = \"intervention.rollback\", every = 3, from = 3 }, "                   \
    "{ use = \"intervention.rollback\", as = \"b\", to = \"start\", every = 5, from = 5 }, "       \
    "{ use = \"intervention.verify\", passes_unsafe = 0.3 }]\n"

static const char *const societies[] = {
    START TABLES SHARED POOL TWO,
    START TABLES SHARED POPULAR TWO,
    START TABLES EACH POOL POPULAR TWO,
    START TABLES EACH TWO,
    START MEMORY EACH POPULAR TWO,
    START
    "society = { agents = 300, policy = { use = \"policy.memory\", recall = 1.0 } }\n" EACH TWO,
};

static void threads_change_no_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof societies / sizeof *societies; i++) {
        struct rolled one = rolled_run(planned_well(societies[i]), 1);
        struct rolled three = rolled_run(planned_well(societies[i]), 3);
        size_t const numbers = (size_t)(one.rows * one.planned.plan->output_count);
        assert_int_equal(one.status, STATUS_OK);
        assert_int_equal(three.status, STATUS_OK);
        assert_memory_equal(one.value, three.value, numbers * sizeof(double));
        assert_true(rolled_same(replicate_digest(one.r), replicate_digest(three.r)));
        assert_true(rolled_value(&one, "rollback.undone", 3) == 1);
        assert_true(rolled_value(&one, "b.undone", 5) > 0);
        rolled_drop(&one);
        rolled_drop(&three);
    }
}

/* ---- what comes back ---------------------------------------------------- */

/* All of a society that a later round depends on. */
static struct digest whole_of(const struct replicate *r)
{
    const struct plan *plan = r->plan;
    size_t const states = (size_t)plan->shape.states * sizeof(double);
    struct digest whole = digest_bytes(r->rows.data, (size_t)r->rows.count * r->rows.stride);
    whole = digest_join(whole, digest_bytes(r->rows.share, (size_t)r->rows.count * sizeof(double)));
    whole = digest_join(
        whole, digest_bytes(r->rows.row_of, (size_t)r->rows.agents * sizeof *r->rows.row_of));
    whole = digest_join(whole, digest_bytes(r->mixture, states));
    whole = digest_join(whole, digest_bytes(r->weight, states));
    if (r->live[SPACE_HELD])
        whole = digest_join(whole, digest_bytes(r->live[SPACE_HELD], states));
    size_t const update = (size_t)(plan->update - plan->instances);
    return digest_join(whole, digest_bytes(r->state[update], plan->update->state_size));
}

struct comparison {
    struct digest row[10];
};

static enum status note(void *argument, const struct replicate *r)
{
    ((struct comparison *)argument)->row[r->round] = whole_of(r);
    return STATUS_OK;
}

/* Row 7 goes back to row 6, or to the start. */
static void expect_back(const char *society, const char *keys, int row)
{
    char text[2048];
    struct comparison seen;
    struct round_watch const watch = {note, &seen};
    snprintf(text, sizeof text,
             "%sintervention = [{ use = \"intervention.rollback\", from = 7, every = 4%s }]\n",
             society, keys);
    struct planned planned = planned_well(text);
    struct replicate *r = replicate_create(planned.plan, 2);
    assert_non_null(r);
    assert_int_equal(replicate_reset(r, 0), STATUS_OK);
    assert_int_equal(round_run(r, &watch), STATUS_OK);
    for (int t = 1; t < 10; t++)
        assert_true(rolled_same(seen.row[t], seen.row[row]) == (t == row || t == 7));
    replicate_destroy(r);
    planned_drop(&planned);
}

static void a_snapshot_brings_back_all_that_was(void **state)
{
    (void)state;
    static const char *const worlds[] = {
        START TABLES SHARED POOL,    START TABLES EACH POOL,    START TABLES EACH POPULAR,
        START TABLES SHARED POPULAR, START MEMORY EACH POPULAR,
    };
    for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
        expect_back(worlds[i], "", 6);
        expect_back(worlds[i], ", back = 3", 4);
    }
}

/* With the row itself in row 0: agents are one again, and nothing was held. Popularity weighs by
 * nothing held, not by nothing yet, so a is looked at with other selections. */
static void the_start_brings_back_all_that_was(void **state)
{
    (void)state;
    expect_back(START TABLES SHARED POOL, ", to = \"start\"", 0);
    expect_back(START TABLES EACH POOL, ", to = \"start\"", 0);
    expect_back(START TABLES EACH, ", to = \"start\"", 0);
    expect_back(START MEMORY EACH, ", to = \"start\"", 0);
}

/* Replicates in one place: the second does not find the first one's snapshots. */
static void a_new_replicate_has_nothing_kept(void **state)
{
    (void)state;
    struct rolled rolled = rolled_run(planned_well(societies[3]), 1);
    struct round_watch const watch = {rolled_note, &rolled};
    double first[10];
    for (int t = 0; t < 10; t++)
        first[t] = rolled_value(&rolled, "safety.kl_floored", t);
    struct digest const digest = replicate_digest(rolled.r);
    assert_int_equal(replicate_reset(rolled.r, 0), STATUS_OK);
    rolled.rows = 0;
    assert_int_equal(round_run(rolled.r, &watch), STATUS_OK);
    for (int t = 0; t < 10; t++)
        assert_true(rolled_value(&rolled, "safety.kl_floored", t) == first[t]);
    assert_true(rolled_value(&rolled, "rollback.kept", 0) == 1);
    assert_true(rolled_same(replicate_digest(rolled.r), digest));
    rolled_drop(&rolled);
}

/* ---- what a stranger may ask for ---------------------------------------- */

static gyre_oversight wish; /* of each row */
static int64_t asked;       /* how many snapshots */
static int64_t acted;       /* bits of rounds */

static gyre_status oversee(gyre_ctx *ctx, const gyre_round *round, gyre_oversight *oversight)
{
    (void)ctx;
    acted |= (int64_t)oversight->acts << round->round;
    if (round->round != 2)
        return GYRE_OK;
    oversight->keep = wish.keep;
    oversight->start = wish.start;
    oversight->back = wish.back;
    oversight->stop = wish.stop;
    return GYRE_OK;
}

/* Another's hooks in the place of the shipped one's. */
static struct rolled run_stranger(const char *keys)
{
    static gyre_intervention_ops ops;
    char text[1024];
    snprintf(text, sizeof text,
             START TABLES SHARED "intervention = [{ use = \"intervention.rollback\"%s }]\n", keys);
    struct planned planned = planned_well(text);
    struct plan_intervention *by = &planned.plan->interventions[0];
    ops = *by->ops;
    ops.oversee = oversee;
    by->ops = &ops;
    by->snapshots = asked;
    acted = 0;
    return rolled_run(planned, 1);
}

static void expect_refusal(const char *keys, gyre_oversight wanted, const char *sentence)
{
    wish = wanted;
    struct rolled rolled = run_stranger(keys);
    assert_int_equal(rolled.status, STATUS_BUG);
    assert_int_equal(rolled.rows, 2);
    assert_string_equal(rolled.r->failure.sentence, sentence);
    rolled_drop(&rolled);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    asked = 2;
    expect_refusal("", (gyre_oversight){.back = 1}, "goes back to a snapshot that is not kept");
    expect_refusal("", (gyre_oversight){.back = -1}, "goes back to a snapshot that is yet to come");
    expect_refusal("", (gyre_oversight){.back = 1, .start = 1},
                   "goes back to the start and to a snapshot at once");
    expect_refusal(", from = 3", (gyre_oversight){.start = 1},
                   "goes back in a round in which it is not to act");
    asked = 0;
    expect_refusal("", (gyre_oversight){.keep = 1},
                   "keeps a snapshot, and asked for room for none");
}

/* Row t, with it, is told; no hook is called after. */
static void an_end_keeps_the_row_that_it_comes_after(void **state)
{
    (void)state;
    wish = (gyre_oversight){.stop = "has seen enough"};
    struct rolled rolled = run_stranger(", from = 2");
    assert_int_equal(rolled.status, STATUS_FAILED);
    assert_int_equal(rolled.rows, 3);
    assert_string_equal(rolled.r->failure.sentence, "has seen enough");
    assert_int_equal(acted, 4);
    rolled_drop(&rolled);
}

static void row_0_is_seen_and_not_acted_on(void **state)
{
    (void)state;
    wish = (gyre_oversight){.keep = 0};
    struct rolled rolled = run_stranger("");
    assert_int_equal(rolled.status, STATUS_OK);
    assert_int_equal(acted, 1022);
    rolled_drop(&rolled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(a_snapshot_brings_back_all_that_was),
        cmocka_unit_test(the_start_brings_back_all_that_was),
        cmocka_unit_test(a_new_replicate_has_nothing_kept),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(an_end_keeps_the_row_that_it_comes_after),
        cmocka_unit_test(row_0_is_seen_and_not_acted_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
