/* Rows that are lists of samples: what agents draw by composition is from Q_m of model.md, section
 * 1; what is summed and gathered of lists is what plain loops over policies make; and a society in
 * lists and the same one in tables are one law. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "forms.h"
#include "society.h"

/* States beyond the first SAID have no mass: they are there to make tables dear, so that lists are
 * drawn from. */
enum { SAID = FORMS_STATES, K = 64, MOST_AGENTS = 40, MOST_ROUNDS = 16 };

static const double equal4[] = {.25, .25, .25, .25}, unequal[] = {.6, .3, .1};

/* The page's pi and zeros behind it, as an array. */
static const char *padded(const double *p)
{
    double all[K] = {0};
    memcpy(all, p, sizeof *p * SAID);
    return society_array(all, K);
}

/* ---- one draw ----------------------------------------------------------- */

enum { AGENTS = 3, N = 20 };

/* How often each of N samples is each state, for three agents: what they are told to say. */
static const double told[AGENTS][SAID] = {
    {8, 0, 5, 0, 4, 0, 2, 1}, {0, 12, 0, 0, 0, 7, 0, 1}, {0, 0, 0, 20, 0, 0, 0, 0}};
static const double liked[SAID] = {.1, .9, .3, 0, .5, .7, .2, 1};

struct drawn {
    double law[AGENTS][SAID], mean[SAID]; /* Q_m, and sum of w_m Q_m */
    int64_t found[AGENTS][SAID];
    struct sample pooled[SAID];
    bool composed;
};

static void write_laws(struct drawn *drawn, double g, double beta)
{
    memset(drawn->mean, 0, sizeof drawn->mean);
    for (int m = 0; m < AGENTS; m++) {
        double mass = 0;
        for (int z = 0; z < SAID; z++) {
            double mixture = 0;
            for (int k = 0; k < AGENTS; k++)
                mixture += unequal[k] * told[k][z] / N;
            drawn->law[m][z] = exp(beta * liked[z]) * ((1 - g) * told[m][z] / N + g * mixture);
            mass += drawn->law[m][z];
        }
        for (int z = 0; z < SAID; z++) {
            drawn->law[m][z] /= mass;
            drawn->mean[z] += unequal[m] * drawn->law[m][z];
        }
    }
}

/* At rate 1 the policy of row 1 is what was drawn. */
static bool note_drawn(void *argument, const struct replicate *r)
{
    struct drawn *drawn = argument;
    double pooled[SAID] = {0};
    if (r->round == 0)
        return true;
    drawn->composed = r->law.composed;
    for (int m = 0; m < AGENTS; m++)
        for (int z = 0; z < SAID; z++) {
            double const p = society_policy(r, m)[z];
            drawn->found[m][z] += lround(p * N);
            pooled[z] += unequal[m] * p;
        }
    for (int z = 0; z < SAID; z++)
        sample_add(&drawn->pooled[z], pooled[z]);
    return true;
}

static void hold_one(double g, double beta)
{
    struct drawn drawn = {.composed = false};
    char name[96];
    struct society *s = society_create(
        1,
        "[space]\nreference = %s\nattributes = { liked = %s }\n"
        "[society]\nagents = 3\nweights = %s\n"
        "[sampling]\ndataset = \"per_agent\"\nsamples = %d\nmixing = %.17g\n"
        "[selection]\nuse = \"selection.bias\"\nattribute = \"liked\"\nbeta = %.17g\n"
        "[[metric]]\nuse = \"metric.diversity\"\n",
        padded(forms_pi), padded(liked), society_array(unequal, AGENTS), (int)N, g, beta);
    int64_t const replicates = battery_replicates(3000);
    write_laws(&drawn, g, beta);
    for (int64_t i = 0; i < replicates; i++) {
        society_begin(s, battery_fresh());
        for (int m = 0; m < AGENTS; m++) {
            double p[K] = {0};
            for (int z = 0; z < SAID; z++)
                p[z] = told[m][z] / N;
            society_say(s, m, p);
        }
        society_live(s, note_drawn, &drawn);
        assert_true(drawn.composed);
    }
    society_destroy(s);
    for (int m = 0; m < AGENTS; m++) {
        snprintf(name, sizeof name, "mixing %g, beta %g: samples of agent %d are from Q", g, beta,
                 m);
        battery_law(name, drawn.law[m], drawn.found[m], SAID);
    }
    for (int z = 0; z < SAID; z++) {
        snprintf(name, sizeof name, "mixing %g, beta %g: E Pbar = sum w Q, state %d", g, beta, z);
        battery_mean(name, drawn.mean[z], &drawn.pooled[z]);
    }
}

static void composed_draws_are_from_the_law(void **state)
{
    (void)state;
    static const double mixings[] = {.1, .7}, betas[] = {0, 2, -1.5};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            hold_one(mixings[i], betas[j]);
}

