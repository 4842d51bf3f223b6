/* policy.loglinear - P(z|c) from features of the states, shared by all contexts.
 *
 * P(z|c) is proportional to base(z|c) exp(theta . phi(z)), with phi(z) the state's
 * features and theta the agent's. What an agent learns in one context moves all others
 * that share a feature: theta has no contexts.
 *
 * A row is theta, and what it says. Steps are put off until all agents have learned: then many
 * of them are one product of matrices.
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

/* States go in blocks, whose features fit into a processor's nearest memory. */
enum { BLOCK = 512, ROWS = 16 };

struct cache {
    double *log_base; /* [states], ln base(z|c) */
    double *phi;      /* [blocks][features][BLOCK]; 0 behind the last state */
};

static int64_t dimension(const gyre_ctx *ctx)
{
    return ctx->fields[FEATURES].count / ctx->shape->states;
}

static int64_t width_of(const gyre_ctx *ctx, int64_t begin)
{
    int64_t const rest = ctx->shape->states - begin;
    return rest < BLOCK ? rest : BLOCK;
}

/* The features of the block's states: one feature a row. */
static gyre_matrix features_of(const gyre_ctx *ctx, int64_t begin)
{
    const struct cache *cache = ctx->cache;
    int64_t const n = dimension(ctx);
    gyre_matrix const x = {cache->phi + begin * n, n, width_of(ctx, begin), BLOCK};
    return x;
}

static void fill_blocks(const gyre_ctx *ctx, double *phi)
{
    int64_t const states = ctx->shape->states, n = dimension(ctx);
    for (int64_t z = 0; z < states; z += BLOCK)
        for (int64_t f = 0; f < n; f++)
            memcpy(phi + z * n + f * BLOCK, ctx->fields[FEATURES].data + f * states + z,
                   sizeof *phi * (size_t)width_of(ctx, z));
}

static gyre_status open(gyre_ctx *ctx)
{
    int64_t const states = ctx->shape->states, whole = (states + BLOCK - 1) / BLOCK * BLOCK;
    struct cache *cache = ctx->host->alloc(ctx, sizeof *cache, _Alignof(struct cache));
    if (!cache)
        return GYRE_E_NOMEM;
    cache->log_base = ctx->host->alloc(ctx, sizeof(double) * (size_t)states, 64);
    cache->phi = ctx->host->alloc(ctx, sizeof(double) * (size_t)(whole * dimension(ctx)), 64);
    if (!cache->log_base || !cache->phi)
        return GYRE_E_NOMEM;
    if (ctx->fields[FROZEN].data)
        ctx->host->log(ctx, ctx->fields[FROZEN].data, states, cache->log_base);
    fill_blocks(ctx, cache->phi);
    ctx->cache = cache;
    return GYRE_OK;
}

/* ---- rows ---------------------------------------------------------------- */

/* theta, and whether a step is put off; then, from a cache line's beginning, for each state P(z|c),
 * or the step: what theta is to move by is the sum of it times phi(z). */

static int64_t place_of_p(const gyre_ctx *ctx)
{
    return (dimension(ctx) + 1 + 7) / 8 * 8;
}

static size_t row_size(gyre_ctx *ctx)
{
    return sizeof(double) * (size_t)(place_of_p(ctx) + ctx->shape->states);
}

static double *row_at(const gyre_rows *rows, int64_t row)
{
    return (double *)(void *)((char *)rows->row + (size_t)row * rows->stride);
}

static int is_put_off(const gyre_ctx *ctx, const double *row)
{
    return row[dimension(ctx)] > 0;
}

/* ---- what a row says ---------------------------------------------------- */

/* Logits less the largest of their context, in lanes, or each would wait for the one before. */
static void lower(double *p, int64_t n)
{
    double lane[8], most;
    int64_t const whole = n - n % 8;
    for (int j = 0; j < 8; j++)
        lane[j] = -INFINITY;
    for (int64_t z = 0; z < whole; z += 8)
        for (int j = 0; j < 8; j++)
            lane[j] = p[z + j] > lane[j] ? p[z + j] : lane[j];
    for (int64_t z = whole; z < n; z++)
        lane[z - whole] = p[z] > lane[z - whole] ? p[z] : lane[z - whole];
    most = lane[0];
    for (int j = 1; j < 8; j++)
        most = lane[j] > most ? lane[j] : most;
    for (int64_t z = 0; z < n; z++)
        p[z] -= most;
}

/* Logits into probabilities. */
static gyre_status normalise(gyre_ctx *ctx, double *p)
{
    const gyre_shape *shape = ctx->shape;
    int good = 1;
    for (int64_t c = 0; c < shape->contexts; c++)
        lower(p + shape->context[c], shape->context[c + 1] - shape->context[c]);
    ctx->host->exp(ctx, p, shape->states, p);
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        double const total = ctx->host->total(ctx, p + begin, n), part = 1 / total;
        for (int64_t z = begin; z < begin + n; z++)
            p[z] *= part;
        good = good && total <= DBL_MAX;
    }
    return good ? GYRE_OK
                : ctx->host->fail(ctx, GYRE_E_INVALID,
                                  "theta has left the numbers: the steps are too large");
}

