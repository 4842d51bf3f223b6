/* metric.diversity - how many different things the society says.
 *
 * Hill numbers of order 0, 1 and 2 (Hill 1973, Ecology 54:427): the number of
 * states, exp of the entropy, and the inverse of the chance that two draws agree.
 */
#include "gyre/metric.h"
#include "gyre/real.h"

struct conf {
    int32_t of, weigh;
};

static const char *const ofs[] = GYRE_OF_CHOICES;
static const char *const weighs[] = GYRE_NU_CHOICES;

static const gyre_param params[] = {
    GYRE_P_ENUM(struct conf, of, GYRE_OF_TRAINING, ofs, GYRE_OF_DOC),
    GYRE_P_ENUM(struct conf, weigh, GYRE_NU_MET, weighs,
                "How contexts are weighed: as they are met, alike, or only those never met."),
};

enum { DISTRIBUTION };

static const gyre_field fields[] = {
    [DISTRIBUTION] = GYRE_OF_FIELD,
};

enum { ENTROPY, STATES_0, STATES_1, STATES_2 };

static const gyre_output outputs[] = {
    [ENTROPY] = {.name = "entropy",
                 .unit = "nats",
                 .lo = 0,
                 .hi = INFINITY,
                 .direction = -1,
                 .doc = "Entropy of P_t, or of Pbar."},
    [STATES_0] = {.name = "states_0",
                  .unit = "states",
                  .lo = 0,
                  .hi = INFINITY,
                  .direction = -1,
                  .headline = 1,
                  .doc = "States of positive probability: the Hill number of order 0."},
    [STATES_1] = {.name = "states_1",
                  .unit = "states",
                  .lo = 0,
                  .hi = INFINITY,
                  .direction = -1,
                  .headline = 1,
                  .doc = "exp(entropy): the Hill number of order 1."},
    [STATES_2] = {.name = "states_2",
                  .unit = "states",
                  .lo = 0,
                  .hi = INFINITY,
                  .direction = -1,
                  .doc = "1 / sum of p^2: the Hill number of order 2."},
};

static gyre_status open(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    size_t const size = sizeof(double) * (size_t)ctx->shape->contexts;
    double *nu = ctx->host->alloc(ctx, size, 64);
    if (!nu)
        return GYRE_E_NOMEM;
    if (!gyre_nu(ctx->shape, conf->weigh, nu))
        return ctx->host->fail(ctx, GYRE_E_INVALID, "weigh = \"probes\", but every context is met");
    ctx->cache = nu;
    return GYRE_OK;
}

/* What of one context adds up. Blocks are small enough to stay in the cache: p is read once, only
 * states that are said have their logarithm taken, and each block's sums are added in their order.
 */
enum { BLOCK = 2048, ROOM = BLOCK + 16, SUMS = 3 };
enum { TERMS, SQUARES, SUPPORT };

struct part {
    gyre_ctx *ctx;
    const double *p;
    double *sums; /* [SUMS][blocks] */
    int64_t n, blocks;
};

static void look_at(const struct part *part, int64_t block)
{
    double said[ROOM], term[ROOM];
    uint32_t index[ROOM];
    gyre_ctx *ctx = part->ctx;
    double *sums = part->sums + block;
    int64_t const begin = block * BLOCK, rest = part->n - begin;
    int64_t const n =
        ctx->host->pack(ctx, part->p + begin, rest < BLOCK ? rest : BLOCK, said, index);
    ctx->host->log(ctx, said, n, term);
    sums[TERMS * part->blocks] = ctx->host->dot(ctx, said, term, n);
    sums[SQUARES * part->blocks] = ctx->host->dot(ctx, said, said, n);
    sums[SUPPORT * part->blocks] = (double)n;
}

/* Parts begin and end with a block, but for the last: see host->each. */
static void look(void *argument, int64_t begin, int64_t end)
{
    for (int64_t block = begin / BLOCK; block * BLOCK < end; block++)
        look_at(argument, block);
}

static double sum_of(const struct part *part, int what)
{
    return gyre_total(part->sums + what * part->blocks, part->blocks);
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *slots, double *out)
{
    (void)slots;
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    const double *nu = ctx->cache, *p = conf->of ? ctx->fields[DISTRIBUTION].data : round->mixture;
    double *sums =
        ctx->host->scratch(ctx, SUMS * sizeof *sums * (size_t)(shape->states / BLOCK + 1));
    double entropy = 0, support = 0, agree = 0;
    if (!sums)
        return GYRE_E_NOMEM;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        struct part part = {ctx, p + begin, sums, n, (n + BLOCK - 1) / BLOCK};
        ctx->host->each(ctx, n, look, &part);
        entropy -= nu[c] * sum_of(&part, TERMS);
        support += nu[c] * sum_of(&part, SUPPORT);
        agree += nu[c] * sum_of(&part, SQUARES);
    }
    out[ENTROPY] = entropy > 0 ? entropy : 0;
    out[STATES_0] = support;
    out[STATES_1] = gyre_exp(out[ENTROPY]);
    if (agree > 0)
        out[STATES_2] = 1 / agree;
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops, GYRE_OUTPUTS(outputs), .measure = measure};

static const gyre_component diversity = {
    .size = sizeof diversity,
    .kind = GYRE_KIND_METRIC,
    .id = "metric.diversity",
    .version = "1.0.0",
    .summary = "Entropy and Hill numbers of P_t, or of what is said.",
    .doc =
        "Over contexts: states_0 is the mean number of states, states_1 = exp of the mean\n"
        "entropy, states_2 = 1 / the mean of sum p^2, each weighed by nu(c). In an isolated\n"
        "neutral society with one dataset of N samples the mean of 1 - 1/states_2 is multiplied\n"
        "by 1 - 1/N each round.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.metric.diversity", "1.0.0", "MIT", &diversity);
