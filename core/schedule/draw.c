#include "schedule/draw.h"

#include <math.h>
#include <string.h>

#include "schedule/census.h"
#include "schedule/judge.h"
#include "world/invert.h"
#include "world/random.h"

/* ---- from one table, or one list ---------------------------------------- */

static struct random_more more_of(const struct replicate *r, int64_t round, uint32_t purpose,
                                  uint32_t attempt, uint64_t first)
{
    return (struct random_more){.key = r->sampling_key,
                                .first = first,
                                .round = (uint32_t)round,
                                .stream = random_stream(purpose, attempt)};
}

enum { AHEAD = 8 };

/* So many words of an agent, of the first attempt. As many as one agent's few draws take do not
 * fill a processor's pipes: those of the agents behind it are made with them, by half the time. */
static const uint64_t *words_ahead(const struct replicate *r, struct ahead *ahead, uint32_t round,
                                   uint64_t agent, int64_t each)
{
    bool const made = ahead->key == r->sampling_key && ahead->round == round &&
                      ahead->each == each && agent - ahead->first < (uint64_t)ahead->agents;
    if (!made) {
        int64_t const fit = REPLICATE_CHUNK / FEW_IN_A_WORD / each;
        int64_t const block = AHEAD - (int64_t)(agent % AHEAD);
        int64_t const left = r->plan->shape.datasets - (int64_t)agent;
        int64_t const most = fit < block ? fit : block, agents = left < most ? left : most;
        *ahead = (struct ahead){ahead->word, r->sampling_key, agent, agents, each, round};
        random_words_each(r->sampling_key, round, random_stream(STREAM_SAMPLE, 0), agent << 32,
                          (uint64_t)1 << 32, each, agents, ahead->word);
    }
    return ahead->word + (int64_t)(agent - ahead->first) * each;
}

/* Agents whose datasets are drawn in one go come one after the other. */
static const uint64_t *words_of_few(const struct replicate *r, struct bench *bench, uint32_t round,
                                    uint32_t stream, uint64_t part, uint32_t attempt, int64_t n)
{
    if (attempt == 0 && stream == STREAM_SAMPLE && n == r->plan->shape.samples)
        return words_ahead(r, &bench->ahead, round, part, few_words(n));
    random_words(r->sampling_key, round, random_stream(stream, attempt), part << 32, few_words(n),
                 bench->word);
    return bench->word;
}

/* A quarter of a word each, and a word of its own for one that it leaves open. */
static void draw_few(const struct replicate *r, struct bench *bench, uint32_t round,
                     const struct few *few, uint32_t stream, uint64_t part, uint32_t attempt,
                     int64_t n, uint32_t *out)
{
    const uint64_t *word = words_of_few(r, bench, round, stream, part, attempt, n);
    int64_t const open = few_draw(few, word, n, out, bench->open);
    for (int64_t i = 0; i < open; i++) {
        uint32_t const d = bench->open[i];
        uint64_t const more = random_word(
            r->sampling_key, round, random_stream(STREAM_MORE_STEPS, attempt), (part << 32) + d);
        out[d] = few_settle(few, few_quarter(word, d), more);
    }
}

/* Half a word each, of a table of steps one, of few states a quarter. */
static void draw_table(struct replicate *r, int worker, uint32_t round, const struct source *source,
                       uint64_t part, uint32_t attempt, int64_t n, uint32_t *out)
{
    uint64_t *const word = r->bench[worker].word;
    uint64_t const first = part << 32;
    bool const given_up = source->given_up;
    uint32_t const stream = given_up ? STREAM_TABLE : STREAM_SAMPLE;
    struct random_more const more =
        more_of(r, round, given_up ? STREAM_MORE_TABLE : STREAM_MORE, attempt, first);
    if (source->few) {
        draw_few(r, &r->bench[worker], round, source->few, stream, part, attempt, n, out);
        return;
    }
    random_words(r->sampling_key, round, random_stream(stream, attempt), first,
                 source->steps ? n : (n + 1) / 2, word);
    if (source->steps)
        invert_draw_all(source->steps, law_columns(r->plan), word, n, out);
    else
        alias_draw_all(source->table, &more, word, n, out);
}

/* Of whole cells: some of the last one's are refused too, and what is no cell's. Needed are so many
 * and hardly ever four standard deviations more. */
static int64_t proposals_of_few(const struct law *law, const struct compose_cells *cells, int64_t n)
{
    double const levels = (double)compose_levels(cells);
    double const mass = (cells->listed + cells->rest) * levels * 0x1p-16;
    double const accepted = law->accepted * mass;
    double const more = ((double)n + 4 * sqrt((double)n * fmax(1 - accepted, 0))) / accepted + 1;
    return more < REPLICATE_CHUNK - COMPOSE_GROUP
               ? ((int64_t)more / COMPOSE_GROUP + 1) * COMPOSE_GROUP
               : REPLICATE_CHUNK;
}

/* How many proposals n more samples will most likely take. Refusals are counted by calls: so by
 * these numbers lists are given up, of which one proposal in hundreds is accepted. */
