#include "cli/flags.h"

#include <string.h>

#include "base/text.h"
#include "cli/browse.h"

static bool is_known(const struct flags *flags, const char *name)
{
    const char *const *known = flags->known;
    while (known && *known && strcmp(*known, name) != 0)
        known++;
    return !known || *known;
}

static const struct flag *find_flag(const struct flags *flags, const char *word)
{
    const char *name = strcmp(word, "-h") == 0 ? "--help" : word;
    const struct flag *flag = flags->flag;
    while (flag->name && (strcmp(flag->name, name) != 0 || !is_known(flags, name)))
        flag++;
    return flag->name ? flag : NULL;
}

static enum status say_unknown(struct arena *arena, const struct flags *flags, const char *name)
{
    int count = 0;
    while (flags->flag[count].name)
        count++;
    const char **names = ARENA_ARRAY(arena, const char *, count + 1);
    for (int i = 0, n = 0; i < count; i++)
        if (is_known(flags, flags->flag[i].name))
            names[n++] = flags->flag[i].name;
    const char *const near = text_nearest(name, names);
    return browse_fail(flags->verb, STATUS_USAGE, "unknown option %s%s%s%s; see gyre %s --help",
                       text_escape(arena, name), near ? "; did you mean " : "", near ? near : "",
                       near ? "?" : "", flags->verb);
}

static void keep_value(const struct flag *flag, const char *value)
{
    if (flag->text) {
        *flag->text = value;
        return;
    }
    const char **end = flag->texts ? *flag->texts : NULL;
    while (end && *end)
        end++;
    if (end)
        *end = value;
}

/* `--name VALUE` or `--name=VALUE`; moves *next past a value that it takes. */
static enum status read_option(struct arena *arena, const struct flags *flags, char **argv,
                               int *next)
{
    const char *const word = argv[(*next)++];
    const char *const equals = strchr(word, '=');
    const char *const name =
        equals ? arena_format(arena, "%.*s", (int)(equals - word), word) : word;
    const struct flag *const flag = find_flag(flags, name);
    if (!flag)
        return say_unknown(arena, flags, name);
    if (flag->on && equals)
        return browse_fail(flags->verb, STATUS_USAGE, "%s takes no value", name);
    if (flag->on) {
        *flag->on = true;
        return STATUS_OK;
    }
    const char *const value = equals ? equals + 1 : argv[*next];
    if (!value || !*value)
        return browse_fail(flags->verb, STATUS_USAGE, "%s needs a value", name);
    *next += !equals;
    keep_value(flag, value);
    return STATUS_OK;
}

static enum status read_word(struct arena *arena, const struct flags *flags, const char *word)
{
    if (!flags->word || *flags->word)
        return browse_fail(flags->verb, STATUS_USAGE, "%s \"%s\"; see gyre %s --help", flags->words,
                           text_escape(arena, word), flags->verb);
    *flags->word = word;
    return STATUS_OK;
}

enum status flags_read(struct arena *arena, int argc, char **argv, const struct flags *flags)
{
    enum status status = STATUS_OK;
    for (const struct flag *flag = flags->flag; flag->name; flag++)
        if (flag->texts)
            *flag->texts = ARENA_ARRAY(arena, const char *, argc + 1);
    for (int next = 1; next < argc && status == STATUS_OK;) {
        bool const option = argv[next][0] == '-' && argv[next][1];
        status =
            option ? read_option(arena, flags, argv, &next) : read_word(arena, flags, argv[next++]);
    }
    return status;
}
