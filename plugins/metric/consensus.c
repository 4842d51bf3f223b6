/* metric.consensus - how alike agents are: what they say, one by one, beside what they say
 * together. */
#include <string.h>

#include "gyre/metric.h"
#include "gyre/real.h"

struct conf {
    int32_t weigh, modes;
};

static const char *const weighs[] = GYRE_NU_CHOICES;

static const gyre_param params[] = {
    GYRE_P_ENUM(struct conf, weigh, GYRE_NU_MET, weighs,
                "How contexts are weighed: as they are met, alike, or only those never met."),
    GYRE_P_BOOL(struct conf, modes, 1, "Count agents by their most probable states too."),
};

enum { REFERENCE };

static const gyre_field fields[] = {
    [REFERENCE] = {.name = "reference",
                   .column = "reference",
                   .of = GYRE_OF_STATE,
                   .access = GYRE_READ,
                   .doc = "pi*(z|c), for reverse_kl."},
};

enum { JS, BETWEEN, AGREE, REVERSE_KL };

static const gyre_output outputs[] = {
    [JS] = {.name = "js",
            .unit = "nats",
            .lo = 0,
            .hi = INFINITY,
            .headline = 1,
            .doc = "Jensen-Shannon divergence of agents: entropy of the mixture less their mean."},
    [BETWEEN] = {.name = "between",
                 .unit = "",
                 .lo = 0,
                 .hi = 1,
                 .headline = 1,
                 .doc = "F_ST, the share of diversity that is between agents."},
    [AGREE] = {.name = "agree",
               .unit = "",
               .lo = 0,
               .hi = 1,
               .headline = 1,
               .doc = "The weight of agents whose most probable state is the commonest such."},
    [REVERSE_KL] = {.name = "reverse_kl",
                    .unit = "nats",
                    .lo = 0,
                    .hi = INFINITY,
                    .direction = 1,
                    .doc = "The mean over agents of KL(P_m, pi*): the reverse of safety.kl."},
};

/* What is summed over agents; votes for states follow. */
enum { ENTROPY, DISAGREE, REVERSE, LOST, VOTES };

static gyre_status open(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    double *nu = ctx->host->alloc(ctx, sizeof *nu * (size_t)ctx->shape->contexts, 64);
    if (!nu)
        return GYRE_E_NOMEM;
    ctx->cache = nu;
    if (gyre_nu(ctx->shape, conf->weigh, nu))
        return GYRE_OK;
    return ctx->host->fail(ctx, GYRE_E_INVALID, "weigh = \"probes\", but every context is met");
}

static uint32_t slots(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    return VOTES + (conf->modes ? (uint32_t)ctx->shape->states : 0);
}

static double entropy(gyre_ctx *ctx, const double *p, int64_t n, double *term)
{
    ctx->host->log(ctx, p, n, term);
    for (int64_t z = 0; z < n; z++)
        term[z] = p[z] > 0 ? -p[z] * term[z] : 0;
    return gyre_total(term, n);
}

/* The chance that two draws differ, 1 - sum p^2. Near 0 that would lose its digits, so it is made
 * of what is beside the commonest state: with s their sum, 2 s - s^2 - the sum of their squares. */
static double disagreement(const double *p, int64_t n, double *term)
{
    int64_t most = 0;
    for (int64_t z = 1; z < n; z++)
        most = p[z] > p[most] ? z : most;
    for (int64_t z = 0; z < n; z++)
        term[z] = z == most ? 0 : p[z];
    double const beside = gyre_total(term, n);
    return 2 * beside - beside * beside - gyre_dot(term, term, n);
}

