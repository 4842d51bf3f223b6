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

#include "cholesky.h"
#include "gyre/policy.h"
#include "gyre/real.h"

struct conf {
    double step;
    int32_t base, fit;
};

enum { UNIFORM, START };
static const char *const bases[] = {"uniform", "start", NULL};

enum { STEP, LIKELIHOOD };
static const char *const fits[] = {"step", "likelihood", NULL};

static const gyre_param params[] = {
    GYRE_P_ENUM(struct conf, fit, STEP, fits,
                "How examples are learned: by a step along the gradient of their likelihood, or by "
                "going to its maximum."),
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
                .when = "base=start",
                .of = GYRE_OF_STATE,
                .access = GYRE_READ,
                .doc = "The base, which stays as it is for ever."},
};

/* States go in blocks, whose features fit into a processor's second cache. */
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
    const double *const phi = ((const struct cache *)ctx->cache)->phi;
    int64_t const n = dimension(ctx);
    return (gyre_matrix){phi + begin * n, n, width_of(ctx, begin), BLOCK};
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

/* ---- rows ----------------------------------------------------------------
 *
 * theta, and whether a step is put off; then, from a cache line's beginning, for each state P(z|c),
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
    double lane[8], most = -INFINITY;
    int64_t const whole = n - n % 8;
    for (int j = 0; j < 8; j++)
        lane[j] = most;
    for (int64_t z = 0; z < whole; z += 8)
        for (int j = 0; j < 8; j++)
            lane[j] = p[z + j] > lane[j] ? p[z + j] : lane[j];
    for (int64_t z = whole; z < n; z++)
        lane[z - whole] = p[z] > lane[z - whole] ? p[z] : lane[z - whole];
    for (int j = 0; j < 8; j++)
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

/* What `count` rows say, by their thetas. */
static gyre_status express(gyre_ctx *ctx, double *theta, int64_t count, int64_t step)
{
    const struct cache *cache = ctx->cache;
    int64_t const states = ctx->shape->states, place = place_of_p(ctx);
    gyre_matrix const thetas = {theta, count, dimension(ctx), step};
    gyre_status status = GYRE_OK;
    for (int64_t r = 0; r < count; r++)
        memcpy(theta + r * step + place, cache->log_base, sizeof *theta * (size_t)states);
    for (int64_t z = 0; z < states; z += BLOCK) {
        gyre_matrix const phi = features_of(ctx, z);
        ctx->host->combine(ctx, &thetas, &phi, theta + place + z, step);
    }
    for (int64_t r = 0; r < count && status == GYRE_OK; r++)
        status = normalise(ctx, theta + r * step + place);
    return status;
}

/* Rows, at most ROWS, whose steps are put off. `moves` has room for theta of each. */
static gyre_status settle_some(gyre_ctx *ctx, const gyre_rows *rows, int64_t first, int64_t count,
                               double *moves)
{
    int64_t const states = ctx->shape->states, n = dimension(ctx), place = place_of_p(ctx);
    int64_t const step = (int64_t)(rows->stride / sizeof(double));
    double *const theta = row_at(rows, first);
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
    }
    return express(ctx, theta, count, step);
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

/* ---- the maximum of the likelihood, by Newton's method ------------------ */

enum { NEWTON_STEPS = 200, HALVINGS = 60 };

/* The likelihood is the sum of weight(z) ln P(z|c). `trial` is a row. */
struct fit {
    double *weight, *tilted, *gradient, *hessian, *mean, *trial;
};

static int make_fit(gyre_ctx *ctx, struct fit *fit)
{
    size_t const n = (size_t)dimension(ctx), states = (size_t)ctx->shape->states;
    double *room = ctx->host->scratch(ctx, sizeof *room * (2 * states + 2 * n + n * n));
    fit->trial = ctx->host->scratch(ctx, row_size(ctx));
    if (!room || !fit->trial)
        return 0;
    fit->weight = room;
    fit->tilted = room + states;
    fit->gradient = room + 2 * states;
    fit->mean = fit->gradient + n;
    fit->hessian = fit->mean + n;
    return 1;
}

/* The part of one context, whose weights add to `all`: all (data's mean - E[phi]) and all Cov(phi).
 */
static void add_context(gyre_ctx *ctx, const struct fit *fit, const double *p, int64_t begin,
                        int64_t count, double all)
{
    int64_t const n = dimension(ctx), states = ctx->shape->states;
    const double *const phi = ctx->fields[FEATURES].data + begin;
    for (int64_t f = 0; f < n; f++) {
        fit->mean[f] = ctx->host->dot(ctx, p + begin, phi + f * states, count);
        fit->gradient[f] +=
            ctx->host->dot(ctx, fit->weight + begin, phi + f * states, count) - all * fit->mean[f];
        for (int64_t z = 0; z < count; z++)
            fit->tilted[z] = all * p[begin + z] * (phi[f * states + z] - fit->mean[f]);
        for (int64_t g = 0; g <= f; g++)
            fit->hessian[f * n + g] += ctx->host->dot(ctx, fit->tilted, phi + g * states, count);
    }
}

