/* The first round alone: everybody still says the start, so the law of the data is known whatever
 * bends it, and what is learned of it is exact. From the second round on it would depend on what
 * was drawn. */
#include <math.h>
#include <stddef.h>

#include "gyre/real.h"
#include "theory/copies.h"
#include "theory/data.h"
#include "theory/linear.h"
#include "theory/theories.h"

enum { CHECKS_MOST = 1 << 20 };

static double const passes_least = 0.05, work_most = 2e8;

/* How many samples of the society a verifier has time for; 0: all, or there is none. */
static int64_t checks_of(const struct setting *s)
{
    const struct setting_act *verifier = data_verifier(s);
    return verifier ? verifier->checks : 0;
}

static const char *refuses(const struct setting *s)
{
    const struct setting_act *verifier = data_verifier(s);
    int64_t const datasets = s->shared ? 1 : s->agents;
    int const suppliers = setting_count(s, ACT_SHARE);
    if (setting_count(s, ACT_VERIFY) > 1)
        return "several verifiers";
    if (setting_find(s, ACT_COUNT) || suppliers > 1 || (suppliers && verifier))
        return "data from outside beside what is not linear";
    if (checks_of(s) > 0 &&
        (s->contexts > 1 || !setting_is_replaced(s) || checks_of(s) % datasets != 0))
        return "a limited verifier of contexts, of less than all that is learned, or of uneven "
               "shares";
    return linear_refuses(s);
}

struct first {
    struct theories *theories;
    const struct setting *setting;
    struct data_first data;
};

/* ---- moments ------------------------------------------------------------ */

struct sums {
    double mass, truth, together, each;
};

static void add_context(const struct linear *part, int64_t round, void *argument)
{
    struct sums *sums = argument;
    double const met = part->setting->met[part->context];
    if (round == 0)
        return;
    if (part->setting->safe)
        sums->mass += met * linear_mean(part, part->setting->safe);
    if (part->setting->truth)
        sums->truth += linear_mean(part, part->setting->truth);
    sums->together += met * moments_together(part->moments);
    sums->each += met * moments_each(part->moments);
}

static bool live(const struct first *f, int64_t context, bool safe, struct sums *sums)
{
    struct linear part = {.setting = f->setting,
                          .context = context,
                          .data = f->data.kept,
                          .hit = f->data.hit[context]};
    if (!linear_create(&part, f->theories->arena, safe))
        return false;
    linear_live(&part, 1, add_context, sums);
    return true;
}

static bool say_moments(const struct first *f)
{
    const struct setting *s = f->setting;
    struct sums sums = {0}, safe = {0};
    bool good = true;
    for (int64_t c = 0; good && c < s->contexts; c++)
        good = live(f, c, false, &sums);
    if (good && s->safe && s->contexts == 1)
        good = live(f, 0, true, &safe);
    if (!good)
        return false;
    theories_say(f->theories, THEORIES_DIVERSITY, 1, 1 - sums.together);
    if (!s->shared && s->agents > 1)
        theories_say(f->theories, THEORIES_WITHIN, 1, 1 - sums.each);
    if (s->safe)
        theories_say(f->theories, THEORIES_MASS, 1, sums.mass);
    if (s->truth)
        theories_say(f->theories, THEORIES_MC2, 1, sums.truth);
    if (s->safe && s->contexts == 1)
        theories_say(f->theories, THEORIES_VARIANCE, 1,
                     fmax(0, safe.together - safe.mass * safe.mass));
    return true;
}

/* ---- what is still said ------------------------------------------------- */

/* The chance that no agent says z; a context that no sample falls on stays as it was. */
static double absent(const struct first *f, int64_t context, int64_t z)
{
    const struct setting *s = f->setting;
    double const n = (double)s->samples, hit = f->data.hit[context];
    double const none = gyre_pow(1 - hit, n), silent = gyre_pow(1 - hit * f->data.kept[z], n);
    double const one = silent - (s->start[z] > 0 ? none : 0);
    return s->shared ? one : gyre_pow(one > 0 ? one : 0, (double)s->agents);
}

static void say_support(const struct first *f)
{
    const struct setting *s = f->setting;
    double support = 0, missing = 0;
    for (int64_t c = 0; c < s->contexts; c++)
        for (int64_t z = s->context[c]; z < s->context[c + 1]; z++) {
            double const lost = absent(f, c, z);
            support += s->met[c] * s->reference[z] * (1 - lost);
            missing += s->met[c] * s->reference[z] > 0 ? lost : 0;
        }
    theories_say(f->theories, THEORIES_SUPPORT, 1, support);
    theories_say(f->theories, THEORIES_MISSING, 1, missing);
}

