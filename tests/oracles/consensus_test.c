/* model.md, sections 2 and 3: metric.consensus, how alike agents are. */
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

typedef long double real;

static double value_of(const struct society *s, const char *output)
{
    char name[64];
    snprintf(name, sizeof name, "consensus.%s", output);
    return s->replicate->value[society_output(s, name)];
}

/* ---- by hand ------------------------------------------------------------- */

enum { HAND = 3 };

static const struct hand {
    const char *name;
    double weight[HAND], says[HAND][3], reference[3];
    double js, between, agree, reverse_kl;
} hands[] = {
    /* ln 3; H_S 0 of H_T 2/3; one vote each; each KL ln 3. */
    {"each its own",
     {1, 1, 1},
     {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
     {1, 1, 1},
     1.0986122886681098,
     1,
     1 / 3.,
     1.0986122886681098},
    /* Alike: nothing between them, all agree; ln 3 less the entropy 1.5 ln 2. */
    {"alike",
     {1, 1, 1},
     {{.5, .25, .25}, {.5, .25, .25}, {.5, .25, .25}},
     {1, 1, 1},
     0,
     0,
     1,
     1.0986122886681098 - 1.0397207708399179},
    /* Pbar (.5, .5, 0), H_S = .5 (.5), H_T = .5; the tie of the first is shared: .25 + .25 each
     * and a quarter more. js = ln 2 - .5 ln 2; KL to (.5, .5, 0): .5 x 0 + .25 ln 2 twice. */
    {"a tie",
     {2, 1, 1},
     {{.5, .5, 0}, {1, 0, 0}, {0, 1, 0}},
     {1, 1, 0},
     .34657359027997264,
     .5,
     .5,
     .34657359027997264},
    /* Votes: 1/2 and 1/2 of .5, 1 of .3, 1 of .2 on the last two. Somebody says what pi never. */
    {"weights, ties, no pi",
     {.5, .3, .2},
     {{.5, .5, 0}, {.2, .8, 0}, {0, .3, .7}},
     {1, 1, 0},
     NAN,
     NAN,
     .55,
     INFINITY},
    /* All three states tie for the first, two for the second: 1/9 + 1/6 + 0 ... 1/9 + 1/6 + 1/3. */
    {"ties of three and two",
     {1, 1, 1},
     {{1 / 3., 1 / 3., 1 / 3.}, {0, .5, .5}, {0, 0, 1}},
     {1, 1, 1},
     NAN,
     NAN,
     1 / 9. + 1 / 6. + 1 / 3.,
     NAN},
};

static void hold_hand(const struct hand *hand, const char *output, double expected, double value)
{
    char name[96];
    snprintf(name, sizeof name, "by hand, %s: %s", hand->name, output);
    if (!isnan(expected))
        battery_exact(name, expected, value, 1, BATTERY_EXACT);
}

static bool stop(void *argument, const struct replicate *r)
{
    (void)argument;
    (void)r;
    return false;
}

static void three_agents_are_what_a_hand_finds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hands / sizeof *hands; i++) {
        const struct hand *hand = &hands[i];
        struct society *s = society_create(
            1,
            "[space]\nreference = %s\n[society]\nagents = 3\nweights = %s\n[sampling]\n"
            "samples = 4\ndataset = \"per_agent\"\n[update]\nuse = \"update.mle\"\nrate = 0.5\n"
            "[[metric]]\nuse = \"metric.consensus\"\n",
            society_array(hand->reference, 3), society_array(hand->weight, HAND));
        society_begin(s, battery_fresh());
        for (int64_t m = 0; m < HAND; m++)
            society_say(s, m, hand->says[m]);
        society_live(s, stop, NULL);
        hold_hand(hand, "js", hand->js, value_of(s, "js"));
        hold_hand(hand, "between", hand->between, value_of(s, "between"));
        hold_hand(hand, "agree", hand->agree, value_of(s, "agree"));
        hold_hand(hand, "reverse_kl", hand->reverse_kl, value_of(s, "reverse_kl"));
        society_destroy(s);
    }
}

/* ---- every row, again ---------------------------------------------------- */

enum { MOST = 24, AGENTS = 9, CONTEXTS = 3 };

static const double reference[MOST] = {.3, .2, .1, .1, .1, .1, .1, .4, .3, .1, .1, .1,
                                       .2, .2, .1, .1, .1, .1, .1, .1, .5, .2, .2, 0};
static const int begins[CONTEXTS + 1] = {0, 12, 20, MOST};
static const double weight[AGENTS] = {5, 1, 2, 3, 1, 1, 4, .5, 2.5};

struct look {
    const struct society *society;
    const double *nu;
    real pi[MOST];
    bool infinite, finite;
};

