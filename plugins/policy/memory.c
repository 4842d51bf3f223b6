/* policy.memory - an agent is what it remembers, over what all began with.
 *
 * A row is the memory alone: B states, the oldest first, so an agent takes 4 B
 * bytes whatever the number of states. Learning writes over the oldest. Where
 * what is remembered of a context weighs the same however much it is, and
 * speaks of that context alone, the row is also what the agent says: a list.
 * Else the list is spread out over all states.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gyre/policy.h"

struct conf {
    double recall, prior, spill, spill_prior;
    int64_t capacity;
};

static const gyre_param params[] = {
    {.key = "recall",
     .type = GYRE_F64,
     .flags = GYRE_PARAM_OPEN_MIN,
     .offset = GYRE_AT(struct conf, recall, double),
     .max = 1,
     .def = 0.8,
     .unit = "",
     .doc = "l, the weight of what is remembered; the rest is the start, for ever."},
    GYRE_P_I64(struct conf, capacity, 32, 1, 1000000, "states",
               "B, how many states an agent remembers."),
    GYRE_P_F64(struct conf, prior, 0, 0, 1e9, "states",
               "k0: n remembered states of a context weigh l n / (n + k0)."),
    GYRE_P_F64(struct conf, spill, 0, 0, 1, "",
               "sigma, how much a remembered state counts for its kind in every context."),
    GYRE_P_F64(struct conf, spill_prior, 1, 1e-6, 1e9, "states",
               "s, what holds the spill back: so many states are as expected of each kind."),
};

enum { START, KIND };

/* The base is the run's own past: who has it is not closed. */
static const gyre_field fields[] = {
    [START] = {.name = "start",
               .column = "start",
               .of = GYRE_OF_STATE,
               .access = GYRE_READ,
               .doc = "What agents say beside what they remember."},
    [KIND] = {.name = "kind",
              .column = "kind",
              .when = "spill",
              .of = GYRE_OF_STATE,
              .access = GYRE_READ,
              .doc = "The kind of each state, a whole number from 0 to 63."},
};

#define NOTHING UINT32_MAX

enum { KINDS_MOST = 64 };

static int64_t capacity(const gyre_ctx *ctx)
{
    return ((const struct conf *)ctx->conf)->capacity;
}

static int is_listed(const gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    return conf->prior <= 0 && conf->spill <= 0;
}

/* ---- kinds --------------------------------------------------------------- */

/* Of all that is remembered, n_k states are of kind k, and e_k would be if each had been drawn
 * from the start in its own context. */
struct cache {
    int64_t kinds;
    uint8_t *kind; /* [states]                                 */
    double *base;  /* [contexts][kinds]: P_0(kind k, given c)  */
};

static int is_kind(double x)
{
    return x >= 0 && x < KINDS_MOST && x <= (double)(int)x;
}

static gyre_status check(gyre_ctx *ctx)
{
    char sentence[120];
    const double *kind = ctx->fields[KIND].data;
    int64_t z = 0;
    if (ctx->shape->samples == 0)
        return ctx->host->fail(ctx, GYRE_E_INVALID,
                               "remembers samples, and samples = \"expected\" gives none");
    while (kind && z < ctx->shape->states && is_kind(kind[z]))
        z++;
    if (!kind || z == ctx->shape->states)
        return GYRE_OK;
    snprintf(sentence, sizeof sentence,
             "kinds are whole numbers from 0 to 63, and that of state %lld is %.6g", (long long)z,
             kind[z]);
    return ctx->host->fail(ctx, GYRE_E_INVALID, sentence);
}

static int64_t count_kinds(gyre_ctx *ctx)
{
    double most = 0;
    for (int64_t z = 0; z < ctx->shape->states; z++)
        most = ctx->fields[KIND].data[z] > most ? ctx->fields[KIND].data[z] : most;
    return 1 + (int64_t)most;
}

static void fill_kinds(gyre_ctx *ctx, struct cache *cache)
{
    const gyre_shape *shape = ctx->shape;
    for (int64_t c = 0; c < shape->contexts; c++)
        for (int64_t z = shape->context[c]; z < shape->context[c + 1]; z++) {
            cache->kind[z] = (uint8_t)ctx->fields[KIND].data[z];
            cache->base[c * cache->kinds + cache->kind[z]] += ctx->fields[START].data[z];
        }
}

