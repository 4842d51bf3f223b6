/* intervention.forget - strategy D, entropy release: what agents hold on to is let
 * go of, after their lessons: policies decay, tails are cut, memories are pruned.
 */
#include <math.h>
#include <string.h>

#include "gyre/intervention.h"

/* A probability that is on the cut is not below it, whatever the last bits say. */
#define SLACK 0x1p-40

enum { OF_POLICY, OF_TAIL, OF_MEMORY };
enum { TO_START, TO_UNIFORM, TO_ANCHOR };
enum { OLDEST, LEAST_USED, RISKIEST, RANDOM };

struct conf {
    double rate, cut, share;
    int32_t what, to, first;
};

static const char *const whats[] = {"policy", "tail", "memory", NULL};
static const char *const tos[] = {"start", "uniform", "anchor", NULL};
static const char *const firsts[] = {"oldest", "least_used", "riskiest", "random", NULL};

static const gyre_param params[] = {
    {.key = "what",
     .type = GYRE_ENUM,
     .flags = GYRE_PARAM_REQUIRED,
     .offset = GYRE_AT(struct conf, what, int32_t),
     .max = GYRE_COUNT(whats) - 2,
     .choices = whats,
     .unit = "",
     .doc = "What is let go of: a share of every policy, what is said too rarely, or memories."},
    GYRE_P_F64(struct conf, rate, 0, 0, 1, "",
               "phi, of policy: how much of every policy gives way each time."),
    GYRE_P_ENUM(struct conf, to, TO_START, tos,
                "Of policy: what it gives way to, the start, the uniform law, or a column's."),
    GYRE_P_F64(struct conf, cut, 0, 0, 1, "",
               "Of tail: what an agent says with a probability below it is said no more."),
    GYRE_P_F64(struct conf, share, 0, 0, 1, "",
               "Of memory: how much of what each agent remembers goes each time."),
    GYRE_P_ENUM(struct conf, first, OLDEST, firsts,
                "Of memory: which go first; of equals the oldest."),
};

enum { START, ANCHOR, HELD, RISK };

static const gyre_field fields[] = {
    [START] = {.name = "start",
               .column = "start",
               .when = "what=policy to=start",
               .of = GYRE_OF_STATE,
               .access = GYRE_READ,
               .doc = "What all began with."},
    [ANCHOR] = {.name = "anchor",
                .column = "anchor",
                .when = "what=policy to=anchor",
                .of = GYRE_OF_STATE,
                .access = GYRE_READ,
                .doc = "Weights of states, normalised within each context."},
    [HELD] = {.name = "held",
              .column = "held",
              .when = "what=memory first=least_used",
              .of = GYRE_OF_STATE,
              .access = GYRE_READ,
              .doc = "How much each state was used: the share of this round's data that held it."},
    [RISK] = {.name = "risk",
              .column = "risk",
              .when = "what=memory first=riskiest",
              .of = GYRE_OF_STATE,
              .access = GYRE_READ,
              .doc = "What the riskiest is by; 1 - safe where the space gives no risk."},
};

/* ---- checks ------------------------------------------------------------- */

static double sum_of(const double *weight, int64_t begin, int64_t end)
{
    double sum = 0;
    for (int64_t z = begin; z < end; z++)
        sum += weight[z];
    return sum;
}

static gyre_status check_anchor(gyre_ctx *ctx)
{
    const double *anchor = ctx->fields[ANCHOR].data;
    const gyre_shape *shape = ctx->shape;
    for (int64_t z = 0; anchor && z < shape->states; z++)
        if (anchor[z] < 0)
            return ctx->host->fail(ctx, GYRE_E_INVALID, "the anchor has a negative weight");
    for (int64_t c = 0; anchor && c < shape->contexts; c++)
        if (sum_of(anchor, shape->context[c], shape->context[c + 1]) <= 0)
            return ctx->host->fail(ctx, GYRE_E_INVALID,
                                   "the anchor has a context without any weight");
    return GYRE_OK;
}

/* Each `what` has one number, and leaves the others alone. */
static gyre_status check(gyre_ctx *ctx)
{
    static const char *const lacks[] = {
        "what = \"policy\" forgets nothing with rate = 0",
        "what = \"tail\" forgets nothing with cut = 0",
        "what = \"memory\" forgets nothing with share = 0",
    };
    static const char *const alien[] = {
        "rate is of what = \"policy\" alone",
        "cut is of what = \"tail\" alone",
        "share is of what = \"memory\" alone",
    };
    const struct conf *conf = ctx->conf;
    double const number[] = {conf->rate, conf->cut, conf->share};
    for (int32_t i = 0; i <= OF_MEMORY; i++)
        if (i != conf->what && number[i] > 0)
            return ctx->host->fail(ctx, GYRE_E_INVALID, alien[i]);
    if (number[conf->what] <= 0)
        return ctx->host->fail(ctx, GYRE_E_INVALID, lacks[conf->what]);
    return check_anchor(ctx);
}

/* ---- policies ----------------------------------------------------------- */

