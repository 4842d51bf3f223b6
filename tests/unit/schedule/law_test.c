#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "planned.h"
#include "schedule/census.h"
#include "schedule/draw.h"
#include "schedule/law.h"
#include "world/alias.h"

enum { STATES = 64, AGENTS = 3, MOST_DRAWN = 4 * REPLICATE_CHUNK };

/* The last agent says what nobody else does. */
static const uint32_t lists[AGENTS][4] = {{0, 0, 1, 2}, {3, 0, 3, 1}, {4, 4, 4, 4}};

struct world {
    struct planned planned;
    struct replicate *r;
    double g;
};

static struct world make_weighted(double g, const char *weights, const char *sampling,
                                  const char *rest)
{
    char text[1024];
    snprintf(text, sizeof text,
             "gyre = 1\nscenario = { rounds = 9 }\n"
             "space.states = 64\nspace.reference = \"uniform\"\n"
             "sampling = { dataset = \"per_agent\", mixing = %.17g, %s }\n"
             "metric = [{ use = \"metric.diversity\" }]\n"
             "society.agents = 3\nsociety.weights = %s\n%s",
             g, sampling, weights, rest);
    struct world world = {.planned = planned_well(text), .g = g};
    world.r = replicate_create(world.planned.plan, 1);
    assert_non_null(world.r);
    assert_int_equal(replicate_reset(world.r, 0), STATUS_OK);
    return world;
}

static struct world make(double g, const char *sampling, const char *rest)
{
    return make_weighted(g, "[5, 3, 2]", sampling, rest);
}

static void drop(struct world *world)
{
    replicate_destroy(world->r);
    planned_drop(&world->planned);
}

static void learn(struct replicate *r, int64_t m, const uint32_t *state, int64_t count)
{
    gyre_examples const examples = {.size = sizeof examples, .count = count, .state = state};
    gyre_rows const rows = rows_view(&r->rows, m, m + 1);
    struct call *call = replicate_call(r, r->plan->policy, 0);
    assert_int_equal(
        r->plan->policy->component->ops.policy.learn(call_begin(call, 0), &rows, &examples, 1),
        GYRE_OK);
}

/* a(z) is `rest` but for the first five states. */
static void weigh(struct replicate *r, const double *first, double rest)
{
    assert_int_equal(census_take(r), STATUS_OK);
    for (int z = 0; z < STATES; z++)
        r->weight[z] = z < 5 ? first[z] : rest;
}

/* All agents say their lists, and a is 1. */
static void talk(const struct world *world)
{
    static const double even[] = {1, 1, 1, 1, 1};
    rows_part(&world->r->rows);
    for (int m = 0; m < AGENTS; m++)
        learn(world->r, m, lists[m], 4);
    weigh(world->r, even, 1);
}

static struct world make_talking(double g, const char *sampling, const char *rest)
{
    struct world const world = make(g, sampling, rest);
    talk(&world);
    return world;
}

/* ---- which technique ---------------------------------------------------- */

enum technique { COMMON, COMPOSED, TABLE };

static enum technique choose(struct replicate *r, int64_t round)
{
    assert_true(law_weigh(r));
    law_prepare(r, round);
    assert_false(r->law.common && r->law.composed);
    return r->law.common ? COMMON : r->law.composed ? COMPOSED : TABLE;
}

static void expect_technique(double g, const char *sampling, const char *rest,
                             enum technique expected)
{
    struct world world = make_talking(g, sampling, rest);
    assert_int_equal(choose(world.r, 1), expected);
    drop(&world);
}

static void lists_are_composed_and_tables_are_not(void **state)
{
    (void)state;
    expect_technique(.3, "samples = 20", "", COMPOSED);
    expect_technique(1, "samples = 20", "", COMMON);
    expect_technique(.3, "samples = 20", "update.rate = 0.5\n", TABLE);
    expect_technique(.3, "samples = 20", "update.smoothing = 1\n", TABLE);
    expect_technique(.3, "samples = 20", "space.contexts = 2\n", TABLE);
    expect_technique(.3, "samples = \"expected\"", "", TABLE);
    expect_technique(.3, "samples = 20", "society.policy.use = \"policy.memory\"\n", COMPOSED);
    expect_technique(.3, "samples = 20",
                     "society.policy.use = \"policy.memory\"\nspace.contexts = 2\n", TABLE);
}

