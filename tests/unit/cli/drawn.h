/* drawn.h - a small run, all of it told, to draw. */
#ifndef DRAWN_H
#define DRAWN_H

#include "unit/record/sample.h"

#include "cli/panel.h"

struct drawn {
    struct sample s;
    struct series *series;
    struct panels panels;
};

static inline void drawn_init(struct drawn *d, int64_t replicates, int64_t rounds)
{
    *d = (struct drawn){0};
    sample_init(&d->s, replicates, rounds);
    d->series = series_create(&d->s.run, NULL, 0);
    assert_non_null(d->series);
}

static inline enum status drawn_choose(struct drawn *d, const char *const *choices, bool together)
{
    struct panel_choice const choice = {choices, together};
    return panel_choose(d->s.arena, &d->s.run, d->series, &choice, &d->panels, d->s.report);
}

static inline void drawn_fini(struct drawn *d)
{
    series_destroy(d->series);
    sample_fini(&d->s);
}

#endif
