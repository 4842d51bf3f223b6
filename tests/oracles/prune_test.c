/* intervention.forget on memories: by age it is a smaller memory, by rank what a plain sort takes,
 * at random every choice as likely. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "battery.h"
#include "forms.h"
#include "schedule/census.h"
#include "society.h"

enum { K = FORMS_STATES, M = 3, ROUNDS = 8, MOST = 64 };

static const double risk[K] = {.5, .1, .9, .5, 0, .3, .9, 1};

#define FORGET "[[intervention]]\nuse = \"intervention.forget\"\nwhat = \"memory\"\n"

/* Agents that listen to themselves, mixing .3; two contexts. */
static struct society *make(int rounds, int capacity, const char *act)
{
    return society_create(
        rounds,
        "[space]\nreference = %s\ncontexts = [5, 3]\nmet = [0.6, 0.4]\n"
        "attributes = { risk = %s }\n[society]\nagents = 3\nweights = [0.5, 0.3, 0.2]\n"
        "policy = { use = \"policy.memory\", recall = 0.8, capacity = %d }\n"
        "[sampling]\ndataset = \"per_agent\"\nsamples = 10\nmixing = 0.3\n"
        "[[metric]]\nuse = \"metric.diversity\"\n%s",
        society_array(forms_pi, K), society_array(risk, K), capacity, act);
}

/* What agent m remembers, the oldest first. */
static int recall(const struct replicate *r, int64_t m, uint32_t *state)
{
    struct replicate *all = (struct replicate *)(uintptr_t)r;
    gyre_said said;
    assert_true(census_say(all, 0, m, r->rows.row_of[m], &said));
    assert_true(!said.p && said.count <= MOST);
    memcpy(state, said.state, sizeof *state * (size_t)said.count);
    return (int)said.count;
}

/* Every agent's memory in every row. */
struct memories {
    uint32_t state[ROUNDS + 1][M][MOST];
    int count[ROUNDS + 1][M];
    double mixture[ROUNDS + 1][K], forgotten[ROUNDS + 1], pruned[ROUNDS + 1];
    int forgotten_output, pruned_output; /* below 0: nobody forgets */
    double held[ROUNDS + 1][K];
};

static bool note(void *argument, const struct replicate *r)
{
    struct memories *x = argument;
    int64_t const t = r->round;
    for (int m = 0; m < M; m++)
        x->count[t][m] = recall(r, m, x->state[t][m]);
    memcpy(x->mixture[t], r->mixture, sizeof x->mixture[t]);
    if (r->live[SPACE_HELD])
        memcpy(x->held[t], r->live[SPACE_HELD], sizeof x->held[t]);
    if (x->forgotten_output < 0)
        return true;
    x->forgotten[t] = r->value[x->forgotten_output];
    x->pruned[t] = r->value[x->pruned_output];
    return true;
}

static void run(int capacity, const char *act, int64_t index, struct memories *x)
{
    struct society *s = make(ROUNDS, capacity, act);
    *x = (struct memories){.forgotten_output = -1};
    if (*act) {
        x->forgotten_output = society_output(s, "forget.forgotten");
        x->pruned_output = society_output(s, "forget.pruned");
    }
    society_run(s, index, note, x);
    society_destroy(s);
}

/* ---- by age --------------------------------------------------------------- */

/* 10 new samples a round over 40 places, of which a quarter is cleared as soon as they are full:
 * the last 30 stay. */
static void pruning_by_age_is_a_smaller_memory(void **state)
{
    (void)state;
    static struct memories pruned, small;
    int64_t const index = battery_fresh();
    run(40, FORGET "share = 0.25\nfrom = 4\n", index, &pruned);
    run(30, "", index, &small);
    for (int t = 0; t <= ROUNDS; t++) {
        for (int z = 0; z < K; z++)
            battery_same("Pbar", small.mixture[t][z], pruned.mixture[t][z], 1, 0);
        battery_same("pruned", t < 4 ? 0 : M * 10, pruned.pruned[t], 1, 0);
        for (int m = 0; m < M; m++) {
            battery_same("memories", small.count[t][m], pruned.count[t][m], 1, 0);
            assert_memory_equal(small.state[t][m], pruned.state[t][m],
                                sizeof(uint32_t) * (size_t)small.count[t][m]);
        }
    }
    battery_worst("40 places, a quarter pruned by age: as 30 places, bit by bit");
}

