/* shared - one dataset for all, W3: an alias table over what was counted last, and diversity. */
#include <math.h>
#include <string.h>

#include "peer.h"

struct shared {
    struct peer_world world;
    int64_t samples;
    double *p;
    uint32_t *count;
    struct peer_alias alias;
};

static void init(struct shared *s, int argc, char **argv)
{
    peer_world_load(&s->world, argc, argv);
    s->samples = (int64_t)peer_number(argc, argv, "samples", 1);
    s->p = peer_alloc(s->world.states, sizeof(double));
    s->count = peer_alloc(s->world.states, sizeof(uint32_t));
    peer_alias_init(&s->alias, s->world.states);
}

static void start(void *of)
{
    struct shared *const s = of;
    for (int64_t z = 0; z < s->world.states; z++)
        s->p[z] = 1 / (double)s->world.states;
}

static void run_round(void *of, struct peer_random *random)
{
    struct shared *const s = of;
    double const each = 1 / (double)s->samples;
    peer_alias_build(&s->alias, s->p);
    memset(s->count, 0, sizeof *s->count * (size_t)s->world.states);
    for (int64_t i = 0; i < s->samples; i++)
        s->count[peer_alias_draw(&s->alias, random)]++;
    for (int64_t z = 0; z < s->world.states; z++)
        s->p[z] = each * s->count[z];
}

static void measure(const void *of)
{
    const struct shared *const s = of;
    struct peer_spread const spread = peer_spread(s->p, s->world.states);
    peer_note("diversity.entropy", spread.entropy);
    peer_note("diversity.states_0", spread.said);
    peer_note("diversity.states_1", exp(spread.entropy));
    peer_note("diversity.states_2", 1 / spread.agree);
}

int main(int argc, char **argv)
{
    static struct shared shared;
    init(&shared, argc, argv);
    peer_run(&(struct peer_society){&shared, start, run_round, measure}, argc, argv);
    return 0;
}
