/* What docs/generate.sh calls: pages of the documentation out of the tables that gyre reads with.
 *
 *   docs_pages scenario TEMPLATE   the template, with a table for each line `@table NAME`
 *   docs_pages components          all shipped components
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/browse.h"
#include "cli/sheet.h"
#include "host/condition.h"
#include "host/describe.h"
#include "host/registry.h"
#include "scenario/grammar.h"

/* No limit worth a word: as in cli/sheet.c. */
#define ENDLESS 1e15

static const char *text(const json_t *object, const char *key)
{
    const char *const value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static bool is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/* ---- cells --------------------------------------------------------------------------------- */

/* A word as it is: Markdown means something else by * and <, and by | in a table. */
static void print_words(const char *words)
{
    bool code = false;
    for (; *words; words++) {
        code ^= *words == '`';
        if (*words == '|' || (!code && (*words == '*' || *words == '<')))
            putchar('\\');
        putchar(*words);
    }
}

static void print_cell(const char *words)
{
    printf(" ");
    print_words(words);
    printf("%s|", *words ? " " : "");
}

static void print_row(const char *const *cells)
{
    printf("|");
    for (; *cells; cells++)
        print_cell(*cells);
    putchar('\n');
}

static void print_head(const char *const *cells)
{
    print_row(cells);
    printf("|");
    for (; *cells; cells++)
        printf(" --- |");
    putchar('\n');
}

static const char *code(struct arena *arena, const char *words)
{
    return *words ? arena_format(arena, "`%s`", words) : "";
}

/* "a, b or c" */
static const char *either(struct arena *arena, const char *const *words, int count)
{
    const char *all = "";
    for (int i = 0; i < count; i++)
        all = arena_format(arena, "%s%s%s", all,
                           i == 0           ? ""
                           : i == count - 1 ? " or "
                                            : ", ",
                           words[i]);
    return all;
}

/* ---- keys ---------------------------------------------------------------------------------- */

static const char *const key_head[] = {"key", "type", "default", "range", "unit", "", NULL};

static const char *choice_words(struct arena *arena, const json_t *choices)
{
    const char *words[64];
    int count = 0;
    for (size_t i = 0; i < json_array_size(choices) && count < 64; i++)
        words[count++] =
            arena_format(arena, "`\"%s\"`", json_string_value(json_array_get(choices, i)));
    return either(arena, words, count);
}

static const char *default_words(struct arena *arena, const json_t *param)
{
    json_t *const value = json_object_get(param, "default");
    double const x = json_number_value(value);
    if (!value)
        return "required";
    if (x <= -ENDLESS || x >= ENDLESS || (json_is_string(value) && !*json_string_value(value)))
        return "";
    return code(arena, sheet_default(arena, param));
}

static void print_param(struct arena *arena, const json_t *param)
{
    const char *const type = text(param, "type");
    const json_t *const choices = json_object_get(param, "choices");
    print_row((const char *const[]){
        code(arena, text(param, "key")),
        choices                     ? choice_words(arena, choices)
        : strcmp(type, "bool") == 0 ? "`true` or `false`"
                                    : type,
        default_words(arena, param),
        json_object_get(param, "min") ? sheet_range(arena, param) : "",
        text(param, "unit"),
        text(param, "doc"),
        NULL,
    });
}

static const char *form_type(struct arena *arena, const struct grammar_form *form)
{
    uint32_t const forms = form->forms;
    const char *words[8];
    int count = 0;
    if (forms & GRAMMAR_WORD)
        words[count++] = arena_format(arena, "`\"%s\"`", form->word);
    if (forms & GRAMMAR_NAME)
        words[count++] = "name";
    if (forms & GRAMMAR_USE)
        words[count++] = "component";
    if (forms & GRAMMAR_TABLE)
        words[count++] = "table";
    if (forms & GRAMMAR_NUMBER)
        words[count++] = forms & GRAMMAR_WHOLE ? "integer" : "number";
    if (forms & GRAMMAR_LAW) {
        words[count++] = "distribution";
    } else {
        if (forms & GRAMMAR_ARRAY)
            words[count++] = "array";
        if (forms & GRAMMAR_COLUMN)
            words[count++] = "column";
    }
    const char *const all = either(arena, words, count);
    return forms & GRAMMAR_NAMED ? arena_format(arena, "table: name = %s", all) : all;
}

static const char *form_range(struct arena *arena, const struct grammar_form *form)
{
    if (!(form->forms & (GRAMMAR_NUMBER | GRAMMAR_ARRAY)))
        return "";
    json_t *const limits = json_pack("{s:f, s:f}", "min", form->min, "max", form->max);
    const char *const range = sheet_range(arena, limits);
    json_decref(limits);
    return range;
}

static void print_form(struct arena *arena, const struct grammar_form *form)
{
    const char *const otherwise = form->otherwise ? form->otherwise
                                  : form->forms & GRAMMAR_USE && form->word
                                      ? code(arena, form->word)
                                      : "";
    print_row((const char *const[]){
        code(arena, form->key),
        form_type(arena, form),
        form->required ? "required" : otherwise,
        form_range(arena, form),
        "",
        form->doc,
        NULL,
    });
}

static void print_table(struct arena *arena, const struct grammar_table *table)
{
    json_t *const params = describe_params(table->params, table->param_count);
    print_head(key_head);
    for (size_t i = 0; i < json_array_size(params); i++)
        print_param(arena, json_array_get(params, i));
    for (uint32_t i = 0; i < table->form_count; i++)
        print_form(arena, &table->forms[i]);
    json_decref(params);
}

/* ---- scenario.md --------------------------------------------------------------------------- */

static const struct grammar_table *const tables[] = {
    &grammar_scenario, &grammar_space, &grammar_society,      &grammar_sampling, &grammar_law,
    &grammar_column,   &grammar_share, &grammar_intervention, &grammar_when,     NULL,
};

static int refuse(int code, const char *sentence)
{
    fprintf(stderr, "docs_pages: %s\n", sentence);
    return code;
}

static int print_scenario(struct arena *arena, const char *path)
{
    static const char mark[] = "@table ";
    char line[4096];
    FILE *const from = fopen(path, "r");
    if (!from)
        return refuse(66, arena_format(arena, "%s: %s", path, strerror(errno)));
    puts("<!-- Made by docs/generate.sh from scenario.md.in and gyre's own tables: "
         "change those. -->");
    while (fgets(line, sizeof line, from)) {
        if (strncmp(line, mark, strlen(mark)) != 0) {
            fputs(line, stdout);
            continue;
        }
        const char *const name = strtok(line + strlen(mark), "\n");
        const struct grammar_table *const *table = tables;
        while (*table && name && strcmp((*table)->name, name) != 0)
            table++;
        if (!*table || !name)
            return refuse(65, arena_format(arena, "%s: no table \"%s\"", path, name ? name : ""));
        print_table(arena, *table);
    }
    fclose(from);
    return 0;
}

/* ---- components.md ------------------------------------------------------------------------- */

static void print_columns(struct arena *arena, const json_t *columns)
{
    puts("\nColumns that it reads:\n");
    print_head((const char *const[]){"key", "of", "column", "", NULL});
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const json_t *const one = json_array_get(columns, i);
        const char *const usual = text(one, "column"), *const when = text(one, "when");
        const char *const column = arena_format(
            arena, "%s%s%s%s",
            *usual                 ? code(arena, usual)
            : is_true(one, "list") ? "required, an array of columns"
                                   : "required",
            is_true(one, "optional") ? ", need not be there" : "", *when ? ", only if " : "",
            *when ? code(arena, condition_text(arena, when)) : "");
        print_row((const char *const[]){code(arena, text(one, "name")), text(one, "of"), column,
                                        text(one, "doc"), NULL});
    }
}