static double likelihood(gyre_ctx *ctx, const struct fit *fit, const double *p)
{
    double sum = 0;
    for (int64_t z = 0; z < ctx->shape->states; z++)
        if (fit->weight[z] > 0)
            sum += fit->weight[z] * gyre_log(p[z]);
    return sum;
}

/* One step, halved until it leads up. Close to the top, where the likelihood no longer tells, a
 * whole one does. Returns whether it moved. */
static int step_up(gyre_ctx *ctx, const struct fit *fit, double *row, double decrement)
{
    int64_t const n = dimension(ctx), place = place_of_p(ctx);
    double const before = likelihood(ctx, fit, row + place);
    double length = 1;
    for (int i = 0; i < HALVINGS; i++, length /= 2) {
        for (int64_t f = 0; f < n; f++)
            fit->trial[f] = row[f] + length * fit->gradient[f];
        if (express(ctx, fit->trial, 1, 0) != GYRE_OK)
            continue;
        if (decrement < 1e-8 || likelihood(ctx, fit, fit->trial + place) > before) {
            memcpy(row, fit->trial, sizeof *row * (size_t)n);
            memcpy(row + place, fit->trial + place, sizeof *row * (size_t)ctx->shape->states);
            return 1;
        }
    }
    return 0;
}

static void climb_to_the_top(gyre_ctx *ctx, const struct fit *fit, double *row)
{
    const gyre_shape *shape = ctx->shape;
    int64_t const n = dimension(ctx);
    double decrement = 1;
    for (int i = 0; i < NEWTON_STEPS && decrement > 1e-24; i++) {
        memset(fit->gradient, 0, sizeof(double) * (size_t)(2 * n + n * n));
        for (int64_t c = 0; c < shape->contexts; c++) {
            int64_t const begin = shape->context[c], count = shape->context[c + 1] - begin;
            double const all = ctx->host->total(ctx, fit->weight + begin, count);
            if (all > 0)
                add_context(ctx, fit, row + place_of_p(ctx), begin, count, all);
        }
        decrement = cholesky_solve(fit->hessian, fit->gradient, n);
        if (decrement > 0 && !step_up(ctx, fit, row, decrement))
            break;
    }
}

/* Examples beside what the row says itself, in the contexts that they touch: rate to 1 - rate. */
static void mix_own(gyre_ctx *ctx, const double *p, const double *weight, double rate,
                    double *mixed)
{
    const gyre_shape *shape = ctx->shape;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], end = shape->context[c + 1];
        double const all = ctx->host->total(ctx, weight + begin, end - begin);
        for (int64_t z = begin; z < end; z++)
            mixed[z] = rate * weight[z] + (1 - rate) * all * p[z];
    }
}

static gyre_status maximise(gyre_ctx *ctx, const gyre_rows *rows, const double *weight, double rate)
{
    struct fit fit;
    gyre_status const status = settle(ctx, rows);
    if (status == GYRE_OK && !make_fit(ctx, &fit))
        return GYRE_E_NOMEM;
    for (int64_t r = 0; status == GYRE_OK && r < rows->count; r++) {
        double *const row = row_at(rows, r);
        mix_own(ctx, row + place_of_p(ctx), weight, rate, fit.weight);
        climb_to_the_top(ctx, &fit, row);
    }
    return GYRE_OK;
}

/* ---- examples ----------------------------------------------------------- */

/* The examples' mean log likelihood: each weighs 1 / n. */
static gyre_status learn(gyre_ctx *ctx, const gyre_rows *rows, const gyre_examples *examples,
                         double rate)
{
    const struct conf *conf = ctx->conf;
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
    for (int64_t z = 0; all > 0 && z < states; z++)
        weight[z] /= all;
    if (all <= 0 || rate <= 0)
        return GYRE_OK;
    return conf->fit == LIKELIHOOD ? maximise(ctx, rows, weight, rate)
                                   : climb(ctx, rows, weight, rate);
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
        "theta pulls a majority toward 1/2. With fit = \"likelihood\" theta goes to the maximum of "
        "the\n"
        "likelihood of b times the examples and 1 - b times what the agent says itself, by "
        "Newton's\n"
        "method: it keeps the mean of E[phi]. Where examples lie on one side of all others there "
        "is "
        "no\n"
        "maximum; P then ends where doubles do. update.reinforce climbs along other gradients.\n"
        "An agent takes 8 bytes for each state and each feature.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.policy.loglinear", "1.0.0", "MIT", &loglinear);
