#include "host/tables.h"

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "host/condition.h"

/* Keys of a component's table in a scenario that are gyre's own. */
static const char *const own_keys[] = {"use",  "as",    "version", "every",
                                       "from", "until", "when",    NULL};

/* Bits of flags that an older gyre may not pass over. */
#define MUST_KNOW 0xffff0000u

bool tables_is_text(const char *text, bool lines)
{
    for (const char *c = text; *c; c++) {
        bool const control = (unsigned char)*c < ' ' || *c == 0x7f;
        if (control && !(lines && (*c == '\n' || *c == '\t')))
            return false;
    }
    json_t *const valid = json_string(text);
    json_decref(valid);
    return valid != NULL;
}

static bool is_line(const char *text)
{
    return text && *text && tables_is_text(text, false);
}

/* ---- keys ---------------------------------------------------------------------------------- */

static bool is_own_key(const char *key)
{
    for (const char *const *own = own_keys; *own; own++)
        if (strcmp(*own, key) == 0)
            return true;
    return false;
}

static const char *check_key(struct arena *arena, const char *what, uint32_t row, const char *key)
{
    if (!key)
        return arena_format(arena, "%s %u has no name", what, row + 1);
    if (!text_is_key(key))
        return arena_format(arena,
                            "the name of %s %u%s is not made of a-z, 0-9 and _, beginning with a "
                            "letter",
                            what, row + 1,
                            is_line(key) ? arena_format(arena, ", \"%s\",", key) : "");
    if (is_own_key(key))
        return arena_format(arena, "%s %s has the name of a key of gyre's own", what, key);
    return NULL;
}

static const char *check_words(struct arena *arena, const char *what, const char *key,
                               const char *unit, const char *doc)
{
    if (!is_line(doc))
        return arena_format(arena, "%s %s has no documentation (doc), one line of text", what, key);
    if (!tables_is_text(unit, false))
        return arena_format(arena, "the unit of %s %s is not text", what, key);
    return NULL;
}

/* ---- a parameter's number ------------------------------------------------------------------ */

static const char *check_bounds(struct arena *arena, const gyre_param *p)
{
    char a[TEXT_REAL], b[TEXT_REAL];
    if (isnan(p->min) || isnan(p->max) || p->min > p->max)
        return arena_format(arena, "parameter %s has a minimum of %s and a maximum of %s", p->key,
                            text_real(a, p->min), text_real(b, p->max));
    if (p->flags & GYRE_PARAM_REQUIRED)
        return NULL;
    if (!isfinite(p->def))
        return arena_format(arena, "parameter %s has a default of %s", p->key,
                            text_real(a, p->def));
    bool const low = p->def < p->min || (p->def <= p->min && p->flags & GYRE_PARAM_OPEN_MIN);
    bool const high = p->def > p->max || (p->def >= p->max && p->flags & GYRE_PARAM_OPEN_MAX);
    if (low)
        return arena_format(arena, "parameter %s: its default %s is %s its minimum %s", p->key,
                            text_real(a, p->def), p->def < p->min ? "below" : "not above",
                            text_real(b, p->min));
    if (high)
        return arena_format(arena, "parameter %s: its default %s is %s its maximum %s", p->key,
                            text_real(a, p->def), p->def > p->max ? "above" : "not below",
                            text_real(b, p->max));
    return NULL;
}

static bool is_whole(double x, double limit)
{
    return fabs(x) <= limit && trunc(x) == x;
}

static const char *check_integer(struct arena *arena, const gyre_param *p)
{
    /* (double)INT64_MAX is 2^63; a default must be a number that both a double and an int64_t are.
     */
    bool const whole = is_whole(p->min, 0x1p63) && is_whole(p->max, 0x1p63);
    if (!whole || (!(p->flags & GYRE_PARAM_REQUIRED) && !is_whole(p->def, 0x1p53)))
        return arena_format(arena,
                            "parameter %s is an integer, but its minimum, maximum or default is "
                            "none",
                            p->key);
    return check_bounds(arena, p);
}

