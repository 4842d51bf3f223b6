/* metric.drift - how far the society has moved: from where it began, from the row before, and, if
 * asked, from another distribution such as a later count of the same community. */
#include <string.h>

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

enum { START, AGAINST, DISTRIBUTION };

/* Row 0 is made of the start: whoever hangs a trigger on this metric depends on the run's past. */
static const gyre_field fields[] = {
    [START] = {.name = "start",
               .column = "start",
               .of = GYRE_OF_STATE,
               .access = GYRE_READ,
               .doc = "What row 0, from which drift is measured, is made of."},
    [AGAINST] = {.name = "against",
                 .column = "against",
                 .of = GYRE_OF_STATE,
                 .access = GYRE_READ | GYRE_OPTIONAL,
                 .doc = "Another distribution to measure from: counts or probabilities of states."},
    [DISTRIBUTION] = GYRE_OF_FIELD,
};

enum { TV, JS, STEP_TV, STEP_JS, AGAINST_TV, AGAINST_JS };

#define LN2 0.6931471805599453

#define OUTPUT(name_, unit_, hi_, direction_, headline_, doc_)                                     \
    {                                                                                              \
        .name = (name_), .unit = (unit_), .lo = 0, .hi = (hi_), .direction = (direction_),         \
        .headline = (headline_), .doc = (doc_)                                                     \
    }

static const gyre_output outputs[] = {
    [TV] = OUTPUT("tv", "", 1, 1, 1, "Total variation from row 0."),
    [JS] = OUTPUT("js", "nats", LN2, 1, 0, "Jensen-Shannon divergence from row 0."),
    [STEP_TV] = OUTPUT("step_tv", "", 1, 1, 0, "Total variation from the row before."),
    [STEP_JS] =
        OUTPUT("step_js", "nats", LN2, 1, 0, "Jensen-Shannon divergence from the row before."),
    [AGAINST_TV] = OUTPUT("against_tv", "", 1, 0, 1, "Total variation from the column `against`."),
    [AGAINST_JS] = OUTPUT("against_js", "nats", LN2, 0, 0,
                          "Jensen-Shannon divergence from the column `against`."),
};

struct cache {
    double *nu;      /* [contexts]                       */
    double *against; /* [states], normalised; NULL: none */
};

/* State: row 0, then the row before. */
static size_t state_bytes(gyre_ctx *ctx)
{
    return 2 * sizeof(double) * (size_t)ctx->shape->states;
}

static gyre_status normalise(gyre_ctx *ctx, const double *counts, double *out)
{
    const gyre_shape *shape = ctx->shape;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], end = shape->context[c + 1];
        double const total = gyre_total(counts + begin, end - begin);
        for (int64_t z = begin; z < end; z++) {
            if (!(counts[z] >= 0 && total > 0))
                return ctx->host->fail(ctx, GYRE_E_INVALID,
                                       "the column against has a negative value, or a context "
                                       "without any above 0");
            out[z] = counts[z] / total;
        }
    }
    return GYRE_OK;
}

static gyre_status open(gyre_ctx *ctx)
{
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    struct cache *cache = ctx->host->alloc(ctx, sizeof *cache, 64);
    if (!cache)
        return GYRE_E_NOMEM;
    ctx->cache = cache;
    cache->nu = ctx->host->alloc(ctx, sizeof(double) * (size_t)shape->contexts, 64);
    if (!cache->nu)
        return GYRE_E_NOMEM;
    if (!gyre_nu(shape, conf->weigh, cache->nu))
        return ctx->host->fail(ctx, GYRE_E_INVALID, "weigh = \"probes\", but every context is met");
    if (!ctx->fields[AGAINST].data)
        return GYRE_OK;
    cache->against = ctx->host->alloc(ctx, sizeof(double) * (size_t)shape->states, 64);
    return cache->against ? normalise(ctx, ctx->fields[AGAINST].data, cache->against)
                          : GYRE_E_NOMEM;
}

/* The sum of x ln(x / m), m the mean of x and y: with x and y exchanged, twice the divergence. */
static double toward_middle(gyre_ctx *ctx, const double *x, const double *y, int64_t n,
                            double *term)
{
    for (int64_t z = 0; z < n; z++)
        term[z] = x[z] > 0 ? x[z] / ((x[z] + y[z]) / 2) : 1;
    ctx->host->log(ctx, term, n, term);
    for (int64_t z = 0; z < n; z++)
        term[z] *= x[z];
    return gyre_total(term, n);
}

/* Writes total variation and Jensen-Shannon divergence of p and q, over contexts by nu. */
static void compare(gyre_ctx *ctx, const double *p, const double *q, double *term, double *tv,
                    double *js)
{
    const gyre_shape *shape = ctx->shape;
    const struct cache *cache = ctx->cache;
    double sum_tv = 0, sum_js = 0;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        for (int64_t z = 0; z < n; z++)
            term[z] = fabs(p[begin + z] - q[begin + z]);
        sum_tv += cache->nu[c] * gyre_total(term, n);
        sum_js += cache->nu[c] * (toward_middle(ctx, p + begin, q + begin, n, term) +
                                  toward_middle(ctx, q + begin, p + begin, n, term));
    }
    *tv = sum_tv / 2;
    *js = sum_js > 0 ? sum_js / 2 : 0;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *slots, double *out)
{
    (void)slots;
    const struct conf *conf = ctx->conf;
    const struct cache *cache = ctx->cache;
    const double *p = conf->of ? ctx->fields[DISTRIBUTION].data : round->mixture;
    size_t const size = sizeof(double) * (size_t)ctx->shape->states;
    double *first = ctx->state, *before = first + ctx->shape->states;
    double *term = ctx->host->scratch(ctx, size);
    if (!term)
        return GYRE_E_NOMEM;
    if (round->round == 0) {
        memcpy(first, p, size);
        memcpy(before, p, size);
    }
    compare(ctx, p, first, term, &out[TV], &out[JS]);
    compare(ctx, p, before, term, &out[STEP_TV], &out[STEP_JS]);
    if (cache->against)
        compare(ctx, p, cache->against, term, &out[AGAINST_TV], &out[AGAINST_JS]);
    memcpy(before, p, size);
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops, GYRE_OUTPUTS(outputs), .measure = measure};

static const gyre_component drift = {
    .size = sizeof drift,
    .kind = GYRE_KIND_METRIC,
    .id = "metric.drift",
    .version = "1.0.0",
    .summary = "How far the society has moved, and how fast.",
    .doc = "Total variation (half the sum of |p - q|) and Jensen-Shannon divergence, weighed over\n"
           "contexts by nu(c): from row 0, from the row before (0 in row 0), and from a column\n"
           "`against` where the scenario names one. A society that hops around a fixed mix has a\n"
           "large step and a small drift.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .open = open,
    .state_bytes = state_bytes,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.metric.drift", "1.0.0", "MIT", &drift);
