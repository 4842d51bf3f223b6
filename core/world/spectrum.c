#include "world/spectrum.h"

#include <string.h>

#include "base/arena.h"
#include "world/kernel.h"

/* Counts of so many states are small enough. */
enum { NEAR_STATES = 8192 };

static int64_t stride_of(int64_t states)
{
    return (states + SPECTRUM_BLOCK - 1) / SPECTRUM_BLOCK * SPECTRUM_BLOCK;
}

/* Not so many lists either that a state could overflow. */
static int64_t abreast_of(int64_t states, int64_t samples)
{
    int64_t const fit = NEAR_STATES / stride_of(states), room = UINT16_MAX / samples;
    int64_t const some = fit < room ? fit : room;
    return some < 1 ? 1 : some < SPECTRUM_ABREAST ? some : SPECTRUM_ABREAST;
}

/* Bytes of an array over states, so many each. */
static int64_t array_size(int64_t states, int64_t each)
{
    return memory_lines(stride_of(states) * each);
}

static int64_t carriers_size(int64_t states)
{
    return array_size(states, 1) + array_size(states, (int64_t)sizeof(uint32_t));
}

static int64_t full_size(int64_t samples)
{
    return memory_lines((samples / 256 + 1) * (int64_t)sizeof(uint32_t));
}

/* Vectors add to the first few, however short lists are. */
static int64_t times_size(int64_t samples)
{
    return memory_lines((SPECTRUM_LANES * (samples + 1) + 8) * (int64_t)sizeof(int64_t));
}

int64_t spectrum_size(int64_t states, int64_t samples, int carriers)
{
    return array_size(states, abreast_of(states, samples)) + 2 * array_size(states, 1) +
           array_size(states, (int64_t)sizeof(uint32_t)) + carriers * carriers_size(states) +
           full_size(samples) + times_size(samples);
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
                           .abreast = abreast_of(states, samples),
                           .stride = stride_of(states),
                           .carriers = carriers,
                           .carriers_count = count,
                           .low = take(&at, array_size(states, abreast_of(states, samples))),
                           .high = take(&at, array_size(states, 1)),
                           .full = take(&at, full_size(samples)),
                           .listed = take(&at, array_size(states, 1)),
                           .hoard = take(&at, array_size(states, (int64_t)sizeof(uint32_t))),
                           .times = take(&at, times_size(samples))};
    for (int i = 0; i < count; i++)
        carriers[i] =
            (struct carriers){.least = least[i],
                              .near = take(&at, array_size(states, 1)),
                              .all = take(&at, array_size(states, (int64_t)sizeof(uint32_t)))};
}

static void forget_listed(struct spectrum *s)
{
    memset(s->listed, 0, sizeof(*s->listed) * (size_t)s->states);
    memset(s->hoard, 0, sizeof(*s->hoard) * (size_t)s->states);
    s->most = 0;
}

/* What was folded is 0 already, and no count was above the highest. */
void spectrum_clear(struct spectrum *s)
{
    if (s->most > 0)
        forget_listed(s);
    for (int lane = 0; lane < SPECTRUM_LANES; lane++)
        memset(spectrum_lane(s, lane), 0, sizeof(*s->times) * (size_t)(s->highest + 1));
    for (int i = 0; i < s->carriers_count; i++) {
        if (s->near > 0)
            memset(s->carriers[i].near, 0, sizeof(*s->carriers[i].near) * (size_t)s->states);
        memset(s->carriers[i].all, 0, sizeof(*s->carriers[i].all) * (size_t)s->states);
    }
    s->agents = s->near = s->most = s->highest = 0;
}

static void fold_carriers(struct spectrum *s)
{
    for (int i = 0; i < s->carriers_count; i++)
        kernel_get()->fold(s->carriers[i].all, s->carriers[i].near, s->states);
    s->near = 0;
}

static void fold_listed(struct spectrum *s, double each, struct tally *tally)
{
    tally_add_counts(tally, s->listed, s->hoard, each, s->most);
    forget_listed(s);
}

/* As many as are added at once. */
static void add_some(struct spectrum *s, const uint32_t *const *list, int64_t lists, double each,
                     struct tally *tally)
{
    if (s->most + lists * s->samples > TALLY_MOST)
        fold_listed(s, each, tally);
    if (s->near + lists > UINT8_MAX)
        fold_carriers(s);
    int64_t const bound = kernel_get()->spectrum(s, list, lists);
    int64_t const most = bound < s->samples ? bound : s->samples;
    s->highest = most > s->highest ? most : s->highest;
    s->most += lists * most;
    s->near += lists;
    s->agents += lists;
}

void spectrum_add(struct spectrum *s, const uint32_t *const *list, int64_t lists, double each,
                  struct tally *tally)
{
    for (int64_t i = 0; i < lists; i += s->abreast) {
        int64_t const left = lists - i;
        add_some(s, list + i, left < s->abreast ? left : s->abreast, each, tally);
    }
}

void spectrum_fold(struct spectrum *s, double each, struct tally *tally)
{
    if (s->most > 0)
        fold_listed(s, each, tally);
    if (s->near > 0)
        fold_carriers(s);
}

void spectrum_join(struct spectrum *into, const struct spectrum *from)
{
    into->agents += from->agents;
    into->highest = from->highest > into->highest ? from->highest : into->highest;
    for (int lane = 0; lane < SPECTRUM_LANES; lane++)
        for (int64_t n = 1; n <= from->highest; n++)
            spectrum_lane(into, lane)[n] += spectrum_lane(from, lane)[n];
    for (int i = 0; i < into->carriers_count; i++)
        for (int64_t z = 0; z < into->states; z++)
            into->carriers[i].all[z] += from->carriers[i].all[z];
}

void spectrum_times(const struct spectrum *s, double unit, double *times)
{
    for (int64_t n = 0; n <= s->samples; n++)
        times[n] = 0;
    for (int64_t n = 1; n <= s->highest; n++) {
        int64_t sum = 0;
        for (int lane = 0; lane < SPECTRUM_LANES; lane++)
            sum += spectrum_lane(s, lane)[n];
        times[n] = unit * (double)sum;
    }
}

void spectrum_carriers(const struct spectrum *s, int i, double unit, double *carriers)
{
    kernel_get()->scale_counts(carriers, s->carriers[i].all, unit, s->states);
}