static const char *check_steps(struct arena *arena, const gyre_param *p, uint32_t last)
{
    char b[TEXT_REAL];
    if (p->min != 0 || p->max != last)
        return arena_format(arena, "parameter %s must have a minimum of 0 and a maximum of %u",
                            p->key, last);
    if (!(p->flags & GYRE_PARAM_REQUIRED) && !is_whole(p->def, last))
        return arena_format(arena,
                            "parameter %s has a default of %s, which is no whole number from 0 "
                            "to %u",
                            p->key, text_real(b, p->def), last);
    return check_bounds(arena, p);
}

static const char *check_choices(struct arena *arena, const gyre_param *p)
{
    uint32_t count = 0;
    for (; p->choices && p->choices[count] && count < INT16_MAX; count++) {
        if (!is_line(p->choices[count]))
            return arena_format(arena, "choice %u of parameter %s is not text", count + 1, p->key);
        for (uint32_t i = 0; i < count; i++)
            if (strcmp(p->choices[i], p->choices[count]) == 0)
                return arena_format(arena, "parameter %s has the choice \"%s\" twice", p->key,
                                    p->choices[count]);
    }
    if (count == 0)
        return arena_format(arena, "parameter %s is an enum without choices", p->key);
    return check_steps(arena, p, count - 1);
}

static const char *check_text_default(struct arena *arena, const gyre_param *p)
{
    if (!p->text_def && !(p->flags & GYRE_PARAM_REQUIRED))
        return arena_format(arena,
                            "parameter %s is a text without a default (text_def) and is not "
                            "required",
                            p->key);
    if (p->text_def && !tables_is_text(p->text_def, false))
        return arena_format(arena, "the default of parameter %s is not text", p->key);
    return NULL;
}

static const char *check_value(struct arena *arena, const gyre_param *p)
{
    switch (p->type) {
    case GYRE_BOOL:
        return check_steps(arena, p, 1);
    case GYRE_I64:
        return check_integer(arena, p);
    case GYRE_F64:
        return check_bounds(arena, p);
    case GYRE_ENUM:
        return check_choices(arena, p);
    case GYRE_TEXT:
        return check_text_default(arena, p);
    default:
        return arena_format(arena, "parameter %s has type %u, which this gyre does not know",
                            p->key, p->type);
    }
}

/* ---- a parameter's place ------------------------------------------------------------------- */

static size_t value_size(gyre_type type)
{
    return type == GYRE_BOOL || type == GYRE_ENUM ? sizeof(int32_t) : sizeof(int64_t);
}

static const char *check_offset(struct arena *arena, const gyre_component *about,
                                const gyre_param *p)
{
    size_t const size = value_size(p->type);
    if (p->offset > about->conf_size || size > about->conf_size - p->offset)
        return arena_format(arena,
                            "parameter %s at offset %zu is not within the configuration of %zu "
                            "bytes (conf_size)",
                            p->key, p->offset, about->conf_size);
    if (p->offset % size != 0)
        return arena_format(arena, "parameter %s at offset %zu is not aligned to %zu bytes", p->key,
                            p->offset, size);
    return NULL;
}

static bool is_apart(const gyre_param *a, const gyre_param *b)
{
    return a->offset + value_size(a->type) <= b->offset ||
           b->offset + value_size(b->type) <= a->offset;
}

static const char *check_pairs(struct arena *arena, const gyre_component *about, uint32_t last)
{
    const gyre_param *const p = &about->params[last];
    for (uint32_t i = 0; i < last; i++) {
        if (strcmp(about->params[i].key, p->key) == 0)
            return arena_format(arena, "it has parameter %s twice", p->key);
        if (!is_apart(&about->params[i], p))
            return arena_format(arena, "parameters %s and %s overlap in the configuration",
                                about->params[i].key, p->key);
    }
    return NULL;
}

