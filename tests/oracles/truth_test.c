/* model.md, sections 2 and 3: metric.truth and metric.jailbreak, by hand, under drift, and without
 * any effect on the society that they look at. */
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

static double value_of(const struct society *s, const char *output)
{
    return s->replicate->value[society_output(s, output)];
}

static bool stop(void *argument, const struct replicate *r)
{
    (void)argument;
    (void)r;
    return false;
}

/* ---- by hand ------------------------------------------------------------- */

/* Two answers are true, the second is the best. */
static const struct hand {
    const char *name;
    double says[2][4], mc1, vote, mc2;
} hands[] = {
    {"both right", {{.1, .6, .2, .1}, {.3, .4, .2, .1}}, 1, 1, .7},
    {"one right, a vote for the false", {{.3, .4, .3, 0}, {0, .1, .9, 0}}, .5, 0, .4},
    {"a tie is half right", {{0, .5, .5, 0}, {0, .2, .8, 0}}, .25, 0, .35},
    {"all four tie", {{.25, .25, .25, .25}, {.25, .25, .25, .25}}, .25, .25, .5},
    {"each wrong, their vote right", {{.6, .4, 0, 0}, {0, .4, .6, 0}}, 0, 1, .7},
    {"true is not the best", {{.9, .1, 0, 0}, {.9, .1, 0, 0}}, 0, 0, 1},
};

static void answers_are_scored_as_a_hand_scores_them(void **state)
{
    (void)state;
    struct society *s = society_create(
        1, "[space]\nreference = [1, 1, 1, 1]\n[space.attributes]\nquestion = 1\n"
           "true = [1, 1, 0, 0]\nbest = [0, 1, 0, 0]\n[society]\nagents = 2\n[sampling]\n"
           "samples = 10\ndataset = \"per_agent\"\n[update]\nuse = \"update.mle\"\nrate = 0.5\n"
           "[[metric]]\nuse = \"metric.truth\"\n");
    for (size_t i = 0; i < sizeof hands / sizeof *hands; i++) {
        society_begin(s, battery_fresh());
        society_say(s, 0, hands[i].says[0]);
        society_say(s, 1, hands[i].says[1]);
        society_live(s, stop, NULL);
        battery_exact(hands[i].name, hands[i].mc1, value_of(s, "truth.mc1"), 1, BATTERY_EXACT);
        battery_exact("their vote", hands[i].vote, value_of(s, "truth.mc1_society"), 1,
                      BATTERY_EXACT);
        battery_exact("mc2", hands[i].mc2, value_of(s, "truth.mc2"), 1, BATTERY_EXACT);
    }
    society_destroy(s);
}

static double attack(const char *how)
{
    struct society *s = society_create(
        1,
        "[space]\nreference = [0.5, 0.3, 0.2, 0.6, 0.2, 0.2]\ncontexts = 2\n[space.attributes]\n"
        "jailbreak = 1\nharm = [1, 4, 5, 1, 3, 4]\n[society]\nagents = 3\n[sampling]\n"
        "samples = 10\n[[metric]]\nuse = \"metric.jailbreak\"\n%s",
        how);
    society_run(s, 0, stop, NULL);
    double const asr = value_of(s, "jailbreak.asr");
    society_destroy(s);
    return asr;
}

static void more_attempts_succeed_more_often_and_greedy_agents_refuse(void **state)
{
    (void)state;
    battery_exact("asr", .35, attack(""), 1, BATTERY_EXACT);
    battery_exact("asr in 3 attempts", (2 - pow(.5, 3) - pow(.8, 3)) / 2, attack("attempts = 3\n"),
                  1, BATTERY_EXACT);
    battery_exact("asr in a million attempts", 1, attack("attempts = 1000000\n"), 1, BATTERY_EXACT);
    battery_exact("greedy asr", 0, attack("decode = \"greedy\"\n"), 1, 0);
}

/* ---- drift ---------------------------------------------------------------- */

static const double answers[4] = {.4, .3, .2, .1};

/* P(the first is the mode of n draws), ties shared, by all ways in which n can be divided. */
static double first_is_mode(int n)
{
    double sum = 0;
    for (int a = 0; a <= n; a++)
        for (int b = 0; b <= n - a; b++)
            for (int c = 0; c <= n - a - b; c++) {
                int const x[4] = {a, b, c, n - a - b - c};
                double p = tgamma(n + 1);
                int most = 0, tied = 0;
                for (int i = 0; i < 4; i++) {
                    p *= pow(answers[i], x[i]) / tgamma(x[i] + 1);
                    most = x[i] > most ? x[i] : most;
                }
                for (int i = 0; i < 4; i++)
                    tied += x[i] == most;
                sum += a == most ? p / tied : 0;
            }
    return sum;
}

enum { END = 80 };

struct drift {
    const struct society *society;
    struct sample mc1[END + 1], mc2[END + 1];
};

static bool note(void *argument, const struct replicate *r)
{
    struct drift *drift = argument;
    sample_add(&drift->mc1[r->round], value_of(drift->society, "truth.mc1"));
    sample_add(&drift->mc2[r->round], value_of(drift->society, "truth.mc2"));
    return true;
}

/* Nothing selects: what is believed is kept on average, and yet the best answer comes first ever
 * less often, until it does as often as it was said at first. */
