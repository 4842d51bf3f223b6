#include "theory/theories.h"

#include <math.h>

/* The first that says a number is kept: they agree, and the first says most. */
static const struct theories_row *const table[] = {
    &drift_theory,     &remembering_theory, &coverage_theory, &pair_theory,
    &meanfield_theory, &first_theory,       &answers_theory,
};

enum { FAMILIES = sizeof table / sizeof *table };

bool theories_knows(const struct theories *t, enum theories_quantity quantity, int64_t round)
{
    return !isnan(t->exact[quantity][round]);
}

void theories_say(struct theories *t, enum theories_quantity quantity, int64_t round, double exact)
{
    if (theories_knows(t, quantity, round))
        return;
    t->exact[quantity][round] = exact;
    if (!t->family[quantity])
        t->family[quantity] = t->now;
}

static bool begin(struct theories *t)
{
    size_t const rounds = (size_t)t->setting->rounds + 1;
    for (int q = 0; q < THEORIES_QUANTITIES; q++) {
        t->exact[q] = arena_try(t->arena, sizeof(double) * rounds);
        for (size_t i = 0; t->exact[q] && i < rounds; i++)
            t->exact[q][i] = NAN;
        if (!t->exact[q])
            return false;
    }
    return true;
}

static bool says_any(const struct theories *t)
{
    bool any = false;
    for (int q = 0; q < THEORIES_QUANTITIES; q++)
        any = any || t->family[q];
    return any;
}

bool theories_expect(struct theories *t, struct arena *arena, const struct setting *setting,
                     const char **why)
{
    const char *reasons = NULL;
    bool good = true;
    *t = (struct theories){.setting = setting, .arena = arena};
    *why = NULL;
    good = begin(t);
    for (int i = 0; good && i < FAMILIES; i++) {
        const char *reason = table[i]->refuses(setting);
        t->now = table[i]->name;
        if (reason)
            reasons = reasons ? arena_format(arena, "%s; %s: %s", reasons, t->now, reason)
                              : arena_format(arena, "%s: %s", t->now, reason);
        else
            good = table[i]->expect(t);
    }
    if (!says_any(t))
        *why = reasons ? reasons : "nothing that it would be held against is measured";
    return good;
}
