/* MC1 after one round: the chance that the best answer is the commonest of n samples, ties shared.
 * Whoever learned from one dataset counts alike, so it is the same for any number of agents. */
#include <string.h>

#include "theory/copies.h"
#include "theory/data.h"
#include "theory/theories.h"

static double const felt = 1e-20, work_most = 1e9;

/* What a dataset of up to n samples costs, with every smaller one where contexts share it. */
static bool is_long(const struct setting *s)
{
    double const n = (double)s->samples, sizes = s->contexts > 1 || data_verifier(s) ? n / 4 : 1;
    double work = 0;
    for (int64_t c = 0; c < s->contexts; c++) {
        double const k = (double)(s->context[c + 1] - s->context[c]);
        work += k * k * n * n * n * sizes / 8;
    }
    return work > work_most;
}

static const char *refuses(const struct setting *s)
{
    if (!s->truth)
        return "no questions are asked";
    if (!setting_is_replaced(s) || s->samples == 0)
        return "a policy is not the frequencies of its dataset";
    if (data_verifier(s) && data_verifier(s)->checks > 0)
        return "a limited verifier";
    if (s->samples > 1000 || is_long(s))
        return "too many samples for the mode of their counts";
    return first_theory.refuses(s);
}

/* ---- the mode of counts -------------------------------------------------- */

/* One question: answers [0, k), their law, and which is the best. */
struct question {
    const double *p;
    int64_t k, best;
};

/* law[left][tied]: of all samples so many are left for later answers, and so many answers before
 * have just `most`. */
struct others {
    double *law, *next, *draw; /* [n + 1][k], twice, and [n + 1] */
    int64_t n, k;
};

/* One answer takes its part of what is left, but not more than the best one has. */
static void take(struct others *o, double share, int64_t most)
{
    memset(o->next, 0, sizeof *o->next * (size_t)((o->n + 1) * o->k));
    for (int64_t left = 0; left <= o->n; left++) {
        double sum = 0;
        for (int64_t tied = 0; tied < o->k; tied++)
            sum += o->law[left * o->k + tied];
        if (sum <= felt)
            continue;
        copies_binomial(left, share, o->draw);
        for (int64_t tied = 0; tied < o->k; tied++)
            for (int64_t i = 0; i <= left && i <= most; i++)
                if (tied + (i == most) < o->k)
                    o->next[(left - i) * o->k + tied + (i == most)] +=
                        o->law[left * o->k + tied] * o->draw[i];
    }
    double *const swap = o->law;
    o->law = o->next;
    o->next = swap;
}

/* The share of the best, when it has `most` of n samples. */
static double win(struct others *o, const struct question *q, int64_t n, int64_t most)
{
    double rest = 1 - q->p[q->best], sum = 0;
    o->n = n;
    memset(o->law, 0, sizeof *o->law * (size_t)((n + 1) * o->k));
    o->law[(n - most) * o->k] = 1;
    for (int64_t z = 0; z < q->k; z++) {
        if (z == q->best)
            continue;
        double const share = rest > 0 ? q->p[z] / rest : 1;
        take(o, share < 1 ? share : 1, most);
        rest -= q->p[z];
    }
    for (int64_t tied = 0; tied < o->k; tied++)
        sum += o->law[tied] / (double)(1 + tied);
    return sum;
}

static double mode_of(struct others *o, const struct question *q, int64_t n)
{
    double count[n + 1], sum = 0;
    copies_binomial(n, q->p[q->best], count);
    for (int64_t most = 1; most <= n; most++)
        if (count[most] > felt)
            sum += count[most] * win(o, q, n, most);
    return sum;
}

/* A question that nobody was asked is answered as before. */
static double mode_of_start(const struct question *q)
{
    int64_t tied = 0;
    for (int64_t z = 0; z < q->k; z++) {
        if (q->p[z] > q->p[q->best])
            return 0;
        tied += q->p[z] >= q->p[q->best];
    }
    return 1 / (double)tied;
}

/* ---- questions ------------------------------------------------------------ */

static double ask(struct others *o, const struct setting *s, const struct data_first *data,
                  int64_t context, int64_t best)
{
    int64_t const begin = s->context[context], k = s->context[context + 1] - begin;
    struct question const asked = {data->kept + begin, k, best - begin};
    struct question const before = {s->start + begin, k, best - begin};
    double size[s->samples + 1], sum = 0;
    copies_binomial(s->samples, data->hit[context], size);
    o->k = k;
    for (int64_t n = 1; n <= s->samples; n++)
        if (size[n] > felt)
            sum += size[n] * mode_of(o, &asked, n);
    return sum + (size[0] > 0 ? size[0] * mode_of_start(&before) : 0);
}

static bool make_room(struct others *o, struct arena *arena, const struct setting *s)
{
    int64_t most = 0;
    for (int64_t c = 0; c < s->contexts; c++) {
        int64_t const k = s->context[c + 1] - s->context[c];
        most = k > most ? k : most;
    }
    size_t const size = sizeof(double) * (size_t)((s->samples + 1) * most);
    o->law = arena_try(arena, size);
    o->next = arena_try(arena, size);
    o->draw = ARENA_ARRAY(arena, double, s->samples + 1);
    return o->law && o->next;
}

static bool expect(struct theories *t)
{
    const struct setting *s = t->setting;
    struct data_first data;
    struct others others;
    double sum = 0;
    if (!data_first(t->arena, s, &data) || !make_room(&others, t->arena, s))
        return false;
    for (int64_t c = 0; c < s->contexts; c++)
        for (int64_t z = s->context[c]; z < s->context[c + 1]; z++)
            sum += s->best[z] > 0 ? s->best[z] * ask(&others, s, &data, c, z) : 0;
    theories_say(t, THEORIES_MC1, 1, sum);
    return true;
}

const struct theories_row answers_theory = {"answers", refuses, expect};
