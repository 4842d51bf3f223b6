/* metric.hallucination - falsehoods that the society agrees on. */
#include "probe.h"

#include "gyre/real.h"

struct conf {
    double consensus;
};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, consensus, 2 / 3., 0.5, 1, "",
               "The share of the mixture from which on one falsehood is a consensus."),
};

enum { QUESTION, TRUE };

static const gyre_field fields[] = {
    [QUESTION] = PROBE_QUESTION,
    [TRUE] = PROBE_TRUE,
};

enum { SAME_FALSE, FALSE_CONSENSUS, FALSE_MASS };

static const gyre_output outputs[] = {
    [SAME_FALSE] = {.name = "same_false",
                    .unit = "",
                    .lo = 0,
                    .hi = 1,
                    .direction = 1,
                    .headline = 1,
                    .doc = "The chance that two different agents give the same false answer."},
    [FALSE_CONSENSUS] = {.name = "false_consensus",
                         .unit = "",
                         .lo = 0,
                         .hi = 1,
                         .direction = 1,
                         .headline = 1,
                         .doc = "The share of questions where one falsehood is a consensus."},
    [FALSE_MASS] = {.name = "false_mass",
                    .unit = "",
                    .lo = 0,
                    .hi = 1,
                    .direction = 1,
                    .doc = "The probability of false answers, over questions and agents."},
};

/* What is summed over agents: w_m, and w_m times the chance that an agent would say the same
 * falsehood twice. */
enum { WEIGHT, TWICE, SUMS };

static gyre_status check(gyre_ctx *ctx)
{
    return probe_questions(ctx, ctx->fields[QUESTION].data, ctx->fields[TRUE].data);
}

static gyre_status open(gyre_ctx *ctx)
{
    ctx->cache = probe_nu(ctx, ctx->fields[QUESTION].data);
    return ctx->cache ? GYRE_OK : GYRE_E_NOMEM;
}

/* Over questions: the false mass, the chance that two draws from p are the same falsehood, and
 * whether one has `level` of it. */
struct falsehood {
    double mass, same, consensus;
};

static struct falsehood look(gyre_ctx *ctx, const double *p, double level)
{
    const gyre_shape *shape = ctx->shape;
    const double *nu = ctx->cache, *is_true = ctx->fields[TRUE].data;
    struct falsehood sum = {0, 0, 0};
    for (int64_t c = 0; c < shape->contexts; c++) {
        double mass = 0, same = 0, most = 0;
        for (int64_t z = shape->context[c]; nu[c] > 0 && z < shape->context[c + 1]; z++) {
            double const x = is_true[z] > 0 ? 0 : p[z];
            mass += x;
            same += x * x;
            most = x > most ? x : most;
        }
        sum.mass += nu[c] * mass;
        sum.same += nu[c] * same;
        sum.consensus += nu[c] * (most >= level ? 1 : 0);
    }
    return sum;
}

static uint32_t slots(gyre_ctx *ctx)
{
    (void)ctx;
    return SUMS;
}

static gyre_status gather(gyre_ctx *ctx, const gyre_agent *agent, double *sums)
{
    const double *p = probe_table(ctx, agent);
    if (!p)
        return GYRE_E_NOMEM;
    sums[WEIGHT] = agent->weight;
    sums[TWICE] = agent->weight * look(ctx, p, 1).same;
    return GYRE_OK;
}

/* A share that is exactly the level is a consensus, whatever the last bits of a sum say. */
#define GUARD (1 - 0x1p-40)

static gyre_status measure(gyre_ctx *ctx, const gyre_round *round, const double *sums, double *out)
{
    const struct conf *conf = ctx->conf;
    struct falsehood const said = look(ctx, round->mixture, conf->consensus * GUARD);
    double const apart = 1 - sums[WEIGHT];
    out[FALSE_MASS] = said.mass;
    out[FALSE_CONSENSUS] = said.consensus;
    if (apart > 0)
        out[SAME_FALSE] = said.same > sums[TWICE] ? (said.same - sums[TWICE]) / apart : 0;
    return GYRE_OK;
}

static const gyre_metric_ops ops = {.size = sizeof ops,
                                    GYRE_OUTPUTS(outputs),
                                    .slots = slots,
                                    .gather = gather,
                                    .measure = measure};

static const gyre_component hallucination = {
    .size = sizeof hallucination,
    .kind = GYRE_KIND_METRIC,
    .id = "metric.hallucination",
    .version = "1.0.0",
    .summary = "Falsehoods that the society agrees on.",
    .doc = "Questions weigh alike. same_false = sum over falsehoods z of\n"
           "[Pbar(z)^2 - sum of w_m^2 P_m(z)^2] / (1 - sum of w_m^2): agents m and n, two, drawn\n"
           "by their weights, give the same false answer; missing where there is one agent. With\n"
           "agents that all say p it is the sum of p^2 over falsehoods: that is what it is to be\n"
           "compared with. false_consensus counts questions where one falsehood has at least\n"
           "`consensus` of the mixture.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .check = check,
    .open = open,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.metric.hallucination", "1.0.0", "MIT", &hallucination);