/* Halves up: of 10, 17, 24 ... a quarter is 3, 4, 6 ...: what is left of each is known. */
static void a_share_is_of_what_is_remembered(void **state)
{
    (void)state;
    static struct memories x;
    run(60, FORGET "share = 0.25\n", battery_fresh(), &x);
    int held = 0;
    for (int t = 1; t <= ROUNDS; t++) {
        int const all = held + 10 < 60 ? held + 10 : 60, gone = (int)floor(all * .25 + .5);
        held = all - gone;
        battery_same("memories", held, x.count[t][0], 1, 0);
        battery_same("pruned", M * gone, x.pruned[t], 1, 0);
    }
    run(20, FORGET "share = 1\n", battery_fresh(), &x);
    for (int t = 1; t <= ROUNDS; t++) {
        battery_same("memories", 0, x.count[t][1], 1, 0);
        for (int z = 0; z < K; z++) /* and then all say the start, bit by bit */
            battery_same("Pbar", x.mixture[0][z], x.mixture[t][z], 1, 1e-15);
    }
    battery_worst("a share of what is remembered, halves up; all of it");
}

/* ---- by rank --------------------------------------------------------------- */

/* Takes the k of `from` that rank highest, of equals the first, by looking k times through all. */
static int prune_plainly(const uint32_t *from, int n, int k, const double *rank, uint32_t *out)
{
    bool gone[MOST] = {false};
    int left = 0;
    for (int i = 0; i < k; i++) {
        int first = -1;
        for (int j = 0; j < n; j++)
            if (!gone[j] && (first < 0 || rank[from[j]] > rank[from[first]]))
                first = j;
        gone[first] = true;
    }
    for (int j = 0; j < n; j++)
        if (!gone[j])
            out[left++] = from[j];
    return left;
}

/* Only round 4 prunes: what was remembered right before is what the same society without it
 * remembers then. */
static void hold_ranks(const char *act, bool by_risk)
{
    static struct memories pruned, whole;
    char text[160];
    int64_t const index = battery_fresh();
    double rank[K], before[K], after[K], cost = 0;
    static const double weight[M] = {.5, .3, .2}, met[2] = {.6, .4};
    snprintf(text, sizeof text, FORGET "share = 0.4\nfrom = 4\nuntil = 4\nfirst = \"%s\"\n", act);
    run(25, text, index, &pruned);
    run(25, "", index, &whole);
    for (int z = 0; z < K; z++)
        rank[z] = by_risk ? risk[z] : -pruned.held[4][z];
    for (int m = 0; m < M; m++) {
        uint32_t left[MOST];
        int const n = prune_plainly(whole.state[4][m], 25, 10, rank, left);
        battery_same("memories", n, pruned.count[4][m], 1, 0);
        assert_memory_equal(left, pruned.state[4][m], sizeof *left * (size_t)n);
        for (int c = 0; c < 2; c++) {
            int const begin = c ? 5 : 0, end = c ? K : 5;
            const uint32_t *const lists[2] = {whole.state[4][m], left};
            int const length[2] = {25, n};
            for (int z = begin; z < end; z++) {
                double p[2];
                for (int i = 0; i < 2; i++) {
                    int of_context = 0, times = 0;
                    for (int j = 0; j < length[i]; j++) {
                        of_context += (int)lists[i][j] >= begin && (int)lists[i][j] < end;
                        times += (int)lists[i][j] == z;
                    }
                    double const base = forms_pi[z] / (c ? .13 : .87);
                    p[i] = of_context ? .2 * base + .8 * times / of_context : base;
                }
                before[z] = p[0], after[z] = p[1];
                cost += weight[m] * met[c] * fabs(before[z] - after[z]) / 2;
            }
        }
    }
    battery_same("forgotten", cost, pruned.forgotten[4], 1, BATTERY_EXACT);
    battery_same("pruned", M * 10, pruned.pruned[4], 1, 0);
    battery_same("forgotten before", 0, pruned.forgotten[3], 1, 0);
}

static void the_highest_rank_goes_first_and_of_equals_the_oldest(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        hold_ranks("riskiest", true);
        hold_ranks("least_used", false);
    }
    battery_worst("riskiest, least used: as a plain search; and the cost");
}

/* ---- at random -------------------------------------------------------------- */

enum { FEW = 6, HALF = 3, CHOICES = 20 };

/* Which of the 20 halves of 6 memories stays, as a number of bits. */
struct choice {
    int64_t times[1 << FEW];
    struct sample first, second;
};

static bool note_choice(void *argument, const struct replicate *r)
{
    struct choice *choice = argument;
    uint32_t state[MOST];
    unsigned bits = 0;
    if (r->round == 0)
        return true;
    int const n = recall(r, 0, state);
    assert_int_equal(n, HALF);
    for (int i = 0; i < n; i++) {
        assert_true(i == 0 || state[i] > state[i - 1]); /* they stay in their order */
        bits |= 1u << state[i];
    }
    choice->times[bits]++;
    return false;
}

/* All remember states 0 to 5, in this order, from a source that is out of reach: nothing new comes
 * as all samples are dropped. */