/* Rows, at most ROWS, whose steps are put off. `moves` has room for theta of each. */
static gyre_status settle_some(gyre_ctx *ctx, const gyre_rows *rows, int64_t first, int64_t count,
                               double *moves)
{
    const struct cache *cache = ctx->cache;
    int64_t const states = ctx->shape->states, n = dimension(ctx), place = place_of_p(ctx);
    int64_t const step = (int64_t)(rows->stride / sizeof(double));
    double *const theta = row_at(rows, first);
    gyre_matrix const thetas = {theta, count, n, step};
    gyre_status status = GYRE_OK;
    memset(moves, 0, sizeof *moves * (size_t)(count * n));
    for (int64_t z = 0; z < states; z += BLOCK) {
        gyre_matrix const steps = {theta + place + z, count, width_of(ctx, z), step};
        gyre_matrix const phi = features_of(ctx, z);
        ctx->host->project(ctx, &steps, &phi, moves, n);
    }
    for (int64_t r = 0; r < count; r++) {
        for (int64_t f = 0; f < n; f++)
            theta[r * step + f] += moves[r * n + f];
        theta[r * step + n] = 0;
        memcpy(theta + r * step + place, cache->log_base, sizeof *theta * (size_t)states);
    }
    for (int64_t z = 0; z < states; z += BLOCK) {
        gyre_matrix const phi = features_of(ctx, z);
        ctx->host->combine(ctx, &thetas, &phi, theta + place + z, step);
    }
    for (int64_t r = 0; r < count && status == GYRE_OK; r++)
        status = normalise(ctx, theta + r * step + place);
    return status;
}

/* As many rows at a time as stand behind each other. */
static gyre_status settle(gyre_ctx *ctx, const gyre_rows *rows)
{
    double *moves = ctx->host->scratch(ctx, sizeof *moves * (size_t)(ROWS * dimension(ctx)));
    gyre_status status = moves ? GYRE_OK : GYRE_E_NOMEM;
    for (int64_t r = 0; r < rows->count && status == GYRE_OK;) {
        int64_t end = r;
        while (end < rows->count && end < r + ROWS && is_put_off(ctx, row_at(rows, end)))
            end++;
        if (end > r)
            status = settle_some(ctx, rows, r, end - r, moves);
        r = end > r ? end : r + 1;
    }
    return status;
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
    if (conf->base == UNIFORM && !is_uniform(ctx->shape, p))
        return ctx->host->fail(ctx, GYRE_E_INVALID,
                               "base = \"uniform\" says every state as often in row 0, and the "
                               "scenario starts elsewhere: use base = \"start\"");
    for (int64_t r = 0; r < rows->count; r++) {
        memset(row_at(rows, r), 0, row_size(ctx));
        row_at(rows, r)[dimension(ctx)] = 1;
    }
    return settle(ctx, rows);
}

static gyre_status say(gyre_ctx *ctx, const void *row, gyre_said *said)
{
    const double *own = row;
    gyre_rows one = {.size = sizeof one, .count = 1, .stride = row_size(ctx)};
    gyre_status status = GYRE_OK;
    if (is_put_off(ctx, own)) {
        one.row = ctx->host->scratch(ctx, one.stride);
        if (!one.row)
            return GYRE_E_NOMEM;
        own = memcpy(one.row, row, one.stride);
        status = settle(ctx, &one);
        memcpy(said->buffer, own + place_of_p(ctx), sizeof *own * (size_t)ctx->shape->states);
        said->p = said->buffer;
    } else {
        said->p = own + place_of_p(ctx);
    }
    return status;
}

/* ---- steps -------------------------------------------------------------- */

/* With G_c what the weights of a context add to, the gradient of sum of weight(z) ln P(z|c) is the
 * sum of [weight(z) - G_c P(z|c)] phi(z). Puts rate times those brackets in P's place. */
static void put_off(gyre_ctx *ctx, double *row, const double *weight, double rate)
{
    const gyre_shape *shape = ctx->shape;
    double *const p = row + place_of_p(ctx);
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], end = shape->context[c + 1];
        double const all = ctx->host->total(ctx, weight + begin, end - begin);
        for (int64_t z = begin; z < end; z++)
            p[z] = rate * (weight[z] - all * p[z]);
    }
    row[dimension(ctx)] = 1;
}

static gyre_status climb(gyre_ctx *ctx, const gyre_rows *rows, const double *weight, double rate)
{
    const struct conf *conf = ctx->conf;
    gyre_status const status = settle(ctx, rows);
    for (int64_t r = 0; r < rows->count && status == GYRE_OK; r++)
        put_off(ctx, row_at(rows, r), weight, rate * conf->step);
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
    .settle = settle,
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
