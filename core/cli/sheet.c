#include "cli/sheet.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/ink.h"
#include "cli/page.h"
#include "host/condition.h"

/* A limit from here on says no more than that there is none to think of. */
#define ENDLESS 1e15

struct sheet {
    struct arena *arena;
    FILE *out;
    bool colour;
};

static const char *text(const json_t *object, const char *key)
{
    const char *const value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static bool is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/* Infinities are strings. */
static double number(const json_t *object, const char *key)
{
    const json_t *const value = json_object_get(object, key);
    if (json_is_string(value))
        return json_string_value(value)[0] == '-' ? -INFINITY : INFINITY;
    return json_number_value(value);
}

static const char *real(struct arena *arena, double x)
{
    char out[TEXT_REAL];
    return arena_text(arena, text_real(out, x));
}

static void heading(const struct sheet *sheet, const char *words)
{
    fputc('\n', sheet->out);
    page_heading(sheet->out, sheet->colour, words);
}

static void widen(int *width, const char *words)
{
    int const columns = ink_columns(words);
    if (columns > *width)
        *width = columns;
}

static void print_doc(FILE *out, const char *words)
{
    fprintf(out, "%6s", "");
    page_text(out, 6, 6, words);
}

/* ---- values -------------------------------------------------------------------------------- */

/* JSON's strings are basic strings of TOML, too. */
static const char *quoted(struct arena *arena, const json_t *value)
{
    char *const made = json_dumps(value, JSON_ENCODE_ANY);
    const char *const kept = arena_text(arena, made ? made : "\"\"");
    free(made);
    return kept;
}

/* A number gets a point, so that it is seen to be no integer. */
static const char *real_text(struct arena *arena, double x)
{
    const char *const digits = real(arena, x);
    return strpbrk(digits, ".en") ? digits : arena_format(arena, "%s.0", digits);
}

/* As TOML has it. */
static const char *value_text(struct arena *arena, const json_t *value)
{
    if (json_is_string(value))
        return quoted(arena, value);
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    if (json_is_integer(value))
        return arena_format(arena, "%lld", (long long)json_integer_value(value));
    return real_text(arena, json_real_value(value));
}

const char *sheet_range(struct arena *arena, const json_t *p)
{
    double const low = number(p, "min"), high = number(p, "max");
    bool const open_low = is_true(p, "open_min"), open_high = is_true(p, "open_max");
    const char *const a = real(arena, low), *const b = real(arena, high);
    if (!json_object_get(p, "min") || (low <= -ENDLESS && high >= ENDLESS))
        return "any";
    if (high >= ENDLESS)
        return arena_format(arena, "%s %s", open_low ? ">" : ">=", a);
    if (low <= -ENDLESS)
        return arena_format(arena, "%s %s", open_high ? "<" : "<=", b);
    return arena_format(arena, "%c%s, %s%c", open_low ? '(' : '[', a, b, open_high ? ')' : ']');
}

/* A default beyond all numbers that anybody would write: a limit that is not there. */
static bool is_no_limit(const json_t *p)
{
    double const x = json_number_value(json_object_get(p, "default"));
    return x <= -ENDLESS || x >= ENDLESS;
}

const char *sheet_default(struct arena *arena, const json_t *p)
{
    if (is_no_limit(p))
        return "none";
    return is_true(p, "required") ? "required" : value_text(arena, json_object_get(p, "default"));
}

static const char *join(struct arena *arena, const json_t *words)
{
    const char *all = "";
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *const word = json_string_value(json_array_get(words, i));
        all = arena_format(arena, "%s%s%s", all, i ? ", " : "", word ? word : "");
    }
    return all;
}

/* ---- parameters ---------------------------------------------------------------------------- */

enum { CELLS = 5 };

static void param_cells(struct arena *arena, const json_t *p, const char *cell[CELLS])
{
    bool const numeric = json_object_get(p, "min") != NULL;
    cell[0] = text(p, "key");
    cell[1] = text(p, "type");
    cell[2] = sheet_default(arena, p);
    cell[3] = numeric ? sheet_range(arena, p) : "";
    cell[4] = text(p, "unit");
}

static void print_cells(FILE *out, const char *const cell[CELLS], const int width[CELLS])
{
    int at = 0, due = 2;
    for (int i = 0; i < CELLS; i++) {
        if (*cell[i]) {
            fprintf(out, "%*s%s", due - at, "", cell[i]);
            at = due + ink_columns(cell[i]);
        }
        due += width[i] + 2;
    }
    fputc('\n', out);
}

