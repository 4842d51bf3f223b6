/* gyre review: answers what a run asks people, from a terminal of one's own. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/utf8.h"
#include "cli/browse.h"
#include "cli/cli.h"
#include "cli/flags.h"
#include "cli/ink.h"
#include "cli/prompt.h"
#include "host/call.h"
#include "record/archive.h"
#include "record/questions.h"

static const char help[] =
    "usage: gyre review [DB] [options]\n"
    "\n"
    "Answers what a run asks people about samples that an intervention.review flagged, while\n"
    "the run waits or goes on. Shows one question after another, and takes k(eep), d(rop),\n"
    "s(kip) and q(uit); ends when the run has ended. DB is the run's database (gyre.db).\n"
    "\n"
    "  --db FILE              the same as DB\n"
    "  --run RUN              a number, \"last\", or the beginning of a digest (the newest\n"
    "                         run that asked anything, one under way before others)\n"
    "  --list                 show all questions of the run and their answers, and end\n"
    "  --json                 the same, for programs\n"
    "  --answer NUMBER=WORD   answer one question with keep, drop or skip, and end; may be\n"
    "                         given again\n"
    "\n"
    "example: gyre review gyre.db --list\n"
    "\n"
    "exit codes: 0 done, 2 usage, 65 no database of gyre, or the question is answered or its\n"
    "run over, 66 no such run or question, 74 input/output, 75 stopped\n";

static struct timespec const tick = {.tv_nsec = 100000000};

struct review {
    struct arena *arena;
    struct report *report;
    const char *database, *text; /* DB, --run */
    const char **answers;
    bool list, json, help;
    int64_t run;
    struct questions *questions;
};

static struct place where(const struct review *r)
{
    return (struct place){.file = r->database};
}

/* ---- arguments ---------------------------------------------------------- */

static enum status read_arguments(struct review *r, int argc, char **argv)
{
    const char *named = NULL;
    struct flag const flag[] = {
        {.name = "--run", .text = &r->text},
        {.name = "--answer", .texts = &r->answers},
        {.name = "--list", .on = &r->list},
        {.name = "--json", .on = &r->json},
        {.name = "--db", .text = &named},
        {.name = "--help", .on = &r->help},
        {.name = NULL},
    };
    struct flags const flags = {.verb = "review",
                                .flag = flag,
                                .word = &r->database,
                                .words = "takes one database, and there is also"};
    enum status const status = flags_read(r->arena, argc, argv, &flags);
    if (status == STATUS_OK && named && r->database)
        return browse_fail("review", STATUS_USAGE, "takes one database, and there is also --db");
    if (!r->database)
        r->database = named ? named : "gyre.db";
    if (status == STATUS_OK && *r->answers && (r->list || r->json))
        return browse_fail("review", STATUS_USAGE, "--answer and %s: which of them?",
                           r->list ? "--list" : "--json");
    return status;
}

static int64_t number_of(const char *text, size_t length)
{
    int64_t number = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || i >= 15)
            return 0;
        number = 10 * number + (text[i] - '0');
    }
    return number;
}

/* NUMBER=WORD, or a sentence on stderr. */
static enum status read_answer(const struct review *r, const char *text, int64_t *number,
                               enum prompt_word *word)
{
    const char *const equals = strchr(text, '=');
    *number = equals ? number_of(text, (size_t)(equals - text)) : 0;
    *word = equals ? prompt_find(equals + 1) : PROMPT_NONE;
    if (*number > 0 && prompt_answer(*word))
        return STATUS_OK;
    return browse_fail("review", STATUS_USAGE,
                       "--answer takes a question's number and keep, drop or skip, as in 3=keep, "
                       "not %s",
                       text_escape(r->arena, text));
}

/* All words are looked at before any is acted on. */
static enum status check_answers(const struct review *r)
{
    enum status status = STATUS_OK;
    for (const char **text = r->answers; *text && status == STATUS_OK; text++) {
        int64_t number;
        enum prompt_word word;
        status = read_answer(r, *text, &number, &word);
    }
    return status;
}

/* ---- a list ------------------------------------------------------------- */

