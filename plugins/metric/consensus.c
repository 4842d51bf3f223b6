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
enum { ENTROPY, DISAGREE, VOTES };

/* What a run looks at in every row and never changes. */
struct cache {
    double *nu;     /* [contexts]              */
    double *log_pi; /* [states], 0 where pi* is */
    int gaps;       /* is pi* 0 anywhere?       */
};

static gyre_status open(gyre_ctx *ctx)
{
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    const double *pi = ctx->fields[REFERENCE].data;
    struct cache *cache = ctx->host->alloc(ctx, sizeof *cache, 64);
    if (!cache)
        return GYRE_E_NOMEM;
    ctx->cache = cache;
    cache->nu = ctx->host->alloc(ctx, sizeof(double) * (size_t)shape->contexts, 64);
    cache->log_pi = ctx->host->alloc(ctx, sizeof(double) * (size_t)shape->states, 64);
    if (!cache->nu || !cache->log_pi)
        return GYRE_E_NOMEM;
    for (int64_t z = 0; z < shape->states; z++) {
        cache->log_pi[z] = pi[z] > 0 ? pi[z] : 1;
        cache->gaps |= pi[z] <= 0;
    }
    ctx->host->log(ctx, cache->log_pi, shape->states, cache->log_pi);
    if (gyre_nu(shape, conf->weigh, cache->nu))
        return GYRE_OK;
    return ctx->host->fail(ctx, GYRE_E_INVALID, "weigh = \"probes\", but every context is met");
}

static uint32_t slots(gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    return VOTES + (conf->modes ? (uint32_t)ctx->shape->states : 0);
}

/* Where the largest is; of those above 1/2 there is one. */
static int64_t find_most(const double *p, int64_t n)
{
    int64_t most = 0;
    for (int64_t z = 1; z < n; z++)
        most = p[z] > p[most] ? z : most;
    return most;
}

/* The chance that two draws differ, 1 - sum p^2. Near 0 that would lose its digits, and is made of
 * what is beside the commonest state: with s their sum, 2 s - s^2 - the sum of their squares. */
static double disagreement(const double *p, int64_t n, double alike)
{
    if (alike < 0.5)
        return 1 - alike;
    int64_t const most = find_most(p, n), rest = n - most - 1;
    const double *behind = p + most + 1;
    double const beside = gyre_total(p, most) + gyre_total(behind, rest);
    return 2 * beside - beside * beside - (gyre_dot(p, p, most) + gyre_dot(behind, behind, rest));
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

/* Of what an agent says in one context. */
static void sum_up(gyre_ctx *ctx, const double *p, int64_t n, double nu, double *sums)
{
    double alike;
    sums[ENTROPY] += nu * ctx->host->entropy(ctx, p, n, &alike);
    sums[DISAGREE] += nu * disagreement(p, n, alike);
}

/* Of a list, all of it in one context, and only what is listed is looked at. */
static gyre_status gather_list(gyre_ctx *ctx, const gyre_agent *agent, double *sums)
{
    const struct cache *cache = ctx->cache;
    int64_t const n = agent->count;
    sum_up(ctx, agent->p, n, cache->nu[0], sums);
    if (!((const struct conf *)ctx->conf)->modes)
        return GYRE_OK;
    double *votes = ctx->host->scratch(ctx, sizeof *votes * (size_t)(n + 1));
    if (!votes)
        return GYRE_E_NOMEM;
    memset(sums + VOTES, 0, sizeof *sums * (size_t)ctx->shape->states);
    vote(agent->p, n, votes);
    for (int64_t i = 0; i < n; i++)
        sums[VOTES + agent->state[i]] = votes[i];
    return GYRE_OK;
}

static gyre_status gather(gyre_ctx *ctx, const gyre_agent *agent, double *sums)
{
    const gyre_shape *shape = ctx->shape;
    const struct cache *cache = ctx->cache;
    memset(sums, 0, sizeof *sums * VOTES);
    if (agent->state)
        return gather_list(ctx, agent, sums);
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        sum_up(ctx, agent->p + begin, n, cache->nu[c], sums);
        if (((const struct conf *)ctx->conf)->modes)
            vote(agent->p + begin, n, sums + VOTES + begin);
    }
    return GYRE_OK;
}

/* Votes need agents one by one. */
static int64_t spectrum(gyre_ctx *ctx)
{
    return ((const struct conf *)ctx->conf)->modes ? 0 : ctx->shape->samples + 1;
}

/* Of agents that list N states each: of one that lists a state n times, -n/N ln n/N and
 * n/N (1 - n/N), which add up to 1 - sum P^2 and lose no digits. */
static void count(const gyre_spectrum *of, double nu, double *entropy, double *disagree)
{
    double const all = (double)of->samples;
    for (int64_t n = 1; n <= of->samples; n++) {
        double const p = (double)n / all;
        if (of->times[n] <= 0)
            continue;
        *entropy -= nu * of->times[n] * p * gyre_log(p);
        *disagree += nu * of->times[n] * p * (1 - p);
    }
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

/* Of states that nobody is to say. */
static int is_lost(const double *p, const double *pi, int64_t n)
{
    int lost = 0;
    for (int64_t z = 0; z < n; z++)
        lost |= (p[z] > 0) & (pi[z] <= 0);
    return lost;
}

/* KL(P_m, pi) is -H(P_m) - sum P_m ln pi, infinite where P_m says something that pi never does. The
 * second part is linear: its mean over agents is that of the mixture, and no agent need be looked
 * at. */
static double reverse(double cross, double entropy, int lost)
{
    double const kl = cross - entropy;
    return lost ? (double)INFINITY : kl > 0 ? kl : 0;
}

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *sums, double *out)
{
    const gyre_shape *shape = ctx->shape;
    const struct conf *conf = ctx->conf;
    const struct cache *cache = ctx->cache;
    const double *nu = cache->nu, *p = round->mixture, *pi = ctx->fields[REFERENCE].data;
    double whole = 0, differ = 0, agree = 0, cross = 0;
    double entropy = sums[ENTROPY], disagree = sums[DISAGREE];
    int lost = 0;
    if (round->spectrum)
        count(round->spectrum, nu[0], &entropy, &disagree);
    for (int64_t c = 0; c < shape->contexts; c++) {
        int64_t const begin = shape->context[c], n = shape->context[c + 1] - begin;
        double alike;
        whole += nu[c] * ctx->host->entropy(ctx, p + begin, n, &alike);
        cross -= nu[c] * ctx->host->dot(ctx, p + begin, cache->log_pi + begin, n);
        lost |= cache->gaps && nu[c] > 0 && is_lost(p + begin, pi + begin, n);
        differ += nu[c] * disagreement(p + begin, n, alike);
        if (conf->modes)
            agree += nu[c] * commonest(sums + VOTES + begin, n);
    }
    out[JS] = whole > entropy ? whole - entropy : 0;
    /* With one state left there is no diversity to share out: agents do not differ. */
    out[BETWEEN] = differ > 0 ? clamp(1 - disagree / differ) : 0;
    out[REVERSE_KL] = reverse(cross, entropy, lost);
    if (conf->modes)
        out[AGREE] = clamp(agree);
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops,
                                    GYRE_OUTPUTS(outputs),
                                    .slots = slots,
                                    .gather = gather,
                                    .measure = measure,
                                    .spectrum = spectrum};

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
