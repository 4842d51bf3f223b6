#include "cli/summary.h"

#include "base/text.h"
#include "world/kernel.h"

/* 12345 as 12,345. */
static const char *grouped(char out[32], int64_t n)
{
    char digits[32];
    int const length = snprintf(digits, sizeof digits, "%lld", (long long)n);
    char *to = out;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}

/* The reference's safe mass, contexts weighed as they are met; -1 without a safe set. */
static double safe_mass(const struct plan *plan)
{
    const struct space *space = &plan->scenario->space;
    const struct column *safe = column_find(&space->columns, GYRE_OF_STATE, SPACE_SAFE);
    const struct column *pi = column_find(&space->columns, GYRE_OF_STATE, SPACE_REFERENCE);
    double mass = 0;
    for (int64_t c = 0; safe && c < space->contexts; c++) {
        int64_t const begin = space->context[c];
        mass += space->met[c] * kernel_get()->dot(pi->data + begin, safe->data + begin,
                                                  space->context[c + 1] - begin);
    }
    return safe ? mass : -1;
}

static const char *components_of(const struct plan *plan)
{
    const char *text =
        arena_format(plan->arena, "%s, %s, %s", plan->policy->component->about.id,
                     plan->selection->component->about.id, plan->update->component->about.id);
    for (int i = 0; i < plan->intervention_count; i++)
        text = arena_format(plan->arena, "%s, %s", text, plan->interventions[i].instance->label);
    return text;
}

static const char *data_of(const struct plan *plan)
{
    char n[32];
    const struct scenario *s = plan->scenario;
    const char *whose = s->shared ? "shared by all" : "for each";
    const char *text =
        plan->shape.samples
            ? arena_format(plan->arena, "%s sample%s a round %s", grouped(n, plan->shape.samples),
                           plan->shape.samples == 1 ? "" : "s", whose)
            : arena_format(plan->arena, "expected data %s", whose);
    return s->mixing < 1 ? arena_format(plan->arena, "%s, mixing %g", text, s->mixing) : text;
}

const char *summary_format(const struct plan *plan)
{
    char a[32], b[32], c[32];
    const gyre_shape *shape = &plan->shape;
    double const mass = safe_mass(plan);
    const char *contexts = shape->contexts == 1 ? ""
                                                : arena_format(plan->arena, " in %s contexts",
                                                               grouped(c, shape->contexts));
    const char *safe =
        mass < 0 ? "" : arena_format(plan->arena, "; %.4g of the reference is safe", mass);
    return arena_format(plan->arena, "%s agent%s, %s state%s%s, %s%s; %s",
                        grouped(a, shape->agents), shape->agents == 1 ? "" : "s",
                        grouped(b, shape->states), shape->states == 1 ? "" : "s", contexts,
                        data_of(plan), safe, components_of(plan));
}

static void warn_of_mass(const struct plan *plan, FILE *out)
{
    double const mass = safe_mass(plan);
    if (mass >= 0 && mass < 0.5)
        fprintf(out,
                "%s: warning: only %.4g of the reference's mass is safe: the human distribution "
                "itself is mostly unsafe; is `safe` a share of the states where mass was meant?\n",
                text_escape(plan->arena, plan->scenario->path), mass);
}

static void warn_of_idleness(const struct plan *plan, FILE *out)
{
    for (int i = 0; i < plan->intervention_count; i++) {
        const struct instance *instance = plan->interventions[i].instance;
        if (instance->timing.from > plan->scenario->rounds)
            fprintf(out,
                    "%s: warning: %s begins in round %lld, and the last one is %lld: it never "
                    "acts\n",
                    text_escape(plan->arena, plan->scenario->path), instance->label,
                    (long long)instance->timing.from, (long long)plan->scenario->rounds);
    }
}

void summary_warn(const struct plan *plan, FILE *out)
{
    warn_of_mass(plan, out);
    warn_of_idleness(plan, out);
}