/* ---- lists and tables are one law --------------------------------------- */

struct total {
    struct sample whole[MOST_ROUNDS + 1], single[MOST_ROUNDS + 1];
    bool composed;
};

static bool note_diversity(void *argument, const struct replicate *r)
{
    struct total *total = argument;
    double single = 0;
    for (int64_t m = 0; m < r->plan->shape.agents; m++)
        single += r->plan->scenario->weight[m] * forms_diversity(society_policy(r, m), K);
    sample_add(&total->whole[r->round], forms_diversity(r->mixture, K));
    sample_add(&total->single[r->round], single);
    total->composed = total->composed || r->law.composed;
    return true;
}

/* A verifier that passes unsafe samples in three of ten cases, attention and mixing: the loop at
 * its richest, for which there is no closed form. */
static struct total measure(const char *update)
{
    struct total total = {.composed = false};
    double const safe[SAID] = {1, 0, 1, 1, 0, 1, 1, 1};
    struct society *s = society_create(
        8,
        "[space]\nreference = %s\nsafe = %s\nattributes = { liked = %s }\n"
        "[society]\nagents = 3\nweights = %s\n"
        "[sampling]\ndataset = \"per_agent\"\nsamples = 12\nmixing = 0.15\n"
        "[selection]\nuse = \"selection.bias\"\nattribute = \"liked\"\nbeta = 0.8\n"
        "[update]\nuse = \"update.mle\"\n%s"
        "[[metric]]\nuse = \"metric.diversity\"\n"
        "[[intervention]]\nuse = \"intervention.verify\"\npasses_unsafe = 0.3\n",
        padded(forms_pi), padded(safe), padded(liked), society_array(unequal, AGENTS), update);
    int64_t const replicates = battery_replicates(3000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_diversity, &total);
    society_destroy(s);
    return total;
}

/* Two samples: their difference has both their errors. */
static void hold_alike(const char *name, const struct sample *a, const struct sample *b)
{
    double const n = (double)a->count;
    struct sample const difference = {
        .count = a->count, .mean = a->mean - b->mean, .square = a->square + b->square};
    assert_true(a->count == b->count && n > 1);
    battery_mean(name, 0, &difference);
}

static void lists_and_tables_are_one_law(void **state)
{
    (void)state;
    struct total const lists = measure(""), tables = measure("rate = 0.999999999999\n");
    assert_true(lists.composed && !tables.composed);
    char name[96];
    for (int t = 1; t <= 8; t += t == 1 ? 2 : 5) {
        snprintf(name, sizeof name, "lists as tables, verifier, bias: H_T, t %d", t);
        hold_alike(name, &lists.whole[t], &tables.whole[t]);
        snprintf(name, sizeof name, "lists as tables, verifier, bias: H_S, t %d", t);
        hold_alike(name, &lists.single[t], &tables.single[t]);
    }
}

/* ---- lists of unequal lengths ------------------------------------------- */

/* All draw from pi in round 1; of N samples n ~ Bin(N, s) are safe and stay. With n > 0 an agent's
 * H is (1 - 1/n) H(pi_S) on average, with n = 0 it says pi as before. */
static void dropped_samples_leave_shorter_lists(void **state)
{
    (void)state;
    double const safe[SAID] = {0, 1, 0, 1, 0, 0, 1, 0};
    enum { FEW = 6 };
    double mass = 0, squares = 0, single = 0;
    struct total total = {.composed = false};
    for (int z = 0; z < SAID; z++)
        mass += safe[z] * forms_pi[z];
    for (int z = 0; z < SAID; z++)
        squares += safe[z] * pow(forms_pi[z] / mass, 2);
    for (int n = 0; n <= FEW; n++)
        single += forms_binomial(FEW, n, mass) *
                  (n > 0 ? (1 - 1.0 / n) * (1 - squares) : forms_diversity(forms_pi, SAID));
    struct society *s = society_create(
        1,
        "[space]\nreference = %s\nsafe = %s\n[society]\nagents = 4\n"
        "[sampling]\ndataset = \"per_agent\"\nsamples = 6\nmixing = 0.3\n"
        "[[metric]]\nuse = \"metric.diversity\"\n[[intervention]]\nuse = \"intervention.verify\"\n",
        padded(forms_pi), padded(safe));
    int64_t const replicates = battery_replicates(4000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_diversity, &total);
    society_destroy(s);
    battery_mean("N 6 of which the safe stay: E[H_S], t 1", single, &total.single[1]);
}

/* ---- what starves stays as it was --------------------------------------- */

enum { STARVING = 40 };

struct starving {
    int starved;
    int64_t kept, fed;
    double before[STARVING][K];
};

