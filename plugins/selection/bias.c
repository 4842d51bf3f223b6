/* selection.bias - a(z) = exp(beta x(z)): what has more of an attribute gets more attention. */
#include <math.h>

#include "gyre/selection.h"

struct conf {
    double beta;
};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, beta, 1, -1000, 1000, "",
               "How strongly: a state with one unit more weighs e^beta times as much."),
};

static const gyre_field fields[] = {
    {.name = "attribute",
     .column = "utility",
     .of = GYRE_OF_STATE,
     .access = GYRE_READ,
     .doc = "What is favoured (beta above 0) or avoided (below 0)."},
};

/* The most favoured of a context's states, or of those that anybody says. */
static double favourite(const double *x, const double *said, double beta, int64_t begin,
                        int64_t end)
{
    double best = beta > 0 ? -INFINITY : INFINITY;
    for (int64_t z = begin; z < end; z++)
        if ((!said || said[z] > 0) && (beta > 0 ? x[z] > best : x[z] < best))
            best = x[z];
    return best;
}

/* Beyond this, weights of what is said could be too small for doubles beside the favourite's. */
#define FAR 300.0

/* The exponents' reach in a context. */
static double reach_of(const double *x, double beta, int64_t begin, int64_t end)
{
    return beta * (favourite(x, NULL, beta, begin, end) - favourite(x, NULL, -beta, begin, end));
}

/* What is the same in all rounds, of contexts where the favourite of all states will do; of others
 * `best` is NaN. */
struct cache {
    double *best;   /* [contexts], the favourite's x */
    double *weight; /* [states]                      */
};

/* Loops that become vectors. Weights are in ratios to the favourite's: exp cannot overflow, and the
 * difference is rounded before it is multiplied, not after. */

static void lean(const double *restrict x, double beta, double best, int64_t n,
                 double *restrict weight)
{
    for (int64_t z = 0; z < n; z++)
        weight[z] = beta * (x[z] - best);
}

/* 0 where nobody says a state; weight and out may be the same. */
static void leave(const double *restrict said, const double *weight, int64_t n, double *out)
{
    for (int64_t z = 0; z < n; z++) {
        double const w = weight[z];
        out[z] = said[z] > 0 ? w : 0;
    }
}

static void weigh_all(gyre_ctx *ctx, const struct cache *cache, double beta)
{
    const gyre_shape *shape = ctx->shape;
    const double *x = ctx->fields[0].data;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], end = shape->context[c + 1];
        double const best = favourite(x, NULL, beta, begin, end);
        cache->best[c] = reach_of(x, beta, begin, end) < FAR ? best : (double)NAN;
        lean(x + begin, beta, best, end - begin, cache->weight + begin);
    }
    ctx->host->exp(ctx, cache->weight, shape->states, cache->weight);
}

static gyre_status open(gyre_ctx *ctx)
{
    const gyre_shape *shape = ctx->shape;
    struct cache *cache = ctx->host->alloc(ctx, sizeof *cache, 64);
    if (!cache)
        return GYRE_E_NOMEM;
    ctx->cache = cache;
    cache->best = ctx->host->alloc(ctx, sizeof(double) * (size_t)shape->contexts, 64);
    cache->weight = ctx->host->alloc(ctx, sizeof(double) * (size_t)shape->states, 64);
    if (!cache->best || !cache->weight)
        return GYRE_E_NOMEM;
    weigh_all(ctx, cache, ((const struct conf *)ctx->conf)->beta);
    return GYRE_OK;
}

/* By the favourite of what is said: that of all would make the rest too small for doubles. What is
 * not said may be infinite until it is left out. */
static void weigh_far(gyre_ctx *ctx, const double *said, int64_t begin, int64_t end, double *weight)
{
    const double *x = ctx->fields[0].data;
    double const beta = ((const struct conf *)ctx->conf)->beta;
    double const best = favourite(x, said, beta, begin, end);
    lean(x + begin, beta, best, end - begin, weight + begin);
    ctx->host->exp(ctx, weight + begin, end - begin, weight + begin);
    leave(said + begin, weight + begin, end - begin, weight + begin);
}

static gyre_status weigh(gyre_ctx *ctx, const gyre_round *round, double *weight)
{
    const gyre_shape *shape = ctx->shape;
    const struct cache *cache = ctx->cache;
    const double *said = round->mixture;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], end = shape->context[c + 1];
        if (isnan(cache->best[c]))
            weigh_far(ctx, said, begin, end, weight);
        else
            leave(said + begin, cache->weight + begin, end - begin, weight + begin);
    }
    return GYRE_OK;
}

static const gyre_selection_ops ops = {.size = sizeof ops, .weigh = weigh};

static const gyre_component bias = {
    .size = sizeof bias,
    .kind = GYRE_KIND_SELECTION,
    .id = "selection.bias",
    .version = "1.0.0",
    .summary = "What has more of an attribute gets more attention.",
    .doc =
        "a(z) = exp(beta x(z)), x a column of the states. Without sampling noise the odds of two\n"
        "states change by exp(beta (x1 - x2)) a round, so P_t is proportional to\n"
        "P_0 exp(t beta x).\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.selection.bias", "1.0.0", "MIT", &bias);
