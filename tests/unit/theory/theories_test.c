/* What closed forms give, held against numbers that were printed by independent programs: the rows
 * of docs/theory.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "theory/theories.h"

enum { STATES = 8 };

static const double pi[3 * STATES] = {.30, .20, .15, .12, .10, .07, .04, .02, .30, .20, .15, .12,
                                      .10, .07, .04, .02, .30, .20, .15, .12, .10, .07, .04, .02};
static const double diversity = .8162;
static const double safe[STATES] = {1, 1, 0, 0, 0, 0, 0, 1};
static const int64_t context[] = {0, STATES, 2 * STATES, 3 * STATES};
static const double met[] = {1}, alone[] = {1};

/* One shared dataset of 50 that replaces all that was. */
static struct setting society(int64_t rounds)
{
    return (struct setting){.states = STATES,
                            .contexts = 1,
                            .agents = 1,
                            .samples = 50,
                            .rounds = rounds,
                            .context = context,
                            .met = met,
                            .reference = pi,
                            .start = pi,
                            .safe = safe,
                            .weight = alone,
                            .equal = true,
                            .shared = true,
                            .mixing = 1,
                            .tau = .02,
                            .rate = 1,
                            .power = 1};
}

static struct setting_act *act(struct setting *s, enum setting_kind kind, double amount)
{
    struct setting_act *new = &s->act[s->acts++];
    *new = (struct setting_act){.kind = kind, .amount = amount, .every = 1, .from = 1, .p = pi};
    return new;
}

/* What is expected in a round; NaN: nothing. */
static double expected(const struct setting *s, enum theories_quantity quantity, int64_t round)
{
    struct arena *arena = arena_create();
    struct theories theories;
    const char *why;
    assert_true(theories_expect(&theories, arena, s, &why));
    double const exact = theories.exact[quantity][round];
    arena_destroy(arena);
    return exact;
}

/* To the last digit that was printed. */
static void hold(double exact, const char *printed)
{
    double value = 0, unit = 1;
    assert_int_equal(sscanf(printed, "%lf", &value), 1);
    for (const char *c = strchr(printed, '.') + 1; *c; c++)
        unit /= 10;
    if (!(fabs(exact - value) <= .5000001 * unit))
        fail_msg("%.12g is not %s", exact, printed);
}

static void same(double exact, double value)
{
    if (!(fabs(exact - value) <= 1e-12))
        fail_msg("%.17g is not %.17g", exact, value);
}

/* ---- drift -------------------------------------------------------------- */

static void diversity_falls_by_one_nth_a_round(void **state)
{
    (void)state;
    struct setting const s = society(30);
    hold(expected(&s, THEORIES_DIVERSITY, 30) / diversity, ".545484");
    same(expected(&s, THEORIES_MASS, 30), .52);
    same(expected(&s, THEORIES_VARIANCE, 30), .52 * .48 * (1 - pow(.98, 30)));
}

static void coverage_is_that_of_binomial_chains(void **state)
{
    (void)state;
    struct setting s = society(40);
    hold(expected(&s, THEORIES_COVERAGE, 1), ".984899");
    hold(expected(&s, THEORIES_SUPPORT, 2), ".96458");
    hold(expected(&s, THEORIES_SUPPORT, 5), ".88707");
    hold(expected(&s, THEORIES_SUPPORT, 10), ".75996");
    hold(expected(&s, THEORIES_SUPPORT, 20), ".58047");
    hold(expected(&s, THEORIES_SUPPORT, 40), ".40089");
    s.tau = .04;
    hold(expected(&s, THEORIES_COVERAGE, 1), ".954986");
    s.tau = .05;
    hold(expected(&s, THEORIES_COVERAGE, 1), ".913034");
}

static void a_rare_state_is_lost_as_its_chain_says(void **state)
{
    (void)state;
    static const double start[2] = {.05, .95}, reference[2] = {1, 0};
    static const int64_t whole[] = {0, 2};
    struct setting s = society(16);
    s.states = 2;
    s.context = whole;
    s.start = start;
    s.reference = reference;
    s.samples = 100;
    hold(expected(&s, THEORIES_MISSING, 16), ".55439");
}

static void missing_states_are_counted_one_by_one(void **state)
{
    (void)state;
    struct setting const s = society(1);
    double sum = 0;
    for (int z = 0; z < STATES; z++)
        sum += pow(1 - pi[z], 50);
    same(expected(&s, THEORIES_MISSING, 1), sum);
}

