/* policy.loglinear - P(z|c) from features of the states, shared by all contexts.
 *
 * P(z|c) is proportional to base(z|c) exp(theta . phi(z)), with phi(z) the state's
 * features and theta the agent's. What an agent learns in one context moves all others
 * that share a feature: theta has no contexts.
 *
 * A row is theta, and what it says. What it says is made anew after each step only.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "gyre/policy.h"
#include "gyre/real.h"

struct conf {
    double step;
    int32_t base;
};

enum { UNIFORM, START };
static const char *const bases[] = {"uniform", "start", NULL};

static const gyre_param params[] = {
    {.key = "step",
     .type = GYRE_F64,
     .flags = GYRE_PARAM_OPEN_MIN,
     .offset = GYRE_AT(struct conf, step, double),
     .min = 0,
     .max = 1e9,
     .def = 1,
     .unit = "",
     .doc = "What every step along a gradient is multiplied by."},
    GYRE_P_ENUM(struct conf, base, START, bases,
                "What theta = 0 says: the scenario's start, or each state of a context as likely. "
                "The latter is refused where it is not the start."),
};

enum { FEATURES, FROZEN };

static const gyre_field fields[] = {
    [FEATURES] = {.name = "features",
                  .of = GYRE_OF_STATE,
                  .access = GYRE_READ | GYRE_LIST,
                  .doc = "phi, the features of the states."},
    [FROZEN] = {.name = "frozen",
                .column = "start",
                .when = "base",
                .of = GYRE_OF_STATE,
                .access = GYRE_READ,
                .doc = "The base, which stays as it is for ever."},
};

/* The cache: ln base(z|c). */
static gyre_status open(gyre_ctx *ctx)
{
    size_t const size = sizeof(double) * (size_t)ctx->shape->states;
    double *log_base = ctx->host->alloc(ctx, size, 64);
    if (!log_base)
        return GYRE_E_NOMEM;
    if (ctx->fields[FROZEN].data)
        ctx->host->log(ctx, ctx->fields[FROZEN].data, ctx->shape->states, log_base);
    ctx->cache = log_base;
    return GYRE_OK;
}

/* ---- a row: theta, then from a cache line's beginning p[states] --------- */

static int64_t dimension(const gyre_ctx *ctx)
{
    return ctx->fields[FEATURES].count / ctx->shape->states;
}

static int64_t place_of_p(const gyre_ctx *ctx)
{
    return (dimension(ctx) + 7) / 8 * 8;
}

static size_t row_size(gyre_ctx *ctx)
{
    return sizeof(double) * (size_t)(place_of_p(ctx) + ctx->shape->states);
}

static double *row_at(const gyre_rows *rows, int64_t row)
{
    return (double *)(void *)((char *)rows->row + (size_t)row * rows->stride);
}

/* ---- what a row says ---------------------------------------------------- */

/* p[0, n), logarithms on the way in, of one context. False: they have left the numbers. */
static int normalise(gyre_ctx *ctx, double *p, int64_t n)
{
    double most = -INFINITY;
    for (int64_t z = 0; z < n; z++)
        most = p[z] > most ? p[z] : most;
    for (int64_t z = 0; z < n; z++)
        p[z] = gyre_exp(p[z] - most);
    double const total = ctx->host->total(ctx, p, n);
    for (int64_t z = 0; z < n; z++)
        p[z] /= total;
    return total <= DBL_MAX;
}

static gyre_status express(gyre_ctx *ctx, double *row)
{
    const gyre_shape *shape = ctx->shape;
    double *const p = row + place_of_p(ctx);
    memcpy(p, ctx->cache, sizeof *p * (size_t)shape->states);
    for (int64_t f = 0; f < dimension(ctx); f++) {
        const double *phi = ctx->fields[FEATURES].data + f * shape->states;
        for (int64_t z = 0; z < shape->states; z++)
            p[z] += row[f] * phi[z];
    }
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c];
        if (!normalise(ctx, p + begin, shape->context[c + 1] - begin))
            return ctx->host->fail(ctx, GYRE_E_INVALID,
                                   "theta has left the numbers: the steps are too large");
    }
    return GYRE_OK;
}

static int is_uniform(const gyre_shape *shape, const double *p)
{
    int uniform = 1;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], end = shape->context[c + 1];
        for (int64_t z = begin; z < end; z++)
            uniform = uniform && fabs(p[z] * (double)(end - begin) - 1) < 1e-9;
    }
    return uniform;
}

