/* reward.h - what a post earns: sugar that update.reinforce and update.recall share.
 *
 * r_i = utility u(z_i) + agreement k_i / q, with k_i of q peers who would say the same:
 * k_i ~ Bin(q, Pbar(z_i|c_i)), or its mean where q is 0. Nothing else is read: a society
 * computes its reward itself.
 */
#ifndef REWARD_H
#define REWARD_H

#include "gyre/real.h"
#include "gyre/update.h"

struct reward {
    double utility, agreement;
    int64_t peers;
    const double *useful; /* [states], u(z); NULL where utility is 0 */
};

/* Parameters, for a configuration T with members of these names. */
#define REWARD_PARAMS(T)                                                                           \
    GYRE_P_F64(T, utility, 0.5, -1e9, 1e9, "",                                                     \
               "How much a post earns by how useful it is: times the column `useful`."),           \
        GYRE_P_F64(T, agreement, 0.5, -1e9, 1e9, "",                                               \
                   "How much a post earns by the share of peers who would say the same."),         \
        GYRE_P_I64(T, peers, 10, 0, 1000, "agents",                                                \
                   "How many peers are asked about a post; 0: as many as there could be, so that " \
                   "their share is Pbar itself.")

/* The one column, asked for where utility is not 0. */
#define REWARD_FIELD                                                                               \
    {                                                                                              \
        .name = "useful", .column = "utility", .when = "utility", .of = GYRE_OF_STATE,             \
        .access = GYRE_READ, .doc = "How useful it is to say a state."                             \
    }

static inline double reward_chance(const gyre_round *round, int64_t z)
{
    return round->mixture[z] < 1 ? round->mixture[z] : 1;
}

static inline double reward_sum(const struct reward *reward, int64_t z, double share)
{
    double const useful = reward->useful ? reward->utility * reward->useful[z] : 0;
    return useful + reward->agreement * share;
}

/* Of a post that says z: the mean of its reward, and the variance that the peers give it. */
static inline double reward_mean(const struct reward *reward, const gyre_round *round, int64_t z)
{
    return reward_sum(reward, z, reward_chance(round, z));
}

static inline double reward_variance(const struct reward *reward, const gyre_round *round,
                                     int64_t z)
{
    double const p = reward_chance(round, z);
    if (reward->peers == 0)
        return 0;
    return reward->agreement * reward->agreement * p * (1 - p) / (double)reward->peers;
}

/* x^n by squares. */
static inline double reward_power(double x, int64_t n)
{
    double power = 1;
    for (; n > 0; n /= 2, x *= x)
        power *= n % 2 ? x : 1;
    return power;
}

/* Bin(n, p) for p <= 1/2 and n <= 1000 by inversion: (1 - p)^n is then far from underflow. */
static inline int64_t reward_invert(int64_t n, double p, double u)
{
    double const odds = p / (1 - p);
    double chance = reward_power(1 - p, n), below = chance;
    int64_t k = 0;
    while (k < n && u >= below) {
        chance *= odds * (double)(n - k) / (double)(k + 1);
        k++;
        below += chance;
    }
    return k;
}

/* How many of n peers would say what is said with chance p. */
static inline int64_t reward_peers(int64_t n, double p, double u)
{
    return p > 0.5 ? n - reward_invert(n, 1 - p, u) : reward_invert(n, p, u);
}

/* Writes what posts i of a dataset, [count] states, earn. Its random words are those of `stream`
 * from dataset 2^32 on, one a post. out is first given the uniforms. */
static inline void reward_posts(gyre_ctx *ctx, const struct reward *reward, const gyre_round *round,
                                uint32_t stream, int64_t dataset, const uint32_t *state,
                                int64_t count, double *out)
{
    int const drawn = reward->peers > 0 && (reward->agreement < 0 || reward->agreement > 0);
    if (drawn)
        ctx->host->uniform(ctx, stream, (uint64_t)dataset << 32, count, out);
    for (int64_t i = 0; i < count; i++) {
        double share = reward_chance(round, state[i]);
        if (drawn)
            share = (double)reward_peers(reward->peers, share, out[i]) / (double)reward->peers;
        out[i] = reward_sum(reward, state[i], share);
    }
}

/* ---- posts of a dataset -------------------------------------------------- */

/* How many samples a dataset is; where it is expected mass there are none. */
static inline int64_t reward_count(const gyre_ctx *ctx, const gyre_data *data)
{
    double count = 0;
    for (int64_t c = 0; data->weight && ctx->shape->samples > 0 && c < ctx->shape->contexts; c++)
        count += data->total[c];
    return data->weight ? (int64_t)count : data->count;
}

/* Samples one by one, also where the host counted them: then in the states' order, in `room`,
 * which has place for reward_count of them. */
static inline const uint32_t *reward_list(const gyre_ctx *ctx, const gyre_data *data,
                                          uint32_t *room)
{
    int64_t n = 0;
    if (!data->weight)
        return data->state;
    for (int64_t z = 0; z < ctx->shape->states; z++)
        for (int64_t left = (int64_t)data->weight[z]; left > 0; left--)
            room[n++] = (uint32_t)z;
    return room;
}

/* ---- mean and standard deviation of a batch ------------------------------ */

struct reward_batch {
    double mean, sd; /* sd^2: the mean squared distance from the mean */
};

/* Distances are from the first reward, so that equal rewards have exactly their mean, and sd 0. */
static inline struct reward_batch reward_batch(const double *reward, int64_t count)
{
    double sum = 0, square = 0;
    for (int64_t i = 0; i < count; i++)
        sum += reward[i] - reward[0];
    double const shift = count > 0 ? sum / (double)count : 0;
    for (int64_t i = 0; i < count; i++) {
        double const apart = reward[i] - reward[0] - shift;
        square += apart * apart;
    }
    struct reward_batch const batch = {count > 0 ? reward[0] + shift : 0,
                                       count > 0 ? sqrt(square / (double)count) : 0};
    return batch;
}

#endif