/* ---- what pulls back ---------------------------------------------------- */

/* |p - pi|^2 is H(pi) - H(p) on average where pi is what is expected. */
static double distance(const struct setting *s, double start)
{
    return start - expected(s, THEORIES_DIVERSITY, s->rounds);
}

static void outside_data_hold_the_society_near_the_reference(void **state)
{
    (void)state;
    struct setting s = society(1000);
    s.rate = .9;
    s.outside = .1;
    hold(distance(&s, diversity), ".064124");
    s.rate = .4;
    hold(distance(&s, diversity), ".013519");
}

static void a_chance_a_sample_and_an_exact_number_differ(void **state)
{
    (void)state;
    struct setting share = society(1000), count = society(1000);
    act(&share, ACT_SHARE, .1);
    act(&count, ACT_COUNT, 5);
    hold(distance(&share, diversity), ".079166");
    hold(distance(&count, diversity), ".0784808");
    hold(expected(&share, THEORIES_SUPPORT, 1000), ".921258");
}

static void smoothing_is_data_from_the_uniform_law(void **state)
{
    (void)state;
    static const double uniform[STATES] = {.125, .125, .125, .125, .125, .125, .125, .125};
    struct setting s = society(1000);
    s.start = uniform;
    s.smoothing = .5;
    hold(distance(&s, .875), ".093884");
}

static void forgetting_toward_the_start_is_data_from_outside(void **state)
{
    (void)state;
    struct setting s = society(1000);
    act(&s, ACT_BLEND, .1);
    hold(distance(&s, diversity), ".064124");
}

static void a_schedule_ends_where_it_leads(void **state)
{
    (void)state;
    struct setting s = society(1000);
    struct setting_act *share = act(&s, ACT_SHARE, .5);
    share->to = .1;
    share->over = 20;
    hold(distance(&s, diversity), ".079166");
    assert_true(!isnan(expected(&s, THEORIES_COVERAGE, 1)));
    assert_true(isnan(expected(&s, THEORIES_COVERAGE, 2)));
}

static void pooled_data_keep_most_of_the_diversity(void **state)
{
    (void)state;
    struct setting s = society(200);
    s.update = SETTING_POOL;
    s.samples = 20;
    hold(expected(&s, THEORIES_DIVERSITY, 200), ".750895");
}

static void a_reset_makes_a_society_young_again(void **state)
{
    (void)state;
    struct setting s = society(25);
    struct setting_act *reset = act(&s, ACT_RESET, 0);
    reset->every = reset->from = 10;
    hold(expected(&s, THEORIES_DIVERSITY, 10), ".666895");
    hold(expected(&s, THEORIES_DIVERSITY, 11), ".799876");
    hold(expected(&s, THEORIES_DIVERSITY, 25), ".737780");
    hold(expected(&s, THEORIES_SUPPORT, 15), ".88707");
}

/* ---- societies ---------------------------------------------------------- */

static const double uneven[] = {.6, .3, .1};

static struct setting islands(int64_t rounds, double mixing, int64_t samples)
{
    struct setting s = society(rounds);
    s.agents = 3;
    s.weight = uneven;
    s.equal = s.shared = false;
    s.mixing = mixing;
    s.samples = samples;
    return s;
}

static void weights_and_rates_slow_drift_down(void **state)
{
    (void)state;
    struct setting s = islands(15, 1, 20);
    s.rate = .5;
    hold(expected(&s, THEORIES_DIVERSITY, 15), ".748567");
}

static void islands_of_any_weights_follow_the_matrix(void **state)
{
    (void)state;
    struct setting const s = islands(12, .2, 30);
    hold(expected(&s, THEORIES_DIVERSITY, 12), ".681868");
    assert_true(isnan(expected(&s, THEORIES_COVERAGE, 2)));
}

static void equal_agents_of_one_pool_are_one_large_dataset(void **state)
{
    (void)state;
    static const double quarter[] = {.25, .25, .25, .25};
    struct setting s = society(7);
    s.agents = 4;
    s.weight = quarter;
    s.shared = false;
    s.samples = 20;
    same(expected(&s, THEORIES_DIVERSITY, 7), diversity * pow(1 - 1. / 80, 7));
    same(expected(&s, THEORIES_WITHIN, 7), diversity * (1 - 1. / 20) * pow(1 - 1. / 80, 6));
}