static const char *check_param(struct arena *arena, const gyre_component *about, uint32_t row)
{
    const gyre_param *const p = &about->params[row];
    const char *why = check_key(arena, "parameter", row, p->key);
    if (!why && p->flags & MUST_KNOW)
        why = arena_format(arena, "parameter %s has a flag that this gyre does not know", p->key);
    if (!why)
        why = check_value(arena, p);
    if (!why)
        why = check_offset(arena, about, p);
    if (!why)
        why = check_words(arena, "parameter", p->key, p->unit, p->doc);
    return why ? why : check_pairs(arena, about, row);
}

const char *tables_check_params(struct arena *arena, const gyre_component *about)
{
    const char *why = NULL;
    for (uint32_t i = 0; !why && i < about->param_count; i++)
        why = check_param(arena, about, i);
    return why;
}

/* ---- fields -------------------------------------------------------------------------------- */

static const gyre_param *find_param(const gyre_component *about, const char *key)
{
    for (uint32_t i = 0; i < about->param_count; i++)
        if (strcmp(about->params[i].key, key) == 0)
            return &about->params[i];
    return NULL;
}

static const char *check_access(struct arena *arena, const gyre_field *f)
{
    if (f->of < GYRE_OF_STATE || f->of > GYRE_OF_CONTEXT)
        return arena_format(arena, "field %s is of %u, which this gyre does not know", f->name,
                            f->of);
    if (!(f->access & GYRE_READ))
        return arena_format(arena, "field %s is not read (access lacks GYRE_READ)", f->name);
    if (f->access & ~(uint32_t)(GYRE_READ | GYRE_OPTIONAL | GYRE_LIST))
        return arena_format(arena, "field %s asks for an access that this gyre does not know",
                            f->name);
    if ((f->access & GYRE_LIST) && f->column)
        return arena_format(arena, "field %s is a list and has a column of its own", f->name);
    return NULL;
}

static const char *check_unique(struct arena *arena, const gyre_component *about, uint32_t last)
{
    const char *const name = about->fields[last].name;
    if (find_param(about, name))
        return arena_format(arena, "it has a field and a parameter of the name %s", name);
    for (uint32_t i = 0; i < last; i++)
        if (strcmp(about->fields[i].name, name) == 0)
            return arena_format(arena, "it has field %s twice", name);
    return NULL;
}

static const char *check_field(struct arena *arena, const gyre_component *about, uint32_t row)
{
    const gyre_field *const f = &about->fields[row];
    const char *why = check_key(arena, "field", row, f->name);
    if (!why && f->column && !is_line(f->column))
        why = arena_format(arena, "the column of field %s is not text", f->name);
    if (!why)
        why = check_access(arena, f);
    if (!why)
        why = condition_check(arena, about, f);
    if (!why)
        why = check_words(arena, "field", f->name, "", f->doc);
    return why ? why : check_unique(arena, about, row);
}

const char *tables_check_fields(struct arena *arena, const gyre_component *about)
{
    const char *why = NULL;
    for (uint32_t i = 0; !why && i < about->field_count; i++)
        why = check_field(arena, about, i);
    return why;
}

/* ---- outputs ------------------------------------------------------------------------------- */

static const char *check_output(struct arena *arena, const gyre_output *o)
{
    if (isnan(o->lo) || isnan(o->hi) || o->lo > o->hi)
        return arena_format(arena, "output %s has a range that ends below its beginning", o->name);
    if (o->direction < -1 || o->direction > 1)
        return arena_format(arena, "output %s has direction %d; it can be -1, 0 or 1", o->name,
                            o->direction);
    if (o->headline > 1)
        return arena_format(arena, "output %s has headline %u; it can be 0 or 1", o->name,
                            o->headline);
    return check_words(arena, "output", o->name, o->unit, o->doc);
}

const char *tables_check_outputs(struct arena *arena, const gyre_output *outputs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const char *why = check_key(arena, "output", i, outputs[i].name);
        if (!why)
            why = check_output(arena, &outputs[i]);
        for (uint32_t before = 0; !why && before < i; before++)
            if (strcmp(outputs[before].name, outputs[i].name) == 0)
                why = arena_format(arena, "it has output %s twice", outputs[i].name);
        if (why)
            return why;
    }
    return NULL;
}