static void print_list(const struct review *r, const struct question *list, int64_t count)
{
    printf("run %" PRId64 ", %" PRId64 " question%s\n", r->run, count, count == 1 ? "" : "s");
    for (int64_t i = 0; i < count; i++) {
        const struct question *q = &list[i];
        const char *name = q->name ? arena_format(r->arena, " \"%s\"", q->name) : "";
        const char *agent =
            q->agent >= 0 ? arena_format(r->arena, ", agent %" PRId64, q->agent) : "";
        const char *line = arena_format(
            r->arena, "%" PRId64 "  round %" PRId64 "%s, state %" PRId64 "%s: %s: %s%s%s",
            q->number, q->round, agent, q->state, name, q->why ? q->why : "",
            q->answer ? q->answer : "waits", q->who ? ", by " : "", q->who ? q->who : "");
        puts(ink_text(r->arena, line));
    }
}

static json_t *text_or_null(struct arena *arena, const char *text)
{
    return text ? json_string(utf8_text(arena, text)) : json_null();
}

static json_t *question_json(struct arena *arena, const struct question *q)
{
    json_t *attributes =
        json_loads(q->attributes ? q->attributes : "{}", JSON_DECODE_INT_AS_REAL, NULL);
    return json_pack(
        "{s:I, s:I, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "number",
        (json_int_t)q->number, "round", (json_int_t)q->round, "intervention",
        text_or_null(arena, q->intervention), "agent",
        q->agent >= 0 ? json_integer(q->agent) : json_null(), "context", (json_int_t)q->context,
        "state", (json_int_t)q->state, "name", text_or_null(arena, q->name), "attributes",
        attributes ? attributes : json_object(), "why", text_or_null(arena, q->why), "asked",
        text_or_null(arena, q->asked), "answer", text_or_null(arena, q->answer), "who",
        text_or_null(arena, q->who), "answered", text_or_null(arena, q->answered));
}

