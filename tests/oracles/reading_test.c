/* update.recall against model.md, sections 3 and 4: what is read, what of it is written, what it
 * becomes on the way, and where a society that only reads and errs settles. */
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

enum { ROOM = 64 };

/* What an agent remembers, how often each of K states; returns how many there are. */
static int recalled(const struct replicate *r, int64_t agent, int64_t *times)
{
    uint32_t row[ROOM];
    int count = 0;
    memcpy(row, rows_at(&r->rows, r->rows.row_of[agent]), r->plan->row_size);
    memset(times, 0, sizeof *times * (size_t)r->plan->shape.states);
    for (size_t i = 0; i < r->plan->row_size / sizeof *row; i++)
        if (row[i] != UINT32_MAX) {
            times[row[i]]++;
            count++;
        }
    return count;
}

/* ---- where it settles ----------------------------------------------------- */

/* Agents write about 30 of 60 posts and remember the last 4, so that a memory is of one round. */
enum { STATES = 5, ROUNDS = 20 };

#define FOUR(l) "\"policy.memory\", capacity = 4, recall = " #l

struct settling {
    double l, eps, start;
    struct sample first[ROUNDS + 1], other[ROUNDS + 1];
};

/* E p' = (1 - l) p_0 + l [(1 - eps) p + eps (1 - p) / (k - 1)]. */
static double expected(const struct settling *x, double p0, int rounds)
{
    double p = p0;
    for (int t = 0; t < rounds; t++)
        p = (1 - x->l) * p0 + x->l * ((1 - x->eps) * p + x->eps * (1 - p) / (STATES - 1));
    return p;
}

static bool note_settling(void *argument, const struct replicate *r)
{
    struct settling *x = argument;
    sample_add(&x->first[r->round], r->mixture[0]);
    sample_add(&x->other[r->round], r->mixture[STATES - 1]);
    return true;
}

static void settle(const char *what, struct settling *x, const char *policy, const char *sampling)
{
    static const double start[STATES] = {.5, .2, .15, .1, .05};
    char name[96];
    struct society *s =
        society_create(ROUNDS,
                       "[space]\nreference = %s\n[society]\nagents = 3\npolicy = { use = %s }\n"
                       "[sampling]\n%s[update]\nuse = \"update.recall\"\nutility = 0\nagreement = "
                       "0\ncorruption = %.17g\n[[metric]]\nuse = \"metric.diversity\"\n",
                       society_array(start, STATES), policy, sampling, x->eps);
    for (int64_t n = battery_replicates(1500); n > 0; n--)
        society_run(s, battery_fresh(), note_settling, x);
    society_destroy(s);
    for (int t = 1; t <= ROUNDS; t *= t == 1 ? 5 : 4) {
        snprintf(name, sizeof name, "%s: E p(first), t %d", what, t);
        battery_mean(name, expected(x, start[0], t), &x->first[t]);
        snprintf(name, sizeof name, "%s: E p(last), t %d", what, t);
        battery_mean(name, expected(x, start[STATES - 1], t), &x->other[t]);
    }
}

static void errors_settle_where_the_page_says(void **state)
{
    (void)state;
    struct settling x = {.l = .8, .eps = .2}, y = x, z = {.l = .5, .eps = 1};
    struct settling all = {.l = 1, .eps = .1};
    double const l = x.l, eps = x.eps / (STATES - 1);
    double const fixed = ((1 - l) * .5 + l * eps) / (1 - l * (1 - x.eps) + l * eps);
    battery_printed(fixed, ".35");
    battery_printed(expected(&x, .5, 1), ".44");
    battery_printed(expected(&x, .5, 5), ".361664");
    assert_true(fabs(expected(&x, .5, 100) - fixed) < BATTERY_EXACT);
    settle("l .8, eps .2, shared", &x, FOUR(0.8), "samples = 50\n");
    settle("l .8, eps .2, per_agent", &y, FOUR(0.8), "samples = 40\ndataset = \"per_agent\"\n");
    settle("l .5, eps 1", &z, FOUR(0.5), "samples = 50\n");
    /* A policy that is a table takes what was written for all there is: l is 1. */
    settle("policy.categorical, eps .1", &all, "\"policy.categorical\"", "samples = 200\n");
}

/* ---- what is written, by what it earns ------------------------------------ */

enum { POSTS = 40, AGENTS = 20, EARNERS = 4 };

static const double useful[EARNERS] = {0, 1, 3, -2};

struct writing {
    double selectivity;
    bool alike; /* all earn the same */
    struct sample mean[EARNERS], spread[EARNERS];
};

