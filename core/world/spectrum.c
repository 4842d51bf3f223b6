#include "world/spectrum.h"

#include <string.h>

#include "base/arena.h"
#include "world/kernel.h"

static int64_t counts_size(int64_t states)
{
    return memory_lines(states * (int64_t)sizeof(uint16_t));
}

static int64_t carriers_size(int64_t states)
{
    return memory_lines(states) + memory_lines(states * (int64_t)sizeof(int64_t));
}

static int64_t reached_size(int64_t samples)
{
    return memory_lines(SPECTRUM_LANES * samples * (int64_t)sizeof(int64_t));
}

int64_t spectrum_size(int64_t states, int64_t samples, int carriers)
{
    return 2 * counts_size(states) + carriers * carriers_size(states) + reached_size(samples);
}

static void *take(char **at, int64_t size)
{
    void *const memory = *at;
    *at += size;
    return memory;
}

void spectrum_init(struct spectrum *s, int64_t states, int64_t samples, const int64_t *least,
                   struct carriers *carriers, int count, void *memory)
{
    char *at = memory;
    *s = (struct spectrum){.states = states,
                           .samples = samples,
                           .carriers = carriers,
                           .carriers_count = count,
                           .count = take(&at, counts_size(states)),
                           .listed = take(&at, counts_size(states)),
                           .reached = take(&at, reached_size(samples))};
    for (int i = 0; i < count; i++)
        carriers[i] =
            (struct carriers){.least = least[i],
                              .near = take(&at, memory_lines(states)),
                              .all = take(&at, memory_lines(states * (int64_t)sizeof(int64_t)))};
}

void spectrum_clear(struct spectrum *s)
{
    memset(s->listed, 0, sizeof(*s->listed) * (size_t)s->states);
    memset(s->reached, 0, sizeof(*s->reached) * (size_t)(SPECTRUM_LANES * s->samples));
    for (int i = 0; i < s->carriers_count; i++) {
        memset(s->carriers[i].near, 0, sizeof(*s->carriers[i].near) * (size_t)s->states);
        memset(s->carriers[i].all, 0, sizeof(*s->carriers[i].all) * (size_t)s->states);
    }
    s->agents = s->near = s->unfolded = 0;
}

static void fold_carriers(struct spectrum *s)
{
    for (int i = 0; i < s->carriers_count; i++) {
        struct carriers *const c = &s->carriers[i];
        for (int64_t z = 0; z < s->states; z++)
            c->all[z] += c->near[z];
        memset(c->near, 0, sizeof(*c->near) * (size_t)s->states);
    }
    s->near = 0;
}

static void fold_listed(struct spectrum *s, double each, struct tally *tally)
{
    tally_add_counts(tally, s->listed, each, s->unfolded * s->samples);
    memset(s->listed, 0, sizeof(*s->listed) * (size_t)s->states);
    s->unfolded = 0;
}

void spectrum_add(struct spectrum *s, const uint32_t *list, double each, struct tally *tally)
{
    if ((s->unfolded + 1) * s->samples > UINT16_MAX)
        fold_listed(s, each, tally);
    if (s->near == UINT8_MAX)
        fold_carriers(s);
    kernel_get()->spectrum(s, list);
    s->unfolded++;
    s->near++;
    s->agents++;
}

void spectrum_fold(struct spectrum *s, double each, struct tally *tally)
{
    if (s->unfolded > 0)
        fold_listed(s, each, tally);
    if (s->near > 0)
        fold_carriers(s);
}

void spectrum_join(struct spectrum *into, const struct spectrum *from)
{
    into->agents += from->agents;
    for (int64_t i = 0; i < SPECTRUM_LANES * into->samples; i++)
        into->reached[i] += from->reached[i];
    for (int i = 0; i < into->carriers_count; i++)
        for (int64_t z = 0; z < into->states; z++)
            into->carriers[i].all[z] += from->carriers[i].all[z];
}

/* How often a state was listed n times or more, n >= 1. */
static int64_t reached(const struct spectrum *s, int64_t n)
{
    int64_t sum = 0;
    for (int lane = 0; n <= s->samples && lane < SPECTRUM_LANES; lane++)
        sum += s->reached[lane * s->samples + n - 1];
    return sum;
}

void spectrum_times(const struct spectrum *s, double unit, double *times)
{
    times[0] = 0;
    for (int64_t n = 1; n <= s->samples; n++)
        times[n] = unit * (double)(reached(s, n) - reached(s, n + 1));
}

void spectrum_carriers(const struct spectrum *s, int i, double unit, double *carriers)
{
    for (int64_t z = 0; z < s->states; z++)
        carriers[z] = unit * (double)s->carriers[i].all[z];
}
