/* policy.categorical - a probability for every state, P(z|c), held as it is.
 *
 * A row is [states] doubles that add to 1 within each context. Learning moves
 * it toward the relative frequencies of what it is shown: with rate 1 it is
 * their maximum-likelihood estimate, the update of arXiv 2602.09877.
 */
#include <string.h>

#include "gyre/policy.h"
#include "gyre/real.h"

static size_t row_size(gyre_ctx *ctx)
{
    return sizeof(double) * (size_t)ctx->shape->states;
}

static double *row_at(const gyre_rows *rows, int64_t row)
{
    return (double *)(void *)((char *)rows->row + (size_t)row * rows->stride);
}

static gyre_status start(gyre_ctx *ctx, const gyre_rows *rows, const double *p)
{
    for (int64_t r = 0; r < rows->count; r++)
        memcpy(row_at(rows, r), p, row_size(ctx));
    return GYRE_OK;
}

static gyre_status mix(gyre_ctx *ctx, const gyre_rows *rows, gyre_sum *sum)
{
    for (int64_t r = 0; r < rows->count; r++)
        ctx->host->sum_row(ctx, sum, row_at(rows, r), rows->share[r]);
    return GYRE_OK;
}

static gyre_status weigh(gyre_ctx *ctx, const gyre_rows *rows, double *p)
{
    memcpy(p, row_at(rows, 0), row_size(ctx));
    return GYRE_OK;
}

/* Counts are whole numbers, so adding 1 to a double is exact. */
static void collect(const gyre_shape *shape, const gyre_examples *examples, double *weight)
{
    if (examples->weight)
        memcpy(weight, examples->weight, sizeof *weight * (size_t)shape->states);
    else
        memset(weight, 0, sizeof *weight * (size_t)shape->states);
    for (int64_t i = 0; i < examples->count; i++)
        weight[examples->state[i]] += 1;
}

/* p becomes (1 - rate) p + rate x weight / total. At rate 1 nothing of p may stay, be it 1e-17. */
static void move(double *p, const double *weight, double total, double rate, int64_t n)
{
    for (int64_t z = 0; z < n; z++)
        p[z] = (1 - rate) * p[z] + rate * (weight[z] / total);
}

static gyre_status learn(gyre_ctx *ctx, const gyre_rows *rows, const gyre_examples *examples,
                         double rate)
{
    const gyre_shape *shape = ctx->shape;
    double *weight = ctx->host->scratch(ctx, row_size(ctx));
    if (!weight)
        return GYRE_E_NOMEM;
    collect(shape, examples, weight);
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        double const total = gyre_total(weight + begin, n);
        for (int64_t r = 0; total > 0 && r < rows->count; r++)
            move(row_at(rows, r) + begin, weight + begin, total, rate, n);
    }
    return GYRE_OK;
}

static const gyre_policy_ops ops = {
    .size = sizeof ops,
    .row_size = row_size,
    .start = start,
    .mix = mix,
    .weigh = weigh,
    .learn = learn,
};

static const gyre_component categorical = {
    .size = sizeof categorical,
    .kind = GYRE_KIND_POLICY,
    .id = "policy.categorical",
    .version = "1.0.0",
    .summary = "A probability for every state, learned by counts.",
    .doc = "An agent is its table of P(z|c). Learning at rate b makes it (1 - b) P + b x/n, where\n"
           "x/n are the frequencies of its dataset in the contexts that the dataset touches; the\n"
           "others stay as they are. At b = 1 this is maximum likelihood, and a society of such\n"
           "agents is the Wright-Fisher process of population genetics.\n",
    .ops = &ops,
};

GYRE_MODULE("org.gyre.policy.categorical", "1.0.0", "MIT", &categorical);
