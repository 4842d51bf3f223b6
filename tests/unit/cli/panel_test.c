/* Which outputs are drawn, and what is said of what cannot be. */
#include "unit/cli/drawn.h"

static void fill(struct drawn *d, int64_t replicates, int64_t rounds)
{
    drawn_init(d, replicates, rounds);
    for (int64_t r = 0; r < replicates; r++)
        for (int64_t t = 0; t <= rounds; t++)
            sample_add(d->series, r, t, (double)(t + r), 0.5);
}

static void headlines_are_what_is_drawn_by_default(void **state)
{
    (void)state;
    struct drawn d;
    fill(&d, 1, 2);
    d.s.about[0].headline = 0;
    assert_int_equal(drawn_choose(&d, (const char *const[]){NULL}, false), STATUS_OK);
    assert_int_equal(d.panels.count, 1);
    assert_string_equal(panel_name(&d.panels, d.panels.panel[0].output[0]), "safety.mass");
    d.s.about[1].headline = 0;
    assert_int_equal(drawn_choose(&d, (const char *const[]){NULL}, false), STATUS_OK);
    assert_int_equal(d.panels.count, 2);
    drawn_fini(&d);
}

static void names_components_and_patterns_choose(void **state)
{
    (void)state;
    static const char *const choices[][3] = {
        {"safety"}, {"safety.*"}, {"*.mass,safety.kl"}, {"safety.kl", "safety"}};
    struct drawn d;
    fill(&d, 1, 2);
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        assert_int_equal(drawn_choose(&d, choices[i], false), STATUS_OK);
        assert_int_equal(d.panels.count, 2);
    }
    assert_int_equal(drawn_choose(&d, (const char *const[]){"*.mass", NULL}, false), STATUS_OK);
    assert_int_equal(d.panels.count, 1);
    drawn_fini(&d);
}

static void only_lines_of_one_unit_share_a_panel(void **state)
{
    (void)state;
    struct drawn d;
    fill(&d, 1, 2);
    assert_int_equal(drawn_choose(&d, (const char *const[]){"safety", NULL}, true), STATUS_OK);
    assert_int_equal(d.panels.count, 2);
    d.s.about[1].unit = "nats";
    assert_int_equal(drawn_choose(&d, (const char *const[]){"safety", NULL}, true), STATUS_OK);
    assert_int_equal(d.panels.count, 1);
    assert_int_equal(d.panels.panel[0].count, 2);
    assert_int_equal(drawn_choose(&d, (const char *const[]){"safety", "safety.kl", NULL}, true),
                     STATUS_OK);
    assert_int_equal(d.panels.count, 2);
    drawn_fini(&d);
}

static void an_unknown_name_is_said_with_the_nearest(void **state)
{
    (void)state;
    struct drawn d;
    fill(&d, 1, 2);
    assert_int_equal(drawn_choose(&d, (const char *const[]){"safety.mas", NULL}, false),
                     STATUS_MISSING);
    assert_string_equal(said(d.s.arena, d.s.report),
                        "gyre: --metric safety.mas: this run has no such output or component; did "
                        "you mean safety.mass?\n");
    drawn_fini(&d);
}

static void what_is_missing_all_over_is_drawn_only_by_its_full_name(void **state)
{
    (void)state;
    struct drawn d;
    drawn_init(&d, 1, 1);
    for (int64_t t = 0; t <= 1; t++)
        sample_add(d.series, 0, t, 1, result_missing());
    assert_int_equal(drawn_choose(&d, (const char *const[]){"safety", NULL}, false), STATUS_OK);
    assert_int_equal(d.panels.count, 1);
    assert_int_equal(drawn_choose(&d, (const char *const[]){"safety.mass", NULL}, false),
                     STATUS_OK);
    assert_string_equal(panel_note(&d.panels, 1, false), "missing in every round");
    assert_int_equal(drawn_choose(&d, (const char *const[]){"*.m*s", NULL}, false), STATUS_MISSING);
    drawn_fini(&d);
}

static void infinities_are_said(void **state)
{
    (void)state;
    struct drawn d;
    drawn_init(&d, 2, 3);
    for (int64_t r = 0; r < 2; r++)
        for (int64_t t = 0; t <= 3; t++)
            sample_add(d.series, r, t, t >= 2 && r == 0 ? INFINITY : 1,
                       t == 1   ? -INFINITY
                       : t == 2 ? result_missing()
                                : 0);
    assert_int_equal(drawn_choose(&d, (const char *const[]){NULL}, false), STATUS_OK);
    assert_string_equal(panel_note(&d.panels, 0, false),
                        "infinite from round 2 on in up to 50 % of replicates");
    assert_string_equal(panel_note(&d.panels, 1, true),
                        "infinite in round 1; missing in 1 of 4 rounds; 0 or below in 2 of 4 "
                        "rounds");
    struct panel_point const point = panel_point(&d.panels, 2, 0);
    assert_true(point.above && !point.below && isnan(point.mean) && same(point.high, 1));
    drawn_fini(&d);
}

static void a_band_ends_where_the_output_does(void **state)
{
    (void)state;
    struct drawn d;
    drawn_init(&d, 2, 0);
    sample_add(d.series, 0, 0, 0, 0.2);
    sample_add(d.series, 1, 0, 4, 1);
    assert_int_equal(drawn_choose(&d, (const char *const[]){NULL}, false), STATUS_OK);
    struct panel_point const kl = panel_point(&d.panels, 0, 0), mass = panel_point(&d.panels, 0, 1);
    struct panel_band const a = panel_band(&d.panels, 0, &kl), b = panel_band(&d.panels, 1, &mass);
    assert_true(same(a.low, 0) && near(a.high, 2 + sqrt(8)));
    assert_true(b.low > 0 && same(b.high, 1));
    struct panel_range const range =
        panel_range(&d.panels, &d.panels.panel[0], PANEL_REPLICATES, false);
    assert_true(range.any && same(range.lo, 0) && same(range.hi, 4));
    assert_true(same(panel_range(&d.panels, &d.panels.panel[0], PANEL_REPLICATES, true).lo, 2));
    drawn_fini(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headlines_are_what_is_drawn_by_default),
        cmocka_unit_test(names_components_and_patterns_choose),
        cmocka_unit_test(only_lines_of_one_unit_share_a_panel),
        cmocka_unit_test(an_unknown_name_is_said_with_the_nearest),
        cmocka_unit_test(what_is_missing_all_over_is_drawn_only_by_its_full_name),
        cmocka_unit_test(infinities_are_said),
        cmocka_unit_test(a_band_ends_where_the_output_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