static void agents_that_are_equal_share_a_table(void **state)
{
    (void)state;
    static const double even[] = {1, 1, 1, 1, 1};
    struct world world = make(.3, "samples = 20", "");
    weigh(world.r, even, 1);
    assert_int_equal(world.r->rows.count, 1);
    assert_int_equal(choose(world.r, 1), COMMON);
    drop(&world);
}

/* A proposal costs 1.7 ns, a table 5 ns a state and 2 ns a draw: with 100 draws of 64 states lists
 * pay when 1700 of 5200 proposals are accepted. */
static void few_acceptances_make_tables(void **state)
{
    (void)state;
    static const double others[] = {.5, .2, .1, .01};
    static const enum technique expected[] = {COMPOSED, COMPOSED, TABLE, TABLE};
    struct world world = make_talking(.3, "samples = 100", "");
    for (int i = 0; i < 4; i++) {
        /* Pbar says state 2 with .125; proposals are .7 of lists and .3 of a Pbar. */
        double const x = others[i], said = .125 + .875 * x, accepted = said / (.7 + .3 * said);
        double const first[] = {x, x, 1, x, x};
        assert_true((accepted > 1700. / 5200) == (expected[i] == COMPOSED));
        weigh(world.r, first, x);
        assert_int_equal(choose(world.r, 1), expected[i]);
    }
    double const rare[] = {1e-9, 1e-9, 1e-9, 1e-9, 1e-9};
    weigh(world.r, rare, 1);
    assert_int_equal(choose(world.r, 1), COMPOSED); /* what nobody says is not proposed */
    drop(&world);
}

/* ---- which law ---------------------------------------------------------- */

/* Q_m(z) by plain loops, of agents that say `said` (an empty list: the start). */
static void expected_law(const struct world *world, int m, const uint32_t said[][4],
                         const int *counts, double *q)
{
    double p[AGENTS][STATES] = {{0}}, mass = 0;
    for (int k = 0; k < AGENTS; k++)
        for (int z = 0; z < STATES; z++)
            p[k][z] = counts[k] ? 0 : 1. / STATES;
    for (int k = 0; k < AGENTS; k++)
        for (int i = 0; i < counts[k]; i++)
            p[k][said[k][i]] += 1. / counts[k];
    for (int z = 0; z < STATES; z++) {
        double mixture = 0;
        for (int k = 0; k < AGENTS; k++)
            mixture += world->r->plan->scenario->weight[k] * p[k][z];
        q[z] = world->r->weight[z] * ((1 - world->g) * p[m][z] + world->g * mixture);
        mass += q[z];
    }
    for (int z = 0; z < STATES; z++)
        q[z] /= mass;
}

/* What a source draws: of a composed one each cell's accepted part, of a table what it was built
 * from. */
static void drawn_law(const struct replicate *r, const struct source *source, double *q)
{
    const double *rest = source->own ? r->law.p : r->bench[0].p;
    double table = 0, mass = 0;
    for (int z = 0; z < STATES; z++)
        table += rest[z];
    for (int z = 0; z < STATES; z++)
        q[z] = table > 0 ? rest[z] / table * (source->own ? source->composed->cells->rest : 1) : 0;
    for (int64_t i = 0; source->own && i < source->composed->cells->count; i++)
        q[source->own[i]] +=
            source->composed->accept ? source->composed->accept[source->own[i]] : 1;
    for (int z = 0; z < STATES; z++)
        mass += q[z];
    for (int z = 0; z < STATES; z++)
        q[z] /= mass;
}

static void expect_law(const struct world *world, int m, const int *counts, bool composed)
{
    double expected[STATES], drawn[STATES];
    struct source source;
    expected_law(world, m, lists, counts, expected);
    assert_true(law_of_agent(world->r, 0, 1, m, &source));
    assert_int_equal(source.own != NULL, composed);
    drawn_law(world->r, &source, drawn);
    for (int z = 0; z < STATES; z++)
        assert_true(fabs(drawn[z] - expected[z]) < 1e-14);
}

