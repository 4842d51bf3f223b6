#include "cli/inquiry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/machine.h"
#include "base/text.h"
#include "cli/prompt.h"
#include "gyre/intervention.h"
#include "record/questions.h"
#include "record/store.h"

_Static_assert((int)PROMPT_KEEP == GYRE_ANSWER_KEEP && (int)PROMPT_DROP == GYRE_ANSWER_DROP &&
                   (int)PROMPT_SKIP == GYRE_ANSWER_SKIP,
               "what is typed is the answer");

/* How often the database is looked at for what others answered. */
enum { MILLISECONDS = 100 };

struct inquiry {
    struct desk desk;
    const struct plan *plan;
    struct result_sink *store;
    const char *database;
    struct questions *questions;
    bool terminal;
    struct prompt prompt;
    int64_t last;     /* the number of the newest question */
    bool told;        /* where questions wait */
    const char *user; /* who sits at the terminal */
};

/* Questions of one call. */
struct asking {
    struct inquiry *inquiry;
    struct call *call;
    gyre_question *question;
    int64_t count, run;
    double looked; /* when the database was looked at */
};

/* What went wrong with the database is in the report already. */
static gyre_status fail(const struct asking *a)
{
    gyre_ctx *ctx = &a->call->ctx;
    return ctx->host->fail(ctx, GYRE_E_INVALID, "the questions could not be kept");
}

/* ---- a question's sample ------------------------------------------------ */

/* Everything that the scenario says of a state, but not how common it is. */
static const char *attributes_of(struct arena *arena, const struct space *space, int64_t state)
{
    const char *text = "";
    const char *const *names = column_names(&space->columns, arena, GYRE_OF_STATE);
    for (; *names; names++) {
        char number[TEXT_REAL];
        if (strcmp(*names, SPACE_REFERENCE) == 0 || strcmp(*names, SPACE_START) == 0)
            continue;
        const struct column *column = column_find(&space->columns, GYRE_OF_STATE, *names);
        text = arena_format(arena, "%s%s\"%s\": %s", text, *text ? ", " : "", *names,
                            text_real(number, column->data[state]));
    }
    return arena_format(arena, "{%s}", text);
}

static struct question question_of(const struct asking *a, struct arena *arena,
                                   const gyre_question *asked)
{
    const struct plan *plan = a->inquiry->plan;
    const struct space *space = &plan->scenario->space;
    return (struct question){
        .round = a->call->round,
        .number = asked->number,
        .intervention = a->call->instance->name,
        .agent = plan->shape.datasets == 1 ? -1 : asked->dataset,
        .context = plan->context_of ? plan->context_of[asked->state] : 0,
        .state = asked->state,
        .name = space->names ? space->names[asked->state] : NULL,
        .attributes = attributes_of(arena, space, asked->state),
        .why = asked->why ? asked->why : "",
    };
}

/* ---- the database ------------------------------------------------------- */

/* A stranger's component may ask about what is not there. */
static bool is_sound(const struct asking *a)
{
    const gyre_shape *shape = &a->inquiry->plan->shape;
    bool good = a->count >= 0;
    for (int64_t i = 0; good && i < a->count; i++) {
        const gyre_question *q = &a->question[i];
        good = q->state < shape->states && q->dataset >= 0 && q->dataset < shape->datasets &&
               q->number >= 0 && q->number <= a->inquiry->last && q->silence <= GYRE_ANSWER_SKIP;
    }
    return good;
}

/* New ones get numbers, and a place in the database. */
static bool put(const struct asking *a)
{
    struct inquiry *inquiry = a->inquiry;
    struct arena *arena = arena_create();
    struct question *fresh = ARENA_ARRAY(arena, struct question, a->count + 1);
    int64_t count = 0;
    for (int64_t i = 0; i < a->count; i++) {
        gyre_question *q = &a->question[i];
        q->answer = GYRE_ANSWER_NONE;
        if (q->number > 0)
            continue;
        q->number = ++inquiry->last;
        fresh[count++] = question_of(a, arena, q);
    }
    enum status status = STATUS_OK;
    if (count > 0)
        status = questions_add(inquiry->questions, a->run, fresh, count);
    arena_destroy(arena);
    return status == STATUS_OK;
}

static bool look(struct asking *a)
{
    a->looked = machine_seconds();
    for (int64_t i = 0; i < a->count; i++) {
        gyre_question *q = &a->question[i];
        if (q->answer != GYRE_ANSWER_NONE)
            continue;
        int const answer = questions_look(a->inquiry->questions, a->run, q->number);
        if (answer < 0)
            return false;
        q->answer = (uint32_t)answer;
    }
    return true;
}

static bool write_answer(const struct asking *a, gyre_question *q, enum prompt_word word,
                         const char *who)
{
    bool taken = false;
    struct questions *questions = a->inquiry->questions;
    enum status const status =
        questions_answer(questions, a->run, q->number, prompt_answer(word), who, &taken);
    int const answer = taken ? (int)word : questions_look(questions, a->run, q->number);
    q->answer = answer > 0 ? (uint32_t)answer : GYRE_ANSWER_NONE;
    return status == STATUS_OK && answer >= 0;
}

