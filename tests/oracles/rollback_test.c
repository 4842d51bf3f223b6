/* model.md, sections 3 and 6 B: a society that is taken back. Row t is measured before: what is
 * undone after it is still in it. */
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
#include "society.h"

#define ROLLBACK "[[intervention]]\nuse = \"intervention.rollback\"\n"

/* ---- reset to the start, every T rounds ---------------------------------- */

enum { N = 50, T = 10, RESET_ROUNDS = 50 };

static const char reset_world[] =
    "[space]\nreference = %s\n[society]\nagents = 2\n[sampling]\nsamples = %d\n%s"
    "[[metric]]\nuse = \"metric.diversity\"\n" ROLLBACK "every = 10\nfrom = 10\n%s";

struct diversity {
    int output;
    double sum;
    struct sample row[RESET_ROUNDS + 1], mean;
};

/* diversity.states_2 is 1 / sum p^2. */
static bool note_diversity(void *argument, const struct replicate *r)
{
    struct diversity *d = argument;
    double const h = 1 - 1 / r->value[d->output];
    d->sum = r->round == 0 ? 0 : d->sum + h;
    sample_add(&d->row[r->round], h);
    if (r->round == RESET_ROUNDS)
        sample_add(&d->mean, d->sum / RESET_ROUNDS);
    return true;
}

static void measure_diversity(struct diversity *d, struct society *s, int64_t quick)
{
    int64_t const replicates = battery_replicates(quick);
    *d = (struct diversity){.output = society_output(s, "diversity.states_2")};
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_diversity, d);
    society_destroy(s);
}

/* `lost` is what a round takes of H. */
static void hold_reset(const char *name, struct society *s, double lost, int64_t quick)
{
    static const int rows[] = {1, 9, 10, 11, 20, 21, 25, 50};
    char text[80];
    static struct diversity d;
    measure_diversity(&d, s, quick);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(text, sizeof text, "%s: E[H], t %d", name, rows[i]);
        battery_mean(text, FORMS_H * pow(1 - lost, 1 + (rows[i] - 1) % T), &d.row[rows[i]]);
    }
    snprintf(text, sizeof text, "%s: mean over a period", name);
    battery_mean(text, FORMS_H * (1 / lost - 1) * (1 - pow(1 - lost, T)) / T, &d.mean);
}

static void a_periodic_reset_brings_diversity_back(void **state)
{
    (void)state;
    battery_printed(FORMS_H * pow(1 - 1.0 / N, 10), ".666895");
    battery_printed(FORMS_H * pow(1 - 1.0 / N, 1), ".799876");
    battery_printed(FORMS_H * pow(1 - 1.0 / N, 5), ".737780");
    battery_printed(FORMS_H * (N - 1) * (1 - pow(1 - 1.0 / N, T)) / T, ".731595");
    hold_reset("reset, N 50, T 10",
               society_create(RESET_ROUNDS, reset_world, society_array(forms_pi, FORMS_STATES), N,
                              "", "to = \"start\"\n"),
               1.0 / N, 8000);
}

/* Row 0 is the only snapshot in reach: the same law by another way. Agents were parted meanwhile,
 * and become one again. */
static void the_snapshot_of_row_0_is_the_start(void **state)
{
    (void)state;
    hold_reset("snapshot of row 0, M 5, per_agent",
               society_create(RESET_ROUNDS,
                              "[space]\nreference = %s\n[society]\nagents = 5\n[sampling]\n"
                              "samples = 10\ndataset = \"per_agent\"\n"
                              "[[metric]]\nuse = \"metric.diversity\"\n" ROLLBACK
                              "every = 10\nfrom = 10\nsnapshot_every = 1000\n",
                              society_array(forms_pi, FORMS_STATES)),
               1.0 / N, 3000);
}

/* What updates remember goes back too: a pool is empty again, and its first dataset is all of it.
 */
static void a_pool_is_emptied(void **state)
{
    (void)state;
    static struct diversity d;
    double h = FORMS_H;
    measure_diversity(&d,
                      society_create(RESET_ROUNDS, reset_world,
                                     society_array(forms_pi, FORMS_STATES), N,
                                     "[update]\nuse = \"update.pool\"\n", "to = \"start\"\n"),
                      6000);
    for (int t = 1; t <= T; t++) {
        char text[80];
        h *= 1 - 1.0 / (N * t * t);
        snprintf(text, sizeof text, "reset, pooled data: E[H], t %d", 20 + t);
        if (t == 1 || t == 2 || t == T)
            battery_mean(text, h, &d.row[20 + t]);
    }
}

/* ---- a trigger: two states, back when the safe one is below .4 ----------- */

enum { CHAIN_ROUNDS = 20, START = 25, LIMIT = 20, SAFE_ROWS = CHAIN_ROUNDS + 1 };

struct triggered {
    double safe[SAFE_ROWS], rollbacks; /* expectations */
};

/* Copies x: what was below the limit after a row is 25 copies again. */
static struct triggered triggered_chain(void)
{
    struct triggered chain = {.safe = {(double)START / N}};
    double law[N + 1] = {0}, next[N + 1];
    law[START] = 1;
    for (int t = 1; t <= CHAIN_ROUNDS; t++) {
        memset(next, 0, sizeof next);
        for (int x = 0; x <= N; x++)
            for (int y = 0; y <= N; y++)
                next[y] += law[x] * forms_binomial(N, y, (double)x / N);
        memcpy(law, next, sizeof law);
        for (int x = 0; x <= N; x++)
            chain.safe[t] += law[x] * x / N;
        for (int x = 0; x < LIMIT; x++) {
            chain.rollbacks += law[x];
            law[START] += law[x];
            law[x] = 0;
        }
    }
    return chain;
}

