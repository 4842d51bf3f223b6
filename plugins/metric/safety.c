/* metric.safety - how far the society is from human values, after arXiv
 * 2602.09877: KL(pi*, P_t), what it is made of, and the coverage of what is human.
 *
 * Everything is computed of the flat laws pi(z) = nu_c pi*(z|c) and
 * p(z) = nu_c P(z|c), with the same nu on both sides. What can be infinite is
 * given beside its floored form, of (1 - f) p + f pi, which lies in [0, -ln f].
 */
#include <float.h>
#include <stddef.h>

#include "gyre/metric.h"
#include "gyre/real.h"

struct conf {
    double tau, floor;
    int32_t of, weigh, agents, agent_kl;
};

static const char *const ofs[] = GYRE_OF_CHOICES;
static const char *const weighs[] = GYRE_NU_CHOICES;

static const gyre_param params[] = {
    GYRE_P_ENUM(struct conf, of, GYRE_OF_TRAINING, ofs, GYRE_OF_DOC),
    GYRE_P_F64(struct conf, tau, 0, 0, 1, "",
               "From what probability on a state counts as covered; 0: 1/N of one dataset."),
    GYRE_P_F64(struct conf, floor, 1e-6, 1e-12, 0.5, "",
               "f, the share of the reference in what the floored outputs look at."),
    GYRE_P_ENUM(struct conf, weigh, GYRE_NU_MET, weighs,
                "How contexts are weighed: as they are met, alike, or only those never met."),
    GYRE_P_BOOL(struct conf, agents, 1, "Measure agents one by one too."),
    GYRE_P_BOOL(struct conf, agent_kl, 1, "With agents: their kl_floored, a logarithm a state."),
};

enum { REFERENCE, SAFE, DISTRIBUTION };

static const gyre_field fields[] = {
    [REFERENCE] = {.name = "reference",
                   .column = "reference",
                   .of = GYRE_OF_STATE,
                   .access = GYRE_READ,
                   .doc = "pi*(z|c), the human distribution."},
    [SAFE] = {.name = "safe",
              .column = "safe",
              .of = GYRE_OF_STATE,
              .access = GYRE_READ | GYRE_OPTIONAL,
              .doc = "1 for states of the safe set S; without it nothing is split."},
    [DISTRIBUTION] = GYRE_OF_FIELD,
};

enum {
    KL,
    KL_FLOORED,
    MASS,
    COVERAGE,
    COVERAGE_SAFE,
    COVERAGE_SUPPORT,
    MISSING,
    MASS_LOSS,
    COLLAPSE,
    COLLAPSE_OUTSIDE,
    BLIND,
    AGENT_KL_FLOORED,
    AGENT_COVERAGE
};

#define OUTPUT(name_, unit_, hi_, direction_, headline_, doc_)                                     \
    {                                                                                              \
        .name = (name_), .unit = (unit_), .lo = 0, .hi = (hi_), .direction = (direction_),         \
        .headline = (headline_), .doc = (doc_)                                                     \
    }

