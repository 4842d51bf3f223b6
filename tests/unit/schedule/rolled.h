/* rolled.h - what a society with rollbacks says of itself, row by row. */
#ifndef SCHEDULE_ROLLED_H
#define SCHEDULE_ROLLED_H

#include <stdbool.h>
#include <string.h>

#include "schedule/round.h"
#include "unit/schedule/planned.h"

enum { ROLLED_ROWS = 64 };

struct rolled {
    struct planned planned;
    struct replicate *r;
    int rows;                        /* that were told */
    struct digest next[ROLLED_ROWS]; /* of Pbar as round t + 1 finds it */
    double *value;                   /* [rows][outputs] */
    enum status status;
};

static inline bool rolled_same(struct digest a, struct digest b)
{
    return a.low == b.low && a.high == b.high;
}

static inline enum status rolled_note(void *argument, const struct replicate *r)
{
    struct rolled *rolled = argument;
    size_t const outputs = (size_t)r->plan->output_count;
    assert_int_equal(r->round, rolled->rows);
    assert_true(r->round < ROLLED_ROWS);
    memcpy(rolled->value + (size_t)r->round * outputs, r->value, outputs * sizeof(double));
    rolled->next[r->round] =
        digest_bytes(r->mixture, sizeof(double) * (size_t)r->plan->shape.states);
    rolled->rows++;
    return STATUS_OK;
}

/* One replicate, from a plan whose interventions may have been changed. */
static inline struct rolled rolled_run(struct planned planned, int workers)
{
    struct rolled rolled = {.planned = planned};
    struct round_watch const watch = {rolled_note, &rolled};
    rolled.value = calloc((size_t)planned.plan->output_count * ROLLED_ROWS, sizeof(double));
    rolled.r = replicate_create(planned.plan, workers);
    assert_true(rolled.value && rolled.r);
    assert_int_equal(replicate_reset(rolled.r, 0), STATUS_OK);
    rolled.status = round_run(rolled.r, &watch);
    return rolled;
}

static inline void rolled_drop(struct rolled *rolled)
{
    replicate_destroy(rolled->r);
    free(rolled->value);
    planned_drop(&rolled->planned);
}

/* An output of a row. */
static inline double rolled_value(const struct rolled *rolled, const char *name, int64_t row)
{
    const struct plan *plan = rolled->planned.plan;
    assert_true(row < rolled->rows);
    for (int i = 0; i < plan->output_count; i++)
        if (strcmp(plan->outputs[i].name, name) == 0)
            return rolled->value[row * plan->output_count + i];
    fail_msg("there is no output %s", name);
    return 0;
}

#endif
