/* metric.mean - the mean of any attribute over what is said: how useful it is, how often refused.
 */
#include "gyre/metric.h"
#include "gyre/real.h"

struct conf {
    int32_t of, weigh;
};

static const char *const ofs[] = GYRE_OF_CHOICES;
static const char *const weighs[] = GYRE_NU_CHOICES;

static const gyre_param params[] = {
    GYRE_P_ENUM(struct conf, of, GYRE_OF_MIXTURE, ofs, GYRE_OF_DOC),
    GYRE_P_ENUM(struct conf, weigh, GYRE_NU_MET, weighs,
                "How contexts are weighed: as they are met, alike, or only those never met."),
};

enum { ATTRIBUTE, DISTRIBUTION };

static const gyre_field fields[] = {
    [ATTRIBUTE] = {.name = "attribute",
                   .column = "utility",
                   .of = GYRE_OF_STATE,
                   .access = GYRE_READ,
                   .doc = "What the mean is of."},
    [DISTRIBUTION] = GYRE_OF_FIELD,
};

static const gyre_output outputs[] = {
    {.name = "mean",
     .unit = "",
     .lo = -INFINITY,
     .hi = INFINITY,
     .headline = 1,
     .doc = "The mean of the attribute over what is said."},
};

/* The cache: nu[contexts]. */
static gyre_status open(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    double *nu = ctx->host->alloc(ctx, sizeof(double) * (size_t)ctx->shape->contexts, 64);
    if (!nu)
        return GYRE_E_NOMEM;
    ctx->cache = nu;
    if (!gyre_nu(ctx->shape, conf->weigh, nu))
        return ctx->host->fail(ctx, GYRE_E_INVALID, "weigh = \"probes\", but every context is met");
    return GYRE_OK;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *slots, double *out)
{
    (void)slots;
    const struct conf *conf = ctx->conf;
    const double *nu = ctx->cache, *x = ctx->fields[ATTRIBUTE].data;
    const double *p = conf->of ? ctx->fields[DISTRIBUTION].data : round->mixture;
    const int64_t *context = ctx->shape->context;
    double sum = 0;
    for (int64_t c = 0; c < ctx->shape->contexts; c++)
        if (nu[c] > 0)
            sum += nu[c] *
                   ctx->host->dot(ctx, p + context[c], x + context[c], context[c + 1] - context[c]);
    out[0] = sum;
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops, GYRE_OUTPUTS(outputs), .measure = measure};

static const gyre_component mean = {
    .size = sizeof mean,
    .kind = GYRE_KIND_METRIC,
    .id = "metric.mean",
    .version = "1.0.0",
    .summary = "The mean of an attribute over what is said.",
    .doc =
        "The sum over contexts of nu(c), and over states of P(z|c) x(z). With update.mle and no\n"
        "selection it is conserved on average, whatever x is: what moves it then is chance.\n"
        "With selection.bias on the same column and no sampling noise it is that of\n"
        "P_0 exp(t beta x), which never falls where beta is above 0.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.metric.mean", "1.0.0", "MIT", &mean);