static const gyre_output outputs[] = {
    [KL] = OUTPUT("kl", "nats", INFINITY, 1, 1,
                  "KL(pi*, P): 0 is safe, infinite once a state of pi* is lost."),
    [KL_FLOORED] =
        OUTPUT("kl_floored", "nats", INFINITY, 1, 1, "KL(pi*, (1 - f) P + f pi*): finite always."),
    [MASS] = OUTPUT("mass", "", 1, -1, 1, "P(S), what of it is safe."),
    [COVERAGE] = OUTPUT("coverage", "", 1, -1, 1,
                        "The mass of pi* on states that are said with probability tau or more."),
    [COVERAGE_SAFE] =
        OUTPUT("coverage_safe", "", 1, -1, 0, "Coverage of the safe set, as a share of pi*(S)."),
    [COVERAGE_SUPPORT] =
        OUTPUT("coverage_support", "", 1, -1, 0, "The mass of pi* on states that are said at all."),
    [MISSING] =
        OUTPUT("missing", "states", INFINITY, 1, 1, "States of pi* that are never said any more."),
    [MASS_LOSS] = OUTPUT("mass_loss", "nats", INFINITY, 1, 0,
                         "The part of kl_floored that is safe mass lost."),
    [COLLAPSE] = OUTPUT("collapse", "nats", INFINITY, 1, 0,
                        "The part of kl_floored that is collapse inside S."),
    [COLLAPSE_OUTSIDE] = OUTPUT("collapse_outside", "nats", INFINITY, 1, 0,
                                "The part of kl_floored that is collapse outside S."),
    [BLIND] =
        OUTPUT("blind", "", 1, 1, 0, "The weight of contexts that are met too rarely for tau."),
    [AGENT_KL_FLOORED] = OUTPUT("agent_kl_floored", "nats", INFINITY, 1, 0,
                                "The mean over agents of kl_floored of their policies."),
    [AGENT_COVERAGE] = OUTPUT("agent_coverage", "", 1, -1, 0,
                              "The mean over agents of the coverage of their policies."),
};

/* What a run looks at in every row and never changes. */
struct cache {
    double *nu;    /* [contexts] */
    double *pi;    /* [states], nu_c pi*(z|c) */
    double *meant; /* [states], 1 where pi* says it, else 0 */
    double meant_of_all;
    double *safe_pi; /* [states]: the part of it that is safe; NULL: there is no column `safe` */
    double tau, safe;
};

/* A state at exactly tau must count as covered whatever the last bits of a sum say. */
#define GUARD (1 - 0x1p-40)

static int part_safe(gyre_ctx *ctx, struct cache *cache, const double *safe)
{
    int64_t const states = ctx->shape->states;
    cache->safe_pi = ctx->host->alloc(ctx, sizeof(double) * (size_t)states, 64);
    for (int64_t z = 0; cache->safe_pi && z < states; z++)
        cache->safe_pi[z] = cache->pi[z] * safe[z];
    cache->safe = cache->safe_pi ? gyre_total(cache->safe_pi, states) : 0;
    return cache->safe_pi != NULL;
}

static gyre_status open(gyre_ctx *ctx)
{
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    const double *reference = ctx->fields[REFERENCE].data, *safe = ctx->fields[SAFE].data;
    struct cache *cache = ctx->host->alloc(ctx, sizeof *cache, 64);
    if (!cache)
        return GYRE_E_NOMEM;
    cache->nu = ctx->host->alloc(ctx, sizeof(double) * (size_t)shape->contexts, 64);
    cache->pi = ctx->host->alloc(ctx, sizeof(double) * (size_t)shape->states, 64);
    cache->meant = ctx->host->alloc(ctx, sizeof(double) * (size_t)shape->states, 64);
    if (!cache->nu || !cache->pi || !cache->meant)
        return GYRE_E_NOMEM;
    if (!gyre_nu(shape, conf->weigh, cache->nu))
        return ctx->host->fail(ctx, GYRE_E_INVALID, "weigh = \"probes\", but every context is met");
    for (int64_t c = 0; c < shape->contexts; c++)
        for (int64_t z = shape->context[c]; z < shape->context[c + 1]; z++)
            cache->pi[z] = cache->nu[c] * reference[z];
    for (int64_t z = 0; z < shape->states; z++)
        cache->meant[z] = cache->pi[z] > 0 ? 1 : 0;
    cache->meant_of_all = gyre_total(cache->meant, shape->states);
    if (safe && !part_safe(ctx, cache, safe))
        return GYRE_E_NOMEM;
    cache->tau = conf->tau > 0 || shape->samples == 0 ? conf->tau : 1 / (double)shape->samples;
    ctx->cache = cache;
    return GYRE_OK;
}

/* ---- pieces, each a sum over states ------------------------------------- */

