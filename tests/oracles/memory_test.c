/* policy.memory against model.md, section 3: an agent is a frozen base beside the last B samples
 * that it was shown. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "forms.h"
#include "society.h"
#include "world/random.h"

/* States behind the first SAID have no mass: they make tables dear, so that lists are drawn from.
 */
enum { SAID = FORMS_STATES, K = 64, MOST_AGENTS = 3, MOST_ROUNDS = 64 };

static const double one[] = {1}, equal2[] = {.5, .5}, unequal[] = {.6, .3, .1};

struct setting {
    int agents, samples, capacity, rounds;
    const double *weight;
    double recall, mixing;
    bool full; /* memories begin full, of states drawn from pi */
};

static struct society *make(const struct setting *c)
{
    double pi[K] = {0};
    memcpy(pi, forms_pi, sizeof forms_pi);
    return society_create(c->rounds,
                          "[space]\nreference = %s\n[society]\nagents = %d\nweights = %s\n"
                          "policy = { use = \"policy.memory\", recall = %.17g, capacity = %d }\n"
                          "[sampling]\ndataset = \"per_agent\"\nsamples = %d\nmixing = %.17g\n"
                          "[[metric]]\nuse = \"metric.diversity\"\n",
                          society_array(pi, K), c->agents, society_array(c->weight, c->agents),
                          c->recall, c->capacity, c->samples, c->mixing);
}

/* ---- memories that begin full ------------------------------------------------- */

static uint32_t draw_pi(uint64_t word)
{
    double u = random_unit(word);
    uint32_t z = 0;
    while (z + 1 < SAID && u >= forms_pi[z])
        u -= forms_pi[z++];
    return z;
}

/* Fills every memory with states from pi. */
static void fill_memories(struct replicate *r, int64_t index, int capacity)
{
    uint32_t state[256];
    gyre_examples const examples = {.size = sizeof examples, .count = capacity, .state = state};
    uint64_t const key = random_key((uint64_t)battery_seed(), (uint32_t)index, "oracle.memory");
    rows_part(&r->rows);
    for (int64_t m = 0; m < r->rows.agents; m++) {
        gyre_rows const rows = rows_view(&r->rows, m, m + 1);
        struct call *call = replicate_call(r, r->plan->policy, 0);
        for (int i = 0; i < capacity; i++)
            state[i] = draw_pi(random_word(key, 0, 0, (uint64_t)(m * capacity + i)));
        assert_int_equal(
            r->plan->policy->component->ops.policy.learn(call_begin(call, 0), &rows, &examples, 1),
            GYRE_OK);
    }
}

/* ---- what is measured --------------------------------------------------- */

struct total {
    const struct setting *setting;
    struct sample whole[MOST_ROUNDS + 1], single[MOST_ROUNDS + 1], distance[MOST_ROUNDS + 1];
    double furthest; /* the largest KL(pi, Pbar) less its bound */
    bool composed;
};

static double squared_distance(const double *p)
{
    double sum = 0;
    for (int z = 0; z < SAID; z++)
        sum += (p[z] - forms_pi[z]) * (p[z] - forms_pi[z]);
    return sum;
}

static double divergence(const double *p)
{
    double sum = 0;
    for (int z = 0; z < SAID; z++)
        sum += forms_pi[z] * log(forms_pi[z] / p[z]);
    return sum;
}

static bool note(void *argument, const struct replicate *r)
{
    struct total *total = argument;
    const struct setting *c = total->setting;
    double single = 0;
    for (int m = 0; m < c->agents; m++)
        single += c->weight[m] * forms_diversity(society_policy(r, m), K);
    sample_add(&total->whole[r->round], forms_diversity(r->mixture, K));
    sample_add(&total->single[r->round], single);
    sample_add(&total->distance[r->round], squared_distance(r->mixture));
    total->furthest = fmax(total->furthest, divergence(r->mixture) + log(1 - c->recall));
    total->composed = total->composed || r->law.composed;
    return true;
}

static struct total measure(const struct setting *c, int64_t quick)
{
    struct total total = {.setting = c, .furthest = -INFINITY};
    struct society *s = make(c);
    int64_t const replicates = battery_replicates(quick);
    for (int64_t i = 0; i < replicates; i++) {
        int64_t const index = battery_fresh();
        society_begin(s, index);
        if (c->full)
            fill_memories(s->replicate, index, c->capacity);
        society_live(s, note, &total);
    }
    society_destroy(s);
    return total;
}

