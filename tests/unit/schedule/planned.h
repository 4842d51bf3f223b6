/* planned.h - a plan made from a scenario's text. */
#ifndef SCHEDULE_PLANNED_H
#define SCHEDULE_PLANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "schedule/plan.h"

struct planned {
    struct arena *arena;
    struct report *report;
    struct plan *plan; /* NULL: the report says why */
};

static inline struct planned planned_make(const char *text)
{
    char path[] = "/tmp/gyre-plan-XXXXXX";
    struct planned planned = {.arena = arena_create()};
    int const handle = mkstemp(path);
    FILE *out = handle < 0 ? NULL : fdopen(handle, "w");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(setenv("GYRE_PLUGIN_PATH", PLUGINS, 1), 0);
    planned.report = report_create(planned.arena);
    struct scenario *scenario =
        scenario_load(planned.arena, arena_text(planned.arena, path), NULL, planned.report);
    unlink(path);
    assert_non_null(scenario);
    struct registry *registry = registry_create(planned.arena, NULL, planned.report);
    planned.plan = plan_create(planned.arena, scenario, registry, planned.report);
    return planned;
}

/* A plan without mistakes. */
static inline struct planned planned_well(const char *text)
{
    struct planned const planned = planned_make(text);
    report_print(planned.report, stderr);
    assert_non_null(planned.plan);
    return planned;
}

static inline void planned_drop(struct planned *planned)
{
    plan_destroy(planned->plan);
    arena_destroy(planned->arena);
}

#endif