static const int all_talk[AGENTS] = {4, 4, 4};

static void a_composed_law_is_exactly_its_agent_s(void **state)
{
    (void)state;
    static const double mixings[] = {.02, .3, .9};
    static const double first[][5] = {{1, 1, 1, 1, 1}, {.1, .9, .5, 0, 3}, {2, 2, 2, 2, 2}};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            struct world world = make_talking(mixings[i], "samples = 4", "");
            weigh(world.r, first[j], 7); /* what nobody says may weigh the most */
            assert_int_equal(choose(world.r, 1), COMPOSED);
            assert_int_equal(world.r->law.even, j != 1);
            for (int m = 0; m < AGENTS; m++)
                expect_law(&world, m, all_talk, true);
            drop(&world);
        }
}

/* It says the start, and has no list to draw from. */
static void an_empty_list_is_the_start_s_table(void **state)
{
    (void)state;
    static const int counts[AGENTS] = {4, 0, 4};
    static const double first[] = {.1, .9, .5, 1, .2};
    struct world world = make(.3, "samples = 4", "");
    rows_part(&world.r->rows);
    learn(world.r, 0, lists[0], 4);
    learn(world.r, 2, lists[2], 4);
    weigh(world.r, first, .7);
    assert_int_equal(choose(world.r, 1), COMPOSED);
    for (int m = 0; m < AGENTS; m++)
        expect_law(&world, m, counts, counts[m] > 0);
    drop(&world);
}

/* What it says is not in the mixture, and has a weight all the same. */
static void an_agent_of_weight_0_draws_from_its_law_too(void **state)
{
    (void)state;
    static const double first[][5] = {{1, 1, 1, 1, 0}, {1, 1, 1, 1, .25}, {1, 1, 1, 1, 3}};
    for (int i = 0; i < 3; i++) {
        struct world world = make_weighted(.3, "[5, 3, 0]", "samples = 4", "");
        talk(&world);
        weigh(world.r, first[i], 0);
        assert_int_equal(choose(world.r, 1), COMPOSED);
        expect_law(&world, 0, all_talk, true);
        expect_law(&world, 2, all_talk, true);
        drop(&world);
    }
}

/* ---- interventions ------------------------------------------------------ */

static void temper_is_a_table_while_it_acts(void **state)
{
    (void)state;
    struct world world = make_talking(
        .3, "samples = 4",
        "[[intervention]]\nuse = \"intervention.temper\"\ntemperature = 2.0\nfrom = 3\n");
    struct replicate *r = world.r;
    double q[STATES], mass = 0;
    struct source source;
    assert_int_equal(choose(r, 2), COMPOSED);
    assert_int_equal(choose(r, 3), TABLE);
    assert_true(law_of_agent(r, 0, 3, 1, &source));
    assert_null(source.own);
    expected_law(&world, 1, lists, all_talk, q);
    for (int z = 0; z < STATES; z++)
        mass += sqrt(q[z]);
    for (int z = 0; z < STATES; z++)
        assert_true(fabs(r->bench[0].p[z] - sqrt(q[z]) / mass) < 1e-14);
    drop(&world);
}

/* ---- draws -------------------------------------------------------------- */

/* Chi-square as a normal deviate (Wilson and Hilferty). 3.72 is one in 10,000. */
static double deviate(const uint32_t *drawn, int64_t n, const double *q)
{
    double chi = 0, freedom = -1;
    int64_t count[STATES] = {0};
    for (int64_t i = 0; i < n; i++) {
        assert_true(drawn[i] < STATES);
        count[drawn[i]]++;
    }
    for (int z = 0; z < STATES; z++) {
        double const expected = q[z] * (double)n, error = (double)count[z] - expected;
        assert_true(expected >= 5 || (expected <= 0 && count[z] == 0));
        chi += expected > 0 ? error * error / expected : 0;
        freedom += expected > 0;
    }
    double const spread = 2 / (9 * freedom);
    return (cbrt(chi / freedom) - (1 - spread)) / sqrt(spread);
}

static uint32_t drawn[MOST_DRAWN + COMPOSE_SLACK];