static bool hold_starving(void *argument, const struct replicate *r)
{
    struct starving *s = argument;
    int64_t same = 0;
    for (int m = 0; m < STARVING; m++) {
        const double *p = society_policy(r, m);
        same += memcmp(p, s->before[m], sizeof s->before[m]) == 0;
        memcpy(s->before[m], p, sizeof s->before[m]);
    }
    /* Who was fed may say the same by chance; who starved must. */
    if (r->round > 0) {
        assert_true(same >= r->tally[s->starved]);
        s->kept += r->tally[s->starved];
        s->fed += STARVING - same;
    }
    return true;
}

static void starved_agents_keep_their_lists(void **state)
{
    (void)state;
    double const safe[SAID] = {0, 0, 0, 1, 1, 1, 1, 0};
    static struct starving starving;
    struct society *s =
        society_create(6,
                       "[space]\nreference = %s\nsafe = %s\n[society]\nagents = 40\n"
                       "[sampling]\ndataset = \"per_agent\"\nsamples = 3\nmixing = 0.3\n"
                       "[[metric]]\nuse = \"metric.diversity\"\n"
                       "[[intervention]]\nuse = \"intervention.verify\"\npasses_unsafe = 0.2\n",
                       padded(forms_pi), padded(safe));
    starving.starved = society_tally(s, "sampling.starved");
    for (int i = 0; i < 20; i++)
        society_run(s, battery_fresh(), hold_starving, &starving);
    society_destroy(s);
    assert_true(starving.kept > 50 && starving.fed > 50);
}

/* ---- what datasets held ------------------------------------------------- */

static bool hold_held(void *argument, const struct replicate *r)
{
    (void)argument;
    for (int z = 0; z < K; z++) {
        double held = 0;
        for (int64_t m = 0; m < r->plan->shape.agents; m++)
            held += society_policy(r, m)[z] > 0;
        battery_same("held: the share of agents whose list has the state",
                     r->round ? held / (double)r->plan->shape.agents : 0, r->live[SPACE_HELD][z], 1,
                     0);
    }
    return true;
}

static void popularity_sees_what_lists_hold(void **state)
{
    (void)state;
    struct society *s = society_create(
        6,
        "[space]\nreference = %s\n[society]\nagents = 9\n"
        "[sampling]\ndataset = \"per_agent\"\nsamples = 15\nmixing = 0.3\n"
        "[selection]\nuse = \"selection.popularity\"\n[[metric]]\nuse = \"metric.diversity\"\n",
        padded(forms_pi));
    for (int i = 0; i < 10; i++)
        society_run(s, battery_fresh(), hold_held, NULL);
    society_destroy(s);
    battery_worst("held of lists, every state and row");
}

/* ---- what metrics gather ------------------------------------------------ */

typedef long double real;

struct look {
    const struct society *society;
    double reference[K];
};

static double value_of(const struct look *look, const char *name)
{
    return look->society->replicate->value[society_output(look->society, name)];
}

static real entropy(real p)
{
    return p > 0 ? -p * logl(p) : 0;
}

/* An agent's vote for each state: 1 for the most probable, shared among those that tie. */
static void add_votes(const double *p, real weight, real *votes)
{
    double top = 0;
    int tied = 0;
    for (int z = 0; z < K; z++)
        top = fmax(top, p[z]);
    for (int z = 0; z < K; z++)
        tied += !(p[z] < top);
    for (int z = 0; z < K; z++)
        votes[z] += p[z] < top ? 0 : weight / tied;
}

struct sums {
    real mixture[K], votes[K];
    real single, differ, reverse, floored, covered;
};

static void add_agent(const struct look *look, const double *p, real weight, struct sums *sums)
{
    real const f = 1e-6L;
    real squares = 0;
    for (int z = 0; z < K; z++) {
        real const x = p[z], pi = look->reference[z];
        sums->mixture[z] += weight * x;
        sums->single += weight * entropy(x);
        squares += x * x;
        if (x > 0)
            sums->reverse += weight * x * logl(x / pi);
        sums->floored += weight * pi * logl(pi / ((1 - f) * x + f * pi));
        sums->covered += x >= 1.0L / 30 * (1 - 0x1p-40L) ? weight * pi : 0;
    }
    sums->differ += weight * (1 - squares);
    add_votes(p, weight, sums->votes);
}