/* From what probability on a state is said often enough; with tau = 0 (expected data: N is
 * infinite) from the smallest number above 0. */
static double enough(double tau)
{
    return tau > 0 ? tau * GUARD : 0x1p-1074;
}

/* Loops over the states of one context, or of all; with restrict they become vectors. */

static void take_flat(const double *restrict p, const double *restrict pi, double nu, double f,
                      int64_t n, double *restrict q)
{
    for (int64_t z = 0; z < n; z++)
        q[z] = nu * p[z] + f * (pi[z] - nu * p[z]);
}

/* pi / q, which is finite: where pi is so small that q was rounded to 0 its part of a divergence is
 * nothing, whatever the logarithm. */
static double ratio(double pi, double q)
{
    double const x = pi / q, finite = x < DBL_MAX ? x : DBL_MAX;
    return pi > 0 ? finite : 1;
}

static void take_ratio(const double *restrict pi, const double *restrict q, int64_t n,
                       double *restrict term)
{
    for (int64_t z = 0; z < n; z++)
        term[z] = ratio(pi[z], q[z]);
}

static void take_part(const double *restrict pi, int64_t n, double *restrict term)
{
    for (int64_t z = 0; z < n; z++) {
        double const x = pi[z] * term[z];
        term[z] = pi[z] > 0 ? x : 0;
    }
}

/* What `of` (pi, or a part of it) has on states that are covered: met P(z|c) >= tau. */
static double coverage(gyre_ctx *ctx, const double *p, double tau, const double *of)
{
    const gyre_shape *shape = ctx->shape;
    double covered = 0;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        if (shape->met[c] > 0)
            covered +=
                ctx->host->covered(ctx, p + begin, enough(tau) / shape->met[c], of + begin, n);
    }
    return covered;
}

/* What `of` has on states that are said at all, in any context, met or not. */
static double support(gyre_ctx *ctx, const double *p, const double *of)
{
    return ctx->host->covered(ctx, p, enough(0), of, ctx->shape->states);
}

/* Whole numbers, so that nothing is rounded. */
static double missing(gyre_ctx *ctx, const double *p)
{
    const struct cache *cache = ctx->cache;
    return cache->meant_of_all - support(ctx, p, cache->meant);
}

/* q(z) = (1 - f) nu_c P(z|c) + f pi(z), written so that it is exactly pi where P is. */
static void flatten(gyre_ctx *ctx, const double *p, double f, double *q)
{
    const gyre_shape *shape = ctx->shape;
    const struct cache *cache = ctx->cache;
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        take_flat(p + begin, cache->pi + begin, cache->nu[c], f, n, q + begin);
    }
}

/* term(z) = pi ln(pi / q), 0 where pi is. */
static void divergence(gyre_ctx *ctx, const double *q, double *term)
{
    const double *pi = ((const struct cache *)ctx->cache)->pi;
    int64_t const n = ctx->shape->states;
    take_ratio(pi, q, n, term);
    ctx->host->log(ctx, term, n, term);
    take_part(pi, n, term);
}

/* What is 0 or more by Jensen's inequality, and was rounded. */
static double positive(double x)
{
    return x > 0 ? x : 0;
}

/* u ln(u/v), 0 at u = 0. */
static double part(double u, double v)
{
    return u > 0 ? u * gyre_log(u / v) : 0;
}

/* Of a p that says all that pi does; else it is infinite. */
static double whole(gyre_ctx *ctx, const double *p, double *q, double *term)
{
    flatten(ctx, p, 0, q);
    divergence(ctx, q, term);
    return positive(ctx->host->total(ctx, term, ctx->shape->states));
}

static double floored(gyre_ctx *ctx, const double *p, double *q, double *term)
{
    const struct conf *conf = ctx->conf;
    flatten(ctx, p, conf->floor, q);
    divergence(ctx, q, term);
    return positive(ctx->host->total(ctx, term, ctx->shape->states));
}

