/* sample.h - a sound component of each kind, to be spoiled by a test, and what is then said. */
#ifndef HOST_SAMPLE_H
#define HOST_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "host/adopt.h"

struct conf {
    double rate;
    int64_t count;
    int32_t on, act;
    const char *note;
};

struct sample {
    struct arena *arena;
    gyre_param params[5];
    gyre_field fields[2];
    gyre_output outputs[2];
    gyre_policy_ops policy;
    gyre_selection_ops selection;
    gyre_update_ops update;
    gyre_metric_ops metric;
    gyre_intervention_ops intervention;
    gyre_component about;
};

static size_t row_size(gyre_ctx *ctx)
{
    (void)ctx;
    return 8;
}

static gyre_status start(gyre_ctx *ctx, const gyre_rows *rows, const double *p)
{
    (void)ctx, (void)rows, (void)p;
    return GYRE_OK;
}

static gyre_status say(gyre_ctx *ctx, const void *row, gyre_said *said)
{
    (void)ctx, (void)row, (void)said;
    return GYRE_OK;
}

static gyre_status learn(gyre_ctx *ctx, const gyre_rows *rows, const gyre_examples *examples,
                         double rate)
{
    (void)ctx, (void)rows, (void)examples, (void)rate;
    return GYRE_OK;
}

static gyre_status select_weigh(gyre_ctx *ctx, const gyre_round *round, double *weight)
{
    (void)ctx, (void)round, (void)weight;
    return GYRE_OK;
}

static gyre_status update(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data)
{
    (void)ctx, (void)round, (void)data;
    return GYRE_OK;
}

static uint32_t slots(gyre_ctx *ctx)
{
    (void)ctx;
    return 1;
}

static gyre_status gather(gyre_ctx *ctx, const gyre_agent *agent, double *out)
{
    (void)ctx, (void)agent, (void)out;
    return GYRE_OK;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *in, double *out)
{
    (void)ctx, (void)round, (void)in, (void)out;
    return GYRE_OK;
}

static gyre_status judge(gyre_ctx *ctx, const gyre_round *round, gyre_judgement *judgement)
{
    (void)ctx, (void)round, (void)judgement;
    return GYRE_OK;
}

static const char *const acts[] = {"drop", "redraw", NULL};

static void sample_fill_tables(struct sample *s)
{
    gyre_param const params[] = {
        GYRE_P_F64(struct conf, rate, 0.5, 0, 1, "", "A rate."),
        GYRE_P_I64(struct conf, count, 3, 0, INT64_MAX, "rounds", "A count."),
        GYRE_P_BOOL(struct conf, on, 1, "A switch."),
        GYRE_P_ENUM(struct conf, act, 1, acts, "A choice."),
        {.key = "note",
         .type = GYRE_TEXT,
         .offset = offsetof(struct conf, note),
         .text_def = "",
         .doc = "A note."},
    };
    gyre_field const fields[] = {
        {"risk", "risk", NULL, GYRE_OF_STATE, GYRE_READ, "A risk."},
        {"trust", NULL, "on", GYRE_OF_AGENT, GYRE_READ | GYRE_OPTIONAL, "Trust."},
    };
    gyre_output const outputs[] = {
        {"kl", "nats", "A divergence.", 0, INFINITY, 1, 1},
        {"share", NULL, "A share.", 0, 1, -1, 0},
    };
    memcpy(s->params, params, sizeof(params));
    memcpy(s->fields, fields, sizeof(fields));
    memcpy(s->outputs, outputs, sizeof(outputs));
}

static void sample_fill_ops(struct sample *s)
{
    s->policy = (gyre_policy_ops){.size = sizeof(s->policy),
                                  .row_size = row_size,
                                  .start = start,
                                  .say = say,
                                  .learn = learn};
    s->selection = (gyre_selection_ops){.size = sizeof(s->selection), .weigh = select_weigh};
    s->update = (gyre_update_ops){.size = sizeof(s->update), .update = update};
    s->metric = (gyre_metric_ops){.size = sizeof(s->metric),
                                  GYRE_OUTPUTS(s->outputs),
                                  .slots = slots,
                                  .gather = gather,
                                  .measure = measure};
    s->intervention = (gyre_intervention_ops){.size = sizeof(s->intervention), .judge = judge};
}

static void sample_set_kind(struct sample *s, gyre_kind kind, const char *id, const void *ops)
{
    s->about.kind = kind;
    s->about.id = id;
    s->about.ops = ops;
}

static struct sample sample;

static struct sample *sample_new(void)
{
    struct sample *const s = &sample;
    *s = (struct sample){.arena = s->arena};
    sample_fill_tables(s);
    sample_fill_ops(s);
    s->about = (gyre_component){.size = sizeof(s->about),
                                .version = "1.0.0-rc.1+x",
                                .summary = "A sample.",
                                GYRE_PARAMS(s->params),
                                GYRE_FIELDS(s->fields),
                                .conf_size = sizeof(struct conf)};
    sample_set_kind(s, GYRE_KIND_METRIC, "metric.sample", &s->metric);
    return s;
}

static int sample_open(void **state)
{
    (void)state;
    sample.arena = arena_create();
    return 0;
}

static int sample_close(void **state)
{
    (void)state;
    arena_destroy(sample.arena);
    return 0;
}

static void expect_sound(const struct sample *s)
{
    const char *why;
    assert_non_null(adopt_component(s->arena, &s->about, NULL, &why));
    assert_null(why);
}

/* Of the sample as it was spoiled; the sentence is what follows its id. */
static void expect(const struct sample *s, const char *sentence)
{
    const char *why;
    assert_null(adopt_component(s->arena, &s->about, NULL, &why));
    assert_string_equal(why, arena_format(s->arena, "%s: %s", s->about.id, sentence));
}

#endif