static void begin_with_six(struct society *s, int64_t index)
{
    static const uint32_t six[FEW] = {0, 1, 2, 3, 4, 5};
    gyre_examples const examples = {.size = sizeof examples, .count = FEW, .state = six};
    struct replicate *r = s->replicate;
    society_begin(s, index);
    rows_part(&r->rows);
    for (int64_t m = 0; m < r->rows.agents; m++) {
        gyre_rows const rows = rows_view(&r->rows, m, m + 1);
        struct call *call = replicate_call(r, r->plan->policy, 0);
        assert_int_equal(
            r->plan->policy->component->ops.policy.learn(call_begin(call, 0), &rows, &examples, 1),
            GYRE_OK);
    }
}

static struct choice choose(const char *acts, int64_t quick)
{
    struct choice choice = {.times = {0}};
    struct society *s = society_create(
        1,
        "[space]\nreference = %s\nsafe = [0, 0, 0, 0, 0, 0, 0, 0]\n[society]\nagents = 2\n"
        "policy = { use = \"policy.memory\", capacity = 9 }\n"
        "[sampling]\ndataset = \"per_agent\"\nsamples = 5\n[[metric]]\n"
        "use = \"metric.diversity\"\n[[intervention]]\nuse = \"intervention.verify\"\n%s",
        society_array(forms_pi, K), acts);
    int64_t const replicates = battery_replicates(quick);
    for (int64_t i = 0; i < replicates; i++) {
        begin_with_six(s, battery_fresh());
        society_live(s, note_choice, &choice);
    }
    society_destroy(s);
    return choice;
}

/* Chi-square of 19 degrees of freedom is above 52.4 with a chance of 6e-5. */
static void hold_choices(const char *name, const struct choice *choice)
{
    char row[96];
    int64_t all = 0;
    double square = 0;
    int seen = 0;
    for (int bits = 0; bits < 1 << FEW; bits++)
        all += choice->times[bits];
    for (int bits = 0; bits < 1 << FEW; bits++) {
        double const expected = (double)all / CHOICES, gap = (double)choice->times[bits] - expected;
        if (__builtin_popcount((unsigned)bits) != HALF) {
            assert_int_equal(choice->times[bits], 0);
            continue;
        }
        seen++;
        square += gap * gap / expected;
    }
    assert_int_equal(seen, CHOICES);
    printf("%-58s %14s %14.4g\n", name, "chi2(19)", square);
    assert_true(square < 52.4);
    for (int z = 0; z < FEW; z += 5) {
        int64_t stays = 0;
        for (int bits = 0; bits < 1 << FEW; bits++)
            stays += bits >> z & 1 ? choice->times[bits] : 0;
        snprintf(row, sizeof row, "%s: memory %d stays", name, z + 1);
        battery_share(row, .5, stays, all);
    }
}

/* Twice a third and a quarter in one round are any half too: their random words are their own. */
static void at_random_every_choice_is_as_likely(void **state)
{
    (void)state;
    struct choice const once = choose(FORGET "share = 0.5\nfirst = \"random\"\n", 20000);
    hold_choices("3 of 6 at random", &once);
    struct choice const twice = choose(FORGET "share = 0.17\nfirst = \"random\"\n" FORGET
                                              "share = 0.4\nfirst = \"random\"\nas = \"more\"\n",
                                       20000);
    hold_choices("1 of 6, then 2 of 5, at random", &twice);
}

/* ---- with other things that happen -------------------------------------------- */

/* A shared dataset makes agents alike; what they forget at random is their own. */
static bool note_alike(void *argument, const struct replicate *r)
{
    int *differ = argument;
    uint32_t one[MOST], other[MOST];
    int const n = recall(r, 0, one), k = recall(r, 1, other);
    assert_int_equal(n, k);
    *differ += memcmp(one, other, sizeof *one * (size_t)n) != 0;
    return true;
}

static void agents_forget_one_by_one(void **state)
{
    (void)state;
    static const char *const firsts[] = {"random", "oldest", "least_used"};
    for (int i = 0; i < 3; i++) {
        int differ = 0;
        struct society *s = society_create(
            20,
            "[space]\nreference = %s\n[society]\nagents = 2\n"
            "policy = { use = \"policy.memory\", capacity = 30 }\n[sampling]\nsamples = 10\n"
            "[[metric]]\nuse = \"metric.diversity\"\n" FORGET "share = 0.3\nfirst = \"%s\"\n",
            society_array(forms_pi, K), firsts[i]);
        society_run(s, battery_fresh(), note_alike, &differ);
        society_destroy(s);
        assert_true(i == 0 ? differ > 10 : differ == 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pruning_by_age_is_a_smaller_memory),
        cmocka_unit_test(a_share_is_of_what_is_remembered),
        cmocka_unit_test(the_highest_rank_goes_first_and_of_equals_the_oldest),
        cmocka_unit_test(at_random_every_choice_is_as_likely),
        cmocka_unit_test(agents_forget_one_by_one),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