static gyre_status open(gyre_ctx *ctx)
{
    if (!ctx->fields[KIND].data)
        return GYRE_OK;
    struct cache *cache = ctx->host->alloc(ctx, sizeof *cache, 64);
    if (!cache)
        return GYRE_E_NOMEM;
    cache->kinds = count_kinds(ctx);
    cache->kind = ctx->host->alloc(ctx, (size_t)ctx->shape->states, 64);
    cache->base =
        ctx->host->alloc(ctx, sizeof(double) * (size_t)(ctx->shape->contexts * cache->kinds), 64);
    if (!cache->kind || !cache->base)
        return GYRE_E_NOMEM;
    fill_kinds(ctx, cache);
    ctx->cache = cache;
    return GYRE_OK;
}

/* ---- rows ---------------------------------------------------------------- */

static size_t row_size(gyre_ctx *ctx)
{
    return sizeof(uint32_t) * (size_t)capacity(ctx);
}

static gyre_status start(gyre_ctx *ctx, const gyre_rows *rows, const double *p)
{
    (void)p;
    for (int64_t r = 0; r < rows->count; r++)
        memset((char *)rows->row + (size_t)r * rows->stride, 0xff, row_size(ctx));
    return GYRE_OK;
}

static void remember(uint32_t *memory, int64_t all, const uint32_t *state, int64_t count)
{
    int64_t const fresh = count < all ? count : all;
    memmove(memory, memory + fresh, sizeof *memory * (size_t)(all - fresh));
    memcpy(memory + all - fresh, state + count - fresh, sizeof *memory * (size_t)fresh);
}

static uint32_t *memory_at(const gyre_rows *rows, int64_t row)
{
    return (uint32_t *)(void *)((char *)rows->row + (size_t)row * rows->stride);
}

/* At rate 1 and without weights: see remembers. */
static gyre_status learn(gyre_ctx *ctx, const gyre_rows *rows, const gyre_examples *examples,
                         double rate)
{
    (void)rate;
    for (int64_t r = 0; r < rows->count && examples->count > 0; r++)
        remember(memory_at(rows, r), capacity(ctx), examples->state, examples->count);
    return GYRE_OK;
}

static gyre_status learn_each(gyre_ctx *ctx, const gyre_rows *rows, const gyre_lists *lists)
{
    int64_t const all = capacity(ctx);
    for (int64_t r = 0; r < rows->count; r++)
        remember(memory_at(rows, r), all, lists->state + r * lists->stride, lists->count[r]);
    return GYRE_OK;
}

/* ---- what a row says ----------------------------------------------------- */

/* Writes how often each state is listed, and returns for each context how many of its states
 * are: whole numbers, which doubles add without error. */
static double *count_listed(gyre_ctx *ctx, const uint32_t *state, int64_t count, double *times)
{
    const gyre_shape *shape = ctx->shape;
    double *listed = ctx->host->scratch(ctx, sizeof *listed * (size_t)shape->contexts);
    memset(times, 0, sizeof *times * (size_t)shape->states);
    for (int64_t i = 0; i < count; i++)
        times[state[i]] += 1;
    for (int64_t c = 0; listed && c < shape->contexts; c++) {
        double sum = 0;
        for (int64_t z = shape->context[c]; z < shape->context[c + 1]; z++)
            sum += times[z];
        listed[c] = sum;
    }
    return listed;
}

/* Writes h_k, the factor by which what is remembered of kind k lifts it in every context. */
static void lift(const gyre_ctx *ctx, const uint32_t *state, int64_t count, const double *listed,
                 double *factor)
{
    const struct conf *conf = ctx->conf;
    const struct cache *cache = ctx->cache;
    double found[KINDS_MOST] = {0}, expected[KINDS_MOST] = {0};
    for (int64_t i = 0; i < count; i++)
        found[cache->kind[state[i]]] += 1;
    for (int64_t c = 0; c < ctx->shape->contexts; c++)
        for (int64_t k = 0; listed[c] > 0 && k < cache->kinds; k++)
            expected[k] += listed[c] * cache->base[c * cache->kinds + k];
    for (int64_t k = 0; k < cache->kinds; k++)
        factor[k] = (conf->spill * found[k] + conf->spill_prior) /
                    (conf->spill * expected[k] + conf->spill_prior);
}