/* The shared dataset's posts by state, and its rewards' mean and standard deviation. */
static void batch_of(const struct replicate *r, bool alike, double *posts, double *mean, double *sd)
{
    double square = 0;
    *mean = 0;
    for (int z = 0; z < EARNERS; z++) {
        posts[z] = round(r->live[SPACE_HELD][z] * POSTS);
        *mean += alike ? 0 : posts[z] * useful[z] / POSTS;
    }
    for (int z = 0; z < EARNERS && !alike; z++)
        square += posts[z] * (useful[z] - *mean) * (useful[z] - *mean) / POSTS;
    *sd = sqrt(square);
}

/* All posts are read once: of state z there are Bin(n_z, w_z) written. */
static bool note_writing(void *argument, const struct replicate *r)
{
    struct writing *x = argument;
    double posts[EARNERS], mean, sd;
    int64_t times[EARNERS];
    if (r->round == 0)
        return true;
    batch_of(r, x->alike, posts, &mean, &sd);
    for (int m = 0; m < AGENTS; m++) {
        recalled(r, m, times);
        for (int z = 0; z < EARNERS; z++) {
            double const slope = sd > 0 ? x->selectivity * (useful[z] - mean) / sd : 0;
            double const w = 1 / (1 + exp(-slope));
            double const residual = (double)times[z] - posts[z] * w;
            if (posts[z] <= 0)
                continue;
            sample_add(&x->mean[z], residual / sqrt(posts[z] * w * (1 - w)));
            sample_add(&x->spread[z], residual * residual / (posts[z] * w * (1 - w)));
        }
    }
    return false;
}

static void write_by(struct writing *x)
{
    static const double start[EARNERS] = {.4, .3, .2, .1};
    char name[96];
    struct society *s = society_create(
        1,
        "[space]\nreference = %s\nattributes = { utility = %s }\n[society]\nagents = %d\n"
        "policy = { use = \"policy.memory\", capacity = %d }\n[sampling]\nsamples = %d\n"
        "[selection]\nuse = \"selection.popularity\"\n[update]\nuse = \"update.recall\"\n"
        "utility = %d\nagreement = 0\nreads = 0\ncorruption = 0\nselectivity = %.17g\n"
        "[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(start, EARNERS), society_array(useful, EARNERS), (int)AGENTS, (int)POSTS,
        (int)POSTS, !x->alike, x->selectivity);
    for (int64_t n = battery_replicates(300); n > 0; n--)
        society_run(s, battery_fresh(), note_writing, x);
    society_destroy(s);
    for (int z = 0; z < EARNERS; z++) {
        snprintf(name, sizeof name, "selectivity %g%s: what is written of state %d", x->selectivity,
                 x->alike ? ", all alike" : "", z);
        battery_mean(name, 0, &x->mean[z]);
        snprintf(name, sizeof name, "selectivity %g%s: its variance, state %d", x->selectivity,
                 x->alike ? ", all alike" : "", z);
        battery_mean(name, 1, &x->spread[z]);
    }
}

static void what_earns_more_is_written_by_the_law(void **state)
{
    (void)state;
    struct writing x[] = {{.selectivity = 1.5},
                          {.selectivity = -.7},
                          {.selectivity = 0},
                          {.selectivity = 1.5, .alike = true}};
    for (int i = 0; i < 4; i++)
        write_by(&x[i]);
}

/* ---- how much is read, and what it becomes -------------------------------- */

enum { READS = 12, K = 8, CONTEXTS = 3, BASES = 3 };

static const int begins[CONTEXTS + 1] = {0, 4, 7, 8};
static const int said[BASES] = {1, 6, 7}; /* all that is said, a state a context */

struct copying {
    int64_t written[READS + 1], became[K], twice[4];
    struct sample lifted[2];
};

static bool note_copying(void *argument, const struct replicate *r)
{
    struct copying *x = argument;
    int64_t times[K];
    if (r->round == 0)
        return true;
    for (int64_t m = 0; m < r->plan->shape.agents; m++) {
        x->written[recalled(r, m, times)]++;
        for (int z = 0; z < K; z++)
            x->became[z] += times[z];
    }
    return false;
}

/* Every post is as likely to be written as not: Bin(READS, 1/2) are, of each context by how often
 * it is met, and with the chance eps as another state of it. */
