/* policy.memory where memories are spread out: what agents say is what plain loops over what they
 * remember say, and what is as the start would have it lifts no kind. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "forms.h"
#include "schedule/census.h"
#include "society.h"

enum { K = 12, CONTEXTS = 4, KINDS = 3, CAPACITY = 9, NOTHING = -1 };

static const int begins[CONTEXTS + 1] = {0, 4, 7, 8, 12};
static const double base[K] = {.4, .3, .2, .1, .5, .5, 0, 1, .7, .1, .1, .1};
static const double kind[K] = {0, 1, 2, 1, 0, 1, 2, 1, 0, 0, 2, 2};

struct setting {
    double recall, prior, spill, spill_prior;
};

/* ---- one memory, by plain loops ------------------------------------------ */

static int context_of(int z)
{
    int c = 0;
    while (z >= begins[c + 1])
        c++;
    return c;
}

/* What a row remembers, or NOTHING. */
static void remembered(const struct replicate *r, int64_t agent, int *memory)
{
    uint32_t row[CAPACITY];
    memcpy(row, rows_at(&r->rows, r->rows.row_of[agent]), sizeof row);
    for (int i = 0; i < CAPACITY; i++)
        memory[i] = row[i] == UINT32_MAX ? NOTHING : (int)row[i];
}

static double expected_of_kind(const int *memory, int k)
{
    double sum = 0;
    for (int i = 0; i < CAPACITY; i++) {
        if (memory[i] == NOTHING)
            continue;
        int const c = context_of(memory[i]);
        for (int z = begins[c]; z < begins[c + 1]; z++)
            sum += (int)kind[z] == k ? base[z] : 0;
    }
    return sum;
}

static double found_of_kind(const int *memory, int k)
{
    double sum = 0;
    for (int i = 0; i < CAPACITY; i++)
        sum += memory[i] != NOTHING && (int)kind[memory[i]] == k;
    return sum;
}

static double factor(const struct setting *law, const int *memory, int k)
{
    return (law->spill * found_of_kind(memory, k) + law->spill_prior) /
           (law->spill * expected_of_kind(memory, k) + law->spill_prior);
}

/* P(z|c), as the formula has it. */
static double say_plainly(const struct setting *law, const int *memory, int z)
{
    int const c = context_of(z);
    double of_state = 0, of_context = 0, norm = 0;
    for (int i = 0; i < CAPACITY; i++) {
        of_state += memory[i] == z;
        of_context += memory[i] != NOTHING && context_of(memory[i]) == c;
    }
    for (int y = begins[c]; y < begins[c + 1]; y++)
        norm += base[y] * factor(law, memory, (int)kind[y]);
    double const weight = of_context > 0 ? law->recall * of_context / (of_context + law->prior) : 0;
    return (1 - weight) * base[z] * factor(law, memory, (int)kind[z]) / norm +
           (of_context > 0 ? weight * of_state / of_context : 0);
}

/* ---- societies ------------------------------------------------------------ */

static struct society *make(const struct setting *law, const double *kinds, const char *rest)
{
    return society_create(8,
                          "[space]\ncontexts = [4, 3, 1, 4]\nmet = [0.5, 0.3, 0.2, 0]\n"
                          "reference = %s\nattributes = { kind = %s }\n[society]\nagents = 3\n"
                          "weights = [0.5, 0.3, 0.2]\npolicy = { use = \"policy.memory\", "
                          "capacity = %d, recall = %.17g, prior = %.17g, spill = %.17g, "
                          "spill_prior = %.17g }\n[[metric]]\nuse = \"metric.diversity\"\n"
                          "[[metric]]\nuse = \"metric.consensus\"\nweigh = \"uniform\"\n%s",
                          society_array(base, K), society_array(kinds, K), CAPACITY, law->recall,
                          law->prior, law->spill, law->spill_prior, rest);
}

struct held {
    const struct setting *law;
    int64_t full, empty;
};

/* Mean entropy of agents, contexts alike, as metric.consensus gathers it: H(Pbar) less that. */
static double entropy(const double *p)
{
    double sum = 0;
    for (int z = 0; z < K; z++)
        sum -= p[z] > 0 ? p[z] * log(p[z]) / CONTEXTS : 0;
    return sum;
}

