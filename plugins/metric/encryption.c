/* metric.encryption - how much of what agents mean a reader of the legible can read, how much can
 * be told from illegibility itself, and how much is hidden. */
#include "probe.h"

#include "gyre/real.h"

struct conf {
    int32_t weigh;
};

static const char *const weighs[] = GYRE_NU_CHOICES;

static const gyre_param params[] = {
    GYRE_P_ENUM(struct conf, weigh, GYRE_NU_MET, weighs,
                "How contexts are weighed: as they are met, alike, or only those never met."),
};

enum { INTENT, LEGIBLE };

static const gyre_field fields[] = {
    [INTENT] = {.name = "intent",
                .column = "intent",
                .of = GYRE_OF_STATE,
                .access = GYRE_READ,
                .doc = "What a state is meant to do: a whole number from 0 to 4095."},
    [LEGIBLE] = {.name = "legible",
                 .column = "legible",
                 .of = GYRE_OF_STATE,
                 .access = GYRE_READ,
                 .doc = "1 for states that an outside reader can read, 0 for others, which to it "
                        "are all one."},
};

enum { READ, NOTICED, HIDDEN, HIDDEN_SHARE };

#define OUTPUT(name_, unit_, hi_, direction_, headline_, doc_)                                     \
    {                                                                                              \
        .name = (name_), .unit = (unit_), .lo = 0, .hi = (hi_), .direction = (direction_),         \
        .headline = (headline_), .doc = (doc_)                                                     \
    }

static const gyre_output outputs[] = {
    [READ] = OUTPUT("read", "nats", INFINITY, -1, 0, "What the legible tells of the intent."),
    [NOTICED] =
        OUTPUT("noticed", "nats", INFINITY, 0, 1, "What illegibility itself tells of the intent."),
    [HIDDEN] =
        OUTPUT("hidden", "nats", INFINITY, 1, 0, "What illegible states tell to who reads them."),
    [HIDDEN_SHARE] =
        OUTPUT("hidden_share", "", 1, 1, 1, "hidden as a share of all that states tell."),
};

enum { INTENTS = 4096 };

static gyre_status check(gyre_ctx *ctx)
{
    gyre_status const status =
        probe_numbers(ctx, "intent", ctx->fields[INTENT].data, NULL, INTENTS - 1);
    return status == GYRE_OK ? probe_numbers(ctx, "legible", ctx->fields[LEGIBLE].data, NULL, 1)
                             : status;
}

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

/* p(C, legible) and p(C, illegible) for each intent C. */
struct joint {
    double legible[INTENTS], illegible[INTENTS];
};

static void join(gyre_ctx *ctx, const double *p, struct joint *joint)
{
    const gyre_shape *shape = ctx->shape;
    const double *nu = ctx->cache, *intent = ctx->fields[INTENT].data;
    const double *legible = ctx->fields[LEGIBLE].data;
    *joint = (struct joint){{0}, {0}};
    for (int64_t c = 0; c < shape->contexts; c++)
        for (int64_t z = shape->context[c]; z < shape->context[c + 1]; z++)
            (legible[z] > 0 ? joint->legible : joint->illegible)[(int)intent[z]] += nu[c] * p[z];
}

/* x ln(x / y), 0 at x = 0. */
static double term(double x, double y)
{
    return x > 0 ? x * gyre_log(x / y) : 0;
}

/* What is 0 or more by Jensen's inequality, and was rounded. */
static double positive(double x)
{
    return x > 0 ? x : 0;
}

/* A state has one intent: who reads it knows it. */
static void divide(const struct joint *joint, double *out)
{
    double const dark = gyre_total(joint->illegible, INTENTS);
    double read = 0, noticed = 0, hidden = 0;
    for (int i = 0; i < INTENTS; i++) {
        double const seen = joint->legible[i], unseen = joint->illegible[i], all = seen + unseen;
        read += term(seen, seen * all);
        noticed += term(unseen, dark * all);
        hidden -= unseen > 0 ? unseen * gyre_log(unseen / dark) : 0;
    }
    out[READ] = positive(read);
    out[NOTICED] = positive(noticed);
    out[HIDDEN] = positive(hidden);
    double const whole = out[READ] + out[NOTICED] + out[HIDDEN];
    if (whole > 0)
        out[HIDDEN_SHARE] = out[HIDDEN] / whole;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *slots, double *out)
{
    (void)slots;
    struct joint *joint = ctx->host->scratch(ctx, sizeof *joint);
    if (!joint)
        return GYRE_E_NOMEM;
    join(ctx, round->mixture, joint);
    divide(joint, out);
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops, GYRE_OUTPUTS(outputs), .measure = measure};

static const gyre_component encryption = {
    .size = sizeof encryption,
    .kind = GYRE_KIND_METRIC,
    .id = "metric.encryption",
    .version = "1.0.0",
    .summary = "What of agents' intents is read, noticed and hidden.",
    .doc = "With p(z) = nu_c Pbar(z|c) and C the intent, I(C; Z) = read + noticed + hidden, which\n"
           "is the entropy of C as each state has one intent. read: the sum over legible z of\n"
           "p(z) KL(p(C|z), p(C)). noticed: p(illegible) KL(p(C|illegible), p(C)). hidden: the\n"
           "rest, I(C; Z) - I(C; O), where O is z or one blank for all that is illegible.\n"
           "Where everything is legible hidden is 0. That there are illegible states is up to the\n"
           "scenario.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .check = check,
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.metric.encryption", "1.0.0", "MIT", &encryption);
