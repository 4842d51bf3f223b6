/* model.md, section 2: at tau = j/N a state that has exactly j of N samples stands on the
 * threshold, and is covered, whatever the last bits of a sum over agents say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "battery.h"
#include "forms.h"
#include "society.h"

enum { K = 5, TAUS = 3, MOST_AGENTS = 100 };

static const char body[] =
    "[space]\nreference = [0.3, 0.25, 0.2, 0.15, 0.1]\n"
    "[society]\nagents = %d\n"
    "[sampling]\ndataset = \"per_agent\"\nsamples = %d\nmixing = %s\n"
    "[[metric]]\nuse = \"metric.safety\"\nagents = false\n"
    "[[metric]]\nuse = \"metric.safety\"\nas = \"two\"\ntau = %.17g\nagents = false\n"
    "[[metric]]\nuse = \"metric.safety\"\nas = \"three\"\ntau = %.17g\nagents = false\n";

static const double pi[K] = {.3, .25, .2, .15, .1};

struct pair {
    int64_t agents, samples;
    int output[TAUS];
    bool bare_fails; /* would a comparison without the guard have lost a state? */
};

/* By whole numbers: in all, how many of the M N samples has a state? */
static bool hold(void *argument, const struct replicate *r)
{
    struct pair *pair = argument;
    int64_t const all = pair->agents * pair->samples;
    for (int j = 1; j <= TAUS; j++) {
        double covered = 0, tau = (double)j / (double)pair->samples;
        for (int z = 0; z < K; z++) {
            int64_t const copies = llround(r->live[SPACE_DISTRIBUTION][z] * (double)all);
            covered += copies >= j * pair->agents ? pi[z] : 0;
            pair->bare_fails |= copies >= j * pair->agents && r->live[SPACE_DISTRIBUTION][z] < tau;
        }
        battery_same("coverage at tau = j/N by whole numbers", covered,
                     r->value[pair->output[j - 1]], 1, 1e-15);
    }
    return true;
}

/* Every agent says 1/N, 2/N, 3/N, (N-7)/N and 1/N; then each learns from N samples. */
static bool try_pair(int agents, int samples, const char *mixing)
{
    double const n = samples, p[K] = {1 / n, 2 / n, 3 / n, (n - 7) / n, 1 / n};
    struct society *s = society_create(1, body, agents, samples, mixing, 2 / n, 3 / n);
    struct pair pair = {.agents = agents,
                        .samples = samples,
                        .output = {society_output(s, "safety.coverage"),
                                   society_output(s, "two.coverage"),
                                   society_output(s, "three.coverage")}};
    society_begin(s, battery_fresh());
    for (int m = 0; m < agents; m++)
        society_say(s, m, p);
    society_live(s, hold, &pair);
    society_destroy(s);
    return pair.bare_fails;
}

static void states_on_the_threshold_are_covered(void **state)
{
    (void)state;
    static const int agents[] = {1, 2, 3, 5, 6, 7, 9, 10, 11, 12, 13, 25, 49, 83, 97, MOST_AGENTS};
    static const int samples[] = {8, 10, 23, 25, 29, 41, 49, 50, 93, 100, 107, 1000};
    int pairs = 0, bare = 0;
    for (size_t i = 0; i < sizeof agents / sizeof *agents; i++)
        for (size_t k = 0; k < sizeof samples / sizeof *samples; k++, pairs++)
            bare += try_pair(agents[i], samples[k], i == 0 || k % 2 ? "1.0" : "0.5");
    battery_worst("coverage at tau = 1/N, 2/N, 3/N, by whole numbers");
    printf("%d pairs of M and N hold; without the guard %d would not\n", pairs, bare);
    assert_true(bare > 0); /* else these pairs could not tell */
}

/* ceil(tau N) without the guard is wrong where tau N is not the whole number that it stands for. */
static void the_oracle_counts_copies_with_the_same_guard(void **state)
{
    (void)state;
    int wrong = 0;
    for (int n = 1; n <= 400; n++)
        for (int k = 1; k <= n && k <= 25; k++) {
            assert_int_equal(forms_copies((double)k / n, n), k);
            wrong += (int)ceil((double)k / n * n) != k;
        }
    assert_true(wrong > 0);
    assert_true((int)ceil(7.0 / 25 * 25) != 7 || (int)ceil(7.0 / 41 * 41) != 7);
}

static bool hold_below(void *argument, const struct replicate *r)
{
    const int *output = argument;
    battery_same("a state just below tau is not covered", .9, r->value[*output], 1, 1e-15);
    return false;
}

static void the_guard_is_no_wider_than_rounding(void **state)
{
    (void)state;
    double const n = 50, below = 1 / n * (1 - 0x1p-38);
    double const p[K] = {.3, .3, .2, .2 - below, below};
    struct society *s = society_create(1, body, 4, 50, "1.0", 2 / n, 3 / n);
    int output = society_output(s, "safety.coverage");
    society_begin(s, battery_fresh());
    for (int m = 0; m < 4; m++)
        society_say(s, m, p);
    society_live(s, hold_below, &output);
    society_destroy(s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_on_the_threshold_are_covered),
        cmocka_unit_test(the_oracle_counts_copies_with_the_same_guard),
        cmocka_unit_test(the_guard_is_no_wider_than_rounding),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
