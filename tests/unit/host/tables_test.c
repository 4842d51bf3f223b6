#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "sample.h"

/* ---- parameters ---------------------------------------------------------------------------- */

static void key_that_a_scenario_cannot_use_is_refused(void **state)
{
    (void)state;
    static const char *const own[] = {"use", "as", "version", "every", "from", "until", "when"};
    struct sample *s = sample_new();
    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
        s->params[2].key = own[i];
        expect(s,
               arena_format(s->arena, "parameter %s has the name of a key of gyre's own", own[i]));
        s = sample_new();
        s->fields[1].name = own[i];
        expect(s, arena_format(s->arena, "field %s has the name of a key of gyre's own", own[i]));
        s = sample_new();
    }
    s->params[0].key = NULL;
    expect(s, "parameter 1 has no name");
    s->params[0].key = "a.b";
    expect(s, "the name of parameter 1, \"a.b\", is not made of a-z, 0-9 and _, beginning with a "
              "letter");
    s->params[0].key = "\033";
    expect(s, "the name of parameter 1 is not made of a-z, 0-9 and _, beginning with a letter");
}

static void parameters_and_fields_share_one_namespace(void **state)
{
    (void)state;
    struct sample *s = sample_new();
    s->params[4].key = "rate";
    expect(s, "it has parameter rate twice");
    s = sample_new();
    s->fields[0].name = "count";
    expect(s, "it has a field and a parameter of the name count");
    s = sample_new();
    s->fields[1].name = "risk";
    expect(s, "it has field risk twice");
}

static void offset_outside_or_askew_is_refused(void **state)
{
    (void)state;
    struct sample *s = sample_new();
    s->params[1].offset = sizeof(struct conf) - 4;
    expect(s, "parameter count at offset 28 is not within the configuration of 32 bytes "
              "(conf_size)");
    s->params[1].offset = SIZE_MAX - 3;
    expect(s, "parameter count at offset 18446744073709551612 is not within the configuration of "
              "32 bytes (conf_size)");
    s->params[1].offset = 4;
    expect(s, "parameter count at offset 4 is not aligned to 8 bytes");
    s = sample_new();
    s->params[3].offset = s->params[2].offset;
    expect(s, "parameters on and act overlap in the configuration");
    s = sample_new();
    s->about.conf_size = (size_t)1 << 40;
    expect(s, "its configuration of 1099511627776 bytes makes no sense");
}

static void range_must_hold_its_default(void **state)
{
    (void)state;
    struct sample *const s = sample_new();
    gyre_param *const p = &s->params[0];
    p->def = -0.1;
    expect(s, "parameter rate: its default -0.1 is below its minimum 0");
    p->def = NAN;
    expect(s, "parameter rate has a default of nan");
    p->def = INFINITY;
    p->max = INFINITY;
    expect(s, "parameter rate has a default of inf");
    p->max = 1;
    p->def = 1;
    expect_sound(s);
    p->flags = GYRE_PARAM_OPEN_MAX;
    expect(s, "parameter rate: its default 1 is not below its maximum 1");
    p->flags = GYRE_PARAM_OPEN_MIN;
    p->def = 0;
    expect(s, "parameter rate: its default 0 is not above its minimum 0");
    p->flags |= GYRE_PARAM_REQUIRED;
    expect_sound(s);
    p->min = 2;
    expect(s, "parameter rate has a minimum of 2 and a maximum of 1");
    p->min = NAN;
    expect(s, "parameter rate has a minimum of nan and a maximum of 1");
}

static void numbers_must_be_of_their_type(void **state)
{
    (void)state;
    struct sample *s = sample_new();
    const char *const integer =
        "parameter count is an integer, but its minimum, maximum or default is none";
    s->params[1].def = 0.5;
    expect(s, integer);
    s->params[1].def = 0;
    s->params[1].max = INFINITY;
    expect(s, integer);
    s = sample_new();
    s->params[2].def = 0.5;
    expect(s, "parameter on has a default of 0.5, which is no whole number from 0 to 1");
    s->params[2].max = 2;
    expect(s, "parameter on must have a minimum of 0 and a maximum of 1");
    s = sample_new();
    s->params[0].type = 6;
    expect(s, "parameter rate has type 6, which this gyre does not know");
    s->params[0].flags = 1u << 16;
    expect(s, "parameter rate has a flag that this gyre does not know");
}

