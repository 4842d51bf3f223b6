/* limits - what this machine can do at best, as JSON: the ground that a workload's bound stands on.
 *
 * usage: limits BYTES STATES ...   triad and copy over arrays of BYTES each, an addressed word, a
 *                                  product of matrices, and a gather from an alias table of each
 *                                  number of states
 *        limits spin               the same work by one pinned thread, and by each of two at once
 *
 * Each figure is the best of several: whatever else the machine does can only add to it.
 */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "world/alias.h"
#include "world/kernel.h"
#include "world/random.h"

enum { TIMES = 5, CHUNK = 4096, CHUNKS = 512, MOST_THREADS = 2 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double lesser(double a, double b)
{
    return a < b ? a : b;
}

static void *memory_of(int64_t size)
{
    void *const memory = aligned_alloc(64, ((size_t)size + 63) / 64 * 64);
    if (!memory) {
        fprintf(stderr, "limits: no memory for %lld bytes\n", (long long)size);
        exit(EXIT_FAILURE);
    }
    return memory;
}

/* ---- pinned threads ----------------------------------------------------- */

/* The nth processor that this process may run on; -1 when there are fewer. */
static int processor(int nth)
{
    cpu_set_t may;
    if (sched_getaffinity(0, sizeof may, &may))
        return -1;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &may) && nth-- == 0)
            return (int)cpu;
    }
    return -1;
}

struct lane {
    void (*work)(void *of);
    void *of;
    int processor;
};

static void *run_lane(void *argument)
{
    const struct lane *const lane = argument;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET((size_t)lane->processor, &only);
    pthread_setaffinity_np(pthread_self(), sizeof only, &only);
    lane->work(lane->of);
    return NULL;
}

/* Seconds until each of n threads, on processors of their own, has done its work. */
static double side_by_side(void (*work)(void *of), void *of, size_t size, int n)
{
    struct lane lanes[MOST_THREADS];
    pthread_t threads[MOST_THREADS];
    double const began = now();
    for (int i = 0; i < n; i++) {
        lanes[i] = (struct lane){work, (char *)of + (size_t)i * size, processor(i)};
        if (pthread_create(&threads[i], NULL, run_lane, &lanes[i])) {
            fprintf(stderr, "limits: a thread could not be started\n");
            exit(EXIT_FAILURE);
        }
    }
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    return now() - began;
}

/* The best of several, or -1 when there are not that many processors. */
static double best_of(void (*work)(void *of), void *of, size_t size, int n)
{
    double best = (double)INT64_MAX;
    if (processor(n - 1) < 0)
        return -1;
    for (int i = 0; i < TIMES; i++)
        best = lesser(best, side_by_side(work, of, size, n));
    return best;
}

/* ---- spin --------------------------------------------------------------- */

struct spin {
    uint64_t word;
    char apart[56]; /* so that two threads share no cache line */
};

static void spin(void *of)
{
    struct spin *const s = of;
    uint64_t word = s->word;
    for (int64_t i = 0; i < 100000000; i++) {
        word ^= word << 13;
        word ^= word >> 7;
        word ^= word << 17;
    }
    s->word = word;
}

