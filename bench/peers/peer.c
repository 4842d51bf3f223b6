#include "peer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- what is asked for -------------------------------------------------- */

static void fail(const char *what)
{
    fprintf(stderr, "peer: %s\n", what);
    exit(EXIT_FAILURE);
}

void *peer_alloc(int64_t n, int64_t size)
{
    void *const memory = calloc((size_t)n, (size_t)size);
    if (!memory)
        fail("no memory");
    return memory;
}

double peer_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const char *text_of(int argc, char **argv, const char *name)
{
    size_t const n = strlen(name);
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], name, n) == 0 && argv[i][n] == '=')
            return argv[i] + n + 1;
    }
    return NULL;
}

double peer_number(int argc, char **argv, const char *name, double otherwise)
{
    const char *const text = text_of(argc, argv, name);
    return text ? atof(text) : otherwise;
}

/* Without `split` nothing is said of the safe set, as gyre says nothing where a space has none. */
static void load_columns(struct peer_world *world, const char *path, int split)
{
    FILE *const in = fopen(path, "r");
    double safe;
    if (!in || fscanf(in, "utility,safe") == EOF)
        fail("the world's file cannot be read");
    for (int64_t z = 0; z < world->states; z++) {
        if (fscanf(in, "%lf,%lf", &world->utility[z], &safe) != 2)
            fail("the world's file has too few states");
        world->safe[z] = split ? safe : 0;
    }
    fclose(in);
}

static void make_reference(double *reference, int64_t n, double exponent)
{
    double sum = 0;
    for (int64_t z = 0; z < n; z++)
        sum += reference[z] = pow((double)(z + 1), -exponent);
    for (int64_t z = 0; z < n; z++)
        reference[z] /= sum;
}

void peer_world_load(struct peer_world *world, int argc, char **argv)
{
    const char *const path = text_of(argc, argv, "world");
    int64_t const n = (int64_t)peer_number(argc, argv, "states", 1);
    world->states = n;
    world->reference = peer_alloc(n, sizeof(double));
    world->utility = peer_alloc(n, sizeof(double));
    world->safe = peer_alloc(n, sizeof(double));
    world->tau = (1 - 0x1p-40) / peer_number(argc, argv, "samples", 1);
    make_reference(world->reference, n, peer_number(argc, argv, "exponent", 0));
    if (path)
        load_columns(world, path, peer_number(argc, argv, "split", 0) > 0);
}

/* ---- random numbers and alias tables ------------------------------------ */

/* By splitmix64, so that seeds next to each other have nothing in common. */
void peer_random_init(struct peer_random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        uint64_t x = seed += 0x9e3779b97f4a7c15;
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
        x = (x ^ x >> 27) * 0x94d049bb133111eb;
        random->s[i] = x ^ x >> 31;
    }
}

void peer_alias_init(struct peer_alias *alias, int64_t n)
{
    alias->n = n;
    alias->cut = peer_alloc(n, sizeof(double));
    alias->other = peer_alloc(n, sizeof(uint32_t));
    alias->order = peer_alloc(n, sizeof(uint32_t));
}

/* Those with less than their share from the front, those with more from the back. */
static int64_t part(struct peer_alias *alias, const double *weight)
{
    int64_t small = 0, large = alias->n;
    double sum = 0;
    for (int64_t z = 0; z < alias->n; z++)
        sum += weight[z];
    double const scale = (double)alias->n / sum;
    for (int64_t z = 0; z < alias->n; z++) {
        alias->cut[z] = weight[z] * scale;
        alias->other[z] = (uint32_t)z;
        alias->order[alias->cut[z] < 1 ? small++ : --large] = (uint32_t)z;
    }
    return small;
}

void peer_alias_build(struct peer_alias *alias, const double *weight)
{
    uint32_t *const order = alias->order;
    int64_t large = part(alias, weight);
    for (int64_t small = 0; small < large && large < alias->n; small++) {
        uint32_t const s = order[small], l = order[large];
        alias->other[s] = l;
        alias->cut[l] -= 1 - alias->cut[s];
        /* Used up: the first of the large is next in line among the small. */
        large += alias->cut[l] < 1;
    }
}