static gyre_status on_policy(gyre_ctx *ctx, const gyre_round *round, double *weight, double *rate)
{
    (void)round;
    const struct conf *conf = ctx->conf;
    int64_t const states = ctx->shape->states;
    const double *target = ctx->fields[conf->to == TO_START ? START : ANCHOR].data;
    *rate = conf->rate;
    for (int64_t z = 0; z < states; z++)
        weight[z] = conf->to == TO_UNIFORM ? 1 : target[z];
    return GYRE_OK;
}

/* ---- tails -------------------------------------------------------------- */

/* A context of which all would go keeps it: something must be said. */
static void cut_context(double *p, int64_t n, double cut)
{
    double most = 0;
    for (int64_t z = 0; z < n; z++)
        most = p[z] > most ? p[z] : most;
    for (int64_t z = 0; z < n && most >= cut; z++)
        p[z] = p[z] >= cut ? p[z] : 0;
}

static gyre_status on_agent(gyre_ctx *ctx, const gyre_round *round, double *p)
{
    (void)round;
    const gyre_shape *shape = ctx->shape;
    double const cut = ((const struct conf *)ctx->conf)->cut * (1 - SLACK);
    for (int64_t c = 0; c < shape->contexts; c++)
        cut_context(p + shape->context[c], shape->context[c + 1] - shape->context[c], cut);
    return GYRE_OK;
}

/* ---- memories ----------------------------------------------------------- */

static gyre_status prune(gyre_ctx *ctx, const gyre_round *round, gyre_pruning *pruning,
                         double *rank)
{
    static const uint32_t order[] = {
        [OLDEST] = GYRE_FIRST_OLDEST,
        [LEAST_USED] = GYRE_FIRST_RANKED,
        [RISKIEST] = GYRE_FIRST_RANKED,
        [RANDOM] = GYRE_FIRST_ANY,
    };
    (void)round;
    const struct conf *conf = ctx->conf;
    const double *held = ctx->fields[HELD].data, *risk = ctx->fields[RISK].data;
    pruning->first = order[conf->first];
    pruning->share = conf->share;
    for (int64_t z = 0; order[conf->first] == GYRE_FIRST_RANKED && z < ctx->shape->states; z++)
        rank[z] = risk ? risk[z] : -held[z];
    return GYRE_OK;
}

/* ---- what it reports ---------------------------------------------------- */

enum { FORGOTTEN, PRUNED };

static const gyre_output outputs[] = {
    [FORGOTTEN] = {.name = "forgotten",
                   .unit = "",
                   .doc = "The cost: total variation between what agents said before and after, "
                          "weighted by agents and by how often contexts are met.",
                   .hi = 1},
    [PRUNED] = {.name = "pruned",
                .unit = "memories",
                .doc = "How many memories went, of all agents together.",
                .hi = INFINITY},
};

static gyre_status account(gyre_ctx *ctx, const gyre_deeds *deeds, double *out)
{
    out[FORGOTTEN] = deeds->forgotten;
    if (((const struct conf *)ctx->conf)->what == OF_MEMORY)
        out[PRUNED] = (double)deeds->pruned;
    return GYRE_OK;
}

static uint32_t hooks(gyre_ctx *ctx)
{
    static const uint32_t hook[] = {
        [OF_POLICY] = GYRE_HOOK_POLICY, [OF_TAIL] = GYRE_HOOK_AGENT, [OF_MEMORY] = GYRE_HOOK_PRUNE};
    return hook[((const struct conf *)ctx->conf)->what];
}

static const gyre_intervention_ops ops = {
    .size = sizeof ops,
    .on_policy = on_policy,
    .on_agent = on_agent,
    .prune = prune,
    GYRE_OUTPUTS(outputs),
    .account = account,
    .hooks = hooks,
};

static const gyre_component forget = {
    .size = sizeof forget,
    .kind = GYRE_KIND_INTERVENTION,
    .id = "intervention.forget",
    .version = "1.0.0",
    .summary = "Policies decay, tails are cut, memories are pruned.",
    .doc =
        "After its lessons every agent lets go of something. `policy`: P becomes (1 - phi) P +\n"
        "phi u, with u the start, the uniform law or an anchor. In a society that begins at u and\n"
        "replaces its policy by one shared dataset of N, that is data from outside by another\n"
        "name: the squared distance from u settles at ((1-phi)^2/N) H / (1 - (1-phi)^2 +\n"
        "(1-phi)^2/N), H = 1 - sum u^2. `tail`: states with P(z|c) below the cut are said no\n"
        "more, and the rest is normalised; it lowers coverage, and a context of which nothing\n"
        "reaches the cut is left as it is. `memory`: share of what each agent remembers, rounded\n"
        "to the nearest whole number, is pruned. Pruning the oldest is the same as a smaller\n"
        "memory. The least used are those of which this round's data held the least. The start is\n"
        "the run's own past (anchored); an anchor and risk are from outside (open).\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .check = check,
    .ops = &ops,
};

GYRE_MODULE("org.gyre.intervention.forget", "1.0.0", "MIT", &forget);
