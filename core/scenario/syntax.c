#include "scenario/syntax.h"

#include <stdio.h>
#include <string.h>

#include "scenario/file.h"
#include "scenario/say.h"
#include "scenario/scan.h"
#include "scenario/toml.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* ---- the library's words ------------------------------------------------ */

/* "Error while parsing SCOPE: REASON" in its parts, and where the text was read to. */
struct mistake {
    struct arena *arena;
    char scope[64];
    const char *reason;
    const char *at;
    struct scan scan;
};

static void mistake_init(struct mistake *mistake, const char *text, const struct toml_fault *fault)
{
    static const char lead[] = "Error while parsing ";
    mistake->reason = fault->words;
    const char *colon = strstr(fault->words, ": ");
    if (strncmp(fault->words, lead, sizeof lead - 1) == 0 && colon) {
        const char *scope = fault->words + sizeof lead - 1;
        snprintf(mistake->scope, sizeof mistake->scope, "%.*s", (int)(colon - scope), scope);
        mistake->reason = colon + 2;
    }
    mistake->at = scan_find(text, fault->line, fault->column);
    scan_is_deep(&mistake->scan, text, mistake->at);
}

static bool is_in(const struct mistake *mistake, const char *scope)
{
    return strstr(mistake->scope, scope) != NULL;
}

static bool has(const struct mistake *mistake, const char *reason)
{
    return strstr(mistake->reason, reason) != NULL;
}

static bool is_line_end(const char *c)
{
    return *c == 0 || *c == '\n' || *c == '\r';
}

static const char *whole_word(struct mistake *mistake, const char *word)
{
    return say_short(mistake->arena, arena_format(mistake->arena, "%.*s",
                                                  (int)strcspn(word, " \t\r\n,[]{}=#"), word));
}

/* ---- sentences ---------------------------------------------------------- */

/* Each of these moves `at` and gives a sentence when it knows better than the library. */

static const char *say_number(struct mistake *mistake)
{
    const char *word = mistake->scan.word ? mistake->scan.word : mistake->at;
    bool const number = is_in(mistake, "integer") || is_in(mistake, "floating") ||
                        is_in(mistake, "boolean") || is_in(mistake, "date") ||
                        is_in(mistake, "time") || strcmp(mistake->scope, "value") == 0;
    if (!number || is_line_end(word))
        return NULL;
    mistake->at = word;
    const char *shown = whole_word(mistake, word);
    if (has(mistake, "representable in 64 bits") || has(mistake, "exceeds length limit") ||
        has(mistake, "too long"))
        return arena_format(mistake->arena,
                            "%s is beyond the integers, which go from -2^63 to 2^63 - 1", shown);
    if (has(mistake, "could not be interpreted"))
        return arena_format(mistake->arena, "%s is beyond what a number can be", shown);
    if (strchr("+-.0123456789", *word))
        return arena_format(mistake->arena, "%s is not a number or a date: %s", shown,
                            mistake->reason);
    return arena_format(mistake->arena, "%s is not a value: words stand in quotes", shown);
}

static const char *say_string(struct mistake *mistake)
{
    if (!mistake->scan.string || !is_in(mistake, "string"))
        return NULL;
    bool const open = has(mistake, "end-of-file") ||
                      (has(mistake, "control character") && is_line_end(mistake->at));
    if (open)
        mistake->at = mistake->scan.string;
    else if (has(mistake, "control character"))
        return "a control character in a string is written as an escape, such as \\u0007";
    return open ? "this string is not closed" : NULL;
}

static const char *say_bracket(struct mistake *mistake)
{
    bool const table = is_in(mistake, "inline table");
    bool const end = has(mistake, "end-of-file"), line = has(mistake, "saw '\\n'");
    if (mistake->scan.open == 0 || !(end || (table && line)))
        return NULL;
    mistake->at = mistake->scan.frame[mistake->scan.open].open;
    if (!end)
        return "a table in braces ends on the line it begins on";
    return *mistake->at == '[' ? "this array is not closed" : "this table is not closed";
}

static const char *say_key(struct mistake *mistake)
{
    const struct scan_frame *frame = &mistake->scan.frame[mistake->scan.open];
    if (has(mistake, "cannot redefine") && frame->key) {
        mistake->at = frame->key;
        return mistake->reason;
    }
    if (frame->value && is_in(mistake, "key-value pair") &&
        (has(mistake, "end-of-file") || has(mistake, "expected value, ")))
        return "a value is missing behind the =";
    return NULL;
}

static const char *say_rest(struct mistake *mistake)
{
    if (has(mistake, "end-of-file"))
        return "the file ends too soon";
    const char *line = strstr(mistake->reason, "saw '\\n'");
    if (line)
        return arena_format(mistake->arena, "%.*ssaw the end of the line",
                            (int)(line - mistake->reason), mistake->reason);
    return mistake->reason;
}

static void explain(struct arena *arena, const char *text, const struct toml_fault *words,
                    struct syntax_fault *fault)
{
    struct mistake mistake = {.arena = arena};
    mistake_init(&mistake, text, words);
    const char *sentence = say_string(&mistake);
    if (!sentence)
        sentence = say_bracket(&mistake);
    if (!sentence)
        sentence = say_key(&mistake);
    if (!sentence)
        sentence = say_number(&mistake);
    if (!sentence)
        sentence = say_rest(&mistake);
    scan_place(text, mistake.at, &fault->at);
    fault->sentence = sentence;
}

/* ---- parsing ------------------------------------------------------------ */

static bool is_shallow(const char *text, struct syntax_fault *fault)
{
    struct scan scan;
    if (!scan_is_deep(&scan, text, text + strlen(text)))
        return true;
    scan_place(text, scan.c - 1, &fault->at);
    fault->sentence = "tables and arrays are nested more than 100 deep here";
    return false;
}

static bool is_text(const char *text, size_t size, struct syntax_fault *fault)
{
    struct file file = {.bytes = text, .size = size};
    if (file_is_text(&file, &fault->at))
        return true;
    fault->sentence = file.why;
    return false;
}

struct node *syntax_parse(struct arena *arena, const char *file, const char *text, size_t size,
                          struct syntax_fault *fault)
{
    *fault = (struct syntax_fault){.status = STATUS_DATA, .at.file = file};
    size_t const mark = strlen(BYTE_ORDER_MARK);
    if (strncmp(text, BYTE_ORDER_MARK, mark) == 0) {
        text += mark;
        size -= mark;
    }
    if (!is_text(text, size, fault) || !is_shallow(text, fault))
        return NULL;
    struct toml_fault words;
    struct node *root = toml_parse(arena, file, text, &words);
    if (root)
        return root;
    if (words.memory)
        *fault = (struct syntax_fault){STATUS_LIMIT, {.file = file}, words.words};
    else
        explain(arena, text, &words, fault);
    return NULL;
}
