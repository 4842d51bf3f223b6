#include "theory/linear.h"

#include <math.h>
#include <stddef.h>

#include "theory/copies.h"

const char *linear_refuses(const struct setting *s)
{
    if (s->policy != SETTING_TABLE)
        return "agents are no tables of probabilities";
    if (!s->shared && !s->equal && s->agents > MOMENTS_CLASSES)
        return "more than 512 agents of unequal weights";
    if (s->update == SETTING_POOL && s->contexts > 1)
        return "pooled datasets have random sizes in each context";
    if (s->update == SETTING_POOL && setting_find(s, ACT_RESET))
        return "a pool that is reset";
    if (s->contexts > 1 && setting_find(s, ACT_COUNT))
        return "an exact number of samples from outside falls on contexts by chance";
    if (s->contexts > 1 && (double)s->contexts * (double)s->samples * (double)s->rounds > 2e8)
        return "too many contexts, samples and rounds";
    return NULL;
}

/* ---- the fixed laws ----------------------------------------------------- */

/* NULL: it is uniform. */
static const double *law_of(const struct linear *part, int law)
{
    const struct setting *s = part->setting;
    if (law == LINEAR_START || (law == LINEAR_DATA && !part->data))
        return s->start;
    if (law == LINEAR_REFERENCE)
        return s->reference;
    if (law == LINEAR_DATA)
        return part->data;
    return law == LINEAR_UNIFORM ? NULL : s->act[law - LINEAR_OF_ACTS].p;
}

static double at(const struct linear *part, int law, int64_t z)
{
    const struct setting *s = part->setting;
    const double *p = law_of(part, law);
    return p ? p[z] : 1 / (double)(s->context[part->context + 1] - s->context[part->context]);
}

/* The sum of of[z] p(z) of a law. */
static double sum_of(const struct linear *part, int law, const double *of)
{
    const struct setting *s = part->setting;
    double sum = 0;
    for (int64_t z = s->context[part->context]; z < s->context[part->context + 1]; z++)
        sum += of[z] * at(part, law, z);
    return sum;
}

static double dot_of(const struct linear *part, int i, int j)
{
    const struct setting *s = part->setting;
    double sum = 0;
    for (int64_t z = s->context[part->context]; z < s->context[part->context + 1]; z++)
        sum += at(part, i, z) * at(part, j, z);
    return sum;
}

static void take_all(struct linear *part)
{
    struct moments_laws *laws = &part->laws;
    laws->count = LINEAR_OF_ACTS + part->setting->acts;
    for (int i = 0; i < laws->count; i++) {
        laws->sum[i] = 1;
        for (int j = 0; j <= i; j++)
            laws->product[i][j] = laws->product[j][i] = dot_of(part, i, j);
    }
}

static void take_safe(struct linear *part)
{
    struct moments_laws *laws = &part->laws;
    laws->count = LINEAR_OF_ACTS + part->setting->acts;
    for (int i = 0; i < laws->count; i++)
        laws->sum[i] = sum_of(part, i, part->setting->safe);
    for (int i = 0; i < laws->count; i++)
        for (int j = 0; j < laws->count; j++)
            laws->product[i][j] = laws->sum[i] * laws->sum[j];
}

/* ---- agents ------------------------------------------------------------- */

static bool populate(struct linear *part, struct arena *arena)
{
    const struct setting *s = part->setting;
    bool const alike = s->shared || s->equal;
    int const classes = alike ? 1 : (int)s->agents;
    double *agents = ARENA_ARRAY(arena, double, classes);
    double *weight = ARENA_ARRAY(arena, double, classes);
    for (int k = 0; k < classes; k++) {
        agents[k] = alike && !s->shared ? (double)s->agents : 1;
        weight[k] = alike ? 1 / agents[k] : s->weight[k];
    }
    part->moments = moments_create(arena, &part->laws, classes, agents, weight, s->mixing);
    return part->moments != NULL;
}

/* ---- lessons ------------------------------------------------------------ */

static double rate_of(const struct setting *s, int64_t round)
{
    return s->update == SETTING_POOL ? 1 / (double)round : s->rate;
}