static void print_param_doc(const struct sheet *sheet, const json_t *p)
{
    const json_t *const choices = json_object_get(p, "choices");
    const char *words = text(p, "doc");
    if (choices)
        words = arena_format(sheet->arena, "%s One of: %s.", words, join(sheet->arena, choices));
    print_doc(sheet->out, words);
}

static void print_params(const struct sheet *sheet, const json_t *params)
{
    static const char *const title[CELLS] = {"key", "type", "default", "range", "unit"};
    const char *cell[CELLS];
    int width[CELLS] = {0};
    for (int i = 0; i < CELLS; i++)
        widen(&width[i], title[i]);
    for (size_t row = 0; row < json_array_size(params); row++) {
        param_cells(sheet->arena, json_array_get(params, row), cell);
        for (int i = 0; i < CELLS; i++)
            widen(&width[i], cell[i]);
    }
    heading(sheet, "parameters");
    print_cells(sheet->out, title, width);
    for (size_t row = 0; row < json_array_size(params); row++) {
        param_cells(sheet->arena, json_array_get(params, row), cell);
        print_cells(sheet->out, cell, width);
        print_param_doc(sheet, json_array_get(params, row));
    }
}

/* ---- columns and outputs ------------------------------------------------------------------- */

static const char *column_text(struct arena *arena, const json_t *f)
{
    const char *const column = text(f, "column");
    const char *words = is_true(f, "list")
                            ? arena_format(arena, "%s, the columns that %s = [\"...\"] says",
                                           text(f, "of"), text(f, "name"))
                        : *column ? arena_format(arena,
                                                 "%s, column \"%s\" unless %s = \"...\" says "
                                                 "another",
                                                 text(f, "of"), column, text(f, "name"))
                                  : arena_format(arena, "%s, the column that %s = \"...\" says",
                                                 text(f, "of"), text(f, "name"));
    if (*text(f, "when"))
        words =
            arena_format(arena, "%s; only if %s", words, condition_text(arena, text(f, "when")));
    return is_true(f, "optional") ? arena_format(arena, "%s; need not be there", words) : words;
}

static void print_columns(const struct sheet *sheet, const json_t *fields)
{
    heading(sheet, "columns that it reads");
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *const f = json_array_get(fields, i);
        int const at = fprintf(sheet->out, "  %s: of ", text(f, "name"));
        page_text(sheet->out, at, 6, column_text(sheet->arena, f));
        print_doc(sheet->out, text(f, "doc"));
    }
}

static const char *output_text(struct arena *arena, const json_t *o)
{
    const char *const unit = text(o, "unit"), *const worse = text(o, "worse");
    double const low = number(o, "lo"), high = number(o, "hi");
    const char *const range =
        isinf(low) && isinf(high) ? "any number"
        : isinf(high)             ? arena_format(arena, ">= %s", real(arena, low))
        : isinf(low)              ? arena_format(arena, "<= %s", real(arena, high))
                     : arena_format(arena, "%s to %s", real(arena, low), real(arena, high));
    return arena_format(arena, "%s%s%s%s%s", range, *unit ? " in " : "", unit, *worse ? ", " : "",
                        *worse ? arena_format(arena, "%s is worse", worse) : "");
}

static void print_outputs(const struct sheet *sheet, const json_t *component)
{
    const json_t *const outputs = json_object_get(component, "outputs");
    const char *const name = strchr(text(component, "id"), '.');
    int width = 0;
    for (size_t i = 0; i < json_array_size(outputs); i++)
        widen(&width, text(json_array_get(outputs, i), "name"));
    heading(sheet, "outputs");
    for (size_t i = 0; i < json_array_size(outputs); i++) {
        const json_t *const o = json_array_get(outputs, i);
        fprintf(sheet->out, "  %s.%-*s  %s\n", name ? name + 1 : "", width, text(o, "name"),
                output_text(sheet->arena, o));
        print_doc(sheet->out, text(o, "doc"));
    }
}

/* ---- an example ---------------------------------------------------------------------------- */

static const char *section(const char *kind)
{
    return strcmp(kind, "policy") == 0         ? "[society.policy]"
           : strcmp(kind, "selection") == 0    ? "[selection]"
           : strcmp(kind, "update") == 0       ? "[update]"
           : strcmp(kind, "intervention") == 0 ? "[[intervention]]"
                                               : "[[metric]]";
}