static bool hold_gathered(void *argument, const struct replicate *r)
{
    struct look *look = argument;
    struct sums sums = {.single = 0};
    real js = 0, whole = 1, agree = 0;
    for (int64_t m = 0; m < r->plan->shape.agents; m++)
        add_agent(look, society_policy(r, m), r->plan->scenario->weight[m], &sums);
    for (int z = 0; z < K; z++) {
        js += entropy(sums.mixture[z]);
        whole -= sums.mixture[z] * sums.mixture[z];
        agree = sums.votes[z] > agree ? sums.votes[z] : agree;
        battery_same("mixture", (double)sums.mixture[z], r->mixture[z], 1, BATTERY_EXACT);
    }
    battery_same("js", (double)(js - sums.single), value_of(look, "consensus.js"), 1,
                 BATTERY_EXACT);
    battery_same("between", (double)(1 - sums.differ / whole), value_of(look, "consensus.between"),
                 (double)(1 / whole), BATTERY_EXACT);
    battery_same("agree", (double)agree, value_of(look, "consensus.agree"), 1, BATTERY_EXACT);
    battery_same("reverse_kl", (double)sums.reverse, value_of(look, "consensus.reverse_kl"), 1,
                 BATTERY_EXACT);
    battery_same("agent_kl_floored", (double)sums.floored,
                 value_of(look, "safety.agent_kl_floored"), 14, BATTERY_EXACT);
    battery_same("agent_coverage", (double)sums.covered, value_of(look, "safety.agent_coverage"), 1,
                 BATTERY_EXACT);
    return true;
}

/* Lists are taken apart in two ways, by how many states there are to a sample: see distinct.h. */
static void hold_lists(const char *policy, int samples, const char *intervention)
{
    struct look look;
    double all = 0;
    for (int z = 0; z < K; z++)
        all += 1.0 / (z + 1);
    for (int z = 0; z < K; z++)
        look.reference[z] = 1.0 / (z + 1) / all;
    struct society *s = society_create(
        5,
        "[space]\nstates = 64\nreference = { law = \"zipf\", exponent = 1.0 }\n"
        "safe = { share = 0.7 }\n[society]\nagents = 5\nweights = [5, 3, 1, 1, 2]\n%s"
        "[sampling]\ndataset = \"per_agent\"\nsamples = %d\nmixing = 0.2\n"
        "[[metric]]\nuse = \"metric.consensus\"\n"
        "[[metric]]\nuse = \"metric.safety\"\ntau = %.17g\n%s",
        policy, samples, 1 / 30.0, intervention);
    look.society = s;
    for (int i = 0; i < 10; i++)
        society_run(s, battery_fresh(), hold_gathered, &look);
    society_destroy(s);
}

#define VERIFY "[[intervention]]\nuse = \"intervention.verify\"\npasses_unsafe = 0.5\n"

static void gathered_of_lists_is_what_policies_say(void **state)
{
    (void)state;
    hold_lists("", 30, "");
    hold_lists("", 30, VERIFY);
    hold_lists("", 5, VERIFY); /* short lists of many states are taken apart in another way */
    battery_worst("js, between, agree, reverse_kl, agents' KL, coverage of lists");
    hold_lists("policy = { use = \"policy.memory\", recall = 0.6, capacity = 9 }\n", 30, VERIFY);
    hold_lists("policy = { use = \"policy.memory\", recall = 1.0, capacity = 9 }\n", 30, VERIFY);
    battery_worst("the same of memories");
}

/* A memory may be longer than a dataset. */
static void gathered_of_long_memories_is_what_they_say(void **state)
{
    (void)state;
    hold_lists("policy = { use = \"policy.memory\", recall = 1.0, capacity = 200 }\n", 15, "");
    battery_worst("js, between, agree, reverse_kl of memories beyond N");
}

/* ---- lists of one ------------------------------------------------------- */

/* What tables are held to in agents_test.c, at its extreme: each agent says one state. */
static void one_table_serves_lists_of_one_sample(void **state)
{
    (void)state;
    struct total total = {.composed = false};
    struct society *s = society_create(10,
                                       "[space]\nreference = %s\n[society]\nagents = 4\n"
                                       "weights = %s\n[sampling]\ndataset = \"per_agent\"\n"
                                       "samples = 1\n[[metric]]\nuse = \"metric.diversity\"\n",
                                       padded(forms_pi), society_array(equal4, 4));
    int64_t const replicates = battery_replicates(4000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_diversity, &total);
    society_destroy(s);
    battery_mean("lists of 1, M 4: E[H_T] = H_0 (1-1/M)^t, t 4", FORMS_H * pow(.75, 4),
                 &total.whole[4]);
    battery_exact("lists of 1: H_S = 0", 0, total.single[10].mean, 1, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(composed_draws_are_from_the_law),
        cmocka_unit_test(lists_and_tables_are_one_law),
        cmocka_unit_test(dropped_samples_leave_shorter_lists),
        cmocka_unit_test(starved_agents_keep_their_lists),
        cmocka_unit_test(popularity_sees_what_lists_hold),
        cmocka_unit_test(gathered_of_lists_is_what_policies_say),
        cmocka_unit_test(gathered_of_long_memories_is_what_they_say),
        cmocka_unit_test(one_table_serves_lists_of_one_sample),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
