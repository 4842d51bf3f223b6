/* policy.categorical - a probability for every state, P(z|c).
 *
 * Learning moves it toward the relative frequencies of what it is shown: with
 * rate 1 it is their maximum-likelihood estimate, the update of arXiv
 * 2602.09877. A row is a table, [states] doubles that add to 1 within each
 * context; or, where each dataset replaces all that was, the list of its
 * samples: the same distribution in less memory, and nothing to compute.
 */
#include <float.h>
#include <string.h>

#include "gyre/policy.h"
#include "gyre/real.h"

enum { LIST_MOST = 1 << 20 };

/* With several contexts a dataset may leave some as they were; with many samples a state the list
 * would be the longer one; and one that all share is soon made a table of. */
static int is_listed(const gyre_ctx *ctx)
{
    const gyre_shape *shape = ctx->shape;
    return shape->replaces && shape->contexts == 1 && shape->datasets > 1 &&
           shape->samples <= 2 * shape->states && shape->samples < LIST_MOST - 1;
}

static size_t table_size(const gyre_ctx *ctx)
{
    return sizeof(double) * (size_t)ctx->shape->states;
}

static size_t row_size(gyre_ctx *ctx)
{
    return is_listed(ctx) ? sizeof(uint32_t) * (size_t)(1 + ctx->shape->samples) : table_size(ctx);
}

static void *row_at(const gyre_rows *rows, int64_t row)
{
    return (char *)rows->row + (size_t)row * rows->stride;
}

/* ---- lists: room for a dataset, then how many samples are there --------- */

/* Behind the samples, so that these begin with the row, which begins with a cache line. */
static uint32_t *count_of(const gyre_ctx *ctx, void *row)
{
    return (uint32_t *)row + ctx->shape->samples;
}

static void list_learn(const gyre_ctx *ctx, void *row, const uint32_t *state, uint32_t count)
{
    if (count == 0)
        return;
    *count_of(ctx, row) = count;
    memcpy(row, state, sizeof *state * count);
}

static void list_say(const gyre_ctx *ctx, const void *row, gyre_said *said)
{
    said->state = row;
    said->count = ((const uint32_t *)row)[ctx->shape->samples];
}

/* ---- tables ------------------------------------------------------------- */

/* What samples and weights add to. Counts are whole numbers: adding 1 to a double is exact. */
static void collect(const gyre_ctx *ctx, const gyre_examples *examples, double *weight)
{
    memcpy(weight, examples->weight, table_size(ctx));
    for (int64_t i = 0; i < examples->count; i++)
        weight[examples->state[i]] += 1;
}

/* One context of one table, on its way toward weight / total. */
struct move {
    double *p;
    const double *weight;
    double total, rate;
};

/* At rate 1 nothing of p may stay, be it 1e-17. */
static void move(void *argument, int64_t begin, int64_t end)
{
    const struct move *m = argument;
    double const rate = m->rate, total = m->total;
    for (int64_t z = begin; z < end; z++)
        m->p[z] = (1 - rate) * m->p[z] + rate * (m->weight[z] / total);
}

static void move_rows(gyre_ctx *ctx, const gyre_rows *rows, const double *weight,
                      const double *total, double rate)
{
    const gyre_shape *shape = ctx->shape;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        struct move m = {.weight = weight + begin, .rate = rate};
        m.total = total ? total[c] : ctx->host->total(ctx, m.weight, n);
        for (int64_t r = 0; m.total > 0 && r < rows->count; r++) {
            m.p = (double *)row_at(rows, r) + begin;
            ctx->host->each(ctx, n, move, &m);
        }
    }
}

/* Of weights, and samples beside them. */
static gyre_status learn_weights(gyre_ctx *ctx, const gyre_rows *rows,
                                 const gyre_examples *examples, double rate)
{
    const double *weight = examples->weight;
    if (examples->count > 0) {
        double *all = ctx->host->scratch(ctx, table_size(ctx));
        if (!all)
            return GYRE_E_NOMEM;
        collect(ctx, examples, all);
        weight = all;
    }
    move_rows(ctx, rows, weight, examples->total, rate);
    return GYRE_OK;
}

static double add_counts(const uint32_t *count, int64_t n)
{
    double total = 0;
    for (int64_t z = 0; z < n; z++)
        total += count[z];
    return total;
}

static void move_rows_by_counts(gyre_ctx *ctx, const gyre_rows *rows, const uint32_t *count,
                                const double *totals, double rate)
{
    const gyre_shape *shape = ctx->shape;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        double const total = totals ? totals[c] : add_counts(count + begin, n);
        for (int64_t r = 0; total > 0 && r < rows->count; r++)
            ctx->host->move(ctx, (double *)row_at(rows, r) + begin, count + begin, total, rate, n);
    }
}

/* Of samples alone, as nearly always: the same of whole numbers. */
static gyre_status learn_samples(gyre_ctx *ctx, const gyre_rows *rows,
                                 const gyre_examples *examples, double rate)
{
    size_t const size = sizeof(uint32_t) * (size_t)ctx->shape->states;
    uint32_t *count = ctx->host->scratch(ctx, size);
    if (!count)
        return GYRE_E_NOMEM;
    memset(count, 0, size);
    for (int64_t i = 0; i < examples->count; i++)
        count[examples->state[i]]++;
    move_rows_by_counts(ctx, rows, count, examples->total, rate);
    return GYRE_OK;
}