static const char *limit(struct arena *arena, const json_t *value)
{
    char out[TEXT_REAL];
    return json_is_string(value) ? json_string_value(value)
                                 : arena_text(arena, text_real(out, json_number_value(value)));
}

static void print_outputs(struct arena *arena, const json_t *component)
{
    const json_t *const outputs = json_object_get(component, "outputs");
    const char *const word = strchr(text(component, "id"), '.') + 1;
    puts("\nOutputs:\n");
    print_head((const char *const[]){"output", "unit", "from", "to", "worse", "", NULL});
    for (size_t i = 0; i < json_array_size(outputs); i++) {
        const json_t *const one = json_array_get(outputs, i);
        print_row((const char *const[]){arena_format(arena, "`%s.%s`", word, text(one, "name")),
                                        text(one, "unit"), limit(arena, json_object_get(one, "lo")),
                                        limit(arena, json_object_get(one, "hi")),
                                        text(one, "worse"), text(one, "doc"), NULL});
    }
}

static void print_component(struct arena *arena, const json_t *component)
{
    const json_t *const params = json_object_get(component, "parameters");
    const json_t *const columns = json_object_get(component, "columns");
    printf("\n## %s %s\n\n", text(component, "id"), text(component, "version"));
    print_words(text(component, "summary"));
    printf("\n\n");
    print_words(text(component, "doc"));
    printf("\n```toml\n");
    sheet_print_example(arena, stdout, 0, component);
    puts("```");
    if (json_array_size(params)) {
        puts("\nParameters:\n");
        print_head(key_head);
    }
    for (size_t i = 0; i < json_array_size(params); i++)
        print_param(arena, json_array_get(params, i));
    if (json_array_size(columns))
        print_columns(arena, columns);
    if (json_array_size(json_object_get(component, "outputs")))
        print_outputs(arena, component);
}

static const json_t *next_by_id(const json_t *components, const char *kind, const char *after)
{
    const json_t *next = NULL;
    for (size_t i = 0; i < json_array_size(components); i++) {
        const json_t *const one = json_array_get(components, i);
        const char *const id = text(one, "id");
        if (is_true(one, "shipped") && strcmp(text(one, "kind"), kind) == 0 &&
            strcmp(id, after) > 0 && (!next || strcmp(id, text(next, "id")) < 0))
            next = one;
    }
    return next;
}

static void print_components(struct arena *arena)
{
    const char *none = NULL;
    struct browse const browse = {.verb = "docs", .plugins = &none};
    json_t *const all = browse_all(arena, &browse);
    const json_t *const components = json_object_get(all, "components");
    puts("# The shipped components\n\n"
         "Made by docs/generate.sh from the components themselves: `gyre describe ID` says the "
         "same. What every\nintervention takes beside its parameters, and how columns are named, "
         "is in [scenario.md](scenario.md).");
    for (gyre_kind kind = 1; *kind_word(kind); kind++)
        for (const json_t *one = next_by_id(components, kind_word(kind), ""); one;
             one = next_by_id(components, kind_word(kind), text(one, "id")))
            print_component(arena, one);
    json_decref(all);
}

int main(int argc, char **argv)
{
    struct arena *const arena = arena_create();
    int code = 0;
    if (argc == 3 && strcmp(argv[1], "scenario") == 0)
        code = print_scenario(arena, argv[2]);
    else if (argc == 2 && strcmp(argv[1], "components") == 0)
        print_components(arena);
    else
        code = refuse(2, "usage: docs_pages scenario TEMPLATE, or docs_pages components");
    arena_destroy(arena);
    return fflush(stdout) == 0 ? code : 74;
}