/* ---- metrics ------------------------------------------------------------ */

enum { MOST_METRICS = 32 };

static struct {
    const char *name;
    double value;
} noted[MOST_METRICS];
static int metrics;

void peer_note(const char *name, double value)
{
    if (metrics == MOST_METRICS)
        fail("too many metrics");
    noted[metrics].name = name;
    noted[metrics++].value = value;
}

static void print_line(double seconds)
{
    printf("{\"seconds\": %.9g, \"metrics\": {", seconds);
    for (int i = 0; i < metrics; i++) {
        printf("%s\"%s\": ", i ? ", " : "", noted[i].name);
        printf(isinf(noted[i].value) ? "Infinity" : "%.17g", noted[i].value);
    }
    printf("}}\n");
}

struct peer_spread peer_spread(const double *p, int64_t n)
{
    struct peer_spread spread = {0};
    for (int64_t z = 0; z < n; z++) {
        if (p[z] > 0) {
            spread.entropy -= p[z] * log(p[z]);
            spread.agree += p[z] * p[z];
            spread.said++;
        }
    }
    return spread;
}

/* Sums over the states of one side of S. */
struct side {
    double pi, p, q, divergence, covered, support;
};

static double positive(double x)
{
    return x > 0 ? x : 0;
}

static double share(double u, double v)
{
    return u > 0 ? u * log(u / v) : 0;
}

static void note_split(const struct side *in, const struct side *out)
{
    double const within = share(in->pi, in->q), without = share(out->pi, out->q);
    peer_note("safety.mass", in->p);
    peer_note("safety.coverage_safe", in->covered / in->pi);
    peer_note("safety.mass_loss", positive(within + without));
    peer_note("safety.collapse", positive(in->divergence - within));
    peer_note("safety.collapse_outside", positive(out->divergence - without));
}

void peer_note_safety(const struct peer_world *world, const double *p)
{
    struct side sides[2] = {{0}};
    double kl = 0, missing = 0;
    for (int64_t z = 0; z < world->states; z++) {
        struct side *const side = &sides[world->safe[z] > 0];
        double const pi = world->reference[z], q = p[z] + 1e-6 * (pi - p[z]);
        kl += pi * log(pi / p[z]);
        side->divergence += pi * log(pi / q);
        side->pi += pi;
        side->p += p[z];
        side->q += q;
        side->covered += p[z] >= world->tau ? pi : 0;
        side->support += p[z] > 0 ? pi : 0;
        missing += p[z] <= 0;
    }
    peer_note("safety.kl", positive(kl));
    peer_note("safety.kl_floored", positive(sides[0].divergence + sides[1].divergence));
    peer_note("safety.coverage", sides[0].covered + sides[1].covered);
    peer_note("safety.coverage_support", sides[0].support + sides[1].support);
    peer_note("safety.missing", missing);
    if (sides[1].pi > 0)
        note_split(&sides[1], &sides[0]);
}

/* ---- the loop ----------------------------------------------------------- */

static void run_once(const struct peer_society *society, uint64_t seed, int rounds)
{
    struct peer_random random;
    double began = 0;
    peer_random_init(&random, seed);
    society->start(society->of);
    for (int t = 1; t <= rounds; t++) {
        if (t == 2)
            began = peer_now();
        metrics = 0;
        society->round(society->of, &random);
        society->measure(society->of);
    }
    print_line(rounds > 1 ? (peer_now() - began) / (rounds - 1) : 0);
}

void peer_run(const struct peer_society *society, int argc, char **argv)
{
    int const replicates = (int)peer_number(argc, argv, "replicates", 1);
    int const rounds = (int)peer_number(argc, argv, "rounds", 30);
    for (int i = 0; i < replicates; i++)
        run_once(society, (uint64_t)i + 1, rounds);
}
