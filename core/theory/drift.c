/* Drift, and what pulls against it: all that is linear in what is said. Expected diversity and safe
 * mass, for any weights, mixing, rate, smoothing, contexts and data from outside. */
#include "theory/linear.h"
#include "theory/theories.h"

static const char *refuses(const struct setting *s)
{
    if (!setting_is_neutral(s))
        return "what is learned is not linear in what is said";
    if (setting_count(s, ACT_SHARE) + setting_count(s, ACT_COUNT) > 1)
        return "several sources from outside";
    return linear_refuses(s);
}

/* Sums over contexts, [rounds + 1] each. */
struct sums {
    double *mass, *diversity, *within, *truth;
};

static void add_context(const struct linear *part, int64_t round, void *argument)
{
    struct sums *sums = argument;
    double const met = part->setting->met[part->context];
    sums->diversity[round] += met * (1 - moments_together(part->moments));
    sums->within[round] += met * (1 - moments_each(part->moments));
    if (part->setting->safe)
        sums->mass[round] += met * linear_mean(part, part->setting->safe);
    if (part->setting->truth)
        sums->truth[round] += linear_mean(part, part->setting->truth);
}

static void say_variance(const struct linear *part, int64_t round, void *argument)
{
    double const mean = linear_mean(part, part->setting->safe);
    double const variance = moments_together(part->moments) - mean * mean;
    theories_say(argument, THEORIES_VARIANCE, round, variance > 0 ? variance : 0);
}

static bool sum_contexts(struct theories *t, struct sums *sums)
{
    const struct setting *s = t->setting;
    bool good = true;
    for (int64_t c = 0; good && c < s->contexts; c++) {
        struct linear part = {.setting = s, .context = c, .hit = s->met[c]};
        good = linear_create(&part, t->arena, false);
        if (good)
            linear_live(&part, s->rounds, add_context, sums);
    }
    return good;
}

static bool expect(struct theories *t)
{
    const struct setting *s = t->setting;
    struct sums sums = {
        ARENA_ARRAY(t->arena, double, s->rounds + 1), ARENA_ARRAY(t->arena, double, s->rounds + 1),
        ARENA_ARRAY(t->arena, double, s->rounds + 1), ARENA_ARRAY(t->arena, double, s->rounds + 1)};
    struct linear safe = {.setting = s, .hit = 1};
    if (!sum_contexts(t, &sums))
        return false;
    for (int64_t round = 0; round <= s->rounds; round++) {
        theories_say(t, THEORIES_DIVERSITY, round, sums.diversity[round]);
        if (!s->shared && s->agents > 1)
            theories_say(t, THEORIES_WITHIN, round, sums.within[round]);
        if (s->safe)
            theories_say(t, THEORIES_MASS, round, sums.mass[round]);
        if (s->truth)
            theories_say(t, THEORIES_MC2, round, sums.truth[round]);
    }
    if (!s->safe || s->contexts > 1)
        return true;
    if (!linear_create(&safe, t->arena, true))
        return false;
    linear_live(&safe, s->rounds, say_variance, t);
    return true;
}

const struct theories_row drift_theory = {"drift", refuses, expect};