/* What nobody answers any more is on record too. */
static bool be_silent(const struct asking *a)
{
    bool good = true;
    for (int64_t i = 0; i < a->count && good; i++) {
        gyre_question *q = &a->question[i];
        if (q->answer == GYRE_ANSWER_NONE && q->silence != GYRE_ANSWER_NONE)
            good = write_answer(a, q, (enum prompt_word)q->silence, "silence");
    }
    return good;
}

/* ---- waiting ------------------------------------------------------------ */

static int64_t first_open(const struct asking *a, int64_t from)
{
    while (from < a->count && a->question[from].answer != GYRE_ANSWER_NONE)
        from++;
    return from;
}

static int64_t count_open(const struct asking *a)
{
    int64_t open = 0;
    for (int64_t i = 0; i < a->count; i++)
        open += a->question[i].answer == GYRE_ANSWER_NONE;
    return open;
}

static void show(const struct asking *a, int64_t at)
{
    struct arena *arena = arena_create();
    struct question const question = question_of(a, arena, &a->question[at]);
    fflush(stdout);
    prompt_show(&a->inquiry->prompt, &question, count_open(a));
    arena_destroy(arena);
}

/* The terminal's answer to what it was shown; false: a failure. */
static bool hear(struct asking *a, int64_t at)
{
    struct inquiry *inquiry = a->inquiry;
    gyre_question *q = &a->question[at];
    enum prompt_word const word = prompt_wait(&inquiry->prompt, MILLISECONDS);
    bool good = true;
    if (prompt_answer(word))
        good = write_answer(a, q, word, inquiry->user);
    else if (machine_seconds() - a->looked > 1e-3 * MILLISECONDS)
        good = look(a);
    if (inquiry->prompt.over)
        fputs("\nnobody is asked any more in this run\n", inquiry->prompt.out);
    else if (q->answer != GYRE_ANSWER_NONE && q->answer != (uint32_t)word)
        fprintf(inquiry->prompt.out, "\nquestion %" PRId64 " was answered elsewhere: %s\n",
                q->number, prompt_answer((enum prompt_word)q->answer));
    return good;
}

static void tell_where(struct asking *a)
{
    struct inquiry *inquiry = a->inquiry;
    if (!inquiry->told)
        fprintf(stderr, "questions wait: gyre review %s --run %" PRId64 "\n", inquiry->database,
                a->run);
    inquiry->told = true;
}

/* False: a failure. Ends with questions open when nobody will answer any more, and when the run is
 * to stop. */
static bool wait_for_all(struct asking *a)
{
    struct inquiry *inquiry = a->inquiry;
    bool good = true;
    int64_t at = 0, shown = -1;
    while (good && (at = first_open(a, at)) < a->count && !call_stopping()) {
        if (!inquiry->terminal) {
            nanosleep(&(struct timespec){.tv_nsec = MILLISECONDS * 1000000}, NULL);
            good = look(a);
            continue;
        }
        if (inquiry->prompt.over)
            break;
        if (shown != at)
            show(a, at);
        shown = at;
        good = hear(a, at);
    }
    if (shown >= 0 && call_stopping())
        fputc('\n', inquiry->prompt.out);
    return good;
}

static gyre_status ask(void *argument, struct call *call, gyre_question *question, int64_t count,
                       bool wait)
{
    struct inquiry *inquiry = argument;
    struct asking a = {.inquiry = inquiry,
                       .call = call,
                       .question = question,
                       .count = count,
                       .run = store_run(inquiry->store)};
    if (!is_sound(&a))
        return call->ctx.host->fail(&call->ctx, GYRE_E_INVALID,
                                    "asks about a sample or a question that is not there");
    if (count == 0)
        return GYRE_OK;
    if (store_flush(inquiry->store) != STATUS_OK || !put(&a) || !look(&a))
        return fail(&a);
    if (!wait || !inquiry->terminal)
        tell_where(&a);
    if (wait && !wait_for_all(&a))
        return fail(&a);
    if (call_stopping())
        return GYRE_E_STOPPED;
    return be_silent(&a) ? GYRE_OK : fail(&a);
}

/* ---- its life ----------------------------------------------------------- */

struct inquiry *inquiry_create(struct arena *arena, const struct plan *plan,
                               struct result_sink *store, const char *database, bool terminal,
                               struct report *report)
{
    struct inquiry *inquiry = ARENA_NEW(arena, struct inquiry);
    *inquiry = (struct inquiry){.desk = {.argument = inquiry, .ask = ask},
                                .plan = plan,
                                .store = store,
                                .database = text_escape(arena, database),
                                .terminal = terminal,
                                .prompt = {.in = STDIN_FILENO, .out = stderr},
                                .user = arena_text(arena, prompt_user())};
    inquiry->questions = questions_open(arena, database, report);
    return inquiry->questions ? inquiry : NULL;
}

const struct desk *inquiry_desk(const struct inquiry *inquiry)
{
    return &inquiry->desk;
}

void inquiry_destroy(struct inquiry *inquiry)
{
    if (inquiry)
        questions_close(inquiry->questions);
}