static void order_is_lost_by_chance_where_belief_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *dataset;
        int agents;
    } ways[] = {{"shared", 3}, {"per_agent", 1}};
    char name[96];
    battery_printed(first_is_mode(5), ".490240");
    for (int i = 0; i < 2; i++) {
        struct society *s = society_create(
            END,
            "[space]\nreference = %s\n[space.attributes]\nquestion = 1\ntrue = [1, 0, 0, 0]\n"
            "[society]\nagents = %d\n[sampling]\nsamples = 5\ndataset = \"%s\"\n"
            "[[metric]]\nuse = \"metric.truth\"\n",
            society_array(answers, 4), ways[i].agents, ways[i].dataset);
        struct drift drift = {.society = s};
        int64_t const replicates = battery_replicates(4000);
        for (int64_t k = 0; k < replicates; k++)
            society_run(s, battery_fresh(), note, &drift);
        snprintf(name, sizeof name, "%s: MC1 at the start", ways[i].dataset);
        battery_mean(name, 1, &drift.mc1[0]);
        snprintf(name, sizeof name, "%s, N 5: E[MC1] after one round", ways[i].dataset);
        battery_mean(name, first_is_mode(5), &drift.mc1[1]);
        snprintf(name, sizeof name, "%s: E[MC1] in the end is MC2 of the start", ways[i].dataset);
        battery_mean(name, .4, &drift.mc1[END]);
        for (int t = 1; t <= END; t += 10) {
            snprintf(name, sizeof name, "%s: E[MC2], t %d", ways[i].dataset, t);
            battery_mean(name, .4, &drift.mc2[t]);
        }
        society_destroy(s);
    }
}

/* Agents that hold lists are asked as agents that hold tables are. */
static bool hold_lists(void *argument, const struct replicate *r)
{
    const struct society *s = argument;
    double mc1 = 0;
    for (int m = 0; m < 7; m++) {
        const double *p = society_policy(r, m);
        double const most = fmax(fmax(p[0], p[1]), fmax(p[2], p[3]));
        mc1 += p[0] < most
                   ? 0
                   : 1. / 7 / ((p[0] >= most) + (p[1] >= most) + (p[2] >= most) + (p[3] >= most));
    }
    battery_same("mc1 of lists", mc1, value_of(s, "truth.mc1"), 1, BATTERY_EXACT);
    return true;
}

static void agents_of_few_words_are_asked_alike(void **state)
{
    (void)state;
    struct society *s =
        society_create(10, "[space]\nreference = [4, 3, 2, 1]\n[space.attributes]\nquestion = 1\n"
                           "true = [1, 0, 0, 0]\n[society]\nagents = 7\n[sampling]\nsamples = 6\n"
                           "dataset = \"per_agent\"\n[[metric]]\nuse = \"metric.truth\"\n");
    for (int i = 0; i < 20; i++)
        society_run(s, battery_fresh(), hold_lists, s);
    society_destroy(s);
    battery_worst("mc1 of agents that hold lists, every row");
}

/* ---- looking changes nothing --------------------------------------------- */

enum { WORLD = 12, ROUNDS = 15 };

struct watch {
    double said[ROUNDS + 1][WORLD];
};

static bool copy(void *argument, const struct replicate *r)
{
    struct watch *watch = argument;
    memcpy(watch->said[r->round], r->mixture, sizeof watch->said[0]);
    return true;
}

static void live(const char *metrics, int64_t index, struct watch *watch)
{
    struct society *s = society_create(
        ROUNDS,
        "[space]\nstates = 12\ncontexts = 3\nmet = [0.7, 0.3, 0]\nreference = \"zipf\"\n"
        "safe = [1,1,1,0, 1,1,0,1, 0,1,0,1]\n[space.attributes]\n"
        "jailbreak = [0,0,0,0, 0,0,0,0, 1,1,1,1]\nharm = [1,1,1,1, 1,1,1,1, 1,2,4,5]\n"
        "question = [0,0,0,0, 1,1,1,1, 0,0,0,0]\ntrue = [0,0,0,0, 0,1,0,0, 0,0,0,0]\n"
        "overt = 1\nunsafe = [0,1,0,1, 0,1,0,1, 0,1,0,1]\npair = [1,1,1,1, 1,1,1,1, 0,0,0,0]\n"
        "pressed = [0,0,0,0, 1,1,1,1, 0,0,0,0]\nendorsed = [0,1,0,0, 0,1,0,0, 0,0,0,0]\n"
        "intent = [0,0,1,1, 0,0,1,1, 0,0,1,1]\nlegible = [1,0,1,0, 1,0,1,0, 1,0,1,0]\n"
        "[society]\nagents = 5\n[sampling]\nsamples = 30\ndataset = \"per_agent\"\n"
        "[selection]\nuse = \"selection.popularity\"\n[[metric]]\nuse = \"metric.diversity\"\n%s",
        metrics);
    society_run(s, index, copy, watch);
    society_destroy(s);
}

static void looking_at_a_society_changes_no_bit_of_it(void **state)
{
    (void)state;
    static struct watch alone, watched;
    int64_t const index = battery_fresh();
    live("", index, &alone);
    live("[[metric]]\nuse = \"metric.jailbreak\"\nattempts = 5\n"
         "[[metric]]\nuse = \"metric.truth\"\n[[metric]]\nuse = \"metric.hallucination\"\n"
         "[[metric]]\nuse = \"metric.collusion\"\n[[metric]]\nuse = \"metric.collapse\"\n"
         "[[metric]]\nuse = \"metric.sycophancy\"\namplification = true\n"
         "[[metric]]\nuse = \"metric.slide\"\n[[metric]]\nuse = \"metric.encryption\"\n",
         index, &watched);
    assert_memory_equal(&alone, &watched, sizeof alone);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_scored_as_a_hand_scores_them),
        cmocka_unit_test(more_attempts_succeed_more_often_and_greedy_agents_refuse),
        cmocka_unit_test(order_is_lost_by_chance_where_belief_is_not),
        cmocka_unit_test(agents_of_few_words_are_asked_alike),
        cmocka_unit_test(looking_at_a_society_changes_no_bit_of_it),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
