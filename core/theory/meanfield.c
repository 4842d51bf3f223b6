/* Expected data: no sampling noise, and laws in closed form. With p_t = exp(L_t) up to its sum,
 * L_t = u^t L_0 + (1 + u + .. + u^(t-1)) (lean x + ln pass), u = power / temperature. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "gyre/real.h"
#include "theory/theories.h"

static const char *refuses(const struct setting *s)
{
    if (s->samples > 0)
        return "data are drawn, and what is learned is not linear in what is said";
    if (!setting_is_replaced(s))
        return "with expected data only what replaces policies has a closed form";
    for (int i = 0; i < s->acts; i++) {
        enum setting_kind const kind = s->act[i].kind;
        if (kind != ACT_TEMPER && kind != ACT_VERIFY && kind != ACT_RESET)
            return "expected data from outside beside what is not linear";
        if (kind != ACT_RESET && !setting_is_constant(&s->act[i]))
            return "what does not act in every round";
    }
    return NULL;
}

/* One round's part in ln p, apart from the power; -inf: it never passes. */
static double part_of(const struct setting *s, double temperature, int64_t z)
{
    double sum = s->attribute ? s->beta * s->attribute[z] / temperature : 0;
    for (int i = 0; i < s->acts; i++)
        if (s->act[i].kind == ACT_VERIFY)
            sum += s->act[i].p[z] > 0 ? gyre_log(s->act[i].p[z]) : -INFINITY;
    return sum;
}

static double temperature_of(const struct setting *s)
{
    double temperature = 1;
    for (int i = 0; i < s->acts; i++)
        temperature *= s->act[i].kind == ACT_TEMPER ? s->act[i].amount : 1;
    return temperature;
}

/* Where nobody says anything that passes nothing is learned. */
static void normalise(const struct setting *s, int64_t begin, int64_t end, double *p)
{
    double most = -INFINITY, sum = 0;
    for (int64_t z = begin; z < end; z++)
        most = p[z] > most ? p[z] : most;
    if (isinf(most)) {
        memcpy(p + begin, s->start + begin, sizeof *p * (size_t)(end - begin));
        return;
    }
    for (int64_t z = begin; z < end; z++)
        sum += p[z] = isinf(p[z]) ? 0 : gyre_exp(p[z] - most);
    for (int64_t z = begin; z < end; z++)
        p[z] /= sum;
}

/* The law of every agent so many rounds after the start. */
static void law_at(const struct setting *s, int64_t age, double *p)
{
    double const temperature = temperature_of(s), u = s->power / temperature;
    double const power = gyre_pow(u, (double)age);
    double const times = u == 1 ? (double)age : (1 - power) / (1 - u);
    for (int64_t c = 0; c < s->contexts; c++) {
        int64_t const begin = s->context[c], end = s->context[c + 1];
        bool const still = s->met[c] <= 0 || age == 0;
        for (int64_t z = begin; z < end; z++)
            p[z] = s->start[z] <= 0 ? -INFINITY
                   : still          ? gyre_log(s->start[z])
                           : power * gyre_log(s->start[z]) + times * part_of(s, temperature, z);
        normalise(s, begin, end, p);
    }
}

static void say(struct theories *t, int64_t round, const double *p)
{
    const struct setting *s = t->setting;
    double agree = 0, entropy = 0;
    for (int64_t c = 0; c < s->contexts; c++)
        for (int64_t z = s->context[c]; z < s->context[c + 1]; z++) {
            agree += s->met[c] * p[z] * p[z];
            entropy -= p[z] > 0 ? s->met[c] * p[z] * gyre_log(p[z]) : 0;
        }
    theories_say(t, THEORIES_DIVERSITY, round, 1 - agree);
    theories_say(t, THEORIES_ENTROPY, round, entropy);
    if (s->safe)
        theories_say(t, THEORIES_MASS, round, setting_mass(s, p));
    if (s->truth)
        theories_say(t, THEORIES_MC2, round, setting_truth(s, p));
}

static bool expect(struct theories *t)
{
    const struct setting *s = t->setting;
    double *p = arena_try(t->arena, sizeof *p * (size_t)s->states);
    for (int64_t round = 0, age = 0; p && round <= s->rounds; round++, age++) {
        law_at(s, age, p);
        say(t, round, p);
        age = setting_resets(s, round) ? 0 : age;
    }
    return p != NULL;
}

const struct theories_row meanfield_theory = {"expected data", refuses, expect};
