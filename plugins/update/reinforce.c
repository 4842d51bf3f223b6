/* update.reinforce - policy gradient on a reward that the society computes itself.
 *
 * An agent moves along the sum over its dataset of
 *     (1/n) min(cap, P_m/Q_m) (r_i - baseline) / s_r  grad ln P_m(z_i|c_i),
 * with r_i of reward.h and s_r the batch's standard deviation; and, exactly, along the
 * gradients of tau H(P_m) and -beta KL(P_m || anchor), weighed by how often a context is met.
 */
#include <float.h>
#include <string.h>

#include "reward.h"

struct conf {
    double rate, utility, agreement, cap, entropy, penalty;
    int64_t peers;
    int32_t baseline, normalise;
};

enum { LEAVE_ONE_OUT, BATCH_MEAN, NO_BASELINE };
static const char *const baselines[] = {"leave_one_out", "mean", "none", NULL};

static const gyre_param params[] = {
    GYRE_P_F64(struct conf, rate, 1, 0, 1e9, "", "eta, how far a round goes along the gradient."),
    REWARD_PARAMS(struct conf),
    GYRE_P_ENUM(struct conf, baseline, LEAVE_ONE_OUT, baselines,
                "What is taken off a post's reward: the mean of the others, of all, or nothing."),
    GYRE_P_BOOL(struct conf, normalise, 1,
                "Whether rewards are divided by their standard deviation in the dataset."),
    GYRE_P_F64(struct conf, cap, 10, 1, 1e300, "",
               "The most that a post weighs for an agent that says it oftener than its data do."),
    GYRE_P_F64(struct conf, entropy, 0, 0, 1e9, "", "tau, the bonus for saying many things."),
    GYRE_P_F64(struct conf, penalty, 0, 0, 1e9, "",
               "beta, the penalty on KL(P_m || anchor) within each context."),
};

enum { USEFUL, ANCHOR };

static const gyre_field fields[] = {
    [USEFUL] = REWARD_FIELD,
    [ANCHOR] = {.name = "anchor",
                .column = "start",
                .when = "penalty",
                .of = GYRE_OF_STATE,
                .access = GYRE_READ,
                .doc = "What the penalty draws agents to."},
};

enum { STREAM_PEERS };

/* A dataset as it is rewarded: gain[i] is what state[i] is worth; where there are no states, gain
 * is of each. */
struct notes {
    const double *mixture;
    const uint32_t *state;
    double *gain;
    int64_t count;
};

static struct reward reward_of(const gyre_ctx *ctx)
{
    const struct conf *conf = ctx->conf;
    struct reward const reward = {conf->utility, conf->agreement, conf->peers,
                                  ctx->fields[USEFUL].data};
    return reward;
}

/* ---- what posts are worth ----------------------------------------------- */

/* Of each reward's distance from the mean: 1 / s_r; 0 where nothing differs; NaN where rewards are
 * so large that nobody can say. */
static double scale_of(const struct conf *conf, double sd)
{
    if (!conf->normalise)
        return 1;
    if (!(sd <= DBL_MAX))
        return (double)NAN;
    return sd > 0 ? 1 / sd : 0;
}

/* Rewards into gains. The mean of the others is n / (n - 1) times as far as the mean of all; of one
 * post there are no others. */
static void weigh_posts(const struct conf *conf, double *gain, int64_t n)
{
    struct reward_batch const batch = reward_batch(gain, n);
    double const size = (double)n, baseline = conf->baseline == NO_BASELINE ? 0 : batch.mean;
    double scale = scale_of(conf, batch.sd) / size;
    if (conf->baseline == LEAVE_ONE_OUT)
        scale = n > 1 ? scale * size / (size - 1) : 0;
    for (int64_t i = 0; i < n; i++)
        gain[i] = (gain[i] - baseline) * scale;
}

static gyre_status note_posts(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data,
                              struct notes *notes)
{
    struct reward const reward = reward_of(ctx);
    notes->count = reward_count(ctx, data);
    notes->gain = ctx->host->scratch(ctx, sizeof *notes->gain * (size_t)notes->count);
    uint32_t *room = NULL;
    if (data->weight)
        room = ctx->host->scratch(ctx, sizeof *room * (size_t)notes->count);
    if (!notes->gain || (data->weight && !room))
        return GYRE_E_NOMEM;
    notes->state = reward_list(ctx, data, room);
    reward_posts(ctx, &reward, round, STREAM_PEERS, data->dataset, notes->state, notes->count,
                 notes->gain);
    weigh_posts(ctx->conf, notes->gain, notes->count);
    return GYRE_OK;
}

/* As many posts as there could be: of the mass that there is each state has its share. */
static gyre_status note_expected(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data,
                                 struct notes *notes)
{
    const struct conf *conf = ctx->conf;
    struct reward const reward = reward_of(ctx);
    int64_t const states = ctx->shape->states;
    double const mass = ctx->host->total(ctx, data->weight, states);
    double mean = 0, square = 0;
    notes->count = states;
    notes->gain = ctx->host->scratch(ctx, sizeof *notes->gain * (size_t)states);
    if (!notes->gain)
        return GYRE_E_NOMEM;
    double const first = reward_mean(&reward, round, 0);
    for (int64_t z = 0; z < states; z++) {
        notes->gain[z] = reward_mean(&reward, round, z);
        mean += data->weight[z] / mass * (notes->gain[z] - first);
    }
    mean += first;
    for (int64_t z = 0; z < states; z++) {
        double const apart = notes->gain[z] - mean;
        square += data->weight[z] / mass * (apart * apart + reward_variance(&reward, round, z));
    }
    double const scale = scale_of(conf, sqrt(square)) / mass;
    double const baseline = conf->baseline == NO_BASELINE ? 0 : mean;
    for (int64_t z = 0; z < states; z++)
        notes->gain[z] = (notes->gain[z] - baseline) * scale * data->weight[z];
    return GYRE_OK;
}