static int print_spin(void)
{
    struct spin spins[MOST_THREADS] = {{.word = 1}, {.word = 2}};
    /* Once each, as the mean of what happens is asked for and not the best. */
    double const one = side_by_side(spin, spins, sizeof *spins, 1);
    double const two = processor(1) < 0 ? -1 : side_by_side(spin, spins, sizeof *spins, 2);
    bool const ran = spins[0].word && spins[1].word;
    printf("{\"one\": %.4f, \"two\": %.4f}\n", one, two);
    return ran ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- memory ------------------------------------------------------------- */

struct stretch {
    double *a;
    const double *b, *c;
    int64_t n;
};

static void triad(void *of)
{
    const struct stretch *const s = of;
    for (int64_t i = 0; i < s->n; i++)
        s->a[i] = s->b[i] + 3 * s->c[i];
}

static void copy(void *of)
{
    const struct stretch *const s = of;
    memcpy(s->a, s->b, sizeof *s->a * (size_t)s->n);
}

/* Bytes a second, `arrays` of them read or written; -1 when it could not be measured. */
static double bandwidth(void (*work)(void *of), const struct stretch *all, int arrays, int threads)
{
    struct stretch parts[MOST_THREADS];
    int64_t const n = all->n / threads;
    for (int i = 0; i < threads; i++)
        parts[i] = (struct stretch){all->a + i * n, all->b + i * n, all->c + i * n, n};
    double const seconds = best_of(work, parts, sizeof *parts, threads);
    return seconds < 0 ? -1 : (double)(n * threads * arrays) * sizeof(double) / seconds;
}

static double *array_of(int64_t n, double value)
{
    double *const x = memory_of(n * (int64_t)sizeof *x);
    for (int64_t i = 0; i < n; i++)
        x[i] = value;
    return x;
}

static void print_memory(int64_t bytes)
{
    int64_t const n = bytes / (int64_t)sizeof(double);
    double *const a = array_of(n, 0), *const b = array_of(n, 1), *const c = array_of(n, 2);
    struct stretch const all = {a, b, c, n};
    printf("\"array_bytes\": %lld, ", (long long)bytes);
    printf("\"triad\": %.0f, ", bandwidth(triad, &all, 3, 1));
    printf("\"triad_two\": %.0f, ", bandwidth(triad, &all, 3, 2));
    printf("\"copy\": %.0f, ", bandwidth(copy, &all, 2, 1));
    free(a);
    free(b);
    free(c);
}

/* ---- words and gathers -------------------------------------------------- */

/* Chunks that stay in the first cache, since that is how a simulator uses them. */
static double word_seconds(uint64_t *word)
{
    double best = (double)INT64_MAX;
    for (int i = 0; i < TIMES; i++) {
        double const began = now();
        for (int64_t chunk = 0; chunk < CHUNKS; chunk++)
            random_words(1, 1, 1, (uint64_t)(chunk * CHUNK), CHUNK, word);
        best = lesser(best, now() - began);
    }
    return best / (CHUNKS * CHUNK);
}

/* Words are made outside the clock: their cost is a term of its own. */
static double gather_once(const struct alias *alias, uint64_t *word, uint32_t *state)
{
    struct random_more const more = {.key = 2, .round = 1, .stream = 2};
    double seconds = 0;
    for (int64_t chunk = 0; chunk < CHUNKS; chunk++) {
        random_words(2, 1, 1, (uint64_t)(chunk * CHUNK / 2), CHUNK / 2, word);
        double const began = now();
        alias_draw_all(alias, &more, word, CHUNK, state);
        seconds += now() - began;
    }
    return seconds;
}

static double gather_seconds(int64_t n, uint64_t *word, uint32_t *state)
{
    struct alias alias;
    void *const memory = memory_of(alias_size(n));
    double *const weight = array_of(n, 0);
    for (int64_t z = 0; z < n; z++)
        weight[z] = 1 / (double)(z + 1);
    alias_init(&alias, n, memory);
    alias_build(&alias, weight, n);
    double best = (double)INT64_MAX;
    for (int i = 0; i < TIMES; i++)
        best = lesser(best, gather_once(&alias, word, state));
    free(weight);
    free(memory);
    return best / (CHUNKS * CHUNK);
}

static void print_draws(int sizes, char **size)
{
    uint64_t *const word = memory_of(CHUNK * (int64_t)sizeof *word);
    uint32_t *const state = memory_of(CHUNK * (int64_t)sizeof *state);
    printf("\"word\": %.4g, \"gather\": {", word_seconds(word));
    for (int i = 0; i < sizes; i++) {
        long long const n = atoll(size[i]);
        printf("%s\"%lld\": %.4g", i ? ", " : "", n, gather_seconds(n, word, state));
    }
    printf("}");
    free(word);
    free(state);
}

/* ---- products ----------------------------------------------------------- */

/* A number times a number, added to a third, in the widest vectors and out of the first cache. No
 * two of them are fused: that would give other bits where a processor cannot. */
static double product_seconds(void)
{
    enum { ROWS = 16, INNER = 32, COLUMNS = 64 };
    double *const a = array_of(ROWS * INNER, 1e-9), *const x = array_of(INNER * COLUMNS, 1);
    double *const out = array_of(ROWS * COLUMNS, 0);
    double best = (double)INT64_MAX;
    gyre_matrix const left = {a, ROWS, INNER, INNER}, right = {x, INNER, COLUMNS, COLUMNS};
    for (int i = 0; i < TIMES; i++) {
        double const began = now();
        for (int chunk = 0; chunk < CHUNKS; chunk++)
            kernel_get()->combine(&left, &right, out, COLUMNS);
        best = lesser(best, now() - began);
    }
    free(a);
    free(x);
    free(out);
    return best / ((double)CHUNKS * ROWS * INNER * COLUMNS);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "spin") == 0)
        return print_spin();
    if (argc < 3) {
        fprintf(stderr, "usage: limits BYTES STATES ... | limits spin\n");
        return EXIT_FAILURE;
    }
    printf("{\"vector\": \"%s\", ", kernel_get()->name);
    print_memory(atoll(argv[1]));
    printf("\"product\": %.4g, ", product_seconds());
    print_draws(argc - 2, argv + 2);
    printf("}\n");
    return EXIT_SUCCESS;
}
