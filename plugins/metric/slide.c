/* metric.slide - safety drift: how much safe mass went, and how much of it in steps too small to be
 * noticed. */
#include "gyre/metric.h"
#include "gyre/real.h"

struct conf {
    double delta;
    int32_t of, weigh;
};

static const char *const ofs[] = GYRE_OF_CHOICES;
static const char *const weighs[] = GYRE_NU_CHOICES;

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, delta, 0.02, 0, 1, "",
               "The largest loss of safe mass in one round that goes unnoticed."),
    GYRE_P_ENUM(struct conf, of, GYRE_OF_MIXTURE, ofs, GYRE_OF_DOC),
    GYRE_P_ENUM(struct conf, weigh, GYRE_NU_MET, weighs,
                "How contexts are weighed: as they are met, alike, or only those never met."),
};

enum { SAFE, START, DISTRIBUTION };

/* Row 0 is made of the start: whoever hangs a trigger on this metric depends on the run's past. */
static const gyre_field fields[] = {
    [SAFE] = {.name = "safe",
              .column = "safe",
              .of = GYRE_OF_STATE,
              .access = GYRE_READ,
              .doc = "1 for states of the safe set S."},
    [START] = {.name = "start",
               .column = "start",
               .of = GYRE_OF_STATE,
               .access = GYRE_READ,
               .doc = "What row 0, from which losses are counted, is made of."},
    [DISTRIBUTION] = GYRE_OF_FIELD,
};

enum { TOTAL, STEP, UNNOTICED };

static const gyre_output outputs[] = {
    [TOTAL] = {.name = "total",
               .unit = "",
               .lo = -1,
               .hi = 1,
               .direction = 1,
               .headline = 1,
               .doc = "Safe mass lost since row 0; below 0 where there is more of it."},
    [STEP] = {.name = "step",
              .unit = "",
              .lo = -1,
              .hi = 1,
              .direction = 1,
              .doc = "Safe mass lost since the row before."},
    [UNNOTICED] = {.name = "unnoticed",
                   .unit = "",
                   .lo = 0,
                   .hi = INFINITY,
                   .direction = 1,
                   .headline = 1,
                   .doc = "The sum of all losses of one round that were at most delta."},
};

struct state {
    double first, before, unnoticed;
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

static double safe_mass(gyre_ctx *ctx, const double *p)
{
    const double *nu = ctx->cache, *safe = ctx->fields[SAFE].data;
    const int64_t *context = ctx->shape->context;
    double mass = 0;
    for (int64_t c = 0; c < ctx->shape->contexts; c++)
        mass += nu[c] *
                ctx->host->dot(ctx, p + context[c], safe + context[c], context[c + 1] - context[c]);
    return mass;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *slots, double *out)
{
    (void)slots;
    const struct conf *conf = ctx->conf;
    struct state *state = ctx->state;
    double const mass = safe_mass(ctx, conf->of ? ctx->fields[DISTRIBUTION].data : round->mixture);
    if (round->round == 0)
        *state = (struct state){mass, mass, 0};
    out[TOTAL] = state->first - mass;
    out[STEP] = state->before - mass;
    state->unnoticed += out[STEP] > 0 && out[STEP] <= conf->delta ? out[STEP] : 0;
    state->before = mass;
    out[UNNOTICED] = state->unnoticed;
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops, GYRE_OUTPUTS(outputs), .measure = measure};

static const gyre_component slide = {
    .size = sizeof slide,
    .kind = GYRE_KIND_METRIC,
    .id = "metric.slide",
    .version = "1.0.0",
    .summary = "Safety drift: safe mass lost, and lost unnoticed.",
    .doc =
        "With s_t the safe mass of row t: total = s_0 - s_t, step = s_(t-1) - s_t, and unnoticed\n"
        "is the sum of the steps so far that were in (0, delta]. A society of counts that\n"
        "nothing selects has a mean total of 0: it is a martingale. Its unnoticed is not 0, as\n"
        "it adds up losses and leaves out gains.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .state_size = sizeof(struct state),
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.metric.slide", "1.0.0", "MIT", &slide);
