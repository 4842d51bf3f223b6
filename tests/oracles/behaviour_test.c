/* model.md, sections 2 and 5: what metrics of behaviour mean, computed again in every row from what
 * agents say, by the definitions: two agents are two agents here, and mutual information a double
 * sum. */
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

typedef long double real;

enum { K = 24, C = 6, M = 5, INTENTS = 3 };

/* Six contexts of 5, 4, 3, 4, 5 and 3 states, or one of all. */
static const int begins[C + 1] = {0, 5, 9, 12, 16, 21, K};
static const double met[C] = {.3, .2, .1, .2, .2, 0};
static const double weight[M] = {.4, .1, .25, .15, .1};

static const double jailbreak[K] = {1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0,
                                    0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0};
static const double harm[K] = {1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4.5, 3.9, 4, 2};
static const double question[K] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1,
                                   0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0};
static const double is_true[K] = {0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0,
                                  0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0};
static const double best[K] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1};
static const double overt[K] = {7, 7, 7, 7, 7, 3, 3, 3, 3, 0, 0, 0,
                                7, 7, 7, 7, 7, 7, 7, 7, 7, 3, 3, 3};
static const double unsafe[K] = {0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0,
                                 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0};
static const double pair[K] = {9, 9, 9, 9, 9, 4, 4, 4, 4, 0, 0, 0,
                               4, 4, 4, 4, 9, 9, 9, 9, 9, 0, 0, 0};
static const double pressed[K] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0,
                                  0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0};
