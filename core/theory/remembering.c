/* Memories of L whole rounds over a base that all began with: p_t = (1-l) p_0 + l times the mean of
 * the datasets in memory. What is expected of their products is kept for the last L rounds. */
#include <stddef.h>

#include "theory/theories.h"

enum { ROUNDS_MOST = 512 };

struct memory {
    const struct setting *setting;
    double agents, base, base2; /* M, l, <p_0, p_0> */
    int64_t held, size;         /* L, and W samples of each round */
    int64_t begin, end;         /* rounds in memory: [begin, end) */
    /* E<x_s/n, x_u/n> of datasets in memory, [L][L] by round modulo L: of one agent, of two. */
    double *same, *other;
    double self, pair, lean; /* E<P_m, P_m>, E<P_m, P_n>, E<P_m, Pbar> */
};

static const char *refuses(const struct setting *s)
{
    if (s->policy != SETTING_MEMORY)
        return "agents have no memories";
    if (s->contexts > 1)
        return "memories of several contexts hold a random number of each";
    if (!setting_is_neutral(s) || s->acts > 0)
        return "memories under intervention or selection";
    if (!s->shared && !s->equal)
        return "memories of agents of unequal weights";
    if (s->capacity > s->samples && s->capacity % s->samples != 0)
        return "the memory's capacity is no whole number of datasets";
    if (s->capacity / s->samples > ROUNDS_MOST)
        return "memories of more than 512 rounds";
    return NULL;
}

static double *product_at(const struct memory *m, double *products, int64_t s, int64_t u)
{
    return &products[s % m->held * m->held + u % m->held];
}

/* The mean over all datasets in memory of their products with dataset s. */
static double mean_with(const struct memory *m, double *products, int64_t s)
{
    double sum = 0;
    for (int64_t u = m->begin; u < m->end; u++)
        sum += *product_at(m, products, s, u);
    return sum / (double)(m->end - m->begin);
}

static double mean_of(const struct memory *m, double *products)
{
    double sum = 0;
    for (int64_t s = m->begin; s < m->end; s++)
        sum += mean_with(m, products, s);
    return sum / (double)(m->end - m->begin);
}

/* The mean of every dataset is p_0. */
static void look(struct memory *m)
{
    double const l = m->base;
    bool const empty = m->begin == m->end;
    m->self = empty ? m->base2 : (1 - l * l) * m->base2 + l * l * mean_of(m, m->same);
    m->pair = empty ? m->base2 : (1 - l * l) * m->base2 + l * l * mean_of(m, m->other);
    m->lean = m->self / m->agents + (1 - 1 / m->agents) * m->pair;
}

/* E<Q_m, Q_m> or E<Q_m, Q_n>. */
static double drawn(const struct memory *m, double said)
{
    double const g = m->setting->mixing;
    return (1 - g) * (1 - g) * said + (2 * (1 - g) * g + g * g) * m->lean;
}

/* What dataset `round` has in common with dataset s: it is drawn from what is said now. */
static void relate(struct memory *m, int64_t s, double *same, double *other)
{
    double const l = m->base, g = m->setting->mixing, m_ = m->agents;
    double const own = (1 - l) * m->base2 + l * mean_with(m, m->same, s);
    double const others = (1 - l) * m->base2 + l * mean_with(m, m->other, s);
    double const share = (1 - g) + g / m_, rest = g / m_;
    *same = share * own + (1 - share) * others;
    *other = rest * own + (1 - rest) * others;
}

static void live(struct memory *m, int64_t round)
{
    double same[ROUNDS_MOST] = {0}, other[ROUNDS_MOST] = {0};
    double const n = (double)m->size, self = drawn(m, m->self), pair = drawn(m, m->pair);
    for (int64_t s = m->begin; s < m->end; s++)
        relate(m, s, &same[s - m->begin], &other[s - m->begin]);
    for (int64_t s = m->begin; s < m->end; s++) {
        *product_at(m, m->same, s, round) = *product_at(m, m->same, round, s) = same[s - m->begin];
        *product_at(m, m->other, s, round) = *product_at(m, m->other, round, s) =
            other[s - m->begin];
    }
    *product_at(m, m->same, round, round) = 1 / n + (1 - 1 / n) * self;
    *product_at(m, m->other, round, round) = pair;
    m->end = round + 1;
    m->begin = m->end > m->held + 1 ? m->end - m->held : 1;
    look(m);
}

static void say(struct theories *t, const struct memory *m, int64_t round)
{
    theories_say(t, THEORIES_DIVERSITY, round, 1 - m->lean);
    if (m->agents > 1)
        theories_say(t, THEORIES_WITHIN, round, 1 - m->self);
    if (t->setting->safe)
        theories_say(t, THEORIES_MASS, round, setting_mass(t->setting, t->setting->start));
    if (t->setting->truth)
        theories_say(t, THEORIES_MC2, round, setting_truth(t->setting, t->setting->start));
}

static bool expect(struct theories *t)
{
    const struct setting *s = t->setting;
    struct memory m = {.setting = s, .base = s->recall, .begin = 1, .end = 1};
    m.agents = s->shared ? 1 : (double)s->agents;
    m.held = s->capacity > s->samples ? s->capacity / s->samples : 1;
    m.size = s->capacity < s->samples ? s->capacity : s->samples;
    m.same = ARENA_ARRAY(t->arena, double, m.held *m.held);
    m.other = ARENA_ARRAY(t->arena, double, m.held *m.held);
    for (int64_t z = 0; z < s->states; z++)
        m.base2 += s->start[z] * s->start[z];
    look(&m);
    say(t, &m, 0);
    for (int64_t round = 1; round <= s->rounds; round++) {
        live(&m, round);
        say(t, &m, round);
    }
    return true;
}

const struct theories_row remembering_theory = {"memory", refuses, expect};