static int64_t proposals_for(const struct law *law, const struct compose_cells *cells, int64_t n)
{
    if (law->even)
        return (n + 1) / 2 * 2;
    if (cells->few > 0)
        return proposals_of_few(law, cells, n);
    double const more = 1.02 * (double)n / law->accepted + 16;
    return more < 2 * REPLICATE_CHUNK - 32 ? ((int64_t)more + 31) / 32 * 32 : 2 * REPLICATE_CHUNK;
}

/* What a call for n samples of a list takes. */
struct asked {
    int64_t proposals;
    struct compose_words words;
};

static struct asked asked_for(const struct law *law, const struct compose_cells *cells, int64_t n)
{
    int64_t const proposals = proposals_for(law, cells, n);
    return (struct asked){proposals, compose_words(cells, proposals)};
}

/* Proposals of lists of a length, for so many parts from `part` on, whose words are made. `more`
 * and `rest` are where further ones are. */
struct proposals {
    struct compose_parts parts;
    struct random_more more, rest;
};

/* What of a part is used up. */
struct used {
    uint64_t words, halves, further;
};

static void make_words(const struct replicate *r, struct bench *bench, uint32_t round,
                       uint32_t attempt, uint64_t part, const struct used *used,
                       struct proposals *p)
{
    struct compose_words const words = p->parts.words;
    uint64_t const first = part << 32, step = (uint64_t)1 << 32;
    uint64_t *const half = bench->word + p->parts.count * words.each;
    p->more = more_of(r, round, STREAM_MORE, attempt, first + used->further);
    p->rest = more_of(r, round, STREAM_REST, attempt, first + used->halves);
    random_words_each(r->sampling_key, round, random_stream(STREAM_SAMPLE, attempt),
                      first + used->words, step, words.each, p->parts.count, bench->word);
    if (words.halves > 0)
        random_words_each(r->sampling_key, round, p->rest.stream, p->rest.first, step, words.halves,
                          p->parts.count, half);
    p->parts.more = &p->more;
    p->parts.rest = &p->rest;
    p->parts.word = bench->word;
    p->parts.half = half;
}

enum { REFUSALS = 1000 }; /* in a row, and a list is given up */

/* A list's draws on their way. */
struct drawing {
    const struct compose *from;
    const uint32_t *own;
    uint64_t part;
    struct used used;
    uint32_t attempt;
    int64_t have, want, refused; /* refused: proposals in a row, counted by calls */
    uint32_t *out;
};

/* By quarters there may be more of the rest than halves were made for, up to all; and further bits
 * are taken twice, by proposals and by those. */
static void use_up(struct used *used, const struct compose_cells *cells, struct asked asked)
{
    uint64_t const n = (uint64_t)asked.proposals;
    used->words += (uint64_t)asked.words.each;
    used->halves += (COMPOSE_OPEN + n + 1) / 2;
    used->further += cells->few > 0 ? 2 * n : n;
}

/* As many words as it takes. False: given up. */
static bool draw_list(struct replicate *r, int worker, uint32_t round, struct drawing *d)
{
    const struct compose_cells *cells = d->from->cells;
    while (d->have < d->want && d->refused <= REFUSALS) {
        int64_t const want = d->want - d->have;
        struct asked const asked = asked_for(&r->law, cells, want);
        int64_t got = 0;
        struct proposals p = {.parts = {.count = 1,
                                        .own = &d->own,
                                        .n = asked.proposals,
                                        .words = asked.words,
                                        .want = want,
                                        .out = d->out + d->have,
                                        .stride = want,
                                        .got = &got}};
        make_words(r, &r->bench[worker], round, d->attempt, d->part, &d->used, &p);
        compose_draw_parts(d->from, &p.parts);
        use_up(&d->used, cells, asked);
        d->refused = got > 0 ? 0 : d->refused + asked.proposals;
        d->have += got;
    }
    return d->have == d->want;
}

/* A table in the place of a list that was given up. Words that it refused are no longer any words.
 */
static bool give_up(struct replicate *r, int worker, int64_t round, struct source *source)
{
    bool const made = law_tabulate(r, worker, round, source);
    source->given_up = true;
    return made;
}

bool draw_samples(struct replicate *r, int worker, int64_t round, struct source *source,
                  uint64_t part, uint32_t attempt, int64_t n, uint32_t *out)
{
    struct drawing drawing = {.from = source->composed,
                              .own = source->own,
                              .part = part,
                              .attempt = attempt,
                              .want = n,
                              .out = out};
    if (source->own && draw_list(r, worker, (uint32_t)round, &drawing))
        return true;
    if (source->own && !give_up(r, worker, round, source))
        return false;
    draw_table(r, worker, (uint32_t)round, source, part, attempt, n, out);
    return true;
}

