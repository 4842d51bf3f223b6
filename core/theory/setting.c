#include "theory/setting.h"

#include <math.h>
#include <stddef.h>

bool setting_acts(const struct setting_act *act, int64_t round)
{
    return round >= act->from && (!act->until || round <= act->until) &&
           (round - act->from) % act->every == 0;
}

double setting_amount(const struct setting_act *act, int64_t round)
{
    double const share = act->over ? fmin(1, (double)(round - act->from) / (double)act->over) : 0;
    double const amount = act->amount + (act->to - act->amount) * share;
    return act->kind == ACT_COUNT ? floor(amount + 0.5) : amount;
}

bool setting_is_constant(const struct setting_act *act)
{
    return act->every == 1 && act->from <= 1 && !act->until && !act->over;
}

const struct setting_act *setting_find(const struct setting *s, enum setting_kind kind)
{
    for (int i = 0; i < s->acts; i++)
        if (s->act[i].kind == kind)
            return &s->act[i];
    return NULL;
}

int setting_count(const struct setting *s, enum setting_kind kind)
{
    int count = 0;
    for (int i = 0; i < s->acts; i++)
        count += s->act[i].kind == kind;
    return count;
}

bool setting_is_neutral(const struct setting *s)
{
    return s->power == 1 && s->beta == 0 && !setting_find(s, ACT_TEMPER) &&
           !setting_find(s, ACT_VERIFY);
}

bool setting_is_replaced(const struct setting *s)
{
    return s->policy == SETTING_TABLE && s->update == SETTING_MLE && s->rate == 1 &&
           s->outside == 0 && s->smoothing == 0 && !setting_find(s, ACT_BLEND);
}

bool setting_resets(const struct setting *s, int64_t round)
{
    bool reset = false;
    for (int i = 0; i < s->acts; i++)
        reset = reset || (s->act[i].kind == ACT_RESET && setting_acts(&s->act[i], round));
    return reset;
}

double setting_mass(const struct setting *s, const double *p)
{
    double mass = 0;
    for (int64_t c = 0; c < s->contexts; c++)
        for (int64_t z = s->context[c]; z < s->context[c + 1]; z++)
            mass += s->met[c] * p[z] * s->safe[z];
    return mass;
}

double setting_truth(const struct setting *s, const double *p)
{
    double sum = 0;
    for (int64_t z = 0; z < s->states; z++)
        sum += s->truth[z] * p[z];
    return sum;
}