static real entropy(real x)
{
    return x > 0 ? -x * logl(x) : 0;
}

/* The largest sum of votes in a context; equal doubles tie. */
static real agreement(const struct replicate *r, int c)
{
    real votes[MOST] = {0}, most = 0;
    for (int64_t m = 0; m < AGENTS; m++) {
        const double *p = society_policy(r, m);
        double top = 0;
        int tied = 0;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            top = fmax(top, p[z]);
        for (int z = begins[c]; z < begins[c + 1]; z++)
            tied += !(p[z] < top);
        for (int z = begins[c]; z < begins[c + 1]; z++)
            votes[z] += p[z] < top ? 0 : weight[m] / 20 / tied;
    }
    for (int z = begins[c]; z < begins[c + 1]; z++)
        most = votes[z] > most ? votes[z] : most;
    return most;
}

struct sums {
    real js, single, whole, agree, reverse;
};

/* F_ST by its numerator as a variance between agents. */
static void add_state(struct look *look, const struct replicate *r, int z, real nu,
                      struct sums *sums)
{
    real mean = 0;
    for (int64_t m = 0; m < AGENTS; m++)
        mean += weight[m] / 20 * (real)society_policy(r, m)[z];
    sums->js += nu * entropy(mean);
    sums->whole += nu * mean * (1 - mean);
    for (int64_t m = 0; m < AGENTS; m++) {
        real const p = society_policy(r, m)[z], w = nu * weight[m] / 20;
        sums->js -= w * entropy(p);
        sums->single += w * (p - mean) * (p - mean);
        if (p > 0 && w > 0)
            sums->reverse += w * p * logl(p / look->pi[z]); /* infinite where pi is 0 */
    }
}

static bool hold_row(void *argument, const struct replicate *r)
{
    struct look *look = argument;
    struct sums sums = {0};
    for (int c = 0; c < CONTEXTS; c++) {
        sums.agree += look->nu[c] * agreement(r, c);
        for (int z = begins[c]; z < begins[c + 1]; z++)
            add_state(look, r, z, look->nu[c], &sums);
    }
    const struct society *s = look->society;
    battery_same("js", (double)sums.js, value_of(s, "js"), 1, BATTERY_EXACT);
    battery_same("between", (double)(sums.single / sums.whole), value_of(s, "between"),
                 (double)(1 / sums.whole), BATTERY_EXACT);
    battery_same("agree", (double)sums.agree, value_of(s, "agree"), 1, BATTERY_EXACT);
    battery_same("reverse_kl", (double)sums.reverse, value_of(s, "reverse_kl"), 1, BATTERY_EXACT);
    assert_true(value_of(s, "js") <= log(AGENTS));
    look->infinite |= isinf(value_of(s, "reverse_kl")) != 0;
    look->finite |= isfinite(value_of(s, "reverse_kl")) != 0;
    return true;
}

static void every_row_is_what_policies_say(void **state)
{
    (void)state;
    static const char *const weighs[] = {"met", "uniform"};
    static const double nus[2][CONTEXTS] = {{.6, .4, 0}, {1 / 3., 1 / 3., 1 / 3.}};
    double start[MOST];
    for (int i = 0; i < 2; i++) {
        struct look look = {.nu = nus[i]};
        for (int z = 0; z < MOST; z++) /* each context's adds to 1 but the last's, by rounding */
            start[z] = z == MOST - 1 ? .1 : reference[z];
        struct society *s = society_create(
            12,
            "[space]\ncontexts = [12, 8, 4]\nmet = [0.6, 0.4, 0]\nreference = %s\n[society]\n"
            "agents = 9\nweights = %s\nstart = %s\n[sampling]\nsamples = 30\n"
            "dataset = \"per_agent\"\nmixing = 0.3\n[update]\nuse = \"update.mle\"\nrate = 0.8\n"
            "[[metric]]\nuse = \"metric.consensus\"\nweigh = \"%s\"\n",
            society_array(reference, MOST), society_array(weight, AGENTS),
            society_array(start, MOST), weighs[i]);
        for (int c = 0; c < CONTEXTS; c++) {
            real all = 0;
            for (int z = begins[c]; z < begins[c + 1]; z++)
                all += reference[z];
            for (int z = begins[c]; z < begins[c + 1]; z++)
                look.pi[z] = reference[z] / all;
        }
        look.society = s;
        for (int k = 0; k < 10; k++)
            society_run(s, battery_fresh(), hold_row, &look);
        society_destroy(s);
        assert_true(i == 0 ? look.finite && !look.infinite : look.infinite && !look.finite);
    }
    battery_worst("consensus: js, between, agree, reverse_kl, every row");
}

/* ---- bounds -------------------------------------------------------------- */