/* The chance that a state of the context is said often enough, n of N samples falling on it. */
static double covered(const struct first *f, int64_t context, int64_t z, const double *size)
{
    const struct setting *s = f->setting;
    double const met = s->met[context], p = f->data.kept[z];
    double sum = met * s->start[z] >= s->tau * (1 - 0x1p-40) ? size[0] : 0;
    for (int64_t n = 1; n <= s->samples; n++)
        if (size[n] > 1e-30)
            sum += size[n] * copies_tail(n, p, copies_enough(n, s->tau / met));
    return sum;
}

static void say_coverage(const struct first *f)
{
    const struct setting *s = f->setting;
    double size[s->samples + 1], sum = 0;
    for (int64_t c = 0; c < s->contexts; c++) {
        copies_binomial(s->samples, f->data.hit[c], size);
        for (int64_t z = s->context[c]; s->met[c] > 0 && z < s->context[c + 1]; z++)
            sum += s->reference[z] > 0 ? s->met[c] * s->reference[z] * covered(f, c, z, size) : 0;
    }
    theories_say(f->theories, THEORIES_COVERAGE, 1, sum);
}

static bool has_weight(const struct setting *s)
{
    bool all = true;
    for (int64_t m = 0; m < s->agents; m++)
        all = all && s->weight[m] > 0;
    return all;
}

/* One of random size costs a tail for every size. */
static bool is_short(const struct setting *s)
{
    double const n = (double)s->samples, sizes = s->contexts > 1 || data_verifier(s) ? n : 1;
    return s->samples <= COPIES_MOST && (double)s->states * n * sizes < work_most;
}

/* ---- a verifier whose time is limited ----------------------------------- */

/* What becomes of a dataset on average: mean shares of checked and of unchecked samples; the rest
 * of 1 is the chance that nothing is left to learn from. */
struct mixture {
    double checked, unchecked;
};

static struct mixture mixture_of(const struct first *f)
{
    const struct setting *s = f->setting;
    const struct setting_act *by = data_verifier(s);
    int64_t const n = s->samples, budget = by->checks / (s->shared ? 1 : s->agents);
    int64_t const checks = by->redraws || budget < n ? budget : n;
    int64_t const beside = by->keeps && !by->redraws ? n - checks : 0;
    double *law = ARENA_ARRAY(f->theories->arena, double, checks + 1);
    struct mixture mixture = {0};
    copies_binomial(checks, f->data.pass, law);
    for (int64_t j = 0; j <= checks; j++) {
        double const kept = (double)(j < n ? j : n);
        double const rest = by->redraws && by->keeps ? (double)n - kept : (double)beside;
        if (kept + rest > 0) {
            mixture.checked += law[j] * kept / (kept + rest);
            mixture.unchecked += law[j] * rest / (kept + rest);
        }
    }
    return mixture;
}

static void say_limited(const struct first *f)
{
    const struct setting *s = f->setting;
    struct mixture const mixture = mixture_of(f);
    double const none = 1 - mixture.checked - mixture.unchecked;
    if (s->safe)
        theories_say(f->theories, THEORIES_MASS, 1,
                     mixture.checked * setting_mass(s, f->data.kept) +
                         mixture.unchecked * setting_mass(s, f->data.drawn) +
                         none * setting_mass(s, s->start));
}

/* ---- all of it ---------------------------------------------------------- */

static bool expect(struct theories *t)
{
    const struct setting *s = t->setting;
    const struct setting_act *verifier = data_verifier(s);
    struct first first = {.theories = t, .setting = s};
    if (!data_first(t->arena, s, &first.data))
        return false;
    if (verifier && verifier->redraws && first.data.pass < passes_least)
        return true;
    if (checks_of(s) > 0) {
        if (checks_of(s) <= CHECKS_MOST)
            say_limited(&first);
        return true;
    }
    if (!say_moments(&first))
        return false;
    if (s->samples == 0 || !setting_is_replaced(s) || !has_weight(s))
        return true;
    say_support(&first);
    if ((s->shared || s->agents == 1) && is_short(s))
        say_coverage(&first);
    return true;
}

const struct theories_row first_theory = {"first round", refuses, expect};
