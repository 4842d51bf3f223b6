#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "host/adopt.h"
#include "sample.h"

/* ---- a struct brought up to ours ----------------------------------------------------------- */

struct shape {
    uint32_t size, a, b, c;
};

static void shorter_struct_is_filled_with_zeros(void **state)
{
    (void)state;
    uint32_t const theirs[] = {8, 1};
    struct shape ours = {7, 7, 7, 7};
    assert_true(adopt(&ours, sizeof(ours), theirs, sizeof(theirs)));
    assert_int_equal(ours.a, 1);
    assert_int_equal(ours.b, 0);
    assert_int_equal(ours.c, 0);
}

static void zero_tail_is_accepted(void **state)
{
    (void)state;
    uint32_t const theirs[] = {24, 1, 2, 3, 0, 0};
    struct shape ours;
    assert_true(adopt(&ours, sizeof(ours), theirs, sizeof(theirs)));
    assert_int_equal(ours.c, 3);
}

static void unknown_tail_is_refused(void **state)
{
    (void)state;
    struct shape ours;
    unsigned char theirs[sizeof(ours) + 9] = {0};
    for (size_t i = sizeof(ours); i < sizeof(theirs); i++) {
        theirs[i] = 1;
        assert_false(adopt(&ours, sizeof(ours), theirs, sizeof(theirs)));
        theirs[i] = 0;
    }
}

/* ---- components ---------------------------------------------------------------------------- */

static void sound_component_of_each_kind_is_adopted(void **state)
{
    (void)state;
    struct sample *const s = sample_new();
    expect_sound(s);
    sample_set_kind(s, GYRE_KIND_POLICY, "policy.sample", &s->policy);
    expect_sound(s);
    sample_set_kind(s, GYRE_KIND_SELECTION, "selection.sample", &s->selection);
    expect_sound(s);
    sample_set_kind(s, GYRE_KIND_UPDATE, "update.sample", &s->update);
    expect_sound(s);
    sample_set_kind(s, GYRE_KIND_INTERVENTION, "intervention.sample", &s->intervention);
    expect_sound(s);
}

static void tables_are_copies_of_our_row_size(void **state)
{
    (void)state;
    struct wide {
        gyre_param known;
        double later;
    } wide[2];
    const struct sample *s = sample_new();
    memset(wide, 0, sizeof(wide));
    wide[0].known = s->params[0];
    wide[1].known = s->params[1];
    sample.about.params = &wide[0].known;
    sample.about.param_size = sizeof(*wide);
    sample.about.param_count = 2;
    sample.about.field_count = 1;
    const char *why;
    const struct component *const ours = adopt_component(s->arena, &s->about, NULL, &why);
    assert_non_null(ours);
    assert_string_equal(ours->about.params[1].key, "count");
    assert_int_equal(ours->about.param_size, sizeof(gyre_param));
    assert_string_equal(ours->about.doc, "");
    assert_string_equal(ours->ops.metric.outputs[1].unit, "");
    assert_ptr_equal(ours->about.ops, &ours->ops);
}

static void wrong_identity_is_refused(void **state)
{
    (void)state;
    struct sample *s = sample_new();
    s->about.kind = 6;
    expect(s, "its kind 6 is none that this gyre knows");
    s = sample_new();
    s->about.id = "metrics.sample";
    expect(s, "its id does not begin with its kind; call it \"metric.sample\"");
    s = sample_new();
    s->about.reserved = 1;
    expect(s, "its gyre_component sets `reserved`, which is to be 0");
    s = sample_new();
    s->about.flags = 1u << 31;
    expect(s, "it has a flag that this gyre does not know; it needs a newer gyre");
    s = sample_new();
    s->about.flags = 1u << 15;
    expect_sound(s);
}

static void id_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const ids[] = {NULL, "",         "metric",    "metric.",
                                      ".x", "Metric.x", "metric.x/y"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
        struct sample *const s = sample_new();
        const char *why;
        s->about.id = ids[i];
        assert_null(adopt_component(s->arena, &s->about, NULL, &why));
        assert_string_equal(why, "the id of a component is not words of a-z, 0-9 and _ joined by "
                                 "dots, such as \"metric.safety\"");
    }
}

static void version_must_be_semantic(void **state)
{
    (void)state;
    static const char *const versions[] = {NULL, "", "1", "1.0", "1.0.x", "v1.0.0", "1.0.0 beta"};
    for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
        struct sample *const s = sample_new();
        s->about.version = versions[i];
        expect(s, "its version is not like 1.0.0");
    }
}

static void summary_is_one_printable_line(void **state)
{
    (void)state;
    static const char *const summaries[] = {NULL, "", "two\nlines", "\033[2J", "\xff"};
    struct sample *s;
    for (size_t i = 0; i < sizeof(summaries) / sizeof(*summaries); i++) {
        s = sample_new();
        s->about.summary = summaries[i];
        expect(s, "it has no summary, one line of text");
    }
    s = sample_new();
    s->about.summary = "123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
                       "123456789 1";
    expect(s, "its summary has 81 bytes; lists have room for 80");
    s = sample_new();
    s->about.doc = "a\tb\n\033";
    expect(s, "its documentation (doc) is not text");
}