/* M agents that say one state each, in turn, of K. */
static void hold_bound(int agents, int states)
{
    char name[96];
    double p[8], all[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    struct society *s =
        society_create(1,
                       "[space]\nreference = %s\n[society]\nagents = %d\n[sampling]\nsamples = 4\n"
                       "dataset = \"per_agent\"\n[[metric]]\nuse = \"metric.consensus\"\n",
                       society_array(all, states), agents);
    society_begin(s, battery_fresh());
    for (int64_t m = 0; m < agents; m++) {
        for (int z = 0; z < states; z++)
            p[z] = m % states == z;
        society_say(s, m, p);
    }
    society_live(s, stop, NULL);
    snprintf(name, sizeof name, "M %d, K %d: js is ln min(M, K)", agents, states);
    battery_exact(name, log(agents < states ? agents : states), value_of(s, "js"), 1,
                  BATTERY_EXACT);
    battery_exact("all diversity is between agents", 1, value_of(s, "between"), 1, BATTERY_EXACT);
    society_destroy(s);
}

static void divergence_is_bounded_by_agents_and_states(void **state)
{
    (void)state;
    hold_bound(3, 8);
    hold_bound(8, 8);
    hold_bound(12, 4);
}

/* Agents that are equal do not differ, be there ever so little diversity left. */
static bool hold_equal(void *argument, const struct replicate *r)
{
    const struct society *s = argument;
    (void)r;
    battery_same("equal agents: between", 0, value_of(s, "between"), 1, 1e-9);
    battery_same("equal agents: js", 0, value_of(s, "js"), 1, BATTERY_EXACT);
    battery_same("equal agents: agree", 1, value_of(s, "agree"), 1, BATTERY_EXACT);
    return true;
}

static void equal_agents_do_not_differ(void **state)
{
    (void)state;
    static const char *const datasets[] = {"shared", "per_agent"};
    for (int i = 0; i < 2; i++) {
        struct society *s = society_create(
            60,
            "[space]\nreference = [0.51, 0.29, 0.2]\n[society]\nagents = 7\n"
            "weights = [3, 1, 0.7, 1, 0.3, 2, 1]\n[sampling]\nsamples = \"expected\"\n"
            "dataset = \"%s\"\n[selection]\nuse = \"selection.sharpen\"\npower = 1.1\n"
            "[[metric]]\nuse = \"metric.consensus\"\n",
            datasets[i]);
        society_run(s, battery_fresh(), hold_equal, s);
        society_destroy(s);
    }
    battery_worst("equal agents near one state: between, js 0, agree 1");
}

/* ---- means of its parts -------------------------------------------------- */

enum { ROUNDS = 10 };

struct parts {
    const struct society *society;
    struct sample single[ROUNDS + 1], whole[ROUNDS + 1];
};

/* H_S = (1 - between) H_T: a mean of ratios has no closed form, those of its parts have. */
static bool note_parts(void *argument, const struct replicate *r)
{
    struct parts *parts = argument;
    double const whole = forms_diversity(r->mixture, FORMS_STATES);
    sample_add(&parts->whole[r->round], whole);
    sample_add(&parts->single[r->round], (1 - value_of(parts->society, "between")) * whole);
    return true;
}

static void diversity_within_and_of_all_follow_their_laws(void **state)
{
    (void)state;
    static const int rounds[] = {1, 3, ROUNDS};
    char name[96];
    double const kept = 1 - 1.0 / (5 * 20);
    struct society *s = society_create(
        ROUNDS,
        "[space]\nreference = %s\n[society]\nagents = 5\n[sampling]\nsamples = 20\n"
        "dataset = \"per_agent\"\n[[metric]]\nuse = \"metric.consensus\"\nmodes = false\n",
        society_array(forms_pi, FORMS_STATES));
    struct parts parts = {.society = s};
    int64_t const replicates = battery_replicates(4000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_parts, &parts);
    society_destroy(s);
    for (int i = 0; i < 3; i++) {
        int const t = rounds[i];
        snprintf(name, sizeof name, "consensus, M 5, N 20: E[H_T], t %d", t);
        battery_mean(name, FORMS_H * pow(kept, t), &parts.whole[t]);
        snprintf(name, sizeof name, "E[(1 - between) H_T] = (1-1/N) H_0 (1-1/MN)^(t-1), t %d", t);
        battery_mean(name, (1 - 1.0 / 20) * FORMS_H * pow(kept, t - 1), &parts.single[t]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_agents_are_what_a_hand_finds),
        cmocka_unit_test(every_row_is_what_policies_say),
        cmocka_unit_test(divergence_is_bounded_by_agents_and_states),
        cmocka_unit_test(equal_agents_do_not_differ),
        cmocka_unit_test(diversity_within_and_of_all_follow_their_laws),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