/* As many parts as `drawn` has room for. */
static void draw(struct replicate *r, struct source *source)
{
    for (uint64_t part = 0; part < MOST_DRAWN / REPLICATE_CHUNK; part++)
        assert_true(draw_samples(r, 0, 1, source, part, 0, REPLICATE_CHUNK,
                                 drawn + part * REPLICATE_CHUNK));
}

static void draws_are_from_the_law(void **state)
{
    (void)state;
    static const double first[] = {.1, .9, .5, .7, .02};
    struct world world = make_talking(.3, "samples = 4", "");
    double q[STATES];
    weigh(world.r, first, 1);
    assert_int_equal(choose(world.r, 1), COMPOSED);
    for (int m = 0; m < AGENTS; m++) {
        struct source source;
        assert_true(law_of_agent(world.r, 0, 1, m, &source));
        draw(world.r, &source);
        assert_non_null(source.own);
        expected_law(&world, m, lists, all_talk, q);
        assert_true(deviate(drawn, MOST_DRAWN, q) < 3.72);
    }
    drop(&world);
}

/* A word is spent on each proposal, and which comes first is the same for any number of them. */
static void fewer_draws_are_the_first_of_more(void **state)
{
    (void)state;
    static const double first[] = {.1, .9, .5, .7, .02};
    static const int64_t few[] = {1, 7, 31, 32, 100, 3000};
    struct world world = make_talking(.3, "samples = 4", "");
    uint32_t fewer[3000 + COMPOSE_SLACK];
    struct source source;
    weigh(world.r, first, 1);
    assert_int_equal(choose(world.r, 1), COMPOSED);
    assert_true(law_of_agent(world.r, 0, 1, 0, &source));
    assert_true(draw_samples(world.r, 0, 1, &source, 5, 2, REPLICATE_CHUNK, drawn));
    for (size_t i = 0; i < sizeof few / sizeof *few; i++) {
        assert_true(draw_samples(world.r, 0, 1, &source, 5, 2, few[i], fewer));
        assert_memory_equal(fewer, drawn, sizeof *fewer * (size_t)few[i]);
    }
    drop(&world);
}

/* A quarter of a word each, whatever how many there are, and another word where that is too little:
 * of 64 states one draw in 1,000. */
static void tables_of_few_states_take_quarters_of_words(void **state)
{
    (void)state;
    static const double first[] = {.1, .9, .5, .7, .02};
    struct world world = make_talking(.3, "samples = 20", "update.rate = 0.5\n");
    double q[STATES];
    uint32_t fewer[3000];
    weigh(world.r, first, 1);
    assert_int_equal(choose(world.r, 1), TABLE);
    for (int m = 0; m < AGENTS; m++) {
        struct source source;
        assert_true(law_of_agent(world.r, 0, 1, m, &source));
        assert_non_null(source.few);
        draw(world.r, &source);
        expected_law(&world, m, lists, all_talk, q);
        assert_true(deviate(drawn, MOST_DRAWN, q) < 3.72);
        for (int64_t n = 1; n <= 3000; n = n * 3 + 1) {
            assert_true(draw_samples(world.r, 0, 1, &source, 0, 0, n, fewer));
            assert_memory_equal(fewer, drawn, sizeof *fewer * (size_t)n);
        }
    }
    drop(&world);
}

/* The third agent's list is refused in all but one of a million tries, and so is the rest: it is
 * given up, and the table has the law, in which both weigh the same. */
static void a_list_that_is_refused_becomes_a_table(void **state)
{
    (void)state;
    static const double first[] = {1, 1, 1, 1, 1e-7};
    struct world world = make_talking(1e-7, "samples = 4", "");
    struct source source;
    double q[STATES];
    weigh(world.r, first, 1);
    assert_int_equal(choose(world.r, 1), COMPOSED);
    assert_true(law_of_agent(world.r, 0, 1, 2, &source));
    assert_non_null(source.own);
    draw(world.r, &source);
    assert_null(source.own);
    expected_law(&world, 2, lists, all_talk, q);
    assert_true(q[4] > .3 && q[0] > .1);
    assert_true(deviate(drawn, MOST_DRAWN, q) < 3.72);
    assert_true(law_of_agent(world.r, 0, 1, 0, &source));
    draw(world.r, &source);
    assert_non_null(source.own); /* others go on with theirs */
    drop(&world);
}