static bool hold_row(void *argument, const struct replicate *r)
{
    struct held *held = argument;
    double mixture[K] = {0}, alone = 0;
    int memory[CAPACITY];
    for (int m = 0; m < 3; m++) {
        const double *gyre = society_policy(r, m);
        double p[K];
        remembered(r, m, memory);
        held->full += memory[0] != NOTHING;
        held->empty += memory[CAPACITY - 1] == NOTHING;
        for (int z = 0; z < K; z++) {
            p[z] = say_plainly(held->law, memory, z);
            battery_same("P(z|c)", p[z], gyre[z], 1, BATTERY_EXACT);
            mixture[z] += r->plan->scenario->weight[m] * p[z];
        }
        alone += r->plan->scenario->weight[m] * entropy(p);
    }
    for (int z = 0; z < K; z++)
        battery_same("Pbar(z|c)", mixture[z], r->mixture[z], 1, BATTERY_EXACT);
    for (int i = 0; i < r->plan->output_count; i++)
        if (strcmp(r->plan->outputs[i].name, "consensus.js") == 0)
            battery_same("consensus.js", entropy(mixture) - alone, r->value[i], 1, BATTERY_EXACT);
    return true;
}

static void what_is_said_is_the_formula(void **state)
{
    (void)state;
    static const struct setting laws[] = {
        {.9, .5, .05, 1}, {.8, 2, 0, 1}, {.8, 0, 1, .1}, {1, 0, .5, 1e-6}, {.3, 1e9, .2, 1e9}};
    static const char *const rests[] = {
        "[sampling]\nsamples = 7\ndataset = \"per_agent\"\nmixing = 0.4\n",
        "[sampling]\nsamples = 30\n[update]\nuse = \"update.recall\"\nutility = 0\nreads = 8\n",
        "[sampling]\nsamples = 2\n"};
    for (int l = 0; l < 5; l++)
        for (int i = 0; i < 3; i++) {
            struct held held = {.law = &laws[l]};
            struct society *s = make(&laws[l], kind, rests[i]);
            for (int64_t n = battery_replicates(5); n > 0; n--)
                society_run(s, battery_fresh(), hold_row, &held);
            society_destroy(s);
            assert_true(held.full > 0 && held.empty > 0);
        }
    battery_worst("prior and spill: P(z|c), Pbar(z|c), consensus.js");
}

/* A kind that all states share is lifted everywhere alike, which is not at all. */
static void one_kind_for_all_lifts_nothing(void **state)
{
    (void)state;
    static const double same[K] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
    struct setting const with = {.8, 0, 1, .01}, without = {.recall = .8, .spill_prior = 1};
    struct held held = {.law = &without};
    struct society *s = make(&with, same, "[sampling]\nsamples = 4\n");
    for (int64_t n = battery_replicates(5); n > 0; n--)
        society_run(s, battery_fresh(), hold_row, &held);
    society_destroy(s);
    battery_worst("one kind: as without spill");
}

/* One context and so many samples that a policy of weights would be given counts. After a round of
 * B samples |P - pi|^2 is l_B^2 H / B, l_B = l B / (B + k0). */
static bool note_distance(void *argument, const struct replicate *r)
{
    double sum = 0;
    for (int z = 0; z < FORMS_STATES; z++)
        sum += (r->mixture[z] - forms_pi[z]) * (r->mixture[z] - forms_pi[z]);
    if (r->round == 1)
        sample_add(argument, sum);
    return true;
}

static void many_samples_are_remembered_one_by_one(void **state)
{
    (void)state;
    double const l = .8 * CAPACITY / (CAPACITY + 3.);
    struct sample found = {.count = 0};
    struct society *s = society_create(
        1,
        "[space]\nreference = %s\n[society]\nagents = 1\npolicy = { use = \"policy.memory\", "
        "capacity = %d, recall = 0.8, prior = 3.0 }\n[sampling]\nsamples = 1000\n[[metric]]\nuse = "
        "\"metric.diversity\"\n",
        society_array(forms_pi, FORMS_STATES), (int)CAPACITY);
    for (int64_t n = battery_replicates(3000); n > 0; n--)
        society_run(s, battery_fresh(), note_distance, &found);
    society_destroy(s);
    battery_mean("N 1000, B 9, k0 3: E|P - pi|^2, t 1", l * l * FORMS_H / CAPACITY, &found);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_is_the_formula),
        cmocka_unit_test(one_kind_for_all_lifts_nothing),
        cmocka_unit_test(many_samples_are_remembered_one_by_one),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