/* For a parameter without a default: something within its range. */
static const char *some_value(struct arena *arena, const json_t *p)
{
    const char *const type = text(p, "type");
    if (strcmp(type, "bool") == 0)
        return "true";
    if (strcmp(type, "text") == 0)
        return "\"...\"";
    if (strcmp(type, "choice") == 0)
        return quoted(arena, json_array_get(json_object_get(p, "choices"), 0));
    double low = number(p, "min"), high = number(p, "max");
    bool const integer = strcmp(type, "integer") == 0;
    if (low <= -ENDLESS)
        low = high >= ENDLESS ? 0 : high - 2;
    if (high >= ENDLESS)
        high = low + 2;
    double const middle = low + (high - low) / 2;
    return integer ? arena_format(arena, "%lld", (long long)floor(middle))
                   : real_text(arena, middle);
}

static void print_line(FILE *out, int indent, const char *key, int width, const char *value,
                       const char *why)
{
    fprintf(out, "%*s%-*s = %s%s%s\n", indent, "", width, key, value, *why ? "  # " : "", why);
}

/* Only columns that the scenario must name. */
static void print_example_column(struct arena *arena, FILE *out, int indent, int width,
                                 const json_t *f)
{
    const char *const when = text(f, "when");
    bool const list = is_true(f, "list");
    const char *const what = list ? "columns" : "a column";
    if (*text(f, "column") || is_true(f, "optional"))
        return;
    print_line(out, indent, text(f, "name"), width, list ? "[\"...\"]" : "\"...\"",
               *when ? arena_format(arena, "required if %s: %s", condition_text(arena, when), what)
                     : arena_format(arena, "required: %s", what));
}

static void print_example_param(struct arena *arena, FILE *out, int indent, int width,
                                const json_t *p)
{
    bool const required = is_true(p, "required");
    if (is_no_limit(p))
        return;
    const char *const value =
        required ? some_value(arena, p) : value_text(arena, json_object_get(p, "default"));
    print_line(out, indent, text(p, "key"), width, value, required ? "required" : "");
}

void sheet_print_example(struct arena *arena, FILE *out, int indent, const json_t *component)
{
    const json_t *const params = json_object_get(component, "parameters");
    const json_t *const fields = json_object_get(component, "columns");
    int width = 3;
    for (size_t i = 0; i < json_array_size(params); i++)
        widen(&width, text(json_array_get(params, i), "key"));
    fprintf(out, "%*s%s\n", indent, "", section(text(component, "kind")));
    print_line(out, indent, "use", width, arena_format(arena, "\"%s\"", text(component, "id")), "");
    for (size_t i = 0; i < json_array_size(params); i++)
        print_example_param(arena, out, indent, width, json_array_get(params, i));
    for (size_t i = 0; i < json_array_size(fields); i++)
        print_example_column(arena, out, indent, width, json_array_get(fields, i));
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void print_head(const struct sheet *sheet, const json_t *component)
{
    page_heading(
        sheet->out, sheet->colour,
        arena_format(sheet->arena, "%s %s", text(component, "id"), text(component, "version")));
    fprintf(sheet->out, "  ");
    page_text(sheet->out, 2, 2, text(component, "summary"));
    if (*text(component, "doc")) {
        fputc('\n', sheet->out);
        page_markdown(sheet->out, 2, text(component, "doc"));
    }
}

static void print_source(const struct sheet *sheet, const json_t *component)
{
    const json_t *const module = json_object_get(component, "module");
    heading(sheet, "source");
    fprintf(sheet->out, "  file     %s\n  digest   %s\n  module   %s %s\n  license  %s\n",
            text(component, "file"), text(component, "digest"), text(module, "id"),
            text(module, "version"), text(module, "license"));
}

void sheet_print(struct arena *arena, FILE *out, bool colour, const json_t *component)
{
    struct sheet const sheet = {.arena = arena, .out = out, .colour = colour};
    print_head(&sheet, component);
    if (json_array_size(json_object_get(component, "parameters")))
        print_params(&sheet, json_object_get(component, "parameters"));
    if (json_array_size(json_object_get(component, "columns")))
        print_columns(&sheet, json_object_get(component, "columns"));
    if (json_array_size(json_object_get(component, "outputs")))
        print_outputs(&sheet, component);
    if (json_array_size(json_object_get(component, "hooks")))
        fprintf(out, "\nacts through %s; in which rounds: every, from, until, when\n",
                join(arena, json_object_get(component, "hooks")));
    heading(&sheet, "in a scenario");
    sheet_print_example(arena, out, 2, component);
    print_source(&sheet, component);
}
