/* metric.collapse - mode collapse: how many different things are left of those that the society
 * began with. */
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

enum { START, DISTRIBUTION };

/* Row 0 is made of the start: whoever hangs a trigger on this metric depends on the run's past. */
static const gyre_field fields[] = {
    [START] = {.name = "start",
               .column = "start",
               .of = GYRE_OF_STATE,
               .access = GYRE_READ,
               .doc = "What row 0, of which shares are, is made of."},
    [DISTRIBUTION] = GYRE_OF_FIELD,
};

enum { SHARE, EFFECTIVE, REPEAT };

static const gyre_output outputs[] = {
    [SHARE] = {.name = "share",
               .unit = "",
               .lo = 0,
               .hi = INFINITY,
               .direction = -1,
               .headline = 1,
               .doc = "Effective states as a share of those of row 0."},
    [EFFECTIVE] = {.name = "effective",
                   .unit = "states",
                   .lo = 1,
                   .hi = INFINITY,
                   .direction = -1,
                   .doc = "exp(entropy), how many different things are said."},
    [REPEAT] = {.name = "repeat",
                .unit = "",
                .lo = 0,
                .hi = 1,
                .direction = 1,
                .headline = 1,
                .doc = "The chance that two replies to one prompt are the same, the sum of p^2."},
};

static gyre_status open(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    ctx->cache = ctx->host->alloc(ctx, sizeof(double) * (size_t)ctx->shape->contexts, 64);
    if (!ctx->cache)
        return GYRE_E_NOMEM;
    if (gyre_nu(ctx->shape, conf->weigh, ctx->cache))
        return GYRE_OK;
    return ctx->host->fail(ctx, GYRE_E_INVALID, "weigh = \"probes\", but every context is met");
}

static double entropy(gyre_ctx *ctx, const double *p, int64_t n, double *term)
{
    for (int64_t z = 0; z < n; z++)
        term[z] = p[z] > 0 ? p[z] : 1;
    ctx->host->log(ctx, term, n, term);
    double const sum = -ctx->host->dot(ctx, p, term, n);
    return sum > 0 ? sum : 0;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *slots, double *out)
{
    (void)slots;
    const struct conf *conf = ctx->conf;
    const double *nu = ctx->cache;
    const int64_t *context = ctx->shape->context;
    const double *p = conf->of ? ctx->fields[DISTRIBUTION].data : round->mixture;
    double *first = ctx->state; /* the entropy of row 0 */
    double *term = ctx->host->scratch(ctx, sizeof *term * (size_t)ctx->shape->states);
    double sum = 0, repeat = 0;
    if (!term)
        return GYRE_E_NOMEM;
    for (int64_t c = 0; c < ctx->shape->contexts; c++) {
        const double *said = p + context[c];
        int64_t const n = context[c + 1] - context[c];
        sum += nu[c] * entropy(ctx, said, n, term);
        repeat += nu[c] * ctx->host->dot(ctx, said, said, n);
    }
    if (round->round == 0)
        *first = sum;
    out[SHARE] = gyre_exp(sum - *first);
    out[EFFECTIVE] = gyre_exp(sum);
    out[REPEAT] = repeat;
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops, GYRE_OUTPUTS(outputs), .measure = measure};

static const gyre_component collapse = {
    .size = sizeof collapse,
    .kind = GYRE_KIND_METRIC,
    .id = "metric.collapse",
    .version = "1.0.0",
    .summary = "Mode collapse: what is left of the variety of row 0.",
    .doc =
        "effective = exp(entropy), the Hill number of order 1, entropies weighed over contexts;\n"
        "share is it over its value in row 0: 1 is as varied as at first. repeat is 1 over the\n"
        "Hill number of order 2. Where nothing selects and counts are replaced by N new samples\n"
        "a round, 1 - repeat shrinks on average by 1 - 1/N a round: that much goes by chance\n"
        "alone.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .state_size = sizeof(double),
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.metric.collapse", "1.0.0", "MIT", &collapse);