static gyre_status start(gyre_ctx *ctx, const gyre_rows *rows, const double *p)
{
    const struct conf *conf = ctx->conf;
    gyre_status status = GYRE_OK;
    if (conf->base == UNIFORM && !is_uniform(ctx->shape, p))
        return ctx->host->fail(ctx, GYRE_E_INVALID,
                               "base = \"uniform\" says every state as often in row 0, and the "
                               "scenario starts elsewhere: use base = \"start\"");
    for (int64_t r = 0; r < rows->count && status == GYRE_OK; r++) {
        memset(row_at(rows, r), 0, row_size(ctx));
        status = express(ctx, row_at(rows, r));
    }
    return status;
}

static gyre_status say(gyre_ctx *ctx, const void *row, gyre_said *said)
{
    said->p = (const double *)row + place_of_p(ctx);
    return GYRE_OK;
}

/* ---- steps -------------------------------------------------------------- */

/* weight(z) - G_c P(z|c), with G_c what the weights of z's context add to: then the gradient of
 * sum of weight(z) ln P(z|c) is the sum of it times phi(z). */
static void make_residual(gyre_ctx *ctx, const double *weight, const double *p, double *residual)
{
    const gyre_shape *shape = ctx->shape;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], end = shape->context[c + 1];
        double const all = ctx->host->total(ctx, weight + begin, end - begin);
        for (int64_t z = begin; z < end; z++)
            residual[z] = weight[z] - all * p[z];
    }
}

static gyre_status climb(gyre_ctx *ctx, const gyre_rows *rows, const double *weight, double rate)
{
    const struct conf *conf = ctx->conf;
    int64_t const states = ctx->shape->states;
    double *residual = ctx->host->scratch(ctx, sizeof *residual * (size_t)states);
    gyre_status status = residual ? GYRE_OK : GYRE_E_NOMEM;
    for (int64_t r = 0; r < rows->count && status == GYRE_OK; r++) {
        double *const row = row_at(rows, r);
        make_residual(ctx, weight, row + place_of_p(ctx), residual);
        for (int64_t f = 0; f < dimension(ctx); f++)
            row[f] +=
                rate * conf->step *
                ctx->host->dot(ctx, residual, ctx->fields[FEATURES].data + f * states, states);
        status = express(ctx, row);
    }
    return status;
}

/* The examples' mean log likelihood: each weighs 1 / n. */
static gyre_status learn(gyre_ctx *ctx, const gyre_rows *rows, const gyre_examples *examples,
                         double rate)
{
    int64_t const states = ctx->shape->states;
    double *weight = ctx->host->scratch(ctx, sizeof *weight * (size_t)states);
    if (!weight)
        return GYRE_E_NOMEM;
    if (examples->weight)
        memcpy(weight, examples->weight, sizeof *weight * (size_t)states);
    else
        memset(weight, 0, sizeof *weight * (size_t)states);
    for (int64_t i = 0; i < examples->count; i++)
        weight[examples->state[i]] += 1;
    double const all = ctx->host->total(ctx, weight, states);
    return all > 0 ? climb(ctx, rows, weight, rate / all) : GYRE_OK;
}

static int32_t limited(gyre_ctx *ctx)
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
    .climb = climb,
    .limited = limited,
};

static const gyre_component loglinear = {
    .size = sizeof loglinear,
    .kind = GYRE_KIND_POLICY,
    .id = "policy.loglinear",
    .version = "1.0.0",
    .summary = "P(z|c) from features of the states, shared by all contexts.",
    .doc =
        "P(z|c) is proportional to base(z|c) exp(theta . phi(z)): phi(z) are the columns "
        "`features`,\n"
        "theta is the agent's, and 0 at the start. There is one theta for all contexts, so what "
        "is\n"
        "learned in one moves all that share a feature. The base stays for ever: with base = "
        "\"start\"\n"
        "a society is anchored, not closed.\n"
        "\n"
        "Learning at rate b is a step of b times `step` along the gradient of the examples' mean "
        "log\n"
        "likelihood, the mean of phi(z) - E[phi]. It keeps E[theta], not the mean of P: noise in\n"
        "theta pulls a majority toward 1/2. update.reinforce climbs along other gradients.\n"
        "An agent takes 8 bytes a state and a feature.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.policy.loglinear", "1.0.0", "MIT", &loglinear);