/* A list that is refused 999 times of a thousand is given up now and then: then its words are known
 * to be such as were refused, and the table must not be asked with them. State 3 is rare, and last.
 */
static void refused_words_are_not_used_again(void **state)
{
    (void)state;
    static const double first[] = {1, 1, 1, .0043, 0};
    enum { PARTS = 300000 };
    struct world world = make_talking(1e-3, "samples = 4", "");
    static uint32_t one[PARTS];
    uint32_t room[1 + COMPOSE_SLACK];
    int64_t given_up = 0;
    double q[STATES];
    weigh(world.r, first, 1);
    assert_int_equal(choose(world.r, 1), COMPOSED);
    for (uint64_t part = 0; part < PARTS; part++) {
        struct source source;
        assert_true(law_of_agent(world.r, 0, 1, 2, &source));
        assert_true(draw_samples(world.r, 0, 1, &source, part, 0, 1, room));
        given_up += source.own == NULL;
        one[part] = room[0];
    }
    assert_true(given_up > PARTS / 4 && given_up < 3 * PARTS / 4);
    expected_law(&world, 2, lists, all_talk, q);
    assert_true(deviate(one, PARTS, q) < 3.72);
    drop(&world);
}

/* With the list weighing nothing all is from the rest, as small as that is. */
static void a_list_of_weight_0_leaves_the_rest(void **state)
{
    (void)state;
    static const double first[] = {1, 1, 1, 1, 0};
    struct world world = make_talking(1e-200, "samples = 4", "");
    struct source source;
    double q[STATES];
    weigh(world.r, first, 1);
    assert_int_equal(choose(world.r, 1), COMPOSED);
    assert_true(law_of_agent(world.r, 0, 1, 2, &source));
    draw(world.r, &source);
    assert_null(source.own);
    expected_law(&world, 2, lists, all_talk, q);
    assert_true(q[4] <= 0);
    assert_true(deviate(drawn, MOST_DRAWN, q) < 3.72);
    drop(&world);
}

/* Without mixing, agent 2 is alone with what it says. */
static void an_agent_without_mass_is_the_selection_s_mistake(void **state)
{
    (void)state;
    static const double first[] = {1, 0, 0, 0, 0};
    static const uint32_t only[] = {0};
    struct world world = make_talking(0, "samples = 4", "");
    struct source source;
    learn(world.r, 0, only, 1);
    learn(world.r, 1, only, 1);
    weigh(world.r, first, 0);
    assert_int_equal(choose(world.r, 1), COMPOSED);
    assert_true(law_of_agent(world.r, 0, 1, 2, &source));
    assert_false(draw_samples(world.r, 0, 1, &source, 0, 0, 4, drawn));
    assert_int_equal(replicate_join_failures(world.r), STATUS_DATA);
    assert_ptr_equal(world.r->failure.instance, world.r->plan->selection);
    assert_string_equal(world.r->failure.sentence,
                        "gives weight 0 to everything that agent 2 meets");
    drop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_composed_and_tables_are_not),
        cmocka_unit_test(agents_that_are_equal_share_a_table),
        cmocka_unit_test(few_acceptances_make_tables),
        cmocka_unit_test(a_composed_law_is_exactly_its_agent_s),
        cmocka_unit_test(an_empty_list_is_the_start_s_table),
        cmocka_unit_test(an_agent_of_weight_0_draws_from_its_law_too),
        cmocka_unit_test(temper_is_a_table_while_it_acts),
        cmocka_unit_test(draws_are_from_the_law),
        cmocka_unit_test(fewer_draws_are_the_first_of_more),
        cmocka_unit_test(tables_of_few_states_take_quarters_of_words),
        cmocka_unit_test(a_list_that_is_refused_becomes_a_table),
        cmocka_unit_test(refused_words_are_not_used_again),
        cmocka_unit_test(a_list_of_weight_0_leaves_the_rest),
        cmocka_unit_test(an_agent_without_mass_is_the_selection_s_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
