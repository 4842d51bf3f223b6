#include "host/condition.h"

#include <string.h>

#include "scenario/params.h"

/* One of them: key[0, length), and the choice behind '='; NULL where there is none. */
struct part {
    const char *key, *choice;
    int length, choice_length;
};

/* The first of `at`; returns what follows, NULL at the end. */
static const char *part_read(const char *at, struct part *part)
{
    size_t const all = strcspn(at, " "), key = strcspn(at, "= ");
    *part = (struct part){.key = at, .length = (int)key};
    if (key < all) {
        part->choice = at + key + 1;
        part->choice_length = (int)(all - key - 1);
    }
    return at[all] ? at + all + 1 : NULL;
}

static bool is_word(const char *text, const char *word, int length)
{
    return strlen(text) == (size_t)length && memcmp(text, word, (size_t)length) == 0;
}

static const gyre_param *param_of(const gyre_component *about, const struct part *part)
{
    for (uint32_t i = 0; i < about->param_count; i++)
        if (is_word(about->params[i].key, part->key, part->length))
            return &about->params[i];
    return NULL;
}

/* -1: it has none of that name. */
static int choice_of(const gyre_param *param, const struct part *part)
{
    for (int i = 0; param->type == GYRE_ENUM && param->choices[i]; i++)
        if (is_word(param->choices[i], part->choice, part->choice_length))
            return i;
    return -1;
}

static const char *check_part(struct arena *arena, const gyre_component *about,
                              const gyre_field *field, const struct part *part)
{
    const gyre_param *param = param_of(about, part);
    if (!param)
        return arena_format(arena, "field %s depends on a parameter that is not there (when)",
                            field->name);
    if (part->choice && choice_of(param, part) < 0)
        return arena_format(arena, "field %s depends on a choice that %s does not have (when)",
                            field->name, param->key);
    if (!part->choice && param->type == GYRE_TEXT)
        return arena_format(arena, "field %s depends on parameter %s, which is no number",
                            field->name, param->key);
    return NULL;
}

const char *condition_check(struct arena *arena, const gyre_component *about,
                            const gyre_field *field)
{
    const char *wrong = NULL;
    for (const char *at = field->when; at && !wrong;) {
        struct part part;
        at = part_read(at, &part);
        wrong = check_part(arena, about, field, &part);
    }
    return wrong;
}

bool condition_holds(const gyre_component *about, const char *when, const void *conf)
{
    bool holds = true;
    for (const char *at = when; at && holds;) {
        struct part part;
        at = part_read(at, &part);
        const gyre_param *param = param_of(about, &part);
        double const value = params_number(param, conf);
        holds = part.choice ? value == choice_of(param, &part) : value != 0;
    }
    return holds;
}

const char *condition_text(struct arena *arena, const char *when)
{
    const char *words = "";
    for (const char *at = when; at;) {
        struct part part;
        const char *const join = *words ? " and " : "";
        at = part_read(at, &part);
        if (part.choice)
            words = arena_format(arena, "%s%s%.*s is \"%.*s\"", words, join, part.length, part.key,
                                 part.choice_length, part.choice);
        else
            words = arena_format(arena, "%s%s%.*s is not 0", words, join, part.length, part.key);
    }
    return words;
}
