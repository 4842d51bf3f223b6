/* Columns are handed out only when they are declared, so what an instance was given is all that it
 * can depend on. */
#include "schedule/isolation.h"

#include <string.h>

/* What a state is good for to the society itself, not what people think of it. */
static const char *const own[] = {"met",  "held", "distribution", "utility", "legible",
                                  "kind", NULL};

/* What people think of it. A list has features, by which policies tell states apart: they are what
 * a state is, but for these. */
static const char *const labels[] = {"reference", "safe", "risk", "harm", "true", "best", NULL};

static bool is_among(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

static enum isolation class_of_column(const struct instance_column *column)
{
    if (strcmp(column->name, SPACE_START) == 0)
        return ISOLATION_ANCHORED;
    bool const feature = column->listed && !is_among(labels, column->name);
    return feature || is_among(own, column->name) ? ISOLATION_CLOSED : ISOLATION_OPEN;
}

/* The widest class of the columns that an instance was given; *columns lists those above closed. */
static enum isolation class_of(struct arena *arena, const struct instance *instance,
                               const char **columns)
{
    enum isolation widest = ISOLATION_CLOSED;
    *columns = "";
    for (int i = 0; i < instance->column_count; i++) {
        const char *column = instance->columns[i].name;
        enum isolation const class = class_of_column(&instance->columns[i]);
        if (class == ISOLATION_CLOSED)
            continue;
        *columns = arena_format(arena, "%s%s%s", *columns, **columns ? ", " : "", column);
        widest = class > widest ? class : widest;
    }
    return widest;
}

/* What has been found so far. */
struct finding {
    const struct plan *plan;
    enum isolation widest;
    const char *through;
};

static void add(struct finding *f, const struct instance *instance, enum isolation class,
                const char *columns)
{
    if (class == ISOLATION_CLOSED)
        return;
    f->widest = class > f->widest ? class : f->widest;
    f->through = arena_format(f->plan->arena, "%s%s%s (%s)", f->through, *f->through ? ", " : "",
                              instance->label, columns);
}

static void add_instance(struct finding *f, const struct instance *instance)
{
    const char *columns;
    enum isolation const class = class_of(f->plan->arena, instance, &columns);
    if (instance->asks)
        columns = arena_format(f->plan->arena, "%s%speople", columns, *columns ? ", " : "");
    add(f, instance, instance->asks ? ISOLATION_OPEN : class, columns);
}

/* A metric is what its columns are, an intervention that reports of itself what its own are. */
static void add_output(struct finding *f, const struct instance *instance, int output,
                       const char *how)
{
    const char *columns;
    const struct instance *owner = plan_owner(f->plan, output);
    enum isolation const class = class_of(f->plan->arena, owner, &columns);
    add(f, instance, class,
        arena_format(f->plan->arena, "%s%s reads %s", how, f->plan->outputs[output].name, columns));
}

static void add_outputs(struct finding *f, const struct instance *instance)
{
    if (instance->timing.trigger >= 0)
        add_output(f, instance, instance->timing.trigger, "when: ");
    for (int i = 0; i < f->plan->output_count; i++)
        if (instance->reads[i])
            add_output(f, instance, i, "");
}

enum isolation isolation_find(const struct plan *plan, const char **through)
{
    struct finding finding = {.plan = plan, .through = ""};
    add_instance(&finding, plan->policy);
    add_instance(&finding, plan->selection);
    add_instance(&finding, plan->update);
    for (int i = 0; i < plan->intervention_count; i++) {
        const struct plan_intervention *by = &plan->interventions[i];
        add_instance(&finding, by->instance);
        if (by->ops->oversee)
            add(&finding, by->instance, ISOLATION_ANCHORED, "the run's own past");
        add_outputs(&finding, plan->interventions[i].instance);
    }
    *through = finding.through;
    return finding.widest;
}

const char *isolation_word(enum isolation isolation)
{
    return isolation == ISOLATION_CLOSED     ? "closed"
           : isolation == ISOLATION_ANCHORED ? "anchored"
                                             : "open";
}
