#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world/kernel.h"
#include "world/random.h"
#include "world/spectrum.h"

enum { STATES = 3000, SAMPLES = 400, LISTS = 700, RUN = 37 };

static const char *const names[] = {"sse2", "avx2", "avx512"};

/* A spectrum with two carriers, and the tally that its listings go to. */
struct made {
    struct spectrum spectrum;
    struct carriers carriers[2];
    struct tally tally;
};

static void *zeroed(int64_t size)
{
    void *const memory = aligned_alloc(64, (size_t)(size + 63) / 64 * 64);
    assert_non_null(memory);
    return memset(memory, 0, (size_t)size);
}

static void make(struct made *made, int64_t states, int64_t samples, const int64_t *least)
{
    spectrum_init(&made->spectrum, states, samples, least, made->carriers, 2,
                  zeroed(spectrum_size(states, samples, 2)));
    tally_init(&made->tally, states, zeroed(tally_size(states)));
}

static void drop(struct made *made)
{
    free(made->spectrum.low);
    free(made->tally.wide);
}

/* Few states come often: the product of two random numbers. */
static void fill(uint32_t *list, int64_t samples, int64_t states, uint64_t seed)
{
    for (int64_t i = 0; i < samples; i++) {
        double const u = random_unit(random_word(seed, 0, 0, (uint64_t)(2 * i)));
        double const v = random_unit(random_word(seed, 0, 0, (uint64_t)(2 * i + 1)));
        list[i] = (uint32_t)(u * v * (double)states);
    }
}

/* What a spectrum is, agent by agent. */
struct plain {
    int64_t times[SAMPLES + 1], carriers[2][STATES], listed[STATES];
};

static void add_plainly(struct plain *plain, const uint32_t *list, int64_t samples, int64_t states,
                        const int64_t *least)
{
    static int64_t count[STATES];
    memset(count, 0, sizeof count);
    for (int64_t i = 0; i < samples; i++)
        count[list[i]]++;
    for (int64_t z = 0; z < states; z++) {
        plain->times[count[z]] += count[z] > 0;
        plain->listed[z] += count[z];
        for (int c = 0; c < 2; c++)
            plain->carriers[c][z] += count[z] >= least[c];
    }
}

static void check(const struct made *made, const struct plain *plain, double unit, double each)
{
    static double times[SAMPLES + 1], carriers[STATES];
    static int64_t limbs[2 * STATES];
    static double listed[STATES];
    const struct spectrum *s = &made->spectrum;
    struct gyre_sum sum;
    struct tally tally = made->tally;
    spectrum_times(s, unit, times);
    for (int64_t n = 0; n <= s->samples; n++)
        assert_true(times[n] == unit * (double)plain->times[n]);
    for (int c = 0; c < 2; c++) {
        spectrum_carriers(s, c, unit, carriers);
        for (int64_t z = 0; z < s->states; z++)
            assert_true(carriers[z] == unit * (double)plain->carriers[c][z]);
    }
    memset(limbs, 0, sizeof limbs);
    sum_init(&sum, s->states, limbs);
    tally_fold(&tally, &sum);
    sum_read(&sum, listed);
    for (int64_t z = 0; z < s->states; z++)
        assert_true(listed[z] == each * (double)plain->listed[z]);
}

/* Two spectra of half the agents each, joined, and agent by agent. */
static void check_society(int64_t states, int64_t samples, int64_t agents, const int64_t *least)
{
    double const unit = 0x1p-12, each = 0x1p-20; /* exact whatever they are multiplied by */
    static struct plain plain;
    static uint32_t memory[RUN][SAMPLES + 1];
    const uint32_t *list[RUN];
    struct made half[2];
    memset(&plain, 0, sizeof plain);
    make(&half[0], states, samples, least);
    make(&half[1], states, samples, least);
    for (int64_t m = 0, run = 1; m < agents; m += run, run = run % RUN + 1) {
        run = run < agents - m ? run : agents - m;
        for (int64_t i = 0; i < run; i++) {
            fill(memory[i], samples, states, (uint64_t)(m + i + 1000 * samples));
            add_plainly(&plain, memory[i], samples, states, least);
            list[i] = memory[i];
        }
        spectrum_add(&half[run % 2].spectrum, list, run, each, &half[0].tally);
    }
    for (int h = 0; h < 2; h++)
        spectrum_fold(&half[h].spectrum, each, &half[0].tally);
    spectrum_join(&half[0].spectrum, &half[1].spectrum);
    assert_int_equal(half[0].spectrum.agents, agents);
    check(&half[0], &plain, unit, each);
    drop(&half[0]);
    drop(&half[1]);
}

/* Dense and sparse ones; more agents than short numbers hold. */
static void all_kernels_count_as_agent_by_agent(void **state)
{
    (void)state;
    int64_t const states[] = {1, 3, 64, 257, STATES}, samples[] = {1, 5, 100, SAMPLES};
    int64_t const least[] = {1, 3};
    for (int k = 0; k < 3; k++)
        for (int i = 0; kernel_use(names[k]) && i < 5 * 4; i++)
            check_society(states[i / 4], samples[i % 4], i % 4 == 2 ? LISTS : 20, least);
}

static void nobody_carries_what_is_asked_for_more_often_than_a_list_is_long(void **state)
{
    (void)state;
    int64_t const least[] = {SAMPLES, SAMPLES + 1};
    check_society(1, SAMPLES, 300, least);
}

static void it_is_as_new_when_it_was_cleared(void **state)
{
    (void)state;
    static struct plain plain;
    static uint32_t list[SAMPLES];
    int64_t const least[] = {1, 2};
    struct made made;
    make(&made, 50, 30, least);
    fill(list, 30, 50, 1);
    spectrum_add(&made.spectrum, (const uint32_t *[]){list}, 1, 0.5, &made.tally);
    spectrum_fold(&made.spectrum, 0.5, &made.tally);
    spectrum_clear(&made.spectrum);
    tally_clear(&made.tally);
    fill(list, 30, 50, 2);
    spectrum_add(&made.spectrum, (const uint32_t *[]){list}, 1, 0x1p-20, &made.tally);
    spectrum_fold(&made.spectrum, 0x1p-20, &made.tally);
    memset(&plain, 0, sizeof plain);
    add_plainly(&plain, list, 30, 50, least);
    assert_int_equal(made.spectrum.agents, 1);
    check(&made, &plain, 1, 0x1p-20);
    drop(&made);
}

/* Where the tally counts listings of another weight, these are added beside. */
static void listings_of_two_weights_add_up(void **state)
{
    (void)state;
    static struct plain plain;
    static uint32_t list[SAMPLES];
    int64_t const least[] = {1, 2};
    struct made made;
    make(&made, 50, 30, least);
    fill(list, 30, 50, 1);
    tally_add(&made.tally, list, 30, 0x1p-19);
    spectrum_add(&made.spectrum, (const uint32_t *[]){list}, 1, 0x1p-20, &made.tally);
    spectrum_fold(&made.spectrum, 0x1p-20, &made.tally);
    memset(&plain, 0, sizeof plain);
    add_plainly(&plain, list, 30, 50, least);
    for (int z = 0; z < 50; z++)
        plain.listed[z] *= 3;
    check(&made, &plain, 1, 0x1p-20);
    drop(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kernels_count_as_agent_by_agent),
        cmocka_unit_test(nobody_carries_what_is_asked_for_more_often_than_a_list_is_long),
        cmocka_unit_test(it_is_as_new_when_it_was_cleared),
        cmocka_unit_test(listings_of_two_weights_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