static void contexts_share_the_samples_by_chance(void **state)
{
    (void)state;
    static const double mu[] = {.6, .3, .1};
    struct setting s = society(3);
    s.contexts = 3;
    s.states = 3 * STATES;
    s.samples = 30;
    s.met = mu;
    s.safe = NULL;
    s.tau = 1. / 30;
    hold(expected(&s, THEORIES_COVERAGE, 1), ".733445");
    assert_true(isnan(expected(&s, THEORIES_COVERAGE, 2)));
}

static void a_context_that_is_rarely_met_drifts_by_itself(void **state)
{
    (void)state;
    static const double mu[] = {.1, .9},
                        p[STATES + 1] = {.30, .20, .15, .12, .10, .07, .04, .02, 1};
    static const int64_t two[] = {0, STATES, STATES + 1};
    struct setting s = society(4);
    s.contexts = 2;
    s.states = STATES + 1;
    s.context = two;
    s.samples = 30;
    s.met = mu;
    s.start = s.reference = p;
    s.safe = NULL;
    hold(1 - expected(&s, THEORIES_DIVERSITY, 1) / (.1 * diversity), ".409966");
    same(expected(&s, THEORIES_DIVERSITY, 4),
         .1 * diversity * pow(expected(&s, THEORIES_DIVERSITY, 1) / (.1 * diversity), 4));
}

static void a_memory_of_one_round_is_data_from_the_base(void **state)
{
    (void)state;
    struct setting s = society(1000);
    s.policy = SETTING_MEMORY;
    s.recall = .8;
    s.capacity = 50;
    hold(distance(&s, diversity), ".0280240");
}

/* Round 1 fills half of it; from the batches' products by hand. */
static void a_memory_of_two_rounds_remembers_both(void **state)
{
    (void)state;
    struct setting s = society(2);
    s.policy = SETTING_MEMORY;
    s.samples = 25;
    s.recall = .8;
    s.capacity = 50;
    double const q = 1 - diversity, first = 1. / 25 + 24. / 25 * q;
    double const p1 = (1 - .64) * q + .64 * first, second = 1. / 25 + 24. / 25 * p1;
    double const both = .2 * q + .8 * first;
    same(expected(&s, THEORIES_DIVERSITY, 1), 1 - p1);
    same(expected(&s, THEORIES_DIVERSITY, 2),
         1 - ((1 - .64) * q + .64 * (first + second + 2 * both) / 4));
}

/* ---- what bends the law ------------------------------------------------- */

static const double pair_start[2] = {.1, .9}, first_alone[2] = {1, 0};
static const int64_t whole_pair[] = {0, 2};

static struct setting pair(int64_t rounds, int64_t samples)
{
    struct setting s = society(rounds);
    s.states = 2;
    s.context = whole_pair;
    s.start = pair_start;
    s.reference = first_alone;
    s.samples = samples;
    return s;
}

static void a_temperature_delays_or_hastens_loss(void **state)
{
    (void)state;
    static const char *const lost[] = {".796175", ".187357", ".004609", ".997817"};
    static const double temperature[] = {1, 1.25, 2, .8};
    for (int i = 0; i < 4; i++) {
        struct setting s = pair(20, 20);
        act(&s, ACT_TEMPER, temperature[i]);
        hold(expected(&s, THEORIES_MISSING, 20), lost[i]);
    }
}

static void the_power_of_a_selection_is_one_over_a_temperature(void **state)
{
    (void)state;
    struct setting s = pair(20, 20);
    s.power = .8;
    hold(expected(&s, THEORIES_MISSING, 20), ".187357");
}

static const double mostly_safe[2] = {.6, .4}, first_safe[2] = {1, 0}, passes[2] = {.9, .3};

static struct setting verified(int64_t rounds, int64_t samples)
{
    struct setting s = pair(rounds, samples);
    s.start = s.reference = mostly_safe;
    s.safe = first_safe;
    act(&s, ACT_VERIFY, 0)->p = passes;
    s.act[0].keeps = true;
    return s;
}

static void a_verifier_multiplies_odds(void **state)
{
    (void)state;
    struct setting const s = verified(5, 0);
    hold(expected(&s, THEORIES_MASS, 5), ".997264");
}

static void a_verifier_of_little_time_leaves_some_unchecked(void **state)
{
    (void)state;
    struct setting s = verified(1, 1000);
    s.act[0].redraws = true;
    s.act[0].checks = 400;
    hold(expected(&s, THEORIES_MASS, 1), ".6576");
    s.act[0].checks = 1500;
    double const share = (expected(&s, THEORIES_MASS, 1) - .6) / (.54 / .66 - .6);
    hold(share, ".986631");
}

