/* peer.h - what the plain C programs beside gyre share: options, random numbers, alias tables, and
 * the metrics of a mixture. Written as one writes such a program in an hour: doubles, one thread,
 * no intrinsics, and libm.
 */
#ifndef PEER_H
#define PEER_H

#include <stdint.h>

/* ---- what is asked for: name=value -------------------------------------- */

double peer_number(int argc, char **argv, const char *name, double otherwise);

struct peer_world {
    int64_t states;
    double *reference; /* zipf, exponent 1, unless `uniform` was asked for */
    double *utility, *safe;
    double tau; /* 1/N, a hair less: what covers */
};

/* From `states`, `samples`, `reference` and the CSV file `world`, a line "utility,safe" a state. */
void peer_world_load(struct peer_world *world, int argc, char **argv);

void *peer_alloc(int64_t n, int64_t size);
double peer_now(void);

/* ---- random numbers: xoshiro256++ (Blackman and Vigna 2021) ------------- */

struct peer_random {
    uint64_t s[4];
};

void peer_random_init(struct peer_random *random, uint64_t seed);

static inline uint64_t peer_rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static inline uint64_t peer_word(struct peer_random *random)
{
    uint64_t *const s = random->s;
    uint64_t const out = peer_rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = peer_rotate(s[3], 45);
    return out;
}

/* In [0, 1). */
static inline double peer_unit(struct peer_random *random)
{
    return (double)(peer_word(random) >> 11) * 0x1p-53;
}

/* ---- alias tables (Vose 1991) ------------------------------------------- */

struct peer_alias {
    int64_t n;
    double *cut;
    uint32_t *other, *order;
};

void peer_alias_init(struct peer_alias *alias, int64_t n);
void peer_alias_build(struct peer_alias *alias, const double *weight);

static inline uint32_t peer_alias_draw(const struct peer_alias *alias, struct peer_random *random)
{
    double const u = peer_unit(random) * (double)alias->n;
    uint32_t const z = (uint32_t)u;
    return u - z < alias->cut[z] ? z : alias->other[z];
}

/* ---- metrics: noted every round, the last round's printed ---------------- */

void peer_note(const char *name, double value);
void peer_note_safety(const struct peer_world *world, const double *p);

/* Entropy and the chance that two draws agree, of a distribution. */
struct peer_spread {
    double entropy, agree, said;
};

struct peer_spread peer_spread(const double *p, int64_t n);

/* ---- the loop ----------------------------------------------------------- */

struct peer_society {
    void *of;
    void (*start)(void *of);
    void (*round)(void *of, struct peer_random *random);
    void (*measure)(const void *of); /* notes what gyre measures */
};

/* Runs `replicates` societies of `rounds` rounds and prints a line of JSON for each: seconds a
 * round (of rounds 2 .. rounds, as the first one's may be special) and the last round's metrics. */
void peer_run(const struct peer_society *society, int argc, char **argv);

#endif