static void print_json(const struct review *r, const struct question *list, int64_t count)
{
    json_t *all = json_array();
    for (int64_t i = 0; i < count; i++)
        json_array_append_new(all, question_json(r->arena, &list[i]));
    json_t *whole = json_pack("{s:I, s:o}", "run", (json_int_t)r->run, "questions", all);
    json_dumpf(whole, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(whole);
}

static enum status list(const struct review *r)
{
    int64_t count;
    const struct question *all =
        questions_list(r->questions, r->arena, r->run, false, INT64_MAX, &count);
    if (!all)
        return report_status(r->report);
    if (r->json)
        print_json(r, all, count);
    else
        print_list(r, all, count);
    return STATUS_OK;
}

/* ---- one answer --------------------------------------------------------- */

static enum status say_answered(const struct review *r, int64_t number, int answer)
{
    return report_add(r->report, STATUS_DATA, where(r),
                      "question %" PRId64 " of run %" PRId64 " has been answered already: %s",
                      number, r->run, prompt_answer((enum prompt_word)answer));
}

static enum status say_missing(const struct review *r, int64_t number)
{
    return report_add(r->report, STATUS_MISSING, where(r),
                      "run %" PRId64 " has asked no question %" PRId64 "; --list shows what it has",
                      r->run, number);
}

/* Has it ended, it no longer takes any. */
static enum status check_run(const struct review *r)
{
    int const on = questions_run_goes_on(r->questions, r->run);
    if (on < 0)
        return report_status(r->report);
    return on ? STATUS_OK
              : report_add(r->report, STATUS_DATA, where(r),
                           "run %" PRId64 " has ended and takes no more answers", r->run);
}

static enum status answer_one(const struct review *r, const char *text)
{
    int64_t number;
    enum prompt_word word;
    bool taken = false;
    enum status status = read_answer(r, text, &number, &word);
    if (status == STATUS_OK)
        status = questions_answer(r->questions, r->run, number, prompt_answer(word), prompt_user(),
                                  &taken);
    if (status != STATUS_OK || taken)
        return status;
    int const answer = questions_look(r->questions, r->run, number);
    if (answer < 0)
        return report_status(r->report);
    return answer ? say_answered(r, number, answer) : say_missing(r, number);
}

static enum status answer_all(const struct review *r)
{
    enum status status = check_run(r);
    for (const char **text = r->answers; *text && status == STATUS_OK; text++)
        status = answer_one(r, *text);
    return status;
}

/* ---- one after another -------------------------------------------------- */

/* Nothing is open at the moment: is there more to come? */
static bool await_more(const struct review *r, bool *told)
{
    if (questions_run_goes_on(r->questions, r->run) <= 0)
        return false;
    if (!*told)
        printf("\nrun %" PRId64 " asks nothing at the moment\n", r->run);
    fflush(stdout);
    *told = true;
    nanosleep(&tick, NULL);
    return true;
}

static enum status write_answer(const struct review *r, const struct question *q,
                                enum prompt_word word)
{
    bool taken = false;
    enum status const status = questions_answer(r->questions, r->run, q->number,
                                                prompt_answer(word), prompt_user(), &taken);
    if (status == STATUS_OK && !taken)
        printf("question %" PRId64 " was answered elsewhere\n", q->number);
    return status;
}

/* Until it is answered, here or elsewhere, or its run ends. */
static enum status put_to(const struct review *r, struct prompt *prompt, const struct question *q)
{
    int64_t const open = questions_open_count(r->questions, r->run);
    prompt_show(prompt, q, open);
    while (!prompt->over && !call_stopping()) {
        enum prompt_word const word = prompt_wait(prompt, 100);
        if (prompt_answer(word))
            return write_answer(r, q, word);
        int const answer = questions_look(r->questions, r->run, q->number);
        if (answer < 0)
            return report_status(r->report);
        if (answer > 0)
            printf("\nquestion %" PRId64 " was answered elsewhere\n", q->number);
        if (answer > 0 || questions_run_goes_on(r->questions, r->run) <= 0)
            return STATUS_OK;
    }
    return STATUS_OK;
}

static enum status answer_each(const struct review *r)
{
    struct prompt prompt = {.in = STDIN_FILENO, .out = stdout};
    enum status status = check_run(r);
    bool told = false;
    while (status == STATUS_OK && !prompt.over && !call_stopping()) {
        int64_t count;
        struct arena *arena = arena_create();
        const struct question *q = questions_list(r->questions, arena, r->run, true, 1, &count);
        bool more = true;
        if (!q)
            status = report_status(r->report);
        else if (count == 0)
            more = await_more(r, &told);
        else
            status = put_to(r, &prompt, q);
        told = told && count == 0;
        arena_destroy(arena);
        if (!more || (status == STATUS_OK && questions_run_goes_on(r->questions, r->run) <= 0))
            break;
    }
    putchar('\n');
    return status == STATUS_OK && call_stopping() ? STATUS_STOPPED : status;
}

/* ---- the verb ----------------------------------------------------------- */

/* The run that is meant; 0: none has asked anything, negative with a sentence. */
static int64_t find_run(const struct review *r, struct archive *archive)
{
    if (!r->text)
        return questions_newest_run(r->questions);
    int64_t const run = archive_find(archive, r->text, r->report);
    return run > 0 ? run : -1;
}

static void print_none(const struct review *r)
{
    if (r->json)
        puts("{\n  \"run\": null,\n  \"questions\": []\n}");
    else
        printf("no run has asked anything in %s yet\n", text_escape(r->arena, r->database));
}

/* Only to look at it the database is opened to read. */
static enum status show(const struct review *r)
{
    if (r->run > 0)
        return list(r);
    print_none(r);
    return STATUS_OK;
}

static enum status answer(struct review *r)
{
    r->questions = questions_open(r->arena, r->database, r->report);
    if (!r->questions)
        return report_status(r->report);
    enum status const status = *r->answers ? answer_all(r) : answer_each(r);
    questions_close(r->questions);
    return status;
}

static enum status review(struct review *r)
{
    struct archive *archive = archive_open(r->arena, r->database, r->report);
    enum status status = STATUS_OK;
    bool const shows = r->list || r->json;
    if (archive)
        r->questions = questions_of(r->arena, archive, r->report);
    r->run = r->questions ? find_run(r, archive) : -1;
    if (r->run == 0 && !shows)
        report_add(r->report, STATUS_MISSING, where(r), "no run has asked anything in it yet");
    else if (r->run >= 0 && shows)
        status = show(r);
    if (archive)
        archive_close(archive);
    if (r->run > 0 && !shows)
        status = answer(r);
    return status == STATUS_OK ? report_status(r->report) : status;
}

int review_main(int argc, char **argv)
{
    struct arena *arena = arena_create();
    struct review r = {.arena = arena, .report = report_create(arena)};
    enum status status = read_arguments(&r, argc, argv);
    if (status == STATUS_OK && !r.help)
        status = check_answers(&r);
    if (status == STATUS_OK && r.help)
        fputs(help, stdout);
    else if (status == STATUS_OK)
        status = review(&r);
    report_print(r.report, stderr);
    arena_destroy(arena);
    return (int)(status == STATUS_OK ? browse_end("review") : status);
}