static void choices_and_texts_are_whole(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    static const char *const twice[] = {"a", "a", NULL};
    static const char *const empty[] = {"a", "", NULL};
    struct sample *s = sample_new();
    s->params[3].choices = NULL;
    expect(s, "parameter act is an enum without choices");
    s->params[3].choices = none;
    expect(s, "parameter act is an enum without choices");
    s->params[3].choices = twice;
    expect(s, "parameter act has the choice \"a\" twice");
    s->params[3].choices = empty;
    expect(s, "choice 2 of parameter act is not text");
    s = sample_new();
    s->params[4].text_def = NULL;
    expect(s, "parameter note is a text without a default (text_def) and is not required");
    s->params[4].flags = GYRE_PARAM_REQUIRED;
    expect_sound(s);
}

static void documentation_is_required(void **state)
{
    (void)state;
    struct sample *s = sample_new();
    s->params[1].doc = NULL;
    expect(s, "parameter count has no documentation (doc), one line of text");
    s = sample_new();
    s->fields[0].doc = "";
    expect(s, "field risk has no documentation (doc), one line of text");
    s = sample_new();
    s->outputs[0].doc = NULL;
    expect(s, "output kl has no documentation (doc), one line of text");
}

/* ---- fields and outputs -------------------------------------------------------------------- */

static void field_must_be_readable_and_known(void **state)
{
    (void)state;
    struct sample *const s = sample_new();
    gyre_field *const f = &s->fields[1];
    f->of = 4;
    expect(s, "field trust is of 4, which this gyre does not know");
    f->of = GYRE_OF_AGENT;
    f->access = GYRE_OPTIONAL;
    expect(s, "field trust is not read (access lacks GYRE_READ)");
    f->access = GYRE_READ | 1u << 3;
    expect(s, "field trust asks for an access that this gyre does not know");
    f->access = GYRE_READ | GYRE_LIST;
    f->column = "trust";
    expect(s, "field trust is a list and has a column of its own");
    f->column = NULL;
    expect_sound(s);
    f->access = GYRE_READ;
    f->when = "off";
    expect(s, "field trust depends on a parameter that is not there (when)");
    f->when = "note";
    expect(s, "field trust depends on parameter note, which is no number");
    f->when = "act=fold";
    expect(s, "field trust depends on a choice that act does not have (when)");
    f->when = "act=drop off";
    expect(s, "field trust depends on a parameter that is not there (when)");
    f->when = "act=drop rate";
    expect_sound(s);
    f->when = "act";
    expect_sound(s);
}

static void output_must_have_a_range_and_a_direction(void **state)
{
    (void)state;
    struct sample *const s = sample_new();
    s->outputs[1].name = "kl";
    expect(s, "it has output kl twice");
    s->outputs[1].name = "share";
    s->outputs[1].lo = 2;
    expect(s, "output share has a range that ends below its beginning");
    s->outputs[1].lo = NAN;
    expect(s, "output share has a range that ends below its beginning");
    s->outputs[1].lo = 0;
    s->outputs[1].direction = 2;
    expect(s, "output share has direction 2; it can be -1, 0 or 1");
    s->outputs[1].direction = 0;
    s->outputs[1].headline = 2;
    expect(s, "output share has headline 2; it can be 0 or 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_that_a_scenario_cannot_use_is_refused),
        cmocka_unit_test(parameters_and_fields_share_one_namespace),
        cmocka_unit_test(offset_outside_or_askew_is_refused),
        cmocka_unit_test(range_must_hold_its_default),
        cmocka_unit_test(numbers_must_be_of_their_type),
        cmocka_unit_test(choices_and_texts_are_whole),
        cmocka_unit_test(documentation_is_required),
        cmocka_unit_test(field_must_be_readable_and_known),
        cmocka_unit_test(output_must_have_a_range_and_a_direction),
    };
    return cmocka_run_group_tests(tests, sample_open, sample_close);
}