/* What x has outside S: summed, as 1 - x(S) loses its digits when little is left. */
static double outside(gyre_ctx *ctx, const double *x, const double *safe, int64_t n, double *rest)
{
    for (int64_t z = 0; z < n; z++)
        rest[z] = (1 - safe[z]) * x[z];
    return ctx->host->total(ctx, rest, n);
}

/* The whole is d(u, v) and the two collapses; `rest` is scratch. */
static void split(gyre_ctx *ctx, const double *q, const double *term, double *rest, double *out)
{
    const struct cache *cache = ctx->cache;
    const double *safe = ctx->fields[SAFE].data;
    int64_t const n = ctx->shape->states;
    double const within = part(cache->safe, ctx->host->dot(ctx, q, safe, n));
    double const without =
        part(outside(ctx, cache->pi, safe, n, rest), outside(ctx, q, safe, n, rest));
    out[MASS_LOSS] = positive(within + without);
    out[COLLAPSE] = positive(ctx->host->dot(ctx, term, safe, n) - within);
    out[COLLAPSE_OUTSIDE] = positive(outside(ctx, term, safe, n, rest) - without);
}

/* ---- callbacks ---------------------------------------------------------- */

static void measure_safe(gyre_ctx *ctx, const double *p, double *term, double *out)
{
    const struct cache *cache = ctx->cache;
    const double *safe = ctx->fields[SAFE].data;
    if (cache->safe > 0)
        out[COVERAGE_SAFE] = coverage(ctx, p, cache->tau, cache->safe_pi) / cache->safe;
    flatten(ctx, p, 0, term);
    out[MASS] = ctx->host->dot(ctx, term, safe, ctx->shape->states);
}

static double blindness(gyre_ctx *ctx)
{
    const struct cache *cache = ctx->cache;
    double blind = 0;
    for (int64_t c = 0; c < ctx->shape->contexts; c++)
        blind += ctx->shape->met[c] >= enough(cache->tau) ? 0 : cache->nu[c];
    return blind;
}

/* What is summed over agents. */
enum { AGENTS_KL, AGENTS_COVERED, AGENTS_ALL };

static uint32_t slots(gyre_ctx *ctx)
{
    return ((const struct conf *)ctx->conf)->agents ? AGENTS_ALL : 0;
}

static double *scratch(gyre_ctx *ctx)
{
    return ctx->host->scratch(ctx, sizeof(double) * (size_t)ctx->shape->states);
}

/* The floored divergence of a list, of one context: a state that is not listed has q = f pi. */
static double floored_list(gyre_ctx *ctx, const gyre_agent *agent, const double *pi, double *term)
{
    double const f = ((const struct conf *)ctx->conf)->floor;
    int64_t const n = agent->count;
    for (int64_t i = 0; i < n; i++)
        term[i] = ratio(pi[i], agent->p[i] + f * (pi[i] - agent->p[i]));
    ctx->host->log(ctx, term, n, term);
    return positive(ctx->host->dot(ctx, pi, term, n) -
                    (1 - ctx->host->total(ctx, pi, n)) * gyre_log(f));
}

/* Of a list: only what is listed is looked at. */
static gyre_status gather_list(gyre_ctx *ctx, const gyre_agent *agent, double *sums)
{
    const struct cache *cache = ctx->cache;
    size_t const size = sizeof(double) * (size_t)(agent->count + 1);
    double *pi = ctx->host->scratch(ctx, size), *term = ctx->host->scratch(ctx, size);
    if (!pi || !term)
        return GYRE_E_NOMEM;
    for (int64_t i = 0; i < agent->count; i++)
        pi[i] = cache->pi[agent->state[i]];
    sums[AGENTS_COVERED] = ctx->host->covered(ctx, agent->p, enough(cache->tau), pi, agent->count);
    sums[AGENTS_KL] =
        ((const struct conf *)ctx->conf)->agent_kl ? floored_list(ctx, agent, pi, term) : 0;
    return GYRE_OK;
}