static void table_that_is_not_there_is_refused(void **state)
{
    (void)state;
    struct sample *s = sample_new();
    s->about.params = NULL;
    expect(s, "its table of parameters announces 5 rows but is NULL");
    s = sample_new();
    s->about.field_count = 100000;
    expect(s, "its table of fields announces 100000 rows, which makes no sense");
    s = sample_new();
    s->about.param_size = 8;
    expect(s, "its table of parameters has 8 bytes a row, fewer than the 80 of gyre 1.0; set its "
              "row size with sizeof");
}

/* ---- callbacks ----------------------------------------------------------------------------- */

static gyre_status oversee(gyre_ctx *ctx, const gyre_round *round, gyre_oversight *oversight)
{
    (void)ctx, (void)round, (void)oversight;
    return GYRE_OK;
}

static int64_t snapshots(gyre_ctx *ctx)
{
    (void)ctx;
    return 1;
}

static gyre_status account(gyre_ctx *ctx, const gyre_deeds *deeds, double *out)
{
    (void)ctx, (void)deeds, (void)out;
    return GYRE_OK;
}

static void missing_callback_is_named(void **state)
{
    (void)state;
    struct sample *const s = sample_new();
    sample_set_kind(s, GYRE_KIND_POLICY, "policy.sample", &s->policy);
    s->policy.learn = NULL;
    expect(s, "its gyre_policy_ops has no learn");
    s->policy.row_size = NULL;
    expect(s, "its gyre_policy_ops has no row_size");
    sample_set_kind(s, GYRE_KIND_SELECTION, "selection.sample", &s->selection);
    s->selection.weigh = NULL;
    expect(s, "its gyre_selection_ops has no weigh");
    sample_set_kind(s, GYRE_KIND_UPDATE, "update.sample", &s->update);
    s->update.update = NULL;
    expect(s, "its gyre_update_ops has no update");
    sample_set_kind(s, GYRE_KIND_INTERVENTION, "intervention.sample", &s->intervention);
    s->intervention.judge = NULL;
    expect(s, "its gyre_intervention_ops has no hook at all (on_distribution, judge, "
              "supply, on_policy, on_agent, prune, flag, oversee)");
    s->intervention.oversee = oversee;
    expect(s, "its gyre_intervention_ops has no snapshots");
    s->intervention.account = account;
    s->intervention.snapshots = snapshots;
    expect(s, "its gyre_intervention_ops has no outputs");
    s->about.ops = NULL;
    expect(s, "its gyre_intervention_ops is missing (NULL)");
}

static void metric_has_slots_and_gather_or_neither(void **state)
{
    (void)state;
    struct sample *const s = sample_new();
    s->metric.slots = NULL;
    expect(s, "its gyre_metric_ops has no slots, though it has gather");
    s->metric.slots = slots;
    s->metric.gather = NULL;
    expect(s, "its gyre_metric_ops has no gather, though it has slots");
    s->metric.slots = NULL;
    expect_sound(s);
    s->metric.output_count = 0;
    expect(s, "its gyre_metric_ops has no outputs");
    s->metric.reserved = 1;
    expect(s, "its gyre_metric_ops sets `reserved`, which is to be 0");
}

/* ---- modules ------------------------------------------------------------------------------- */

static void module_must_say_what_it_is(void **state)
{
    (void)state;
    const gyre_component *const components[] = {&sample_new()->about, NULL};
    gyre_module module = {.size = sizeof(module),
                          .id = "org.example.sample",
                          .version = "1.0.0",
                          .license = "MIT",
                          .components = components};
    gyre_module ours;
    const char *why;
    assert_true(adopt_module(sample.arena, &module, &ours, &why));
    assert_ptr_equal(ours.components, components);
    module.license = NULL;
    assert_false(adopt_module(sample.arena, &module, &ours, &why));
    assert_string_equal(why, "its module names no license (an SPDX expression)");
    module.version = "1";
    assert_false(adopt_module(sample.arena, &module, &ours, &why));
    assert_string_equal(why, "the version of its module is not like 1.0.0");
    module.id = "Example";
    assert_false(adopt_module(sample.arena, &module, &ours, &why));
    assert_string_equal(why, "the id of its module is not words of a-z, 0-9 and _ joined by dots, "
                             "such as \"org.example.oversight\"");
    module.size = 100000;
    assert_false(adopt_module(sample.arena, &module, &ours, &why));
    assert_string_equal(why, "its gyre_module has 100000 bytes, which makes no sense");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shorter_struct_is_filled_with_zeros),
        cmocka_unit_test(zero_tail_is_accepted),
        cmocka_unit_test(unknown_tail_is_refused),
        cmocka_unit_test(sound_component_of_each_kind_is_adopted),
        cmocka_unit_test(tables_are_copies_of_our_row_size),
        cmocka_unit_test(wrong_identity_is_refused),
        cmocka_unit_test(id_that_is_none_is_refused),
        cmocka_unit_test(version_must_be_semantic),
        cmocka_unit_test(summary_is_one_printable_line),
        cmocka_unit_test(table_that_is_not_there_is_refused),
        cmocka_unit_test(missing_callback_is_named),
        cmocka_unit_test(metric_has_slots_and_gather_or_neither),
        cmocka_unit_test(module_must_say_what_it_is),
    };
    return cmocka_run_group_tests(tests, sample_open, sample_close);
}