static void expected_data_follow_powers_of_the_start(void **state)
{
    (void)state;
    static const double x[STATES] = {0, 1, 2, 3, 0, 1, 2, 3};
    struct setting s = society(6);
    double weight[STATES], sum = 0, agree = 0;
    s.samples = 0;
    s.beta = .25;
    s.attribute = x;
    for (int z = 0; z < STATES; z++)
        sum += weight[z] = pi[z] * exp(6 * .25 * x[z]);
    for (int z = 0; z < STATES; z++)
        agree += weight[z] * weight[z] / sum / sum;
    same(expected(&s, THEORIES_DIVERSITY, 6), 1 - agree);
}

/* ---- answers -------------------------------------------------------------- */

static void the_mode_of_few_samples_is_often_wrong(void **state)
{
    (void)state;
    static const double answers[] = {.4, .3, .2, .1}, right[] = {1, 0, 0, 0};
    static const int64_t four[] = {0, 4};
    struct setting s = society(9);
    s.states = 4;
    s.context = four;
    s.samples = 5;
    s.start = s.reference = answers;
    s.safe = NULL;
    s.truth = s.best = right;
    hold(expected(&s, THEORIES_MC1, 1), ".490240");
    same(expected(&s, THEORIES_MC2, 9), .4);
    assert_true(isnan(expected(&s, THEORIES_MC1, 2)));
}

/* ---- where none holds --------------------------------------------------- */

static void later_rounds_of_a_selection_are_left_open(void **state)
{
    (void)state;
    struct setting s = society(3);
    s.power = 1.2;
    assert_true(!isnan(expected(&s, THEORIES_MASS, 1)));
    for (int q = 0; q < THEORIES_QUANTITIES; q++)
        for (int64_t round = 2; round <= 3; round++)
            assert_true(isnan(expected(&s, (enum theories_quantity)q, round)));
}

static void what_no_family_holds_for_is_said(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct theories theories;
    const char *why = NULL;
    struct setting s = society(3);
    s.policy = SETTING_MEMORY;
    s.capacity = 70;
    assert_true(theories_expect(&theories, arena, &s, &why));
    assert_non_null(why);
    assert_non_null(strstr(why, "memory: the memory's capacity is no whole number of datasets"));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(diversity_falls_by_one_nth_a_round),
        cmocka_unit_test(coverage_is_that_of_binomial_chains),
        cmocka_unit_test(a_rare_state_is_lost_as_its_chain_says),
        cmocka_unit_test(missing_states_are_counted_one_by_one),
        cmocka_unit_test(outside_data_hold_the_society_near_the_reference),
        cmocka_unit_test(a_chance_a_sample_and_an_exact_number_differ),
        cmocka_unit_test(smoothing_is_data_from_the_uniform_law),
        cmocka_unit_test(forgetting_toward_the_start_is_data_from_outside),
        cmocka_unit_test(a_schedule_ends_where_it_leads),
        cmocka_unit_test(pooled_data_keep_most_of_the_diversity),
        cmocka_unit_test(a_reset_makes_a_society_young_again),
        cmocka_unit_test(weights_and_rates_slow_drift_down),
        cmocka_unit_test(islands_of_any_weights_follow_the_matrix),
        cmocka_unit_test(equal_agents_of_one_pool_are_one_large_dataset),
        cmocka_unit_test(contexts_share_the_samples_by_chance),
        cmocka_unit_test(a_context_that_is_rarely_met_drifts_by_itself),
        cmocka_unit_test(a_memory_of_one_round_is_data_from_the_base),
        cmocka_unit_test(a_memory_of_two_rounds_remembers_both),
        cmocka_unit_test(a_temperature_delays_or_hastens_loss),
        cmocka_unit_test(the_power_of_a_selection_is_one_over_a_temperature),
        cmocka_unit_test(a_verifier_multiplies_odds),
        cmocka_unit_test(a_verifier_of_little_time_leaves_some_unchecked),
        cmocka_unit_test(expected_data_follow_powers_of_the_start),
        cmocka_unit_test(the_mode_of_few_samples_is_often_wrong),
        cmocka_unit_test(later_rounds_of_a_selection_are_left_open),
        cmocka_unit_test(what_no_family_holds_for_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
