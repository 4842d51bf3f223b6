/* A society with policy.memory and update.recall beside the same one in plain loops, which know
 * nothing of gyre: what it says in every row, on average over replicates. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "society.h"
#include "world/random.h"

enum { K = 9, CONTEXTS = 3, KINDS = 2, M = 4, N = 25, READS = 10, B = 30, Q = 3, ROUNDS = 8 };

static const int begins[CONTEXTS + 1] = {0, 4, 6, 9};
static const double met[CONTEXTS] = {.7, .3, 0};
static const double base[K] = {.4, .3, .2, .1, .3, .7, .6, .3, .1};
static const double kind[K] = {0, 1, 1, 0, 0, 1, 0, 1, 1};
static const double utility[K] = {0, .9, .4, .1, .2, .6, 0, 1, .5};
static const double recall = .9, prior = .5, spill = .3, spill_prior = 2;
static const double useful = .6, agreement = .5, selectivity = 2, corruption = .25;

/* ---- in plain loops ------------------------------------------------------- */

struct plain {
    uint64_t key, next;
    int memory[M][B], count[M];
    double mixture[K];
};

static double draw(struct plain *s)
{
    return random_unit(random_word(s->key, 0, 0, s->next++));
}

static int context_of(int z)
{
    return z < begins[1] ? 0 : z < begins[2] ? 1 : 2;
}

static int post(struct plain *s)
{
    int const c = draw(s) < met[0] ? 0 : 1;
    double u = draw(s);
    int z = begins[c];
    while (z + 1 < begins[c + 1] && u >= s->mixture[z])
        u -= s->mixture[z++];
    return z;
}

static void write_down(struct plain *s, int m, int z)
{
    int const c = context_of(z), n = begins[c + 1] - begins[c];
    if (draw(s) < corruption) {
        int other = z;
        while (other == z)
            other = begins[c] + (int)(draw(s) * n);
        z = other;
    }
    if (s->count[m] == B)
        memmove(s->memory[m], s->memory[m] + 1, sizeof(int) * (B - 1));
    else
        s->count[m]++;
    s->memory[m][s->count[m] - 1] = z;
}

static double lifted(const struct plain *s, int m, int k)
{
    double found = 0, expected = 0;
    for (int i = 0; i < s->count[m]; i++) {
        int const c = context_of(s->memory[m][i]);
        found += (int)kind[s->memory[m][i]] == k;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            expected += (int)kind[z] == k ? base[z] : 0;
    }
    return (spill * found + spill_prior) / (spill * expected + spill_prior);
}

static double said(const struct plain *s, int m, int z)
{
    int const c = context_of(z);
    double norm = 0, times = 0, all = 0;
    for (int y = begins[c]; y < begins[c + 1]; y++)
        norm += base[y] * lifted(s, m, (int)kind[y]);
    for (int i = 0; i < s->count[m]; i++) {
        times += s->memory[m][i] == z;
        all += context_of(s->memory[m][i]) == c;
    }
    double const l = recall * all / (all + prior);
    return (1 - l) * base[z] * lifted(s, m, (int)kind[z]) / norm + (all > 0 ? l * times / all : 0);
}

static void write_posts(struct plain *s, const int *state, const double *reward)
{
    double mean = 0, square = 0;
    for (int i = 0; i < N; i++)
        mean += reward[i] / N;
    for (int i = 0; i < N; i++)
        square += (reward[i] - mean) * (reward[i] - mean) / N;
    for (int m = 0; m < M; m++)
        for (int j = 0; j < READS; j++) {
            int const i = (int)(draw(s) * N);
            if (draw(s) < 1 / (1 + exp(-selectivity * (reward[i] - mean) / sqrt(square))))
                write_down(s, m, state[i]);
        }
}

static void live(struct plain *s)
{
    int state[N];
    double reward[N];
    for (int i = 0; i < N; i++) {
        state[i] = post(s);
        reward[i] = useful * utility[state[i]];
        for (int q = 0; q < Q; q++)
            reward[i] += draw(s) < s->mixture[state[i]] ? agreement / Q : 0;
    }
    write_posts(s, state, reward);
    memset(s->mixture, 0, sizeof s->mixture);
    for (int m = 0; m < M; m++)
        for (int z = 0; z < K; z++)
            s->mixture[z] += said(s, m, z) / M;
}

/* ---- beside each other ---------------------------------------------------- */

struct pair {
    struct plain plain;
    struct sample apart[ROUNDS + 1][K], spread[ROUNDS + 1];
};

/* Nothing but spill moves what is never met. */
static double shift(const double *mixture)
{
    return (mixture[begins[2]] - base[begins[2]]) * (mixture[begins[2]] - base[begins[2]]);
}

static bool compare(void *argument, const struct replicate *r)
{
    struct pair *pair = argument;
    if (r->round > 0)
        live(&pair->plain);
    for (int z = 0; z < K; z++)
        sample_add(&pair->apart[r->round][z], r->mixture[z] - pair->plain.mixture[z]);
    sample_add(&pair->spread[r->round], shift(r->mixture) - shift(pair->plain.mixture));
    return true;
}

static struct society *make(void)
{
    return society_create(
        ROUNDS,
        "[space]\ncontexts = [4, 2, 3]\nmet = %s\nreference = %s\n"
        "attributes = { kind = %s, utility = %s }\n[society]\nagents = %d\n"
        "policy = { use = \"policy.memory\", capacity = %d, recall = %.17g, prior = %.17g, "
        "spill = %.17g, spill_prior = %.17g }\n[sampling]\nsamples = %d\n[update]\n"
        "use = \"update.recall\"\nutility = %.17g\nagreement = %.17g\npeers = %d\nreads = %d\n"
        "selectivity = %.17g\ncorruption = %.17g\n[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(met, CONTEXTS), society_array(base, K), society_array(kind, K),
        society_array(utility, K), (int)M, (int)B, recall, prior, spill, spill_prior, (int)N,
        useful, agreement, (int)Q, (int)READS, selectivity, corruption);
}

static void a_society_that_recalls_is_the_one_in_plain_loops(void **state)
{
    (void)state;
    static struct pair pair;
    char name[96];
    struct society *s = make();
    pair = (struct pair){.plain = {.key = 0}};
    for (int64_t n = battery_replicates(2500); n > 0; n--) {
        int64_t const index = battery_fresh();
        pair.plain = (struct plain){
            .key = random_key((uint64_t)battery_seed(), (uint32_t)index, "oracle.plain_recall")};
        memcpy(pair.plain.mixture, base, sizeof base);
        society_run(s, index, compare, &pair);
    }
    society_destroy(s);
    for (int t = 1; t <= ROUNDS; t *= 2) {
        for (int z = 0; z < K; z++) {
            snprintf(name, sizeof name, "t %d: Pbar of state %d less that in plain loops", t, z);
            battery_mean(name, 0, &pair.apart[t][z]);
        }
        snprintf(name, sizeof name, "t %d: what was never met, squared shift, less ...", t);
        battery_mean(name, 0, &pair.spread[t]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_society_that_recalls_is_the_one_in_plain_loops)};
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
