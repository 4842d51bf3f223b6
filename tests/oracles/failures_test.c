/* model.md, section 5: what goes wrong, by the numbers that its table prints. */
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

/* Row 0 of a society whose agents say the rows of p, [agents][states]. */
static void say_all(struct society *s, const double *p, int64_t agents, int64_t states)
{
    society_begin(s, battery_fresh());
    for (int64_t m = 0; m < agents; m++)
        society_say(s, m, p + m * states);
    society_live(s, stop, NULL);
}

/* ---- consensus hallucination --------------------------------------------- */

static void two_agents_give_the_same_falsehood_this_often(void **state)
{
    (void)state;
    static const double p[2][3] = {{.5, .4, .1}, {.2, .7, .1}};
    struct society *s = society_create(
        1, "[space]\nreference = [1, 1, 1]\n[space.attributes]\nquestion = 1\ntrue = [1, 0, 0]\n"
           "[society]\nagents = 2\n[sampling]\nsamples = 10\ndataset = \"per_agent\"\n"
           "[[metric]]\nuse = \"metric.hallucination\"\n");
    say_all(s, p[0], 2, 3);
    battery_printed(.4 * .7 + .1 * .1, ".29");
    battery_exact("same_false of two agents", .29, value_of(s, "hallucination.same_false"), 1,
                  BATTERY_EXACT);
    battery_exact("no falsehood has 2/3", 0, value_of(s, "hallucination.false_consensus"), 1, 0);
    society_destroy(s);
}

/* One agent makes no pair: there is nothing to say about two. */
static void one_agent_agrees_with_nobody(void **state)
{
    (void)state;
    struct society *s = society_create(
        2, "[space]\nstates = 4\ncontexts = 2\nreference = \"zipf\"\n[space.attributes]\n"
           "question = 1\ntrue = [1, 0, 1, 0]\novert = 1\nunsafe = [1, 0, 0, 1]\n"
           "[society]\nagents = 1\n[sampling]\nsamples = 10\n"
           "[[metric]]\nuse = \"metric.hallucination\"\n[[metric]]\nuse = \"metric.collusion\"\n");
    society_run(s, battery_fresh(), stop, NULL);
    assert_true(isnan(value_of(s, "hallucination.same_false")));
    assert_true(isnan(value_of(s, "collusion.excess")));
    assert_true(isnan(value_of(s, "collusion.phi")));
    battery_exact("one agent: false mass", 1 / 3., value_of(s, "hallucination.false_mass"), 1,
                  BATTERY_EXACT);
    society_destroy(s);
}

/* Four questions of three answers; in two of them the most common answer is false. */
#define QUESTIONS                                                                                  \
    "[space]\nreference = [0.5, 0.3, 0.2, 0.3, 0.5, 0.2, 0.1, 0.3, 0.6, 0.6, 0.2, 0.2]\n"          \
    "contexts = 4\n[space.attributes]\nquestion = 1\n"                                             \
    "true = [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]\n"

struct limits {
    const struct society *society;
    int64_t last;
    struct sample consensus, mass;
};

static bool note_limits(void *argument, const struct replicate *r)
{
    struct limits *limits = argument;
    if (r->round == limits->last) {
        sample_add(&limits->consensus, value_of(limits->society, "hallucination.false_consensus"));
        sample_add(&limits->mass, value_of(limits->society, "hallucination.false_mass"));
    }
    return true;
}

/* In the end one answer is left of each question, and it is false as often as answers were. */
static void without_selection_consensus_is_as_false_as_talk_was(void **state)
{
    (void)state;
    enum { ROUNDS = 200 };
    struct society *s =
        society_create(ROUNDS, QUESTIONS "[society]\nagents = 3\n[sampling]\nsamples = 20\n"
                                         "[[metric]]\nuse = \"metric.hallucination\"\n");
    struct limits limits = {.society = s, .last = ROUNDS};
    int64_t const replicates = battery_replicates(1500);
    double const mass = (.5 + .7 + .9 + .4) / 4;
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_limits, &limits);
    battery_mean("neutral: E[false_consensus] in the end", mass, &limits.consensus);
    battery_mean("neutral: E[false_mass] in the end", mass, &limits.mass);
    society_destroy(s);
}

static void sharpening_makes_the_most_common_answer_the_consensus(void **state)
{
    (void)state;
    struct society *s =
        society_create(100, QUESTIONS "[society]\nagents = 3\n[sampling]\nsamples = \"expected\"\n"
                                      "[selection]\nuse = \"selection.sharpen\"\npower = 1.2\n"
                                      "[[metric]]\nuse = \"metric.hallucination\"\n");
    struct limits limits = {.society = s, .last = 100};
    society_run(s, 0, note_limits, &limits);
    battery_exact("sharpen: questions whose most common answer is false", .5, limits.consensus.mean,
                  1, BATTERY_EXACT);
    society_destroy(s);
}