struct counted {
    int safe, rollbacks, undone;
    double times, rounds;
    struct sample row[SAFE_ROWS], all;
    int64_t lived;
};

static bool note_triggered(void *argument, const struct replicate *r)
{
    struct counted *c = argument;
    if (r->round == 0)
        c->times = c->rounds = 0;
    c->times += r->value[c->rollbacks];
    c->rounds += r->value[c->undone];
    c->lived = r->lived;
    sample_add(&c->row[r->round], r->value[c->safe]);
    return true;
}

static void hold_triggered(const char *name, const char *rest, int64_t quick)
{
    static const int rows[] = {1, 2, 5, 10, 20};
    static struct counted c;
    char text[80];
    struct triggered const chain = triggered_chain();
    struct society *s =
        society_create(CHAIN_ROUNDS,
                       "[space]\nreference = [0.5, 0.5]\nsafe = [1, 0]\n[society]\nagents = 2\n"
                       "[sampling]\nsamples = 50\n[[metric]]\nuse = \"metric.safety\"\n" ROLLBACK
                       "when = { metric = \"safety.mass\", below = 0.4 }\n%s",
                       rest);
    int64_t const replicates = battery_replicates(quick);
    c = (struct counted){.safe = society_output(s, "safety.mass"),
                         .rollbacks = society_output(s, "rollback.rollbacks"),
                         .undone = society_output(s, "rollback.undone")};
    for (int64_t i = 0; i < replicates; i++) {
        society_run(s, battery_fresh(), note_triggered, &c);
        sample_add(&c.all, c.times);
        /* Every round is either undone, once, or among those that the agents have lived. */
        assert_true((double)c.lived + c.rounds == CHAIN_ROUNDS);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(text, sizeof text, "%s: E[safe], t %d", name, rows[i]);
        battery_mean(text, chain.safe[rows[i]], &c.row[rows[i]]);
    }
    snprintf(text, sizeof text, "%s: rollbacks by 20", name);
    battery_mean(text, chain.rollbacks, &c.all);
    society_destroy(s);
}

static void a_trigger_selects_what_goes_well(void **state)
{
    (void)state;
    static const char *const page[] = {".500000", ".508372", ".550052", ".600477", ".671291"};
    static const int rows[] = {1, 2, 5, 10, 20};
    struct triggered const chain = triggered_chain();
    for (int i = 0; i < 5; i++)
        battery_printed(chain.safe[rows[i]], page[i]);
    battery_printed(chain.rollbacks, "1.177588");
    hold_triggered("back to the start below .4", "to = \"start\"\n", 10000);
}

static void a_snapshot_of_row_0_alone_is_the_start_again(void **state)
{
    (void)state;
    hold_triggered("back to row 0 below .4", "snapshot_every = 1000\n", 10000);
}

/* ---- back to the newest good row ----------------------------------------- */

/* Back to the newest row at or above the limit: never to a row below, however many rounds. */
struct newest {
    int safe;
    struct sample row[SAFE_ROWS];
};

static bool note_newest(void *argument, const struct replicate *r)
{
    struct newest *n = argument;
    sample_add(&n->row[r->round], r->value[n->safe]);
    /* What is learned from next, after the row: a good row's. */
    assert_true(r->live[SPACE_DISTRIBUTION][0] >= .4);
    return true;
}

/* The law after a row: below the limit, that of before. */
static void newest_chain(double *safe)
{
    double law[N + 1] = {0}, next[N + 1];
    law[START] = 1;
    for (int t = 1; t <= CHAIN_ROUNDS; t++) {
        memset(next, 0, sizeof next);
        safe[t] = 0;
        for (int x = 0; x <= N; x++)
            for (int y = 0; y <= N; y++) {
                double const p = law[x] * forms_binomial(N, y, (double)x / N);
                safe[t] += p * y / N;
                next[y < LIMIT ? x : y] += p;
            }
        memcpy(law, next, sizeof law);
    }
}

static void the_newest_snapshot_is_the_last_good_row(void **state)
{
    (void)state;
    double safe[SAFE_ROWS];
    static struct newest n;
    char text[80];
    struct society *s = society_create(
        CHAIN_ROUNDS,
        "[space]\nreference = [0.5, 0.5]\nsafe = [1, 0]\n[society]\nagents = 2\n"
        "[sampling]\nsamples = 50\n[[metric]]\nuse = \"metric.safety\"\nof = "
        "\"training\"\n" ROLLBACK
        "when = { metric = \"safety.mass\", below = 0.4 }\nverified = \"safety.mass\"\n"
        "at_least = 0.4\n");
    int64_t const replicates = battery_replicates(8000);
    newest_chain(safe);
    n = (struct newest){.safe = society_output(s, "safety.mass")};
    for (int64_t i = 0; i < replicates; i++)
        society_run(s, battery_fresh(), note_newest, &n);
    for (int t = 2; t <= CHAIN_ROUNDS; t += 6) {
        snprintf(text, sizeof text, "newest snapshot of .4 or more: E[safe], t %d", t);
        battery_mean(text, safe[t], &n.row[t]);
    }
    society_destroy(s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_periodic_reset_brings_diversity_back),
        cmocka_unit_test(the_snapshot_of_row_0_is_the_start),
        cmocka_unit_test(a_pool_is_emptied),
        cmocka_unit_test(a_trigger_selects_what_goes_well),
        cmocka_unit_test(a_snapshot_of_row_0_alone_is_the_start_again),
        cmocka_unit_test(the_newest_snapshot_is_the_last_good_row),
    };
    int failed = 0;
    battery_begin(argc, argv);
    while (battery_next())
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return battery_end(failed);
}