/* Whatever they are weighed by: an agent's sums of them must be numbers. */
static gyre_status check_gains(gyre_ctx *ctx, const struct notes *notes)
{
    const struct conf *conf = ctx->conf;
    double most = 0;
    for (int64_t i = 0; i < notes->count; i++)
        most += fabs(notes->gain[i]) * conf->cap;
    if (most <= DBL_MAX)
        return GYRE_OK;
    return ctx->host->fail(ctx, GYRE_E_INVALID,
                           "rewards are too large: what agents would learn from them is no number");
}

/* ---- one agent ---------------------------------------------------------- */

/* P_m / Q_m of what an agent says with chance p and its data have from (1 - g) P_m + g Pbar. Data
 * from outside may hold what neither says. */
static double importance(const gyre_ctx *ctx, double p, double mixture)
{
    const struct conf *conf = ctx->conf;
    double const g = ctx->shape->mixing, q = (1 - g) * p + g * mixture;
    if (p <= 0)
        return 0;
    return p < conf->cap * q ? p / q : conf->cap;
}

static gyre_status add_bonus(gyre_ctx *ctx, const double *p, double *climb)
{
    const struct conf *conf = ctx->conf;
    const gyre_shape *shape = ctx->shape;
    const double *anchor = ctx->fields[ANCHOR].data;
    for (int64_t c = 0; c < shape->contexts; c++) {
        for (int64_t z = shape->context[c]; z < shape->context[c + 1]; z++) {
            if (p[z] <= 0)
                continue;
            double const log_p = gyre_log(p[z]);
            double bonus = -conf->entropy * log_p;
            if (anchor && anchor[z] <= 0)
                return ctx->host->fail(ctx, GYRE_E_INVALID,
                                       "the anchor is 0 where an agent says something: there the "
                                       "penalty is infinite");
            if (anchor)
                bonus -= conf->penalty * (log_p - gyre_log(anchor[z]));
            climb[z] += shape->met[c] * p[z] * bonus;
        }
    }
    return GYRE_OK;
}

static gyre_status lesson(gyre_ctx *ctx, const void *argument, gyre_lesson *lesson_)
{
    const struct conf *conf = ctx->conf;
    const struct notes *notes = argument;
    const double *p = lesson_->p;
    size_t const size = sizeof(double) * (size_t)ctx->shape->states;
    double *climb = ctx->host->scratch(ctx, size);
    if (!climb)
        return GYRE_E_NOMEM;
    memset(climb, 0, size);
    for (int64_t i = 0; i < notes->count; i++) {
        int64_t const z = notes->state ? notes->state[i] : i;
        climb[z] += notes->gain[i] * importance(ctx, p[z], notes->mixture[z]);
    }
    lesson_->climb = climb;
    lesson_->rate = conf->rate;
    return conf->entropy > 0 || conf->penalty > 0 ? add_bonus(ctx, p, climb) : GYRE_OK;
}

static gyre_status update(gyre_ctx *ctx, const gyre_round *round, const gyre_data *data)
{
    struct notes notes = {.mixture = round->mixture};
    gyre_class const class_ = {
        .size = sizeof class_, .alike = 1, .lesson = lesson, .notes = &notes};
    gyre_status status = ctx->shape->samples > 0 ? note_posts(ctx, round, data, &notes)
                                                 : note_expected(ctx, round, data, &notes);
    if (status == GYRE_OK)
        status = check_gains(ctx, &notes);
    return status == GYRE_OK ? ctx->host->teach(ctx, data, &class_) : status;
}

static uint32_t ways(gyre_ctx *ctx)
{
    (void)ctx;
    return GYRE_CLIMBS;
}

static const gyre_update_ops ops = {.size = sizeof ops, .update = update, .ways = ways};

static const gyre_component reinforce = {
    .size = sizeof reinforce,
    .kind = GYRE_KIND_UPDATE,
    .id = "update.reinforce",
    .version = "1.0.0",
    .summary = "Policy gradient on a reward that the society itself computes.",
    .doc =
        "A post z in context c earns r = utility u(z) + agreement k/peers, k ~ Bin(peers, "
        "Pbar(z|c)):\n"
        "how useful it is, and how many of its peers would say the same. An agent's parameters "
        "move "
        "by\n"
        "rate times the sum over its n posts of (1/n) w_i (r_i - baseline) / s_r grad ln "
        "P_m(z_i|c_i)"
        ",\n"
        "with s_r the standard deviation of the n rewards, or 1 with normalise = false; where it "
        "is\n"
        "0 nothing is learned from them. Beside it go the gradients of entropy times the mean of "
        "H(P_m(.|c)) and of minus "
        "penalty\n"
        "times the mean of KL(P_m(.|c) || anchor), exactly, over contexts as they are met.\n"
        "\n"
        "w_i = min(cap, P_m/Q_m) with Q_m = (1 - g) P_m + g Pbar, g being the scenario's mixing: "
        "without\n"
        "it an agent would learn as if it had said what others did. It does not take back what a\n"
        "selection or an intervention changed: what they favour weighs more.\n"
        "\n"
        "With expected data the sums over posts are their expectations, that of s_r^2 with its "
        "part\n"
        "from peers among them. The policy must have a gradient: policy.loglinear, "
        "policy.categorical.\n",
    GYRE_PARAMS(params),
    GYRE_FIELDS(fields),
    .conf_size = sizeof(struct conf),
    .ops = &ops,
};

GYRE_MODULE("org.gyre.update.reinforce", "1.0.0", "MIT", &reinforce);
