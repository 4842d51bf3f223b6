#include "theory/moments.h"

#include <string.h>

/* One round's coefficients, averaged over what the lesson may be. */
struct step {
    double keep, pull;          /* E a, E beta: beta = b (1 - share)          */
    double keep2, cross, pull2; /* E a^2, E a beta, E beta^2                  */
    double noise;               /* E b^2/n                                    */
    double drift[MOMENTS_LAWS]; /* E h: what comes of the fixed laws          */
    double moved[MOMENTS_LAWS]; /* E (a + beta) h                             */
    double drift2;              /* E<h, h>                                    */
};

struct moments {
    const struct moments_laws *laws;
    int classes;
    const double *agents, *weight;
    double mixing;
    double mean[MOMENTS_LAWS];
    double *self, *pair; /* [classes], [classes][classes]: of one agent, of two different ones */
    double *next, *lean; /* [classes][classes], [classes]: E<P_m, Pbar> */
    double together;
};

struct moments *moments_create(struct arena *arena, const struct moments_laws *laws, int classes,
                               const double *agents, const double *weight, double mixing)
{
    struct moments *m = ARENA_NEW(arena, struct moments);
    size_t const n = (size_t)classes;
    *m = (struct moments){.laws = laws,
                          .classes = classes,
                          .agents = agents,
                          .weight = weight,
                          .mixing = mixing,
                          .self = arena_try(arena, sizeof(double) * n),
                          .pair = arena_try(arena, sizeof(double) * n * n),
                          .next = arena_try(arena, sizeof(double) * n * n),
                          .lean = arena_try(arena, sizeof(double) * n)};
    return m->self && m->pair && m->next && m->lean ? m : NULL;
}

static double *pair_at(const struct moments *m, int k, int l)
{
    return &m->pair[k * m->classes + l];
}

/* E<P_m, Pbar> of each class, and E<Pbar, Pbar>. */
static void lean(struct moments *m)
{
    m->together = 0;
    for (int k = 0; k < m->classes; k++) {
        m->lean[k] = m->weight[k] * (m->self[k] - *pair_at(m, k, k));
        for (int l = 0; l < m->classes; l++)
            m->lean[k] += m->agents[l] * m->weight[l] * *pair_at(m, k, l);
        m->together += m->agents[k] * m->weight[k] * m->lean[k];
    }
}

void moments_begin(struct moments *m)
{
    double const same = m->laws->product[0][0];
    memset(m->mean, 0, sizeof m->mean);
    m->mean[0] = 1;
    for (int k = 0; k < m->classes; k++)
        m->self[k] = same;
    for (int i = 0; i < m->classes * m->classes; i++)
        m->pair[i] = same;
    lean(m);
}

/* <x, y> of two means of the fixed laws. */
static double product(const struct moments_laws *laws, const double *x, const double *y)
{
    double sum = 0;
    for (int i = 0; i < laws->count; i++)
        for (int j = 0; x[i] != 0 && j < laws->count; j++)
            sum += x[i] * y[j] * laws->product[i][j];
    return sum;
}

static void add_lesson(struct step *step, const struct moments_laws *laws,
                       const struct moments_lesson *lesson, const struct moments_data *data)
{
    double const chance = lesson->chance, a = lesson->keep, b = lesson->learn;
    double const beta = b * (1 - data->share);
    double h[MOMENTS_LAWS];
    memcpy(h, lesson->fixed, sizeof h);
    h[data->source] += b * data->share;
    step->keep += chance * a;
    step->pull += chance * beta;
    step->keep2 += chance * a * a;
    step->cross += chance * a * beta;
    step->pull2 += chance * beta * beta;
    step->noise += chance * b * b * lesson->inverse;
    for (int i = 0; i < laws->count; i++) {
        step->drift[i] += chance * h[i];
        step->moved[i] += chance * (a + beta) * h[i];
    }
    step->drift2 += chance * product(laws, h, h);
}

/* What drawing adds to E<x/n, x/n>, times n, when the society's law has E<Q, Q> = said. */
static double scatter(const struct moments *m, const struct moments_data *data, double said)
{
    const struct moments_laws *laws = m->laws;
    double const s = data->share, outside = laws->product[data->source][data->source];
    double one[MOMENTS_LAWS] = {0}, sum = 0;
    one[data->source] = 1;
    for (int i = 0; i < laws->count; i++)
        sum += m->mean[i] * laws->sum[i];
    double const drawn = (1 - s) * sum + s * laws->sum[data->source];
    if (data->exact)
        return drawn - (1 - s) * said - s * outside;
    return drawn - ((1 - s) * (1 - s) * said + 2 * s * (1 - s) * product(laws, m->mean, one) +
                    s * s * outside);
}

/* E<P_m, P_n>, E<P_m, Q_n> + E<Q_m, P_n> and E<Q_m, Q_n>, from what is known of the policies. */
struct products {
    double said, half, drawn;
};

static struct products mix(const struct moments *m, double said, double lean_k, double lean_l)
{
    double const g = m->mixing, both = lean_k + lean_l;
    return (struct products){.said = said,
                             .half = 2 * (1 - g) * said + g * both,
                             .drawn = (1 - g) * (1 - g) * said + (1 - g) * g * both +
                                      g * g * m->together};
}

static void live_self(struct moments *m, const struct step *step, const struct moments_data *data)
{
    double const moved = 2 * product(m->laws, m->mean, step->moved);
    for (int k = 0; k < m->classes; k++) {
        struct products const p = mix(m, m->self[k], m->lean[k], m->lean[k]);
        m->self[k] = step->keep2 * p.said + step->cross * p.half + step->pull2 * p.drawn + moved +
                     step->drift2 + step->noise * scatter(m, data, p.drawn);
    }
}

static void live_pairs(struct moments *m, const struct step *step)
{
    double const a = step->keep, b = step->pull;
    double const moved = 2 * (a + b) * product(m->laws, m->mean, step->drift) +
                         product(m->laws, step->drift, step->drift);
    for (int k = 0; k < m->classes; k++)
        for (int l = 0; l < m->classes; l++) {
            struct products const p = mix(m, *pair_at(m, k, l), m->lean[k], m->lean[l]);
            m->next[k * m->classes + l] = a * a * p.said + a * b * p.half + b * b * p.drawn + moved;
        }
    memcpy(m->pair, m->next, sizeof *m->pair * (size_t)m->classes * (size_t)m->classes);
}

void moments_live(struct moments *m, const struct moments_lesson *lesson, int64_t lessons,
                  const struct moments_data *data)
{
    struct step step = {0};
    for (int64_t i = 0; i < lessons; i++)
        add_lesson(&step, m->laws, &lesson[i], data);
    live_self(m, &step, data);
    live_pairs(m, &step);
    for (int i = 0; i < m->laws->count; i++)
        m->mean[i] = (step.keep + step.pull) * m->mean[i] + step.drift[i];
    lean(m);
}

double moments_together(const struct moments *m)
{
    return m->together;
}

double moments_each(const struct moments *m)
{
    double sum = 0;
    for (int k = 0; k < m->classes; k++)
        sum += m->agents[k] * m->weight[k] * m->self[k];
    return sum;
}

const double *moments_mean(const struct moments *m)
{
    return m->mean;
}