void draw_parts(struct replicate *r, int worker, int64_t round, uint64_t part, int64_t n,
                int64_t parts, uint32_t *out, uint32_t *kept)
{
    struct bench *bench = &r->bench[worker];
    struct random_more const more = more_of(r, round, STREAM_MORE, 0, part << 32);
    random_words_each(r->sampling_key, (uint32_t)round, random_stream(STREAM_SAMPLE, 0), part << 32,
                      (uint64_t)1 << 32, (n + 1) / 2, parts, bench->word);
    alias_draw_parts(&r->law.alias, &more, bench->word, n, parts, out, kept);
}

/* ---- draws from many lists ---------------------------------------------- */

/* Of agents [begin, begin + n). */
struct lists {
    int64_t round, begin, n;
    const gyre_said *said;
    uint32_t *state, *drawn; /* as draw_lists has them */
};

/* How many from the first on are as long as it and have words for all their proposals. */
static int64_t alike(const struct lists *lists, int64_t words)
{
    int64_t i = 1;
    while (i < lists->n && lists->said[i].count == lists->said->count &&
           (i + 1) * words <= REPLICATE_CHUNK)
        i++;
    return i;
}

/* Goes on where agent m's words did not suffice: elsewhere, since behind its samples the next one's
 * stand. */
static bool draw_on(struct replicate *r, int worker, int64_t round, int64_t m, int64_t have,
                    struct drawing *rest, uint32_t *out)
{
    struct source source = {.agent = m};
    int64_t const want = have + rest->want;
    rest->out = r->bench[worker].fresh;
    if (draw_list(r, worker, (uint32_t)round, rest)) {
        memcpy(out + have, rest->out, sizeof *out * (size_t)rest->want);
        return true;
    }
    if (!give_up(r, worker, round, &source))
        return false;
    draw_table(r, worker, (uint32_t)round, &source, (uint64_t)m, 0, want, out);
    return true;
}

/* Proposes for all at once; got[i]: how many samples list i has then. */
static void propose(struct replicate *r, int worker, const struct lists *lists, struct asked asked,
                    const uint32_t **own, int64_t *got)
{
    struct bench *bench = &r->bench[worker];
    int64_t const want = r->plan->shape.samples;
    struct proposals p = {.parts = {.count = lists->n,
                                    .own = own,
                                    .n = asked.proposals,
                                    .words = asked.words,
                                    .want = want,
                                    .out = lists->state,
                                    .stride = want,
                                    .got = got}};
    for (int64_t i = 0; i < lists->n; i++)
        own[i] = lists->said[i].state;
    make_words(r, bench, (uint32_t)lists->round, 0, (uint64_t)lists->begin, &(struct used){0}, &p);
    compose_draw_parts(&bench->composed, &p.parts);
}

static void draw_alike(struct replicate *r, int worker, const struct lists *lists,
                       struct asked asked)
{
    int64_t const want = r->plan->shape.samples;
    const struct compose *from = &r->bench[worker].composed;
    const uint32_t *own[BATCH_MOST];
    int64_t got[BATCH_MOST];
    struct used used = {0};
    propose(r, worker, lists, asked, own, got);
    use_up(&used, from->cells, asked);
    for (int64_t i = 0; i < lists->n; i++) {
        int64_t const m = lists->begin + i;
        struct drawing rest = {.from = from,
                               .own = own[i],
                               .part = (uint64_t)m,
                               .used = used,
                               .want = want - got[i],
                               .refused = got[i] ? 0 : asked.proposals};
        bool const whole = got[i] == want || draw_on(r, worker, lists->round, m, got[i], &rest,
                                                     lists->state + i * want);
        lists->drawn[i] = whole ? (uint32_t)want : 0;
    }
}

/* Lists that are as long as the first, as many as there is room for; returns how many. */
static int64_t draw_some(struct replicate *r, int worker, struct lists *lists)
{
    law_compose(r, worker, lists->said->count);
    struct asked const asked = asked_for(&r->law, &r->bench[worker].cells, r->plan->shape.samples);
    lists->n = alike(lists, asked.words.each + asked.words.halves);
    draw_alike(r, worker, lists, asked);
    return lists->n;
}

static int64_t draw_one(struct replicate *r, int worker, const struct lists *lists)
{
    int64_t const n = r->plan->shape.samples;
    struct source source;
    bool const drawn =
        law_of_agent(r, worker, lists->round, lists->begin, &source) &&
        draw_samples(r, worker, lists->round, &source, (uint64_t)lists->begin, 0, n, lists->state);
    *lists->drawn = drawn ? (uint32_t)n : 0;
    return 1;
}

void draw_lists(struct replicate *r, int worker, int64_t round, int64_t begin, int64_t n,
                uint32_t *state, uint32_t *drawn)
{
    gyre_said *const said = r->bench[worker].said;
    memset(drawn, 0, sizeof *drawn * (size_t)n);
    if (r->law.composed && !census_say_each(r, worker, begin, begin + n, said))
        return;
    for (int64_t i = 0, some = 1; i < n; i += some) {
        struct lists lists = {
            round, begin + i, n - i, said + i, state + i * r->plan->shape.samples, drawn + i};
        bool const listed = r->law.composed && said[i].count > 0;
        some = listed ? draw_some(r, worker, &lists) : draw_one(r, worker, &lists);
    }
}