/* From n samples, 0: none; expected data are as good as infinitely many. */
static struct moments_lesson learn(const struct linear *part, int64_t round, double n)
{
    const struct setting *s = part->setting;
    int64_t const c = part->context;
    double const rate = rate_of(s, round);
    double const added = s->smoothing * (double)(s->context[c + 1] - s->context[c]);
    struct moments_lesson lesson = {.chance = 1, .keep = 1};
    if (n > 0) {
        lesson.keep = 1 - rate - s->outside;
        lesson.learn = isinf(n) ? rate : rate * (n / (n + added));
        lesson.fixed[LINEAR_UNIFORM] = isinf(n) ? 0 : rate * (added / (n + added));
        lesson.fixed[LINEAR_REFERENCE] = s->outside;
        lesson.inverse = 1 / n;
    }
    return lesson;
}

/* What interventions teach behind the data, to everybody. */
static void blend(const struct setting *s, int64_t round, struct moments_lesson *lesson)
{
    for (int i = 0; i < s->acts; i++) {
        double const c = setting_amount(&s->act[i], round);
        if (s->act[i].kind != ACT_BLEND || !setting_acts(&s->act[i], round))
            continue;
        lesson->keep *= 1 - c;
        lesson->learn *= 1 - c;
        for (int law = 0; law < MOMENTS_LAWS; law++)
            lesson->fixed[law] *= 1 - c;
        lesson->fixed[LINEAR_OF_ACTS + i] += c;
    }
}

static double size_of(const struct linear *part, int64_t lesson)
{
    if (part->size)
        return (double)lesson;
    if (part->setting->samples == 0)
        return part->hit > 0 ? INFINITY : 0;
    return (double)part->setting->samples;
}

static void prepare(struct linear *part, int64_t round)
{
    for (int64_t n = 0; n < part->lessons; n++) {
        part->lesson[n] = learn(part, round, size_of(part, n));
        part->lesson[n].chance = part->size ? part->size[n] : 1;
        blend(part->setting, round, &part->lesson[n]);
    }
}

static struct moments_data data_of(const struct linear *part, int64_t round)
{
    const struct setting *s = part->setting;
    struct moments_data data = {.share = part->data ? 1 : 0, .source = LINEAR_DATA};
    for (int i = 0; !part->data && i < s->acts; i++) {
        const struct setting_act *act = &s->act[i];
        bool const supplies = act->kind == ACT_SHARE || act->kind == ACT_COUNT;
        if (!supplies || !setting_acts(act, round))
            continue;
        data.exact = act->kind == ACT_COUNT;
        data.share = setting_amount(act, round) / (data.exact ? (double)s->samples : 1);
        data.source = LINEAR_OF_ACTS + i;
    }
    return data;
}

/* ---- rounds ------------------------------------------------------------- */

bool linear_create(struct linear *part, struct arena *arena, bool safe)
{
    const struct setting *s = part->setting;
    bool const sure = part->hit == 1 || s->samples == 0;
    part->lessons = sure ? 1 : s->samples + 1;
    part->lesson = arena_try(arena, sizeof *part->lesson * (size_t)part->lessons);
    part->size = sure ? NULL : arena_try(arena, sizeof *part->size * (size_t)part->lessons);
    if (!part->lesson || (!sure && !part->size) || !populate(part, arena))
        return false;
    if (!sure)
        copies_binomial(s->samples, part->hit, part->size);
    (safe ? take_safe : take_all)(part);
    return true;
}

void linear_live(struct linear *part, int64_t rounds,
                 void (*tell)(const struct linear *linear, int64_t round, void *argument),
                 void *argument)
{
    moments_begin(part->moments);
    tell(part, 0, argument);
    for (int64_t t = 1; t <= rounds; t++) {
        struct moments_data const data = data_of(part, t);
        prepare(part, t);
        moments_live(part->moments, part->lesson, part->lessons, &data);
        tell(part, t, argument);
        if (setting_resets(part->setting, t))
            moments_begin(part->moments);
    }
}

double linear_mean(const struct linear *part, const double *of)
{
    const double *mean = moments_mean(part->moments);
    double sum = 0;
    for (int i = 0; i < part->laws.count; i++)
        if (mean[i] != 0)
            sum += mean[i] * sum_of(part, i, of);
    return sum;
}