/* One context: `p` is how often states are listed, and becomes P. */
static void spread(const gyre_ctx *ctx, int64_t c, double listed, const double *factor, double *p)
{
    const struct conf *conf = ctx->conf;
    const struct cache *cache = ctx->cache;
    const double *base = ctx->fields[START].data;
    double const weight = listed > 0 ? conf->recall * listed / (listed + conf->prior) : 0;
    double const each = listed > 0 ? weight / listed : 0;
    double rest = 1 - weight, norm = 0;
    for (int64_t k = 0; cache && k < cache->kinds; k++)
        norm += cache->base[c * cache->kinds + k] * factor[k];
    rest = cache ? rest / norm : rest;
    for (int64_t z = ctx->shape->context[c]; z < ctx->shape->context[c + 1]; z++)
        p[z] = rest * base[z] * (cache ? factor[cache->kind[z]] : 1) + each * p[z];
}

/* Places that hold nothing yet stand in front. */
static void list(const uint32_t *memory, int64_t all, gyre_said *said)
{
    int64_t empty = 0;
    while (empty < all && memory[empty] == NOTHING)
        empty++;
    said->state = memory + empty;
    said->count = all - empty;
}

static gyre_status say_each(gyre_ctx *ctx, const gyre_rows *rows, gyre_said *said)
{
    int64_t const all = capacity(ctx);
    for (int64_t r = 0; r < rows->count; r++)
        list(memory_at(rows, r), all, &said[r]);
    return GYRE_OK;
}

static gyre_status say(gyre_ctx *ctx, const void *row, gyre_said *said)
{
    double factor[KINDS_MOST];
    list(row, capacity(ctx), said);
    if (is_listed(ctx))
        return GYRE_OK;
    double *const listed = count_listed(ctx, said->state, said->count, said->buffer);
    if (!listed)
        return GYRE_E_NOMEM;
    if (ctx->cache)
        lift(ctx, said->state, said->count, listed, factor);
    for (int64_t c = 0; c < ctx->shape->contexts; c++)
        spread(ctx, c, listed[c], factor, said->buffer);
    said->p = said->buffer;
    return GYRE_OK;
}

/* ---- forgetting: memories of a row that go, and the others close up behind ---- */

/* A memory to be ranked: its place is its age. */
struct ranked {
    double rank;
    int64_t place;
};

/* The highest rank first, of equals the oldest. */
static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank > y->rank ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

/* Makes nothing of the k of n memories that go first by rank. */
static gyre_status prune_ranked(gyre_ctx *ctx, uint32_t *memory, int64_t n, int64_t k,
                                const double *rank)
{
    struct ranked *all = ctx->host->scratch(ctx, sizeof *all * (size_t)n);
    if (!all)
        return GYRE_E_NOMEM;
    for (int64_t i = 0; i < n; i++)
        all[i] = (struct ranked){rank[memory[i]], i};
    qsort(all, (size_t)n, sizeof *all, by_rank);
    for (int64_t i = 0; i < k; i++)
        memory[all[i].place] = NOTHING;
    return GYRE_OK;
}

/* Makes nothing of any k, one after the other, of those that are left each as likely. */
static gyre_status prune_any(gyre_ctx *ctx, uint32_t *memory, int64_t n, int64_t k, uint32_t stream,
                             int64_t row)
{
    int64_t *place = ctx->host->scratch(ctx, sizeof *place * (size_t)n);
    double *u = ctx->host->scratch(ctx, sizeof *u * (size_t)k);
    if (!place || !u)
        return GYRE_E_NOMEM;
    ctx->host->uniform(ctx, stream, (uint64_t)row * (uint64_t)capacity(ctx), k, u);
    for (int64_t i = 0; i < n; i++)
        place[i] = i;
    for (int64_t i = 0; i < k; i++) {
        int64_t const other = i + (int64_t)(u[i] * (double)(n - i));
        memory[place[other]] = NOTHING;
        place[other] = place[i];
    }
    return GYRE_OK;
}