static void what_is_written_is_a_binomial_of_what_is_read(void **state)
{
    (void)state;
    static const double met[CONTEXTS] = {.5, .3, .2};
    double pi[K] = {0}, binomial[READS + 1], law[K];
    double const eps = .3;
    struct copying x = {.written = {0}};
    for (int c = 0; c < CONTEXTS; c++) {
        int const others = begins[c + 1] - begins[c] - 1;
        for (int z = begins[c]; z < begins[c + 1]; z++)
            law[z] = met[c] * (others == 0 ? 1 : z == said[c] ? 1 - eps : eps / others);
        pi[said[c]] = 1;
    }
    for (int k = 0; k <= READS; k++)
        binomial[k] = forms_binomial(READS, k, .5);
    struct society *s = society_create(
        1,
        "[space]\ncontexts = [4, 3, 1]\nmet = %s\nreference = %s\n[society]\nagents = 2\n"
        "policy = { use = \"policy.memory\", capacity = 20, prior = 0.5 }\n[sampling]\nsamples = "
        "500\n[update]\nuse = \"update.recall\"\nutility = 0\nreads = %d\ncorruption = %.17g\n"
        "selectivity = 0\n[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(met, CONTEXTS), society_array(pi, K), (int)READS, eps);
    for (int64_t n = battery_replicates(15000); n > 0; n--)
        society_run(s, battery_fresh(), note_copying, &x);
    society_destroy(s);
    battery_law("12 read: how many are written", binomial, x.written, READS + 1);
    battery_law("eps .3: what is written", law, x.became, K);
}

/* A dataset of two posts, one of each state, of which agents read two: with replacement, so that
 * of those who wrote both half wrote one post twice. */
static bool note_twice(void *argument, const struct replicate *r)
{
    struct copying *x = argument;
    int64_t times[K];
    if (r->round == 0)
        return true;
    double const held = r->live[SPACE_HELD][0];
    for (int64_t m = 0; m < r->plan->shape.agents; m++) {
        int const count = recalled(r, m, times);
        if (held > 0 && held < 1 && count == 2)
            x->twice[times[0]]++;
    }
    return false;
}

static void posts_are_read_with_replacement(void **state)
{
    (void)state;
    static const double pi[2] = {.5, .5}, law[3] = {.25, .5, .25};
    struct copying x = {.twice = {0}};
    struct society *s = society_create(
        1,
        "[space]\nreference = %s\n[society]\nagents = 3\npolicy = { use = \"policy.memory\" }\n"
        "[sampling]\nsamples = 2\n[selection]\nuse = \"selection.popularity\"\n"
        "[update]\nuse = \"update.recall\"\nutility = 0\nagreement = 0\nreads = 2\ncorruption = 0\n"
        "[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(pi, 2));
    for (int64_t n = battery_replicates(3000); n > 0; n--)
        society_run(s, battery_fresh(), note_twice, &x);
    society_destroy(s);
    battery_law("2 of 2 posts, both written: how many are the first", law, x.twice, 3);
}

/* ---- what nothing selects lifts nothing ----------------------------------- */

static const double kinds[K] = {0, 1, 2, 1, 0, 1, 2, 1};
static const double rare[K] = {.4, .3, .2, .1, .5, .25, .25, 1};

/* Of what is remembered after one round, n_k - e_k for the first two kinds. */
static bool note_lift(void *argument, const struct replicate *r)
{
    struct copying *x = argument;
    int64_t times[K];
    double more[2] = {0};
    if (r->round == 0)
        return true;
    for (int64_t m = 0; m < r->plan->shape.agents; m++) {
        recalled(r, m, times);
        for (int c = 0; c < CONTEXTS; c++)
            for (int y = begins[c]; y < begins[c + 1]; y++) {
                if (kinds[y] < 2)
                    more[(int)kinds[y]] += (double)times[y];
                for (int z = begins[c]; z < begins[c + 1]; z++)
                    if (kinds[z] < 2)
                        more[(int)kinds[z]] -= (double)times[y] * rare[z];
            }
    }
    sample_add(&x->lifted[0], more[0]);
    sample_add(&x->lifted[1], more[1]);
    return false;
}

static void what_nothing_selects_is_of_kinds_as_expected(void **state)
{
    (void)state;
    struct copying x = {.written = {0}};
    struct society *s = society_create(
        1,
        "[space]\ncontexts = [4, 3, 1]\nmet = [0.5, 0.3, 0.2]\nreference = %s\nattributes = { "
        "kind = %s }\n[society]\nagents = 5\npolicy = { use = \"policy.memory\", capacity = 60, "
        "spill = 0.5 }\n[sampling]\nsamples = 30\n[update]\nuse = \"update.recall\"\nutility = 0\n"
        "agreement = 0\ncorruption = 0\n[[metric]]\nuse = \"metric.diversity\"\n",
        society_array(rare, K), society_array(kinds, K));
    for (int64_t n = battery_replicates(3000); n > 0; n--)
        society_run(s, battery_fresh(), note_lift, &x);
    society_destroy(s);
    battery_mean("nothing selects, t 1: E[n_k - e_k], kind 0", 0, &x.lifted[0]);
    battery_mean("nothing selects, t 1: E[n_k - e_k], kind 1", 0, &x.lifted[1]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_settle_where_the_page_says),
        cmocka_unit_test(what_earns_more_is_written_by_the_law),
        cmocka_unit_test(what_is_written_is_a_binomial_of_what_is_read),
        cmocka_unit_test(posts_are_read_with_replacement),
        cmocka_unit_test(what_nothing_selects_is_of_kinds_as_expected),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