/* ---- climbing: a table as a softmax of logits, one a state --------------- */

/* The gradient at logit z is weight(z) - G P(z|c), with G what a context's weights add to: logits
 * go along it, in units of the largest that can count. Returns whether anything is to move. */
static int make_logits(gyre_ctx *ctx, const double *weight, const double *p, double rate, int64_t n,
                       double *logit)
{
    double const all = ctx->host->total(ctx, weight, n);
    double most = -INFINITY;
    int moves = 0;
    for (int64_t z = 0; z < n; z++) {
        moves |= weight[z] < 0 || weight[z] > 0;
        logit[z] = rate * (weight[z] - all * p[z]);
        if (p[z] > 0 && logit[z] > most)
            most = logit[z];
    }
    for (int64_t z = 0; z < n; z++)
        logit[z] = p[z] > 0 ? logit[z] - most : 0;
    return moves;
}

static gyre_status table_climb(gyre_ctx *ctx, double *p, const double *weight, double rate,
                               double *logit)
{
    for (int64_t c = 0; c < ctx->shape->contexts; c++) {
        int64_t const begin = ctx->shape->context[c], n = ctx->shape->context[c + 1] - begin;
        if (!make_logits(ctx, weight + begin, p + begin, rate, n, logit))
            continue;
        for (int64_t z = 0; z < n; z++)
            logit[z] = p[begin + z] * gyre_exp(logit[z]);
        double const total = ctx->host->total(ctx, logit, n);
        if (!(total > 0 && total <= DBL_MAX))
            return ctx->host->fail(ctx, GYRE_E_INVALID,
                                   "a policy has left the numbers: the steps are too large");
        for (int64_t z = 0; z < n; z++)
            p[begin + z] = logit[z] / total;
    }
    return GYRE_OK;
}

/* ---- callbacks ---------------------------------------------------------- */

static gyre_status start(gyre_ctx *ctx, const gyre_rows *rows, const double *p)
{
    for (int64_t r = 0; r < rows->count; r++) {
        if (is_listed(ctx))
            *count_of(ctx, row_at(rows, r)) = 0;
        else
            memcpy(row_at(rows, r), p, table_size(ctx));
    }
    return GYRE_OK;
}

static gyre_status say(gyre_ctx *ctx, const void *row, gyre_said *said)
{
    if (is_listed(ctx))
        list_say(ctx, row, said);
    else
        said->p = row;
    return GYRE_OK;
}

static gyre_status learn(gyre_ctx *ctx, const gyre_rows *rows, const gyre_examples *examples,
                         double rate)
{
    if (is_listed(ctx)) {
        for (int64_t r = 0; r < rows->count; r++)
            list_learn(ctx, row_at(rows, r), examples->state, (uint32_t)examples->count);
        return GYRE_OK;
    }
    return examples->weight ? learn_weights(ctx, rows, examples, rate)
                            : learn_samples(ctx, rows, examples, rate);
}

/* A list has replaced all that was: there is nothing to climb from, and no update that does. */
static gyre_status climb(gyre_ctx *ctx, const gyre_rows *rows, const double *weight, double rate)
{
    double *logit = ctx->host->scratch(ctx, table_size(ctx));
    gyre_status status = logit ? GYRE_OK : GYRE_E_NOMEM;
    for (int64_t r = 0; r < rows->count && status == GYRE_OK; r++)
        status = table_climb(ctx, row_at(rows, r), weight, rate, logit);
    return status;
}

static gyre_status learn_each(gyre_ctx *ctx, const gyre_rows *rows, const gyre_lists *lists)
{
    for (int64_t r = 0; r < rows->count; r++)
        list_learn(ctx, row_at(rows, r), lists->state + r * lists->stride, lists->count[r]);
    return GYRE_OK;
}

static gyre_status say_each(gyre_ctx *ctx, const gyre_rows *rows, gyre_said *said)
{
    for (int64_t r = 0; r < rows->count; r++)
        list_say(ctx, row_at(rows, r), &said[r]);
    return GYRE_OK;
}

static double own(gyre_ctx *ctx)
{
    return is_listed(ctx) ? 1 : 0;
}

static const gyre_policy_ops ops = {
    .size = sizeof ops,
    .row_size = row_size,
    .start = start,
    .say = say,
    .learn = learn,
    .own = own,
    .climb = climb,
    .learn_each = learn_each,
    .say_each = say_each,
};

static const gyre_component categorical = {
    .size = sizeof categorical,
    .kind = GYRE_KIND_POLICY,
    .id = "policy.categorical",
    .version = "1.0.0",
    .summary = "A probability for every state, learned by counts.",
    .doc =
        "An agent is its table of P(z|c). Learning at rate b makes it (1 - b) P + b x/n, where\n"
        "x/n are the frequencies of its dataset in the contexts that the dataset touches; the\n"
        "others stay as they are. At b = 1 this is maximum likelihood, and a society of such\n"
        "agents is the Wright-Fisher process of population genetics. An agent takes 8 bytes a\n"
        "state; with a dataset an agent that replaces all that was (update.mle at rate 1, one\n"
        "context) 4 bytes a sample.\n"
        "\n"
        "Updates that climb a gradient move it as a softmax of one logit a state: P' is\n"
        "proportional to P exp(rate (g - G P)), with g the gradient's weights and G their sum in\n"
        "the context.\n",
    .ops = &ops,
};

GYRE_MODULE("org.gyre.policy.categorical", "1.0.0", "MIT", &categorical);
