/* Two states, and whatever bends the law between them: selection, temperature, a verifier that
 * redraws. One chain of copies holds all that there is to know. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "gyre/real.h"
#include "theory/copies.h"
#include "theory/data.h"
#include "theory/theories.h"

/* A slot is drawn so often at most; below this share of passing samples that could be felt. */
static double const passes_least = 0.05;

static bool is_even(const struct setting *s)
{
    return s->shared || s->agents == 1 || (s->equal && s->mixing == 1);
}

static const char *refuse_verifier(const struct setting *s)
{
    for (int i = 0; i < s->acts; i++) {
        const struct setting_act *act = &s->act[i];
        if (act->kind != ACT_VERIFY)
            continue;
        if (!act->redraws || act->checks > 0)
            return "a verifier that does not redraw leaves datasets of random sizes";
        if (act->p[0] < passes_least || act->p[1] < passes_least)
            return "a verifier that may find nothing to pass";
    }
    return NULL;
}

static const char *refuses(const struct setting *s)
{
    int const suppliers = setting_count(s, ACT_SHARE) + setting_count(s, ACT_COUNT);
    if (s->states != 2 || s->contexts > 1)
        return "there are not two states";
    if (!setting_is_replaced(s) || s->samples == 0)
        return "a policy is not the frequencies of its dataset";
    if (!is_even(s))
        return "agents' datasets are not of one law";
    if (s->samples > COPIES_MOST || (!s->shared && s->samples > COPIES_MOST / s->agents))
        return "more than 8,192 samples a round";
    if (suppliers > 1 || (suppliers > 0 && setting_find(s, ACT_VERIFY)))
        return "several sources from outside, or a verifier of what comes from there";
    return refuse_verifier(s);
}

/* How many of n samples are of state 0. */
struct pair {
    const struct setting *setting;
    int64_t n, fixed, built; /* fixed: samples from outside; of the chain that there is */
    double outside;
    double *law, *chance, *before; /* [n + 1] */
    struct arena *arena;           /* of the chain */
    struct copies *copies;
};

static void supply(struct pair *pair, int64_t round)
{
    const struct setting *s = pair->setting;
    pair->fixed = 0;
    for (int i = 0; i < s->acts; i++) {
        const struct setting_act *act = &s->act[i];
        if (!setting_acts(act, round))
            continue;
        if (act->kind == ACT_COUNT) {
            pair->fixed = (int64_t)setting_amount(act, round) * (s->shared ? 1 : s->agents);
            pair->outside = act->p[0];
        }
        for (int64_t x = 0; act->kind == ACT_SHARE && x <= pair->n; x++)
            pair->chance[x] += setting_amount(act, round) * (act->p[0] - pair->chance[x]);
    }
}

/* The chain is made anew only when something acts differently. */
static bool prepare(struct pair *pair, int64_t round)
{
    size_t const size = sizeof(double) * (size_t)(pair->n + 1);
    for (int64_t x = 0; x <= pair->n; x++) {
        double const said[2] = {(double)x / (double)pair->n, 1 - (double)x / (double)pair->n};
        double out[2];
        data_law(pair->setting, 0, round, said, NULL, out);
        pair->chance[x] = out[0];
    }
    supply(pair, round);
    if (pair->copies && pair->built == pair->fixed && memcmp(pair->before, pair->chance, size) == 0)
        return true;
    memcpy(pair->before, pair->chance, size);
    pair->built = pair->fixed;
    arena_reset(pair->arena);
    pair->copies = copies_create(pair->arena, pair->n, pair->fixed, pair->outside, pair->chance);
    return pair->copies != NULL;
}

/* ---- what is expected --------------------------------------------------- */

static double entropy(double p)
{
    return p > 0 && p < 1 ? -p * gyre_log(p) - (1 - p) * gyre_log(1 - p) : 0;
}

static double value_of(const struct setting *s, enum theories_quantity quantity, double p)
{
    double const guard = s->tau * (1 - 0x1p-40), other = 1 - p;
    const double *pi = s->reference;
    switch (quantity) {
    case THEORIES_MASS:
        return s->safe[0] * p + s->safe[1] * other;
    case THEORIES_DIVERSITY:
        return 1 - p * p - other * other;
    case THEORIES_COVERAGE:
        return (p >= guard ? pi[0] : 0) + (other >= guard ? pi[1] : 0);
    case THEORIES_SUPPORT:
        return (p > 0 ? pi[0] : 0) + (other > 0 ? pi[1] : 0);
    case THEORIES_MISSING:
        return (p <= 0 && pi[0] > 0) + (other <= 0 && pi[1] > 0);
    default:
        return entropy(p);
    }
}

static void say_mean(struct theories *t, const struct pair *pair, enum theories_quantity quantity,
                     int64_t round)
{
    double mean = 0;
    for (int64_t x = 0; x <= pair->n; x++)
        if (pair->law[x] > 0)
            mean += pair->law[x] * value_of(t->setting, quantity, (double)x / (double)pair->n);
    theories_say(t, quantity, round, mean);
}

static void say_variance(struct theories *t, const struct pair *pair, int64_t round)
{
    double mean = 0, square = 0;
    for (int64_t x = 0; x <= pair->n; x++)
        mean += pair->law[x] * value_of(t->setting, THEORIES_MASS, (double)x / (double)pair->n);
    for (int64_t x = 0; x <= pair->n; x++) {
        double const off = value_of(t->setting, THEORIES_MASS, (double)x / (double)pair->n) - mean;
        square += pair->law[x] * off * off;
    }
    theories_say(t, THEORIES_VARIANCE, round, square);
}

static void say(struct theories *t, const struct pair *pair, int64_t round)
{
    static const enum theories_quantity always[] = {THEORIES_DIVERSITY, THEORIES_COVERAGE,
                                                    THEORIES_SUPPORT, THEORIES_MISSING,
                                                    THEORIES_ENTROPY};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        say_mean(t, pair, always[i], round);
    if (!t->setting->safe)
        return;
    say_mean(t, pair, THEORIES_MASS, round);
    say_variance(t, pair, round);
}

/* The start need not be a whole number of copies: the first round is drawn from it. */
static bool begin(struct pair *pair, int64_t round)
{
    double out[2];
    data_law(pair->setting, 0, round, pair->setting->start, NULL, out);
    pair->chance[0] = out[0];
    supply(pair, round);
    copies_draw(pair->n, pair->fixed, pair->outside, pair->chance[0], pair->law);
    return true;
}

static bool live(struct pair *pair, int64_t round)
{
    if (round == 1 || setting_resets(pair->setting, round - 1))
        return begin(pair, round);
    if (!prepare(pair, round))
        return false;
    copies_forth(pair->copies, pair->law);
    return true;
}

static bool expect(struct theories *t)
{
    const struct setting *s = t->setting;
    struct pair pair = {.setting = s, .n = s->shared ? s->samples : s->samples * s->agents};
    bool good = true;
    pair.law = ARENA_ARRAY(t->arena, double, pair.n + 1);
    pair.chance = ARENA_ARRAY(t->arena, double, pair.n + 1);
    pair.before = ARENA_ARRAY(t->arena, double, pair.n + 1);
    pair.arena = arena_create();
    for (int64_t round = 1; good && round <= s->rounds; round++) {
        good = live(&pair, round);
        if (good)
            say(t, &pair, round);
    }
    arena_destroy(pair.arena);
    return good;
}

const struct theories_row pair_theory = {"two states", refuses, expect};
