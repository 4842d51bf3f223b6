/* update.recall - agents write down some of what they read, and not always what it said.
 *
 * One dataset is read by many, and each comes to remember something else: what
 * is read, what of it is worth writing, and what goes wrong on the way are
 * random words of the agent's own.
 */
#include <float.h>

#include "reward.h"

struct conf {
    double utility, agreement, selectivity, corruption;
    int64_t peers, reads;
};

static const gyre_param params[] = {
    REWARD_PARAMS(struct conf),
    GYRE_P_I64(struct conf, reads, 60, 0, 1000000, "posts",
               "How many posts an agent reads, each any of the dataset's; 0: all of them, once."),
    GYRE_P_F64(struct conf, selectivity, 1.5, -100, 100, "",
               "How much likelier what earns more is written; 0: half of what is read is."),
    GYRE_P_F64(struct conf, corruption, 0.2, 0, 1, "",
               "The chance that another state of the same context is written instead."),
};

enum { USEFUL };

static const gyre_field fields[] = {[USEFUL] = REWARD_FIELD};

static gyre_status check(gyre_ctx *ctx)
{
    if (ctx->shape->samples > 0)
        return GYRE_OK;
    return ctx->host->fail(ctx, GYRE_E_INVALID,
                           "reads posts one by one, and samples = \"expected\" gives none");
}

/* ---- which context a state is of ----------------------------------------- */

/* The cache: [states], the context of each. */
static gyre_status open(gyre_ctx *ctx)
{
    const gyre_shape *shape = ctx->shape;
    uint32_t *context_of = ctx->host->alloc(ctx, sizeof *context_of * (size_t)shape->states, 64);
    if (!context_of)
        return GYRE_E_NOMEM;
    for (int64_t c = 0; c < shape->contexts; c++)
        for (int64_t z = shape->context[c]; z < shape->context[c + 1]; z++)
            context_of[z] = (uint32_t)c;
    ctx->cache = context_of;
    return GYRE_OK;
}

/* Another state of its context, each as likely; where it is the only one, itself. */
static uint32_t another(const gyre_ctx *ctx, uint32_t state, double u)
{
    const int64_t *context = ctx->shape->context + ((const uint32_t *)ctx->cache)[state];
    int64_t const others = context[1] - context[0] - 1;
    int64_t const chosen = context[0] + (int64_t)(u * (double)others);
    return others == 0 ? state : (uint32_t)(chosen + (chosen >= state));
}

/* ---- one agent ------------------------------------------------------------ */

enum { PEERS, READ, WRITE, SLIP, OTHER, STREAMS };

/* A dataset, and how likely each post is written by who reads it. */
struct board {
    const gyre_data *data;
    const double *worth; /* [data->count] */
};

/* Random words of one agent: of each stream, one a post that it reads. */
static const double *words(gyre_ctx *ctx, uint32_t stream, int64_t agent, int64_t n, double *out)
{
    ctx->host->uniform(ctx, stream, (uint64_t)agent << 32, n, out);
    return out;
}

static gyre_status lesson(gyre_ctx *ctx, const void *notes, gyre_lesson *lesson)
{
    const struct board *board = notes;
    const struct conf *conf = ctx->conf;
    int64_t const count = board->data->count, n = conf->reads > 0 ? conf->reads : count;
    uint32_t *written = ctx->host->scratch(ctx, sizeof *written * (size_t)n);
    double *room = ctx->host->scratch(ctx, sizeof *room * (size_t)(STREAMS * n));
    if (!written || !room)
        return GYRE_E_NOMEM;
    const double *read = words(ctx, READ, lesson->agent, n, room + READ * n);
    const double *write = words(ctx, WRITE, lesson->agent, n, room + WRITE * n);
    const double *slip = words(ctx, SLIP, lesson->agent, n, room + SLIP * n);
    const double *other = words(ctx, OTHER, lesson->agent, n, room + OTHER * n);
    for (int64_t j = 0; j < n; j++) {
        int64_t const post = conf->reads > 0 ? (int64_t)(read[j] * (double)count) : j;
        uint32_t const state = board->data->state[post];
        if (write[j] < board->worth[post])
            written[lesson->examples.count++] =
                slip[j] < conf->corruption ? another(ctx, state, other[j]) : state;
    }
    lesson->examples.state = written;
    lesson->rate = 1;
    return GYRE_OK;
}

/* ---- one dataset ---------------------------------------------------------- */

/* Rewards into the chances that posts are written: 1/2 where all earn the same. */
static gyre_status weigh(gyre_ctx *ctx, double *reward, int64_t count)
{
    const struct conf *conf = ctx->conf;
    struct reward_batch const batch = reward_batch(reward, count);
    if (!(batch.sd <= DBL_MAX))
        return ctx->host->fail(ctx, GYRE_E_INVALID,
                               "rewards are too large: how far they are apart is no number");
    double const slope = batch.sd > 0 ? conf->selectivity / batch.sd : 0;
    for (int64_t i = 0; i < count; i++)
        reward[i] = 1 / (1 + gyre_exp(-slope * (reward[i] - batch.mean)));
    return GYRE_OK;
}

static gyre_status update(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data)
{
    const struct conf *conf = ctx->conf;
    struct reward const reward = {conf->utility, conf->agreement, conf->peers,
                                  ctx->fields[USEFUL].data};
    double *worth = ctx->host->scratch(ctx, sizeof *worth * (size_t)data->count);
    if (!worth)
        return GYRE_E_NOMEM;
    reward_posts(ctx, &reward, round, PEERS, data->dataset, data->state, data->count, worth);
    gyre_status const status = weigh(ctx, worth, data->count);
    if (status != GYRE_OK)
        return status;
    struct board const board = {data, worth};
    gyre_class const readers = {
        .size = sizeof readers, .lesson = lesson, .notes = &board, .deaf = 1};
    return ctx->host->teach(ctx, data, &readers);
}

static uint32_t ways(gyre_ctx *ctx)
{
    (void)ctx;
    return GYRE_PARTS | GYRE_STATES;
}

static const gyre_update_ops ops = {.size = sizeof ops, .update = update, .ways = ways};

static const gyre_component recall = {
    .size = sizeof recall,
    .kind = GYRE_KIND_UPDATE,
    .id = "update.recall",
    .version = "1.0.0",
    .summary = "Agents write down what they read, by what it earns and with errors.",
    .doc =
        "Post i of a dataset earns r_i = utility u(z_i) + agreement k_i/q, with k_i of q peers "
        "who\n"
        "would say the same, k_i ~ Bin(q, Pbar(z_i|c_i)). Each agent reads `reads` posts, each\n"
        "any of its dataset's (or, with 0, all of them once), and writes a post that it reads "
        "with\n"
        "probability 1/(1 + exp(-selectivity (r_i - rbar)/s)), rbar and s the mean and standard\n"
        "deviation of its dataset's rewards; 1/2 where s is 0. What is written is, with "
        "probability\n"
        "`corruption`, another state of the same context, each as likely. The policy learns what\n"
        "was written at rate 1: policy.memory remembers it over its oldest, policy.categorical\n"
        "takes its frequencies for the truth in the contexts that it touches.\n\n"
        "With one dataset for all agents come to differ, because each reads for itself. Where all\n"
        "that is remembered of a context of k states is one round's, and nothing selects, the\n"
        "probability p of a state that began as p_0 settles on average at\n"
        "[(1 - l) p_0 + l eps/(k-1)] / [1 - l (1 - eps) + l eps/(k-1)], with l of policy.memory "
        "and\n"
        "eps the corruption.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .check = check,
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.update.recall", "1.0.0", "MIT", &recall);
