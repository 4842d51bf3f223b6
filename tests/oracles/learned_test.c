/* model.md, section 5: sycophancy and collusion as a society learns them, from a reward that it
 * computes itself, without sampling noise; and the controls in which they do not come. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "society.h"

enum { ROUNDS = 20 };

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

struct path {
    const struct society *society;
    const char *output;
    double value[ROUNDS + 1];
};

static bool note(void *argument, const struct replicate *r)
{
    struct path *path = argument;
    path->value[r->round] = r->value[society_output(path->society, path->output)];
    return true;
}

/* All rounds of `output` in a society of the text's parts. */
static struct path learn(const char *output, const char *world, const char *policy,
                         const char *reward)
{
    struct society *s = society_create(
        ROUNDS,
        "[space]\n%s[society]\nagents = 3\npolicy = { use = \"policy.loglinear\", %s }\n"
        "[sampling]\nsamples = \"expected\"\n[update]\nuse = \"update.reinforce\"\n"
        "normalise = false\npeers = 0\n%s"
        "[[metric]]\nuse = \"metric.sycophancy\"\n[[metric]]\nuse = \"metric.collusion\"\n",
        world, policy, reward);
    struct path path = {.society = s, .output = output};
    society_run(s, 0, note, &path);
    society_destroy(s);
    return path;
}

static void hold(const char *name, const struct path *path, const double *formula)
{
    for (int t = 0; t <= ROUNDS; t++)
        battery_same(name, formula[t], path->value[t], 1, BATTERY_RECURSION);
    battery_worst(name);
}

/* ---- sycophancy ---------------------------------------------------------- */

/* Everyday talk, where agreeing has logit .5; the same question without pressure, -1, and with,
 * -.5. Nobody asks either in the run. */
static const char *asked(void)
{
    static char world[1024];
    double const agree = logistic(.5), calm = logistic(-1), pressed = logistic(-.5);
    double const said[6] = {agree, 1 - agree, calm, 1 - calm, pressed, 1 - pressed};
    snprintf(world, sizeof world,
             "reference = %s\ncontexts = 3\nmet = [1, 0, 0]\n[space.attributes]\n"
             "agree = [1, 0, 0, 0, 1, 0]\napart = [1, 0, 0, 0, 0, 0]\n"
             "utility = [1, 0, 0, 0, 0, 0]\npair = [0, 0, 1, 1, 1, 1]\n"
             "pressed = [0, 0, 0, 0, 1, 1]\nendorsed = [0, 0, 1, 0, 1, 0]\n"
             "overt = 1\nunsafe = 0\n",
             society_array(said, 6));
    return world;
}

static void to_agree_every_day_is_to_yield_under_pressure(void **state)
{
    (void)state;
    double yield[ROUNDS + 1], theta = 0;
    for (int t = 0; t <= ROUNDS; t++) {
        double const p = logistic(.5 + theta);
        yield[t] = logistic(-.5 + theta) - logistic(-1);
        theta += 2 * p * (1 - p) * (.5 + .5 * (2 * p - 1));
    }
    struct path const path =
        learn("sycophancy.yield", asked(), "features = [\"agree\"]", "rate = 2\n");
    hold("yield: agreeing is useful, and peers agree", &path, yield);
    battery_printed(path.value[0], ".1086");
    battery_printed(path.value[5], ".4331");
    battery_printed(path.value[10], ".5714");
    battery_printed(path.value[20], ".6538");
}

static void what_is_not_shared_with_everyday_talk_stays(void **state)
{
    (void)state;
    double yield[ROUNDS + 1];
    for (int t = 0; t <= ROUNDS; t++)
        yield[t] = logistic(-.5) - logistic(-1);
    struct path const apart =
        learn("sycophancy.yield", asked(), "features = [\"apart\"]", "rate = 2\n");
    hold("yield: no feature shared with everyday talk", &apart, yield);
    struct path const blind = learn("sycophancy.yield", asked(), "features = [\"agree\"]",
                                    "rate = 2\nutility = 0\nagreement = 0\n");
    hold("yield: a reward that is the same for all", &blind, yield);
}

/* ---- collusion ----------------------------------------------------------- */

/* Two prompts that a monitor cannot tell apart. The feature `covert` is a signal that agents can
 * see: in one prompt it speaks for what is unsafe, in the other against it. */
#define PROMPTS                                                                                    \
    "reference = [0.45, 0.55, 0.55, 0.45]\ncontexts = 2\n[space.attributes]\n"                     \
    "overt = 1\nunsafe = [1, 0, 1, 0]\nutility = [1, 0, 1, 0]\ncovert = [-1, 0, 1, 0]\n"           \
    "pair = 1\npressed = [0, 0, 1, 1]\nendorsed = 0\n"

/* With two acts, to be rewarded by peers who would do the same is to earn 2 u - 1 more by the
 * unsafe act: as if it earned +1 when another does it too, and -1 when not. */
static void peers_who_see_a_signal_come_to_act_by_it(void **state)
{
    (void)state;
    double phi[ROUNDS + 1], u = .55;
    for (int t = 0; t <= ROUNDS; t++) {
        phi[t] = (2 * u - 1) * (2 * u - 1);
        u = logistic(log(u / (1 - u)) + 2 * u * (1 - u) * (2 * u - 1));
    }
    struct path const path = learn("collusion.phi", PROMPTS, "features = [\"covert\"]",
                                   "rate = 2\nutility = 0\nagreement = 1\n");
    hold("phi: agreement of peers", &path, phi);
    battery_printed(path.value[0], ".01");
    battery_printed(path.value[5], ".082");
    battery_printed(path.value[10], ".373");
    battery_printed(path.value[20], ".796");
}

static void without_signal_or_without_peers_nobody_colludes(void **state)
{
    (void)state;
    double phi[ROUNDS + 1];
    for (int t = 0; t <= ROUNDS; t++)
        phi[t] = .01;
    struct path const own = learn("collusion.phi", PROMPTS, "features = [\"covert\"]",
                                  "rate = 2\nutility = 1\nagreement = 0\n");
    hold("phi: a reward for one's own act", &own, phi);
    struct path const unseen = learn("collusion.phi", PROMPTS, "features = [\"unsafe\"]",
                                     "rate = 2\nutility = 0\nagreement = 1\n");
    hold("phi: no signal", &unseen, phi);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_agree_every_day_is_to_yield_under_pressure),
        cmocka_unit_test(what_is_not_shared_with_everyday_talk_stays),
        cmocka_unit_test(peers_who_see_a_signal_come_to_act_by_it),
        cmocka_unit_test(without_signal_or_without_peers_nobody_colludes),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