/* What is left moves to the end, in its order. */
static void close_up(uint32_t *memory, int64_t n)
{
    int64_t to = n;
    for (int64_t from = n - 1; from >= 0; from--)
        if (memory[from] != NOTHING)
            memory[--to] = memory[from];
    while (to > 0)
        memory[--to] = NOTHING;
}

static gyre_status prune_row(gyre_ctx *ctx, uint32_t *memory, int64_t row,
                             const gyre_pruning *pruning, int64_t *pruned)
{
    int64_t const all = capacity(ctx);
    int64_t empty = 0;
    while (empty < all && memory[empty] == NOTHING)
        empty++;
    int64_t const n = all - empty, k = (int64_t)(pruning->share * (double)n + 0.5);
    gyre_status status = GYRE_OK;
    memory += empty;
    if (pruning->first == GYRE_FIRST_OLDEST)
        memset(memory, 0xff, sizeof *memory * (size_t)k);
    else if (k > 0 && pruning->first == GYRE_FIRST_RANKED)
        status = prune_ranked(ctx, memory, n, k, pruning->rank);
    else if (k > 0)
        status = prune_any(ctx, memory, n, k, pruning->stream, row);
    if (pruning->first != GYRE_FIRST_OLDEST)
        close_up(memory, n);
    *pruned += k;
    return status;
}

static gyre_status prune(gyre_ctx *ctx, const gyre_rows *rows, const gyre_pruning *pruning,
                         int64_t *pruned)
{
    gyre_status status = GYRE_OK;
    for (int64_t r = 0; r < rows->count && status == GYRE_OK; r++)
        status = prune_row(ctx, memory_at(rows, r), rows->first + r, pruning, pruned);
    return status;
}

static double own(gyre_ctx *ctx)
{
    return is_listed(ctx) ? ((const struct conf *)ctx->conf)->recall : 0;
}

static int32_t remembers(gyre_ctx *ctx)
{
    (void)ctx;
    return 1;
}

static const gyre_policy_ops ops = {
    .size = sizeof ops,
    .row_size = row_size,
    .start = start,
    .say = say,
    .learn = learn,
    .own = own,
    .prune = prune,
    .remembers = remembers,
    .learn_each = learn_each,
    .say_each = say_each,
};

static const gyre_component memory = {
    .size = sizeof memory,
    .kind = GYRE_KIND_POLICY,
    .id = "policy.memory",
    .version = "1.1.0",
    .summary = "A memory of B states over a shared base.",
    .doc =
        "P(z|c) = (1 - l_c) P_0(z|c) h(z)/Z_c + l_c n_c(z)/n_c, with P_0 the start, n_c(z) of the\n"
        "n_c remembered states of c, and l_c = l n_c/(n_c + k0), which is l where the prior k0 is\n"
        "0. A context of which nothing is remembered has l_c = 0. Learning writes every state\n"
        "over the oldest; memories begin empty.\n\n"
        "Spill lets what is remembered count in other contexts by its kind alone. Of all that is\n"
        "remembered n_k states are of kind k, and e_k = sum of P_0(kind k|c_i) over remembered\n"
        "states i would be if each had been drawn from the start in its own context. Then\n"
        "h(z) = (sigma n_k + s)/(sigma e_k + s) for the kind k of z, and Z_c = sum of P_0 h "
        "within\n"
        "the context. What is as expected has h = 1: memory then leaves other contexts alone.\n\n"
        "The start stays for ever, so a society with memory is anchored, not closed; without\n"
        "spill KL(start, P) is at most -ln(1 - l). With B fresh samples a round, equal agents and\n"
        "neither prior nor spill the squared distance from the start follows the recursion of\n"
        "update.mle with b = l, c = 1 - l and N = M B. An agent takes 4 B bytes.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .check = check,
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.policy.memory", "1.1.0", "MIT", &memory);