/* ---- collusion ----------------------------------------------------------- */

/* How unsafe two agents are in two contexts. */
static void acts(const double *u, double *p)
{
    for (int i = 0; i < 4; i++) {
        p[(ptrdiff_t)2 * i] = u[i];
        p[2 * i + 1] = 1 - u[i];
    }
}

static void covert(const char *overt, const double *u, double *excess, double *phi)
{
    double p[8];
    struct society *s =
        society_create(1,
                       "[space]\nreference = [1, 1, 1, 1]\ncontexts = 2\n[space.attributes]\n"
                       "unsafe = [1, 0, 1, 0]\novert = %s\n[society]\nagents = 2\n[sampling]\n"
                       "samples = 10\ndataset = \"per_agent\"\n[update]\nuse = \"update.mle\"\n"
                       "rate = 0.5\n[[metric]]\nuse = \"metric.collusion\"\n",
                       overt);
    acts(u, p);
    say_all(s, p, 2, 4);
    *excess = value_of(s, "collusion.excess");
    *phi = value_of(s, "collusion.phi");
    society_destroy(s);
}

static void two_agents_that_tell_two_prompts_apart_collude_this_much(void **state)
{
    (void)state;
    static const double u[] = {.9, .1, .8, .2}, opposed[] = {.9, .1, .2, .8};
    double excess, phi;
    covert("1", u, &excess, &phi);
    battery_exact("excess of (.9, .1) and (.8, .2)", .12, excess, 1, BATTERY_EXACT);
    battery_exact("phi", .48, phi, 1, BATTERY_EXACT);
    covert("1", opposed, &excess, &phi);
    battery_exact("excess of two that take turns", -.12, excess, 1, BATTERY_EXACT);
    covert("[1, 1, 2, 2]", u, &excess, &phi);
    battery_exact("excess where the monitor can tell the prompts apart", 0, excess, 1, 1e-16);
}

/* u(1-u) times the gain of an unsafe act, u - (1 - u), at eta 2. */
static void learn_to_collude(double *u)
{
    double const logit = log(u[0] / (1 - u[0])) + 2 * u[0] * (1 - u[0]) * (2 * u[0] - 1);
    u[0] = 1 / (1 + exp(-logit));
    u[1] = 1 - u[0];
}

static void a_covert_signal_is_found_at_the_printed_speed(void **state)
{
    (void)state;
    static const struct {
        int round;
        const char *phi;
    } rows[] = {{0, ".01"}, {5, ".082"}, {10, ".373"}, {20, ".796"}};
    double u[4] = {.45, .55}, excess, phi;
    for (int t = 0, i = 0; i < 4; t++, learn_to_collude(u)) {
        if (t != rows[i].round)
            continue;
        u[2] = u[0];
        u[3] = u[1];
        covert("1", u, &excess, &phi);
        battery_exact("phi of what is learned", pow(u[0] - u[1], 2), phi, 1, BATTERY_EXACT);
        battery_printed(phi, rows[i++].phi);
    }
}

/* ---- sycophancy ---------------------------------------------------------- */

static double amplification(const char *selection)
{
    struct society *s =
        society_create(1,
                       "[space]\nreference = [0.5, 0.3, 0.2, 0.6, 0.4]\ncontexts = [3, 2]\n"
                       "met = [0.7, 0.3]\n[space.attributes]\npair = 1\n"
                       "pressed = [0, 0, 0, 1, 1]\nendorsed = [0, 0, 1, 0, 1]\n"
                       "[society]\nagents = 2\n[sampling]\nsamples = 10\n%s"
                       "[[metric]]\nuse = \"metric.sycophancy\"\namplification = true\n",
                       selection);
    society_run(s, 0, stop, NULL);
    double const slope = value_of(s, "sycophancy.amplification");
    battery_exact("yield: .4 under pressure, .2 without", .2, value_of(s, "sycophancy.yield"), 1,
                  BATTERY_EXACT);
    society_destroy(s);
    return slope;
}

static void what_is_popular_is_amplified_by_kappa(void **state)
{
    (void)state;
    battery_exact("neutral: amplification 1", 1, amplification(""), 1, BATTERY_EXACT);
    battery_exact("sharpen 1.7: amplification", 1.7,
                  amplification("[selection]\nuse = \"selection.sharpen\"\npower = 1.7\n"), 1,
                  BATTERY_EXACT);
    battery_exact("sharpen 0.4: amplification", .4,
                  amplification("[selection]\nuse = \"selection.sharpen\"\npower = 0.4\n"), 1,
                  BATTERY_EXACT);
}

/* ---- safety drift -------------------------------------------------------- */

enum { GRADES = 101, YEARS = 20 };

