#include "theory/data.h"

#include <math.h>
#include <string.h>

#include "gyre/real.h"

/* The power and the lean of Q prop. to P^power exp(lean x). Order counts: a temperature divides
 * what the selection had made. */
static void gather(const struct setting *s, int64_t round, double *power, double *lean)
{
    *power = s->power;
    *lean = s->beta;
    for (int i = 0; i < s->acts; i++) {
        if (s->act[i].kind != ACT_TEMPER || !setting_acts(&s->act[i], round))
            continue;
        double const temperature = setting_amount(&s->act[i], round);
        *power /= temperature;
        *lean /= temperature;
    }
}

/* In logarithms, less the largest: nothing overflows. */
static void lean_on(const double *said, const double *x, double power, double lean, int64_t n,
                    double *out)
{
    double most = -INFINITY, sum = 0;
    for (int64_t z = 0; z < n; z++) {
        out[z] = said[z] > 0 ? power * gyre_log(said[z]) + (x ? lean * x[z] : 0) : -INFINITY;
        most = out[z] > most ? out[z] : most;
    }
    for (int64_t z = 0; z < n; z++)
        sum += out[z] = said[z] > 0 ? gyre_exp(out[z] - most) : 0;
    for (int64_t z = 0; z < n; z++)
        out[z] /= sum;
}

static double pass(const struct setting *s, int64_t round, int64_t begin, int64_t n, double *out)
{
    double sum = 0;
    for (int i = 0; i < s->acts; i++)
        for (int64_t z = 0;
             s->act[i].kind == ACT_VERIFY && setting_acts(&s->act[i], round) && z < n; z++)
            out[z] *= s->act[i].p[begin + z];
    for (int64_t z = 0; z < n; z++)
        sum += out[z];
    for (int64_t z = 0; z < n && sum > 0; z++)
        out[z] /= sum;
    return sum;
}

double data_law(const struct setting *s, int64_t context, int64_t round, const double *said,
                double *drawn, double *out)
{
    int64_t const begin = s->context[context], n = s->context[context + 1] - begin;
    double power, lean;
    gather(s, round, &power, &lean);
    if (power == 1 && lean == 0)
        memcpy(out, said, sizeof *out * (size_t)n);
    else
        lean_on(said, s->attribute ? s->attribute + begin : NULL, power, lean, n, out);
    if (drawn)
        memcpy(drawn, out, sizeof *out * (size_t)n);
    return pass(s, round, begin, n, out);
}

/* ---- of the first round -------------------------------------------------- */

const struct setting_act *data_verifier(const struct setting *s)
{
    for (int i = 0; i < s->acts; i++)
        if (s->act[i].kind == ACT_VERIFY && setting_acts(&s->act[i], 1))
            return &s->act[i];
    return NULL;
}

static void add_outside(const struct setting *s, int64_t context, double *data)
{
    const struct setting_act *share = setting_find(s, ACT_SHARE);
    int64_t const begin = s->context[context], n = s->context[context + 1] - begin;
    for (int64_t z = 0; share && setting_acts(share, 1) && z < n; z++)
        data[z] += setting_amount(share, 1) * (share->p[begin + z] - data[z]);
}

bool data_first(struct arena *arena, const struct setting *s, struct data_first *out)
{
    const struct setting_act *verifier = data_verifier(s);
    *out = (struct data_first){
        .kept = arena_try(arena, sizeof(double) * (size_t)s->states),
        .drawn = arena_try(arena, sizeof(double) * (size_t)s->states),
        .hit = ARENA_ARRAY(arena, double, s->contexts),
    };
    for (int64_t c = 0; out->kept && out->drawn && c < s->contexts; c++) {
        int64_t const begin = s->context[c];
        double const pass =
            data_law(s, c, 1, s->start + begin, out->drawn + begin, out->kept + begin);
        out->hit[c] = s->met[c] * (verifier ? pass : 1);
        out->pass += out->hit[c];
        add_outside(s, c, out->kept + begin);
    }
    for (int64_t c = 0; verifier && verifier->redraws && out->pass > 0 && c < s->contexts; c++)
        out->hit[c] /= out->pass;
    for (int64_t c = 0; c < s->contexts; c++)
        out->hit[c] = fmin(1, out->hit[c]);
    return out->kept && out->drawn;
}
