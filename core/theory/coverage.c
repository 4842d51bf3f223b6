/* What is still said, state by state: with all others taken together a state's copies are a chain
 * of two, x' ~ Bin(n, x/n), whatever the number of states. */
#include <math.h>
#include <stddef.h>

#include "theory/copies.h"
#include "theory/theories.h"

static double const work_most = 3e9;

/* Of all datasets together. */
static int64_t samples_of(const struct setting *s)
{
    return s->shared ? s->samples : s->samples * s->agents;
}

static const struct setting_act *supplier_of(const struct setting *s)
{
    const struct setting_act *share = setting_find(s, ACT_SHARE);
    return share ? share : setting_find(s, ACT_COUNT);
}

/* Every state has a chain of its own where data come from outside. */
static bool is_long(const struct setting *s)
{
    double const n = (double)samples_of(s), wide = 30 * sqrt(n) + 30, t = (double)s->rounds;
    const struct setting_act *supplier = supplier_of(s);
    double const fixed = supplier && supplier->kind == ACT_COUNT ? n * n : 0;
    double const chains = supplier ? (double)s->states : 1;
    return chains * n * (wide * (2 + t) + fixed) + (double)s->states * t * n > work_most;
}

static const char *refuses(const struct setting *s)
{
    const struct setting_act *supplier = supplier_of(s);
    if (!setting_is_neutral(s) || !setting_is_replaced(s) || s->contexts > 1)
        return "a state's copies are no chain of their own";
    if (s->samples == 0)
        return "expected data lose nothing";
    if (!s->shared && s->agents > 1 && (!s->equal || s->mixing < 1))
        return "agents' datasets are not of one law";
    if (setting_count(s, ACT_SHARE) + setting_count(s, ACT_COUNT) > 1 ||
        (supplier && !setting_is_constant(supplier)))
        return "data from outside come from several sources, or not in every round";
    if (!s->shared && s->samples > COPIES_MOST / s->agents)
        return "more than 8,192 samples a round";
    if (s->samples > COPIES_MOST)
        return "more than 8,192 samples a round";
    return is_long(s) ? "too many states, samples and rounds for their chains" : NULL;
}

/* States with the same law outside have the same chain. */
struct group {
    const struct setting *setting;
    int64_t begin, end, n, fixed;
    double share, outside;
    double *covered, *said; /* [n + 1]: the chance of it some rounds later, by copies now */
};

static double chance_of(const struct group *g, double p)
{
    return (1 - g->share) * p + g->share * g->outside;
}

/* [rounds + 1] each. */
struct sums {
    double *covered, *support, *missing;
};

/* f one draw after the start, for a state that was said with chance p. */
static double first(const struct group *g, double p, const double *f)
{
    double law[g->n + 1], mean = 0;
    copies_draw(g->n, g->fixed, g->outside, chance_of(g, p), law);
    for (int64_t x = 0; x <= g->n; x++)
        mean += law[x] * f[x];
    return mean;
}

static void add_states(const struct group *g, int64_t round, struct sums *sums)
{
    const struct setting *s = g->setting;
    double covered = 0, said = 0;
    for (int64_t z = g->begin; z < g->end; z++) {
        double const p = s->start[z];
        if (z == g->begin || p != s->start[z - 1]) {
            covered = first(g, p, g->covered);
            said = first(g, p, g->said);
        }
        sums->covered[round] += s->reference[z] * covered;
        sums->support[round] += s->reference[z] * said;
        sums->missing[round] += s->reference[z] > 0 ? 1 - said : 0;
    }
}

static bool run_group(struct group *g, struct sums *sums)
{
    struct arena *arena = arena_create();
    int64_t const enough = copies_enough(g->n, g->setting->tau);
    double chance[g->n + 1];
    g->covered = ARENA_ARRAY(arena, double, g->n + 1);
    g->said = ARENA_ARRAY(arena, double, g->n + 1);
    for (int64_t x = 0; x <= g->n; x++) {
        g->covered[x] = x >= enough;
        g->said[x] = x >= 1;
        chance[x] = chance_of(g, (double)x / (double)g->n);
    }
    struct copies *copies = copies_create(arena, g->n, g->fixed, g->outside, chance);
    for (int64_t t = 1; copies && t <= g->setting->rounds; t++) {
        add_states(g, t, sums);
        copies_back(copies, g->covered);
        copies_back(copies, g->said);
    }
    arena_destroy(arena);
    return copies != NULL;
}

static bool run_groups(const struct setting *s, struct sums *sums)
{
    const struct setting_act *by = supplier_of(s);
    bool const exact = by && by->kind == ACT_COUNT;
    int64_t const n = samples_of(s);
    bool good = true;
    for (int64_t begin = 0, end; good && begin < s->states; begin = end) {
        for (end = begin + 1; end < s->states && (!by || by->p[end] == by->p[begin]);)
            end++;
        struct group group = {.setting = s,
                              .begin = begin,
                              .end = end,
                              .n = n,
                              .fixed = exact ? (int64_t)by->amount * (n / s->samples) : 0,
                              .share = by && !exact ? by->amount : 0,
                              .outside = by ? by->p[begin] : 0};
        good = run_group(&group, sums);
    }
    return good;
}

/* Behind a reset a society is as young as at the start. */
static bool expect(struct theories *t)
{
    const struct setting *s = t->setting;
    struct sums sums = {ARENA_ARRAY(t->arena, double, s->rounds + 1),
                        ARENA_ARRAY(t->arena, double, s->rounds + 1),
                        ARENA_ARRAY(t->arena, double, s->rounds + 1)};
    if (!run_groups(s, &sums))
        return false;
    for (int64_t round = 1, age = 1; round <= s->rounds; round++, age++) {
        theories_say(t, THEORIES_COVERAGE, round, sums.covered[age]);
        theories_say(t, THEORIES_SUPPORT, round, sums.support[age]);
        theories_say(t, THEORIES_MISSING, round, sums.missing[age]);
        age = setting_resets(s, round) ? 0 : age;
    }
    return true;
}

const struct theories_row coverage_theory = {"coverage", refuses, expect};