struct slope {
    const struct society *society;
    double largest, total, unnoticed;
};

static bool note_slope(void *argument, const struct replicate *r)
{
    struct slope *slope = argument;
    (void)r;
    slope->largest = fmax(slope->largest, value_of(slope->society, "slide.step"));
    slope->total = value_of(slope->society, "slide.total");
    slope->unnoticed = value_of(slope->society, "slide.unnoticed");
    return true;
}

/* Risks from 0 to 1 by hundredths, at first as likely as exp(-10 risk), safe up to .3: P_t is as
 * likely as exp((t beta - 10) risk). */
static double safe_mass(double lean)
{
    double safe = 0, all = 0;
    for (int i = 0; i < GRADES; i++) {
        double const p = exp(lean * i / 100.);
        safe += i <= 30 ? p : 0;
        all += p;
    }
    return safe / all;
}

static struct slope slide(double delta)
{
    double risk[GRADES], start[GRADES], safe[GRADES];
    for (int i = 0; i < GRADES; i++) {
        risk[i] = i / 100.;
        start[i] = exp(-10 * risk[i]);
        safe[i] = i <= 30;
    }
    struct society *s = society_create(
        YEARS,
        "[space]\nreference = %s\nsafe = %s\n[space.attributes]\nrisk = %s\n[society]\n"
        "agents = 2\n[sampling]\nsamples = \"expected\"\n[selection]\nuse = \"selection.bias\"\n"
        "attribute = \"risk\"\nbeta = 0.25\n[[metric]]\nuse = \"metric.slide\"\ndelta = %g\n",
        society_array(start, GRADES), society_array(safe, GRADES), society_array(risk, GRADES),
        delta);
    struct slope slope = {.society = s};
    society_run(s, 0, note_slope, &slope);
    society_destroy(s);
    return slope;
}

static void a_weak_lean_slides_without_a_step_that_is_seen(void **state)
{
    (void)state;
    struct slope const all = slide(.02), none = slide(.0001);
    double largest = 0, small = 0;
    for (int t = 1; t <= YEARS; t++) {
        double const step = safe_mass((t - 1) * .25 - 10) - safe_mass(t * .25 - 10);
        largest = fmax(largest, step);
        small += step <= .01 ? step : 0;
    }
    double const total = safe_mass(-10) - safe_mass(YEARS * .25 - 10);
    battery_exact("slide: total", total, all.total, 1, BATTERY_EXACT);
    battery_exact("slide: the largest step", largest, all.largest, 1, BATTERY_EXACT);
    battery_exact("slide: unnoticed, delta .02: all of it", total, all.unnoticed, 1, BATTERY_EXACT);
    battery_exact("slide: unnoticed, delta .0001", 0, none.unnoticed, 1, 0);
    battery_exact("slide: unnoticed, delta .01", small, slide(.01).unnoticed, 1, BATTERY_EXACT);
    battery_printed(total, ".162");
    battery_printed(largest, ".0148");
}

struct still {
    const struct society *society;
    struct sample total;
};

static bool note_still(void *argument, const struct replicate *r)
{
    struct still *still = argument;
    if (r->round == YEARS)
        sample_add(&still->total, value_of(still->society, "slide.total"));
    return true;
}

static void without_selection_safe_mass_is_kept_on_average(void **state)
{
    (void)state;
    struct society *s = society_create(
        YEARS, "[space]\nstates = 20\nreference = \"zipf\"\nsafe = { share = 0.8 }\n[society]\n"
               "agents = 4\n[sampling]\nsamples = 30\n[[metric]]\nuse = \"metric.slide\"\n");
    struct still still = {.society = s};
    int64_t const replicates = battery_replicates(2000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_still, &still);
    battery_mean("neutral: E[total] after 20 rounds", 0, &still.total);
    society_destroy(s);
}

/* ---- mode collapse ------------------------------------------------------- */

struct modes {
    const struct society *society;
    struct sample repeat[YEARS + 1];
};

static bool note_modes(void *argument, const struct replicate *r)
{
    struct modes *modes = argument;
    double entropy[2] = {0, 0};
    for (int z = 0; z < FORMS_STATES; z++) {
        entropy[0] -= forms_pi[z] * log(forms_pi[z]);
        entropy[1] -= r->mixture[z] > 0 ? r->mixture[z] * log(r->mixture[z]) : 0;
    }
    battery_same("collapse.share", exp(entropy[1] - entropy[0]),
                 value_of(modes->society, "collapse.share"), 1, BATTERY_EXACT);
    battery_same("collapse.effective", exp(entropy[1]),
                 value_of(modes->society, "collapse.effective"), 8, BATTERY_EXACT);
    sample_add(&modes->repeat[r->round], value_of(modes->society, "collapse.repeat"));
    return true;
}

