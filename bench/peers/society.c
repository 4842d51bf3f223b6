/* society - agents with a dataset of their own each: W1, W1d and W2. Rows are dense, each agent has
 * an alias table over its own distribution, and metrics are summed while the new row is at hand. */
#include <math.h>
#include <string.h>

#include "peer.h"

struct society {
    struct peer_world world;
    int64_t agents, samples;
    double mixing, rate;
    double *attention; /* [states] e^utility */
    double *row;       /* [agents][states] */
    double *mixture, *next, *weight, *log_reference;
    int32_t *count;
    struct peer_alias alias;
    /* Means over agents, of the last round. */
    double entropy, reverse, agree, coverage;
};

static void init(struct society *s, int argc, char **argv)
{
    peer_world_load(&s->world, argc, argv);
    int64_t const n = s->world.states;
    s->agents = (int64_t)peer_number(argc, argv, "agents", 1);
    s->samples = (int64_t)peer_number(argc, argv, "samples", 1);
    s->mixing = peer_number(argc, argv, "mixing", 1);
    s->rate = peer_number(argc, argv, "rate", 1);
    s->attention = peer_alloc(n, sizeof(double));
    s->log_reference = peer_alloc(n, sizeof(double));
    s->row = peer_alloc(n * s->agents, sizeof(double));
    s->mixture = peer_alloc(n, sizeof(double));
    s->next = peer_alloc(n, sizeof(double));
    s->weight = peer_alloc(n, sizeof(double));
    s->count = peer_alloc(n, sizeof(int32_t));
    peer_alias_init(&s->alias, n);
    for (int64_t z = 0; z < n; z++) {
        s->attention[z] = exp(s->world.utility[z]);
        s->log_reference[z] = log(s->world.reference[z]);
    }
}

static void start(void *of)
{
    struct society *const s = of;
    int64_t const n = s->world.states;
    for (int64_t i = 0; i < n * s->agents; i++)
        s->row[i] = 1 / (double)n;
    for (int64_t z = 0; z < n; z++)
        s->mixture[z] = 1 / (double)n;
}

static void sample(struct society *s, const double *row, struct peer_random *random)
{
    double const g = s->mixing;
    for (int64_t z = 0; z < s->world.states; z++)
        s->weight[z] = s->attention[z] * ((1 - g) * row[z] + g * s->mixture[z]);
    peer_alias_build(&s->alias, s->weight);
    memset(s->count, 0, sizeof *s->count * (size_t)s->world.states);
    for (int64_t i = 0; i < s->samples; i++)
        s->count[peer_alias_draw(&s->alias, random)]++;
}

/* Learns, and sums what is measured, in one pass over the row. */
static void learn(struct society *s, double *row)
{
    double const keep = 1 - s->rate, each = s->rate / (double)s->samples;
    double plogp = 0, plogpi = 0, agree = 0, covered = 0;
    for (int64_t z = 0; z < s->world.states; z++) {
        double const p = row[z] = keep * row[z] + each * s->count[z];
        if (p > 0) {
            s->next[z] += p;
            plogp += p * log(p);
            plogpi += p * s->log_reference[z];
            agree += p * p;
            covered += p >= s->world.tau ? s->world.reference[z] : 0;
        }
    }
    s->entropy -= plogp;
    s->reverse += plogp - plogpi;
    s->agree += agree;
    s->coverage += covered;
}

static void run_round(void *of, struct peer_random *random)
{
    struct society *const s = of;
    int64_t const n = s->world.states;
    double const weight = 1 / (double)s->agents;
    s->entropy = s->reverse = s->agree = s->coverage = 0;
    memset(s->next, 0, sizeof *s->next * (size_t)n);
    for (int64_t m = 0; m < s->agents; m++) {
        sample(s, s->row + m * n, random);
        learn(s, s->row + m * n);
    }
    for (int64_t z = 0; z < n; z++)
        s->mixture[z] = s->next[z] * weight;
    s->entropy *= weight;
    s->reverse *= weight;
    s->agree *= weight;
    s->coverage *= weight;
}

static void measure(const void *of)
{
    const struct society *const s = of;
    struct peer_spread const whole = peer_spread(s->mixture, s->world.states);
    peer_note("consensus.js", whole.entropy - s->entropy);
    peer_note("consensus.between", 1 - (1 - s->agree) / (1 - whole.agree));
    peer_note("consensus.reverse_kl", s->reverse);
    peer_note("safety.agent_coverage", s->coverage);
    peer_note_safety(&s->world, s->mixture);
}

int main(int argc, char **argv)
{
    static struct society society;
    init(&society, argc, argv);
    peer_run(&(struct peer_society){&society, start, run_round, measure}, argc, argv);
    return 0;
}