static gyre_status gather(gyre_ctx *ctx, const gyre_agent *agent, double *sums)
{
    if (agent->state)
        return gather_list(ctx, agent, sums);
    const struct cache *cache = ctx->cache;
    sums[AGENTS_COVERED] = coverage(ctx, agent->p, cache->tau, cache->pi);
    sums[AGENTS_KL] = 0;
    if (!((const struct conf *)ctx->conf)->agent_kl)
        return GYRE_OK;
    double *q = scratch(ctx), *term = scratch(ctx);
    if (!q || !term)
        return GYRE_E_NOMEM;
    sums[AGENTS_KL] = floored(ctx, agent->p, q, term);
    return GYRE_OK;
}

/* How often a list of N states must name one for n/N to be said often enough. */
static int64_t spectrum(gyre_ctx *ctx)
{
    double const tau = ((const struct cache *)ctx->cache)->tau, all = (double)ctx->shape->samples;
    int64_t least = 1;
    while (least <= ctx->shape->samples && (double)least / all < enough(tau))
        least++;
    return ((const struct conf *)ctx->conf)->agent_kl ? 0 : least;
}

/* The mean over agents, gathered or counted. */
static double agents_covered(gyre_ctx *ctx, const gyre_spectrum *counted, double gathered)
{
    const double *pi = ((const struct cache *)ctx->cache)->pi;
    if (!counted || !counted->carriers)
        return gathered;
    return gathered + ctx->host->dot(ctx, counted->carriers, pi, ctx->shape->states);
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *sums, double *out)
{
    const struct conf *conf = ctx->conf;
    const struct cache *cache = ctx->cache;
    const double *p = conf->of ? ctx->fields[DISTRIBUTION].data : round->mixture;
    double *q = scratch(ctx), *term = scratch(ctx);
    if (!q || !term)
        return GYRE_E_NOMEM;
    out[COVERAGE] = coverage(ctx, p, cache->tau, cache->pi);
    out[COVERAGE_SUPPORT] = support(ctx, p, cache->pi);
    out[MISSING] = missing(ctx, p);
    out[BLIND] = blindness(ctx);
    out[KL] = out[MISSING] > 0 ? (double)INFINITY : whole(ctx, p, q, term);
    out[KL_FLOORED] = floored(ctx, p, q, term);
    if (ctx->fields[SAFE].data) {
        double *rest = scratch(ctx);
        if (!rest)
            return GYRE_E_NOMEM;
        split(ctx, q, term, rest, out);
        measure_safe(ctx, p, term, out);
    }
    if (conf->agents)
        out[AGENT_COVERAGE] = agents_covered(ctx, round->spectrum, sums[AGENTS_COVERED]);
    if (conf->agents && conf->agent_kl)
        out[AGENT_KL_FLOORED] = positive(sums[AGENTS_KL]);
    return GYRE_OK;
}

static const gyre_metric_ops ops = {
    .size = sizeof ops,
    GYRE_OUTPUTS(outputs),
    .slots = slots,
    .gather = gather,
    .measure = measure,
    .spectrum = spectrum,
};

static const gyre_component safety = {
    .size = sizeof safety,
    .kind = GYRE_KIND_METRIC,
    .id = "metric.safety",
    .version = "1.0.0",
    .summary = "KL from human values, safe mass, coverage, losses.",
    .doc = "KL(pi*, P) = sum of nu_c KL(pi*(.|c), P(.|c)); 0 is safe. Floored, it splits exactly:\n"
           "kl_floored = mass_loss + collapse + collapse_outside. Coverage at tau is the mass of\n"
           "pi* on states that are said with probability tau or more; by default tau = 1/N, a\n"
           "state that one dataset is expected to hold once. Without a column `safe` what it\n"
           "would split is missing. With expected data N is infinite, and coverage that of the\n"
           "support.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.metric.safety", "1.0.0", "MIT", &safety);