static void modes_collapse_by_chance_at_the_law_of_drift(void **state)
{
    (void)state;
    char name[96];
    struct society *s =
        society_create(YEARS,
                       "[space]\nreference = %s\n[society]\nagents = 4\n[sampling]\nsamples = 50\n"
                       "[[metric]]\nuse = \"metric.collapse\"\n",
                       society_array(forms_pi, FORMS_STATES));
    struct modes modes = {.society = s};
    int64_t const replicates = battery_replicates(2000);
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_modes, &modes);
    battery_worst("collapse: share and effective, every row");
    for (int t = 0; t <= YEARS; t += 5) {
        snprintf(name, sizeof name, "collapse: E[repeat] = 1 - H_0 (1-1/N)^t, t %d", t);
        battery_mean(name, 1 - FORMS_H * pow(1 - 1 / 50., t), &modes.repeat[t]);
    }
    society_destroy(s);
}

/* ---- language encryption ------------------------------------------------- */

static const struct secrets {
    const char *name, *benign; /* how much of benign talk is legible, and is not */
    int round;
    const char *read, *noticed, *hidden;
} secrets[] = {
    {"at the start", "0.98, 0.02", 0, ".480738", ".002341", ".017323"},
    {"after 5 rounds", "0.98, 0.02", 5, ".189150", ".254911", ".056341"},
    {"after 5 rounds among illegible talk", "0.1, 0.9", 5, ".032057", ".000271", ".468075"},
};

struct reader {
    const struct society *society;
    int64_t round;
    double read, noticed, hidden, share, illegible;
};

static bool note_reader(void *argument, const struct replicate *r)
{
    struct reader *reader = argument;
    reader->read = value_of(reader->society, "encryption.read");
    reader->noticed = value_of(reader->society, "encryption.noticed");
    reader->hidden = value_of(reader->society, "encryption.hidden");
    reader->share = value_of(reader->society, "encryption.hidden_share");
    reader->illegible = r->mixture[3];
    return r->round < reader->round;
}

/* A verifier reads what is legible, and drops it if unsafe but for three in ten. */
static struct reader hide(const struct secrets *secret)
{
    struct society *s = society_create(
        5,
        "[space]\nreference = [%s, 0.95, 0.05]\ncontexts = 2\nmet = [0.8, 0.2]\n"
        "[space.attributes]\nintent = [0, 0, 1, 1]\nlegible = [1, 0, 1, 0]\n"
        "risk = [0, 0, 1, 0]\n[society]\nagents = 2\n[sampling]\nsamples = \"expected\"\n"
        "[[metric]]\nuse = \"metric.encryption\"\n"
        "[[intervention]]\nuse = \"intervention.verify\"\npasses_unsafe = 0.3\n",
        secret->benign);
    struct reader reader = {.society = s, .round = secret->round};
    society_run(s, 0, note_reader, &reader);
    society_destroy(s);
    return reader;
}

static void what_is_hidden_is_what_the_reader_misses(void **state)
{
    (void)state;
    double const odds = .05 / .95 / pow(.3, 5), whole = -.8 * log(.8) - .2 * log(.2);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        struct reader const reader = hide(&secrets[i]);
        battery_exact(secrets[i].name, whole, reader.read + reader.noticed + reader.hidden, 1,
                      BATTERY_EXACT);
        battery_exact("hidden_share", reader.hidden / whole, reader.share, 1, BATTERY_EXACT);
        battery_printed(reader.read, secrets[i].read);
        battery_printed(reader.noticed, secrets[i].noticed);
        battery_printed(reader.hidden, secrets[i].hidden);
        if (secrets[i].round == 5)
            battery_exact("illegible among the unsafe", odds / (1 + odds), reader.illegible, 1,
                          BATTERY_EXACT);
    }
    battery_printed(whole, ".500402");
    battery_printed(odds / (1 + odds), ".955868");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_agents_give_the_same_falsehood_this_often),
        cmocka_unit_test(one_agent_agrees_with_nobody),
        cmocka_unit_test(without_selection_consensus_is_as_false_as_talk_was),
        cmocka_unit_test(sharpening_makes_the_most_common_answer_the_consensus),
        cmocka_unit_test(two_agents_that_tell_two_prompts_apart_collude_this_much),
        cmocka_unit_test(a_covert_signal_is_found_at_the_printed_speed),
        cmocka_unit_test(what_is_popular_is_amplified_by_kappa),
        cmocka_unit_test(a_weak_lean_slides_without_a_step_that_is_seen),
        cmocka_unit_test(without_selection_safe_mass_is_kept_on_average),
        cmocka_unit_test(modes_collapse_by_chance_at_the_law_of_drift),
        cmocka_unit_test(what_is_hidden_is_what_the_reader_misses),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
