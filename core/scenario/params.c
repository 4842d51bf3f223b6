#include "scenario/params.h"

#include <math.h>
#include <string.h>

#include "scenario/say.h"

/* One parameter on its way from a value into the struct. */
struct reading {
    const gyre_param *param;
    const struct node *value;
    struct arena *arena;
    const char *owner; /* with its colon, or nothing */
    struct report *report;
};

/* ---- defaults ----------------------------------------------------------- */

/* The conversion of a double that no int64 can hold would be undefined. */
static int64_t whole(double x)
{
    if (x >= 0x1p63)
        return INT64_MAX;
    return x >= -0x1p63 ? (int64_t)x : INT64_MIN;
}

static void write_number(const gyre_param *param, double x, void *conf)
{
    char *to = (char *)conf + param->offset;
    int32_t const small = (int32_t)whole(x);
    int64_t const integer = whole(x);
    if (param->type == GYRE_F64)
        memcpy(to, &x, sizeof x);
    else if (param->type == GYRE_I64)
        memcpy(to, &integer, sizeof integer);
    else
        memcpy(to, &small, sizeof small);
}

static void write_text(const gyre_param *param, const char *text, void *conf)
{
    memcpy((char *)conf + param->offset, &text, sizeof text);
}

void params_default(const gyre_param *params, uint32_t count, void *conf)
{
    for (uint32_t i = 0; i < count; i++) {
        const gyre_param *const p = &params[i];
        if (p->type == GYRE_TEXT)
            write_text(p, p->text_def ? p->text_def : "", conf);
        else
            write_number(p, p->flags & GYRE_PARAM_REQUIRED ? p->min : p->def, conf);
    }
}

double params_number(const gyre_param *param, const void *conf)
{
    const char *from = (const char *)conf + param->offset;
    double real = 0;
    int64_t integer = 0;
    int32_t small = 0;
    if (param->type == GYRE_TEXT)
        return 0;
    if (param->type == GYRE_F64)
        return memcpy(&real, from, sizeof real), real;
    if (param->type == GYRE_I64)
        return memcpy(&integer, from, sizeof integer), (double)integer;
    return memcpy(&small, from, sizeof small), small;
}

/* ---- mistakes ----------------------------------------------------------- */

#define REFUSE(reading, format, ...)                                                               \
    report_add((reading)->report, STATUS_DATA, (reading)->value->at, "%s%s" format,                \
               (reading)->owner, (reading)->param->key, __VA_ARGS__)

static void refuse_kind(struct reading *reading, const char *wanted)
{
    REFUSE(reading, " must be %s, not %s", wanted, node_kind_name(reading->value->kind));
}

/* Is the value within the bounds? A long double holds every int64 and every double, so that none
 * passes by rounding. */
static bool is_within(struct reading *reading, long double x)
{
    const gyre_param *p = reading->param;
    bool const open_min = p->flags & GYRE_PARAM_OPEN_MIN, open_max = p->flags & GYRE_PARAM_OPEN_MAX;
    bool const low = x < p->min || (open_min && x == p->min);
    bool const high = x > p->max || (open_max && x == p->max);
    if (!low && !high)
        return true;
    static const char *const words[2][2] = {{"is above its maximum", "must be below"},
                                            {"is below its minimum", "must be above"}};
    REFUSE(reading, " = %s %s %s", node_show(reading->arena, reading->value),
           words[low][low ? open_min : open_max], say_real(reading->arena, low ? p->min : p->max));
    return false;
}

/* ---- values ------------------------------------------------------------- */

static void read_bool(struct reading *reading, void *conf)
{
    if (reading->value->kind == NODE_BOOL)
        write_number(reading->param, reading->value->flag, conf);
    else
        refuse_kind(reading, "true or false");
}

static void read_integer(struct reading *reading, void *conf)
{
    const struct node *value = reading->value;
    if (value->kind == NODE_REAL) {
        double const x = value->real;
        bool const fits = x == floor(x) && fabs(x) < 0x1p63;
        const char *hint = fits ? arena_format(reading->arena, "; write %lld", (long long)x) : "";
        REFUSE(reading, " must be an integer, not %s%s", node_show(reading->arena, value), hint);
    } else if (value->kind != NODE_INTEGER) {
        refuse_kind(reading, "an integer");
    } else if (is_within(reading, value->integer)) {
        memcpy((char *)conf + reading->param->offset, &value->integer, sizeof value->integer);
    }
}

static void read_real(struct reading *reading, void *conf)
{
    const struct node *value = reading->value;
    if (value->kind != NODE_REAL && value->kind != NODE_INTEGER)
        refuse_kind(reading, "a number");
    else if (!isfinite(value->real))
        REFUSE(reading, " = %s is not finite", node_show(reading->arena, value));
    else if (value->kind == NODE_INTEGER && (long double)value->real != (long double)value->integer)
        REFUSE(reading, " = %lld is an integer that no number can be exactly; the nearest is %.0f",
               (long long)value->integer, value->real);
    else if (is_within(reading, value->real))
        write_number(reading->param, value->real, conf);
}

static void read_choice(struct reading *reading, void *conf)
{
    const char *const *choices = reading->param->choices;
    const struct node *value = reading->value;
    const char *list = say_list(reading->arena, choices);
    if (value->kind != NODE_TEXT) {
        refuse_kind(reading, arena_format(reading->arena, "one of %s", list));
        return;
    }
    for (int i = 0; choices[i]; i++) {
        if (strcmp(choices[i], value->text) == 0) {
            write_number(reading->param, i, conf);
            return;
        }
    }
    REFUSE(reading, " = %s is not one of %s%s", node_show(reading->arena, value), list,
           say_nearest(reading->arena, value->text, choices));
}

static void read_text(struct reading *reading, void *conf)
{
    if (reading->value->kind == NODE_TEXT)
        write_text(reading->param, reading->value->text, conf);
    else
        refuse_kind(reading, "a string");
}

static void read_value(struct reading *reading, void *conf)
{
    static void (*const read[])(struct reading *, void *) = {
        [GYRE_BOOL] = read_bool,   [GYRE_I64] = read_integer, [GYRE_F64] = read_real,
        [GYRE_ENUM] = read_choice, [GYRE_TEXT] = read_text,
    };
    read[reading->param->type](reading, conf);
}

void params_read(struct arena *arena, const gyre_param *params, uint32_t count, const char *owner,
                 struct node *table, struct place at, void *conf, struct report *report)
{
    params_default(params, count, conf);
    struct reading reading = {.arena = arena, .report = report};
    reading.owner = *owner ? arena_format(arena, "%s: ", owner) : "";
    for (uint32_t i = 0; i < count; i++) {
        const gyre_param *const p = &params[i];
        reading.param = p;
        reading.value = node_find(table, p->key);
        if (reading.value)
            read_value(&reading, conf);
        else if (p->flags & GYRE_PARAM_REQUIRED)
            report_add(report, STATUS_DATA, at, "%sneeds a value for %s", reading.owner, p->key);
    }
}