/* ---- the kinship of all that was ever shown ------------------------------ */

/* Agent m's data of round t are y_tm, frequencies of W samples; its memory holds its last L such.
 *
 *   P_tm = (1 - l) pi + (l / n) sum of y_jm over the n = min(t, L) last j,      P_0m = pi
 *   y_tm is W draws from sum_k A_mk P_(t-1)k,     A = (1 - g) I + g 1 w'
 *
 * Everything follows from D(jm, kn) = E<y_jm, y_kn>: products with pi are |pi|^2, as E y = pi.
 * Memories that begin full are L rounds whose data were drawn from pi, before row 0. */
enum { MOST_SHOWN = 48 };

struct kinship {
    const struct setting *c;
    int kept, drawn; /* L, and how many first rounds are drawn from pi */
    double d[MOST_SHOWN + 1][MOST_AGENTS][MOST_SHOWN + 1][MOST_AGENTS];
};

#define SQUARES (1 - FORMS_H)

static int window(const struct kinship *x, int t)
{
    return t < x->kept ? t : x->kept;
}

/* E<y_jm, P_tk>. */
static double with_agent(const struct kinship *x, int j, int m, int t, int k)
{
    int const n = window(x, t);
    double sum = 0;
    for (int i = t - n + 1; i <= t; i++)
        sum += x->d[j][m][i][k];
    return n == 0 ? SQUARES : (1 - x->c->recall) * SQUARES + x->c->recall / n * sum;
}

/* E<P_tm, P_tk>. */
static double of_agents(const struct kinship *x, int t, int m, int k)
{
    double const l = x->c->recall;
    int const n = window(x, t);
    double sum = 0;
    for (int i = t - n + 1; i <= t; i++)
        sum += with_agent(x, i, m, t, k);
    return n == 0 ? SQUARES : (1 - l) * SQUARES + l / n * sum;
}

static double heard(const struct kinship *x, int m, int k)
{
    return (m == k) * (1 - x->c->mixing) + x->c->mixing * x->c->weight[k];
}

static void show(struct kinship *x, int t)
{
    int const agents = x->c->agents;
    bool const first = t <= x->drawn;
    for (int m = 0; m < agents; m++)
        for (int n = 0; n < agents; n++) {
            for (int j = 1; j < t; j++) {
                double sum = 0;
                for (int k = 0; k < agents; k++)
                    sum += heard(x, n, k) * with_agent(x, j, m, t - 1, k);
                x->d[j][m][t][n] = x->d[t][n][j][m] = first ? SQUARES : sum;
            }
            double q = 0;
            for (int k = 0; k < agents * agents; k++)
                q += heard(x, m, k / agents) * of_agents(x, t - 1, k / agents, k % agents) *
                     heard(x, n, k % agents);
            q = first ? SQUARES : q;
            x->d[t][m][t][n] = m == n ? 1.0 / x->c->samples + (1 - 1.0 / x->c->samples) * q : q;
        }
}

/* E[H_T] and E[H_S] of row t. */
static double kinship(const struct setting *c, int row, double *single)
{
    static struct kinship x;
    double together = 0, alone = 0;
    x = (struct kinship){.c = c, .kept = c->capacity / c->samples};
    x.drawn = c->full ? x.kept : 0;
    int const t = row + x.drawn;
    assert_true(t <= MOST_SHOWN && (c->capacity % c->samples == 0 || c->capacity < c->samples));
    for (int i = 1; i <= t; i++)
        show(&x, i);
    for (int m = 0; m < c->agents; m++) {
        alone += c->weight[m] * of_agents(&x, t, m, m);
        for (int k = 0; k < c->agents; k++)
            together += c->weight[m] * c->weight[k] * of_agents(&x, t, m, k);
    }
    *single = 1 - alone;
    return 1 - together;
}

static void hold(const char *what, const struct setting *c, const struct total *total, int row)
{
    char name[96];
    double single, whole = kinship(c, row, &single);
    snprintf(name, sizeof name, "%s: E[H_T], t %d", what, row);
    battery_mean(name, whole, &total->whole[row]);
    snprintf(name, sizeof name, "%s: E[H_S], t %d", what, row);
    battery_mean(name, single, &total->single[row]);
}

/* ---- all that is remembered is new -------------------------------------- */