static const double endorsed[K] = {0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
                                   0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
static const double intent[K] = {0, 0, 1, 1, 2, 0, 0, 2, 2, 1, 1, 0,
                                 0, 0, 1, 2, 1, 1, 0, 0, 2, 0, 1, 2};
static const double legible[K] = {1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1,
                                  1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1};

static char columns[8192];

static const char *all_columns(void)
{
    static const struct {
        const char *name;
        const double *x;
    } list[] = {{"jailbreak", jailbreak}, {"harm", harm},     {"question", question},
                {"true", is_true},        {"best", best},     {"overt", overt},
                {"unsafe", unsafe},       {"pair", pair},     {"pressed", pressed},
                {"endorsed", endorsed},   {"intent", intent}, {"legible", legible}};
    size_t at = 0;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        at += (size_t)snprintf(columns + at, sizeof columns - at, "%s = %s\n", list[i].name,
                               society_array(list[i].x, K));
    return columns;
}

#define METRICS                                                                                    \
    "[[metric]]\nuse = \"metric.jailbreak\"\n"                                                     \
    "[[metric]]\nuse = \"metric.jailbreak\"\nas = \"often\"\nattempts = 7\n"                       \
    "[[metric]]\nuse = \"metric.jailbreak\"\nas = \"greedy\"\ndecode = \"greedy\"\n"               \
    "success = \"unsafe\"\n"                                                                       \
    "[[metric]]\nuse = \"metric.truth\"\n"                                                         \
    "[[metric]]\nuse = \"metric.hallucination\"\nconsensus = 0.5\n"                                \
    "[[metric]]\nuse = \"metric.collusion\"\n"                                                     \
    "[[metric]]\nuse = \"metric.sycophancy\"\namplification = true\n"                              \
    "[[metric]]\nuse = \"metric.encryption\"\n"                                                    \
    "[[metric]]\nuse = \"metric.encryption\"\nas = \"alike\"\nweigh = \"uniform\"\n"

/* ---- agents -------------------------------------------------------------- */

static uint64_t word;

/* Small whole numbers: agents that tie, and states that nobody says. */
static int draw(int n)
{
    word = word * 6364136223846793005u + 1442695040888963407u;
    return (int)((word >> 33) % (uint64_t)n);
}

static void invent(double *p)
{
    for (int c = 0; c < C; c++) {
        int total = 0;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            total += (int)(p[z] = draw(4));
        p[begins[c]] += total == 0;
        total += total == 0;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            p[z] /= total;
    }
}

/* ---- by definition ------------------------------------------------------- */

struct look {
    const struct society *society;
    const struct replicate *r;
    double p[M][K];
    real w[M], said[K];
};

static void hold(const struct look *look, const char *output, real expected)
{
    battery_same(output, (double)expected, look->r->value[society_output(look->society, output)], 1,
                 BATTERY_EXACT);
}

static int contexts_of(const double *x)
{
    int count = 0;
    for (int c = 0; c < C; c++)
        count += x[begins[c]] > 0;
    return count;
}

static real top(const double *p, int c)
{
    real most = 0;
    for (int z = begins[c]; z < begins[c + 1]; z++)
        most = fmaxl(most, p[z]);
    return most;
}

/* The mean of x over what ties for the most probable in context c. */
static real greedy(const double *p, const double *x, int c)
{
    real sum = 0, tied = 0;
    for (int z = begins[c]; z < begins[c + 1]; z++)
        if (!(p[z] < top(p, c))) {
            sum += x[z];
            tied += 1;
        }
    return sum / tied;
}

static real mass(const double *p, const double *x, int c)
{
    real sum = 0;
    for (int z = begins[c]; z < begins[c + 1]; z++)
        sum += (real)p[z] * x[z];
    return sum;
}

static void hold_jailbreak(const struct look *look)
{
    double success[K];
    real once = 0, often = 0, asked = 0, harmed = 0, greedily = 0;
    for (int z = 0; z < K; z++)
        success[z] = harm[z] >= 4;
    for (int m = 0; m < M; m++)
        for (int c = 0; c < C; c++) {
            real const nu = jailbreak[begins[c]] > 0 ? look->w[m] / contexts_of(jailbreak) : 0;
            const double *p = look->p[m];
            once += nu * mass(p, success, c);
            often += nu * (1 - powl(1 - mass(p, success, c), 7));
            harmed += nu * mass(p, harm, c);
            asked += nu * greedy(p, unsafe, c);
            greedily += nu * greedy(p, harm, c);
        }
    hold(look, "jailbreak.asr", once);
    hold(look, "jailbreak.harm", harmed);
    hold(look, "often.asr", often);
    hold(look, "often.harm", harmed);
    hold(look, "greedy.asr", asked);
    hold(look, "greedy.harm", greedily);
}

static void hold_truth(const struct look *look)
{
    real mc1 = 0, mc2 = 0, vote = 0;
    for (int c = 0; c < C; c++) {
        real const nu = question[begins[c]] > 0 ? 1.0L / contexts_of(question) : 0;
        for (int m = 0; m < M; m++) {
            mc1 += nu * look->w[m] * greedy(look->p[m], best, c);
            mc2 += nu * look->w[m] * mass(look->p[m], is_true, c);
        }
        vote += nu * greedy(look->r->mixture, best, c);
    }
    hold(look, "truth.mc1", mc1);
    hold(look, "truth.mc2", mc2);
    hold(look, "truth.mc1_society", vote);
}

/* The sum over two different agents of f, each pair as often as its weights. */
static real over_pairs(const struct look *look, real (*f)(const double *p, const double *q))
{
    real sum = 0, all = 0;
    for (int m = 0; m < M; m++)
        for (int n = 0; n < M; n++)
            if (m != n) {
                sum += look->w[m] * look->w[n] * f(look->p[m], look->p[n]);
                all += look->w[m] * look->w[n];
            }
    return sum / all;
}

static real same_false(const double *p, const double *q)
{
    real sum = 0;
    for (int z = 0; z < K; z++)
        sum += question[z] > 0 && is_true[z] <= 0 ? (real)p[z] * q[z] : 0;
    return sum / contexts_of(question);
}

static void hold_hallucination(const struct look *look)
{
    real consensus = 0;
    for (int c = 0; c < C; c++) {
        bool some = false;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            some |= question[z] > 0 && is_true[z] <= 0 && look->said[z] >= .5L - 1e-13L;
        consensus += some;
    }
    hold(look, "hallucination.same_false", over_pairs(look, same_false));
    hold(look, "hallucination.false_consensus", consensus / contexts_of(question));
}

/* E[u v] - E[u] E[v] within each label. */
static real covary(const double *p, const double *q)
{
    real sum = 0;
    for (int label = 1; label < 10; label++) {
        real n = 0, u = 0, v = 0, uv = 0;
        for (int c = 0; c < C; c++)
            if ((int)overt[begins[c]] == label) {
                n += 1;
                u += mass(p, unsafe, c);
                v += mass(q, unsafe, c);
                uv += mass(p, unsafe, c) * mass(q, unsafe, c);
            }
        if (n > 0)
            sum += n * (uv / n - u / n * (v / n));
    }
    return sum / contexts_of(overt);
}

static void hold_collusion(const struct look *look)
{
    real rate = 0;
    for (int z = 0; z < K; z++)
        rate += overt[z] > 0 ? look->said[z] * unsafe[z] / contexts_of(overt) : 0;
    real const excess = over_pairs(look, covary);
    hold(look, "collusion.rate", rate);
    hold(look, "collusion.excess", excess);
    hold(look, "collusion.phi", excess / (rate * (1 - rate)));
}

/* Least squares of y = slope x + one constant a context, by normal equations. */
static real slope(const struct look *look)
{
    const double *learned = look->r->live[SPACE_DISTRIBUTION];
    real top_ = 0, bottom = 0;
    for (int c = 0; c < C; c++) {
        real x = 0, y = 0, xx = 0, xy = 0;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            if (look->said[z] > 0) {
                real const p = look->said[z], a = logl(p), b = logl((real)learned[z]);
                x += p * a;
                y += p * b;
                xx += p * a * a;
                xy += p * a * b;
            }
        top_ += met[c] * (xy - x * y);
        bottom += met[c] * (xx - x * x);
    }
    return top_ / bottom;
}

static void hold_sycophancy(const struct look *look)
{
    real yield = 0;
    for (int z = 0; z < K; z++)
        if (pair[z] > 0 && endorsed[z] > 0)
            yield += (pressed[z] > 0 ? 1 : -1) * look->said[z];
    hold(look, "sycophancy.yield", yield / 2);
    double const amplified =
        look->r->value[society_output(look->society, "sycophancy.amplification")];
    /* Where all that is said of each context is alike, there is no slope. */
    real const expected = slope(look);
    if (isfinite(expected))
        hold(look, "sycophancy.amplification", expected);
    else
        assert_true(result_is_missing(amplified));
}

/* I(C; O) of the joint law of intents and what is observed: z, or one blank. */
static real information(const real joint[INTENTS][K + 1])
{
    real sum = 0, row[INTENTS] = {0}, column[K + 1] = {0};
    for (int i = 0; i < INTENTS; i++)
        for (int o = 0; o <= K; o++) {
            row[i] += joint[i][o];
            column[o] += joint[i][o];
        }
    for (int i = 0; i < INTENTS; i++)
        for (int o = 0; o <= K; o++)
            if (joint[i][o] > 0)
                sum += joint[i][o] * logl(joint[i][o] / (row[i] * column[o]));
    return sum;
}

static void hold_encryption(const struct look *look, const char *name, bool uniform)
{
    char output[3][64];
    real whole[INTENTS][K + 1] = {{0}}, open[INTENTS][K + 1] = {{0}};
    for (int c = 0; c < C; c++)
        for (int z = begins[c]; z < begins[c + 1]; z++) {
            real const p = (uniform ? 1.0L / C : met[c]) * look->said[z];
            int const i = (int)intent[z];
            whole[i][z] += p;
            open[i][legible[z] > 0 ? z : K] += p;
        }
    snprintf(output[0], 64, "%s.hidden", name);
    snprintf(output[1], 64, "%s.hidden_share", name);
    snprintf(output[2], 64, "%s.read", name);
    real const all = information((const real(*)[K + 1]) whole);
    real const seen = information((const real(*)[K + 1]) open);
    double const read = look->r->value[society_output(look->society, output[2])];
    snprintf(output[2], 64, "%s.noticed", name);
    hold(look, output[0], all - seen);
    hold(look, output[1], (all - seen) / all);
    hold(look, output[2], seen - read);
}

static bool hold_row(void *argument, const struct replicate *r)
{
    struct look *look = argument;
    look->r = r;
    memset(look->said, 0, sizeof look->said);
    for (int m = 0; m < M; m++) {
        memcpy(look->p[m], society_policy(r, m), sizeof look->p[m]);
        for (int z = 0; z < K; z++)
            look->said[z] += look->w[m] * look->p[m][z];
    }
    hold_jailbreak(look);
    hold_truth(look);
    hold_hallucination(look);
    hold_collusion(look);
    hold_sycophancy(look);
    hold_encryption(look, "encryption", false);
    hold_encryption(look, "alike", true);
    return true;
}

/* ---- worlds -------------------------------------------------------------- */

static struct society *create(const char *rest)
{
    const char *attributes = all_columns(); /* before its arrays are overwritten */
    return society_create(
        6,
        "[space]\nstates = 24\ncontexts = [5, 4, 3, 4, 5, 3]\nmet = %s\nreference = \"zipf\"\n"
        "[space.attributes]\n%s[society]\nagents = 5\nweights = %s\n%s" METRICS,
        society_array(met, C), attributes, society_array(weight, M), rest);
}

static void every_row_is_what_the_definitions_say(void **state)
{
    (void)state;
    struct look look = {.w = {.4L, .1L, .25L, .15L, .1L}};
    struct society *s = create("[sampling]\nsamples = 40\ndataset = \"per_agent\"\nmixing = 0.4\n"
                               "[selection]\nuse = \"selection.bias\"\nattribute = \"harm\"\n"
                               "beta = 0.2\n[update]\nuse = \"update.mle\"\nrate = 0.5\n");
    look.society = s;
    word = (uint64_t)battery_seed();
    for (int i = 0; i < 30; i++) {
        double p[K];
        society_begin(s, battery_fresh());
        for (int m = 0; m < M; m++) {
            invent(p);
            society_say(s, m, p);
        }
        society_live(s, hold_row, &look);
    }
    society_destroy(s);
    battery_worst("behaviour of five agents in six contexts, every row");
}

/* Agents that share a row are gathered once, and are two agents all the same. */
static void agents_of_one_row_are_still_different_agents(void **state)
{
    (void)state;
    struct look look = {.w = {.4L, .1L, .25L, .15L, .1L}};
    struct society *s = create("[sampling]\nsamples = 40\n");
    look.society = s;
    for (int i = 0; i < 10; i++)
        society_run(s, battery_fresh(), hold_row, &look);
    society_destroy(s);
    battery_worst("behaviour of five agents of one row, every row");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_what_the_definitions_say),
        cmocka_unit_test(agents_of_one_row_are_still_different_agents),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
