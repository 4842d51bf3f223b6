/* memory - agents that remember their last samples over a shared base: W4 and W4b. One ring of
 * states an agent; what the society says is counted from all rings. */
#include <string.h>

#include "peer.h"

struct memory {
    struct peer_world world;
    int64_t agents;
    uint32_t samples, capacity;
    double recall, mixing;
    int verify;
    uint32_t *ring;    /* [agents][capacity] */
    uint32_t *learned; /* how many samples each agent ever learned */
    double *heard, *mixture;
    struct peer_alias base, said;
};

static void init(struct memory *s, int argc, char **argv)
{
    peer_world_load(&s->world, argc, argv);
    s->agents = (int64_t)peer_number(argc, argv, "agents", 1);
    s->samples = (uint32_t)peer_number(argc, argv, "samples", 1);
    s->capacity = (uint32_t)peer_number(argc, argv, "capacity", 1);
    s->recall = peer_number(argc, argv, "recall", 1);
    s->mixing = peer_number(argc, argv, "mixing", 1);
    s->verify = peer_number(argc, argv, "verify", 0) > 0;
    s->ring = peer_alloc(s->agents * s->capacity, sizeof(uint32_t));
    s->learned = peer_alloc(s->agents, sizeof(uint32_t));
    s->heard = peer_alloc(s->world.states, sizeof(double));
    s->mixture = peer_alloc(s->world.states, sizeof(double));
    peer_alias_init(&s->base, s->world.states);
    peer_alias_init(&s->said, s->world.states);
    peer_alias_build(&s->base, s->world.reference);
}

static uint32_t length(const struct memory *s, int64_t m)
{
    return s->learned[m] < s->capacity ? s->learned[m] : s->capacity;
}

/* An agent that remembers nothing says what the base says. */
static void express(struct memory *s)
{
    double const each = s->recall / (double)s->agents;
    double base = 0;
    memset(s->heard, 0, sizeof *s->heard * (size_t)s->world.states);
    for (int64_t m = 0; m < s->agents; m++) {
        uint32_t const n = length(s, m);
        for (uint32_t i = 0; i < n; i++)
            s->heard[s->ring[m * s->capacity + i]] += 1.0 / n;
        base += n ? 1 - s->recall : 1;
    }
    base /= (double)s->agents;
    for (int64_t z = 0; z < s->world.states; z++)
        s->mixture[z] = base * s->world.reference[z] + each * s->heard[z];
}

static void start(void *of)
{
    struct memory *const s = of;
    memset(s->learned, 0, sizeof *s->learned * (size_t)s->agents);
    express(s);
}

/* Out of what everybody says, or out of the agent's own: its memory or the base. */
static uint32_t draw(const struct memory *s, int64_t m, uint32_t n, struct peer_random *random)
{
    if (s->mixing >= 1)
        return peer_alias_draw(&s->said, random);
    double const u = peer_unit(random);
    if (u < s->mixing)
        return peer_alias_draw(&s->said, random);
    if (n && u - s->mixing < (1 - s->mixing) * s->recall)
        return s->ring[m * s->capacity + (int64_t)(peer_unit(random) * n)];
    return peer_alias_draw(&s->base, random);
}

/* All samples are drawn before the first is learned. */
static void teach(struct memory *s, int64_t m, struct peer_random *random, uint32_t *sample)
{
    uint32_t *const ring = s->ring + m * s->capacity;
    uint32_t const n = length(s, m);
    for (uint32_t i = 0; i < s->samples; i++)
        sample[i] = draw(s, m, n, random);
    for (uint32_t i = 0; i < s->samples; i++) {
        if (!s->verify || s->world.safe[sample[i]] > 0)
            ring[s->learned[m]++ % s->capacity] = sample[i];
    }
}

static void run_round(void *of, struct peer_random *random)
{
    struct memory *const s = of;
    uint32_t sample[s->samples];
    peer_alias_build(&s->said, s->mixture);
    for (int64_t m = 0; m < s->agents; m++)
        teach(s, m, random, sample);
    express(s);
}

static void measure(const void *of)
{
    const struct memory *const s = of;
    peer_note_safety(&s->world, s->mixture);
}

int main(int argc, char **argv)
{
    static struct memory memory;
    init(&memory, argc, argv);
    peer_run(&(struct peer_society){&memory, start, run_round, measure}, argc, argv);
    return 0;
}