/* KL(p, pi), finite unless p says something that pi never does: then *lost is 1. */
static double reverse(gyre_ctx *ctx, const double *p, const double *pi, int64_t n, double *term,
                      double *lost)
{
    int64_t strange = 0;
    for (int64_t z = 0; z < n; z++) {
        term[z] = p[z] > 0 && pi[z] > 0 ? p[z] / pi[z] : 1;
        strange += p[z] > 0 && !(pi[z] > 0);
    }
    ctx->host->log(ctx, term, n, term);
    for (int64_t z = 0; z < n; z++)
        term[z] *= p[z];
    *lost = strange > 0;
    return gyre_total(term, n);
}

/* One vote for the most probable state, shared among states that tie. */
static void vote(const double *p, int64_t n, double *votes)
{
    double most = 0;
    int64_t tied = 0;
    for (int64_t z = 0; z < n; z++)
        most = p[z] > most ? p[z] : most;
    for (int64_t z = 0; z < n; z++)
        tied += p[z] == most;
    for (int64_t z = 0; z < n; z++)
        votes[z] = p[z] == most ? 1 / (double)tied : 0;
}

static gyre_status gather(gyre_ctx *ctx, const gyre_round *round, const double *p, double *sums)
{
    (void)round;
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    const double *nu = ctx->cache, *pi = ctx->fields[REFERENCE].data;
    double *term = ctx->host->scratch(ctx, sizeof *term * (size_t)shape->states);
    if (!term)
        return GYRE_E_NOMEM;
    memset(sums, 0, sizeof *sums * VOTES);
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        double lost = 0;
        sums[ENTROPY] += nu[c] * entropy(ctx, p + begin, n, term);
        sums[DISAGREE] += nu[c] * disagreement(p + begin, n, term);
        sums[REVERSE] += nu[c] * reverse(ctx, p + begin, pi + begin, n, term, &lost);
        sums[LOST] += nu[c] * lost;
        if (conf->modes)
            vote(p + begin, n, sums + VOTES + begin);
    }
    return GYRE_OK;
}

static double clamp(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static double commonest(const double *votes, int64_t n)
{
    double most = 0;
    for (int64_t z = 0; z < n; z++)
        most = votes[z] > most ? votes[z] : most;
    return most;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *sums, double *out)
{
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    const double *nu = ctx->cache, *p = round->mixture;
    double *term = ctx->host->scratch(ctx, sizeof *term * (size_t)shape->states);
    double whole = 0, differ = 0, agree = 0;
    if (!term)
        return GYRE_E_NOMEM;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        whole += nu[c] * entropy(ctx, p + begin, n, term);
        differ += nu[c] * disagreement(p + begin, n, term);
        if (conf->modes)
            agree += nu[c] * commonest(sums + VOTES + begin, n);
    }
    out[JS] = whole > sums[ENTROPY] ? whole - sums[ENTROPY] : 0;
    /* With one state left there is no diversity to share out: agents do not differ. */
    out[BETWEEN] = differ > 0 ? clamp(1 - sums[DISAGREE] / differ) : 0;
    out[REVERSE_KL] = sums[LOST] > 0 ? (double)INFINITY : sums[REVERSE] > 0 ? sums[REVERSE] : 0;
    if (conf->modes)
        out[AGREE] = clamp(agree);
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops,
                                    GYRE_OUTPUTS(outputs),
                                    .slots = slots,
                                    .gather = gather,
                                    .measure = measure};

static const gyre_component consensus = {
    .size = sizeof consensus,
    .kind = GYRE_KIND_METRIC,
    .id = "metric.consensus",
    .version = "1.0.0",
    .summary = "How alike agents are.",
    .doc = "js = H(Pbar) - sum of w_m H(P_m), at most ln min(M, K). between = 1 - H_S/H_T with\n"
           "H_S = sum of w_m (1 - sum P_m^2) and H_T = 1 - sum Pbar^2 (F_ST). agree: ties are "
           "shared.\n"
           "reverse_kl = mean of KL(P_m, pi*): finite where agents have lost states, and blind to\n"
           "their loss; it is not safety.kl. All read the policies, not P_t.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.metric.consensus", "1.0.0", "MIT", &consensus);
