/* policy.memory - an agent is what it remembers, over what all began with.
 *
 * P(z|c) = (1 - l) start(z|c) + l times the share of z among the remembered
 * states of c. Learning writes over the oldest. A row is the memory alone: B
 * states, the oldest first, so an agent takes 4 B bytes whatever the number of
 * states.
 */
#include <stdlib.h>
#include <string.h>

#include "gyre/policy.h"

struct conf {
    double recall;
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
};

/* The base is the run's own past: who has it is not closed. */
static const gyre_field fields[] = {
    {.name = "start",
     .column = "start",
     .of = GYRE_OF_STATE,
     .access = GYRE_READ,
     .doc = "What agents say beside what they remember."},
};

#define NOTHING UINT32_MAX

static int64_t capacity(const gyre_ctx *ctx)
{
    return ((const struct conf *)ctx->conf)->capacity;
}

static gyre_status check(gyre_ctx *ctx)
{
    if (ctx->shape->samples == 0)
        return ctx->host->fail(ctx, GYRE_E_INVALID,
                               "remembers samples, and samples = \"expected\" gives none");
    if (ctx->shape->replaces)
        return GYRE_OK;
    return ctx->host->fail(
        ctx, GYRE_E_INVALID,
        "remembers samples as they are: it needs update.mle with rate = 1, outside "
        "= 0 and smoothing = 0, and no intervention that teaches policies");
}

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

/* Places that hold nothing yet stand in front. */
static gyre_status say(gyre_ctx *ctx, const void *row, gyre_said *said)
{
    const uint32_t *memory = row;
    int64_t const all = capacity(ctx);
    int64_t empty = 0;
    while (empty < all && memory[empty] == NOTHING)
        empty++;
    said->state = memory + empty;
    said->count = all - empty;
    return GYRE_OK;
}

static void remember(uint32_t *memory, int64_t all, const uint32_t *state, int64_t count)
{
    int64_t const fresh = count < all ? count : all;
    memmove(memory, memory + fresh, sizeof *memory * (size_t)(all - fresh));
    memcpy(memory + all - fresh, state + count - fresh, sizeof *memory * (size_t)fresh);
}

/* At rate 1 and without weights: see check. */
static gyre_status learn(gyre_ctx *ctx, const gyre_rows *rows, const gyre_examples *examples,
                         double rate)
{
    (void)rate;
    for (int64_t r = 0; r < rows->count && examples->count > 0; r++)
        remember((uint32_t *)(void *)((char *)rows->row + (size_t)r * rows->stride), capacity(ctx),
                 examples->state, examples->count);
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
        status = prune_row(ctx, (uint32_t *)(void *)((char *)rows->row + (size_t)r * rows->stride),
                           rows->first + r, pruning, pruned);
    return status;
}

static double own(gyre_ctx *ctx)
{
    return ((const struct conf *)ctx->conf)->recall;
}

static const gyre_policy_ops ops = {
    .size = sizeof ops,
    .row_size = row_size,
    .start = start,
    .say = say,
    .learn = learn,
    .own = own,
    .prune = prune,
};

static const gyre_component memory = {
    .size = sizeof memory,
    .kind = GYRE_KIND_POLICY,
    .id = "policy.memory",
    .version = "1.0.0",
    .summary = "A memory of B states over a shared base.",
    .doc =
        "P(z|c) = (1 - l) start(z|c) + l n_c(z)/n_c, with n_c(z) of the n_c remembered states of\n"
        "c; a context of which nothing is remembered says what it said at the start. Learning\n"
        "writes every sample over the oldest. Memories begin empty. The start stays for ever:\n"
        "KL(start, P) is at most -ln(1 - l), and the society is anchored, not closed. With B\n"
        "fresh samples a round and equal agents the squared distance from the start follows the\n"
        "recursion of update.mle with b = l, c = 1 - l and N = M B. An agent takes 4 B bytes.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .check = check,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.policy.memory", "1.0.0", "MIT", &memory);