/* The master recursion with b = l, c = 1 - l and N = M B, from V_0 = 0: that memories begin empty
 * makes no difference, since they are full of one round's data in row 1. */
static double master(double l, double n, int rounds)
{
    double v = 0;
    for (int t = 0; t < rounds; t++)
        v = (l * l - l * l / n) * v + l * l / n * FORMS_H;
    return v;
}

static void fresh_memories_follow_the_master_recursion(void **state)
{
    (void)state;
    struct setting const c = {2, 25, 25, 40, equal2, .8, 1, false};
    struct total const total = measure(&c, 4000);
    double const settled = .64 / 50 * FORMS_H / (1 - .64 + .64 / 50);
    double single;
    char name[80];
    battery_printed(settled, ".0280240");
    for (int t = 1; t <= 36; t = t < 4 ? t + 1 : t * 3) {
        double const v = master(.8, 50, t);
        assert_true(fabs(1 - kinship(&c, t, &single) - SQUARES - v) < 1e-12);
        snprintf(name, sizeof name, "l .8, M 2, B = N = 25: E|Pbar - pi|^2, t %d", t);
        battery_mean(name, v, &total.distance[t]);
    }
    battery_mean("the same: V* .0280240, t 40", settled, &total.distance[40]);
}

/* Which samples are the last means nothing: 25 of 40 are a dataset of 25. */
static void a_short_memory_is_a_small_dataset(void **state)
{
    (void)state;
    struct setting const c = {2, 40, 25, 12, equal2, .8, 1, false};
    struct total const total = measure(&c, 3000);
    battery_mean("l .8, M 2, N 40 of which B 25 stay: E|Pbar - pi|^2", master(.8, 50, 12),
                 &total.distance[12]);
}

static void the_start_stays_for_ever(void **state)
{
    (void)state;
    static const double recalls[] = {.1, .5, .9, .999};
    for (int i = 0; i < 4; i++) {
        struct setting const c = {3, 2, 4, 60, unequal, recalls[i], .5, false};
        struct total const total = measure(&c, 40);
        assert_true(total.furthest <= BATTERY_EXACT);
        assert_true(total.furthest > -1.5); /* the bound is not an idle one */
    }
}

/* ---- several rounds are remembered, and agents listen to themselves ------ */

static void full_memories_are_the_page_s_row(void **state)
{
    (void)state;
    struct setting const c = {1, 25, 50, 20, one, .8, 1, true};
    struct total const total = measure(&c, 5000);
    double single;
    battery_printed(kinship(&c, 1, &single), ".799969");
    battery_printed(kinship(&c, 5, &single), ".786079");
    battery_printed(kinship(&c, 20, &single), ".780571");
    for (int t = 0; t <= 20; t += t == 0 ? 1 : t == 1 ? 4 : 15)
        hold("l .8, W 25, L 2, full", &c, &total, t);
}

static void memories_fill_from_nothing(void **state)
{
    (void)state;
    struct setting const c = {1, 10, 40, 20, one, .9, 1, false};
    struct total const total = measure(&c, 5000);
    for (int t = 1; t <= 20; t = t < 6 ? t + 2 : t * 3)
        hold("l .9, W 10, L 4, from empty", &c, &total, t);
}

static void mixing_follows_the_kinship_of_memories(void **state)
{
    (void)state;
    struct setting const c = {3, 15, 15, 20, unequal, .8, .2, false};
    struct total const total = measure(&c, 5000);
    assert_true(total.composed);
    for (int t = 1; t <= 20; t += t == 1 ? 4 : 15)
        hold("l .8, mixing .2, L 1", &c, &total, t);
}

static void mixing_of_long_memories_too(void **state)
{
    (void)state;
    struct setting const c = {3, 10, 30, 12, unequal, .95, .1, false};
    struct total const total = measure(&c, 4000);
    assert_true(total.composed);
    for (int t = 2; t <= 12; t += t == 2 ? 2 : 8)
        hold("l .95, mixing .1, W 10, L 3", &c, &total, t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fresh_memories_follow_the_master_recursion),
        cmocka_unit_test(a_short_memory_is_a_small_dataset),
        cmocka_unit_test(the_start_stays_for_ever),
        cmocka_unit_test(full_memories_are_the_page_s_row),
        cmocka_unit_test(memories_fill_from_nothing),
        cmocka_unit_test(mixing_follows_the_kinship_of_memories),
        cmocka_unit_test(mixing_of_long_memories_too),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
